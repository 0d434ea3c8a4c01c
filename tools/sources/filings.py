"""What a company's XBRL statements say of a period, and what they do not.

In SEC's company concepts `fy` and `fp` describe the filing, not the period of the number, so that statements are
keyed by their own dates; the newest filing stands, annual and quarterly reports before anything else. A filing's own
fiscal year is the year of the latest period in its annual report. Cash flows of a year's later quarters are told only
from the year's start: a quarter is the difference of two such stretches with the very same start, or not derivable.
(Sources: SEC's EDGAR API documentation; what users of edgartools met in its issues 309, 796, 822, 848, 1179.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from tools.facts.periods import same_year

QUARTER_DAYS = range(83, 120)  # quarters of 12 to 17 weeks
YEAR_DAYS = range(350, 381)  # years of 52 and 53 weeks, and a little
_HALF_QUARTER = timedelta(days=45)
_ANNUAL = ("10-K", "20-F", "40-F")
_PERIODIC = (*_ANNUAL, "10-Q", "6-K")


@dataclass(frozen=True, slots=True)
class Statement:
    """One number of one filing; `start` is None for a balance at `end`. `fiscal_year` is the filing's own."""

    start: date | None
    end: date
    value: Decimal
    form: str
    filed: date
    accession: str
    fiscal_year: int | None = None

    @property
    def dates(self) -> tuple[date | None, date]:
        """What the number is about."""
        return self.start, self.end

    @property
    def n_days(self) -> int:
        """The length of its stretch, 0 for a balance."""
        return (self.end - self.start).days + 1 if self.start else 0

    @property
    def is_periodic(self) -> bool:
        """Whether an annual or quarterly report says so."""
        return self.form.startswith(_PERIODIC)

    @property
    def span(self) -> str:
        """Its dates in words."""
        return f"{self.start} to {self.end}" if self.start else f"on {self.end}"


@dataclass(frozen=True, slots=True)
class Span:
    """Everything that is said of the same dates, the statement that stands first, each value once."""

    statements: tuple[Statement, ...]

    @property
    def best(self) -> Statement:
        """The statement that stands."""
        return self.statements[0]


@dataclass(frozen=True, slots=True)
class Difference:
    """A quarter as what a longer stretch from the same start has over a shorter one."""

    longer: Span
    shorter: Span

    @property
    def quarter(self) -> Statement:
        """The quarter as if it had been stated."""
        one, other = self.longer.best, self.shorter.best
        start = other.end + timedelta(days=1)
        value = one.value - other.value
        return Statement(start, one.end, value, one.form, one.filed, one.accession)


class Concept:
    """All statements of one concept by one company."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        told = tuple(statements)
        self.spans = tuple(_spans(told))
        self._years = _fiscal_years(told)

    @property
    def newest(self) -> date:
        """The latest day that is spoken of."""
        return max((span.best.end for span in self.spans), default=date.min)

    def series(self) -> Iterator[tuple[str, Span]]:
        """Years, quarters and balances by period, newest first; other stretches have no name."""
        spans = sorted(self.spans, key=lambda span: span.best.end, reverse=True)
        named = [(period, span) for span in spans if (period := self.period(span.best))]
        for period in dict.fromkeys(period for period, _ in named):
            yield period, self._closest(period, [s for p, s in named if p == period])

    def of(self, period: str) -> tuple[str, Span] | None:
        """The span of a period, which may be another spelling of its name or its last day."""
        told = dict(self.series())
        for name in (period, same_year(period)):
            if name in told:
                return name or "", told[name]
        return self._balance(period) or self._ending(period)

    def derived(self, period: str) -> Difference | None:
        """A quarter as a difference; None where no two stretches from the same start tell it."""
        pairs = [
            Difference(longer, shorter)
            for longer in self.spans
            for shorter in self.spans
            if longer.best.start
            and longer.best.start == shorter.best.start
            and (longer.best.end - shorter.best.end).days in QUARTER_DAYS
            and _quarter(longer.best.end) == period
        ]
        return max(pairs, key=lambda pair: _overlap(period, pair.quarter), default=None)

    def has_stretch_to(self, period: str) -> bool:
        """Whether some stretch ends with the quarter: then the quarter was told, if only within it."""
        return any(span.best.start and _quarter(span.best.end) == period for span in self.spans)

    def period(self, statement: Statement) -> str:
        """The name of a statement's period: fiscal year, calendar quarter; empty for any other stretch."""
        if statement.n_days in YEAR_DAYS:
            return f"FY{self._years.get(statement.end, _usual_year(statement.end))}"
        if statement.n_days in QUARTER_DAYS:
            return _quarter(statement.end)
        if statement.start:
            return ""
        year = self._years.get(statement.end)
        return f"FY{year}" if year else _quarter(statement.end)

    def _balance(self, quarter: str) -> tuple[str, Span] | None:
        """The balance at the end of a quarter that is the end of a fiscal year as well."""
        balances = [s for s in self.spans if not s.best.start and _quarter(s.best.end) == quarter]
        last = max(balances, key=lambda span: span.best.end, default=None)
        return (quarter, last) if last else None

    def _ending(self, day: str) -> tuple[str, Span] | None:
        """The shortest span with a name that ends on a day."""
        spans = sorted(self.spans, key=lambda span: span.best.n_days)
        named = ((self.period(s.best), s) for s in spans if str(s.best.end) == day)
        return next(((period, span) for period, span in named if period), None)

    def _closest(self, period: str, spans: list[Span]) -> Span:
        """Of several spans of one name the one that covers it best: 12-week quarters may share a season."""
        return max(spans, key=lambda span: (_overlap(period, span.best), span.best.end))


def _spans(statements: Iterable[Statement]) -> Iterator[Span]:
    ordered = sorted(statements, key=lambda s: (s.end, s.start or date.max, s.n_days))
    for _, same in groupby(ordered, key=lambda s: s.dates):
        yield Span(_standing(list(same)))


def _standing(same: list[Statement]) -> tuple[Statement, ...]:
    """Newest filed first, each value once; what other filings say counts only where no report speaks."""
    ranked = sorted(same, key=lambda s: (s.is_periodic, s.filed, s.accession), reverse=True)
    kept: dict[Decimal, Statement] = {}
    for statement in ranked:
        if statement.is_periodic == ranked[0].is_periodic:
            kept.setdefault(statement.value, statement)
    return tuple(kept.values())


def _fiscal_years(statements: Iterable[Statement]) -> Mapping[date, int]:
    """The fiscal year that ends on a day, by the first annual report whose latest period ends then."""
    reports: dict[str, Statement] = {}
    for told in statements:
        is_annual = told.form.startswith(_ANNUAL) and (not told.start or told.n_days in YEAR_DAYS)
        if is_annual and told.end >= reports.get(told.accession, told).end:
            reports[told.accession] = told
    years: dict[date, int] = {}
    for last in sorted(reports.values(), key=lambda told: told.filed):
        usual = _usual_year(last.end)
        if last.fiscal_year and abs(last.fiscal_year - usual) <= 1:
            years.setdefault(last.end, last.fiscal_year)
    return years


def _usual_year(end: date) -> int:
    """The year that a fiscal year ending on a day is mostly called by."""
    return (end - _HALF_QUARTER).year


def _quarter(end: date) -> str:
    """The calendar quarter in which the middle of a quarter ending on a day lies."""
    middle = end - _HALF_QUARTER
    return f"{middle.year}Q{(middle.month + 2) // 3}"


def _overlap(period: str, statement: Statement) -> int:
    """The days that a stretch shares with a calendar quarter; 0 for other periods."""
    year, letter, number = period.partition("Q")
    if not letter or not statement.start:
        return 0
    first = date(int(year), 3 * int(number) - 2, 1)
    last = first + timedelta(days=91)
    return (min(last, statement.end) - max(first, statement.start)).days
