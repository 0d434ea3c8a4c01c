"""Regular languages over bytes as terms, and their derivatives (Brzozowski 1964; Owens, Reppy and Turon 2009).

A term is a number in an arena that gives equal terms equal numbers. The derivative of a language by a byte
is what may follow that byte in it, so the derivatives of a term are the states of an automaton, intersection
and complement included. Equalities of terms are recognised by shape: equal languages may have several terms.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

ALL_BYTES = (1 << 256) - 1

Form = tuple[tuple[int, int], ...]
"""Disjoint sets of bytes (bitmaps), each with the term of what may follow."""

_Key = tuple[str, tuple[int, ...]]


class Terms:
    """An arena of terms; `nothing` is the empty language, `empty` that of the empty text alone."""

    def __init__(self) -> None:
        self._keys: list[_Key] = []
        self._nullable: list[bool] = []
        self._number: dict[_Key, int] = {}
        self._forms: dict[int, Form] = {}
        self.nothing = self._intern("bytes", (0,), False)
        self.empty = self._intern("repeat", (self.nothing, 0, -1), True)
        self.anything = self._intern(
            "repeat", (self._intern("bytes", (ALL_BYTES,), False), 0, -1), True
        )

    def is_nullable(self, term: int) -> bool:
        """Whether the empty text belongs to the language."""
        return self._nullable[term]

    def byte_in(self, some: int) -> int:
        """One byte out of a set, given as a bitmap."""
        return self._intern("bytes", (some,), False)

    def literal(self, text: bytes) -> int:
        """Exactly this text."""
        return self.concat(*(self.byte_in(1 << byte) for byte in text))

    def concat(self, *terms: int) -> int:
        """One after the other."""
        return reduce(lambda rest, first: self._pair(first, rest), reversed(terms), self.empty)

    def either(self, terms: Iterable[int]) -> int:
        """The union."""
        flat = self._flattened("either", terms) - {self.nothing}
        if self.anything in flat:
            return self.anything
        byte_sets = {t for t in flat if self._keys[t][0] == "bytes"}
        if len(byte_sets) > 1:
            merged = reduce(int.__or__, (self._keys[t][1][0] for t in byte_sets))
            flat = flat - byte_sets | {self.byte_in(merged)}
        if self.empty in flat and any(self._nullable[t] for t in flat - {self.empty}):
            flat.discard(self.empty)
        if len(flat) < 2:
            return next(iter(flat), self.nothing)
        return self._intern("either", tuple(sorted(flat)), any(self._nullable[t] for t in flat))

    def both(self, terms: Iterable[int]) -> int:
        """The intersection."""
        flat = self._flattened("both", terms) - {self.anything}
        if self.nothing in flat:
            return self.nothing
        if len(flat) < 2:
            return next(iter(flat), self.anything)
        return self._intern("both", tuple(sorted(flat)), all(self._nullable[t] for t in flat))

    def without(self, term: int) -> int:
        """The complement."""
        kind, parts = self._keys[term]
        if kind == "without":
            return parts[0]
        if term in (self.nothing, self.anything):
            return self.anything if term == self.nothing else self.nothing
        return self._intern("without", (term,), not self._nullable[term])

    def repeat(self, term: int, least: int = 0, most: int | None = None) -> int:
        """From `least` to `most` times the same, or any number from `least` on."""
        least = 0 if self._nullable[term] else least
        if term in (self.nothing, self.empty) or most == 0:
            return self.empty if least == 0 else self.nothing
        if (least, most) == (1, 1):
            return term
        if most is None and least == 0 and self._keys[term][0] == "repeat":
            inner, low, high = self._keys[term][1]
            if (low, high) == (0, -1):
                return self.repeat(inner)
        bounds = (least, -1 if most is None else most)
        return self._intern("repeat", (term, *bounds), least == 0)

    def form(self, term: int) -> Form:
        """What may come first, and what may follow it; other bytes lead nowhere."""
        if term not in self._forms:
            kind, parts = self._keys[term]
            self._forms[term] = tuple(
                (some, rest) for some, rest in self._derive(kind, parts) if rest != self.nothing
            )
        return self._forms[term]

    def _pair(self, first: int, rest: int) -> int:
        if self.nothing in (first, rest):
            return self.nothing
        if first == self.empty:
            return rest
        if rest == self.empty:
            return first
        kind, parts = self._keys[first]
        if kind == "concat":
            return self._pair(parts[0], self._pair(parts[1], rest))
        return self._intern("concat", (first, rest), self._nullable[first] and self._nullable[rest])

    def _flattened(self, kind: str, terms: Iterable[int]) -> set[int]:
        """The operands, those of operands of the same kind included."""
        flat: set[int] = set()
        for term in terms:
            own, parts = self._keys[term]
            flat |= set(parts) if own == kind else {term}
        return flat

    def _derive(self, kind: str, parts: tuple[int, ...]) -> Iterable[tuple[int, int]]:
        match kind:
            case "bytes":
                return ((parts[0], self.empty),) if parts[0] else ()
            case "concat":
                return self._derive_concat(*parts)
            case "repeat":
                term, least, most = parts
                rest = self.repeat(term, max(least - 1, 0), None if most < 0 else most - 1)
                return ((some, self._pair(after, rest)) for some, after in self.form(term))
            case "either":
                met = _met(self.form(part) for part in parts)
                return ((some, self.either(rests)) for some, rests in met)
            case "both":
                met = _met(self.form(part) for part in parts)
                return ((some, self.both(rests)) for some, rests in met if len(rests) == len(parts))
        return self._derive_complement(parts[0])

    def _derive_concat(self, first: int, rest: int) -> Iterable[tuple[int, int]]:
        form = tuple((some, self._pair(after, rest)) for some, after in self.form(first))
        if not self._nullable[first]:
            return form
        return ((some, self.either(rests)) for some, rests in _met((form, self.form(rest))))

    def _derive_complement(self, term: int) -> Iterable[tuple[int, int]]:
        form = self.form(term)
        covered = reduce(int.__or__, (some for some, _ in form), 0)
        other = ((ALL_BYTES & ~covered, self.anything),) if covered != ALL_BYTES else ()
        return (*((some, self.without(rest)) for some, rest in form), *other)

    def _intern(self, kind: str, parts: tuple[int, ...], is_nullable: bool) -> int:
        key = (kind, parts)
        if key not in self._number:
            self._number[key] = len(self._keys)
            self._keys.append(key)
            self._nullable.append(is_nullable)
        return self._number[key]


def _met(forms: Iterable[Form]) -> list[tuple[int, list[int]]]:
    """Disjoint sets of bytes, each with what the forms that know it say may follow."""
    pieces: list[tuple[int, list[int]]] = []
    for some, rest in (pair for form in forms for pair in form):
        split: list[tuple[int, list[int]]] = []
        left = some
        for piece, rests in pieces:
            if shared := piece & some:
                split.append((shared, [*rests, rest]))
                left &= ~piece
            if apart := piece & ~some:
                split.append((apart, rests))
        pieces = [*split, (left, [rest])] if left else split
    return pieces
