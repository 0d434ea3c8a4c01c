"""The Factbook's lists and phrases read into values: names, shares, members, persons, dates, keywords.

Guarantees: pure functions; a value is a name, a figure or a word of our own, never a sentence.
Does not guarantee: that a list is complete where the source's own text is cut off.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

KEYWORDS_FILE = Path(__file__).with_name("keywords.toml")
LONGEST_NAME_CHARS, LONGEST_NAME_WORDS = 60, 8
_ASIDE = re.compile(r"\s*\([^()]*\)|\s*\[[^][]*\]")
_NOTE = re.compile(r"\s*;?\s*\b(?:note|NOTE)\b\s*[-:].*$")
_OPENING = re.compile(
    r"^(?:(?:and|or|some|small|large|major|minor|other|modest|limited|abundant|extensive|substantial|significant|possible"
    r"|potential|probable|unexploited|undeveloped|untapped|sizable|considerable|negligible|vast|huge|exploitable|locally"
    r"|known|valuable|minimal|varied|primarily|mainly|mostly|including|quantities|amounts|reserves|deposits|traces|of|the)"
    r"\s+)+(?=[a-z])"
)
_NO_NAME = re.compile(
    r"^(?:none|NA|NEGL|nil|negligible|unknown|not available|other|others|etc\.?|n/a|\W*)$|fosters|\bis\b|\bare\b|\bhas\b",
    re.I,
)
_SHARE = re.compile(
    r"^(?P<name>.*?)[\s(]*(?:approximately|about|almost|nearly|over|more than|at least|est\.|~)?\s*"
    r"(?P<share>\d+(?:\.\d+)?(?:\s?[-–]\s?\d+(?:\.\d+)?)?)\s?%(?P<rest>.*)$"
)
_LESS = re.compile(r"\s*(?:\(|,)?\s*(?:less than|fewer than|under|<)\s*[\d.]+\s?%?\)?\s*(?::\s*)?")
_LESS_BEFORE = re.compile(r"\s*(?:less than|fewer than|under|<)\s*$")
_UNTOLD = re.compile(
    r"^(?:other|unspecified|unknown|refused|no answer|no response|not stated|undeclared|don't know|not specified|none or)"
    r"|\bunspecified$|^foreign",
    re.I,
)
_NO_MEMBER = re.compile(
    r"observer|associate|partner|correspondent|excluded|suspended|subscriber|guest|candidate|signatory|applicant|cooperat"
    r"|dialogue|withdr|former|pending|subbureau",
    re.I,
)
_SURNAME = re.compile(r"[^\W\d_]*[A-ZÀ-Þ]{2,}[^\W\d_]*")
# Not XI, which is a surname.
_ROMAN = re.compile(r"^(?:I{1,3}|IV|VI{0,3}|IX|X|XI{2,3}|XIV|XVI{0,3})$")
_TITLE = re.compile(
    r"^.*\b(?:President|Minister|Premier|Chancellor|King|Queen|Emperor|Sultan|Amir|Emir|Duke|Prince|Pope|Captains? Regent"
    r"|Governor|Governor[- ]General|Chairman|Chairperson|Administrator|Commissioner|Prefect|Leader|Head of State|Regent"
    r"|Secretary|Speaker|Councillor|Bailiff|Superior|Executive|Chief|Taoiseach|Mayor|Supreme Leader)\b"
    r"(?: of (?:the )?(?:State|(?:Federal |Transitional )?Government|(?:Territorial|Presidential|State|Regional|General|"
    r"Departmental) Council|Council of Ministers|China|Republic|Swiss Confederation|Assembly|Parliament|Cabinet))?[,.]?\s+"
)
_RANK = re.compile(
    r"^(?:(?:Capt|Gen|Lt|Col|Maj|Brig|Dr|Sir|Dame|Adm|Field Marshal|Sheikh|Ayatollah|Crown Prince|Grand Duke|King|the"
    r"|HH|HRH|Hon|Rt|Right|Honou?rable|Ret|Brigadier|General|Colonel|Archbishop|Co-Prince|Mr|Mrs|Ms|\(Ret\))\.?,?\s+)+"
)
_SINCE = re.compile(r"\(since (?:approximately |about )?(?P<date>[^)]*)\)")
_TOWN = re.compile(r"(\d[\d,.]*(?: million)?)\s+([^\d,;]+?)(?=\s*(?:[,;]|$))")
_MONTHS = {month: n for n, month in enumerate(
    ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
     "december"), 1)}  # fmt: skip
_DAY = re.compile(r"(\d{1,2})(?:[-–]\d{1,2})?\s+([A-Za-z]{3,9})\s+(\d{4})")
_WRITTEN = re.compile(r"\d{4}-\d{2}(?:-\d{2})?$")
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_MONTH = re.compile(r"([A-Z][a-z]{2,8})\s+(?:or [A-Z][a-z]+ )?(\d{4})")
_YEAR = re.compile(r"\b((?:1[0-9]|20)\d{2})\b")


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole: its name and its percentage as written (`99`, `75-80`), empty where none is given."""

    name: str
    percent: str = ""

    @property
    def said(self) -> str:
        """The part as a value: `Muslim (99%)`."""
        return f"{self.name} ({self.percent}%)" if self.percent else self.name


def bare(text: str) -> str:
    """A text without what stands in brackets, nested ones included, and without its closing note."""
    text = _NOTE.sub("", text)
    while (shorter := _ASIDE.sub("", text)) != text:
        text = shorter
    return text.strip()


def names(text: str) -> list[str]:
    """The names of a list: `coal, iron ore; small reserves of gold` -> coal, iron ore, gold."""
    parts = (part.strip(' .:"“”') for part in re.split(r"[;,]", bare(text)))
    opened = (_OPENING.sub("", part) for part in parts)
    return _distinct(name for name in opened if _is_name(name))


def sites(text: str) -> list[str]:
    """The names of a list parted by semicolons alone."""
    parts = (part.strip(" .") for part in bare(text).split(";"))
    return _distinct(part for part in parts if part and len(part) <= 2 * LONGEST_NAME_CHARS)


def phrase(text: str) -> list[str]:
    """The first name of a text, up to a semicolon, a bracket or `or`."""
    first = re.split(r";|\s+or\s+|:", bare(text))[0].strip(' "“”.')
    return [first] if first and not _NO_NAME.search(first) else []


def title(text: str) -> list[str]:
    """What stands in quotation marks, else the first phrase."""
    quoted = re.search(r"[\"“](.+?)[\"”]", text)
    return [quoted[1].strip(" ,")] if quoted else phrase(text)


def demonym(text: str) -> list[str]:
    """`Algerian(s)` -> Algerian; `Greenlander(s) or Kalaallit` -> both."""
    whole = bare(re.sub(r"\((?:s|es|n|ren|men|a)\)", "", text))
    parts = (part.strip() for part in re.split(r"[;,]|\bor\b|\band\b", whole))
    return _distinct(part for part in parts if part != part.lower() and _is_name(part))


def shares(text: str) -> list[Share]:
    """The parts of a whole with their percentages; what is only called `other` is left out."""
    parts = (_share(part) for part in _top_level(_NOTE.sub("", text)))
    kept = (part for part in parts if part.name and not _UNTOLD.search(part.name))
    return list({part.name: part for part in kept}.values())


def _share(part: str) -> Share:
    outside = bare(part)
    text = outside if "%" in outside or "%" not in part else part
    found = _SHARE.match(text)
    if found is None:
        return _named(_LESS.sub("", text))
    name, is_less = _LESS_BEFORE.subn("", found["name"])
    return _named(name or found["rest"], "" if is_less else re.sub(r"\s", "", found["share"]))


def _named(name: str, percent: str = "") -> Share:
    """A share under a name that can be one; else an empty one."""
    clean = re.sub(r"\s+\d+(?:\.\d+)?[%/]?$", "", bare(name).strip(" .:;,(")).strip()
    return Share(clean, percent) if _is_name(clean) and len(clean) > 2 else Share("")


def _top_level(text: str) -> list[str]:
    """The parts between commas and semicolons that stand outside brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "([") - (letter in ")]")
        if letter in ",;" and depth <= 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts if part.strip()]


def place(text: str) -> list[str]:
    """The part of the world that a text names first: `Western Africa, bordering …` -> Western Africa."""
    first = re.split(r",| bordering | between | north of | south of ", bare(text))[0].strip()
    return [first] if first and first[0].isupper() and len(first) <= LONGEST_NAME_CHARS else []


def tier(text: str) -> list[str]:
    """`Tier 2 Watch List — …` -> Tier 2 Watch List."""
    found = re.match(r"Tier \d(?: Watch List)?|Special Case", text)
    return [found[0]] if found else []


def towns(text: str) -> list[tuple[str, str]]:
    """`2.902 million ALGIERS (capital), 936,000 Oran` -> (Algiers, 2.902 million), (Oran, 936,000)."""
    found = _TOWN.findall(bare(text))
    return [(" ".join(_cased(word) for word in name.split()), size) for size, name in found]


def members(text: str) -> list[str]:
    """The organizations of a list, but for those where the country only looks on."""
    listed = (part.strip(" .") for part in _top_level(text))
    full = (bare(part) for part in listed if not _NO_MEMBER.search(part.partition("(")[2]))
    plain = (name.replace("- ", "-") for name in full)
    return _distinct(name for name in plain if _is_name(name))


def person(text: str) -> list[str]:
    """`President Abdelmadjid TEBBOUNE (since 12 December 2019)` -> Abdelmadjid Tebboune."""
    first = re.split(r"\sis\b", bare(re.split(r";|\(since| represented by", text)[0]))[0]
    parts = first.split(", ")
    named = next((part for part in parts if _surnames(part)), "")
    if not named:
        return []
    bare_name = re.sub(r" of (?:the )?[A-Z]\w+$", "", _RANK.sub("", _TITLE.sub("", named)))
    return [" ".join(_cased(word) for word in bare_name.split())]


def authors(text: str) -> list[str]:
    """`Mufdi ZAKARIAH/Mohamed FAWZI` -> both names; what is unknown or traditional has none."""
    parts = (part.strip() for part in re.split(r"/|,|\band\b", bare(text)))
    return _distinct(
        " ".join(_cased(word) for word in part.split()) for part in parts if _surnames(part)
    )


def _surnames(text: str) -> list[str]:
    return [word for word in _SURNAME.findall(text) if not _ROMAN.match(word)]


def _cased(word: str) -> str:
    if _ROMAN.match(word) or not _SURNAME.fullmatch(
        word.replace("-", "").replace("'", "").replace("’", "")
    ):
        return word
    return re.sub(r"[^\W\d_]+", lambda part: _capital(part[0]), word)


def _capital(part: str) -> str:
    """`MACRON` -> Macron; `al` and `McKay` stay."""
    return part.capitalize() if part.isupper() else part


def since(text: str) -> list[str]:
    """The date in `(since 12 December 2019)`."""
    found = _SINCE.search(text)
    return moment(found["date"]) if found else []


def moment(text: str) -> list[str]:
    """The first date of a text as the table spells it: `2024-09-07`, `2026-06`, `2029`."""
    if found := _WRITTEN.match(text):
        return [found[0]]
    if (found := _DAY.search(text)) and (month := _month(found[2])):
        return [f"{found[3]}-{month:02}-{int(found[1]):02}"]
    if found := _AMERICAN.search(text):
        date = datetime(int(found[3]), int(found[1]), int(found[2]))
        return [date.strftime("%Y-%m-%d")]
    if (found := _MONTH.search(text)) and (month := _month(found[1])):
        return [f"{found[2]}-{month:02}"]
    return _YEAR.findall(text)[:1]


def _month(name: str) -> int | None:
    return next((n for month, n in _MONTHS.items() if month.startswith(name.lower()[:3])), None)


def yes_no(text: str) -> list[str]:
    """`yes` or `no`, where the text begins so."""
    found = re.match(r"(yes|no)\b", text.strip(), re.I)
    return [found[1].lower()] if found else []


def canonical(field_id: str, name: str) -> str:
    """The one spelling of a name, where `keywords.toml` has the field; the name itself elsewhere."""
    known = _patterns().get(field_id, [])
    return next((value for value, pattern in known if pattern.fullmatch(name)), name)


def keywords(field_id: str, text: str) -> list[str]:
    """The values of `keywords.toml` whose words stand in the text."""
    return [value for value, pattern in _patterns()[field_id] if pattern.search(text)]


@cache
def _patterns() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    table = tomllib.loads(KEYWORDS_FILE.read_text(encoding="utf-8"))
    return {
        field_id: [(value, re.compile(rf"\b(?:{said})", re.I)) for value, said in values.items()]
        for field_id, values in table.items()
    }


def counted(text: str) -> list[tuple[int, str]]:
    """`12 districts and 2 autonomous districts*; Abidjan …` -> (12, districts), (2, autonomous districts)."""
    first = bare(text.replace("*", "")).partition(";")[0]
    found = re.findall(r"(\d+)\s+([a-z][a-z -]*?)(?=\s*(?:,|$|\band\b\s+\d|\band\b one))", first)
    return [(int(number), kind.strip()) for number, kind in found]


def _is_name(text: str) -> bool:
    is_short = len(text) <= LONGEST_NAME_CHARS and len(text.split()) <= LONGEST_NAME_WORDS
    return bool(text) and is_short and not _NO_NAME.search(text)


def _distinct(values: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(values))
