"""Parts in words as percentages: `a quarter of`, `two thirds`, 四分之三. What part of a prize somebody got is a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from agent.lexicon.measured import Measured
from agent.lexicon.numerals import SMALL, chinese
from tools.types import Quantity

_HOW_MANY = {"a": 1} | {word: n for word, n in SMALL.items() if 1 <= n < 10}
_PARTS = {
    "quarter": 4, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "tenth": 10,
}  # fmt: skip
_COMPARED = r"(?:(?:more|less|fewer|greater) than|at (?:least|most)|up to|over|under) (?:just )?"
_PART = rf"(?P<n>{'|'.join(_HOW_MANY)})[ -](?P<part>{'|'.join(_PARTS)})s?"
# `over a quarter of 2024` and `a quarter of the prize` are no shares.
_ENGLISH = (
    re.compile(
        rf"\b{_PART}(?= of (?!(?:the |a |his |her )?(?:nobel|prize|award|fiscal|year|\d{{4}})))",
        re.I,
    ),
    re.compile(rf"\b(?:{_COMPARED})(?P<said>{_PART})(?! (?:of|later|earlier|ago)\b)", re.I),
)
_NUMBER_ZH = r"(?:[一二两三四五六七八九十]|[1-9]\d?)"
_CHINESE = re.compile(rf"(?<!\d)(?P<part>{_NUMBER_ZH})分之(?P<n>{_NUMBER_ZH})(?!\d|的?(?:奖|诺))")


def fractions(text: str) -> Iterator[Measured]:
    """Every part in words, as a percentage."""
    for pattern in _ENGLISH:
        for match in pattern.finditer(text):
            said = match.span("said") if "said" in match.groupdict() else match.span()
            yield _share(_HOW_MANY[match["n"].lower()], _PARTS[match["part"].lower()], *said)
    for match in _CHINESE.finditer(text):
        yield _share(_number(match["n"]), _number(match["part"]), *match.span())


def _number(said: str) -> int:
    return int(said if said.isascii() else chinese(said) or 0)


def _share(n: int, part: int, start: int, end: int) -> Measured:
    percent = Decimal(100 * n) / part
    return Measured(start, end, "number", Quantity(percent, "%"))
