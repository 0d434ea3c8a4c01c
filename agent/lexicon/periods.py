"""Periods in a text, in both languages, in the spellings of the fact table: `2025Q3`, `FY2024`, `1990`, `2001-03`.

A decade or a century is two periods at one place, its first and its last year. A bare quarter takes the year of
the quarter named next to it (`Q1 and Q2 of 2023`).
Does not guarantee: that the facts have anything for a period that can be said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.lexicon.measured import Measured
from agent.lexicon.numerals import chinese, spoken
from tools.types import Period

_FLAGS = re.IGNORECASE | re.ASCII
_YEAR = r"(?:1[4-9]\d\d|20\d\d)"
_SHORT = rf"(?P<y>{_YEAR}|['’]?[0-4]\d)(?!\d|[.,]\d|%)"
_CHINESE_YEAR = rf"(?P<y>{_YEAR}|[12一二][零〇九][零〇一二三四五六七八九]{{2}}|\d\d)"
_ORDINALS = {
    "first": 1, "opening": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "forth": 4, "4th": 4,
    "last": 4, "final": 4, "closing": 4, "一": 1, "二": 2, "三": 3, "四": 4, "首": 1, "末": 4, "最后一": 4,
}  # fmt: skip
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" for name in _MONTHS)
_ORDINAL = "|".join(word for word in _ORDINALS if word.isascii())
_BEFORE = r"(?<![A-Za-z0-9_.$€-])"
_QUARTERS = tuple(
    re.compile(pattern, _FLAGS)
    for pattern in (
        rf"(?<![A-Za-z0-9_.$€-])(?<!q[1-4][ /])(?P<y>{_YEAR})\s?[-/]?\s?q(?P<q>[1-4])\b",
        rf"{_BEFORE}q(?P<q>[1-4])\s?(?:of\s|in\s|,\s?|/|-)?\s?(?:(?:the\s)?fiscal(?:\syear)?\s|fy\s?)?{_SHORT}",
        rf"{_BEFORE}(?P<q>[1-4])q\s?{_SHORT}",
        rf"\b(?:the )?(?P<w>{_ORDINAL})[ -](?:fiscal )?quarter,? (?:of |in )?(?:fiscal (?:year )?|fy ?)?{_SHORT}",
        rf"{_BEFORE}(?P<y>{_YEAR})(?:['’]s)? (?P<w>{_ORDINAL})[ -]quarter\b",
        rf"{_CHINESE_YEAR}\s?(?:年度?|财年)?的?\s?(?:第|头)?(?P<w>最后一|[一二三四首末1-4])个?季度?",
        rf"{_CHINESE_YEAR}\s?年\s?q(?P<q>[1-4])",
    )
)
_BARE_QUARTERS = re.compile(
    rf"{_BEFORE}q(?P<q>[1-4])\b|\b(?P<w>{_ORDINAL})(?=(?:,| and| or| to| versus| vs\.?) (?:the )?(?:{_ORDINAL})[ -]quarter)"
    r"|(?<!前)第?(?P<z>[一二三四])季度?",
    re.IGNORECASE,
)
_FISCAL = tuple(
    re.compile(pattern, _FLAGS)
    for pattern in (
        rf"\b(?:fy|(?:fiscal|financial)(?: year)?)\s?{_SHORT}",
        rf"{_BEFORE}(?P<y>{_YEAR}) (?:fiscal|financial) year\b",
        rf"{_CHINESE_YEAR}\s?(?:财年|财政年度|会计年度)",
    )
)
_DATES = tuple(
    re.compile(pattern, _FLAGS)
    for pattern in (
        rf"\b(?P<m>{_MONTH})\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>{_YEAR})\b",
        rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<m>{_MONTH})\.?,? (?P<y>{_YEAR})\b",
        rf"\b(?P<m>{_MONTH})\.?(?: of)?,? (?P<y>{_YEAR})\b",
        rf"(?<!\d)(?P<y>{_YEAR})-(?P<m>0\d|1[0-2])(?:-(?P<d>[0-3]\d))?(?!\d)",
        rf"(?P<y>{_YEAR})\s?年\s?(?P<m>\d{{1,2}})\s?月(?:\s?(?P<d>\d{{1,2}})\s?[日号])?",
    )
)
_DECADE_WORDS = {
    "twenties": 20, "thirties": 30, "forties": 40, "fifties": 50, "sixties": 60, "seventies": 70,
    "eighties": 80, "nineties": 90, "二十": 20, "三十": 30, "四十": 40, "五十": 50, "六十": 60, "七十": 70,
    "八十": 80, "九十": 90,
}  # fmt: skip
_DECADES = tuple(
    re.compile(pattern, _FLAGS)
    for pattern in (
        r"\b(?P<c>1[4-9]|20)(?P<t>\d)0['’]?s\b",
        r"(?<![\w.])['’]?(?P<t>[1-9])0['’]?s\b",
        rf"\bthe (?:(?:early|late|mid)[- ])?(?P<w>{'|'.join(w for w in _DECADE_WORDS if w.isascii())})\b",
        r"(?P<z>\d\d)\s?世纪\s?(?P<t>[1-9])0\s?年代",
        r"(?P<c>1[4-9]|20)(?P<t>\d)0\s?年代",
        r"(?:(?:上个?|二十|20)世纪)?(?P<t>[1-9])0\s?年代",
        rf"(?:(?:上个?|二十|20)世纪)?(?P<w>{'|'.join(w for w in _DECADE_WORDS if not w.isascii())})年代",
    )
)
_CENTURY_WORDS = {
    "eighteenth": 18,
    "nineteenth": 19,
    "twentieth": 20,
    "十八": 18,
    "十九": 19,
    "二十": 20,
}
_CENTURIES = re.compile(
    r"\b(?:the )?(?P<n>1[5-9]|20)th[- ]century\b"
    r"|\b(?:the )?(?P<w>eighteenth|nineteenth|twentieth)[- ]century\b|(?P<last>\blast century\b|上个?世纪(?!\d|[一-十]))"
    r"|(?P<z>1[5-9]|20|十八|十九|二十)世纪(?!\s?\d0|[一-十])",
    re.IGNORECASE,
)
_MILLENNIUM = re.compile(
    r"\b(?:this|the (?:current|new|present)|our|the (?:21st|twenty-first)|21st|twenty-first) century\b"
    r"|\b(?:the )?(?:turn of the|new) (?:millennium|century)\b|21\s?世纪|二十一世纪|本世纪|新世纪|千禧年",
    re.IGNORECASE,
)
# 08年, 98年: two digits that are no number of years.
_SPAN_BEFORE = "".join(
    f"(?<!{w})" for w in ("存在", "成立", "创立", "经营", "已有", "历时", "至少", "不到")
)
_SPAN_BEHIND = r"(?!\s?年(?:来|内|间|里|的?历史|的?时间|寿|了|多|后|前))"
SHORT_YEAR_ZH = (
    rf"(?<![\d.,第了过近共约满整达])(?:0\d|{_SPAN_BEFORE}[6-9]\d{_SPAN_BEHIND})(?=\s?年(?!代))"
)
_YEARS = (
    re.compile(rf"(?<!\d)(?P<y>{_YEAR})\s?年度?(?!代)"),
    re.compile(
        rf"(?<![\d.,$€])(?<![^\d]-)(?P<y>{_YEAR})(?!\d|,\d{{3}}|\.\d|\s?年代|0s|['’]?s\b(?![ ]?[a-z]))"
    ),
    re.compile(r"(?P<y>[一二][零〇九][零〇一二三四五六七八九]{2})\s?年"),
    re.compile(rf"(?P<y>{SHORT_YEAR_ZH})\s?年度?"),
)
_SHORT_YEARS = re.compile(
    r"\b(?:in|of|over|and|since|from|to|between|for|until|till|by|after|before|than|vs\.?|versus|through)\s(?P<y>['’]\d\d)(?![\d'’]|s\b)",
    re.IGNORECASE,
)
_ENDS_THERE = r"(?=\s*(?:[.,;:?!)]|(?:and|to|then|instead)\b|$))"
_YEAR_BEFORE = re.compile(
    rf"\b(?:(?:the|a|one) year (?:before|earlier|prior|previously)|the (?:previous|prior|preceding) (?:fiscal |financial )?year){_ENDS_THERE}"
    r"|[前上头]一个?财?年|上个?财年",
    re.IGNORECASE,
)
_YEAR_AFTER = re.compile(
    rf"\b(?:(?:the|a|one) year (?:after|later|on)|the (?:next|following|subsequent) (?:fiscal |financial )?year){_ENDS_THERE}"
    r"|[后下]一个?财?年|次年|转年",
    re.IGNORECASE,
)
# The quarters that a phrase takes together, of the year named next to it.
_QUARTERS_TOGETHER = tuple(
    (re.compile(pattern, re.IGNORECASE), quarters)
    for pattern, quarters in (
        (r"\b(?:all |the )*(?:four|4) quarters\b|\b(?:each|every) quarter\b|\bquarter[- ]by[- ]quarter\b|四个季度?|各个?季度|每个?季度|逐季", (1, 2, 3, 4)),
        (r"\b(?:first three|three first|first 3) quarters\b|前三个?季度?", (1, 2, 3)),
        (r"\b(?:first|1st|opening) half\b|\bfirst two quarters\b|\bh1\b|上半年|前两个?季度?", (1, 2)),
        (r"\b(?:second|2nd|latter|last) half\b|\blast two quarters\b|\bh2\b|下半年|后两个?季度?", (3, 4)),
    )
)  # fmt: skip
_SPOKEN_YEAR = re.compile(
    r"\b(?:in|since|after|before|until|by|from|of|for|year|fy)\s+$", re.IGNORECASE
)


def periods(text: str) -> Iterator[Measured]:
    """Every period that the text names, the more telling spellings first."""
    quarters = list(_quarters(text))
    yield from quarters
    yield from _bare_quarters(text, quarters)
    yield from _quarters_together(text)
    for pattern in _FISCAL:
        for match in pattern.finditer(text):
            yield _found(match, "fiscal", f"FY{full_year(match['y'])}")
    for pattern in _DATES:
        yield from (_date(match) for match in pattern.finditer(text))
    yield from _spans(text)
    for pattern in _YEARS:
        for match in pattern.finditer(text):
            yield _found(match, "year", full_year(match["y"]))
    yield from _spoken_years(text)
    for match in _SHORT_YEARS.finditer(text):
        year = Period(full_year(match["y"]))
        yield Measured(*match.span("y"), "period year", year)
    yield from _neighbours(text)


def _neighbours(text: str) -> Iterator[Measured]:
    """`2024 ... the year before`: the year next to the one named last, fiscal beside a fiscal one."""
    named = [(m.end("y"), "FY", m["y"]) for p in _FISCAL for m in p.finditer(text)]
    named += [(m.end("y"), "", m["y"]) for p in _YEARS for m in p.finditer(text)]
    for pattern, step in ((_YEAR_BEFORE, -1), (_YEAR_AFTER, 1)):
        for match in pattern.finditer(text):
            _, head, said = max((y for y in named if y[0] <= match.start()), default=(0, "", ""))
            if said:
                kind = "fiscal" if head else "year"
                year = f"{head}{int(full_year(said)) + step}"
                yield _found(match, kind, year, keeps_words=True)


def _found(match: re.Match[str], kind: str, spelled: str, *, keeps_words: bool = False) -> Measured:
    start, end = match.span()
    return Measured(start, end, f"period {kind}", Period(spelled), keeps_words)


def full_year(said: str) -> str:
    """`'24` and 二〇二四 as 2024; two digits beyond 50 are of the last century."""
    digits = said.lstrip("'’")
    if not digits.isascii():
        return str(chinese(digits))
    if len(digits) == 4:
        return digits
    return f"{19 if int(digits) > 50 else 20}{digits}"


def _quarter_of(match: re.Match[str]) -> int:
    said = match.groupdict()
    quarter = said.get("q") or said.get("w") or said.get("z") or ""
    return int(quarter) if quarter.isdigit() else _ORDINALS[quarter.lower()]


def _quarters(text: str) -> Iterator[Measured]:
    for pattern in _QUARTERS:
        for match in pattern.finditer(text):
            yield _found(match, "quarter", f"{full_year(match['y'])}Q{_quarter_of(match)}")


def _bare_quarters(text: str, dated: list[Measured]) -> Iterator[Measured]:
    """Quarters without a year of their own, as long as another quarter or a year lends them one."""
    years = [(q.start, q.target.text[:4]) for q in dated if isinstance(q.target, Period)]
    years += [(m.start(), full_year(m["y"])) for p in _YEARS for m in p.finditer(text)]
    for match in _BARE_QUARTERS.finditer(text):
        is_inside = any(q.start <= match.start() < q.end for q in dated)
        if years and not is_inside:
            later = [(start, year) for start, year in years if start >= match.start()]
            _, year = min(later) if later else max(years)
            yield _found(match, "quarter", f"{year}Q{_quarter_of(match)}")


def _quarters_together(text: str) -> Iterator[Measured]:
    """`the first half of 2024`: its quarters, one after the other, where a year is named."""
    years = [(m.start(), full_year(m["y"])) for p in (*_YEARS, *_FISCAL) for m in p.finditer(text)]
    for pattern, numbers in _QUARTERS_TOGETHER if years else ():
        for match in pattern.finditer(text):
            later = [(start, year) for start, year in years if start >= match.start()]
            _, year = min(later) if later else max(years)
            for n in numbers:
                yield _found(match, "quarter", f"{year}Q{n}", keeps_words=True)


def _date(match: re.Match[str]) -> Measured:
    said = match.groupdict()
    month = said["m"].lower()
    number = int(month) if month.isdigit() else _month(month)
    day = f"-{int(said['d']):02d}" if said.get("d") else ""
    return _found(match, "date", f"{said['y']}-{number:02d}{day}")


def _month(name: str) -> int:
    return next(n for n, month in enumerate(_MONTHS, 1) if month.startswith(name[:3]))


def _spans(text: str) -> Iterator[Measured]:
    """Decades and centuries, as their first and last year; this century, as its first."""
    for pattern in _DECADES:
        for match in pattern.finditer(text):
            first = _decade(match.groupdict())
            yield from (_found(match, "year", str(y), keeps_words=True) for y in (first, first + 9))
    for match in _CENTURIES.finditer(text):
        number = 20 if match["last"] else _century(match["n"] or match["w"] or match["z"])
        ends = (100 * number - 99, 100 * number)
        yield from (_found(match, "year", str(year), keeps_words=True) for year in ends)
    for match in _MILLENNIUM.finditer(text):
        since = "2000" if "turn" in match[0] or "千禧" in match[0] else "2001"
        yield _found(match, "year", since, keeps_words=True)


def _decade(said: dict[str, str | None]) -> int:
    century = int(said.get("c") or int(said.get("z") or 20) - 1)
    tens = _DECADE_WORDS[(said["w"] or "").lower()] if said.get("w") else 10 * int(said["t"] or 0)
    return 100 * century + tens


def _century(said: str) -> int:
    return int(said) if said.isdigit() else _CENTURY_WORDS[said.lower()]


def _spoken_years(text: str) -> Iterator[Measured]:
    """`twenty twenty-two`; `two thousand five` only where a year is due."""
    for number in spoken(text):
        is_due = 1900 <= number.number < 2100 and _SPOKEN_YEAR.search(text[: number.start])
        if text[number.start].isascii() and (number.is_year or is_due):
            before = re.search(r"\b(?:fy|fiscal(?: year)?)\s$", text[: number.start], re.IGNORECASE)
            kind, head = ("fiscal", "FY") if before else ("year", "")
            start = before.start() if before else number.start
            yield Measured(start, number.end, f"period {kind}", Period(f"{head}{number.number}"))
