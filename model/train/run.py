"""One training run: the base, then the diffusion arm and the autoregressive arm from the same weights.

Every random choice is a function of seed, phase and step, so a run that was killed continues exactly. A
budget in minutes is turned into steps at the measured pace, and corrected until the first arm decays.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import Tensor

from model.backbone.decoder import Decoder
from model.errors import TrainingError
from model.tokens import Tokens
from model.train.batches import BatchOrder
from model.train.config import TrainConfig
from model.train.measure import exactness
from model.train.objective import N_VIEWS, Losses, Objective
from model.train.origin import Origin
from model.train.pulse import Duties, Smooth, shares, tell
from model.train.runfolder import RunFolder
from model.train.samples import SampleFile
from model.train.schedule import (
    Phase,
    Plan,
    fit_arms,
    fit_base,
    learning_rate,
    plan_by_minutes,
    plan_by_samples,
)
from model.train.team import Team
from model.train.trainee import Trainee, decoder_config

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
        self,
        told: TrainConfig,
        corpus: Corpus,
        folder: RunFolder,
        device: torch.device,
        origin: Origin | None = None,
        team: Team | None = None,
    ) -> None:
        self._told, self._corpus, self._folder = told, corpus, folder
        self._origin, self._team = origin or Origin(), team or Team()
        self._shape = decoder_config(told.size, corpus.tokens.vocab_size)
        fixed = self._origin.fixed(self._shape, folder) if told.adapter.rank else None
        self._trainee = Trainee(told, corpus.tokens.vocab_size, device, self._team, fixed)
        lengths = corpus.train.prompt_lengths
        self._order = BatchOrder(lengths, told.optimiser.batch_size, told.seed)
        self._objective = Objective(
            told.masks, corpus.tokens.mask_id, corpus.train.canvas_length, device
        )
        self._duties = Duties(told.habits)
        self._place = Place(Phase.BASE, 0, 0.0, 0.0)
        self._plan = plan_by_samples(told.budget, told.optimiser.batch_size)
        n_prompt, n_cells = float(lengths.mean()), corpus.train.canvas_length
        self._clean_share = (n_prompt + n_cells) / (n_prompt + (1 + N_VIEWS) * n_cells)

    def compile(self) -> None:
        """Fuse the network's small operations before training."""
        self._trainee.compile()

    def train(self) -> None:
        """Start or continue, to the end."""
        if not self._resume():
            self._start()
        for phase in PHASES[PHASES.index(self._place.phase) :]:
            if phase is not self._place.phase:
                self._fork(phase)
            self._advance()
            if not self._team.leads:
                continue
            if phase is Phase.BASE:
                self._folder.save_state(self._trainee.state(), "base.pt")
            else:
                self._finish_arm()
        self._team.wait()
        if self._team.leads:
            self._folder.forget_state()

    def _start(self) -> None:
        budget = self._told.budget
        if weights := self._origin.weights(self._shape):
            self._start_from(weights)
        elif budget.minutes:
            self._plan = plan_by_minutes(budget, self._measure_pace(), self._clean_share)
        self._plan = self._agreed()
        if not self._team.leads:
            return
        training = {"config": asdict(self._told), "n_samples": len(self._corpus.train)}
        decoder = self._trainee.decoder
        self._folder.save_description(decoder.config, self._corpus.tokens, training)
        n_weights = sum(weight.numel() for weight in decoder.parameters())
        log.info(
            "%.2f M weights, %d samples, %s", n_weights / 1e6, len(self._corpus.train), self._plan
        )

    def _start_from(self, weights: Mapping[str, Tensor]) -> None:
        """Skip the base: both arms start from the weights of an earlier run."""
        self._trainee.begin(weights)
        if self._team.leads:
            if self._told.adapter.rank:
                self._folder.copy_base(self._origin.fixed_file())
            self._folder.save_state(self._trainee.state(), "base.pt")
        self._trainee.fork(self._read_base())  # the leader's, to the last bit
        self._place = Place(Phase.DIFFUSION, 0, 0.0, 0.0)
        self._plan = Plan(0, self._plan.arm_steps)
        if minutes := self._told.budget.minutes:
            pace = self._measure_pace() / self._clean_share
            self._plan = fit_arms(Plan(0, 1), 0, pace, self._clean_share, minutes * 60)

    def _resume(self) -> bool:
        state = self._folder.read_state("state.pt")
        if state is None:
            return False
        self._trainee.load(state)
        self._place = Place(**state["place"] | {"phase": Phase(state["place"]["phase"])})
        self._plan = Plan(**state["plan"])
        log.info("resumed %s at step %d", self._place.phase, self._place.step)
        return True

    def _agreed(self) -> Plan:
        """The leader's plan: all members take the same number of steps."""
        return Plan(*self._team.follow((self._plan.base_steps, self._plan.arm_steps)))

    def _save(self) -> None:
        if not self._team.leads:
            return
        place = asdict(self._place) | {"phase": self._place.phase.value}
        progress = {"place": place, "plan": asdict(self._plan)}
        self._folder.save_state(self._trainee.state() | progress, "state.pt")

    def _measure_pace(self) -> float:
        """Median seconds of a step without views, on weights that are not changed."""
        seconds = []
        for step in range(PACE_STEPS):
            started = perf_counter()
            total = self._losses(Phase.AR, step).total
            torch.autograd.grad(total, list(self._trainee.decoder.parameters()))
            seconds.append(perf_counter() - started)
        return float(np.median(seconds[1:]))

    def _advance(self) -> None:
        """Take the remaining steps of the phase."""
        last = perf_counter()
        while self._place.step < self._plan.steps(self._place.phase):
            self._step()
            now = perf_counter()
            self._place, last = self._place.after(now - last), now
            if self._team.leads:
                self._attend_duties()
            self._plan = self._agreed()

    def _step(self) -> None:
        phase, step = self._place.phase, self._place.step
        losses = self._losses(phase, step)
        rate = learning_rate(self._told.schedule, phase, step, self._plan)
        self._trainee.learn(losses.total, rate)
        if phase is not Phase.BASE:
            self._trainee.follow(step)
        self._duties.smooth.add(losses, self._team.size)

    def _losses(self, phase: Phase, step: int) -> Losses:
        place = (self._told.seed, PHASES.index(phase), step)
        rng = np.random.default_rng((*place, self._team.rank) if self._team.rank else place)
        before = 0 if phase is Phase.BASE else self._plan.base_steps
        batch = self._corpus.train.batch(self._team.share(self._order.batch(before + step)))
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
        """Correct the plan to the measured pace, as long as no arm has begun to decay."""
        place, budget = self._place, self._told.budget
        if not budget.minutes or place.step < PACE_STEPS:
            return
        if place.phase is Phase.BASE:
            self._plan = fit_base(budget, self._plan, place.step, place.phase_seconds)
        elif place.phase is Phase.DIFFUSION and place.step < self._stable_steps():
            self._fit_arms(place.phase_seconds / place.step)

    def _fit_arms(self, views_seconds: float) -> None:
        left = self._told.budget.minutes * 60 - self._place.seconds
        step = self._place.step
        self._plan = fit_arms(self._plan, step, views_seconds, self._clean_share, left)

    def _stable_steps(self) -> float:
        return (1 - self._told.optimiser.decay) * self._plan.arm_steps

    def _fork(self, phase: Phase) -> None:
        """Begin an arm from the base."""
        self._trainee.fork(self._read_base())
        self._duties.smooth = Smooth()
        before = self._place
        self._place = Place(phase, 0, before.seconds, 0.0)
        if before.phase is Phase.BASE and self._told.budget.minutes:
            self._fit_arms(before.phase_seconds / before.step / self._clean_share)
        self._plan = self._agreed()
        self._save()

    def _read_base(self) -> dict[str, Any]:
        """The state that both arms start from."""
        self._team.wait()  # until the leader has written it
        base = self._folder.read_state("base.pt")
        if base is None:
            raise TrainingError(
                f"{str(self._folder.path)!r} has no base.pt; delete state.pt to start anew"
            )
        return base

    def _finish_arm(self) -> None:
        """Keep the last weights or their average, whichever is exact more often."""
        phase, candidates = self._place.phase, self._trainee.candidates()
        found = {name: self._measure(candidates[name].decoder) for name in candidates}
        best = max(found, key=lambda name: found[name][f"exact_{phase}"])
        self._folder.save_tensors(candidates[best].kept, phase.value + self._trainee.suffix)
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
