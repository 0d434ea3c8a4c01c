"""Sets of characters, and what UTF-8 makes of them: languages over bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from model.constraints.terms import Terms

LAST = 0x10FFFF
_SURROGATES = (0xD800, 0xDFFF)
_LONGEST = (0x7F, 0x7FF, 0xFFFF, LAST)
"""The last code point that takes 1, 2, 3, 4 bytes."""


@dataclass(frozen=True, slots=True)
class Characters:
    """A set of characters as disjoint ranges of code points, ascending; surrogates are never in it."""

    ranges: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, *ranges: tuple[int, int]) -> Characters:
        """The characters in any of the ranges, ends included."""
        first, last = _SURROGATES
        cut = [(low, min(high, first - 1)) for low, high in ranges if low < first]
        cut += [(max(low, last + 1), high) for low, high in ranges if high > last]
        return cls(tuple(_joined(cut)))

    @classmethod
    def among(cls, text: str) -> Characters:
        """The characters of a text."""
        return cls.of(*((ord(character), ord(character)) for character in text))

    def __or__(self, other: Characters) -> Characters:
        """The characters in either."""
        return Characters.of(*self.ranges, *other.ranges)

    def inverted(self) -> Characters:
        """All other characters."""
        edges = [(-1, -1), *self.ranges, (LAST + 1, LAST + 1)]
        gaps = ((end + 1, start - 1) for (_, end), (start, _) in pairwise(edges))
        return Characters.of(*gaps)

    def term(self, terms: Terms) -> int:
        """The language of the encoded characters."""
        return terms.either(
            terms.concat(*(terms.byte_in(_bitmap(low, high)) for low, high in sequence))
            for low, high in self.ranges
            for sequence in _sequences(low, high)
        )


def _joined(ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The same characters in as few ranges as possible."""
    start, end = -1, -2
    for low, high in sorted(pair for pair in ranges if pair[0] <= pair[1]):
        if low > end + 1:
            if start >= 0:
                yield start, end
            start = low
        end = max(end, high)
    if start >= 0:
        yield start, end


def _sequences(low: int, high: int) -> Iterator[list[tuple[int, int]]]:
    """A range of code points as sequences of byte ranges, all combinations of which are meant."""
    for longest in _LONGEST:
        if low <= longest < high:
            yield from _sequences(low, longest)
            low = longest + 1
    # What varies in a byte lets all bytes behind it vary fully, or the range is split.
    for n_bits in (6, 12, 18):
        full = (1 << n_bits) - 1
        if low >> n_bits == high >> n_bits or high <= _LONGEST[0]:
            break
        if low & full:
            yield from _sequences(low, low | full)
            yield from _sequences((low | full) + 1, high)
            return
        if high & full != full:
            yield from _sequences(low, (high & ~full) - 1)
            yield from _sequences(high & ~full, high)
            return
    yield list(zip(chr(low).encode(), chr(high).encode(), strict=True))


def _bitmap(low: int, high: int) -> int:
    return (1 << high + 1) - (1 << low)
