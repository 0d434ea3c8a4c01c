"""Writes event lists by hand as a run would: drafts in denoise steps or word by word, calls, ends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from agent.events import (
    AgentEvent,
    CallFinished,
    CallStarted,
    CanvasChanged,
    CellView,
    PlanContradicted,
    PlanDrafted,
    PointerView,
    QuestionLinked,
    RunFinished,
    RunStarted,
)
from agent.types import N_ARGS, N_ROWS, NIL, Citation, Metrics, PlanRow, RunResult, Status

Words = tuple[str, ...]
Place = tuple[int, int]


@dataclass
class Scribe:
    """One run in the making; every method appends what the runtime would have logged."""

    run: str
    question: str
    arm: str
    lang: str = "en"
    events: list[AgentEvent] = field(default_factory=list)
    rows: dict[int, Words] = field(default_factory=dict)
    revisions: dict[int, int] = field(default_factory=dict)
    status: dict[int, str] = field(default_factory=dict)
    hidden: set[Place] = field(default_factory=set)
    locked: set[int] = field(default_factory=set)
    at: float = 0.0
    turn: int = 1
    step: int = 0

    def start(self, pointers: Iterable[tuple[str, str, str]], text: str = "") -> None:
        self._log(RunStarted, question=self.question, arm=self.arm, lang=self.lang)
        views = [PointerView(symbol=s, kind=k, label=label) for s, k, label in pointers]
        self._log(QuestionLinked, 0.004, text=text or self.question, pointers=views)

    def template(self, rows: dict[int, Words]) -> None:
        """Lay out the canvas with every slot masked, as before the first forward."""
        self.rows = rows
        self.hidden = {
            (row, column)
            for row in range(1, N_ROWS + 1)
            for column in range(N_ARGS + 1)
            if row not in self.locked and (row, column) != (N_ROWS, 0)
        }
        self.show()

    def reveal(self, places: Iterable[Place], seconds: float = 0.004) -> None:
        self.hidden -= set(places)
        self.step += 1
        self.show(seconds=seconds)

    def reveal_word_by_word(self, seconds: float = 0.004) -> None:
        for place in sorted(self.hidden):
            self.reveal([place], seconds)

    def contradict(self, row: int, reason: str, places: Sequence[Place], level: str) -> None:
        self._log(PlanContradicted, row=row, reason=reason, level=level, reopened=list(places))
        self.status[row] = "contradicted"

    def rewrite(self, row: int, words: Words, places: Sequence[Place]) -> None:
        """Remask the places and lay the new words under them."""
        self.turn += 1
        self.revisions[row] = self.revisions.get(row, 0) + 1
        self.hidden |= set(places)
        self.show(remasked=list(places))
        self.rows[row] = words
        self.status[row] = "todo"

    def draft(self) -> None:
        self._log(PlanDrafted, turn=self.turn, rows=self.plan())

    def call(self, row: int, call: str, summary: str, status: str = "ok") -> None:
        self._log(CallStarted, row=row, call=call)
        self._log(CallFinished, 0.003, row=row, status=status, summary=summary, seconds=0.003)
        self.status[row] = status

    def finish(
        self, status: Status, answer: str, citations: Sequence[Citation] = (), value: str = ""
    ) -> None:
        n_forwards = sum(isinstance(event, CanvasChanged) for event in self.events)
        metrics = Metrics(
            forwards=n_forwards,
            denoise_steps=n_forwards,
            new_tokens=48,
            model_seconds=round(self.at * 0.7, 4),
            tool_seconds=round(self.at * 0.2, 4),
            seconds=round(self.at, 4),
            turns=self.turn,
            tool_calls=sum(isinstance(event, CallStarted) for event in self.events),
            revisions=sum(isinstance(event, PlanContradicted) for event in self.events),
            backtracks=0,
        )
        result = RunResult(
            question=self.question, arm=self.arm, status=status, answer=answer,
            value=value or None, citations=list(citations), plan=self.plan(), metrics=metrics,
        )  # fmt: skip
        self._log(RunFinished, result=result)

    def plan(self) -> list[PlanRow]:
        return [
            PlanRow(
                row=row, tool=words[0], args=[word for word in words[1:] if word != NIL],
                status=self.status.get(row, "todo"), revisions=self.revisions.get(row, 0),
            )
            for row, words in sorted(self.rows.items())
        ]  # fmt: skip

    def lock(self, *rows: int) -> None:
        self.locked |= set(rows)

    def show(self, remasked: Sequence[Place] = (), seconds: float = 0.0) -> None:
        cells = [
            self._cell(row, column)
            for row in range(1, N_ROWS + 1)
            for column in range(-1, N_ARGS + 1)
        ]
        self._log(
            CanvasChanged, seconds,
            turn=self.turn, step=self.step, cells=cells, remasked=list(remasked),
        )  # fmt: skip

    def _cell(self, row: int, column: int) -> CellView:
        words = self.rows.get(row, ("nop",))
        word = f"#{row}" if column < 0 else (words + (NIL,) * N_ARGS)[column]
        sure = 0.55 + 0.44 * ((row * 7 + column * 5) % 11) / 10
        if column < 0:
            return CellView(row=row, column=column, text=word, state="fixed")
        if row in self.locked or (row, column) == (N_ROWS, 0):
            return CellView(row=row, column=column, text=word, state="locked")
        if (row, column) in self.hidden:
            return CellView(row=row, column=column, text="", state="masked")
        state = "committed" if not self.hidden else "revealed"
        return CellView(row=row, column=column, text=word, state=state, confidence=sure)

    def _log(self, kind: type[AgentEvent], took: float = 0.001, **values: object) -> None:  # type: ignore[valid-type]
        self.at = round(self.at + took, 4)
        self.events.append(kind(run=self.run, at=self.at, **values))  # type: ignore[operator]
