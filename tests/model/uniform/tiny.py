"""A tiny random DiffusionGemma, engines over it, and noise that repeats what was recorded."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import torch
from torch import Tensor

from model.backbone.gemma import Gemma
from model.backbone.gemma_layers import GemmaConfig, LayerShape, Proportional, Rope
from model.backbone.rope import Plain
from model.completion import CompletionParams
from model.families.conventions import Conventions, Grid, Shift, Visibility
from model.tokens import IdsOnly, Vocabulary
from model.uniform.engine import UniformEngine
from model.uniform.noise import StepNoise

WINDOW, CANVAS, VOCABULARY, STOP, PAD = 5, 6, 48, 47, 0
SLIDING = LayerShape(2, Rope(8, 1e4, Plain()), WINDOW)
FULL = LayerShape(1, Rope(16, 1e6, Proportional(0.25)), None)
CONVENTIONS = Conventions(
    "diffusion_gemma", Visibility.CONTEXT, Grid.PROMPT_END, Shift.NONE, None, CANVAS, CANVAS,
    "diffusion_gemma:n_steps=6,entropy_bound=2", (STOP,), PAD,
)  # fmt: skip


@cache
def tiny_network(seed: int = 0, n_words: int = VOCABULARY) -> Gemma:
    """Two layers, with weights wide enough for words to differ."""
    network = Gemma(GemmaConfig(n_words, 16, 24, 8, 4, 2, 4, (SLIDING, FULL), 1e-6, 30.0))
    generator = torch.Generator().manual_seed(seed)
    for name, weight in network.state_dict().items():
        noise = torch.randn(weight.shape, generator=generator)
        wide = 1.0 if "embed" in name else 2 * weight.shape[-1] ** -0.5
        weight.copy_(1 + 0.2 * noise if weight.dim() == 1 else wide * noise)
    return network.eval().requires_grad_(False)


def tiny_uniform(tokens: Vocabulary | None = None, n_words: int = VOCABULARY) -> UniformEngine:
    network = tiny_network(n_words=n_words)
    return UniformEngine(network, tokens or IdsOnly(n_words, None), CONVENTIONS, "tiny")


def prompt_of(n_tokens: int, seed: int = 0) -> list[int]:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(1, STOP, (n_tokens,), generator=generator).tolist()


class RecordedNoise:
    """The noise of a fixture's case; draws are recorded only where the case drew."""

    def __init__(self, case: Mapping[str, Any]) -> None:
        self._canvases = iter(case["expect"]["canvases"])
        self._has_drawn = case["params"]["draw"] != "argmax"

    def canvas(self, n_cells: int) -> Tensor:
        canvas = next(self._canvases)
        self._steps = iter(canvas["steps"])
        return torch.tensor(canvas["initial_canvas"])

    def step(self, n_cells: int) -> StepNoise:
        step = next(self._steps)
        drawn = torch.tensor(step["draw"]) if self._has_drawn else None
        return StepNoise(torch.tensor(step["renoise"]), torch.zeros(n_cells), drawn)


def params_of(case: Mapping[str, Any], *, as_published: bool) -> CompletionParams:
    told = case["params"]
    knobs = ("entropy_bound", "t_min", "t_max", "stability_threshold", "confidence_threshold")
    return CompletionParams(
        told["max_new_tokens"],
        block_length=told["canvas_length"],
        max_steps=told["max_denoising_steps"],
        is_greedy=told["draw"] == "argmax",
        stop_ids=tuple(told["eos_ids"] or ()),
        as_published=as_published,
        options={name: told[name] for name in knobs},
    )
