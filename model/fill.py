"""One template on its way to a filling: its canvas, its rules, and the block it stands at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter

import torch
from torch import Tensor

from model.cache import Sequence
from model.canvas import Canvas, TemplateError
from model.constrain import Constraint, Noise
from model.decode.registry import select_rule
from model.errors import ModelError
from model.kernels.confidence import Masks, Scores, score
from model.remask.registry import remask_rule
from model.types import DecodeParams, Filling, Usage
from model.view import View


@dataclass(frozen=True, slots=True)
class Query:
    """What a fill asks of the next forward.

    The forward reads the tokens from `start` to `stop`, counted from the prompt's first one: `n_causal`
    of them causally, and the rest, the active block, both ways. `rows` are those that predict `cells`.
    """

    start: int
    stop: int
    n_causal: int
    rows: Tensor
    cells: Tensor


class Fill:
    """The state of one fill between denoise steps.

    A block's cells are predicted in their own places; at block length 1 a cell is predicted from the
    place before it, as autoregression does.
    """

    def __init__(self, canvas: Canvas, constraint: Constraint, params: DecodeParams) -> None:
        _check(params, canvas)
        self.canvas, self.constraint, self.params = canvas, constraint, params
        self.select, self.remask = select_rule(params), remask_rule(params)
        self.sequence = Sequence()
        self.usage = Usage(prompt_tokens=canvas.n_prompt)
        self.is_autoregressive = params.block_length == 1
        self.is_draft = True
        self.is_done = False
        self._length = params.block_length or canvas.n_cells
        self._end = canvas.spans[params.stop_after].stop if params.stop_after else canvas.n_cells
        self._step = 0
        self._generator = torch.Generator().manual_seed(params.seed)
        self._first_choice = canvas.ids.clone()
        self._block = slice(0, 0)
        self._reveal_forced()
        self._enter_block()

    @property
    def n_known(self) -> int:
        """How many tokens before the active block may come from the cache.

        Autoregression reads the last of them anew, since it predicts the next cell.
        """
        return self.canvas.n_prompt + self._block.start - self.is_autoregressive

    def query(self) -> Query:
        """What the next denoise step reads, and which cells it may reveal."""
        start, n_prompt = len(self.sequence.tokens), self.canvas.n_prompt
        cells = self._eligible().nonzero().squeeze(1) + self._block.start
        known = n_prompt + self._block.start
        stop = known if self.is_autoregressive else n_prompt + self._block.stop
        rows = cells + (n_prompt - start - self.is_autoregressive)
        return Query(start, stop, known - start, rows, cells)

    def update(self, query: Query, logits: Tensor) -> None:
        """Propose, constrain, select, reveal, remask; leave the block once it has no mask."""
        self._step += 1
        scores = self._propose(query.cells, logits)
        chosen = self._chosen(query.cells, scores)
        cells = query.cells[chosen]
        self.canvas.reveal(cells, scores.token[chosen], scores.confidence[chosen])
        self._first_choice[cells] = logits[chosen].float().argmax(1)
        self.constraint.learn(cells, self.canvas.ids[cells])
        self._remask_block()
        self._reveal_forced()
        self._leave_block()

    def filling(self) -> Filling:
        """The answer as it stands; slots that decoding did not reach are empty."""
        started, canvas = perf_counter(), self.canvas
        n_new = int((canvas.open & ~canvas.masked).sum())
        invalid = self.constraint.n_invalid(self._first_choice, canvas.masked)
        values, confidence = canvas.texts(), canvas.snapshots()
        spent = Usage(new_tokens=n_new, seconds=perf_counter() - started)
        return Filling(values, confidence, self.usage + spent, invalid)

    @property
    def _is_last_step(self) -> bool:
        return self._step >= self.params.max_steps

    def _eligible(self) -> Tensor:
        view = self._view(self._step + 1)
        reveals_rest = view.steps_left == 1 or self.remask.reveals_all
        return view.masked if reveals_rest else self.select.eligible(view)

    def _view(self, step: int) -> View:
        canvas, block = self.canvas, self._block
        return View(
            *(canvas.ids[block], canvas.masked[block], canvas.open[block]),
            *(canvas.confidence[block], canvas.region[block]),
            *(block.start, canvas.n_cells, step, self.params.max_steps),
        )

    def _propose(self, cells: Tensor, logits: Tensor) -> Scores:
        noise = self._noise(logits)
        if self.params.constrained:
            scores = self.constraint.propose(cells, logits, noise)
        else:
            scores = score(logits, Masks(), noise.gumbel, noise.temperature)
        return replace(scores, logits=logits) if self.select.needs_logits else scores

    def _noise(self, logits: Tensor) -> Noise:
        if not self.params.temperature:
            return Noise()
        # In double precision on the CPU: the same draws on any device and in any batch.
        draws = torch.empty(logits.shape, dtype=torch.float64)
        gumbel = -draws.exponential_(generator=self._generator).log()
        return Noise(gumbel.float().to(logits.device), self.params.temperature)

    def _chosen(self, cells: Tensor, scores: Scores) -> Tensor:
        n_scored = scores.token.shape[0]
        if n_scored == 1 or self._is_last_step or self.remask.reveals_all:
            return torch.arange(n_scored, device=scores.token.device)
        taken = self.select.reveal(self._view(self._step), cells - self._block.start, scores)
        return taken.nonzero().squeeze(1)

    def _remask_block(self) -> None:
        if self.remask.is_final:
            return
        self._mask_again(self.remask.after_step(self._view(self._step)) + self._block.start)

    def _mask_again(self, cells: Tensor) -> None:
        self.canvas.remask(cells)
        self.constraint.forget(cells)

    def _reveal_forced(self) -> None:
        """Reveal cells in which only one word is possible: they need no forward."""
        if not self.params.constrained or not bool(self.canvas.masked.any()):
            return
        cells, ids = self.constraint.take_forced(self.canvas.masked)
        if cells.numel():
            self.canvas.reveal(cells, ids, torch.ones_like(ids, dtype=torch.float))
            self._first_choice[cells] = ids

    def _leave_block(self) -> None:
        asked_for = slice(self._block.start, min(self._block.stop, self._end))
        if not bool(self.canvas.masked[asked_for].any()):
            self.canvas.commit(self._block)
            self._enter_block()

    def _enter_block(self) -> None:
        masked = self.canvas.masked[: self._end].nonzero()
        if not masked.numel():
            self._end_draft()
            return
        first = int(masked[0]) // self._length * self._length
        self._block = slice(first, min(first + self._length, self.canvas.n_cells))
        self._step = 0
        if self.n_known < 0:
            raise TemplateError("autoregression needs a token before the first slot; give a prompt")

    def _end_draft(self) -> None:
        """Commit everything, or take the weakest cells back and denoise them in view of all others."""
        canvas, is_draft = self.canvas, self.is_draft
        self.is_draft = False
        canvas.commit(slice(0, canvas.n_cells))
        cells = (canvas.open & ~canvas.masked).nonzero().squeeze(1)
        weakest = (
            cells[self.remask.after_draft(canvas.confidence[cells])] if is_draft else cells[:0]
        )
        if not weakest.numel():
            self.is_done = True
            return
        self.is_autoregressive, self._length = False, canvas.n_cells
        canvas.reopen()
        self._mask_again(weakest)
        self._reveal_forced()
        self._enter_block()


def _check(params: DecodeParams, canvas: Canvas) -> None:
    for name, value in (("block_length", params.block_length), ("max_steps", params.max_steps)):
        if value is not None and value < 1:
            raise ModelError(f"{name} is {value}; it must be at least 1")
    if params.temperature < 0:
        raise ModelError(f"temperature is {params.temperature}; it must be at least 0")
    if params.stop_after is not None and params.stop_after not in canvas.spans:
        raise TemplateError(
            f"stop_after names slot {params.stop_after!r}; the template has no such slot"
        )
