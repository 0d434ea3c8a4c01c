"""The graph of a run: link, draft, act, check, and revise or finish. The only importer of langgraph.

Guarantees: a run that was killed goes on with the node it was in, or the one before. Does not guarantee: that
such a node did nothing; what its calls brought back is in the journal, and is not asked again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from weakref import finalize

from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from agent import codec
from agent.act import act
from agent.check import check
from agent.deps import Deps
from agent.draft import draft
from agent.events import PointerView, QuestionLinked
from agent.finish import finish
from agent.revise import revise
from agent.state import RunState

Node = Callable[[RunState, Deps], RunState]
_NODES_A_TURN = 4


def link(state: RunState, deps: Deps) -> RunState:
    """The state with the question linked to the facts."""
    brief = deps.linker.link(state.question)
    pointers = [PointerView(symbol=p.symbol, kind=p.kind, label=p.label) for p in brief.pointers]
    deps.reporter.say(QuestionLinked, text=brief.text, pointers=pointers)
    return replace(state, brief=brief)


def after_draft(state: RunState) -> str:
    """Act on what was drafted, unless the run has to end."""
    return "finish" if state.halt else "act"


def after_check(state: RunState) -> str:
    """Revise what is contradicted, write on where a plan is not complete, else finish."""
    if state.halt:
        return "finish"
    if state.notes:
        return "revise"
    return "finish" if state.is_complete else "draft"


def after_revise(state: RunState) -> str:
    """Draft what was opened, unless nothing is left to try."""
    return "finish" if state.halt else "draft"


def build() -> StateGraph[RunState, Deps]:
    """The graph, the same for every arm."""
    graph = StateGraph(RunState, context_schema=Deps)
    for node in (link, draft, act, check, revise, finish):
        graph.add_node(node.__name__, _adapted(node))
    graph.add_edge(START, "link")
    graph.add_edge("link", "draft")
    graph.add_conditional_edges("draft", after_draft, ["act", "finish"])
    graph.add_edge("act", "check")
    graph.add_conditional_edges("check", after_check, ["revise", "draft", "finish"])
    graph.add_conditional_edges("revise", after_revise, ["draft", "finish"])
    graph.add_edge("finish", END)
    return graph


def _adapted(node: Node) -> Any:
    """A node as the graph calls it: only what it changed is written."""

    def run(state: RunState, runtime: Runtime[Deps]) -> dict[str, object]:
        after = node(state, runtime.context)
        names = (f.name for f in fields(RunState))
        return {n: getattr(after, n) for n in names if getattr(after, n) is not getattr(state, n)}

    return run


class _Values(SerializerProtocol):
    """Checkpoints hold a run's values as JSON, and reading one can build nothing else."""

    def dumps_typed(self, obj: Any) -> tuple[str, bytes]:
        """The text of what langgraph keeps; an error is kept as its description."""
        kept = repr(obj) if isinstance(obj, BaseException) else obj
        return "json", codec.encode(kept).encode()

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        """What was kept."""
        return codec.decode(data[1])


class Flow:
    """The compiled graph over one file of checkpoints; several runs may be in it at once."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, check_same_thread=False)
        # Survives a killed process without waiting for the disk; a power cut costs the last checkpoints.
        self._connection.execute("pragma synchronous=normal")
        self._saver = SqliteSaver(self._connection, serde=_Values())
        finalize(self, self._connection.close)
        self._graph = build().compile(checkpointer=self._saver)

    def run(self, start: RunState, deps: Deps) -> RunState:
        """Run to the end, from the run's checkpoint where there is one."""
        config: Any = {
            "configurable": {"thread_id": deps.reporter.run},
            "recursion_limit": _NODES_A_TURN * (deps.limits.budget.max_turns + 2),
        }
        is_begun = bool(self._graph.get_state(config).values)
        given: Any = None if is_begun else {f.name: getattr(start, f.name) for f in fields(start)}
        values = self._graph.invoke(given, config, context=deps, durability="async")
        return RunState(**values)

    def forget(self, run_id: str) -> None:
        """Drop the checkpoints of a run that has ended."""
        self._saver.delete_thread(run_id)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()
