"""The same on a GPU: a step against what the device could do, and each kernel against plain torch.

    python -m bench.device [--layers 36] [--rounds 20]

Shapes are those of SDAR-8B with random weights. The device's own limits are measured first: the bandwidth of
a copy, and the rate of a large bfloat16 product. A step should take at most 1.25 times the larger of bytes by
bandwidth and operations by rate. Memory is what the call adds at its peak.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import torch
from torch import Tensor
from torch.nn.functional import linear

from bench.steps import MEBI, Case, Network
from bench.timing import Stopwatch, hardware, table
from model.backbone.decoder import DecoderConfig
from model.backbone.graphed import GraphedDecoder
from model.backbone.grouped import attend
from model.backbone.lean import LeanDecoder
from model.kernels.confidence import Masks, score_reference
from model.kernels.head import propose
from model.kernels.output import Head
from model.kernels.paged import attend_paged
from model.kernels.state import Blocks, Proposals, Step
from model.kernels.update import update, update_reference

EIGHT_B = DecoderConfig(151936, 4096, 36, 32, 8, 128, 12288, rope_theta=1e6, tied=False)
CUDA = torch.device("cuda")
STEPS = ((4, 1024, 1), (16, 1024, 1), (32, 1024, 1), (16, 1024, 8), (16, 8192, 8), (16, 1024, 32))
ROWS = (16, 64, 512)
PAGED = ((1024, 8), (8192, 8), (1024, 32), (8192, 32))


@dataclass(frozen=True, slots=True)
class Limits:
    """What the device does at best: bytes and operations in a second."""

    bandwidth: float
    rate: float

    @classmethod
    def measured(cls, watch: Stopwatch) -> Limits:
        """By a copy of 4 GB and a product of 8192 squared."""
        source, square = (
            torch.ones(2**31, dtype=torch.bfloat16, device=CUDA),
            torch.ones(8192, 8192, dtype=torch.bfloat16, device=CUDA),
        )
        target = torch.empty_like(source)
        times = watch.medians(
            {"copy": lambda: target.copy_(source), "product": lambda: square @ square}
        )
        moved, done = 4 * source.numel(), 2 * 8192**3
        return cls(1e3 * moved / times["copy"], 1e3 * done / times["product"])

    def least_ms(self, case: Case) -> float:
        """The time under which no step of this kind can come."""
        return 1e3 * max(case.n_bytes / self.bandwidth, case.n_operations / self.rate)


def steps(watch: Stopwatch, config: DecoderConfig, limits: Limits) -> str:
    """A step as it is and recorded, against the device's limits."""
    forms = {"plain": LeanDecoder, "recorded": GraphedDecoder}
    times: dict[str, dict[tuple[int, ...], float]] = {name: {} for name in forms}
    for name, form in forms.items():
        network = Network(config, CUDA, form)
        for shape in STEPS:
            case = Case("", config, *shape)
            times[name][shape] = watch.medians({"": network.step(case)})[""]
    rows = []
    for shape in STEPS:
        least = limits.least_ms(Case("", config, *shape))
        plain, recorded = (times[name][shape] for name in forms)
        label = f"{shape[0]} rows x {shape[2]}, context {shape[1]:,}"
        rows.append((label, least, plain, recorded, plain / least, recorded / least))
    head = ("step", "least ms", "ms", "recorded", "ms / least", "recorded / least")
    return table("A denoise step", head, rows)


def scoring(watch: Stopwatch, config: DecoderConfig) -> str:
    """Proposals from hidden states: the kernel, and logits written and scored."""
    weight = torch.randn(config.vocab_size, config.d_model, device=CUDA).bfloat16()
    rows = []
    for n_rows in ROWS:
        hidden = torch.randn(n_rows, config.d_model, device=CUDA).bfloat16()
        ways = _scorers(hidden, weight)
        times = watch.medians(ways)
        memory = {name: _peak_mib(way) for name, way in ways.items()}
        rows.append((f"{n_rows} rows", *times.values(), *memory.values()))
    return table("Scoring", ("", "written ms", "fused", "written MiB", "fused MiB"), rows)


def _scorers(hidden: Tensor, weight: Tensor) -> dict[str, Callable[[], object]]:
    head = Head(weight)
    return {
        "written": lambda: score_reference(linear(hidden, weight), Masks()),
        "fused": lambda: propose(hidden, head),
    }


def updates(watch: Stopwatch) -> str:
    """Select, reveal, snapshot and remask: one launch, and plain torch."""
    rows = []
    for n_blocks, n_cells in ((1, 16), (32, 16), (32, 64)):
        ways = _updaters(n_blocks, n_cells)
        rows.append((f"{n_blocks} blocks of {n_cells}", *watch.medians(ways).values()))
    return table("The update of a block", ("", "plain ms", "one launch"), rows)


def _updaters(n_blocks: int, n_cells: int) -> dict[str, Callable[[], object]]:
    shape = (n_blocks, n_cells)
    yes = torch.ones(shape, dtype=torch.bool, device=CUDA)
    ids = torch.ones(shape, dtype=torch.long, device=CUDA)
    confidence = torch.rand(shape, device=CUDA)
    blocks = Blocks(ids.clone(), yes.clone(), yes, confidence.clone())
    counts = torch.ones(n_blocks, dtype=torch.int32, device=CUDA)
    told = (Proposals(ids, confidence, yes), Step(0.9, counts, counts), 0)
    return {
        "plain": lambda: update_reference(blocks, *told),
        "one launch": lambda: update(blocks, *told),
    }


def paged(watch: Stopwatch, config: DecoderConfig) -> str:
    """One layer's attention of 16 rows: keys where they lie, and gathered first."""
    rows = []
    for n_context, n_batch in PAGED:
        times = watch.medians(dict(_attention(config, n_context, n_batch)))
        rows.append((f"{n_batch} x {n_context:,}", *times.values()))
    return table("Attention over pages", ("", "gathered ms", "where they lie"), rows)


def _attention(
    config: DecoderConfig, n_context: int, n_batch: int
) -> Iterator[tuple[str, Callable[[], object]]]:
    n_kv, d_head = config.n_kv_heads, config.d_head
    both = torch.randn(2, n_kv, n_batch * n_context, d_head, device=CUDA).bfloat16()
    stored = (both[0], both[1])
    read = torch.randperm(n_batch * n_context, device=CUDA).view(n_batch, n_context)
    q = torch.randn(n_batch, 16, config.n_heads, d_head, device=CUDA).bfloat16()

    def gathered() -> None:
        k, v = (
            part.index_select(1, read.flatten()).view(n_kv, n_batch, n_context, d_head)
            for part in stored
        )
        attend(q, k.transpose(0, 1), v.transpose(0, 1), None)

    yield "gathered", gathered
    yield "where they lie", lambda: attend_paged(q, stored, read, None)


def _peak_mib(call: Callable[[], object]) -> float:
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    call()
    torch.cuda.synchronize()
    return (torch.cuda.max_memory_allocated() - before) / MEBI


@torch.inference_mode()
def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--layers", type=int, default=EIGHT_B.n_layers)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    if not torch.cuda.is_available():
        sys.exit("there is no CUDA device; `python -m bench.runtime` measures the processor")
    watch, config = Stopwatch(options.rounds), replace(EIGHT_B, n_layers=options.layers)
    print(f"`{shlex.join(['python', '-m', 'bench.device', *sys.argv[1:]])}`\n")
    limits = Limits.measured(watch)
    print(f"{datetime.now(UTC):%Y-%m-%d}; {hardware()}")
    print(f"copies {limits.bandwidth / 1e9:,.0f} GB/s, products {limits.rate / 1e12:,.0f} T/s\n")
    print(steps(watch, config, limits), scoring(watch, config), updates(watch), sep="\n")
    print(paged(watch, config))


if __name__ == "__main__":
    main()
