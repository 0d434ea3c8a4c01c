"""One template on its way to a filling: its open cells in canvases of random words."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import torch
from torch import Tensor

from model.backbone.gemma_prefix import Prefix
from model.canvas import Canvas, TemplateError
from model.constrain import Constraint, Noise
from model.errors import ModelError
from model.remask.remask import Remask
from model.types import DecodeParams, Filling, Usage
from model.uniform.canvas import NoisyCanvas
from model.uniform.governed import GovernedProposer
from model.uniform.noise import NoiseSource
from model.uniform.proposals import Scorer
from model.uniform.request import Request
from model.uniform.rules import Knobs
from model.words import FreeText, Words

_DEFAULTS = DecodeParams()


class Renoise(Remask):
    """What is not accepted at a step is random again."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a template is filled: in canvases of at most `length` cells, with these knobs and this seed."""

    length: int
    knobs: Knobs
    seed: int
    is_constrained: bool
    stop_after: str | None

    @classmethod
    def of(cls, params: DecodeParams, length: int, decoder: str) -> Manner:
        """What params ask for; `length` is the family's. Their threshold is one of masks and not used."""
        for name in ("select", "remask"):
            if getattr(params, name) != getattr(_DEFAULTS, name):
                raise ModelError(
                    f"{name} is {getattr(params, name)!r}; uniform noise accepts words by their entropy: "
                    f"leave it {getattr(_DEFAULTS, name)!r}"
                )
        if params.block_length is not None and params.block_length < 1:
            raise ModelError(f"block_length is {params.block_length}; it must be at least 1")
        knobs = Knobs.of(decoder, {}).told(
            params.max_steps, params.temperature, is_greedy=not params.temperature
        )
        length = params.block_length or length
        return cls(length, knobs, params.seed, params.constrained, params.stop_after)


class UniformFill(Request):
    """The state of one template between forwards.

    Fixed text and known values stand in every step; at a canvas's end the likeliest words that the grammar
    allows together are revealed. Between steps the template's canvas shows what is accepted.
    """

    is_draft = True
    remask = Renoise()

    def __init__(
        self,
        canvas: Canvas,
        constraint: Constraint,
        manner: Manner,
        source: NoiseSource,
        prefix: Prefix,
        scorer: Scorer,
    ) -> None:
        self.canvas, self._constraint, self._manner = canvas, constraint, manner
        prompt = canvas.sequence[: canvas.n_prompt].tolist()
        super().__init__(prompt, prefix, canvas.ids.device, is_folded=True)
        self._words: Words = constraint if manner.is_constrained else FreeText()
        self._scorer, self._source = scorer, source
        self._governed = GovernedProposer(
            scorer, self._words, manner.seed, canvas.tokens.vocab_size
        )
        self._first_choice = canvas.ids.clone()
        self._n_read, self._block = 0, slice(0, 0)
        self._end = _end_of(manner.stop_after, canvas)
        self._reveal_forced()
        self._enter_block()

    def update(self, hidden: Tensor) -> None:
        """One denoise step of the canvas."""
        cells = self._governed.cells
        self.active.update(self._scorer, self._governed, hidden)
        self._first_choice[cells] = self._governed.favourites
        if not self.active.is_done:
            self._show(cells)
            return
        self._commit(cells)
        self._enter_block()

    def filling(self) -> Filling:
        """The answer as it stands; slots that decoding did not reach are empty."""
        started, canvas = perf_counter(), self.canvas
        n_new = int((canvas.open & ~canvas.masked).sum())
        invalid = self._constraint.n_invalid(self._first_choice, canvas.masked)
        values, confidence = canvas.texts(), canvas.snapshots()
        spent = Usage(new_tokens=n_new, seconds=perf_counter() - started)
        return Filling(values, confidence, self.usage + spent, invalid)

    def _enter_block(self) -> None:
        """Stand at the first canvas with a masked cell; what lies before it is final."""
        masked = self.canvas.masked[: self._end].nonzero()
        if not masked.numel():
            self.canvas.commit(slice(0, self.canvas.n_cells))
            self.is_done = True
            return
        length = self._manner.length
        start = int(masked[0]) // length * length
        self._block = slice(start, min(start + length, self.canvas.n_cells))
        self.final += self.canvas.ids[self._n_read : start].tolist()
        self._n_read = start
        is_open = self.canvas.masked[self._block].clone()  # the canvas goes on changing
        self._governed.cells = is_open.nonzero().squeeze(1) + start
        self.active = NoisyCanvas(
            self.canvas.ids[self._block], is_open, self._manner.knobs, self._source
        )

    def _show(self, cells: Tensor) -> None:
        """Let the template's canvas hold the accepted words, and masks where words are random."""
        canvas, accepted = self.canvas, self.active.is_accepted
        canvas.remask(cells)
        canvas.reveal(
            cells[accepted], self.active.likeliest[accepted], self.active.confidence[accepted]
        )

    def _commit(self, cells: Tensor) -> None:
        """Reveal the likeliest words if they go together, or else one by one, the surest first."""
        self.canvas.remask(cells)
        words = self.canvas.ids.clone()
        words[cells] = self.active.likeliest
        left = self.canvas.masked.clone()
        left[cells] = False
        if self._manner.is_constrained and self._constraint.n_invalid(words, left):
            self._reveal_one_by_one(cells)
        else:
            self._reveal(cells, self.active.likeliest, self.active.confidence)
            self._reveal_forced()
        self.canvas.commit(self._block)

    def _reveal_one_by_one(self, cells: Tensor) -> None:
        while (rows := self.canvas.masked[cells].nonzero().squeeze(1)).numel():
            scores = self._words.propose(cells[rows], self._governed.logits[rows], Noise())
            best = scores.confidence.argmax(0, keepdim=True)
            self._reveal(cells[rows[best]], scores.token[best], scores.confidence[best])
            self._reveal_forced()

    def _reveal(self, cells: Tensor, words: Tensor, confidence: Tensor) -> None:
        self.canvas.reveal(cells, words, confidence)
        self._words.learn(cells, words)

    def _reveal_forced(self) -> None:
        if not bool(self.canvas.masked.any()):
            return
        cells, words = self._words.take_forced(self.canvas.masked)
        if cells.numel():
            self.canvas.reveal(cells, words, torch.ones_like(words, dtype=torch.float))
            self._first_choice[cells] = words


def _end_of(slot: str | None, canvas: Canvas) -> int:
    if slot is None:
        return canvas.n_cells
    if slot not in canvas.spans:
        raise TemplateError(f"stop_after names slot {slot!r}; the template has no such slot")
    end: int = canvas.spans[slot].stop
    return end
