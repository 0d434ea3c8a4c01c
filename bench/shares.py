"""Where the time of a denoise step goes, by torch's profiler.

python -m bench.shares [--rows 16,64] [--rounds 50] [--threads 1]
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections import Counter

import torch
from torch.profiler import profile

from bench.steps import PLANNER, Case, Network
from bench.timing import hardware, table

KINDS = {
    "products": ("mkldnn::_linear_pointwise", "aten::mm", "aten::addmm"),
    "attention's products": ("aten::bmm",),
    "softmax": ("aten::_softmax",),
    "gate": ("aten::silu",),
    "copies": (
        *("aten::copy_", "aten::clone", "aten::contiguous", "aten::_to_copy", "aten::to"),
        *("aten::empty", "aten::empty_strided", "aten::empty_like", "aten::cat"),
    ),
    "views": (
        *("aten::view", "aten::as_strided", "aten::slice", "aten::narrow", "aten::transpose"),
        *("aten::permute", "aten::reshape", "aten::expand", "aten::split_with_sizes"),
        *("aten::chunk", "aten::split", "aten::select", "aten::unsqueeze", "aten::squeeze"),
        *("aten::view_as_complex", "aten::flatten", "aten::_unsafe_view", "aten::unflatten"),
    ),
}
REST = "norms and other arithmetic"


def shares(network: Network, n_rows: int, n_rounds: int) -> tuple[dict[str, float], int]:
    """The share of each kind of operation, and how many operations a step has."""
    step = network.step(Case("", PLANNER, n_rows))
    for _ in range(10):
        step()
    with profile() as seen:
        for _ in range(n_rounds):
            step()
    kind_of = {name: kind for kind, names in KINDS.items() for name in names}
    spent: Counter[str] = Counter()
    events = seen.key_averages()
    for event in events:
        spent[kind_of.get(event.key, REST)] += round(event.self_cpu_time_total)
    n_calls = sum(event.count for event in events) // n_rounds
    return {kind: spent[kind] / spent.total() for kind in (*KINDS, REST)}, n_calls


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", default="16,64")
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    network = Network(PLANNER)
    rows = []
    for n_rows in map(int, options.rows.split(",")):
        found, n_calls = shares(network, n_rows, options.rounds)
        rows.append((f"{n_rows} rows", n_calls, *(f"{share:.0%}" for share in found.values())))
    print(f"`{shlex.join(['python', '-m', 'bench.shares', *sys.argv[1:]])}`\n{hardware()}\n")
    print(table("Where a step's time goes", ("", "operations", *KINDS, REST), rows))


if __name__ == "__main__":
    main()
