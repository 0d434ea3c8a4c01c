"""Templates of every sort of slot, for recipes."""

from __future__ import annotations

from model.types import Slot, Template, TextRecord
from tests.model.tiny import free_template, plan_template


def text_template() -> Template:
    """Two rows of text that agree, and one under a pattern of its own."""
    slots = (Slot("one", 5), Slot("two", 4), Slot("x", 6, pattern="(?:ab|c)*|of é"))
    record = TextRecord(("one", "two"), "(?:a|of)+\x1e(?:b|nop)|nop\x1enop")
    return Template("which of all", ("1", slots[0], "2", slots[1], "x", slots[2]), (), (record,))


FORMS = (plan_template(3), plan_template(2, {"1.verb": "find"}), free_template(), text_template())
