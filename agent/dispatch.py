"""Send the rows of a plan to their tools: each the moment its inputs are known, side by side.

Guarantees: a row is sent once its own words are final and every row it needs has its value; no call is sent
twice in a run, and never more calls than the cap. Everything but the call itself happens on the caller's
thread, so events come in one order. Does not guarantee: that calls return in the order of the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field, replace
from time import perf_counter

from agent import plan as canvas
from agent.events import CallFinished, CallStarted, Warned
from agent.journal import Journal, Outcome, key_of
from agent.state import Limits, Reporter, RunState
from agent.status import status_of
from agent.types import Brief, Language, Row, RowStatus
from agent.wording import summary
from tools.notes import noted
from tools.types import Call, Failed, Note, Tools, Value
from tools.web.meter import Meter

_LOOK_SECONDS = 0.05
_ATTEMPTS = 2


@dataclass(slots=True)
class Dispatcher:
    """The calls of one run in flight. A turn begins, rows are offered, `pump` moves things on."""

    toolbox: Tools
    journal: Journal
    pool: Executor
    reporter: Reporter
    limits: Limits
    meter: Meter | None = None
    turn: int = -1
    is_spent: bool = False
    rows: dict[int, Row] = field(default_factory=dict)
    keys: dict[int, str] = field(default_factory=dict)
    _brief: Brief | None = None
    _lang: Language = "en"
    _flights: dict[str, Future[Outcome]] = field(default_factory=dict)
    _attempts: dict[str, int] = field(default_factory=dict)
    _told: set[tuple[str, str]] = field(default_factory=set)

    def begin(self, state: RunState) -> None:
        """Start a turn from what is observed already; the same turn begins only once."""
        if self.turn == state.metrics.turns:
            return
        self.turn = state.metrics.turns
        self._brief, self._lang = state.linked, state.answer_lang
        self.keys = dict(state.observed)
        kept = state.plan.rows if state.plan else ()
        self.rows = {row.index: row for row in kept if row.index in self.keys}

    def learn(self, brief: Brief) -> None:
        """Take in a brief that has got further pointers since the turn began."""
        self._brief = brief

    def offer(self, row: Row) -> None:
        """Take a row whose words are final; one that is known already is left as it is."""
        known = self.rows.get(row.index)
        if known is None or (known.tool, known.words) != (row.tool, row.words):
            self.rows[row.index] = replace(row, status=RowStatus.TODO)
            self.keys.pop(row.index, None)

    def pump(self) -> None:
        """Take in what has come back, and send what has become ready."""
        for key in [key for key, flight in self._flights.items() if flight.done()]:
            self._land(key, self._flights.pop(key).result())
        while any(self._move(row) for row in self._ready()):
            pass

    def join(self) -> None:
        """Pump until nothing is in flight and nothing more can be sent, or the run has to end."""
        self.pump()
        while self._flights and not self.limits.halted():
            wait(self._flights.values(), _LOOK_SECONDS, return_when=FIRST_COMPLETED)
            self.pump()

    def _ready(self) -> Iterator[Row]:
        done = [index for index, row in self.rows.items() if row.status is RowStatus.OK]
        waiting = sorted(self.rows.values(), key=lambda row: row.index)
        return (row for row in waiting if canvas.is_ready(row, done))

    def _move(self, row: Row) -> bool:
        """Send a row, or settle it from what the run knows; whether anything changed."""
        call, key = self._call(row)
        if key in self.journal.outcomes and key not in self._flights:
            self._settle(row, key, self.journal.outcomes[key], is_new=False)
            return True
        if key in self._flights or not self._may_send():
            return False
        self.keys[row.index] = key
        self.rows[row.index] = replace(row, status=RowStatus.RUNNING)
        self.reporter.say(CallStarted, row=row.index, call=self._said(row))
        self._send(key, call)
        return True

    def _call(self, row: Row) -> tuple[Call, str]:
        needed = canvas.references(row)
        values: dict[int, Value] = {j: self.journal.value(self.keys[j]) for j in needed}
        call = canvas.call(row, self._known_brief, values)
        return call, key_of(call, {f"#{j}": self.keys[j] for j in needed})

    def _may_send(self) -> bool:
        if self.journal.started >= self.limits.budget.max_calls:
            self.is_spent = True
        return not self.is_spent and not self.limits.halted()

    def _send(self, key: str, call: Call) -> None:
        self.journal.start(key)
        self._attempts[key] = self._attempts.get(key, 0) + 1
        self._flights[key] = self.pool.submit(self._run, key, call)

    def _run(self, key: str, call: Call) -> Outcome:
        began = perf_counter()
        with noted() as notes:
            observation = self.toolbox.run(call)
        outcome = Outcome(observation, perf_counter() - began, tuple(notes))
        if self.meter is not None:
            self.journal.account(self.meter.spent)
        self.journal.keep(key, outcome)
        return outcome

    def _land(self, key: str, outcome: Outcome) -> None:
        rows = [r for i, r in self.rows.items() if self.keys.get(i) == key and is_running(r)]
        may_retry = isinstance(outcome.observation, Failed) and outcome.observation.retryable
        if rows and may_retry and self._attempts.get(key, 0) < _ATTEMPTS and self._may_send():
            self._send(key, self._call(rows[0])[0])
            return
        for row in rows:
            self._settle(row, key, outcome, is_new=True)

    def _settle(self, row: Row, key: str, outcome: Outcome, *, is_new: bool) -> None:
        status = status_of(row, outcome.observation)
        self.keys[row.index] = key
        self.rows[row.index] = replace(row, status=status)
        self._warn(row, outcome.notes)
        self.reporter.say(
            CallFinished,
            row=row.index,
            status=str(status),
            summary=summary(outcome.observation, self._lang),
            seconds=round(outcome.seconds, 6) if is_new else 0.0,
        )

    def _warn(self, row: Row, notes: Iterable[Note]) -> None:
        """Tell of each thing once a run."""
        for note in notes:
            if (note.kind, note.about) in self._told:
                continue
            self._told.add((note.kind, note.about))
            self.reporter.say(
                Warned, row=row.index, topic=str(note.kind), about=note.about, text=note.text
            )

    def _said(self, row: Row) -> str:
        return f"{row.tool}({'; '.join(canvas.shown(row, self._known_brief))})"

    @property
    def _known_brief(self) -> Brief:
        if self._brief is None:
            raise AssertionError("rows were offered before the turn began")
        return self._brief


def is_running(row: Row) -> bool:
    """Whether the row's call is in flight."""
    return row.status is RowStatus.RUNNING
