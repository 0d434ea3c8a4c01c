"""Blocks as rules see them, for the tests of rules."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from model.view import View


def view_of(
    masks: Sequence[bool],
    steps_left: int = 1,
    *,
    confidence: Sequence[float] | None = None,
    step: int = 1,
    region: Sequence[int] | None = None,
    ids: Sequence[int] | None = None,
    stop_ids: tuple[int, ...] = (),
) -> View:
    """A block of open cells; `confidence` are the snapshots of revealed ones, `region` those of each cell."""
    masked = torch.tensor(masks)
    return View(
        ids=torch.tensor(ids or [0] * len(masks)),
        masked=masked,
        open=torch.ones_like(masked),
        confidence=(~masked).float() if confidence is None else torch.tensor(confidence),
        region=torch.arange(len(masks)) if region is None else torch.tensor(region),
        start=0,
        n_canvas=len(masks),
        step=step,
        n_steps=step + steps_left - 1,
        stop_ids=stop_ids,
    )
