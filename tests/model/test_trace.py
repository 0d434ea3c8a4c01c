"""Pictures of a fill: what is not drawn anew is as if it were."""

from __future__ import annotations

import pytest
import torch

from model.trace import Trace
from model.types import DecodeParams
from tests.model.tiny import plan_template, tiny_engine

KNOWN = {"1.verb": "find", "1.a": "@1"}


@pytest.mark.parametrize("known", [{}, KNOWN])
@pytest.mark.parametrize("remask", ["none", "remdm"])
@pytest.mark.parametrize("block_length", [None, 1, 5])
def test_every_picture_is_drawn_as_if_anew(
    block_length: int | None, remask: str, known: dict[str, str]
) -> None:
    template, engine = plan_template(3, known), tiny_engine()
    fill = engine.open(template, DecodeParams(block_length, 4, "top-k", remask=remask))
    trace = Trace(fill, template)
    while not fill.is_done:
        engine.denoise([fill])
        assert trace.step().cells == fill.canvas.picture()
    engine.close([fill])


@torch.inference_mode()
def test_a_group_is_final_once_no_cell_of_it_is_masked() -> None:
    template, engine = plan_template(2, KNOWN), tiny_engine()
    fill = engine.open(template, DecodeParams(block_length=1))
    canvas = fill.canvas
    while not fill.is_done:
        canvas.commit_groups()
        for names in canvas.groups:
            spans = [canvas.spans[name] for name in names]
            is_final = not any(bool(canvas.masked[span].any()) for span in spans)
            assert all(bool(canvas.committed[span].all()) == is_final for span in spans)
        engine.denoise([fill])
    engine.close([fill])
