"""Guided unmasking (FlashDLM, arXiv 2505.21467): diffusion writes, autoregression says how much to reveal."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from model.decode.around import Around
from model.decode.select import Select
from model.engine import Engine
from model.kernels.confidence import Scores
from model.recipes.judge import check_judge, read_causally
from model.spec import Count
from model.template_fill import TemplateFill
from model.types import DecodeParams, Filling, Template
from model.view import View


class Guided:
    """Each step reveals the proposals from the first mask on, as far as the guide ranks them within its `top`.

    The guide reads the draft once a step and writes nothing. The best `top` of the source is 5. The select rule of
    the params says which cells are looked at; the last of their steps reveals the rest.
    """

    def __init__(self, engine: Engine, guide: Engine, top: Count = 5) -> None:
        check_judge(guide, engine)
        self._engine, self._guide, self._top = engine, guide, top
        self.name = f"{engine.name}-guided"

    def fill_many(self, templates: Sequence[Template], params: DecodeParams) -> list[Filling]:
        """Fill several templates, one by one."""
        return [self.fill(template, params) for template in templates]

    @torch.inference_mode()
    def fill(self, template: Template, params: DecodeParams) -> Filling:
        """Fill one template."""
        fill = self._engine.open(template, params)
        reader = self._guide.open(
            template, DecodeParams(block_length=1, constrained=params.constrained)
        )
        try:
            fill.select = _AsGuided(fill.select, fill, reader, self)
            while not fill.is_done:
                self._engine.denoise([fill])
            fill.usage += reader.usage
            return fill.filling()
        finally:
            self._engine.close([fill])
            self._guide.close([reader])

    def n_agreed(self, fill: TemplateFill, reader: TemplateFill, cells: Tensor, ids: Tensor) -> int:
        """How many of the proposals for `cells` (ascending), from the first mask on, the guide would have made."""
        reader.learn_from(fill)
        masked = reader.canvas.masked.nonzero().squeeze(1)
        n = min(len(masked), len(cells))
        n_together = int((masked[:n] == cells[:n]).cumprod(0).sum())
        cells, ids = cells[:n_together], ids[:n_together]
        if n_together < 2:
            return n_together
        reader.canvas.ids[cells] = ids
        logits = read_causally(self._guide, reader, cells)
        rank = (logits > logits.gather(1, ids[:, None])).sum(1)
        return int((rank < self._top).cumprod(0).sum())


class _AsGuided(Around):
    """Reveals what the guide agrees with, the first proposal at least."""

    def __init__(
        self, inner: Select, fill: TemplateFill, reader: TemplateFill, guided: Guided
    ) -> None:
        super().__init__(inner)
        self._fill, self._reader, self._guided = fill, reader, guided

    def reveal(self, view: View, eligible: Tensor, scores: Scores) -> Tensor:
        """The proposals from the first on that the guide ranks high enough."""
        cells = eligible + view.start
        n_agreed = self._guided.n_agreed(self._fill, self._reader, cells, scores.token)
        return torch.arange(len(cells), device=cells.device) < max(1, n_agreed)
