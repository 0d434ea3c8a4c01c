"""Fields by what people say when they ask for them.

A cue is a word or phrase that speaks for a field; `how * tall` lets other words stand between its parts. The cues
of a field add up, and a cue shared by many fields counts less.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agent.lexicon.composed import ComposedIndex
from agent.lexicon.plain import GRAMMAR
from agent.lexicon.vehicles import vehicle_cues
from agent.mentions import Mention, PhraseIndex, Token, stem, tokens
from tools.facts.store import Field

_FOLDER = Path(__file__).parent
_CJK = re.compile(r"[一-鿿]")
_QUESTION = re.compile(r"(?:which|what|how|who|where|when|in)\b|哪|几|谁|多少|什么", re.IGNORECASE)
_GAP = " * "
_WIDEST_GAP = 14
_SAYS = 2.0
SURE = 1.6  # so much said for a field leaves little doubt
_HINT = 0.8
_JUST_BELOW = 0.01  # what is said word for word comes before ideas put together
_GRAMMAR_WEIGHT = 0.3
_SHARED = 0.08
_FURTHER_CUES = 0.3
_MOST_FURTHER = 2.0


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that speak for a field: how much, where they stand, and whether they are the field's name.

    `gap` is where other words stand between them: `how long did | Apollo 11 | last`.
    """

    field: str
    weight: float
    start: int
    end: int
    is_name: bool = False
    gap: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class _Lead:
    """What a phrase of the index opens: a whole cue, or the first part of one with a gap."""

    field: str
    weight: float
    rest: tuple[str, ...] = ()
    is_name: bool = False


class FieldLexicon:
    """Finds cues in tokens; built once from the fields and the two tables of cues."""

    def __init__(self, fields: Iterable[Field]) -> None:
        self.fields = {field.id: field for field in fields}
        self._index: PhraseIndex[_Lead] = PhraseIndex(stemmed=True)
        self._composed = ComposedIndex(self.fields)
        self._words: set[str] = set()
        self.phrases: dict[str, list[str]] = defaultdict(list)
        for field in self.fields.values():
            names = (field.en, field.zh, *field.also_en, *field.also_zh)
            for name in dict.fromkeys(names):
                self._add(name, field.id, _SAYS, is_name=not _QUESTION.match(name))
        for lang in ("en", "zh"):
            table = tomllib.loads((_FOLDER / f"fields_{lang}.toml").read_text("utf-8"))
            for field_id, said in table.items():
                if field_id in self.fields:
                    for name in said["says"].split("|"):
                        self._add(name, field_id, _SAYS)
                    for name in said.get("hints", "").split("|"):
                        self._add(name, field_id, _HINT)
        for field_id, phrase in vehicle_cues():
            if field_id in self.fields:
                self._add(phrase, field_id, _SAYS)

    def _add(self, phrase: str, field_id: str, strength: float, *, is_name: bool = False) -> None:
        self.phrases[field_id].append(phrase)
        first, _, second = phrase.partition(_GAP)
        opening, closing = tokens(first), tokens(second)
        words = [token.text for token in (*opening, *closing)]
        self._words.update(words)
        rest = tuple(stem(token.text) for token in closing)
        lead = _Lead(field_id, _weight(words, strength), rest, is_name)
        self._index.add_words(opening, lead)

    def words(self) -> dict[str, float]:
        """The words of the cues, which may be meant where a text is misspelt."""
        return dict.fromkeys(self._words, 3.0)

    def cues(self, words: list[Token]) -> list[Cue]:
        """Every cue in the text."""
        folded = [stem(token.text) for token in words]
        found = []
        for mention in self._index.find(words):
            whole = [lead for lead in mention.meanings if not lead.rest]
            shared = 1 + _SHARED * (len({lead.field for lead in whole}) - 1)
            found += [
                Cue(w.field, w.weight / shared, mention.start, mention.end, w.is_name)
                for w in whole
            ]
            found += _across(mention, words, folded)
        found += [
            Cue(c.field, _SAYS * c.n_ideas - _JUST_BELOW, c.start, c.end)
            for c in self._composed.find(words)
        ]
        return found


def _weight(words: list[str], strength: float) -> float:
    """How much a phrase says: more words say more, words of grammar next to nothing."""
    if any(_CJK.match(word) for word in words):
        telling = len(words)
        return strength * (0.5 + 0.4 * telling) if telling > 1 else 0.8 * strength / _SAYS
    telling_words = sum(1.0 if word not in GRAMMAR else _GRAMMAR_WEIGHT for word in words)
    return strength * telling_words


def _across(mention: Mention[_Lead], words: list[Token], folded: list[str]) -> Iterator[Cue]:
    """The cues with a gap that the phrase opens and later words close."""
    after = mention.first + mention.n_tokens
    for lead in mention.meanings:
        n = len(lead.rest)
        for i in range(after, min(after + _WIDEST_GAP, len(folded) - n + 1) if n else 0):
            if tuple(folded[i : i + n]) == lead.rest:
                gap = (mention.end, words[i].start)
                yield Cue(lead.field, lead.weight, mention.start, words[i + n - 1].end, gap=gap)
                break


@dataclass(frozen=True, slots=True)
class Strength:
    """How much the cues of a field say together, and where the best of them stands."""

    score: float
    start: int = -1
    end: int = -1


def strengths(cues: Iterable[Cue]) -> dict[str, Strength]:
    """For each field what its cues say together."""
    by_field: dict[str, list[Cue]] = defaultdict(list)
    for cue in cues:
        by_field[cue.field].append(cue)
    return {field_id: _together(group) for field_id, group in by_field.items()}


def _together(cues: list[Cue]) -> Strength:
    """The best cue whole, and a part of what others say that do not repeat its words."""
    ordered = sorted(cues, key=lambda c: (-c.weight, c.end))
    best, taken, further = ordered[0], [ordered[0]], 0.0
    for cue in ordered[1:]:
        if all(cue.end <= t.start or cue.start >= t.end for t in taken):
            taken.append(cue)
            further += cue.weight
    score = best.weight + _FURTHER_CUES * min(further, _MOST_FURTHER)
    return Strength(score, best.start, best.end)


def type_votes(cues: Iterable[Cue], fields: Mapping[str, Field]) -> dict[str, float]:
    """How much the cues speak for each type; words at one place share one voice."""
    places: dict[tuple[int, int], dict[str, float]] = defaultdict(dict)
    for cue in cues:
        at = places[cue.start, cue.end]
        at[cue.field] = max(cue.weight, at.get(cue.field, 0.0))
    votes: dict[str, float] = defaultdict(float)
    for weights in places.values():
        types = [(t, weight) for f, weight in weights.items() for t in fields[f].types]
        for entity_type, weight in types:
            votes[entity_type] += weight / _SAYS / len(types)
    return votes
