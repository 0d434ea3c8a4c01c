"""Evidence-driven remasking: the caller says which slots the evidence speaks against; nothing else moves.

Where other rules ask the model what it doubts, here the world answers: a call failed, two sources disagree.
The rule is a template, so that it goes with every way of decoding: the opened slots are masked, the others
locked at what they hold, and words that were refused may not return. `agent/revise.py` decides what to open.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from model.canvas import TemplateError
from model.types import Slot, Template

_NONE: frozenset[str] = frozenset()


def reopened(
    template: Template,
    values: Mapping[str, str],
    opened: Collection[str],
    refused: Mapping[str, frozenset[str]] | None = None,
) -> Template:
    """The template with the slots named `opened` masked again and every other one locked at its value.

    `values` are a filling's; `refused` words are banned from their slots, beside those banned before.
    """
    names = {slot.name for slot in template.slots()}
    if unknown := sorted(set(opened) - names):
        raise TemplateError(
            f"no slot {unknown[0]!r} to reopen; the template has {', '.join(names)}"
        )
    bans = refused or {}

    def as_it_is_now(part: str | Slot) -> str | Slot:
        if isinstance(part, str) or part.value is not None:
            return part
        if part.name not in opened:
            return replace(part, value=values[part.name])
        return replace(part, banned=part.banned | bans.get(part.name, _NONE))

    return replace(template, parts=tuple(as_it_is_now(part) for part in template.parts))
