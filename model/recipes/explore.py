"""Explore, then exploit (ETE, arXiv 2511.21103): where nothing is sure, one doubtful cell is settled by trying.

Confident cells carry few bits, so a rule that reveals them alone needs many steps. When a step revealed few
cells, the most doubtful one is tried with several words at once, in one forward of as many rows, and the fill
goes on from the trial that makes most others sure. No code is published: what follows is the abstract's idea
with choices of ours. It pays where rows are cheap, on a GPU.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log
from time import perf_counter

import torch
from torch import Tensor

from model.constrain import Noise
from model.decode.around import Around
from model.decode.select import Select
from model.engine import Engine
from model.kernels.confidence import Scores
from model.spec import Amount, Count, RuleError, Share
from model.template_fill import TemplateFill
from model.trace import Trace
from model.types import DecodeParams, DenoiseStep, Filling, Template, Usage
from model.view import View

_NOTHING_LEFT = 1e-6


@dataclass(frozen=True, slots=True)
class Trial:
    """A word tried in a cell, and its probability there."""

    cell: int
    token: int
    probability: float

    def revealed(self, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
        """The cell, the word and its confidence, each (1,)."""
        cell = torch.tensor([self.cell], device=device)
        return cell, cell.new_tensor([self.token]), torch.tensor([self.probability], device=device)


class Explore:
    """A `LanguageModel` that fills as its engine does, and tries where a step revealed fewer than `few` cells.

    Each of `forks` trials is a copy of the fill. The best has the largest sum, over the cells that its forward
    revealed at `sure` or above, of their confidence, plus `weight` times the log probability of the word tried.
    """

    def __init__(
        self,
        engine: Engine,
        forks: Count = 3,
        few: Count = 2,
        sure: Share = 0.9,
        weight: Amount = 1.0,
    ) -> None:
        self._engine, self.name = engine, f"{engine.name}-explore"
        self._n_forks, self._few, self._sure, self._weight = forks, few, sure, weight

    def fill(self, template: Template, params: DecodeParams) -> Filling:
        """Fill one template."""
        *_, last = self.stream(template, params)
        if last.filling is None:
            raise AssertionError("a fill ends with a filling")
        return last.filling

    def fill_many(self, templates: Sequence[Template], params: DecodeParams) -> list[Filling]:
        """Fill several templates, one by one."""
        return [self.fill(template, params) for template in templates]

    def stream(self, template: Template, params: DecodeParams) -> Iterator[DenoiseStep]:
        """Fill one template, a forward at a time."""
        fill = self._engine.open(template, params)
        try:
            if not fill.remask.is_final:
                raise RuleError(
                    f"explore settles cells for good, and remask rule {params.remask!r} takes reveals back; "
                    "set remask to none"
                )
            fill.select = memory = _Memory(fill.select)
            trace = Trace(fill, template)
            while not fill.is_done:
                self._engine.denoise([fill])
                yield trace.step()
                if self._has_doubt(fill, memory):
                    self._explore(fill, memory, template, params)
                    yield trace.step()
            if not fill.usage.forwards:
                yield trace.step()
        finally:
            self._engine.close([fill])

    def _has_doubt(self, fill: TemplateFill, memory: _Memory) -> bool:
        """Whether the last step was put to the rule, revealed few cells, and left some of those it scored."""
        if fill.is_done or not memory.is_fresh or memory.n_revealed >= self._few:
            return False
        return bool(fill.canvas.masked[memory.cells].any())

    @torch.inference_mode()
    def _explore(
        self, fill: TemplateFill, memory: _Memory, template: Template, params: DecodeParams
    ) -> None:
        """Let the fill go on from its best trial."""
        memory.is_fresh = False
        started = perf_counter()
        trials = self._trials(fill, memory)
        forks = [self._engine.open(template, params) for _ in trials]
        try:
            self._engine.follow(fill, forks)
            for fork, trial in zip(forks, trials, strict=True):
                fork.place(*trial.revealed(fill.canvas.ids.device))
            if live := [fork for fork in forks if not fork.is_done]:
                self._engine.denoise(live)
            gains = [self._gain(fill, *pair) for pair in zip(forks, trials, strict=True)]
            self._engine.follow(forks[gains.index(max(gains))], [fill])
        finally:
            self._engine.close(forks)
        n_forwards = int(bool(live))
        fill.usage += Usage(n_forwards, n_forwards, seconds=perf_counter() - started)

    def _trials(self, fill: TemplateFill, memory: _Memory) -> list[Trial]:
        """The likeliest words of the most doubtful cell, the leftmost among equals."""
        masked = fill.canvas.masked[memory.cells]
        row = memory.scores.entropy.masked_fill(~masked, -torch.inf).argmax().view(1)
        cell, logits = memory.cells[row], memory.logits[row].clone()
        trials: list[Trial] = []
        left = 1.0
        while len(trials) < self._n_forks and left > _NOTHING_LEFT:
            scores = fill.words.propose(cell, logits, Noise())
            token, share = int(scores.token), float(scores.confidence)
            if not share > 0:  # nothing is possible any more, and a share of nothing is no number
                break
            trials.append(Trial(int(cell), token, left * share))
            logits[:, token] = -torch.inf
            left *= 1 - share
        return trials

    def _gain(self, before: TemplateFill, fork: TemplateFill, trial: Trial) -> float:
        """How much a trial made sure, and how likely it was."""
        revealed = before.canvas.masked & ~fork.canvas.masked
        revealed[trial.cell] = False
        confidence = fork.canvas.confidence[revealed]
        sure = float(confidence[confidence >= self._sure].sum())
        return sure + self._weight * log(trial.probability)


class _Memory(Around):
    """Keeps what the rule was shown and how much it revealed at the last step that was put to it."""

    needs_logits = True

    def __init__(self, inner: Select) -> None:
        super().__init__(inner)
        self.is_fresh, self.n_revealed = False, 0
        self.cells, self.logits = torch.empty(0, dtype=torch.long), torch.empty(0)
        self.scores = Scores(self.cells, self.logits, self.logits, self.logits)

    def reveal(self, view: View, eligible: Tensor, scores: Scores) -> Tensor:
        """What the inner rule reveals."""
        if scores.logits is None:
            raise AssertionError("this rule declares that it needs logits")
        taken = self.inner.reveal(view, eligible, scores)
        self.cells, self.scores, self.logits = eligible + view.start, scores, scores.logits
        self.is_fresh, self.n_revealed = True, int(taken.sum())
        return taken
