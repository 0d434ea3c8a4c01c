"""Cells on their way to being filled: the rules at work, and the block that stands open.

What a fill asks of a forward is a query, and what comes back updates it. Whose cells they are, and what is
made of them in the end, is known to `TemplateFill` and `TextFill`.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from model.blocks import Blocks
from model.cache import Sequence
from model.canvas import TemplateError
from model.cells import Cells
from model.errors import ModelError
from model.kernels.confidence import Scores
from model.kernels.noise import Draw
from model.launch import in_numbers, launch
from model.pairing import Setting, rules
from model.query import Asker, Kind, Query
from model.reading import Reading
from model.remask.editing import TokenEditing
from model.sampling import Sampling
from model.types import DecodeParams, Usage
from model.view import View
from model.words import Words


class Fill:
    """The state of one fill between forwards.

    Blocks are filled from left to right. Each forward scores the cells of the block that the select rule
    looks at; some are revealed, and the remask rule may take some back or rewrite them. A block that needs
    nothing more is committed.
    """

    stop_ids: tuple[int, ...] = ()
    launches = False
    """Whether nothing but the cells changes with a reveal, so that one launch can do it."""

    def __init__(
        self,
        canvas: Cells,
        words: Words,
        params: DecodeParams,
        reading: Reading,
        sampling: Sampling,
    ) -> None:
        _check(params)
        self.canvas, self.words, self.params = canvas, words, params
        self.reading, self.sampling = reading, sampling
        self.sequence = Sequence()
        self.usage = Usage(prompt_tokens=canvas.n_prompt + canvas.n_lead)
        self.is_draft, self.is_done, self._is_closing = True, False, False
        self._step, self._block, self._awaits_first = 0, slice(0, 0), False
        self._n_extra, self._is_settled = 0, False
        self._lay_blocks(reading)
        setting = Setting(
            reading.conventions.visibility, self._blocks.length, params.threshold, params.seed
        )
        self.select, self.remask = rules(params.select, params.remask, setting)
        self._editing = self.remask if isinstance(self.remask, TokenEditing) else None
        self._reveal_forced()
        self._enter_block()

    @property
    def n_kept(self) -> int:
        """How many tokens the next forward may have from the cache."""
        return self._asker.n_kept(self._block)

    @property
    def keeps_exactly(self) -> bool:
        """Whether what was kept may serve another fill that begins with the same tokens."""
        return self._blocks.is_regular and not self.reading.is_full

    def query(self) -> Query:
        """What the next forward reads, and which cells it may reveal."""
        start = len(self.sequence.tokens)
        if self._awaits_first:
            return self._asker.next_token(start, self._block)
        if self._is_closing or self._owes_commit(start):
            return self._asker.commit(start, self._block)
        cells = self._eligible().nonzero().squeeze(1) + self._block.start
        return self._asker.denoise(start, self._block, cells)

    @property
    def takes_scores(self) -> bool:
        """Whether `update` may be given scores: nothing looks at the logits behind them."""
        return not (self.select.needs_logits or self.words.needs_logits) and self.sampling.is_plain

    def draw(self, cells: Tensor) -> Draw:
        """How words for these cells are drawn, for scores made elsewhere."""
        return self.sampling.draw(self.canvas.n_prompt + cells)

    def update(self, query: Query, said: Tensor | Scores) -> None:
        """Take in what the forward says of the query's cells: logits (cells, vocabulary), or scores."""
        if self._is_closing:
            self.is_done = True
        elif self._awaits_first:
            self._reveal_first(query.cells, said)
        elif query.kind is Kind.DENOISE:
            self._denoise(query.cells, said)

    def place(self, cells: Tensor, ids: Tensor, confidence: Tensor) -> None:
        """Reveal masked `cells` (indices) with words from elsewhere, and what follows from them."""
        self.canvas.reveal(cells, ids, confidence)
        self.words.learn(cells, self.canvas.ids[cells])
        self._reveal_forced()
        self._leave_block()

    def adopt(self, other: Fill) -> None:
        """Go on from where another fill of the same template stands, with rules that remember nothing yet."""
        cells = (other.canvas.open & ~other.canvas.masked).nonzero().squeeze(1)
        self.canvas.reveal(cells, other.canvas.ids[cells], other.canvas.confidence[cells])
        self.canvas.committed.copy_(other.canvas.committed)
        self.words.learn(cells, self.canvas.ids[cells])
        self._lay_blocks(other.reading)
        self.is_draft, self._awaits_first = other.is_draft, other._awaits_first
        self.is_done, self._is_closing = other.is_done, other._is_closing
        self._block, self._step = other._block, other._step

    @property
    def n_settled(self) -> int:
        """How many cells, from the first one on, will not change any more."""
        if self.is_draft and self.remask.revises_draft:
            return self.canvas.n_lead
        is_final = self.remask.is_final
        moving = self.canvas.masked if is_final else self.canvas.open & ~self.canvas.committed
        first = moving.nonzero()[:1]
        return int(first) if first.numel() else self.canvas.n_cells

    def _denoise(self, cells: Tensor, said: Tensor | Scores) -> None:
        """Propose, constrain, select, reveal, rewrite, remask; leave the block once it needs no more."""
        self._step += 1
        if cells.numel() and not self._change(cells, self._propose(cells, said)):
            return
        self._remask_block()
        self._reveal_forced()
        self._leave_block()

    def _change(self, cells: Tensor, scores: Scores) -> bool:
        """Rewrite and reveal what the rules say; False where the block grows instead."""
        if self.launches and self._launched(cells, scores):
            return True
        if self._editing:
            rows = self._edit(self._editing, cells, scores)
            cells, scores = cells[rows], scores.of_rows(rows)
        if cells.numel() and self._extend_block(cells, scores):
            return False
        chosen = self._chosen(cells, scores)
        self._reveal(cells[chosen], scores.of_rows(chosen))
        return True

    def _launched(self, cells: Tensor, scores: Scores) -> bool:
        """Whether one launch did it, the remasking too, which then finds nothing more to do."""
        step = in_numbers(self.select, self.remask, self._view(self._step), len(cells))
        if step is not None:
            launch(self.canvas, self._block, cells, scores, step)
        return step is not None

    def _reveal_first(self, cells: Tensor, said: Tensor | Scores) -> None:
        """The block's first cell, which no row of the block can predict, takes what comes."""
        self._awaits_first = False
        self._reveal(cells, self._propose(cells, said))
        self._reveal_forced()
        self._leave_block()

    def _reveal(self, cells: Tensor, scores: Scores) -> None:
        self.canvas.reveal(cells, scores.token, scores.confidence)
        self.words.learn(cells, self.canvas.ids[cells])

    def _reveal_forced(self) -> Tensor:
        """Reveal cells in which only one word is possible: they need no forward. Gives the cells."""
        if not bool(self.canvas.masked.any()):
            return self.canvas.masked.nonzero().squeeze(1)
        cells, ids = self.words.take_forced(self.canvas.masked)
        if cells.numel():
            self.canvas.reveal(cells, ids, torch.ones_like(ids, dtype=torch.float))
        return cells

    def _eligible(self) -> Tensor:
        view = self._view(self._step + 1)
        reveals_rest = view.steps_left == 1 or self.remask.reveals_all
        has_choice = not reveals_rest and bool(view.masked.any())
        cells = self.select.eligible(view) if has_choice else view.masked
        return cells | self._editing.editable(view) if self._editing else cells

    def _view(self, step: int) -> View:
        canvas, block = self.canvas, self._block
        return View(
            *(canvas.ids[block], canvas.masked[block], canvas.open[block]),
            *(canvas.confidence[block], canvas.region[block]),
            *(block.start, canvas.n_cells, step, self.params.max_steps),
            stop_ids=self.stop_ids,
        )

    def _propose(self, cells: Tensor, said: Tensor | Scores) -> Scores:
        if isinstance(said, Scores):
            return said
        logits = self.sampling.shaped(said)
        noise = self.sampling.noise(logits, self.canvas.n_prompt + cells)
        scores = self.words.propose(cells, logits, noise)
        return replace(scores, logits=logits) if self.select.needs_logits else scores

    def _chosen(self, cells: Tensor, scores: Scores) -> Tensor:
        n_scored = scores.token.shape[0]
        is_last = self._step >= self.params.max_steps
        has_choice = n_scored > 1 or (n_scored == 1 and self.select.may_wait)
        if is_last or self.remask.reveals_all or not has_choice:
            return torch.arange(n_scored, device=scores.token.device)
        taken = self.select.reveal(self._view(self._step), cells - self._block.start, scores)
        return taken.nonzero().squeeze(1)

    def _extend_block(self, cells: Tensor, scores: Scores) -> bool:
        """Let the select rule enlarge the block instead of revealing what is not sure enough."""
        if self._step >= self.params.max_steps or self._block.stop == self.canvas.n_cells:
            return False
        n_more = self.select.extends(self._view(self._step), cells - self._block.start, scores)
        if n_more:
            self._block = self._blocks.extend(self._block, n_more)
        return bool(n_more)

    def _edit(self, rule: TokenEditing, cells: Tensor, scores: Scores) -> Tensor:
        """Rewrite revealed cells; gives the rows of those that are masked."""
        view = self._view(self._step)
        revealed = (~self.canvas.masked[cells]).nonzero().squeeze(1)
        offered = scores.of_rows(revealed)
        taken = rule.rewrites(view, cells[revealed] - self._block.start, offered)
        changed = cells[revealed][taken]
        self.canvas.rewrite(changed, offered.token[taken], offered.confidence[taken])
        is_full = len(revealed) == len(cells)
        self._n_extra += is_full
        self._is_settled = is_full and not changed.numel()
        return self.canvas.masked[cells].nonzero().squeeze(1)

    def _remask_block(self) -> None:
        if not self.remask.is_final:
            self._mask_again(self.remask.after_step(self._view(self._step)) + self._block.start)

    def _mask_again(self, cells: Tensor) -> None:
        self.canvas.remask(cells)
        self.words.forget(cells)

    def _leave_block(self) -> None:
        block, is_final = self._block, self.remask.is_final
        stop = min(block.stop, self.canvas.n_wanted) if is_final else block.stop
        if self._needs_more() or bool(self.canvas.masked[block.start : stop].any()):
            return
        self.canvas.commit(self._block)
        self._enter_block()

    def _needs_more(self) -> bool:
        """Whether the block is read again although it has no mask."""
        if self._editing and not self._is_settled and self._n_extra < self._editing.steps:
            return True
        return 0 < self._step < self.reading.least_steps

    def _enter_block(self) -> None:
        masked = self.canvas.masked[: self.canvas.n_wanted].nonzero()
        if not masked.numel():
            self._end_draft()
            return
        self._block = self._blocks.around(int(masked[0]))
        self._asker.enter_block()
        self._step, self._n_extra, self._is_settled = 0, 0, False
        self._awaits_first = self.reading.leads and int(masked[0]) == self._block.start
        if self._awaits_first and self.canvas.n_prompt + self._block.start == 0:
            raise TemplateError(
                "nothing stands before the first cell to predict it from; give a prompt"
            )

    def _end_draft(self) -> None:
        """End, or take the weakest cells back and denoise them in view of all others."""
        canvas, is_draft = self.canvas, self.is_draft
        self.is_draft = False
        canvas.commit(slice(0, canvas.n_cells))
        cells = (canvas.open & ~canvas.masked).nonzero().squeeze(1)
        weakest = (
            cells[self.remask.after_draft(canvas.confidence[cells])] if is_draft else cells[:0]
        )
        if not weakest.numel():
            self._end(canvas.n_cells)
            return
        self._lay_blocks(self.reading.whole())
        canvas.reopen()
        self._mask_again(weakest)
        self._reveal_forced()
        self._enter_block()

    def _end(self, n_cells: int) -> None:
        """No cell behind the first `n_cells` is filled any more."""
        self._block, self._awaits_first = slice(n_cells, n_cells), False
        self.is_done = not self.reading.commits_last or self.is_done
        self._is_closing = not self.is_done

    def _lay_blocks(self, reading: Reading) -> None:
        n_cells = self.canvas.n_cells
        self.reading = reading
        self._blocks = Blocks(n_cells, max(1, min(reading.block_length, n_cells)))
        self._asker = Asker(reading, self.canvas, self._blocks)

    def _owes_commit(self, start: int) -> bool:
        if self.reading.is_folded or self.reading.is_full:
            return False
        return start < self.canvas.n_prompt + self._block.start


def _check(params: DecodeParams) -> None:
    for name, value in (("block_length", params.block_length), ("max_steps", params.max_steps)):
        if value is not None and value < 1:
            raise ModelError(f"{name} is {value}; it must be at least 1")
