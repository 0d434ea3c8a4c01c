"""Words of a question that speak for a word of the plan canvas: `over` for >, `tallest` for argmax, 以上 for >=.

A mark stands in the text that the planner reads, behind the words themselves; a comparison's mark stands right
before the number or date that it is about. Ordinary code, the same for every arm; the planner may disregard it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from agent.mentions import Mention, PhraseIndex, Token

_TABLE = Path(__file__).with_name("marks.toml")
_FILLERS = frozenset(
    {
        "the",
        "a",
        "an",
        "year",
        "of",
        "about",
        "around",
        "roughly",
        "some",
        "twice",
        "double",
        "doubled",
        "triple",
        "tripled",
        "half",
        "了",
        "约",
        "大约",
        "在",
        "于",
        "是",
    }
)
_REACH = 2  # fillers between a comparison and its number
_TAIL = (
    6  # tokens between a number and the comparison behind it: four oscars or more, 四座奥斯卡以上
)
_NEGATED = 4  # words between a negation and its thing: not born in Germany
_STOPS = frozenset(",;.?!，。；？！、:：")


@dataclass(frozen=True, slots=True)
class Mark:
    """A canvas word to put into the text at a place."""

    at: int
    word: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where something that was linked stands in the text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """The phrases of `marks.toml`, ready to be found."""

    before: PhraseIndex[str]
    after: PhraseIndex[str]
    words: PhraseIndex[str]
    framed: Mapping[str, PhraseIndex[str]]
    opens: PhraseIndex[str]
    joins: PhraseIndex[str]
    unlike: PhraseIndex[str]
    unlike_after: PhraseIndex[str]
    openings: PhraseIndex[str]


def marks(words: Sequence[Token], amounts: Sequence[Place], things: Sequence[Place]) -> list[Mark]:
    """The marks of a text, in order of mention.

    `amounts` say where its numbers and dates stand, `things` where entities, classes and values do.
    """
    lexicon = _lexicon()
    found = [
        *_compared(words, amounts, lexicon),
        *_excluded(words, things, lexicon),
        *_once(_spoken(words, (*amounts, *things), lexicon)),
    ]
    return sorted(found, key=lambda mark: mark.at)


def _spoken(words: Sequence[Token], places: Sequence[Place], lexicon: _Lexicon) -> Iterator[Mark]:
    """The marks of single phrases outside everything that was linked."""
    if opening := next((m for m in lexicon.openings.find(list(words[:1]))), None):
        yield Mark(opening.end, opening.meanings[0])
    for mention in _longest(lexicon.words.find(list(words))):
        if not any(p.start < mention.end and mention.start < p.end for p in places):
            yield Mark(mention.end, mention.meanings[0])


def _excluded(words: Sequence[Token], things: Sequence[Place], lexicon: _Lexicon) -> Iterator[Mark]:
    """A mark before each thing that is ruled out."""
    for thing in things:
        left = _since_stop([word for word in words if word.end <= thing.start])
        right = [word for word in words if word.start >= thing.end]
        near = [
            m for m in lexicon.unlike.find(left) if len(left) - m.first - m.n_tokens <= _NEGATED
        ]
        if near or _first(right, lexicon.unlike_after, 0):
            yield Mark(thing.start, "!=")


def _since_stop(words: list[Token]) -> list[Token]:
    stops = [at for at, word in enumerate(words) if word.text in _STOPS]
    return words[stops[-1] + 1 :] if stops else words


def _once(found: Iterable[Mark]) -> Iterator[Mark]:
    """Each word at its first place only: a second `is` says nothing new."""
    seen: set[str] = set()
    for mark in found:
        if mark.word not in seen:
            seen.add(mark.word)
            yield mark


def _compared(
    words: Sequence[Token], amounts: Sequence[Place], lexicon: _Lexicon
) -> Iterator[Mark]:
    ranged: set[int] = set()
    for at, amount in enumerate(amounts):
        following = amounts[at + 1] if at + 1 < len(amounts) else None
        if at in ranged:
            yield Mark(amount.start, "<=")
        elif following and _is_range(words, amount, following, lexicon):
            ranged.add(at + 1)
            yield Mark(amount.start, ">=")
        elif word := _comparison(words, amount, lexicon):
            yield Mark(amount.start, word)


def _is_range(words: Sequence[Token], first: Place, second: Place, lexicon: _Lexicon) -> bool:
    """Whether two amounts are the ends of a range: between A and B, 介于A和B."""
    left = [word for word in words if word.end <= first.start]
    middle = [word for word in words if first.end <= word.start and word.end <= second.start]
    if not middle or not _last(left, lexicon.opens):
        return False
    joined = next(iter(lexicon.joins.find(middle)), None)
    return joined is not None and joined.n_tokens == len(middle)


def _comparison(words: Sequence[Token], amount: Place, lexicon: _Lexicon) -> str | None:
    left = [word for word in words if word.end <= amount.start]
    right = [word for word in words if word.start >= amount.end][: _TAIL + 4]
    for said, by_tail in lexicon.framed.items():
        if left and left[-1].text == said and (found := _first(right, by_tail, 0)):
            return found
    for _ in range(_REACH + 1):
        if found := _last(left, lexicon.before):
            return found
        if not left or left[-1].text not in _FILLERS:
            break
        left = left[:-1]
    return _first(right, lexicon.after, _TAIL)


def _last(words: Sequence[Token], index: PhraseIndex[str]) -> str | None:
    """What the longest phrase that ends these words means."""
    tail = list(words[-6:])
    ending = [m for m in index.find(tail) if tail and m.end == tail[-1].end]
    return max(ending, key=lambda m: m.n_tokens).meanings[0] if ending else None


def _first(words: Sequence[Token], index: PhraseIndex[str], skipped: int) -> str | None:
    """What the first phrase means that begins after at most so many words."""
    found = [m for m in index.find(list(words)) if m.first <= skipped]
    return min(found, key=lambda m: (m.first, -m.n_tokens)).meanings[0] if found else None


def _longest(found: Iterable[Mention[str]]) -> list[Mention[str]]:
    """The longest phrases, none overlapping, in order."""
    taken: list[Mention[str]] = []
    for mention in sorted(found, key=lambda m: (-m.n_tokens, m.start)):
        if all(mention.end <= other.start or mention.start >= other.end for other in taken):
            taken.append(mention)
    return sorted(taken, key=lambda m: m.start)


@cache
def _lexicon() -> _Lexicon:
    table = tomllib.loads(_TABLE.read_text("utf-8"))
    between = table["between"]
    return _Lexicon(
        _index(table["before"]),
        _index(table["after"]),
        _index(table["words"]),
        {said: _index(tails) for said, tails in table["framed"].items()},
        _index({"opens": between["opens"]}),
        _index({"joins": between["joins"]}),
        _index({"!=": table["excluding"]["before"]}),
        _index({"!=": table["excluding"]["after"]}),
        _index(table["openings"]),
    )


def _index(phrases: Mapping[str, str]) -> PhraseIndex[str]:
    index: PhraseIndex[str] = PhraseIndex(stemmed=True)
    for word, said in phrases.items():
        for phrase in said.replace("\n", "").split("|"):
            if phrase.strip():
                index.add(phrase.strip(), word)
    return index
