"""Diffusion in Diffusion (arXiv 2601.13599) for weights that have never seen a wide block: revise through the prompt.

The draft is read as text before a second canvas, on which its sure cells stand already and its weakest ones are
masked. So the whole draft is in the causal past, and any model of blocks sees all of it, at the price of reading
it once. A choice of ours, where the source trains for wide blocks (`remask="snapshot"`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from model.canvas import groups
from model.engine import Engine
from model.remask.remask import lowest
from model.spec import Share
from model.template_fill import TemplateFill
from model.types import DecodeParams, Filling, Template

DRAFT, CORRECTED = "Draft:", "Corrected:"


class Prompted:
    """Fills, then fills the share `ratio` of weakest cells once more behind the draft.

    What was revised is kept where it is surer than the draft was: slots that stand alone each for themselves,
    those of records all together, since they have to agree.
    """

    def __init__(self, engine: Engine, ratio: Share = 0.3) -> None:
        self._engine, self._ratio, self.name = engine, ratio, f"{engine.name}-prompted"

    def fill(self, template: Template, params: DecodeParams) -> Filling:
        """Fill one template."""
        draft = self._engine.open(template, params)
        second: list[TemplateFill] = []
        try:
            self._finish(draft)
            cells = (draft.canvas.open & ~draft.canvas.masked).nonzero().squeeze(1)
            n_weak = int(self._ratio * len(cells))
            if not n_weak or bool(draft.canvas.masked.any()):
                return draft.filling()
            weak = lowest(draft.canvas.confidence[cells], n_weak)
            second.append(self._engine.open(self._behind(draft, template), params))
            self._revise(draft, second[0], cells, weak)
            keep_surer(draft, second[0], template)
            revised = second[0].filling()
            return replace(revised, usage=draft.filling().usage + revised.usage)
        finally:
            self._engine.close([draft, *second])

    def fill_many(self, templates: Sequence[Template], params: DecodeParams) -> list[Filling]:
        """Fill several templates, one by one."""
        return [self.fill(template, params) for template in templates]

    def _finish(self, fill: TemplateFill) -> None:
        while not fill.is_done:
            self._engine.denoise([fill])

    def _behind(self, draft: TemplateFill, template: Template) -> Template:
        text = draft.canvas.tokens.decode(draft.canvas.ids[draft.canvas.n_lead :].tolist())
        return replace(template, prompt=f"{template.prompt} {DRAFT} {text} {CORRECTED}")

    @torch.inference_mode()
    def _revise(
        self, draft: TemplateFill, second: TemplateFill, cells: Tensor, weak: Tensor
    ) -> None:
        """Let the sure cells of the draft stand, and fill the weak ones."""
        sure = cells[torch.ones_like(cells, dtype=torch.bool).index_fill(0, weak, False)]
        ids, confidence = draft.canvas.ids[sure], draft.canvas.confidence[sure]
        second.place(sure + (second.canvas.n_lead - draft.canvas.n_lead), ids, confidence)
        self._finish(second)


@torch.inference_mode()
def keep_surer(draft: TemplateFill, second: TemplateFill, template: Template) -> None:
    """Put the draft's words back where the second fill is not surer of its own, on average over the cells."""
    second.canvas.reopen()
    for before, after in zip(_parts(draft, template), _parts(second, template), strict=True):
        old, new = draft.canvas.confidence[before], second.canvas.confidence[after]
        if float(new.mean()) <= float(old.mean()):
            second.canvas.remask(after)
            second.canvas.reveal(after, draft.canvas.ids[before], old)
    second.canvas.commit(slice(0, second.canvas.n_cells))


def _parts(fill: TemplateFill, template: Template) -> Iterator[Tensor]:
    """The open cells of what is kept or put back as one: all records, and every other slot."""
    canvas = fill.canvas
    of_records = {name for record in template.records for name in record.slots}
    together = [name for names in groups(template) for name in names if name in of_records]
    alone = [[slot.name] for slot in template.slots() if slot.name not in of_records]
    for names in ([together] if together else []) + alone:
        cells = torch.cat([torch.arange(canvas.n_cells)[canvas.spans[name]] for name in names])
        cells = cells.to(canvas.open.device)
        if bool(canvas.open[cells].any()):
            yield cells[canvas.open[cells]]
