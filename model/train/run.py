"""One training run: the base, then the diffusion arm and the autoregressive arm from the same weights.

Every random choice is a function of seed, phase and step, so a run that was killed continues exactly. A
budget in minutes is turned into steps at the measured pace, and corrected until the first arm decays.
"""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass, replace
from time import perf_counter

import numpy as np
import torch

from model.backbone.decoder import Decoder
from model.errors import TrainingError
from model.tokens import Tokens
from model.train.batches import BatchOrder
from model.train.config import TrainConfig
from model.train.measure import exactness
from model.train.objective import Losses, Objective
from model.train.pulse import Duties, Smooth, shares, tell
from model.train.runfolder import RunFolder
from model.train.samples import SampleFile
from model.train.schedule import (
    Pace,
    Phase,
    Plan,
    learning_rate,
    plan_by_minutes,
    plan_by_samples,
    replan,
)
from model.train.trainee import Trainee

log = logging.getLogger(__name__)
PHASES = tuple(Phase)
PACE_STEPS = 4


@dataclass(frozen=True, slots=True)
class Corpus:
    """What is learnt from, what is held out, and the tokenizer of both."""

    tokens: Tokens
    train: SampleFile
    held_out: SampleFile


@dataclass(frozen=True, slots=True)
class Place:
    """How far a run has come; seconds count over all resumptions."""

    phase: Phase
    step: int
    seconds: float
    phase_seconds: float

    def after(self, seconds: float) -> Place:
        """One step further."""
        spent = self.phase_seconds + seconds
        return Place(self.phase, self.step + 1, self.seconds + seconds, spent)


class Run:
    """A training run and the loop that advances it."""

    def __init__(
        self, told: TrainConfig, corpus: Corpus, folder: RunFolder, device: torch.device
    ) -> None:
        self._told, self._corpus, self._folder = told, corpus, folder
        self._trainee = Trainee(told, corpus.tokens.vocab_size, device)
        lengths = corpus.train.prompt_lengths
        self._order = BatchOrder(lengths, told.optimiser.batch_size, told.seed)
        self._objective = Objective(
            told.masks, corpus.tokens.mask_id, corpus.train.canvas_length, device
        )
        self._duties = Duties(told.habits)
        self._place = Place(Phase.BASE, 0, 0.0, 0.0)
        self._plan = plan_by_samples(told.budget, told.optimiser.batch_size)
        self._pace = Pace(0.0, 0.0)

    def train(self) -> None:
        """Start or continue, to the end."""
        if not self._resume():
            self._start()
        for phase in PHASES[PHASES.index(self._place.phase) :]:
            if phase is not self._place.phase:
                self._fork(phase)
            self._advance()
            self._finish_base() if phase is Phase.BASE else self._finish_arm()
        self._folder.forget_state()

    def _start(self) -> None:
        budget = self._told.budget
        if budget.minutes:
            self._pace = self._measure_pace()
            self._plan = plan_by_minutes(budget, self._pace)
        training = {"config": asdict(self._told), "n_samples": len(self._corpus.train)}
        decoder = self._trainee.decoder
        self._folder.save_description(decoder.config, self._corpus.tokens, training)
        n_weights = sum(weight.numel() for weight in decoder.parameters())
        log.info(
            "%.2f M weights, %d samples, %s", n_weights / 1e6, len(self._corpus.train), self._plan
        )

    def _resume(self) -> bool:
        state = self._folder.read_state("state.pt")
        if state is None:
            return False
        self._trainee.load(state)
        self._place = Place(**state["place"] | {"phase": Phase(state["place"]["phase"])})
        self._plan, self._pace = Plan(**state["plan"]), Pace(**state["pace"])
        log.info("resumed %s at step %d", self._place.phase, self._place.step)
        return True

    def _save(self) -> None:
        place = asdict(self._place) | {"phase": self._place.phase.value}
        progress = {"place": place, "plan": asdict(self._plan), "pace": asdict(self._pace)}
        self._folder.save_state(self._trainee.state() | progress, "state.pt")

    def _measure_pace(self) -> Pace:
        """Median seconds of a step of each kind, on weights that are not changed."""
        medians = []
        for phase in (Phase.AR, Phase.DIFFUSION):
            seconds = []
            for step in range(PACE_STEPS):
                started = perf_counter()
                torch.autograd.grad(
                    self._losses(phase, step).total, list(self._trainee.decoder.parameters())
                )
                seconds.append(perf_counter() - started)
            medians.append(float(np.median(seconds[1:])))
        return Pace(*medians)

    def _advance(self) -> None:
        """Take the remaining steps of the phase."""
        last = perf_counter()
        while self._place.step < self._plan.steps(self._place.phase):
            self._step()
            now = perf_counter()
            self._place, last = self._place.after(now - last), now
            self._attend_duties()

    def _step(self) -> None:
        phase, step = self._place.phase, self._place.step
        losses = self._losses(phase, step)
        rate = learning_rate(self._told.optimiser, phase, step, self._plan)
        self._trainee.learn(losses.total, rate)
        if phase is not Phase.BASE:
            self._trainee.follow(step)
        self._duties.smooth.add(losses)

    def _losses(self, phase: Phase, step: int) -> Losses:
        rng = np.random.default_rng((self._told.seed, PHASES.index(phase), step))
        before = 0 if phase is Phase.BASE else self._plan.base_steps
        batch = self._corpus.train.batch(self._order.batch(before + step))
        progress = step / self._plan.steps(phase)
        return self._objective.losses(self._trainee.decoder, batch, phase, progress, rng)

    def _attend_duties(self) -> None:
        duties, place = self._duties, self._place
        if duties.report.is_due():
            self._replan()
            where = f"{place.phase} {place.step}/{self._plan.steps(place.phase)}"
            self._add_to_curve(where, duties.smooth.report())
        if duties.evaluate.is_due():
            self._add_to_curve(f"{place.phase} held out", self._measure(self._trainee.decoder))
        if duties.save.is_due():
            self._save()

    def _replan(self) -> None:
        """Correct the arms' length to the measured pace, as long as no arm has begun to decay."""
        place, told = self._place, self._told
        if place.phase is Phase.DIFFUSION and place.step < self._stable_steps():
            if place.step > PACE_STEPS:
                self._pace = replace(self._pace, views_seconds=place.phase_seconds / place.step)
            left = told.budget.minutes * 60 - place.seconds
            self._plan = replan(told.budget, self._plan, self._pace, place.step, left)

    def _stable_steps(self) -> float:
        return (1 - self._told.optimiser.decay) * self._plan.arm_steps

    def _fork(self, phase: Phase) -> None:
        """Begin an arm from the base."""
        base = self._folder.read_state("base.pt")
        if base is None:
            raise TrainingError(
                f"{str(self._folder.path)!r} has no base.pt; delete state.pt to start anew"
            )
        self._trainee.fork(base)
        self._duties.smooth = Smooth()
        self._place = Place(phase, 0, self._place.seconds, 0.0)
        self._replan()
        self._save()

    def _finish_base(self) -> None:
        if self._told.budget.minutes:
            clean = self._place.phase_seconds / max(1, self._place.step)
            ratio = self._pace.views_seconds / self._pace.clean_seconds
            self._pace = Pace(clean, clean * ratio)
        self._folder.save_state(self._trainee.state(), "base.pt")

    def _finish_arm(self) -> None:
        """Keep the last weights or their average, whichever is exact more often."""
        phase = self._place.phase
        candidates = {"last": self._trainee.decoder, "average": self._trainee.averaged()}
        found = {name: self._measure(decoder) for name, decoder in candidates.items()}
        best = max(found, key=lambda name: found[name][f"exact_{phase}"])
        self._folder.save_weights(candidates[best].state_dict(), phase.value)
        for name, point in found.items():
            self._add_to_curve(f"{phase} {name}{' (kept)' if name == best else ''}", point)

    def _measure(self, decoder: Decoder) -> dict[str, float]:
        return shares(exactness(decoder, self._objective, self._corpus.held_out))

    def _add_to_curve(self, where: str, point: dict[str, float]) -> None:
        place = self._place
        tell(where, point)
        samples = place.step * self._told.optimiser.batch_size
        known = {"phase": place.phase.value, "step": place.step, "samples": samples}
        self._folder.add_to_curve(
            known | {"seconds": round(place.seconds, 1), "what": where} | point
        )
