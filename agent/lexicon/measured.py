"""A period or number found in a text."""

from __future__ import annotations

from dataclasses import dataclass

from tools.types import Period, Quantity


@dataclass(frozen=True, slots=True)
class Measured:
    """A period or number, the kind of pointer it becomes, and where the text says it.

    `keeps_words` where the words say more than the value: `twice`, `negative`, `the nineties`.
    """

    start: int
    end: int
    kind: str
    target: Period | Quantity
    keeps_words: bool = False
