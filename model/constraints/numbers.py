"""Ranges of numbers in decimal notation, as terms."""

from __future__ import annotations

from dataclasses import dataclass

from model.constraints.terms import Terms

MAX_DIGITS = 15
"""Before the decimal point: what a double holds exactly."""
MAX_DECIMALS = 6

_HIGHEST = 10**MAX_DIGITS - 1


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `low` to `high`; an open end does not belong to it."""

    low: int = -_HIGHEST
    high: int = _HIGHEST
    is_low_open: bool = False
    is_high_open: bool = False

    def mirrored(self) -> Range:
        """The range of the numbers with the other sign."""
        return Range(-self.high, -self.low, self.is_high_open, self.is_low_open)


def integers(terms: Terms, span: Range) -> int:
    """The whole numbers of a range, without superfluous zeros or signs."""
    low, high = span.low + span.is_low_open, span.high - span.is_high_open
    negative = terms.concat(terms.literal(b"-"), _whole(terms, max(1, -high), -low))
    return terms.either((_whole(terms, max(0, low), high), negative))


def decimals(terms: Terms, span: Range) -> int:
    """The numbers of a range with up to MAX_DECIMALS decimals, whole ones also without any."""
    negative = terms.concat(terms.literal(b"-"), _magnitudes(terms, span.mirrored()))
    return terms.either((_magnitudes(terms, span), negative))


def _magnitudes(terms: Terms, span: Range) -> int:
    """The numbers of a range that are not negative."""
    is_low_open = span.is_low_open and span.low >= 0
    low, point = max(0, span.low), terms.literal(b".")
    zeros = terms.repeat(_digit(terms, 0, 0), 1, MAX_DECIMALS)
    some = terms.repeat(_digit(terms, 0, 9), 1, MAX_DECIMALS)
    others = terms.both((some, terms.without(zeros)))
    is_whole = terms.repeat(terms.concat(point, zeros), 0, 1)
    return terms.either(
        (
            terms.concat(_whole(terms, low, span.high - 1), point, others),
            terms.concat(_whole(terms, low + is_low_open, span.high - span.is_high_open), is_whole),
        )
    )


def _whole(terms: Terms, low: int, high: int) -> int:
    """The whole numbers from `low` to `high`, none of which is negative."""
    lengths = range(len(str(low)), len(str(high)) + 1) if low <= high else ()
    ends = ((max(low, 10 ** (n - 1) if n > 1 else 0), min(high, 10**n - 1)) for n in lengths)
    return terms.either(_same_length(terms, str(first), str(last)) for first, last in ends)


def _same_length(terms: Terms, low: str, high: str) -> int:
    """The digits from `low` to `high`, which are equally many."""
    if set(low) <= {"0"} and set(high) <= {"9"}:
        return terms.repeat(_digit(terms, 0, 9), len(low), len(low))
    first, last = int(low[0]), int(high[0])
    n_more = len(low) - 1
    if first == last:
        return terms.concat(_digit(terms, first, first), _same_length(terms, low[1:], high[1:]))
    any_more = terms.repeat(_digit(terms, 0, 9), n_more, n_more)
    return terms.either(
        (
            terms.concat(_digit(terms, first, first), _same_length(terms, low[1:], "9" * n_more)),
            terms.concat(_digit(terms, first + 1, last - 1), any_more),
            terms.concat(_digit(terms, last, last), _same_length(terms, "0" * n_more, high[1:])),
        )
    )


def _digit(terms: Terms, low: int, high: int) -> int:
    """One digit out of a range, which may be empty."""
    return terms.byte_in(sum(1 << ord(str(digit)) for digit in range(low, high + 1)))
