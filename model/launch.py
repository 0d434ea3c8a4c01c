"""What follows a forward in one launch, for the rules that can be said in numbers.

Elsewhere the rules speak themselves, an operation at a time: on a device each of those is a launch, and some
wait for the host.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from model.cells import Cells
from model.decode.published import AtLeast
from model.decode.select import Select
from model.decode.threshold import Threshold
from model.decode.top_k import TopK
from model.kernels.scores import Scores
from model.kernels.update import Blocks, Proposals, Step, update
from model.remask.remask import KeepAll, Remask
from model.remask.running import RunningConfidence
from model.schedule import helping
from model.view import View

Numbers = tuple[float, int]
"""The confidence from which cells are revealed, and how many are at least."""


def in_numbers(select: Select, remask: Remask, view: View, n_scored: int) -> Step | None:
    """The step that both rules ask for, of the view before the reveals; None where numbers do not say it.

    Only the rules themselves are looked up, not those derived from them.
    """
    says, keeps = _SELECT.get(type(select)), _REMASK.get(type(remask))
    if says is None or keeps is None:
        return None
    is_forced = view.steps_left == 1 or remask.reveals_all or n_scored == 1
    numbers = (-math.inf, 0) if is_forced else says(select, view, n_scored)
    if numbers is None:
        return None
    least = torch.full((1,), numbers[1], dtype=torch.int32, device=view.ids.device)
    return Step(numbers[0], least, keeps(view))


def launch(canvas: Cells, block: slice, cells: Tensor, scores: Scores, step: Step) -> None:
    """Reveal the scored `cells` (indices) of the block that the step takes, and mask again what it does not keep."""
    places = cells - block.start
    blocks = Blocks(
        *(
            part[block].unsqueeze(0)
            for part in (canvas.ids, canvas.masked, canvas.open, canvas.confidence)
        )
    )
    token = torch.zeros_like(blocks.ids[0]).index_copy_(0, places, scores.token)
    confidence = torch.zeros_like(blocks.confidence[0]).index_copy_(0, places, scores.confidence)
    eligible = torch.zeros_like(blocks.masked[0]).index_fill_(0, places, True)
    rows = (part.unsqueeze(0) for part in (token, confidence, eligible))
    update(blocks, Proposals(*rows), step, canvas.mask_id)


def _threshold(rule: Threshold, view: View, n_scored: int) -> Numbers:
    return rule.threshold, 1


def _top_k(rule: TopK, view: View, n_scored: int) -> Numbers | None:
    return (math.inf, -(-n_scored // view.steps_left)) if rule.by == "confidence" else None


def _at_least(rule: AtLeast, view: View, n_scored: int) -> Numbers | None:
    above = float(torch.tensor(rule.threshold).nextafter(torch.tensor(math.inf)))
    least = rule.count or helping(len(view.masked), view.n_steps, view.step)
    return (above, max(1, least)) if rule.by == "confidence" else None


def _keep_all(view: View) -> None:
    return None


def _running(view: View) -> Tensor:
    """The share of the block's open cells that stays after this step, (1,)."""
    n_open = view.open.sum(dtype=torch.int32)[None]
    return -(-n_open * view.step // view.n_steps)


_SELECT: Mapping[type[Select], Callable[[Any, View, int], Numbers | None]] = {
    Threshold: _threshold,
    TopK: _top_k,
    AtLeast: _at_least,
}
_REMASK: Mapping[type[Remask], Callable[[View], Tensor | None]] = {
    KeepAll: _keep_all,
    RunningConfidence: _running,
}
