"""The five tools behind one door: any call gives an observation.

Guarantees: what the world lacks and what a planner got wrong comes back as `Failed`; only a bug raises.
Safe for several threads, as the store is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tools.calculation.calculate import calculate
from tools.catalogue import Catalogue, Facts
from tools.failures import CallFailed
from tools.finish import finish
from tools.lookup import lookup
from tools.search import search
from tools.types import Call, Observation, Reason
from tools.verification.verify import verify


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool as prompts and the page show it; `optional` arguments may be left out."""

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    summary: str

    @property
    def signature(self) -> str:
        """The call as it is written: `lookup(source; field; period?; origin?)`."""
        arguments = [*self.required, *(f"{name}?" for name in self.optional)]
        return f"{self.name}({'; '.join(arguments)})"


TOOLS = (
    Tool("search", ("query",), (), "the entities a query names: a class, its narrowing, or names"),
    Tool(
        "lookup",
        ("source", "field"),
        ("period", "origin"),
        "a field of an entity, or of every member of a set; a relation gives a set again",
    ),
    Tool(
        "calculate",
        ("expression",),
        (),
        "arithmetic, count, sum, mean, min, max, argmin, argmax, growth, years, intersect, union",
    ),
    Tool(
        "verify",
        ("claim",),
        (),
        "the members of a set for which a claim holds; a verdict on a single value",
    ),
    Tool("finish", ("answer",), (), "the answer, with the evidence of the rows it names"),
)
_RUN: dict[str, Callable[[Catalogue, Call], Observation]] = {
    "search": search,
    "lookup": lookup,
    "calculate": calculate,
    "verify": verify,
    "finish": finish,
}


class Toolbox:
    """Runs calls against one fact store."""

    tools: tuple[Tool, ...] = TOOLS

    def __init__(self, store: Facts) -> None:
        self._catalogue = Catalogue(store)

    def run(self, call: Call) -> Observation:
        """Run one call to its observation."""
        try:
            _check_arguments(call)
            return _RUN[call.tool](self._catalogue, call)
        except CallFailed as failure:
            return failure.failed


def _check_arguments(call: Call) -> None:
    tool = next((tool for tool in TOOLS if tool.name == call.tool), None)
    if tool is None:
        known = ", ".join(tool.name for tool in TOOLS)
        raise CallFailed(Reason.BAD_EXPRESSION, f"no tool is called {call.tool!r}; known: {known}")
    allowed = {*tool.required, *tool.optional}
    if not set(tool.required) <= set(call.args) <= allowed:
        given = ", ".join(call.args) or "nothing"
        raise CallFailed(Reason.BAD_EXPRESSION, f"{tool.signature} was called with {given}")
