"""What a text mentions: names, classes, values, periods and numbers, each place read one way.

Longer spans win; where a field's name or a settled value takes the words, names give way. A class that goes without
saying stands at the end of the text: who was aboard Apollo 11 are astronauts.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain

from agent.lexicon.fields import SURE, Cue, FieldLexicon, strengths, type_votes
from agent.lexicon.fractions import fractions
from agent.lexicon.groups import GroupIndex
from agent.lexicon.measured import Measured
from agent.lexicon.names import NameIndex
from agent.lexicon.overlap import WordOverlap
from agent.lexicon.parts import is_part, uncut, unless_swallowed
from agent.lexicon.periods import periods
from agent.lexicon.plain import is_plain
from agent.lexicon.quantities import quantities
from agent.lexicon.ranking import NAMED_BY, is_report_request
from agent.lexicon.senses import FILMS
from agent.lexicon.spans import Found, Reading, beside, outside, without_overlaps
from agent.lexicon.typos import Spelling
from agent.lexicon.values import FoundValue, ValueIndex
from agent.mentions import Token
from tools.facts.store import FactStore
from tools.types import Entity, EntityClass, Period, Quantity, Term, Text

_FILM_WORDS = re.compile(
    r"oscar|academy award|\bfilms?\b|movie|nominat|best picture|best act|statuette|screenplay|cinema|\bdirector|starring"
    r"|\bactor|\bactress|box office|\bgongs?\b|\bthe academy\b|golden stat|gold(?:en)? m[ae]n\b|best (?:original |adapted )?(?:song|score|editing|cinematography|costume)|奥斯卡|电影|影片|提名|导演|演员|小金人|影帝|影后|票房|主演|片子",
    re.I,
)
_DATED_COMPANY_FIELDS = ("founded", "index_date")
_TELLING = 1.0
_FAR = 10_000
_CLASS_VOTE, _NAME_VOTE = 0.8, 0.4
_VALUE_CUE = 1.2
_SUBJECT = "value prize category"
_GENDER = "gender"
# Signs that would read as pointers or fall into bytes.
_READ_AS = {
    "%": "percent",
    "°C": "celsius",
    "K": "kelvin",
    "km2": "square km",
    "g/cm3": "density",
    "km/s": "speed",
    "m/s2": "acceleration",
}
_LEFT_OF_CLASS, _LEFT_OF_NAME = 0.8, 0.4


@dataclass(frozen=True, slots=True)
class Mentioned:
    """What a text mentions in order of mention, and what its words still say of fields beside that."""

    found: tuple[Found, ...]
    cues: tuple[Cue, ...]


class Lexicon:
    """Everything that words may mean, over one fact store."""

    def __init__(self, store: FactStore) -> None:
        self._store = store
        self._cues = FieldLexicon(store.fields())
        self.fields = self._cues.fields
        self.overlap = WordOverlap(self.fields, self._cues.phrases)
        self._names = NameIndex(store)
        self._groups = GroupIndex(store)
        self._values = ValueIndex(store, self.fields)
        words = _likeliest(self._names, self._groups, self._cues, self._values)
        self._spelling = Spelling(words, frozenset(self._names.words()))

    def spelled(self, words: list[Token], text: str) -> list[Token]:
        """The tokens of a text, the misspelt ones mended."""
        return self._spelling.corrected(words, text)

    def mentioned(self, text: str, words: list[Token]) -> Mentioned:
        """What the text mentions, from its mended tokens."""
        cues = self._cues.cues(words)
        asked = {field_id: said.score for field_id, said in strengths(cues).items()}
        reading = self._reading(text, words, cues)
        values = [
            value
            for value in self._values.find(reading, asked)
            if not any(self._takes(c, value, reading) for c in cues)
        ]
        found = self._read(reading, cues, values)
        kept = [value for value in values if value.found in found]
        implied = [*self._implied(reading, found, cues, kept), *self._winners(text, found)]
        said = [*_with_subjects(found), *_with_discoverers(found, values), *implied]
        together = self._in_fiscal_years(said, cues)
        return Mentioned(tuple(together), (*_left(cues, found), *_asked_by(kept)))

    def _takes(self, cue: Cue, value: FoundValue, reading: Reading) -> bool:
        """Whether a cue of another field takes a value's words: `how many women`, but not of astronauts."""
        if cue.field == value.field or not is_part(value.found, cue):
            return False
        votes = (
            max((reading.vote(t) for t in self.fields[field_id].types), default=0.0)
            for field_id in (cue.field, value.field)
        )
        return next(votes) >= next(votes)

    def _reading(self, text: str, words: list[Token], cues: list[Cue]) -> Reading:
        """The text with what its cues, its classes and its clear names speak for."""
        votes: dict[str, float] = defaultdict(float, type_votes(cues, self.fields))
        reading = Reading(text, tuple(words), votes, bool(_FILM_WORDS.search(text)))
        said = [_type_of(group.target) for group in self._groups.find(reading)]
        for entity_type in said:
            votes[entity_type] += _CLASS_VOTE
        for entity_type in self._names.clear_types(words):
            votes[entity_type] += _NAME_VOTE
        sure = (i for i, strength in strengths(cues).items() if strength.score >= SURE)
        carriers = frozenset(t for field_id in sure for t in self.fields[field_id].types)
        is_film = reading.about_films or _speaks_of_films(votes)
        return replace(reading, about_films=is_film, classes=frozenset(said), carriers=carriers)

    def _read(self, reading: Reading, cues: list[Cue], values: list[FoundValue]) -> list[Found]:
        classes = outside(self._groups.find(reading), [(c.start, c.end) for c in cues if c.is_name])
        classes = unless_swallowed(classes, cues)
        known = list(unless_swallowed(self._names.find(reading), cues))
        settled = [value.found for value in values if value.is_settled]
        others = uncut((v.found for v in values if not v.is_settled), known, cues)
        classes = _behind(classes, [*settled, *others])
        told = [value.found for value in values if self._goes_before_films(value, reading)]
        whole = uncut(known, known, cues)
        named = (f for f in whole if f.kind != "film" or not _is_among(f, told))
        names = beside(named, settled, reading.text)
        return without_overlaps(chain(settled, classes, _measured(reading.text), names, others))

    def _goes_before_films(self, value: FoundValue, reading: Reading) -> bool:
        """Whether a value is meant where a film is called so too: the crew of Apollo 13, who flew."""
        votes = (reading.vote(t) for t in self.fields[value.field].types)
        return not reading.about_films and max(votes, default=0.0) > reading.vote("film")

    def _winners(self, text: str, found: list[Found]) -> Iterator[Found]:
        """What a subject may mean beside the value: the winners, and the prize of the only year."""
        named = {_type_of(f.target) for f in found if isinstance(f.target, Entity)}
        for f in found if not named & {"laureate", "prize"} else ():
            if f.kind == _SUBJECT and isinstance(f.target, Text):
                yield from self._groups.of_subject(f.target.text, text, f.end)

    def _implied(
        self, reading: Reading, found: list[Found], cues: list[Cue], values: list[FoundValue]
    ) -> Iterator[Found]:
        """The class of the things that have the values or fields in question, where nothing such is named."""
        present = {_type_of(f.target) for f in found} - {""}
        reached = present | self._related(present)
        free = [cue for cue in cues if not any(_covers(f, cue) or _cuts(f, cue) for f in found)]
        said = {i: said.score for i, said in strengths(free).items() if said.score >= SURE}
        classes = {_type_of(f.target) for f in found if isinstance(f.target, EntityClass)}
        sure = {i: score for i, score in said.items() if not self._asks_for(i, classes)}
        spoken = {value.field: value for value in values}
        least = max(SURE, self._most(sure, self.fields[_GENDER].types))
        of_others = self._most(sure, present) >= least
        speaking = [
            i
            for i in spoken
            if not (self.fields[i].types & present or (i == _GENDER and of_others))
        ]
        is_told = any(self.fields[i].types & reached for i in sure)
        if not speaking and sure and not is_told and not is_report_request(reading.text):
            telling = {i for i in sure if not present or _is_telling(reading, free, i)}
            if owner := self._sole_owner({i: sure[i] for i in telling}):
                yield replace(owner, start=len(reading.text), end=len(reading.text))
                return
            # Beside a name a class stands for what such a thing has not got; beside a class it only misleads.
            near = [i for i in sure if not classes or self._leads_to(self.fields[i].types, present)]
            speaking += sorted(near, key=lambda i: (self._is_of(i, reading), sure[i], i))[-1:]
        carriers = {i: self._holders(spoken[i]) for i in speaking if i in spoken}
        types = Counter(t for i in speaking for t in carriers.get(i) or self.fields[i].types)
        if types:
            likeliest = max(types, key=lambda t: (types[t], reading.vote(t), t))
            yield from self._groups.whole(likeliest, len(reading.text))

    def _is_of(self, field_id: str, reading: Reading) -> bool:
        """Whether a class says whose field it is, though the field's name took its words: `element number 50`."""
        return bool(self.fields[field_id].types & reading.classes)

    def _leads_to(self, types: frozenset[str], named: set[str]) -> bool:
        """Whether things of these types have to do with what is named: laureates with countries, seas with no moon."""
        is_market = "region" in types and "country" in named
        return is_market or any(
            field.kind.removeprefix("entity:") in named or named & set(NAMED_BY.get(field.id, ()))
            for field in self.fields.values()
            if field.types & types
        )

    def _most(self, said: Mapping[str, float], types: Iterable[str]) -> float:
        """How much is said for the likeliest field of things of these types."""
        scores = (said[i] for i in said if not self.fields[i].types.isdisjoint(types))
        return max(scores, default=0.0)

    def _holders(self, value: FoundValue) -> set[str]:
        """The types of the things that have a value; an Oscar for editing is a film's."""
        index = self._store.index(value.field)
        held = (i for i, facts in index.items() if any(f.value == value.found.label for f in facts))
        return {entity.type for i in held if (entity := self._store.entity(i))}

    def _sole_owner(self, sure: Mapping[str, float]) -> Found | None:
        """The one company that has what is asked for most: who speaks of iPhone sales speaks of Apple."""
        likeliest_first = sorted(sure, key=lambda i: (-sure[i], i))
        if not sure or self.fields[likeliest_first[0]].types != {"company"}:
            return None
        for field_id in likeliest_first:
            owners = self._store.index(field_id)
            entity = self._store.entity(next(iter(owners))) if len(owners) == 1 else None
            if entity and entity.type == "company":
                return Found(0, 0, entity.type, entity.name, entity)
        return None

    def _asks_for(self, field_id: str, classes: set[str]) -> bool:
        """Whether a field is what `which country` says beside the class of countries."""
        return self.fields[field_id].kind in {f"entity:{each}" for each in classes}

    def _related(self, types: set[str]) -> set[str]:
        """The types that relations of these types lead to."""
        kinds = (field.kind for field in self.fields.values() if field.types & types)
        return {kind.split(":")[1] for kind in kinds if kind.startswith("entity:")}

    def _in_fiscal_years(self, found: list[Found], cues: list[Cue]) -> Iterator[Found]:
        """A year beside companies alone is a fiscal year, unless it says when one was founded or joined."""
        types = {_type_of(f.target) for f in found} - {""}
        figures = [
            c for c in cues if self.fields[c.field].kind == "number" and c.weight >= _TELLING
        ]
        dates = [c for c in cues if c.field in _DATED_COMPANY_FIELDS and c.weight >= _TELLING]
        for f in found:
            is_year = f.kind == "period year"
            is_date = bool(dates) and _distance(f, dates) <= _distance(f, figures)
            if types == {"company"} and is_year and not is_date:
                yield replace(f, kind="period fiscal", label=f"FY{f.label}", target=_fiscal(f))
            else:
                yield f


def _is_telling(reading: Reading, cues: Iterable[Cue], field_id: str) -> bool:
    """Whether more than everyday words speak for a field: iPhones, but not what a country produces."""
    spans = [(cue.start, cue.end) for cue in cues if cue.field == field_id]
    said = (w for w in reading.words if any(s <= w.start and w.end <= e for s, e in spans))
    return not all(is_plain(word.text) for word in said)


def _behind(classes: Iterable[Found], values: list[Found]) -> Iterator[Found]:
    """Classes of all things of a type, less the words that a value takes: `water companies in the index`."""
    for group in classes:
        takers = [v for v in values if v.start < group.start < v.end < group.end]
        is_whole = isinstance(group.target, EntityClass) and group.target.field is None
        yield replace(group, start=takers[0].end) if takers and is_whole else group


def _speaks_of_films(votes: Mapping[str, float]) -> bool:
    """Whether cues speak for films or their people, and of nothing else as much."""
    others = max((vote for t, vote in votes.items() if t not in FILMS), default=0.0)
    return max(votes.get(t, 0.0) for t in FILMS) > max(_TELLING, others)


def _fiscal(found: Found) -> Period:
    return Period(f"FY{found.label}")


def _distance(found: Found, cues: list[Cue]) -> int:
    """How many characters lie between a span and the nearest of the cues."""
    gaps = (max(found.start - cue.end, cue.start - found.end, 0) for cue in cues)
    return min(gaps, default=_FAR)


def _likeliest(*sources: NameIndex | GroupIndex | FieldLexicon | ValueIndex) -> dict[str, float]:
    """Every word of the sources with the most that any of them gives it."""
    weights: dict[str, float] = {}
    for source in sources:
        for word, weight in source.words().items():
            weights[word] = max(weight, weights.get(word, 0.0))
    return weights


def _measured(text: str) -> Iterator[Found]:
    for m in chain(periods(text), quantities(text), fractions(text)):
        start = m.end if m.keeps_words else m.start
        yield Found(start, m.end, _kind(m), _label(m, text), m.target)


def _kind(measured: Measured) -> str:
    """The kind of a pointer; a number's unit stands beside it, because it tells which field is compared."""
    match measured.target:
        case Quantity(unit=unit) if unit:
            return f"{measured.kind} {_READ_AS.get(unit, unit.lower())}"
    return measured.kind


def _label(measured: Measured, text: str) -> str:
    return getattr(measured.target, "text", "") or text[measured.start : measured.end].strip()


def _type_of(target: Term) -> str:
    return target.type if isinstance(target, Entity | EntityClass) else ""


def _is_among(found: Found, others: Iterable[Found]) -> bool:
    return any((found.start, found.end) == (other.start, other.end) for other in others)


def _covers(found: Found, cue: Cue) -> bool:
    return found.start <= cue.start and cue.end <= found.end


def _cuts(found: Found, cue: Cue) -> bool:
    """Whether a class takes the end of a cue's words and goes on: `how many female | cosmonauts`."""
    is_class = isinstance(found.target, EntityClass)
    return is_class and cue.start < found.start < cue.end < found.end


def _left(cues: Iterable[Cue], found: list[Found]) -> Iterator[Cue]:
    """The cues with what their words still say where a pointer took them; values leave them whole."""
    taken = [f for f in found if not isinstance(f.target, Text)]
    for cue in cues:
        parts = [_part_left(f.target) for f in taken if _covers(f, cue)]
        yield replace(cue, weight=cue.weight * min(parts, default=1.0))


def _part_left(target: Term) -> float:
    is_whole_type = isinstance(target, EntityClass) and target.field is None
    return _LEFT_OF_CLASS if is_whole_type else _LEFT_OF_NAME


def _asked_by(values: Iterable[FoundValue]) -> Iterator[Cue]:
    """A value asks for its field."""
    for value in values:
        yield Cue(value.field, _VALUE_CUE, value.found.start, value.found.end)


def _with_subjects(found: list[Found]) -> Iterator[Found]:
    """Beside a laureate, a subject may be what the prize was for as well as a class: both are offered."""
    is_about_one = any(isinstance(f.target, Entity) and f.target.type == "laureate" for f in found)
    for f in found:
        yield f
        match f.target:
            case EntityClass(field="prize_category", value=str() as subject) if is_about_one:
                yield Found(f.end, f.end, _SUBJECT, subject, Text(subject))


def _with_discoverers(found: list[Found], values: Iterable[FoundValue]) -> Iterator[Found]:
    """A laureate's name may stand for a discoverer, who is a text: both are offered."""
    laureates = [f for f in found if isinstance(f.target, Entity) and f.target.type == "laureate"]
    for value in values:
        told = value.found
        if value.field == "discoverer" and any(
            f.start < told.end and told.start < f.end for f in laureates
        ):
            yield replace(told, start=told.end)
