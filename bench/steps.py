"""What a denoise step must read and multiply, what its bare products take, and what it takes.

`bare` is every product of the step by itself as torch does them: each weight of the checkpoint times the
step's rows, and attention's two products per layer. `ours` is the same work as the inference form does it:
projections joined, weights laid out once. A step is the forward and the scoring of its rows, behind a cached
context.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import Linear
from torch.nn.functional import linear

from bench.timing import Stopwatch, table
from model.backbone.decoder import Decoder, DecoderConfig
from model.backbone.lean import LeanDecoder
from model.backbone.precision import fast_dtype
from model.cache import PagedCache
from model.kernels.head import propose

PLANNER = DecoderConfig(2048, 256, 6, 4, 4, 64, 704)
SMALL = DecoderConfig(151936, 1024, 28, 16, 8, 128, 3072, rope_theta=1e6)
CONTEXT = 128
CPU = torch.device("cpu")
MEBI, GIGA = 2**20, 1e9


@dataclass(frozen=True, slots=True)
class Case:
    """So many rows of each of some sequences, behind so much context, in a network of some shape."""

    name: str
    config: DecoderConfig
    n_rows: int
    n_context: int = CONTEXT
    n_batch: int = 1

    @property
    def weights(self) -> list[tuple[int, int]]:
        """Every weight that a step multiplies with, as (out, in); the output layer last."""
        c = self.config
        q, kv = c.n_heads * c.d_head, c.n_kv_heads * c.d_head
        layer = [(q, c.d_model), (kv, c.d_model), (kv, c.d_model), (c.d_model, q)]
        layer += [(c.d_ff, c.d_model), (c.d_ff, c.d_model), (c.d_model, c.d_ff)]
        return layer * c.n_layers + [(c.vocab_size, c.d_model)]

    @property
    def n_bytes(self) -> int:
        """What must be read: each weight once, and the keys and values of everything attended to."""
        c = self.config
        kept = 2 * c.n_layers * c.n_kv_heads * c.d_head * (self.n_context + self.n_rows)
        return 2 * (sum(out * width for out, width in self.weights) + self.n_batch * kept)

    @property
    def n_operations(self) -> int:
        """What must be multiplied and added."""
        c = self.config
        attended = self.n_context + self.n_rows
        attention = 2 * c.n_layers * c.n_heads * c.d_head * attended
        weights = sum(out * width for out, width in self.weights)
        return 2 * self.n_batch * self.n_rows * (weights + attention)


class Network:
    """A random network of a shape, its bare weights and its inference form."""

    def __init__(
        self,
        config: DecoderConfig,
        device: torch.device = CPU,
        form: Callable[[Decoder], LeanDecoder] = LeanDecoder,
    ) -> None:
        self.config, self.device, self.dtype = config, device, fast_dtype(device)
        with torch.device("meta"):
            decoder = Decoder(config).to(self.dtype)
        decoder = decoder.to_empty(device=device).eval().requires_grad_(False)
        for weight in decoder.parameters():
            weight.fill_(1) if weight.dim() == 1 else weight.normal_(std=0.02)
        weights = [m.weight for m in decoder.modules() if isinstance(m, Linear)]
        self.bare = [*weights, decoder.model.embed_tokens.weight]
        self.lean = form(decoder)

    def step(self, case: Case) -> Callable[[], object]:
        """One denoise step as the engine runs it."""
        n_all = case.n_context + case.n_rows
        n_pages = case.n_batch * (n_all // 64 + 1)
        cache = PagedCache(n_pages=n_pages, max_pages=n_pages)
        sequences = [cache.open([], n_all) for _ in range(case.n_batch)]
        for sequence in sequences:
            cache.commit(sequence, [1] * case.n_context)
        shape = (case.n_batch, case.n_rows)
        ids = torch.ones(shape, dtype=torch.long, device=self.device)
        positions = torch.arange(case.n_context, n_all, device=self.device).expand(shape)
        seen = ids.new_ones(case.n_batch, 1, case.n_rows, n_all, dtype=torch.bool)
        attn_mask = None if case.n_batch == 1 else seen

        @torch.inference_mode()
        def once() -> None:
            window = cache.window(sequences, case.n_rows)
            hidden = self.lean(ids, positions, attn_mask, window)
            propose(hidden.flatten(0, 1), self.lean.head)

        return once

    def products(self, case: Case, *, ours: bool) -> Callable[[], object]:
        """The step's products, nothing else."""
        calls = [_times(weight) for weight in self.bare]
        widths = [weight.shape[1] for weight in self.bare]
        if ours:
            products = list(self.lean.products())
            calls = [*products, self.lean.head.logits]
            widths = [*(product.n_in for product in products), self.config.d_model]
        rows = {width: torch.ones(case.n_rows, width, dtype=self.dtype) for width in widths}
        pairs = [(call, rows[width]) for call, width in zip(calls, widths, strict=True)]
        attention = self._attention(case)

        @torch.inference_mode()
        def once() -> None:
            for call, some in pairs:
                call(some)
            for _ in range(self.config.n_layers):
                attention()

        return once

    def _attention(self, case: Case) -> Callable[[], None]:
        c, attended = self.config, case.n_context + case.n_rows
        folded = case.n_rows * c.n_heads // c.n_kv_heads
        q = torch.ones(c.n_kv_heads, folded, c.d_head, dtype=self.dtype)
        k = torch.ones(c.n_kv_heads, attended, c.d_head, dtype=self.dtype)
        scores = torch.ones(c.n_kv_heads, folded, attended, dtype=self.dtype)

        def once() -> None:
            torch.bmm(q, k.transpose(1, 2))
            torch.bmm(scores, k)

        return once


def _times(weight: Tensor) -> Callable[[Tensor], Tensor]:
    return lambda x: linear(x, weight)


def measure(watch: Stopwatch, *, with_small: bool) -> str:
    """The table, for the embedded planner's shape and, where asked for, one of 0.6 B parameters."""
    shapes = {"planner": PLANNER} | ({"0.6 B": SMALL} if with_small else {})
    rows = []
    for name, config in shapes.items():
        network = Network(config)
        rounds = watch.rounds if config is PLANNER else max(3, watch.rounds // 8)
        for n_rows in (1, 16, 32, 64):
            case = Case(f"{name}, {n_rows} row{'s' * (n_rows > 1)}", config, n_rows)
            rows.append(_row(case, network, Stopwatch(rounds, watch.clock)))
    head = (
        "step",
        "MiB to read",
        "G operations",
        "bare",
        "ours",
        "step",
        "step / bare",
        "step / ours",
    )
    return table("A denoise step and its bare matrix products", head, rows)


def _row(case: Case, network: Network, watch: Stopwatch) -> tuple[object, ...]:
    times = watch.medians(
        {
            "bare": network.products(case, ours=False),
            "ours": network.products(case, ours=True),
            "step": network.step(case),
        }
    )
    bare, ours, step = times["bare"], times["ours"], times["step"]
    sizes = (case.n_bytes / MEBI, case.n_operations / GIGA)
    return (case.name, *sizes, bare, ours, step, step / bare, step / ours)
