"""Numbers in a text, in both languages, scaled to base units: `8k m`, `half a billion`, `30m people`, 两千八百亿美元.

A small number in words counts only where something is compared or counted with it (`at least three`, 四座以上), so
that `one of the two` stays text. `twice` is 2, `below zero` and `negative` are 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from agent.lexicon.measured import Measured
from agent.lexicon.numerals import SMALL, Spoken, spoken
from tools.types import Quantity
from tools.values.metrology import SPELLED
from tools.values.units import SCALES

_SCALES = {word: 10**power for word, power in SCALES.items()} | {
    "hundred": 10**2, "百": 10**2, "mln": 10**6, "mio": 10**6, "mil": 10**6, "bln": 10**9, "trn": 10**12, "t": 10**12,
}  # fmt: skip
_MEASURED = frozenset(
    {"km2", "km", "m", "mi", "ft", "%", "USD", "SEK", "K", "°C", "h", "days", "GWh", "t"}
)  # what the facts are asked by; any other unit stays among the words
_NO_UNIT_BEHIND = frozenset({"$", "us$", "百分比"})
_SPOKEN = {
    "km2": ("sq. km", "sqkm"), "km": ("klick",), "m": ("m", "mtr"), "USD": ("buck", "刀"),
    "%": ("pct", "percentage point", "个百分点"), "SEK": ("krona", "kronor", "克朗"),
    "K": ("degrees kelvin", "开"), "h": ("个小时", "钟头", "个钟头"), "t": ("ton",),
    "years": ("years old", "year old", "years of age", "岁", "周岁"),
    "km/s": ("km/s", "kilometres per second", "kilometers per second", "km per second", "公里每秒", "千米每秒", "公里/秒"),
    "m/s2": ("m/s2", "m/s²", "metres per second squared", "meters per second squared", "米每二次方秒"),
    "days": ("earth day", "地球日", "个地球日"),
    "g/cm3": ("g/cm3", "g/cm³", "grams per cubic centimetre", "克每立方厘米"),
}  # as people say it, beside the spellings that the tools know  # fmt: skip


def _is_letter(spelling: str) -> bool:
    """Whether a spelling is a single letter, as the scales are: `5k`, `3t`."""
    return len(spelling) == 1 and spelling.isascii() and spelling.isalpha()


_UNIT_OF = {
    spelling: unit
    for spelling, unit in SPELLED.items()
    if unit in _MEASURED and spelling not in _NO_UNIT_BEHIND and not _is_letter(spelling)
} | {spelling: unit for unit, spellings in _SPOKEN.items() for spelling in spellings}
_COUNTED = (
    r"people|ppl|inhabitants|residents|citizens|souls|persons|heads|dollars|usd|bucks|cars|vehicles|units|evs|electric"
    r"|employees|voters|humans"
)
_COUNTED_ZH = "人|口|辆|台|名|位|美元|座|个|部|颗|项|次"
_SPELLED_UNITS = "|".join(
    re.escape(spelling)
    + (r"s?(?![a-z0-9²])" if spelling[-1].isalpha() and spelling.isascii() else "")
    for spelling in sorted(_UNIT_OF, key=len, reverse=True)
)
_SCALE = (
    r"(?:thousand|million|billion|trillion|hundred|mn|mln|mio|mil|bn|bln|tn|trn)s?\b"
    r"|万亿|千亿|百亿|十亿|千万|百万|十万|亿|万|千(?!米)|百(?!分)"
)
_NUMBER = re.compile(
    rf"(?<![A-Za-z\d.,@#%])(?P<sign>[-−])?(?:(?P<currency>US\$|[$€£￥])\s?)?"
    rf"(?P<digits>(?:\d{{1,3}}(?:[,，]\d{{3}})+|\d+)(?:\.\d+)?|\.\d+)"
    rf"(?P<scale>\s?(?:{_SCALE})|k(?=\s(?:m\b|met|km|sq)|\s?(?:ft|feet|kelvin|{_COUNTED}|[^\sA-Za-z]|$)|\s)|[mb](?=\s?(?:sq|km|{_COUNTED})\b)"
    rf"|(?-i:[MBT])(?![A-Za-z]))?"
    rf"[\s-]?(?P<unit>{_SPELLED_UNITS})?",
    re.IGNORECASE,
)
_MONEY_SCALE = re.compile(r"\s?(?P<letter>[kmbt])\b", re.IGNORECASE)
_HALVED = (
    r"people|population|inhabitants|residents|citizens|adults|women|men|girls|boys|children|kids|young|households|homes"
    r"|new cars|cars|vehicles|sales|land|area|territory|country|forest|forested|wooded|woods|desert|urban|energy|electricity"
    r"|power|parliament|mps|lawmakers|members|seats|gdp|economy|output|budget|income|waste|trash|rubbish|garbage|water|workers"
    r"|exports|imports|trade"
)
_FRACTIONS = tuple(
    (re.compile(pattern, re.IGNORECASE), Quantity(Decimal(number), unit))
    for pattern, number, unit in (
        (r"\b(?:twice|double[ds]?|doubling|two-?fold)\b(?![- ]?check)", "2", ""),
        (r"\b(?:thrice|triple[ds]?|tripling|treble[ds]?|three-?fold)\b", "3", ""),
        (r"\b(?:quadruple[ds]?|four-?fold)\b", "4", ""),
        (r"\b(?:ten-?fold)\b", "10", ""),
        (rf"\bhalf(?= (?:of )?(?:all |the |its |their |a |every )*(?:[\w'’]+ )?(?:{_HALVED})\b)", "50", "%"),
        (r"\b(?:halved|(?<!first )(?<!second )(?<!opening )(?<!latter )(?<!last )half(?= (?:as|the|of|that)\b))", "0.5", ""),
        (r"(?<!\d)(?<!degrees )\b(?:below|above|under|over) (?:zero|nil)\b|(?<![a-z-])(?:negative|positive)(?![a-z-])|\bin the (?:red|black)\b"
         r"|\b(?:net loss|(?:made|make|makes|making|booked|posted) (?:a |any |no )?(?:net )?loss(?:es)?|los(?:t|e|ing) money|loss-making|unprofitable|burn(?:ed|t|s|ing)? (?:through )?(?:cash|money))\b", "0", ""),
        (r"翻(?:了)?(?:一番|倍|一倍|番)|加倍|一倍(?:多|以上)?", "2", ""),
        (r"翻(?:了)?(?:两番|二番)", "4", ""),
        (r"(?:负|正)(?:数|值|的)|(?:为|是|转|成)(?:负|正)(?![负正确式在常好])|有没有亏|亏损(?:吗|没有|了吗)|亏了钱|亏钱|亏本|烧钱|零下(?![\d一二三四五六七八九十百两])", "0", ""),
        (r"(?<!m )(?<!metres )(?<!meters )(?<!feet )(?<!ft )(?<!far )\b(?:below|beneath|under|lower than) (?:the )?sea level\b"
         r"|海平面(?:以|之)下(?![\d一二三四五六七八九十百两])|低于海平面(?![\d一二三四五六七八九十百两])", "0", ""),
        (r"(?:一半|过半|半数)", "50", "%"),
        (r"\b(?:without|no|not have) (?:any )?(?:known )?(?:moons?|satellites?)\b|\bmoonless\b|\bnever (?:\w+ ){0,3}?spacewalk(?:ed|s)?\b"
         r"|没有(?:任何|天然)?卫星|无卫星|没有月亮|一颗卫星[都也]没有|没出过舱|从未出舱|没有出过舱", "0", ""),
    )
)  # fmt: skip
_IN_KELVIN = re.compile(r"melt|boil|kelvin|temperature|熔|沸|温度|开尔文", re.IGNORECASE)
_TENTHS = re.compile(r"(?P<tens>[一二两三四五六七八九\d])成(?P<ones>[一二三四五六七八九半])?")
_PERCENT = re.compile(r"百分之(?P<digits>[零〇一二三四五六七八九十百\d.]+)")
_COMPARED = re.compile(
    r"\b(?:at least|at most|more than|less than|fewer than|greater than|over|above|below|under|exactly|only|up to|beyond"
    r"|no (?:more|less|fewer) than|minimum(?: of)?|maximum(?: of)?|exceed(?:s|ed|ing)?|past|north of|south of|shy of|top(?:s|ped)?"
    r"|by|reach(?:ed|es)?|not even|than|from|between|no fewer than|or)\s+(?:the |a |an )?$",
    re.IGNORECASE,
)
_OR_MORE = re.compile(
    r"\s+(?:to|and|-) (?:\w+ )?(?:\d|"
    + "|".join(SMALL)
    + r")|\W*(?:\w+\W+){0,2}?(?:or|and) (?:more|fewer|less|above|up|over)\b|\s*\+",
    re.IGNORECASE,
)
_TIMES = re.compile(r"\s?(?:times|x)\b|倍", re.IGNORECASE)
_COMPARED_ZH = re.compile(
    r"(?:超过|多于|少于|大于|小于|高于|低于|至少|至多|最多|不到|没到|未到|不足|不止|未达|达到?|顶多|最少|起码|不低于|不高于|不少于|不多于|不超过|最低|最高|为|是|等于|有|到|至|比|于|以上|以下|以内|过|破|上|足|够|满)$"
)
_OR_MORE_ZH = re.compile(
    rf"[多余]?(?:{_COUNTED_ZH}|岁|米|公里|平方公里|小时|年|开|度|枚|届)?[^，。？?,]{{0,4}}?(?:以上|以下|以内|开外|左右|多(?![少大高长深久远重快])|及以上|或(?:更|以)[多高大少低小上下长])"
)
# colder than minus 100 degrees, 零下40度, 低于海平面100米
_MINUS = re.compile(
    r"(?:^|\b(?:than|below|above|under|over|of|at|to|is|or|and|about|around|reach(?:es)?|exceed(?:s|ing)?) )(?P<word>(?:minus|negative)\s)$"
    r"|(?P<sign>零下|负|海平面(?:以|之)?下|低于海平面)$",
    re.IGNORECASE,
)
_BELOW = re.compile(
    r"\s?(?:degrees?\s)?below (?:zero|freezing|(?:the )?sea level)\b", re.IGNORECASE
)
_ORDINAL_ZH = re.compile(r"周期|族|号元素")  # places in the periodic table are numbers
_PLACES = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth",
    "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth",
)  # fmt: skip
_PLACE = re.compile(
    rf"\b(?:(?P<word>{'|'.join(_PLACES)})|(?P<digits>1?\d)(?:st|nd|rd|th)) (?=(?:row|period|group|column)s?\b)",
    re.IGNORECASE,
)
_OF_ELEMENTS = re.compile(r"element|periodic|metal|gas\b|gases|\btable\b", re.IGNORECASE)
_LONGEST_SMALL = 12


def quantities(text: str) -> Iterator[Measured]:
    """Every number that the text names, scaled to base units."""
    for match in _NUMBER.finditer(text):
        yield _signed(_digits(match, text), text)
    for number in spoken(text):
        yield from (_signed(each, text) for each in _words(number, text))
    yield from _percentages(text)
    yield from _places(text)
    for pattern, quantity in _FRACTIONS:
        for match in pattern.finditer(text):
            yield Measured(match.start(), match.end(), "number", quantity, keeps_words=True)


def _digits(match: re.Match[str], text: str) -> Measured:
    number, end = Decimal(re.sub("[,，]", "", match["digits"])), match.end()
    scale, unit = (match["scale"] or "").strip().lower(), (match["unit"] or "").lower()
    if (
        match["currency"]
        and not scale
        and (letter := _MONEY_SCALE.match(text, match.end("digits")))
    ):
        scale, unit, end = {"t": "tn"}.get(said := letter["letter"].lower(), said), "", letter.end()
    if scale == "k" and not unit and _IN_KELVIN.search(text):
        scale, unit = "", "kelvin"
    if not scale and not unit and (kelvin := _kelvin(text, end)):
        unit, end = "kelvin", kelvin
    number *= _SCALES.get(scale.rstrip("s"), _SCALES.get(scale, 1))
    named = _per_second(_unit(unit), text[: match.start()]) or (
        "USD" if (match["currency"] or "").endswith("$") else ""
    )
    number = number.quantize(Decimal(1)) if number == number.to_integral_value() else number
    end = match.start() + len(text[match.start() : end].rstrip(" -"))
    return Measured(
        match.start(), end, "number", Quantity(-number if match["sign"] else number, named)
    )


def _signed(measured: Measured, text: str) -> Measured:
    """The number below zero where the words around it say so."""
    minus = _MINUS.search(text[: measured.start])
    below = None if minus else _BELOW.match(text, measured.end)
    target = measured.target
    if not isinstance(target, Quantity) or not (minus or below):
        return measured
    start = minus.start(minus.lastgroup or 0) if minus else measured.start
    end = below.end() if below else measured.end
    return replace(
        measured, start=start, end=end, target=replace(target, number=-abs(target.number))
    )


def _kelvin(text: str, at: int) -> int:
    """Where a K for kelvin ends that stands at a place, 0 if none does; a small k only beside temperatures."""
    match = re.compile(r"\s?(?P<k>[Kk])(?![A-Za-z])").match(text, at)
    is_meant = match is not None and (match["k"] == "K" or _IN_KELVIN.search(text) is not None)
    return match.end() if match and is_meant else 0


def _unit(said: str) -> str:
    bare = said.strip().lower()
    return _UNIT_OF.get(bare) or _UNIT_OF.get(bare.rstrip("s"), "")


def _per_second(unit: str, before: str) -> str:
    """每秒10公里 is a speed."""
    return "km/s" if unit == "km" and before.endswith("每秒") else unit


def _words(number: Spoken, text: str) -> Iterator[Measured]:
    """A number in words with the unit behind it, where it counts something."""
    unit = re.match(rf"[\s-]?(?P<unit>{_SPELLED_UNITS})", text[number.end :], re.IGNORECASE)
    is_article = text[number.start : number.end] == "一"
    is_measure = not is_article or bool(_COMPARED_ZH.search(text[: number.start]))
    said = _unit(unit["unit"]) if unit and is_measure else ""
    is_part = text[: number.start][-1:].isdigit()
    end = number.end + (unit.end() if unit and said else 0)
    if not said and (kelvin := _kelvin(text, end)):
        said, end = "K", kelvin
    if not number.is_year and not is_part and (said or _counts(number, text)):
        yield Measured(number.start, end, "number", Quantity(number.number, said))


def _counts(number: Spoken, text: str) -> bool:
    """Whether the number is large, or something is compared with it."""
    before, after = text[: number.start], text[number.end :]
    if text[number.start].isascii():
        is_large = number.number > _LONGEST_SMALL
        return is_large or bool(
            _COMPARED.search(before) or _OR_MORE.match(after) or _TIMES.match(after)
        )
    is_large = number.end - number.start > 1 and number.number > _LONGEST_SMALL
    is_compared = bool(
        _COMPARED_ZH.search(before)
        and re.match(rf"[多余]?(?:{_COUNTED_ZH}|枚|届|成)|[^一-鿿]|$|[的且而并或]", after)
    )
    return (
        is_large
        or is_compared
        or bool(_OR_MORE_ZH.match(after) or _TIMES.match(after))
        or _is_scale(number, before)
        or (before.endswith("第") and bool(_ORDINAL_ZH.match(after)))
    )


def _is_scale(number: Spoken, before: str) -> bool:
    """破亿, 过万: a scale alone is a number where something is compared with it."""
    return number.number >= 10**4 and bool(re.search(r"(?:过|破|上|超|超过|不到|近|足)$", before))


def _percentages(text: str) -> Iterator[Measured]:
    for match in _PERCENT.finditer(text):
        said = match["digits"]
        number = Decimal(said) if said[0].isdigit() and said[0].isascii() else _spoken(said)
        yield Measured(match.start(), match.end(), "number", Quantity(number, "%"))
    for match in _TENTHS.finditer(text):
        ones = 5 if match["ones"] == "半" else _spoken(match["ones"]) if match["ones"] else 0
        number = 10 * (
            Decimal(match["tens"]) if match["tens"].isascii() else _spoken(match["tens"])
        )
        yield Measured(match.start(), match.end(), "number", Quantity(number + ones, "%"))


def _places(text: str) -> Iterator[Measured]:
    """The rows and columns of the periodic table: metals in the fourth row."""
    for match in _PLACE.finditer(text) if _OF_ELEMENTS.search(text) else ():
        number = match["digits"] or _PLACES.index(match["word"].lower()) + 1
        end = match.end() - 1
        yield Measured(
            match.start(), end, "number", Quantity(Decimal(number), ""), keeps_words=True
        )


def _spoken(said: str) -> Decimal:
    return next((each.number for each in spoken(said)), Decimal(0))
