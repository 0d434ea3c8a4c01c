"""Does an observation contradict the plan? Evidence alone decides, and it names the words it speaks against.

Guarantees: a contradiction blames cells of one row; what may stand there instead is offered as pointers. A
contradiction that names no cell cannot be mended by rewriting: the plan asked rightly, the facts do not say.
Does not guarantee: that an offered word leads to an answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from agent import plan as canvas
from agent.deps import Deps
from agent.offers import Offers
from agent.report.sources import source
from agent.state import RunState
from agent.status import NOTHING_THERE, ORIGIN_COLUMN, is_torn, status_of
from agent.types import NIL, Contradiction, Plan, Pointer, Row, RowStatus
from agent.wording import say
from tools.evidence import behind
from tools.types import (
    Entities,
    Fact,
    Failed,
    FieldRef,
    Observation,
    Reason,
    Scalar,
    Table,
    Truth,
    Verdict,
)

FIELD_COLUMN = 2
_PERIOD_COLUMN = {"lookup": 3, "verify": 5}
_WRONG_FIELD = (Reason.UNKNOWN_FIELD, Reason.TYPE_MISMATCH)
_ON_NUMBERS = frozenset({"sum", "mean", "difference", "ratio", "growth", "product"})


def check(state: RunState, deps: Deps) -> RunState:
    """The state with the contradictions that the observations raise, and with what they offer."""
    court = _Court(state, deps)
    found = [c for row in state.drafted.rows if (c := court.contradiction(row))]
    needed = [c for c in found if not state.is_complete or court.matters(c.row)]
    hopeless = tuple(c.reason for c in needed if not c.cells)
    blamed = {c.row: c.status for c in needed}
    rows = (replace(row, status=blamed.get(row.index, row.status)) for row in state.drafted.rows)
    return replace(
        state,
        brief=court.offers.brief,
        plan=Plan(tuple(rows)),
        notes=tuple(c for c in needed if c.cells),
        gaps=(*state.gaps, *hopeless),
        halt=state.halt or ("gap" if hopeless else ""),
    )


class _Court:
    """One pass over a plan and its observations."""

    def __init__(self, state: RunState, deps: Deps) -> None:
        self.plan, self.lang = state.drafted, state.answer_lang
        self.is_complete = state.is_complete and not state.halt
        self.offers = Offers(state.linked, self.lang, deps.fields, deps.linker)
        outcomes = deps.journal.outcomes
        self.seen = {row: outcomes[key].observation for row, key in state.observed.items()}

    def matters(self, index: int) -> bool:
        """Whether the answer rests on the row, or it is a claim made in passing."""
        row = canvas.row_of(self.plan, index)
        resting = canvas.dependents(self.plan, index)
        is_needed = any(r.tool == "finish" and r.index in resting for r in self.plan.rows)
        return is_needed or (row is not None and row.tool in ("verify", "finish"))

    def contradiction(self, row: Row) -> Contradiction | None:
        """What speaks against a row, if anything does."""
        match self.seen.get(row.index):
            case None:
                return self._waiting(row)
            case Failed() as failed:
                return self._failed(row, failed)
            case Verdict(truth) if truth is not Truth.SUPPORTED:
                return self._unproven(row, truth)
            case (Scalar() | Table()) as torn if is_torn(row, torn):
                return self._torn(row, torn)
            case seen if status_of(row, seen) is RowStatus.EMPTY:
                return self._nothing(row, say("empty", self.lang))
        return None

    def _waiting(self, row: Row) -> Contradiction | None:
        """A row whose input the plan does not hold; one whose input failed is not to blame."""
        used = {r.index for r in self.plan.rows}
        columns = [n for n, w in enumerate(row.words, 1) if w[:1] == "#" and int(w[1:]) not in used]
        if not self.is_complete or not columns:
            return None
        return self._blame(row, columns, RowStatus.FAILED, say("waits", self.lang))

    def _failed(self, row: Row, failed: Failed) -> Contradiction:
        reason = failed.detail or str(failed.reason)
        if failed.reason in NOTHING_THERE:
            return self._nothing(row, reason, failed)
        if failed.reason in _WRONG_FIELD and _field_column(row):
            offers = self.offers.fields_called(failed.candidates)
            return self._blame(row, [FIELD_COLUMN], RowStatus.FAILED, reason, offers)
        if failed.reason is Reason.TYPE_MISMATCH and (producer := self._wordy_operand(row)):
            reason = say("needs number", self.lang)
            return self._blame(producer, [FIELD_COLUMN], RowStatus.CONTRADICTED, reason)
        columns = [] if failed.reason is Reason.UNAVAILABLE else [1]
        return self._blame(row, columns, RowStatus.FAILED, reason)

    def _nothing(self, row: Row, reason: str, failed: Failed | None = None) -> Contradiction:
        """No value, or nobody left: only a word that the facts answer to may take the place."""
        column, offers = self._instead(row, failed)
        return self._blame(row, [column] if column else [], RowStatus.EMPTY, reason, offers)

    def _instead(self, row: Row, failed: Failed | None) -> tuple[int, tuple[Pointer, ...]]:
        """Which cell to blame for finding nothing (0: none of them), and what may stand there."""
        candidates = failed.candidates if failed else ()
        period = _PERIOD_COLUMN.get(row.tool, 0)
        is_dated = failed is not None and failed.reason is Reason.NO_VALUE_FOR_PERIOD
        if is_dated and _says(row, period) and (offers := self.offers.periods(candidates)):
            return period, offers
        has_origin = row.tool == "lookup" and _says(row, ORIGIN_COLUMN)
        if has_origin and (offers := self.offers.sources(candidates)):
            return ORIGIN_COLUMN, offers
        if not _field_column(row):
            return _last(row), ()
        asked = self._field_id(row)
        offers = self.offers.fields_called(candidates) or self.offers.fields_near(asked)
        return FIELD_COLUMN if offers or not self._is_carried(asked, row) else 0, offers

    def _wordy_operand(self, row: Row) -> Row | None:
        """The lookup that read words where arithmetic needs numbers."""
        if row.tool != "calculate" or row.words[0] not in _ON_NUMBERS:
            return None
        producers = (canvas.row_of(self.plan, index) for index in canvas.references(row))
        lookups = (producer for producer in producers if producer and producer.tool == "lookup")
        return next((p for p in lookups if _is_wordy(self.seen.get(p.index))), None)

    def _unproven(self, row: Row, truth: Truth) -> Contradiction | None:
        """A claim made in passing has to hold; one that is the answer may well be false."""
        if not self.is_complete:
            return None
        if truth is Truth.UNKNOWN:
            return self._nothing(row, say("unknown", self.lang))
        endings = (r for r in self.plan.rows if r.tool == "finish")
        if any(row.index in canvas.references(ending) for ending in endings):
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

    def _field_id(self, row: Row) -> str:
        pointer = self.offers.brief.pointer(row.words[FIELD_COLUMN - 1])
        return pointer.target.id if pointer and isinstance(pointer.target, FieldRef) else ""

    def _is_carried(self, field_id: str, row: Row) -> bool:
        """Whether the field is one that things like the row's source have at all."""
        field = self.offers.fields.field(field_id)
        types = self._types_of(row.words[0])
        return field is None or not types or bool(field.types & types)

    def _types_of(self, word: str) -> frozenset[str]:
        if pointer := self.offers.brief.pointer(word):
            return frozenset({getattr(pointer.target, "type", "")} - {""})
        match self.seen.get(int(word[1:])) if word[:1] == "#" else None:
            case Entities(members):
                return frozenset(member.type for member in members)
            case Table(_, measures):
                return frozenset(measure.entity.type for measure in measures)
        return frozenset()


def _says(row: Row, column: int) -> bool:
    return column > 0 and row.words[column - 1] != NIL


def _field_column(row: Row) -> int:
    """Where the row names a field, 0 if it does not."""
    return FIELD_COLUMN if row.tool in ("lookup", "verify") and _says(row, FIELD_COLUMN) else 0


def _last(row: Row) -> int:
    return max((n for n, word in enumerate(row.words, 1) if word != NIL), default=1)


def _is_wordy(observation: Observation | None) -> bool:
    match observation:
        case Scalar(value):
            return not isinstance(value, Decimal)
        case Table(_, measures):
            return not any(isinstance(measure.value, Decimal) for measure in measures)
    return False


def _one_each(facts: Iterable[Fact]) -> list[Fact]:
    """The first fact of every source."""
    first: Mapping[str, Fact] = {f.source: f for f in reversed(tuple(facts))}
    return list(first.values())[::-1]
