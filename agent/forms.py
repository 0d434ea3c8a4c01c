"""The form that a state asks to have filled: which cells are open, and which words are refused there."""

from __future__ import annotations

from agent import plan as canvas
from agent.state import RunState
from model.types import Template

_EVERY_WORD = frozenset(canvas.CANVAS_WORDS)


def template_of(state: RunState) -> Template:
    """The canvas to fill, less the words that were rejected or are not among those offered."""
    refused = {cell: _EVERY_WORD - words for cell, words in state.allowed.items()}
    cells = {*state.banned, *refused}
    nothing: frozenset[str] = frozenset()
    banned = {c: state.banned.get(c, nothing) | refused.get(c, nothing) for c in cells}
    return canvas.template(state.linked, state.plan, state.open, state.notes, banned)
