"""What scoring takes of the machine, in time and memory: rows of the canvas against words of the vocabulary.

`written` makes all logits and their softmax, as decoders do; `ours` never does. Memory is resident memory above
what was held before the call, at its peak (Linux).
"""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable
from pathlib import Path

import torch
from torch.nn.functional import linear

from bench.steps import PLANNER, Network
from bench.timing import Stopwatch, table
from model.cache import PagedCache
from model.kernels.confidence import Masks, score_reference
from model.kernels.head import propose
from model.kernels.output import Head

STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
CELLS = (64, 256, 1024)
WORDS = (2048, 32768, 151936)
WIDTH = 256


def peak_mib(call: Callable[[], object]) -> float:
    """How much more memory is resident at the peak of a call than before it."""
    call()  # what is set up once does not count
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    RESET.write_text("5")  # the peak counts from now on
    before = _mib("VmRSS")
    call()
    return max(0.0, _mib("VmHWM") - before)


def _mib(name: str) -> float:
    lines = STATUS.read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


@torch.inference_mode()
def times(watch: Stopwatch) -> str:
    """Milliseconds of both ways."""
    rows = []
    for n_words in (WORDS[0], WORDS[-1]):
        weight = torch.randn(n_words, WIDTH).bfloat16()
        head = Head.laid_out(weight)
        for n_cells in (1, 16, 64, 256):
            ways = {name: _way(name, head, weight, n_cells) for name in ("written", "ours")}
            taken = watch.medians(ways)
            written, ours = taken["written"], taken["ours"]
            rows.append((f"{n_cells} x {n_words:,}", written, ours, written / ours))
    return table("Scoring cells x words", ("", "written, ms", "ours", "x written"), rows)


@torch.inference_mode()
def memory() -> str:
    """One line for each way and vocabulary, one column for each number of cells."""
    if not RESET.exists():
        return "Memory is measured on Linux only.\n"
    rows: list[tuple[object, ...]] = []
    for n_words in WORDS:
        weight = torch.randn(n_words, WIDTH).bfloat16()
        head = Head.laid_out(weight)
        for name in ("written", "ours"):
            row = [peak_mib(_way(name, head, weight, n_cells)) for n_cells in CELLS]
            rows.append((f"scoring {n_words:,} words, {name}", *row))
    network = Network(PLANNER)
    rows.append(("a whole step of the planner", *(_step(network, n) for n in CELLS)))
    head_line = ("MiB at the peak", *(f"{n} cells" for n in CELLS))
    return table("Memory against canvas and vocabulary", head_line, rows)


def _way(name: str, head: Head, weight: torch.Tensor, n_cells: int) -> Callable[[], object]:
    hidden = torch.randn(n_cells, WIDTH).bfloat16()
    if name == "ours":
        return lambda: propose(hidden, head)
    return lambda: score_reference(linear(hidden, weight).float(), Masks())


def _step(network: Network, n_cells: int) -> float:
    cache = PagedCache(n_pages=64)
    sequence = cache.open([], n_cells)
    ids, positions = torch.ones(1, n_cells, dtype=torch.long), torch.arange(n_cells)[None]

    def step() -> None:
        window = cache.window([sequence], n_cells)
        propose(network.lean(ids, positions, None, window)[0], network.lean.head)

    return peak_mib(step)
