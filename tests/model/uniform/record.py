"""Records DiffusionGemma's small fixture from transformers' own classes: `python -m tests.model.uniform.record`.

The format is that of the other parity fixtures. A case is kept only if single and double precision give the
same words, so that rounding decides nothing. Needs transformers >= 5.23.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import torch
from safetensors.torch import save_file
from torch import Tensor
from transformers import DiffusionGemmaConfig, DiffusionGemmaForBlockDiffusion
from transformers.models.diffusion_gemma import generation_diffusion_gemma as published
from transformers.models.diffusion_gemma.configuration_diffusion_gemma import (
    DiffusionGemmaTextConfig,
)
from transformers.models.gemma4.configuration_gemma4 import Gemma4VisionConfig

FOLDER = Path(__file__).parents[1] / "parity" / "diffusion_gemma" / "small"
CANVAS, WINDOW, VOCABULARY, PAD = 8, 6, 64, 0
DEFAULTS = {
    "max_new_tokens": 16,
    "canvas_length": CANVAS,
    "max_denoising_steps": 4,
    "entropy_bound": 0.5,
    "t_min": 0.4,
    "t_max": 0.8,
    "stability_threshold": 1,
    "confidence_threshold": 0.005,
    "eos_ids": None,
    "pad_id": PAD,
    "draw": "argmax",
}
KNOBS = (
    "max_new_tokens", "max_denoising_steps", "t_min", "t_max", "stability_threshold",
    "confidence_threshold",
)  # fmt: skip
CASES: Mapping[str, tuple[int, Mapping[str, Any]]] = {
    "one_token": (1, {}),
    "rounds_up": (3, {"max_new_tokens": 12, "entropy_bound": 4.0}),
    "beyond_window": (13, {"entropy_bound": 2.0}),
    "settles": (5, {"max_denoising_steps": 16, "entropy_bound": 20.0, "confidence_threshold": 2.0}),
    "no_stability": (
        4,
        {"stability_threshold": 0, "confidence_threshold": 1.5, "entropy_bound": 3.0},
    ),
    "drawn": (7, {"draw": "multinomial", "entropy_bound": 4.0}),
    "ends": (6, {"entropy_bound": 4.0, "max_new_tokens": 24}),
}


def small_model(seed: int = 0, **text: Any) -> DiffusionGemmaForBlockDiffusion:
    """A random model of three layers, whose weights are wide enough for its words to differ."""
    kinds = ["sliding_attention", "sliding_attention", "full_attention"]
    shape = {
        "vocab_size": VOCABULARY,
        "hidden_size": 16,
        "intermediate_size": 24,
        "moe_intermediate_size": 8,
        "num_experts": 4,
        "top_k_experts": 2,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 8,
        "global_head_dim": 16,
        "num_global_key_value_heads": 1,
        "sliding_window": WINDOW,
        "layer_types": kinds,
        "max_position_embeddings": 128,
    }
    vision = Gemma4VisionConfig(
        hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1,
        num_key_value_heads=1, head_dim=8, patch_size=2, pooling_kernel_size=1,
        position_embedding_size=4,
    )  # fmt: skip
    config = DiffusionGemmaConfig(
        text_config=DiffusionGemmaTextConfig(**(shape | text)),
        vision_config=vision,
        canvas_length=CANVAS,
    )
    model = DiffusionGemmaForBlockDiffusion(config).eval()
    model.set_experts_implementation("eager")  # the others refuse double precision
    _randomise(model, torch.Generator().manual_seed(seed))
    return model


@torch.no_grad()
def _randomise(model: torch.nn.Module, generator: torch.Generator) -> None:
    weights = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    for name, weight in weights.items():
        if "inv_freq" in name or "embed_scale" in name or "vision" in name:
            continue
        noise = torch.randn(weight.shape, generator=generator)
        is_scale = weight.dim() == 1
        wide = 1.0 if "embed_tokens" in name else 2 * weight.shape[-1] ** -0.5
        value = 1 + 0.2 * noise if is_scale else wide * noise
        weight.copy_(value.bfloat16().float())


class Recording(published.EntropyBoundSampler):  # type: ignore[misc]
    """transformers' sampler, which writes down what it does."""

    canvases: ClassVar[list[dict[str, Any]]]

    def initialize_canvas(self, batch_size: int, device: Any) -> Tensor:
        words: Tensor = super().initialize_canvas(batch_size, device)
        steps = self.canvases[-1]["steps"] if self.canvases else []
        if steps and "renoise" not in steps[-1]:
            steps[-1]["renoise"] = words[0].tolist()
        else:
            self.canvases.append({"steps": [], "initial_canvas": words[0].tolist()})
        return words

    def accept_canvas(self, current: Tensor, drawn: Tensor, logits: Tensor, step: Tensor) -> Tensor:
        accepted: Tensor = super().accept_canvas(current, drawn, logits, step)
        entropy = torch.distributions.Categorical(logits=logits).entropy()
        told = {
            "canvas_in": current[0].tolist(),
            "draw": drawn[0].tolist(),
            "remaining_step": int(step),
            "argmax": logits[0].argmax(-1).tolist(),
            "accepted": self.accepted_token_mask[0].nonzero().squeeze(1).tolist(),
            "mean_entropy": round(float(entropy.mean()), 6),
        }
        self.canvases[-1]["steps"].append(told)
        return accepted


@contextmanager
def recording(*, draws: bool) -> Iterator[list[dict[str, Any]]]:
    """While it lasts, transformers' canvases are written down; without draws the likeliest words are taken."""
    sampler, multinomial = published.EntropyBoundSampler, torch.multinomial
    Recording.canvases = []
    published.EntropyBoundSampler = Recording
    if not draws:
        torch.multinomial = lambda p, num_samples: p.argmax(-1, keepdim=True)
    try:
        yield Recording.canvases
    finally:
        published.EntropyBoundSampler, torch.multinomial = sampler, multinomial


def generate(
    model: DiffusionGemmaForBlockDiffusion, prompt: list[int], params: Mapping[str, Any], seed: int
) -> tuple[list[int], list[dict[str, Any]]]:
    """The published answer, and how it came about."""
    torch.manual_seed(seed)
    with recording(draws=params["draw"] != "argmax") as canvases:
        out = model.generate(
            torch.tensor([prompt]),
            sampler_config=published.EntropyBoundSamplerConfig(params["entropy_bound"]),
            eos_token_id=params["eos_ids"],
            pad_token_id=params["pad_id"],
            **{name: params[name] for name in KNOBS},
        )
    return out.sequences[0, len(prompt) :].tolist(), canvases


def record_case(
    model: DiffusionGemmaForBlockDiffusion, prompt: list[int], params: dict[str, Any], seed: int
) -> dict[str, Any] | None:
    """What is expected of one case, or None where double precision would say something else."""
    words, canvases = generate(model, prompt, params, seed)
    if params["draw"] == "argmax":
        again, _ = generate(model.double(), prompt, params, seed)
        model.float()
        if again != words:
            return None
    before, start = prompt, 0
    for number, canvas in enumerate(canvases):
        canvas |= {"encode_start": start, "encode_ids": before, "start": start + len(before)}
        start += len(before)
        before = words[number * CANVAS : (number + 1) * CANVAS]
    n_steps, n_canvases = sum(len(canvas["steps"]) for canvas in canvases), len(canvases)
    forwards = {"encoder": n_canvases, "decoder": n_steps, "total": n_canvases + n_steps}
    logits = {"first_denoise": {"start": len(prompt), "shape": [CANVAS, VOCABULARY]}}
    return {"new_ids": words, "forwards": forwards, "canvases": canvases, "logits": logits}


@torch.no_grad()
def first_logits(model: DiffusionGemmaForBlockDiffusion, case: Mapping[str, Any]) -> Tensor:
    """The scores (cells, vocabulary) of the first denoise step."""
    canvas = torch.tensor([case["expect"]["canvases"][0]["initial_canvas"]])
    prompt = torch.tensor([case["prompt_ids"]])
    logits: Tensor = model(prompt, decoder_input_ids=canvas).logits[0]
    return logits.contiguous()


def cases_of(model: DiffusionGemmaForBlockDiffusion) -> Iterator[dict[str, Any]]:
    """Each case with the first prompt and seed that rounding does not decide."""
    generator = torch.Generator().manual_seed(1)
    for name, (n_prompt, own) in CASES.items():
        for seed in range(100):
            prompt = torch.randint(1, VOCABULARY, (n_prompt,), generator=generator).tolist()
            params = DEFAULTS | own
            if name == "ends":
                params["eos_ids"] = [generate(model, prompt, params, seed)[0][CANVAS + 3]]
            expect = record_case(model, prompt, params, seed)
            if expect:
                yield {"name": name, "prompt_ids": prompt, "params": params, "expect": expect}
                break


def record(folder: Path) -> None:
    """Write the whole fixture."""
    model = small_model()
    cases = list(cases_of(model))
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink()
    logits = {f"{case['name']}/first_denoise": first_logits(model, case) for case in cases}
    save_file(logits, folder / "logits.safetensors")
    document = {
        "format": "parity-fixture/1",
        "family": "diffusion_gemma",
        "seed": "small",
        "model": {"canvas_length": CANVAS, "mask_id": None, "vocab_size": VOCABULARY},
        "cases": cases,
    }
    (folder / "cases.json").write_text(json.dumps(document), encoding="utf-8")


if __name__ == "__main__":
    record(FOLDER)
