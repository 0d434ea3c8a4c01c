"""What is found in a text, and what speaks for one meaning of it or another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from agent.mentions import Token
from tools.types import Term

# Characters by which a name has to be longer; "the " is no such thing, and Chinese has no articles.
_TELLING, _TELLING_ZH = 5, 2


@dataclass(frozen=True, slots=True)
class Found:
    """A span of the question and the pointer kind and target it links to; where it is empty, its words stay."""

    start: int
    end: int
    kind: str
    label: str
    target: Term

    @property
    def n_chars(self) -> int:
        """How much of the text it takes."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as the lexicon reads it: its tokens, and how much speaks for each type of entity.

    `classes` are the types of the classes said, `carriers` the types that carry the fields surely asked for.
    """

    text: str
    words: tuple[Token, ...]
    votes: Mapping[str, float] = field(default_factory=dict)
    about_films: bool = False
    classes: frozenset[str] = frozenset()
    carriers: frozenset[str] = frozenset()

    @property
    def is_lower(self) -> bool:
        """Whether capitals tell nothing: there are none, or nothing else."""
        return self.text in (self.text.lower(), self.text.upper())

    def vote(self, entity_type: str) -> float:
        """How much the other words of the text speak for a type."""
        return self.votes.get(entity_type, 0.0)

    def speaks_most_of(self, entity_type: str) -> bool:
        """Whether the other words speak for a type, and for no other as much."""
        others = (vote for other, vote in self.votes.items() if other != entity_type)
        return self.vote(entity_type) > max(others, default=0.0)


def without_overlaps(found: Iterable[Found]) -> list[Found]:
    """The longest spans, none overlapping, in order of mention; earlier finds win ties.

    Spans that keep their words take no room, and two periods may share one place (a decade's first and last year).
    """
    taken: list[Found] = []
    for span in sorted(found, key=lambda f: -f.n_chars):
        if not any(_meet(span, other) for other in taken):
            taken.append(span)
    return sorted(taken, key=lambda f: (f.start, f.end))


def _meet(span: Found, other: Found) -> bool:
    if not span.n_chars and not other.n_chars:
        return span.start == other.start and span.target == other.target
    return span.start < other.end and other.start < span.end


def beside(found: Iterable[Found], settled: list[Found], text: str) -> Iterator[Found]:
    """Those that do not share words with what is settled, unless more than an article's length tells them apart."""
    for f in found:
        telling = _TELLING if text[f.start : f.end].isascii() else _TELLING_ZH
        if not any(_meet(f, other) and f.n_chars - other.n_chars < telling for other in settled):
            yield f


def outside(found: Iterable[Found], spans: list[tuple[int, int]]) -> Iterator[Found]:
    """Those that no longer span takes in, and none reaches beyond: the sea in 海拔, 火星卫星 before 卫星数量."""
    for f in found:
        is_taken = any(s <= f.start and f.end <= e and e - s > f.n_chars for s, e in spans)
        is_cut = any(f.start < s < f.end < e for s, e in spans)
        if not is_taken and not is_cut:
            yield f
