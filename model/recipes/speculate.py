"""DiffuSpec (arXiv 2510.02358): diffusion drafts, autoregression verifies; what comes out is the verifier's own.

The source searches a lattice of drafts with an n-gram model and adapts their length; here the draft is the
drafter's joint choice under the template's grammar, and as long as the canvas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch

from model.engine import Engine
from model.recipes.judge import accept, check_judge, read_causally
from model.spec import Count
from model.template_fill import TemplateFill
from model.types import DecodeParams, Filling, Template


class Speculate:
    """Fills exactly as the verifier alone does cell by cell, in fewer forwards where the drafter agrees with it.

    Each round costs `steps` forwards of the drafter and one of the verifier, and settles at least one cell.
    Samples agree too: the verifier draws in the same order as without drafts.
    """

    def __init__(self, drafter: Engine, verifier: Engine, steps: Count = 1) -> None:
        check_judge(verifier, drafter)
        self._verifier, self._drafter, self._steps = verifier, drafter, steps
        self.name = f"{verifier.name}-speculate"

    def fill_many(self, templates: Sequence[Template], params: DecodeParams) -> list[Filling]:
        """Fill several templates, one by one."""
        return [self.fill(template, params) for template in templates]

    @torch.inference_mode()
    def fill(self, template: Template, params: DecodeParams) -> Filling:
        """Fill one template; of the params the select and remask rules are the drafter's."""
        own = replace(params, block_length=1, select="threshold", remask="none")
        fill = self._verifier.open(template, own)
        try:
            while not fill.is_done:
                cells = fill.canvas.masked[: fill.canvas.n_wanted].nonzero().squeeze(1)
                self._draft(fill, template, params)
                accept(fill, cells, read_causally(self._verifier, fill, cells), 1.0)
            return fill.filling()
        finally:
            self._verifier.close([fill])

    def _draft(self, fill: TemplateFill, template: Template, params: DecodeParams) -> None:
        """Write what the drafter proposes into the masked cells, which stay masked."""
        length = None if params.block_length == 1 else params.block_length
        asked = replace(params, block_length=length, max_steps=self._steps)
        draft = self._drafter.open(template, asked, fill)
        try:
            while not draft.is_done:
                self._drafter.denoise([draft])
        finally:
            self._drafter.close([draft])
        masked = fill.canvas.masked
        fill.canvas.ids[masked] = draft.canvas.ids[masked]
        fill.usage += draft.usage.besides_prompt
