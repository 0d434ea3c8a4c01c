"""The inference form of a decoder: the same numbers from fewer and cheaper operations.

Projections that read the same rows are one product, its weights laid out for the processor; queries and keys
are normalised and rotated together, as complex numbers; on a CPU the stream between layers is float32. Made
from a `Decoder` once, and good for nothing but inference.

The dimensions of queries and keys lie in another order than in the checkpoint, pairs side by side: their
products, all that attention takes of them, stay the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from model.backbone.decoder import (
    Attention,
    Decoder,
    DecoderConfig,
    Layer,
    LayerCache,
    RMSNorm,
    SwiGLU,
)
from model.backbone.grouped import attend, prepare_bias
from model.backbone.rope import turns
from model.cache import IndexedWindow
from model.kernels.output import Head
from model.kernels.paged import attend_paged, serves
from model.kernels.product import Product

FEWER = 16
"""So many rows less are worth leaving them out of the last layer: less would cost as much as it saves."""


class LeanDecoder(nn.Module):
    """What `Decoder` computes, by the same two calls. Takes over the decoder's layers, which are then empty."""

    def __init__(self, decoder: Decoder) -> None:
        super().__init__()
        self.config = decoder.config
        self.embed_tokens = decoder.model.embed_tokens
        dtype = self.embed_tokens.weight.dtype
        head = self.embed_tokens if decoder.config.tied else decoder.lm_head
        self.head = Head.laid_out(head.weight)
        self._norm = _norm(decoder.model.norm, dtype)
        self._layers: list[_Layer] = []
        for index, layer in enumerate(decoder.model.layers):
            self._layers.append(_Layer(layer, decoder.config, dtype))
            decoder.model.layers[index] = (
                nn.Identity()
            )  # frees its weights before the next are copied

    def forward(
        self,
        ids: Tensor,
        positions: Tensor,
        attn_mask: Tensor | None,
        cache: LayerCache | None = None,
        rows: Tensor | None = None,
    ) -> Tensor:
        """Hidden states (batch, tokens, d_model), after the final norm; see `Decoder.forward`.

        With `rows` (wanted,) only those of the tokens. Of the others a CPU then computes no more in the last
        layer than keys and values, which is all that anybody reads of them.
        """
        config = self.config
        width = config.d_rotary or config.d_head
        turn = turns(positions, config.rope_theta, width, config.stretch)
        x: Tensor = self.embed_tokens(ids)
        shape = (ids.shape[1], config.n_heads // config.n_kv_heads)
        bias = prepare_bias(attn_mask, shape, x, is_causal=cache is None)
        if x.device.type == "cpu":
            x = x.to(torch.promote_types(x.dtype, torch.float32))
        *body, last = self._layers
        for layer in body:
            x = layer(x, turn, bias, cache)
        if rows is None or x.device.type != "cpu" or ids.shape[1] - len(rows) < FEWER:
            return picked(self._norm(last(x, turn, bias, cache)), rows)
        seen = None if bias is None else bias.index_select(2, rows)
        return self._norm(last(x, turn, seen, cache, rows))

    def logits(self, hidden: Tensor) -> Tensor:
        """Vocabulary scores of the given hidden states."""
        return self.head.logits(hidden)

    def products(self) -> Iterator[Product]:
        """The products of a forward, without those of experts and of the output layer."""
        for layer in self._layers:
            yield from layer.products()


class _Layer:
    """One pre-norm transformer layer; it changes the stream in place."""

    def __init__(self, layer: nn.Module, config: DecoderConfig, dtype: torch.dtype) -> None:
        if not isinstance(layer, Layer):
            raise TypeError(f"{type(layer).__name__} is no layer; a decoder is taken over once")
        self._before_attention = _norm(layer.input_layernorm, dtype)
        self._attend = _Attention(layer.self_attn, config)
        self._before_mlp = _norm(layer.post_attention_layernorm, dtype)
        self._mlp = _FeedForward(layer.mlp) if isinstance(layer.mlp, SwiGLU) else layer.mlp

    def products(self) -> Iterator[Product]:
        yield from self._attend.products
        if isinstance(self._mlp, _FeedForward):
            yield from self._mlp.products

    def __call__(
        self,
        x: Tensor,
        turn: Tensor,
        bias: Tensor | None,
        cache: LayerCache | None,
        rows: Tensor | None = None,
    ) -> Tensor:
        read, x = self._before_attention(x), picked(x, rows)
        x += self._attend(read, turn, bias, cache, rows)
        x += self._mlp(self._before_mlp(x))
        return x


class _Attention:
    """Queries, keys and values by one product; `_scale` holds the norms' weights and the queries' scale."""

    def __init__(self, attention: Attention, config: DecoderConfig) -> None:
        self._layer = attention.layer
        self._n_heads, self._n_kv, self._d_head = config.n_heads, config.n_kv_heads, config.d_head
        self._width, self._device = config.d_rotary or config.d_head, attention.o_proj.weight.device
        order = _side_by_side(config.d_head, self._width)
        turned = (attention.q_proj, attention.k_proj)
        projections = (*(_reordered(p, order) for p in turned), _parts(attention.v_proj))
        self._project = _joined(projections)
        self._out = Product(attention.o_proj.weight, attention.o_proj.bias)
        self.products = (self._project, self._out)
        norms = (attention.q_norm, attention.k_norm) if attention.qk_norm else ()
        self._scale = self._scales([norm.weight[order] for norm in norms])
        self._eps = self._scale.new_tensor(config.norm_eps) if norms else None

    def _scales(self, weights: Sequence[Tensor]) -> Tensor:
        """What each dimension of queries and keys is multiplied by (heads, d_head)."""
        plain = torch.ones(self._d_head, device=self._device)
        of_q, of_k = weights or (plain, plain)
        of_q = of_q.to(torch.promote_types(of_q.dtype, torch.float32)) * self._d_head**-0.5
        rows = (of_q.expand(self._n_heads, -1), of_k.to(of_q.dtype).expand(self._n_kv, -1))
        return torch.cat(rows)

    def __call__(
        self,
        x: Tensor,
        turn: Tensor,
        bias: Tensor | None,
        cache: LayerCache | None,
        rows: Tensor | None = None,
    ) -> Tensor:
        n_turned, n_kv = self._n_heads + self._n_kv, self._n_kv
        heads = self._project(x).view(*x.shape[:2], -1, self._d_head)
        turned, v = heads.split_with_sizes((n_turned, n_kv), 2)
        q, k = self._turned(turned, turn).to(x.dtype).split_with_sizes((self._n_heads, n_kv), 2)
        q, k, v = picked(q, rows), k.transpose(1, 2), v.transpose(1, 2)
        if isinstance(cache, IndexedWindow) and serves(q, n_kv):
            stored = cache.store(self._layer, k, v)
            seen = None if bias is None else bias[:, :, : q.shape[1]]
            return self._out(attend_paged(q, stored, cache.read, seen))
        if cache is not None:
            k, v = cache.extend(self._layer, k, v)
        return self._out(attend(q, k, v, bias, x.shape[1]))

    def _turned(self, heads: Tensor, turn: Tensor) -> Tensor:
        """Queries and keys (batch, tokens, heads, d_head), normalised, scaled and rotated."""
        heads = heads.to(self._scale.dtype)
        if self._eps is not None:
            heads = heads.mul_(_inverse_rms(heads, self._eps))
        heads = heads.mul_(self._scale)
        turned = heads if self._width == self._d_head else heads.narrow(-1, 0, self._width)
        torch.view_as_complex(turned.view(*turned.shape[:3], -1, 2)).mul_(turn)
        return heads


class _FeedForward:
    """The gated feed-forward layer, gate and up by one product."""

    def __init__(self, mlp: SwiGLU) -> None:
        self._gate_up = _joined((_parts(mlp.gate_proj), _parts(mlp.up_proj)))
        self._down = Product(mlp.down_proj.weight, mlp.down_proj.bias)
        self.products = (self._gate_up, self._down)

    def __call__(self, x: Tensor) -> Tensor:
        gate, up = self._gate_up(x).chunk(2, -1)
        return self._down(functional.silu(gate).mul_(up))


def picked(x: Tensor, rows: Tensor | None) -> Tensor:
    """Some rows (wanted,) of a tensor (batch, rows, ...); None picks all."""
    return x if rows is None else x.index_select(1, rows)


def _norm(norm: RMSNorm, dtype: torch.dtype) -> Callable[[Tensor], Tensor]:
    """Normalisation of the stream, to rows of the given dtype."""
    width, eps = norm.weight.shape, norm.eps
    if norm.weight.is_cuda:
        weight = norm.weight.to(dtype)
        return lambda x: functional.rms_norm(x, width, weight, eps)
    scale = norm.weight.to(torch.promote_types(dtype, torch.float32))
    floor = scale.new_tensor(eps)
    return lambda x: (x * _inverse_rms(x, floor)).mul_(scale).to(dtype)


def _inverse_rms(x: Tensor, floor: Tensor) -> Tensor:
    length = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
    return torch.addcmul(floor, length, length, value=1 / x.shape[-1]).rsqrt_()


def _side_by_side(d_head: int, width: int) -> Tensor:
    """The dimensions of a head with each rotated pair side by side."""
    pairs = torch.arange(width).view(2, -1).T.flatten()
    return torch.cat((pairs, torch.arange(width, d_head)))


def _parts(projection: nn.Linear) -> tuple[Tensor, Tensor | None]:
    return projection.weight, projection.bias


def _reordered(projection: nn.Linear, order: Tensor) -> tuple[Tensor, Tensor | None]:
    """The parts of a projection to heads, the dimensions of each in another order."""
    weight, bias = _parts(projection)
    return _permuted(weight, order), None if bias is None else _permuted(bias, order)


def _permuted(part: Tensor, order: Tensor) -> Tensor:
    heads = part.view(-1, len(order), *part.shape[1:])
    return heads[:, order].flatten(0, 1)


def _joined(parts: Sequence[tuple[Tensor, Tensor | None]]) -> Product:
    biases = [bias for _, bias in parts if bias is not None]
    return Product(
        torch.cat([weight for weight, _ in parts]), torch.cat(biases) if biases else None
    )
