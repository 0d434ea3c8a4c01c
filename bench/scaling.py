"""How the cost of a denoise step grows with what is kept before it, and with the batch."""

from __future__ import annotations

from collections.abc import Callable

from bench.steps import PLANNER, Case, Network
from bench.timing import Stopwatch, table

ROWS = 32
CONTEXTS = (256, 1024, 2048, 4096, 8192)
BATCHES = (1, 4, 8, 16, 32)
CONTEXT = 256


def measure(watch: Stopwatch) -> str:
    """Both tables, for a block of 32 cells of the planner's shape."""
    network = Network(PLANNER)
    long = {f"{n:,}": network.step(_case(n, 1)) for n in CONTEXTS}
    wide = {str(n): network.step(_case(CONTEXT, n)) for n in BATCHES}
    return "\n".join(
        (
            _table("context", "Context", watch.medians(long), lambda n: _case(n, 1), CONTEXTS),
            _table("batch", "Batch", watch.medians(wide), lambda n: _case(CONTEXT, n), BATCHES),
        )
    )


def _table(
    name: str,
    title: str,
    times: dict[str, float],
    case: Callable[[int], Case],
    sizes: tuple[int, ...],
) -> str:
    first_time, first = next(iter(times.values())), case(sizes[0])
    rows = [
        (label, time, time / first_time, case(size).n_operations / first.n_operations)
        for (label, time), size in zip(times.items(), sizes, strict=True)
    ]
    head = (name, "ms a step", "x first", "operations, x first")
    return table(f"{title}: a step of {ROWS} cells", head, rows)


def _case(n_context: int, n_batch: int) -> Case:
    return Case("", PLANNER, ROWS, n_context, n_batch)
