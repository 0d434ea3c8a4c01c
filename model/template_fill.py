"""One template on its way to a filling."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

from torch import Tensor

from model.canvas import Canvas, TemplateError
from model.constrain import Constraint
from model.fill import Fill
from model.kernels.confidence import Scores
from model.reading import Reading
from model.sampling import Sampling
from model.types import DecodeParams, Filling, Usage
from model.words import FreeText


class TemplateFill(Fill):
    """A fill that knows whose cells are whose, and counts what the grammar overruled."""

    canvas: Canvas

    def __init__(
        self, canvas: Canvas, constraint: Constraint, params: DecodeParams, reading: Reading
    ) -> None:
        if params.stop_after is not None:
            canvas.n_wanted = _end_of(params.stop_after, canvas)
        self._constraint = constraint
        self._first_choice = canvas.ids.clone()
        words = constraint if params.constrained else FreeText()
        super().__init__(canvas, words, params, reading, Sampling(params.temperature, params.seed))

    def filling(self) -> Filling:
        """The answer as it stands; slots that decoding did not reach are empty."""
        started, canvas = perf_counter(), self.canvas
        n_new = int((canvas.open & ~canvas.masked).sum())
        invalid = self._constraint.n_invalid(self._first_choice, canvas.masked)
        values, confidence = canvas.texts(), canvas.snapshots()
        spent = Usage(new_tokens=n_new, seconds=perf_counter() - started)
        return Filling(values, confidence, self.usage + spent, invalid)

    def place(self, cells: Tensor, ids: Tensor, confidence: Tensor) -> None:
        """Reveal masked `cells` (indices) with words from elsewhere, and what follows from them."""
        self._first_choice[cells] = ids
        super().place(cells, ids, confidence)

    def learn_from(self, other: TemplateFill) -> None:
        """Reveal what another fill of the same template knows, as it was first chosen there."""
        cells = (self.canvas.masked & ~other.canvas.masked).nonzero().squeeze(1)
        if cells.numel():
            self.place(cells, other.canvas.ids[cells], other.canvas.confidence[cells])
            self._first_choice[cells] = other._first_choice[cells]

    def adopt(self, other: Fill) -> None:
        """Go on from where another fill of the same template stands."""
        super().adopt(other)
        if isinstance(other, TemplateFill):
            self._first_choice.copy_(other._first_choice)

    def _propose(self, cells: Tensor, said: Tensor | Scores) -> Scores:
        scores = super()._propose(cells, said)
        return scores if isinstance(said, Scores) else replace(scores, favourite=first_best(said))

    def _reveal(self, cells: Tensor, scores: Scores) -> None:
        super()._reveal(cells, scores)
        if scores.favourite is not None:
            self._first_choice[cells] = scores.favourite

    def _reveal_forced(self) -> Tensor:
        cells = super()._reveal_forced()
        if cells.numel():
            self._first_choice[cells] = self.canvas.ids[cells]
        return cells


def _end_of(slot: str, canvas: Canvas) -> int:
    if slot not in canvas.spans:
        raise TemplateError(f"stop_after names slot {slot!r}; the template has no such slot")
    end: int = canvas.spans[slot].stop
    return end


def first_best(logits: Tensor) -> Tensor:
    """The best word of each row, the lowest of equals; on a processor `argmax` takes six times as long."""
    best: Tensor = logits.max(1).indices
    return best
