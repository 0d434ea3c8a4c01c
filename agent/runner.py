"""Runs: start one, watch it, stop it, continue it after a crash.

Guarantees: whatever happens is in the run's event log, and watchers only read that log; a run that was killed
goes on from its last checkpoint without repeating a call it has the answer to; a question is refused before
anything is written, or kept whole. A run that breaks is recorded as failed, and its error is not swallowed.
"""

from __future__ import annotations

import re
import traceback
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import get_args

from agent.arms import ArmSpec
from agent.deps import Deps
from agent.dispatch import Dispatcher
from agent.entailment import ModelEntailment
from agent.errors import QuestionError, RunError
from agent.events import AgentEvent, RunFinished, RunStarted
from agent.finish import failed, measured
from agent.folder import RunFolder
from agent.graph import Flow
from agent.journal import Journal
from agent.kit import Kit
from agent.log import EventLog, follow, replay
from agent.plain.planner import PlainPlanner
from agent.report.types import Evidence
from agent.settings import Settings
from agent.state import Clock, Limits, Reporter, RunState, there
from agent.strangers import OpenLinker
from agent.tally import Tally
from agent.types import Arm, Language, RunResult
from tools.reach import Errand
from tools.types import Tools
from tools.web.meter import Meter

MAX_QUESTION_CHARS = 4000
_RUNS_AT_ONCE = 8
_OWN_PACKAGES = ("agent", "model", "tools")
_CJK = re.compile(r"[一-鿿]")


@dataclass(frozen=True, slots=True)
class _Ended:
    """How a run ended: its result, and the error that broke it, if one did."""

    result: RunResult
    error: Exception | None = None

    def require(self) -> RunResult:
        """The result of a run that was not broken."""
        if self.error is not None:
            raise self.error
        return self.result


@dataclass(frozen=True, slots=True)
class _Means:
    """What a run may use: the tools given with it, or those of a world with live sources or without."""

    toolbox: Tools | None = None
    is_online: bool | None = None


_AS_SET = _Means()


class Runner:
    """Everything that can be done with runs; safe to use from several threads."""

    def __init__(self, settings: Settings, kit: Kit) -> None:
        self.settings, self.kit = settings, kit
        self._calls = ThreadPoolExecutor(settings.workers, "calls")
        self._runs = ThreadPoolExecutor(_RUNS_AT_ONCE, "runs")
        self._flow = Flow(settings.state_dir / "checkpoints.sqlite")
        self._stops: dict[str, Event] = {}

    def run(self, question: str, arm: Arm) -> RunResult:
        """Answer a question."""
        run_id = self._created(question, arm)
        return self._execute(run_id, self._start_state(question, arm)).require()

    def attempt(self, question: str, arm: Arm, toolbox: Tools | None = None) -> RunResult:
        """Answer a question, if asked for in another world; a run that breaks gives its failed result."""
        run_id = self._created(question, arm)
        state = self._start_state(question, arm)
        return self._execute(run_id, state, _Means(toolbox)).result

    def start(self, question: str, arm: Arm, is_online: bool | None = None) -> str:
        """Begin to answer a question, with live sources or without where that is said; the run's id."""
        run_id = self._created(question, arm)
        state = self._start_state(question, arm)
        self._runs.submit(self._execute, run_id, state, _Means(is_online=is_online))
        return run_id

    def stream(self, question: str, arm: Arm) -> Iterator[AgentEvent]:
        """Answer a question, event by event; the run goes on if nobody listens any more."""
        return self.follow(self.start(question, arm))

    def events(self, run_id: str) -> list[AgentEvent]:
        """What a run's log holds so far; nothing for a run that is not there."""
        return replay(self._folder(run_id).events)

    def follow(self, run_id: str, skip: int = 0) -> Iterator[AgentEvent]:
        """The events of a run from number `skip` on, waiting for more while somebody works on it."""
        folder = self._folder(run_id).require()
        return follow(folder.events, skip, lambda: run_id in self._stops or folder.is_held())

    def resume(self, run_id: str) -> RunResult:
        """Continue a run that was cut off; the result of one that has ended."""
        folder = self._folder(run_id).require()
        ended = folder.finished()
        if ended and ended.result.status != "failed":
            return ended.result
        began = folder.started()
        if began is None:
            raise RunError(f"run {run_id!r} was cut off before it began; ask the question again")
        if run_id in self._stops or folder.is_held():
            raise RunError(f"run {run_id!r} is at work; follow it or stop it")
        self._stops[run_id] = Event()
        lang: Language | None = "zh" if began.lang == "zh" else "en"
        arm = _checked_arm(began.arm)
        means = _Means(is_online=began.is_online)
        return self._execute(run_id, RunState(began.question, arm, lang), means).require()

    def stop(self, run_id: str) -> bool:
        """Ask a run to end and hand over what it has established; whether it is at work here."""
        stop = self._stops.get(run_id)
        if stop is not None:
            stop.set()
        return stop is not None

    def compare(self, question: str, arms: Sequence[Arm]) -> list[RunResult]:
        """Answer a question with several arms, one after the other, all equally warm."""
        checked_question(question)
        self.warm(arms)
        return [self.run(question, arm) for arm in arms]

    def warm(self, arms: Sequence[Arm]) -> None:
        """Load what the arms need and let each model do one fill, so that no run pays for it."""
        for arm in arms:
            self.kit.warm(_checked_arm(arm), self._spec(arm).params)

    def result(self, run_id: str) -> RunResult | None:
        """The result of a run that has ended."""
        ended = self._folder(run_id).require().finished()
        return ended.result if ended else None

    def evidence(self, run_id: str) -> tuple[Evidence, ...]:
        """What each row of the final plan brought back, in plan order."""
        folder = self._folder(run_id).require()
        result = self.result(run_id)
        with closing(Journal(folder.journal)) as journal:
            kept = {row: journal.outcomes[key].observation for row, key in journal.rests_on.items()}
        rows = result.plan if result else []
        return tuple(
            Evidence(r.row, r.tool, tuple(r.args), kept[r.row]) for r in rows if r.row in kept
        )

    def close(self) -> None:
        """Stop every run and let go of the threads."""
        for stop in tuple(self._stops.values()):
            stop.set()
        self._runs.shutdown(wait=True)
        self._calls.shutdown(wait=False, cancel_futures=True)
        self._flow.close()

    def _created(self, question: str, arm: Arm) -> str:
        checked_question(question)
        run_id = f"{_checked_arm(arm)}-{uuid.uuid4().hex[:10]}"
        self._folder(run_id).create()
        self._stops[run_id] = Event()
        return run_id

    def _start_state(self, question: str, arm: Arm) -> RunState:
        return RunState(question, arm, self.settings.answer_lang)

    def _folder(self, run_id: str) -> RunFolder:
        if not re.fullmatch(r"[\w-]+", run_id):
            raise RunError(f"{run_id!r} is no run id; ids look like diffusion-0a1b2c3d4e")
        return RunFolder(self.settings.runs_dir / run_id)

    def _spec(self, arm: Arm) -> ArmSpec:
        return self.settings.arms()[arm]

    def _execute(self, run_id: str, start: RunState, means: _Means = _AS_SET) -> _Ended:
        folder = self._folder(run_id)
        try:
            with (
                folder.held(),
                closing(EventLog(folder.events)) as log,
                closing(Journal(folder.journal)) as journal,
            ):
                reporter = Reporter(run_id, log, Clock(folder.seconds()))
                if folder.started() is None:
                    lang = start.lang or language_of(start.question)
                    began = {"question": start.question, "arm": start.arm, "lang": lang}
                    reporter.say(RunStarted, **began, is_online=means.is_online)
                ended = self._carried_out(start, means, journal, reporter)
                self._stops.pop(run_id, None)  # whoever has read of the end finds it ended
                reporter.say(RunFinished, result=ended.result)
                return ended
        finally:
            self._stops.pop(run_id, None)

    def _carried_out(
        self, start: RunState, means: _Means, journal: Journal, reporter: Reporter
    ) -> _Ended:
        try:
            deps = self._deps(start, means, journal, reporter)
            result = there(self._flow.run(start, deps).result)
        except Exception as error:
            cost = measured(start.metrics, journal, reporter.elapsed())
            crash = self._folder(reporter.run).crash
            crash.write_text("".join(traceback.format_exception(error)), "utf-8")
            return _Ended(failed(start, _reason(error, crash), cost), error)
        self._flow.forget(reporter.run)
        return _Ended(result)

    def _tools(
        self, start: RunState, means: _Means, reporter: Reporter, tally: Tally
    ) -> tuple[Tools, Meter | None]:
        """The run's tools; where they reach the world, with the meter of what they take from the web."""
        world = None if means.toolbox else self.kit.world_of(means.is_online)
        if world is None:
            return means.toolbox or self.kit.toolbox, None
        lang = start.lang or language_of(start.question)
        errand = Errand(start.question, lang, self._stops[reporter.run], tally.journal.spent)
        lm = self.kit.lm(start.arm)
        if not isinstance(lm, PlainPlanner):
            return world.open(errand)
        return world.open(errand, ModelEntailment(lm, self._spec(start.arm).params, tally))

    def _deps(self, start: RunState, means: _Means, journal: Journal, reporter: Reporter) -> Deps:
        tally = Tally(self.settings.caps.max_tokens, journal)
        toolbox, meter = self._tools(start, means, reporter, tally)
        kit, lm = self.kit, self.kit.lm(start.arm)
        reporter.elapsed.restart()  # loading a model is not part of a run
        limits = Limits(self.settings.caps, self._stops[reporter.run], reporter.elapsed)
        return Deps(
            spec=self._spec(start.arm),
            lm=lm,
            linker=OpenLinker(kit.linker, kit.fields) if meter else kit.linker,
            toolbox=toolbox,
            fields=kit.fields,
            journal=journal,
            dispatcher=Dispatcher(toolbox, journal, self._calls, reporter, limits, meter),
            reporter=reporter,
            limits=limits,
            tally=tally,
            shows_canvas=self.settings.shows_canvas,
            widen_below=self.settings.decode.widen_below,
        )


def checked_question(question: str) -> str:
    """The question, if it can be asked."""
    if not question.strip():
        raise QuestionError("the question is empty; write what you want to know")
    if len(question) > MAX_QUESTION_CHARS:
        raise QuestionError(
            f"the question has {len(question)} characters and the limit is {MAX_QUESTION_CHARS}; shorten it"
        )
    return question


def language_of(question: str) -> Language:
    """The language of a question that is not linked yet."""
    return "zh" if _CJK.search(question) else "en"


def _checked_arm(arm: str) -> Arm:
    known: tuple[Arm, ...] = get_args(Arm)
    for name in known:
        if arm == name:
            return name
    raise RunError(f"there is no arm {arm!r}; choose one of {', '.join(known)}")


def _reason(error: Exception, crash: Path) -> str:
    """Why a run broke: our own errors say it themselves, and a bug is nothing for the reader."""
    if type(error).__module__.partition(".")[0] in _OWN_PACKAGES:
        return " ".join(str(error).split())
    return f"{type(error).__name__}, which is a bug; {crash} says where"
