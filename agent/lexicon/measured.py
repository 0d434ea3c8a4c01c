"""A period or number found in a text."""

from __future__ import annotations

from dataclasses import dataclass

from tools.types import Period, Quantity


@dataclass(frozen=True, slots=True)
class Measured:
    """A period or number, the kind of pointer it becomes, and where the text says it."""

    start: int
    end: int
    kind: str
    target: Period | Quantity
