"""DiffusionGemma's network: one stack that reads final text causally and a canvas both ways.

Tensor names are those of the checkpoint under `model.decoder.`; what the encoder has of its own is one
scalar per layer (`encoder_scalar`). The network knows neither noise nor sampling.
Shapes and arithmetic follow transformers 5.23, models/diffusion_gemma.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional

from model.backbone.decoder import RMSNorm, embedding
from model.backbone.gemma_layers import (
    GatedMLP,
    GemmaConfig,
    GemmaLayer,
    Reading,
    call_of,
)
from model.backbone.gemma_prefix import Prefix


class SelfConditioning(GatedMLP):
    """Adds what the step before expected of each cell to what stands in it."""

    def __init__(self, config: GemmaConfig) -> None:
        super().__init__(config.d_model, config.d_ff)
        self.pre_norm = RMSNorm(config.d_model, config.norm_eps)
        self.eps = config.norm_eps

    def conditioned(self, x: Tensor, expected: Tensor | None) -> Tensor:
        """Embeddings (rows, d_model), normalised; `expected` is None where no step came before."""
        both = x if expected is None else x + self(self.pre_norm(expected))
        return functional.rms_norm(both, both.shape[-1:], eps=self.eps)


class Gemma(nn.Module):
    """Token ids in, hidden states of the canvas rows out."""

    def __init__(self, config: GemmaConfig) -> None:
        super().__init__()
        self.config = config
        self.embed_tokens = embedding(config.vocab_size, config.d_model)
        self.layers = nn.ModuleList(GemmaLayer(config, n) for n in range(len(config.layers)))
        self.norm = RMSNorm(config.d_model, config.norm_eps)
        self.self_conditioning = SelfConditioning(config)
        if not config.tied:
            self.lm_head = nn.Linear(config.d_model, config.vocab_size, bias=False)

    @property
    def vocab_size(self) -> int:
        """How many words there are."""
        return self.config.vocab_size

    def prefix(self) -> Prefix:
        """An empty prefix for one sequence."""
        return Prefix(shape.window for shape in self.config.layers)

    def forward(
        self, ids: Tensor, readings: Sequence[Reading], expected: Tensor | None = None
    ) -> Tensor:
        """Hidden states (canvas rows, d_model) after the final norm.

        `ids` (rows,) are the tokens of all readings, one behind the other; where a sequence has a final
        reading and a canvas, the final one comes first. `expected` (canvas rows, d_model) is what
        `soft_embeddings` gave at the step before.
        """
        call = call_of(readings, self.config.layers, ids.device)
        is_canvas = call.is_final.squeeze(1) == 0
        x = self.embeddings(ids)
        x[is_canvas] = self.self_conditioning.conditioned(x[is_canvas], expected)
        for layer in self.layers:
            x = layer(x, call)
        out: Tensor = self.norm(x[is_canvas])
        return out

    def logits(self, hidden: Tensor) -> Tensor:
        """Soft-capped vocabulary scores (rows, vocabulary) in float32."""
        head = self.embed_tokens if self.config.tied else self.lm_head
        raw = functional.linear(hidden, head.weight).float()
        return raw.div_(self.config.softcap).tanh_().mul_(self.config.softcap)

    def embeddings(self, ids: Tensor) -> Tensor:
        """The embeddings (rows, d_model) of ids (rows,), as the stack reads them."""
        scaled: Tensor = self.embed_tokens(ids) * self._embed_scale()
        return scaled

    def soft_embeddings(self, probability: Tensor) -> Tensor:
        """The mean embedding (rows, d_model) under probabilities (rows, vocabulary)."""
        weight = self.embed_tokens.weight
        return probability.to(weight.dtype) @ weight * self._embed_scale()

    def _embed_scale(self) -> Tensor:
        return self.embed_tokens.weight.new_tensor(self.config.d_model**0.5)
