"""How the cost of a denoise step grows with what is kept before it, and with the batch."""

from __future__ import annotations

from collections.abc import Callable

import torch

from bench.steps import PLANNER, Case, Network
from bench.timing import Stopwatch, table
from model.cache import PagedCache
from model.kernels.head import propose

ROWS = 32
CONTEXTS = (256, 1024, 2048, 4096, 8192)
BATCHES = (1, 4, 8, 16, 32)
CONTEXT = 256


def measure(watch: Stopwatch) -> str:
    """Both tables, for a block of 32 cells of the planner's shape."""
    network = Network(PLANNER)
    long = {f"{n:,}": _step(network, n, 1) for n in CONTEXTS}
    wide = {str(n): _step(network, CONTEXT, n) for n in BATCHES}
    return "\n".join(
        (
            _table("context", "Context", watch.medians(long), _kept, CONTEXTS),
            _table("batch", "Batch", watch.medians(wide), _operations, BATCHES),
        )
    )


def _table(
    name: str,
    title: str,
    times: dict[str, float],
    work: Callable[[int], float],
    sizes: tuple[int, ...],
) -> str:
    first_time, first_work = next(iter(times.values())), work(sizes[0])
    rows = [
        (label, time, time / first_time, work(size) / first_work)
        for (label, time), size in zip(times.items(), sizes, strict=True)
    ]
    head = (name, "ms a step", "x first", "operations, x first")
    return table(f"{title}: a step of {ROWS} cells", head, rows)


def _kept(n_context: int) -> float:
    return Case("", PLANNER, ROWS, n_context).n_operations


def _operations(n_batch: int) -> float:
    return n_batch * Case("", PLANNER, ROWS, CONTEXT).n_operations


def _step(network: Network, n_context: int, n_batch: int) -> Callable[[], object]:
    n_pages = n_batch * (-(-(n_context + ROWS) // 64) + 1)
    cache = PagedCache(n_pages=n_pages, max_pages=n_pages)
    sequences = [cache.open([], n_context + ROWS) for _ in range(n_batch)]
    for sequence in sequences:
        cache.commit(sequence, [1] * n_context)
    ids = torch.ones(n_batch, ROWS, dtype=torch.long)
    positions = torch.arange(n_context, n_context + ROWS).expand(n_batch, -1)
    seen = torch.ones(n_batch, 1, ROWS, n_context + ROWS, dtype=torch.bool)
    attn_mask = None if n_batch == 1 else seen

    @torch.inference_mode()
    def once() -> None:
        window = cache.window(sequences, ROWS)
        hidden = network.lean(ids, positions, attn_mask, window)
        propose(hidden.flatten(0, 1), network.lean.head)

    return once
