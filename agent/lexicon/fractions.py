"""Parts in words as percentages: `a quarter of`, `two thirds`, `one in ten people`, 四分之三, 每十个人里有一个.

What part of a prize somebody got is a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from agent.lexicon.measured import Measured
from agent.lexicon.numerals import SMALL, chinese
from tools.types import Quantity

_HOW_MANY = {"a": 1} | {word: n for word, n in SMALL.items() if 1 <= n < 10}
_PARTS = {
    "quarter": 4, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
    "twentieth": 20,
}  # fmt: skip
_COMPARED = (
    r"(?:(?:more|less|fewer|greater|higher|lower) than|at (?:least|most)|up to|over|under|above|below|about|only|exceeds?) "
    r"(?:just |about )?"
)
_PART = rf"(?P<n>{'|'.join(_HOW_MANY)})[ -](?P<part>{'|'.join(_PARTS)})s?"
# `over a quarter of 2024` and `a quarter of the prize` are no shares.
_ENGLISH = (
    re.compile(
        rf"\b{_PART}(?= of (?!(?:the |a |his |her )?(?:nobel|prize|award|fiscal|year|\d{{4}})))",
        re.I,
    ),
    re.compile(rf"\b(?:{_COMPARED})(?P<said>{_PART})(?! (?:of|later|earlier|ago)\b)", re.I),
    re.compile(
        rf"\b{_PART}(?= (?:or (?:more|less|fewer)|are|is|live|have|use|smoke|can|cannot)\b)", re.I
    ),
)
_COUNTED = "|".join([r"\d\d?", "100", *(word for word, n in SMALL.items() if n)])
_PERSONS = (
    r"people|persons?|inhabitants|residents|citizens|adults|women|men|girls|boys|children|kids|babies|mothers|households"
    r"|homes|mps|lawmakers|members|seats|workers|voters|cars|vehicles|youngsters|teenagers|of (?:its|them|their)"
)
_ONE_IN_TEN = re.compile(
    rf"\b(?P<n>{_COUNTED})[ -](?:in|out of)[ -](?:every )?(?P<part>{_COUNTED})(?: or (?:more|fewer|less))?(?= (?:\w+ )?(?:{_PERSONS})\b)"
    rf"|\b(?:{_COMPARED})(?P<said>(?P<n2>{_COUNTED})[ -](?:in|out of)[ -](?:every )?(?P<part2>{_COUNTED}))(?![\w.,]*\d)\b",
    re.I,
)
_NUMBER_ZH = r"(?:[一二两三四五六七八九十]|[1-9]\d?)"
_CHINESE = re.compile(rf"(?<!\d)(?P<part>{_NUMBER_ZH})分之(?P<n>{_NUMBER_ZH})(?!\d|的?(?:奖|诺))")
_SOMEBODY_ZH = (
    r"(?:个|名|位)?(?:成年人|年轻人|女人|男人|女性|男性|妇女|孩子|小孩|儿童|居民|女孩|男孩|议员|人)"
)
_AMONG_ZH = re.compile(
    rf"(?:每|平均)?(?P<part>{_NUMBER_ZH}){_SOMEBODY_ZH}(?:里面?|中|当中|之中)?(?:就|只|才)?[^，。？,\d]{{0,4}}?(?P<n>{_NUMBER_ZH})(?:个|人|名|位)"
)


def fractions(text: str) -> Iterator[Measured]:
    """Every part in words, as a percentage."""
    for pattern in _ENGLISH:
        for match in pattern.finditer(text):
            said = match.span("said") if "said" in match.groupdict() else match.span()
            yield _share(_HOW_MANY[match["n"].lower()], _PARTS[match["part"].lower()], *said)
    for match in _CHINESE.finditer(text):
        yield _share(_number(match["n"]), _number(match["part"]), *match.span())
    yield from _one_in_ten(text)


def _one_in_ten(text: str) -> Iterator[Measured]:
    """`one in ten people`, `nine out of 10`, 每十个人里有一个; what is compared keeps its words."""
    for match in _ONE_IN_TEN.finditer(text):
        n, part = (_count(match[k] or match[f"{k}2"]) for k in ("n", "part"))
        if 0 < n < part:
            yield _share(n, part, *match.span("said" if match["said"] else 0))
    for match in _AMONG_ZH.finditer(text):
        n, part = _number(match["n"]), _number(match["part"])
        if 0 < n < part:
            yield replace(_share(n, part, *match.span()), keeps_words=True)


def _count(said: str) -> int:
    return int(said) if said.isdigit() else SMALL[said.lower()]


def _number(said: str) -> int:
    return int(said if said.isascii() else chinese(said) or 0)


def _share(n: int, part: int, start: int, end: int) -> Measured:
    percent = Decimal(100 * n) / part
    return Measured(start, end, "number", Quantity(percent, "%"))
