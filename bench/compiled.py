"""Whether `torch.compile` would pay: its warm-up, and a step before and after.

    python -m bench.compiled [--rows 16] [--rounds 100] [--threads 1] [--clock cpu]

The planner's plain network (rows without a context, weights frozen) against its inference form. Every other
number of rows or of tokens attended to is another warm-up.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from time import perf_counter

import torch
import torch._inductor.config as inductor

from bench.steps import PLANNER
from bench.timing import CLOCKS, Stopwatch, hardware
from model.backbone import rope
from model.backbone.decoder import Decoder, initialise
from model.backbone.lean import LeanDecoder
from model.backbone.precision import fast_dtype


def network() -> Decoder:
    """The planner's shape with random weights."""
    decoder = Decoder(PLANNER)
    initialise(decoder, 0)
    return decoder.to(fast_dtype(torch.device("cpu"))).eval().requires_grad_(False)


@torch.no_grad()
def main() -> None:
    """Measure and print."""
    options = _options()
    torch.set_num_threads(options.threads)
    inductor.freezing, inductor.cpp_wrapper = True, True
    plain, lean = network(), LeanDecoder(network())
    ids = torch.ones(1, options.rows, dtype=torch.long)
    positions = torch.arange(options.rows)[None]
    frequencies = rope.Plain().frequencies(PLANNER.rope_theta, PLANNER.d_head)
    rope._frequencies = lambda *_: frequencies  # type: ignore[assignment]  # the compiler cannot follow it
    compiled = torch.compile(lambda i, p: plain.logits(plain(i, p, None)), dynamic=False)
    started = perf_counter()
    compiled(ids, positions)
    warm_up = perf_counter() - started
    times = Stopwatch(options.rounds, options.clock).medians(
        {
            "plain": lambda: plain.logits(plain(ids, positions, None)),
            "ours": lambda: lean.logits(lean(ids, positions, None)),
            "compiled": lambda: compiled(ids, positions),
        }
    )
    print(f"`{shlex.join(['python', '-m', 'bench.compiled', *sys.argv[1:]])}`\n{hardware()}\n")
    print(", ".join(f"{name} {time:.2f} ms" for name, time in times.items()), end="; ")
    print(f"warm-up {warm_up:.0f} s")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--clock", choices=CLOCKS, default="wall")
    return parser.parse_args()


if __name__ == "__main__":
    main()
