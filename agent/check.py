"""Does an observation contradict the plan? Evidence alone decides, and it names the words it speaks against.

Guarantees: a contradiction blames cells of one row; what may stand there instead is offered as pointers. A
contradiction that names no cell cannot be mended by rewriting: the plan asked rightly, the facts do not say.
Does not guarantee: that an offered word leads to an answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from agent import plan as canvas
from agent.asides import aside
from agent.deps import Deps
from agent.endings import ends_early
from agent.faults import fault, least_sure
from agent.offers import Offers, can_hold, is_measured, is_multiple, is_spoken
from agent.omissions import left_out
from agent.plan import FIELD_COLUMN, OBJECT_COLUMN
from agent.report.sources import source
from agent.sorts import Sorts
from agent.state import Halt, RunState
from agent.status import NOTHING_THERE, ORIGIN_COLUMN, is_torn, status_of
from agent.types import N_ROWS, NIL, Contradiction, Plan, Pointer, Row, RowStatus
from agent.wording import say
from tools.evidence import behind
from tools.types import (
    Answer,
    Fact,
    Failed,
    Period,
    Quantity,
    Reason,
    Scalar,
    Table,
    Truth,
    Verdict,
)
from tools.values.periods import is_other_reading, read_period

_PERIOD_COLUMN = {"lookup": 3, "verify": 5}
_WRONG_FIELD = (Reason.UNKNOWN_FIELD, Reason.TYPE_MISMATCH)
_NOT_THE_PLAN = frozenset(
    {
        Reason.UNAVAILABLE,
        Reason.RATE_LIMITED,
        Reason.TIMED_OUT,
        Reason.FORBIDDEN,
        Reason.MALFORMED,
        Reason.TOO_LARGE,
        Reason.BUDGET_EXHAUSTED,
        Reason.OFFLINE,
        Reason.UNIDENTIFIED,
        Reason.NOT_RECORDED,
        Reason.STOPPED,
    }
)


def check(state: RunState, deps: Deps) -> RunState:
    """The state with the contradictions that the observations raise, and with what they offer."""
    court = _Court(state, deps)
    rows = state.drafted.rows
    found = [c for row in rows if (c := court.contradiction(row))]
    found = found or [*islice(court.passed_over(), 1)] or [*court.falls_short()]
    needed = [c for c in found if not state.is_complete or c.insertion or court.matters(c.row)]
    hopeless = tuple(c.reason for c in needed if not c.cells)
    blamed = {c.row: c.status for c in needed if not c.insertion}
    judged = (replace(row, status=blamed.get(row.index, row.status)) for row in rows)
    return replace(
        state,
        brief=court.offers.brief,
        plan=Plan(tuple(judged)),
        notes=tuple(c for c in needed if c.cells),
        gaps=(*state.gaps, *hopeless),
        halt=state.halt or court.halt(needed),
    )


class _Court:
    """One pass over a plan and its observations."""

    def __init__(self, state: RunState, deps: Deps) -> None:
        self.plan, self.lang, self.question = state.drafted, state.answer_lang, state.question
        self.is_complete = state.is_complete and not state.halt
        self.banned, self.tried = state.banned, state.tried
        self.confidence, self.is_first_plan = state.confidence, not state.metrics.backtracks
        self.offers = Offers(state.linked, self.lang, deps.fields, deps.linker)
        outcomes = deps.journal.outcomes
        self.seen = {row: outcomes[key].observation for row, key in state.observed.items()}
        self.sorts = Sorts(self.plan, self.offers, self.seen)

    def halt(self, needed: Iterable[Contradiction]) -> Halt:
        """Why the run ends here: a budget that is spent, or a row that nothing can mend."""
        hopeless = [self.seen.get(c.row) for c in needed if not c.cells]
        if any(isinstance(f, Failed) and f.reason is Reason.BUDGET_EXHAUSTED for f in hopeless):
            return "web"
        return "gap" if hopeless else ""

    def matters(self, index: int) -> bool:
        """Whether the answer rests on the row, it is a claim made in passing, or the plan lacks it."""
        row = canvas.row_of(self.plan, index)
        if row is None or row.tool == "verify":
            return True
        return index == N_ROWS or N_ROWS in canvas.dependents(self.plan, index)

    def contradiction(self, row: Row) -> Contradiction | None:
        """What speaks against a row, if anything does: what it says itself, else what was observed."""
        if faulty := self._faulty(row):
            return faulty
        match self.seen.get(row.index):
            case None:
                return self._waiting(row)
            case Failed() as failed:
                return self._failed(row, failed)
            case Answer():
                return self._blame(row, [1], RowStatus.FAILED, say("early", self.lang))
            case Verdict(truth) if truth is not Truth.SUPPORTED:
                return self._unproven(row, truth)
            case (Scalar() | Table()) as torn if is_torn(row, torn):
                return self._torn(row, torn)
            case seen if status_of(row, seen) is RowStatus.EMPTY:
                return self._nothing(row, say("empty", self.lang))
        return None

    def passed_over(self) -> Iterator[Contradiction]:
        """Fields that the question speaks for less than for one that no row asks for."""
        if not self.is_complete or self._is_report():
            return
        for row in self.plan.rows:
            if not _field_column(row) or _leads_on(self.plan, row):
                continue
            if untried := self._untried(row, FIELD_COLUMN, self._louder(row)):
                reason = say("passed over", self.lang)
                yield self._blame(row, [FIELD_COLUMN], RowStatus.CONTRADICTED, reason, untried)

    def _louder(self, row: Row) -> tuple[Pointer, ...]:
        """Fields that no row asks for: any spoken one for a guess (once), a certain one where a doubtful one is all that is asked."""
        used = {word for row in self.plan.rows for word in row.words}
        unused = tuple(p for p in self._spoken(row) if p.symbol not in used)
        if self._is_guessed(row):
            return () if ((row.index, FIELD_COLUMN),) in self.tried else unused
        own = self.offers.brief.pointer(row.words[FIELD_COLUMN - 1])
        is_alone = row.tool == "lookup" and len(self.plan.rows) == 2
        is_doubtful = is_alone and own is not None and not own.is_certain
        return tuple(p for p in unused if p.is_certain) if is_doubtful else ()

    def falls_short(self) -> tuple[Contradiction, ...]:
        """A row that the plan lacks: one to end in, said once of a first plan, or one that narrows what it searches for."""
        if not self.is_complete:
            return ()
        is_said = any(column == 0 for cells in self.tried for _, column in cells)
        is_due = self.is_first_plan and not is_said
        early = ends_early(self.plan, self.question, self.seen, self.offers) if is_due else ()
        return early or aside(self.plan, self.offers) or left_out(self.plan, self.offers)

    def _faulty(self, row: Row) -> Contradiction | None:
        """A row that the plan itself speaks against is opened once; the model may insist."""
        found = fault(self.plan, row, is_complete=self.is_complete)
        if found is None and self._takes_a_multiple_for_an_amount(row):
            return self._blame(row, [], RowStatus.CONTRADICTED, say("multiple", self.lang))
        if found is None:
            return self._unfit(row)
        column = least_sure(row, found.columns, self.confidence)
        if ((row.index, column),) in self.tried:
            return None
        return self._blame(row, [column], RowStatus.CONTRADICTED, say(found.what, self.lang))

    def _unfit(self, row: Row) -> Contradiction | None:
        """A claim that compares a field with what it can never be, where the question speaks of one that can."""
        spoken = tuple(pointer for pointer in self._suiting(row) if is_spoken(pointer))
        untried = self._untried(row, FIELD_COLUMN, spoken)
        if not untried:
            return None
        reason = say("unfit", self.lang)
        return self._blame(row, [FIELD_COLUMN], RowStatus.CONTRADICTED, reason, untried)

    def _takes_a_multiple_for_an_amount(self, row: Row) -> bool:
        """Whether a claim compares an amount of a field with a word like `doubled`."""
        value = self.offers.brief.pointer(row.words[OBJECT_COLUMN - 1])
        field = self.sorts.field_of(row)
        is_amount = row.tool == "verify" and field is not None and field.kind == "number"
        return is_amount and value is not None and is_multiple(value, self.question)

    def _is_report(self) -> bool:
        """Whether the plan ends in several results: then fields are asked for that nobody named."""
        ending = canvas.row_of(self.plan, N_ROWS)
        return ending is not None and len(canvas.references(ending)) > 1

    def _waiting(self, row: Row) -> Contradiction | None:
        """A row whose input the plan does not hold; one whose input failed is not to blame."""
        earlier = {f"#{r.index}" for r in self.plan.rows if r.index < row.index}
        columns = [n for n, w in enumerate(row.words, 1) if w[:1] == "#" and w not in earlier]
        if not self.is_complete or not columns:
            return None
        return self._blame(row, columns, RowStatus.FAILED, say("waits", self.lang))

    def _failed(self, row: Row, failed: Failed) -> Contradiction:
        reason = failed.detail or str(failed.reason)
        if failed.reason in NOTHING_THERE:
            return self._nothing(row, reason, failed)
        if failed.reason in _WRONG_FIELD and _field_column(row):
            offers = self._untried(row, FIELD_COLUMN, self.offers.fields_called(failed.candidates))
            if not offers and (mended := self._of_another_sort(row, reason)):
                return mended
            return self._blame(row, [FIELD_COLUMN], RowStatus.FAILED, reason, offers)
        if failed.reason is Reason.TYPE_MISMATCH and (producer := self.sorts.wordy_operand(row)):
            return self._wordy(producer)
        columns = [] if failed.reason in _NOT_THE_PLAN else [1]
        return self._blame(row, columns, RowStatus.FAILED, reason)

    def _of_another_sort(self, row: Row, reason: str) -> Contradiction | None:
        """A field that the question speaks of stays, and is asked of a thing that has such fields."""
        field = self.sorts.field_of(row)
        mend = None if field is None or self._is_guessed(row) else self.sorts.mend(row, field)
        at = canvas.row_of(self.plan, mend.row) if mend else None
        if mend is None or at is None:
            return None
        if mend.insertion:
            blamed = self._blame(row, [FIELD_COLUMN], RowStatus.FAILED, reason)
            return replace(blamed, banned=(), insertion=mend.insertion)
        offers = self._untried(at, mend.column, mend.offers)
        return self._blame(at, [mend.column], RowStatus.FAILED, reason, offers) if offers else None

    def _nothing(self, row: Row, reason: str, failed: Failed | None = None) -> Contradiction:
        """No value, or nobody left: only a word that the facts answer to may take the place."""
        column, offers = self._instead(row, failed)
        blamed = self._blame(row, [column] if column else [], RowStatus.EMPTY, reason, offers)
        kept = (_PERIOD_COLUMN[row.tool],) if _is_dated(row, failed) else ()
        return replace(blamed, kept=kept)

    def _instead(self, row: Row, failed: Failed | None) -> tuple[int, tuple[Pointer, ...]]:
        """Which cell to blame for finding nothing (0: none of them), and what may stand there."""
        for column, offers in self._ways(row, failed):
            if untried := self._untried(row, column, offers):
                return column, untried
        if not _field_column(row):
            return _last(row), ()
        if not self._is_carried(row):
            return FIELD_COLUMN, ()
        spoken = self._spoken(row) if self._is_guessed(row) else ()
        untried = self._untried(row, FIELD_COLUMN, spoken)
        return (FIELD_COLUMN, untried) if untried else (0, ())

    def _is_guessed(self, row: Row) -> bool:
        """Whether the row asks for a field that nothing in the question speaks for."""
        if not _field_column(row):
            return False
        pointer = self.offers.brief.pointer(row.words[FIELD_COLUMN - 1])
        return pointer is not None and not is_spoken(pointer)

    def _spoken(self, row: Row) -> tuple[Pointer, ...]:
        """The fields that the question speaks of and that things like the row's source have."""
        types = self.sorts.of(row.words[0])
        found = self.offers.fields_where(lambda field: bool(field.types & types))
        return tuple(pointer for pointer in found if is_spoken(pointer))

    def _ways(self, row: Row, failed: Failed | None) -> Iterator[tuple[int, tuple[Pointer, ...]]]:
        """Another reading of the year, another source, a field that can hold the value, one that means nearly the same."""
        candidates = failed.candidates if failed else ()
        if _is_dated(row, failed):
            period = _PERIOD_COLUMN[row.tool]
            wanted = self._period(row.words[period - 1])
            same = [said for said in candidates if is_other_reading(said, wanted)]
            yield period, self.offers.periods(same)
        if row.tool == "lookup" and _says(row, ORIGIN_COLUMN):
            yield ORIGIN_COLUMN, self.offers.sources(candidates)
        if _field_column(row):
            yield FIELD_COLUMN, self._suiting(row)
            yield FIELD_COLUMN, self.offers.fields_called(candidates)
            yield FIELD_COLUMN, self.offers.fields_near(self.sorts.field_of(row))

    def _period(self, word: str) -> str:
        """The period that a word of the plan stands for; empty where it is none."""
        pointer = self.offers.brief.pointer(word)
        seen = self.seen.get(int(word[1:])) if word[1:].isdecimal() else None
        match pointer.target if pointer else seen:
            case Period(text):
                said = text
            case Quantity(number) | Scalar(number):
                said = str(number)
            case _:
                said = ""
        return read_period(said) or ""

    def _suiting(self, row: Row) -> tuple[Pointer, ...]:
        """The fields that a claim may mean, where its own can never hold what it is compared with."""
        field = self.sorts.field_of(row)
        value = self.offers.brief.pointer(row.words[OBJECT_COLUMN - 1])
        if row.tool != "verify" or field is None or value is None or can_hold(field, value):
            return ()
        types = self.sorts.of(row.words[0])
        return self.offers.fields_where(lambda f: can_hold(f, value) and bool(f.types & types))

    def _untried(self, row: Row, column: int, offers: tuple[Pointer, ...]) -> tuple[Pointer, ...]:
        refused = self.banned.get((row.index, column), frozenset())
        return tuple(pointer for pointer in offers if pointer.symbol not in refused)

    def _wordy(self, row: Row) -> Contradiction:
        types = self.sorts.of(row.words[0])
        measured = self.offers.fields_where(lambda f: is_measured(f) and bool(f.types & types))
        offers = self._untried(row, FIELD_COLUMN, measured)
        reason = say("needs number", self.lang)
        return self._blame(row, [FIELD_COLUMN], RowStatus.CONTRADICTED, reason, offers)

    def _unproven(self, row: Row, truth: Truth) -> Contradiction | None:
        """A claim made in passing has to hold; one that is the answer may well be false."""
        if not self.is_complete:
            return None
        if truth is Truth.UNKNOWN:
            return self._nothing(row, say("unknown", self.lang))
        ending = canvas.row_of(self.plan, N_ROWS)
        if ending is not None and row.index in canvas.references(ending):
            return None
        return self._blame(row, [1], RowStatus.CONTRADICTED, say("contradicted", self.lang))

    def _torn(self, row: Row, observation: Scalar | Table) -> Contradiction:
        facts = behind(observation)
        values = [f"{f.value} ({source(f.source, self.lang).label})" for f in _one_each(facts)]
        reason = say("disagree", self.lang, values=say("semicolon", self.lang).join(values))
        offers = self.offers.sources(fact.source for fact in facts)
        return self._blame(row, [ORIGIN_COLUMN], RowStatus.CONTRADICTED, reason, offers)

    def _blame(
        self,
        row: Row,
        columns: Sequence[int],
        status: RowStatus,
        reason: str,
        offers: tuple[Pointer, ...] = (),
    ) -> Contradiction:
        asked = " · ".join(canvas.shown(row, self.offers.brief))
        words = tuple(row.words[n - 1] for n in columns if _says(row, n))
        return Contradiction(row.index, tuple(columns), status, words, f"{asked}: {reason}", offers)

    def _is_carried(self, row: Row) -> bool:
        """Whether the field is one that things like the row's source have at all."""
        field = self.sorts.field_of(row)
        types = self.sorts.of(row.words[0])
        return field is None or not types or bool(field.types & types)


def _is_dated(row: Row, failed: Failed | None) -> bool:
    """Whether the facts say nothing for the period that the row names."""
    is_gap = failed is not None and failed.reason is Reason.NO_VALUE_FOR_PERIOD
    return is_gap and _says(row, _PERIOD_COLUMN.get(row.tool, 0))


def _leads_on(plan: Plan, row: Row) -> bool:
    """Whether another row asks something of what this one finds."""
    after = (r for r in plan.rows if r.tool in ("lookup", "search", "verify"))
    return any(f"#{row.index}" in other.words for other in after)


def _says(row: Row, column: int) -> bool:
    return column > 0 and row.words[column - 1] != NIL


def _field_column(row: Row) -> int:
    """Where the row names a field, 0 if it does not."""
    return FIELD_COLUMN if row.tool in ("lookup", "verify") and _says(row, FIELD_COLUMN) else 0


def _last(row: Row) -> int:
    return max((n for n, word in enumerate(row.words, 1) if word != NIL), default=1)


def _one_each(facts: Iterable[Fact]) -> list[Fact]:
    """The first fact of every source."""
    first: Mapping[str, Fact] = {f.source: f for f in reversed(tuple(facts))}
    return list(first.values())[::-1]
