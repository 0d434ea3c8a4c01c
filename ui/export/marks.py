"""Citation marks: numbers in order, neighbours drawn together, each the name of a place to go to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Mark(NamedTuple):
    """A run of citation numbers; `label` is `7` or `4–9`, `target` the first of them."""

    label: str
    target: str


def marks(citations: Iterable[str]) -> tuple[Mark, ...]:
    """The citations as few marks: three or more in a row become a range."""
    numbers = sorted({int(citation) for citation in citations})
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return tuple(mark for run in runs for mark in _marks(run))


def _marks(run: list[int]) -> Iterable[Mark]:
    if len(run) > 2:
        return [Mark(f"{run[0]}–{run[-1]}", str(run[0]))]
    return [Mark(str(number), str(number)) for number in run]


def bracketed(citations: Iterable[str]) -> str:
    """The marks as plain text: `[1, 4–9]`; nothing where nothing is cited."""
    labels = ", ".join(mark.label for mark in marks(citations))
    return f"[{labels}]" if labels else ""
