"""Self-verification (S2D2, arXiv 2603.25702): the forward that commits a block also judges how it was filled.

With a causal context the same weights fill a block both ways and read it from left to right when they commit it.
What they say in reading is compared with what they wrote; from the first disagreement on the block is drafted
again. The reading of one block and the drafting of the next share a forward, so an accepted draft costs none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from model.engine import Engine
from model.families.conventions import Shift
from model.query import Kind, Query
from model.recipes.judge import accept, causal_query, check_judge
from model.spec import Count, Share
from model.template_fill import TemplateFill
from model.types import DecodeParams, Filling, Template


class Verify:
    """Drafts blocks of `length` cells in one step each, and keeps what their commit agrees with.

    A word is kept if reading gives it `ratio` times the probability of the best word, or more. At ratio 1 the
    filling is that of autoregression with the same weights; at 0 every draft is kept.
    """

    def __init__(self, engine: Engine, length: Count = 16, ratio: Share = 1.0) -> None:
        check_judge(engine, engine)
        self._engine, self._length, self._ratio = engine, length, ratio
        self.name = f"{engine.name}-verify"

    def fill_many(self, templates: Sequence[Template], params: DecodeParams) -> list[Filling]:
        """Fill several templates, one by one."""
        return [self.fill(template, params) for template in templates]

    @torch.inference_mode()
    def fill(self, template: Template, params: DecodeParams) -> Filling:
        """Fill one template; rules and block length of the params are not used."""
        own = replace(params, block_length=1, select="threshold", remask="none")
        fill = self._engine.open(template, own)
        try:
            while not fill.is_done:
                self._go_on(fill, template, own)
            return fill.filling()
        finally:
            self._engine.close([fill])

    def _go_on(self, fill: TemplateFill, template: Template, params: DecodeParams) -> None:
        """Draft block after block, until a draft is not accepted or nothing is left."""
        ahead = self._engine.open(template, params, fill)
        try:
            is_accepted = True
            while is_accepted and not fill.is_done:
                is_accepted = self._step(fill, ahead)
        finally:
            self._engine.close([ahead])

    def _step(self, fill: TemplateFill, ahead: TemplateFill) -> bool:
        """Judge the last draft and make the next one; whether the former was accepted.

        `ahead` knows what `fill` does, and the draft that is not judged yet.
        """
        left = ahead.canvas.masked[: ahead.canvas.n_wanted].nonzero().squeeze(1)
        start = int(left[0]) if len(left) else fill.canvas.n_wanted
        drafted = fill.canvas.masked[:start].nonzero().squeeze(1)
        cells = left[left < start + self._length]
        logits = self._engine.ask(fill, lambda n_kept: self._query(fill, drafted, cells, n_kept))
        judged, scored = logits.split([len(drafted), len(cells)])
        if not accept(fill, drafted, judged, self._ratio):
            fill.canvas.ids[fill.canvas.masked] = fill.canvas.mask_id
            return False
        if len(cells):
            scores = ahead.words.propose(
                cells, scored, ahead.sampling.noise(scored, ahead.canvas.n_prompt + cells)
            )
            ahead.place(cells, scores.token, scores.confidence)
            known = fill.canvas.masked & ~ahead.canvas.masked
            fill.canvas.ids[known] = ahead.canvas.ids[known]
        return True

    def _query(self, fill: TemplateFill, drafted: Tensor, cells: Tensor, n_kept: int) -> Query:
        """Read the draft causally and, behind it, the next block both ways."""
        if not len(cells):
            return causal_query(fill, drafted, n_kept)
        n_prompt = fill.canvas.n_prompt
        begin, stop = n_prompt + int(cells[0]), n_prompt + int(cells[-1]) + 1
        own = n_prompt - n_kept - (self._engine.conventions.shift is not Shift.NONE)
        rows = torch.cat((drafted + (n_prompt - 1 - n_kept), cells + own))
        both = torch.cat((drafted, cells))
        return Query(Kind.DENOISE, n_kept, stop, stop, begin - n_kept, rows, both)
