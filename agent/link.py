"""Link a question to the facts: which entities, classes, values, periods, numbers and fields it mentions.

Ordinary code, the same for every arm. Mentions become short pointers inside the text; fields keep their
words and get a pointer behind them, because the words decide which of several fields is meant.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from rapidfuzz import fuzz

from agent.measures import Measured, periods, quantities
from agent.mentions import Mention, PhraseIndex, Token, fold, tokens
from agent.types import Brief, Language, Pointer
from tools.facts.store import FactStore, Field
from tools.types import Entity, EntityClass, FieldRef, Term, Text

MAX_FIELDS = 8
MAX_VALUES = 16
_FILM_WORDS = re.compile(
    r"oscar|academy award|film|movie|nominat|best picture|奥斯卡|电影|影片|提名|导演|演员", re.I
)
REPORT_WORDS = re.compile(r"report|overview|summar|profile|报告|概况|总结|财报|简介", re.I)
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
_PRIOR = {"country": 15.0, "planet": 3.0, "element": 2.0}
_CLOSED_TYPES = frozenset({"country", "element", "planet", "region"})
_COMMON = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be by can do does for from has have how in is it its may more most no of on one "
        "or so than that the their them there this to two us was were what when where which who why will "
        "with you year years first last new all any both each other same share price time list name total "
        "born won made south north east west central long high low between after before about city river "
        "mountain lake island country planet moon company",
    )
)
_CJK = re.compile(r"[一-鿿]")
_SYMBOL_LIKE = re.compile(r"([@#%<])(?=\w)")


@dataclass(frozen=True, slots=True)
class _Found:
    """A span of the question and the pointer kind and target it links to."""

    start: int
    end: int
    kind: str
    label: str
    target: Term


@dataclass(frozen=True, slots=True)
class _Ranked:
    """A field with its score and the end of its best span (-1 where only its meaning matched)."""

    field: Field
    score: float
    end: int


class Linker:
    """Links questions against one fact store; building takes a second, linking milliseconds."""

    def __init__(self, store: FactStore) -> None:
        self._store = store
        self._fields = store.fields()
        self._by_id = {f.id: f for f in self._fields}
        self._by_type = {
            t: tuple(f.id for f in self._fields if t in f.types)
            for g in self._fields
            for t in g.types
        }
        self._entities = _entity_index(store)
        self._classes = _class_index(store)
        self._values = _value_index(self._by_id)
        self._phrases = _field_index(self._fields)

    def link(self, question: str) -> Brief:
        """The brief of a question (any length the runner accepts, either language)."""
        text = _SYMBOL_LIKE.sub(r"\1 ", question.strip())
        lang: Language = "zh" if len(_CJK.findall(text)) * 3 > len(text.split()) else "en"
        words = tokens(text)
        field_mentions = list(self._phrases.find(words))
        votes = _type_votes(field_mentions)
        named = _outside_fields(self._named(text, words, votes), field_mentions)
        found = _without_overlaps(chain(named, _measured(text)))[:MAX_VALUES]
        ranked = self._rank(text, field_mentions, found)
        pointers = [
            Pointer(f"@{n}", f.kind, f.label, f.target, f.start, f.end)
            for n, f in enumerate(found, 1)
        ]
        pointers += [_field_pointer(n, r, lang) for n, r in enumerate(ranked, 1)]
        return Brief(question, lang, _delexicalised(text, pointers), tuple(pointers))

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

    def _named(self, text: str, words: list[Token], votes: dict[str, float]) -> Iterable[_Found]:
        is_lower = text == text.lower()
        about_films = bool(_FILM_WORDS.search(text))
        for mention in self._entities.find(words):
            if not _is_plausible(mention, text, is_lower, votes):
                continue
            if chosen := _choose(mention, votes, about_films):
                yield _Found(
                    mention.start,
                    mention.end,
                    chosen.type.replace("_", " "),
                    chosen.name,
                    chosen,
                )
        for group in self._classes.find(words):
            best = group.meanings[0]
            yield _Found(
                group.start, group.end, f"class {best.type.replace('_', ' ')}", best.label, best
            )
        for value in self._values.find(words):
            field_id, said = value.meanings[0]
            yield _Found(
                value.start,
                value.end,
                f"value {self._by_id[field_id].en.lower()}",
                said,
                Text(said),
            )

    def _rank(
        self, text: str, mentions: list[Mention[Field]], found: list[_Found]
    ) -> list[_Ranked]:
        types = _types_in_question(found)
        scores: dict[str, tuple[float, int]] = {}
        for mention in mentions:
            for field in mention.meanings:
                score = (
                    2.0 * mention.n_tokens
                    if not _CJK.search(mention.phrase)
                    else 0.8 * mention.n_tokens + 1
                )
                if score > scores.get(field.id, (0.0, -1))[0]:
                    scores[field.id] = (score, mention.end)
        reachable = self._reachable(types, scores)
        ranked = [
            _Ranked(self._by_id[i], score + self._fit(i, types, reachable), end)
            for i, (score, end) in scores.items()
        ]
        ranked += self._near(scores)
        ranked += self._by_meaning(text, types, set(scores))
        best: dict[str, _Ranked] = {}
        for r in sorted(ranked, key=lambda r: (-r.score, r.field.id)):
            best.setdefault(r.field.id, r)
        return [r for r in best.values() if r.score > 0][:MAX_FIELDS]

    def _reachable(self, types: Mapping[str, None], matched: Iterable[str]) -> set[str]:
        kinds = (self._by_id[i].kind for i in matched)
        return set(types) | {kind.split(":")[1] for kind in kinds if kind.startswith("entity:")}

    def _fit(self, field_id: str, types: Mapping[str, None], reachable: set[str]) -> float:
        carriers = self._by_id[field_id].types
        if not types:
            return 0.0
        if carriers & types.keys():
            return 2.0
        return 0.5 if carriers & reachable else -3.0

    def _near(self, matched: Mapping[str, tuple[float, int]]) -> list[_Ranked]:
        """Fields that mean nearly the same as one that was said: the words rarely tell them apart."""
        near = (self._by_id[i].near for i in matched)
        return [_Ranked(self._by_id[i], 0.7, -1) for i in near if i and i not in matched]

    def _by_meaning(self, text: str, types: Mapping[str, None], known: set[str]) -> list[_Ranked]:
        """Fields no phrase of which was said, by likeness of words; only for the types in question."""
        folded = fold(text)
        likeness = []
        for field in self._fields:
            if field.id in known or not field.types & types.keys():
                continue
            label = field.zh if _CJK.search(text) else field.en.lower()
            likeness.append(_Ranked(field, fuzz.partial_ratio(label, folded) / 100, -1))
        likeness.sort(key=lambda r: (-r.score, r.field.id))
        return [r for r in likeness[:3] if r.score > 0.6] + self._key_fields(text, types, known)

    def _key_fields(self, text: str, types: Mapping[str, None], known: set[str]) -> list[_Ranked]:
        """What people mostly ask of such things, so that a report has its fields without naming them."""
        ids = chain.from_iterable(_KEY_FIELDS.get(t, self._by_type.get(t, ())) for t in types)
        kept = [i for i in dict.fromkeys(ids) if i not in known]
        base = 3.0 if REPORT_WORDS.search(text) else 0.5
        return [_Ranked(self._by_id[i], base - 0.01 * n, -1) for n, i in enumerate(kept)]


def _entity_index(store: FactStore) -> PhraseIndex[tuple[Entity, float]]:
    index: PhraseIndex[tuple[Entity, float]] = PhraseIndex()
    for alias, entity_id, _lang, weight in store.aliases():
        entity = store.entity(entity_id)
        if entity is not None and (len(alias) > 1 or _CJK.match(alias)):
            index.add(alias, (entity, weight))
    return index


def _class_index(store: FactStore) -> PhraseIndex[EntityClass]:
    index: PhraseIndex[EntityClass] = PhraseIndex(stemmed=True)
    classes = {c.id: c for c in store.classes()}
    for phrase, class_id, _lang in store.class_aliases():
        index.add(phrase, classes[class_id])
    return index


def _value_index(fields: dict[str, Field]) -> PhraseIndex[tuple[str, str]]:
    index: PhraseIndex[tuple[str, str]] = PhraseIndex(stemmed=True)
    table = tomllib.loads(Path(__file__).with_name("values.toml").read_text("utf-8"))
    for field_id, values in table.items():
        for value, said in values.items():
            for phrase in said.split("|"):
                if field_id in fields:
                    index.add(phrase, (field_id, value))
    return index


def _field_index(fields: Iterable[Field]) -> PhraseIndex[Field]:
    index: PhraseIndex[Field] = PhraseIndex(stemmed=True)
    for field in fields:
        for phrase in (field.en, field.zh, *field.also_en, *field.also_zh):
            index.add(phrase, field)
    return index


def _type_votes(mentions: list[Mention[Field]]) -> dict[str, float]:
    votes: dict[str, float] = defaultdict(float)
    for mention in mentions:
        types = [t for field in mention.meanings for t in field.types]
        for t in types:
            votes[t] += mention.n_tokens / len(types)
    return votes


def _is_plausible(
    mention: Mention[tuple[Entity, float]], text: str, is_lower: bool, votes: Mapping[str, float]
) -> bool:
    said = text[mention.start : mention.end]
    if _CJK.search(said):
        is_element = any(e.type == "element" for e, _ in mention.meanings)
        return mention.n_tokens > 1 or (is_element and votes.get("element", 0.0) > 0)
    if mention.n_tokens > 1:
        return True
    if mention.phrase in _COMMON or len(mention.phrase) < 2:
        return False
    if said[0].isupper():
        return len(said) > 2 or said.isupper()
    return len(said) > 3 and (is_lower or any(e.type in _CLOSED_TYPES for e, _ in mention.meanings))


def _choose(
    mention: Mention[tuple[Entity, float]], votes: dict[str, float], about_films: bool
) -> Entity | None:
    """The likeliest meaning: well known, of a type that the question's fields carry or point to."""
    best, best_score = None, float("-inf")
    for entity, weight in mention.meanings:
        if entity.type in ("film", "film_person") and not about_films:
            continue
        is_surname = mention.n_tokens == 1 and " " in entity.name
        score = weight + 10.0 * votes.get(entity.type, 0.0) + _PRIOR.get(entity.type, 0.0)
        score -= 40.0 * is_surname
        if score > best_score:
            best, best_score = entity, score
    return best


def _measured(text: str) -> Iterable[_Found]:
    for m in chain(periods(text), quantities(text)):
        yield _Found(m.start, m.end, m.kind, _label(m, text), m.target)


def _label(measured: Measured, text: str) -> str:
    return getattr(measured.target, "text", "") or text[measured.start : measured.end].strip()


def _outside_fields(found: Iterable[_Found], fields: list[Mention[Field]]) -> Iterator[_Found]:
    """Leave out a class whose name is a part of a field's: the sea in 海拔, the market in `market cap`."""
    spans = [(m.start, m.end) for m in fields]
    for f in found:
        is_part = any(s <= f.start and f.end <= e and e - s > f.end - f.start for s, e in spans)
        if not (is_part and isinstance(f.target, EntityClass)):
            yield f


def _without_overlaps(found: Iterable[_Found]) -> list[_Found]:
    """The longest spans, none overlapping, in order of mention; earlier sorts win ties."""
    taken: list[_Found] = []
    for span in sorted(found, key=lambda f: f.start - f.end):
        if all(span.end <= t.start or span.start >= t.end for t in taken):
            taken.append(span)
    return sorted(taken, key=lambda f: f.start)


def _types_in_question(found: list[_Found]) -> dict[str, None]:
    """The types mentioned, classes first: a question about mountains in a country asks for mountains."""
    ordered = sorted(found, key=lambda f: not isinstance(f.target, EntityClass))
    return dict.fromkeys(t for f in ordered if (t := _type_of(f.target)))


def _type_of(target: Term) -> str:
    return target.type if isinstance(target, Entity | EntityClass) else ""


def _field_pointer(n: int, ranked: _Ranked, lang: Language) -> Pointer:
    label = ranked.field.zh if lang == "zh" else ranked.field.en
    return Pointer(f"%{n}", "field", label, FieldRef(ranked.field.id, label), end=ranked.end)


def _delexicalised(text: str, pointers: list[Pointer]) -> str:
    """The text with spans replaced by `@k kind`, and `%k` behind the words of each field's best span."""
    spans = [p for p in pointers if p.start >= 0]
    marks: dict[int, str] = {}
    for p in reversed([p for p in pointers if p.symbol.startswith("%") and p.end >= 0]):
        inside = next((s for s in spans if s.start < p.end < s.end), None)
        marks[inside.end if inside else p.end] = p.symbol
    pieces, at = [], 0
    for cut, piece, resume in _cuts(spans, marks):
        pieces += [text[at:cut].lower(), piece]
        at = resume
    return " ".join(" ".join([*pieces, text[at:].lower()]).split())


def _cuts(spans: list[Pointer], marks: dict[int, str]) -> list[tuple[int, str, int]]:
    cuts = [(s.start, 1, f" {s.symbol} {s.kind} ", s.end) for s in spans]
    cuts += [(end, 0, f" {symbol} ", end) for end, symbol in marks.items()]
    return [(start, piece, resume) for start, _, piece, resume in sorted(cuts)]
