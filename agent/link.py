"""Link a question to the facts: which entities, classes, values, periods, numbers and fields it mentions.

Ordinary code, the same for every arm. Mentions become short pointers inside the text; fields keep their
words and get a pointer behind them, because the words decide which of several fields is meant. Words that a
number or a period only follows from (`twice`, `negative`, `the nineties`) stay, with the pointer behind them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain

from agent.lexicon.fields import Cue, FieldLexicon, Ranked, ranked, strengths, type_votes
from agent.lexicon.groups import GroupIndex
from agent.lexicon.measured import Measured
from agent.lexicon.names import NameIndex
from agent.lexicon.periods import periods
from agent.lexicon.quantities import quantities
from agent.lexicon.spans import Found, Reading, outside, without_overlaps
from agent.lexicon.typos import Spelling
from agent.lexicon.values import ValueIndex
from agent.mentions import Token, tokens
from agent.types import Brief, Language, Pointer
from tools.facts.store import FactStore
from tools.types import Entity, EntityClass, FieldRef, Period, Quantity, Term, Text

MAX_FIELDS = 8
MAX_VALUES = 16
REPORT_WORDS = re.compile(
    r"report|overview|summar|profile|brief\b|briefing|dossier|memo|write[- ]?up|fact ?sheet"
    r"|报告|概况|总结|财报|简介|概述|综述|简报|国情|介绍一下|情况|要点",
    re.I,
)
_FILM_WORDS = re.compile(
    r"oscar|academy award|\bfilms?\b|movie|nominat|best picture|best act|statuette|screenplay|cinema|\bdirector|starring"
    r"|\bactor|\bactress|box office|奥斯卡|电影|影片|提名|导演|演员|小金人|影帝|影后|票房|主演|片子",
    re.I,
)
_KEY_FIELDS: dict[str, tuple[str, ...]] = {
    "laureate": ("prize_year", "birth_date", "birth_country", "prize", "death_date", "affiliation"),
    "prize": ("laureates", "prize_year", "prize_amount"),
    "country": ("population", "gdp", "area", "capital", "life_expectancy", "inflation"),
    "company": (
        "revenue",
        "net_income",
        "gross_profit",
        "operating_income",
        "operating_cash_flow",
        "capex",
    ),
    "region": ("ev_sales", "ev_share", "bev_sales", "phev_sales", "bev_stock", "chargers_fast"),
    "astronaut": ("missions", "space_hours", "mission_count", "birth_year", "nationality"),
    "film": ("oscars_won", "oscar_nominations", "oscar_year", "oscar_categories"),
    "film_person": ("oscars_won", "oscar_nominations", "oscar_year", "oscar_categories"),
    "planet": (
        "moon_count",
        "mass",
        "diameter",
        "sun_distance",
        "mean_temperature",
        "orbital_period",
    ),
    "element": ("atomic_number", "symbol", "category", "phase", "melting_point", "boiling_point"),
}
_DATED_COMPANY_FIELDS = ("founded", "index_date")
# Text fields whose words win over names: where they are plausible at all, nothing else is meant.
_SETTLED = ("languages", "nationality")
_SURE = 1.6
_LEFT_OF_CLASS, _LEFT_OF_NAME = 0.8, 0.4
_CLASS_VOTE, _NAME_VOTE = 0.8, 0.4
_NEAR_SCORE, _UNIT_SCORE, _KEY_SCORE, _REPORT_SCORE = 0.7, 1.0, 0.5, 3.0
_CJK = re.compile(r"[一-鿿]")
_SYMBOL_LIKE = re.compile(r"([@#%<])(?=\w)")
_FULL_WIDTH = {0xFF01 + i: 0x21 + i for i in range(94) if chr(0x21 + i).isalnum() or i in (4, 13)}


class Linker:
    """Links questions against one fact store; building takes seconds, linking milliseconds."""

    def __init__(self, store: FactStore) -> None:
        self._lexicon = FieldLexicon(store.fields())
        self._fields = self._lexicon.fields
        self._by_type = {
            t: tuple(f.id for f in self._fields.values() if t in f.types)
            for g in self._fields.values()
            for t in g.types
        }
        self._names = NameIndex(store)
        self._groups = GroupIndex(store)
        self._values = ValueIndex(store, self._fields)
        self._spelling = Spelling(
            _likeliest(self._names, self._groups, self._lexicon, self._values)
        )

    def link(self, question: str) -> Brief:
        """The brief of a question (any length the runner accepts, either language)."""
        text = _SYMBOL_LIKE.sub(r"\1 ", question.strip().translate(_FULL_WIDTH))
        lang: Language = "zh" if len(_CJK.findall(text)) * 3 > len(text.split()) else "en"
        written = tokens(text)
        words = self._spelling.corrected(written, text)
        cues = self._lexicon.cues(words)
        said = strengths(cues)
        found = self._found(self._reading(text, words, cues), cues, said)
        fields = self._rank(text, strengths(_left(cues, found)), found)
        pointers = [
            Pointer(f"@{n}", f.kind, f.label, f.target, f.start, f.end)
            for n, f in enumerate(found, 1)
        ]
        pointers += [_field_pointer(n, r, lang) for n, r in enumerate(fields, 1)]
        slips = [new for old, new in zip(written, words, strict=True) if old.text != new.text]
        return Brief(question, lang, _delexicalised(text, pointers, slips), tuple(pointers))

    def offer(
        self, brief: Brief, terms: Iterable[tuple[str, str, Term]]
    ) -> tuple[Brief, tuple[Pointer, ...]]:
        """The brief with further pointers (kind, label, target); fields take the next free `%`."""
        added: list[Pointer] = []
        for kind, label, target in terms:
            mark = "%" if isinstance(target, FieldRef) else "@"
            n = sum(p.symbol.startswith(mark) for p in (*brief.pointers, *added)) + 1
            if n <= (MAX_FIELDS if mark == "%" else MAX_VALUES):
                added.append(Pointer(f"{mark}{n}", kind, label, target))
        return replace(brief, pointers=(*brief.pointers, *added)), tuple(added)

    def _reading(self, text: str, words: list[Token], cues: list[Cue]) -> Reading:
        """The text with what its cues, its classes and its clear names speak for."""
        votes: dict[str, float] = defaultdict(float, type_votes(cues, self._fields))
        reading = Reading(text, tuple(words), votes, bool(_FILM_WORDS.search(text)))
        for group in self._groups.find(reading):
            votes[_type_of(group.target)] += _CLASS_VOTE
        for entity_type in self._names.clear_types(words):
            votes[entity_type] += _NAME_VOTE
        return reading

    def _found(
        self, reading: Reading, cues: list[Cue], said: Mapping[str, tuple[float, int]]
    ) -> list[Found]:
        """What the text mentions, without overlaps, in order of mention."""
        named = [(cue.start, cue.end) for cue in cues if cue.is_name]
        classes = outside(self._groups.find(reading), named)
        asked = {field_id: score for field_id, (score, _) in said.items()}
        values = [
            (field_id, value)
            for field_id, value in self._values.find(reading, asked)
            if not any(c.field != field_id and _is_part(value, c) for c in cues)
        ]
        settled = [found for field_id, found in values if field_id in _SETTLED]
        others = [found for field_id, found in values if field_id not in _SETTLED]
        measured = _measured(reading.text)
        everything = chain(settled, classes, measured, self._names.find(reading), others)
        found = without_overlaps(everything)
        kept = {field_id for field_id, value in values if value in found}
        implied = self._implied(reading, found, cues, kept)
        found = [*_with_subjects(found), *implied][:MAX_VALUES]
        is_dated = any(asked.get(field_id, 0.0) >= _SURE for field_id in _DATED_COMPANY_FIELDS)
        return found if is_dated else list(_in_fiscal_years(found))

    def _implied(
        self, reading: Reading, found: list[Found], cues: list[Cue], values: set[str]
    ) -> Iterator[Found]:
        """The class that goes without saying: who was aboard Apollo 11 are astronauts, what flows are rivers."""
        present = {_type_of(f.target) for f in found} - {""}
        reached = present | self._related(present)
        free = [cue for cue in cues if not any(_covers(f, cue) for f in found)]
        sure = {i: score for i, (score, _) in strengths(free).items() if score >= _SURE}
        speaking = [i for i in values if not self._fields[i].types & present]
        if sure and not any(self._fields[i].types & reached for i in sure):
            speaking.append(max(sure, key=lambda i: (sure[i], i)))
        types = {t: reading.vote(t) for i in speaking for t in self._fields[i].types}
        if types and (group := self._groups.whole(max(types, key=lambda t: (types[t], t)))):
            yield Found(len(reading.text), len(reading.text), group[0], group[1].label, group[1])

    def _related(self, types: set[str]) -> set[str]:
        """The types that relations of these types lead to."""
        kinds = (field.kind for field in self._fields.values() if field.types & types)
        return {kind.split(":")[1] for kind in kinds if kind.startswith("entity:")}

    def _rank(
        self, text: str, said: Mapping[str, tuple[float, int]], found: list[Found]
    ) -> list[Ranked]:
        types = _types_in_question(found)
        likely = {**said}
        for field_id in self._measured_so(found, types):
            score, end = likely.get(field_id, (0.0, -1))
            likely[field_id] = (score + _UNIT_SCORE, end)
        near = (self._fields[i].near for i in likely)
        others = [Ranked(self._fields[i], _NEAR_SCORE, -1) for i in near if i]
        everything = [*ranked(self._fields, likely, types, text), *others]
        best: dict[str, Ranked] = {}
        for r in sorted(
            [*everything, *self._key_fields(text, types)], key=lambda r: (-r.score, r.field.id)
        ):
            best.setdefault(r.field.id, r)
        return [r for r in best.values() if r.score > 0][:MAX_FIELDS]

    def _measured_so(self, found: list[Found], types: Mapping[str, None]) -> Iterator[str]:
        """The fields of the types in question that are measured in the units of the question's numbers."""
        units = {f.target.unit for f in found if isinstance(f.target, Quantity) and f.target.unit}
        for field in self._fields.values():
            if field.unit in units and field.types & types.keys():
                yield field.id

    def _key_fields(self, text: str, types: Mapping[str, None]) -> Iterator[Ranked]:
        """What people mostly ask of such things, so that a report has its fields without naming them."""
        ids = chain.from_iterable(_KEY_FIELDS.get(t, self._by_type.get(t, ())) for t in types)
        base = _REPORT_SCORE if REPORT_WORDS.search(text) else _KEY_SCORE
        for n, field_id in enumerate(dict.fromkeys(ids)):
            yield Ranked(self._fields[field_id], base - 0.01 * n, -1)


def _likeliest(*sources: NameIndex | GroupIndex | FieldLexicon | ValueIndex) -> dict[str, float]:
    """Every word of the sources with the most that any of them gives it."""
    weights: dict[str, float] = {}
    for source in sources:
        for word, weight in source.words().items():
            weights[word] = max(weight, weights.get(word, 0.0))
    return weights


def _measured(text: str) -> Iterator[Found]:
    for m in chain(periods(text), quantities(text)):
        start = m.end if m.keeps_words else m.start
        yield Found(start, m.end, m.kind, _label(m, text), m.target)


def _label(measured: Measured, text: str) -> str:
    return getattr(measured.target, "text", "") or text[measured.start : measured.end].strip()


def _is_part(found: Found, cue: Cue) -> bool:
    """Whether a sure cue takes the words and more: `military` in `military budget`."""
    is_inside = cue.start <= found.start and found.end <= cue.end
    return is_inside and cue.weight >= _SURE and cue.end - cue.start > found.n_chars


def _covers(found: Found, cue: Cue) -> bool:
    return found.start <= cue.start and cue.end <= found.end


def _left(cues: Iterable[Cue], found: list[Found]) -> Iterator[Cue]:
    """The cues with what their words still say where a pointer took them; values leave them whole."""
    taken = [(f, _LEFT_OF_CLASS if _is_whole(f.target) else _LEFT_OF_NAME) for f in found]
    for cue in cues:
        left = [part for f, part in taken if not isinstance(f.target, Text) and _covers(f, cue)]
        yield replace(cue, weight=cue.weight * min(left, default=1.0))


def _is_whole(target: Term) -> bool:
    return isinstance(target, EntityClass) and target.field is None


def _with_subjects(found: list[Found]) -> Iterator[Found]:
    """Beside a laureate, a subject may be what the prize was for as well as a class: both are offered."""
    is_about_one = any(
        _type_of(f.target) == "laureate" and isinstance(f.target, Entity) for f in found
    )
    for f in found:
        yield f
        match f.target:
            case EntityClass(field="prize_category", value=str() as subject) if is_about_one:
                yield Found(f.end, f.end, "value prize category", subject, Text(subject))


def _in_fiscal_years(found: list[Found]) -> Iterator[Found]:
    """A year beside companies alone is a fiscal year, which is how their figures are kept."""
    types = {_type_of(f.target) for f in found} - {""}
    for f in found:
        if types == {"company"} and f.kind == "period year" and isinstance(f.target, Period):
            year = Period(f"FY{f.target.text}")
            yield replace(f, kind="period fiscal", label=year.text, target=year)
        else:
            yield f


def _types_in_question(found: list[Found]) -> dict[str, None]:
    """The types mentioned, classes first: a question about mountains in a country asks for mountains."""
    ordered = sorted(found, key=lambda f: not isinstance(f.target, EntityClass))
    return dict.fromkeys(t for f in ordered if (t := _type_of(f.target)))


def _type_of(target: Term) -> str:
    return target.type if isinstance(target, Entity | EntityClass) else ""


def _field_pointer(n: int, found: Ranked, lang: Language) -> Pointer:
    label = found.field.zh if lang == "zh" else found.field.en
    return Pointer(f"%{n}", "field", label, FieldRef(found.field.id, label), end=found.end)


def _delexicalised(text: str, pointers: list[Pointer], slips: list[Token]) -> str:
    """The text with spans replaced by `@k kind`, `%k` behind the words of each field's best cue, slips mended."""
    spans = [p for p in pointers if p.start >= 0]
    marks: dict[int, str] = {}
    for p in reversed([p for p in pointers if p.symbol.startswith("%") and p.end >= 0]):
        inside = next((s for s in spans if s.start < p.end < s.end), None)
        marks[inside.end if inside else p.end] = p.symbol
    pieces, at = [], 0
    for cut, piece, resume in _cuts(spans, marks, slips):
        pieces += [text[at:cut].lower(), piece]
        at = max(at, resume)
    return " ".join(" ".join([*pieces, text[at:].lower()]).split())


def _cuts(
    spans: list[Pointer], marks: dict[int, str], slips: list[Token]
) -> list[tuple[int, str, int]]:
    cuts = [(s.start, 2, f" {s.symbol} {s.kind} ", s.end) for s in spans]
    cuts += [(end, 1, f" {symbol} ", end) for end, symbol in marks.items()]
    outside_spans = [
        t for t in slips if not any(s.start < t.end and t.start < s.end for s in spans)
    ]
    cuts += [(t.start, 0, t.text, t.end) for t in outside_spans]
    return [(start, piece, resume) for start, _, piece, resume in sorted(cuts)]
