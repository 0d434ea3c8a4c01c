"""Fillings that differ (ODD, arXiv 2603.04893): siblings in a batch are pushed away from those before them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from model.cells import Cells
from model.engine import Engine
from model.fill import Fill
from model.query import Query
from model.spec import Amount
from model.types import DecodeParams, Filling, Template


class Diverse:
    """Fills one template several times, so that the fillings differ.

    Each sibling is summed up by the words that it holds or proposes, the largest probability over all cells.
    The part of that vector which no earlier sibling explains, weighted by how sure the sibling is, is made
    larger: before each step the logits move by `strength` along its gradient, less and less towards the last
    step. The gradient is taken with respect to the logits alone, so nothing is propagated through the network.
    The first sibling is the filling that the engine alone would give. Defaults are those published, for 8
    siblings at temperature 1.
    """

    def __init__(self, engine: Engine, strength: Amount = 16.0) -> None:
        self._engine, self._strength = engine, strength

    def fill_apart(self, template: Template, params: DecodeParams, n: int) -> list[Filling]:
        """`n` fillings of a template, with seeds that follow that of the params."""
        fills = [
            self._engine.open(template, replace(params, seed=params.seed + k)) for k in range(n)
        ]
        try:
            while any(not fill.is_done for fill in fills):
                self._engine.denoise([fill for fill in fills if not fill.is_done], self._apart)
            return [fill.filling() for fill in fills]
        finally:
            self._engine.close(fills)

    def _apart(
        self, fills: Sequence[Fill], queries: Sequence[Query], logits: Sequence[Tensor]
    ) -> list[Tensor]:
        """The logits of siblings, each moved away from those before it."""
        with torch.inference_mode(mode=False):
            rows = [scored.float().clone().requires_grad_() for scored in logits]
            held = [
                words_held(fill.canvas, scored.shape[1])
                for fill, scored in zip(fills, rows, strict=True)
            ]
            pushes = gradients(rows, held)
        moved = []
        for fill, scored, push in zip(fills, logits, pushes, strict=True):
            left = 1 - fill.usage.denoise_steps / fill.params.max_steps
            moved.append(scored - self._strength * max(0.0, left) * push.to(scored.dtype))
        return moved


def words_held(canvas: Cells, n_words: int) -> Tensor:
    """1 for each word that a revealed cell holds: (words,)."""
    held = torch.zeros(n_words, device=canvas.ids.device)
    held[canvas.ids[canvas.open & ~canvas.masked]] = 1.0
    return held


def gradients(logits: Sequence[Tensor], held: Sequence[Tensor]) -> list[Tensor]:
    """Which way each sibling's logits (cells, words) lose what sets it apart from those before it.

    Scaled so that the largest move of a cell is 1; zero for the first sibling.
    """
    basis: list[Tensor] = []
    found: list[Tensor] = []
    for rows, words in zip(logits, held, strict=True):
        probability = rows.softmax(1)
        apart = residual(summary(probability, words), basis)
        if not basis or not len(rows):
            found.append(torch.zeros_like(rows))
        else:
            sureness = probability.detach().amax(1).mean()
            (push,) = torch.autograd.grad(-apart.norm() * sureness, rows)
            found.append(push / push.norm(dim=1).max().clamp(min=1e-12))
        basis.append(apart.detach() / apart.detach().norm().clamp(min=1e-12))
    return found


def summary(probability: Tensor, held: Tensor) -> Tensor:
    """The largest probability of each word over all cells, as a vector of length 1: (words,)."""
    largest = torch.cat((probability, held[None])).amax(0)
    unit: Tensor = largest / largest.norm()
    return unit


def residual(vector: Tensor, basis: Sequence[Tensor]) -> Tensor:
    """What of a vector lies outside the span of orthonormal ones."""
    for direction in basis:
        vector = vector - (vector @ direction) * direction
    return vector
