"""Where the linker found nothing, a name may stand in quotation marks instead of a pointer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from agent.plain.rows import QUOTE, is_quoted
from agent.plan import cell_of, kind_group
from agent.state import RunState
from agent.types import Brief, Pointer
from model.types import Slot, Template
from tools.types import Text

_FIELD_COLUMN = 2
_THINGS = {"entity", "class"}


def may_quote_things(brief: Brief) -> bool:
    """Whether nothing that the question mentions can be searched or looked up."""
    return not _THINGS & {kind_group(pointer) for pointer in brief.pointers}


def may_quote_fields(brief: Brief) -> bool:
    """Whether no field was found for the question's words."""
    return "field" not in {kind_group(pointer) for pointer in brief.pointers}


def with_quotes(form: Callable[[RunState], Template], state: RunState) -> Template:
    """The canvas of a state on which names in quotation marks count as words."""
    brief = state.linked
    pointers = (*brief.pointers, *_quotes(brief), *_written(state))
    template = form(replace(state, brief=replace(brief, pointers=pointers)))
    parts = tuple(_as_offered(part, state) for part in template.parts)
    return replace(template, parts=parts)


def _quotes(brief: Brief) -> Iterator[Pointer]:
    if may_quote_things(brief):
        yield _pointer(QUOTE, "name")
    if may_quote_fields(brief):
        yield _pointer(QUOTE, "field")


def _written(state: RunState) -> Iterator[Pointer]:
    """The names that stand on the canvas already."""
    for row in state.plan.rows if state.plan else ():
        for column, word in enumerate(row.words, 1):
            if is_quoted(word):
                is_field = row.tool == "lookup" and column == _FIELD_COLUMN
                yield _pointer(word, "field" if is_field else "name")


def _pointer(symbol: str, kind: str) -> Pointer:
    return Pointer(symbol, kind, symbol, Text(symbol.strip('"')))


def _as_offered(part: str | Slot, state: RunState) -> str | Slot:
    """Where something is offered, no name may stand instead."""
    if isinstance(part, str) or cell_of(part.name) not in state.allowed:
        return part
    quotes = {word for word in part.allowed or () if is_quoted(word)}
    return replace(part, banned=part.banned | quotes)
