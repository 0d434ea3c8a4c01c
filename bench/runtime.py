"""The runtime against the machine's limits and against others: one run, one page.

    python -m bench.runtime [--quick] [--only steps,fills,attention,peers,scoring,scaling]
                            [--threads 1] [--rounds 40] [--tasks 24] [--clock cpu]

Everything is measured in turns, and figures are medians. On a machine busy with other work `--clock cpu`
counts this process's time alone; it equals the wall's only with one thread. `--quick` leaves out what needs
a minute: the 0.6 B shape, and most rounds.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import torch

from bench import attention, fills, peers, scaling, scoring, steps
from bench.timing import CLOCKS, Stopwatch, hardware

ROUNDS, TASKS = 40, 24
QUICK_ROUNDS, QUICK_TASKS = 8, 4
PARTS = ("steps", "fills", "attention", "peers", "scoring", "scaling")


def main() -> None:
    """Measure and print."""
    options = _options()
    torch.set_num_threads(options.threads)
    print(f"`{shlex.join(['python', '-m', 'bench.runtime', *sys.argv[1:]])}`\n")
    print(f"{datetime.now(UTC):%Y-%m-%d}; {hardware()}; {options.clock} time\n")
    for name, part in _parts(options).items():
        if name in options.only.split(","):
            print(part(), flush=True)


def _parts(options: argparse.Namespace) -> Mapping[str, Callable[[], str]]:
    n_tasks = QUICK_TASKS if options.quick else options.tasks
    watch = Stopwatch(QUICK_ROUNDS if options.quick else options.rounds, options.clock)
    slow = Stopwatch(max(3, watch.rounds // 5), options.clock)
    return {
        "steps": lambda: steps.measure(watch, with_small=not options.quick),
        "fills": lambda: fills.measure(watch),
        "attention": lambda: attention.measure(watch),
        "peers": lambda: peers.measure(watch, n_tasks),
        "scoring": lambda: f"{scoring.times(slow)}\n{scoring.memory()}",
        "scaling": lambda: scaling.measure(slow),
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default=",".join(PARTS), metavar="PART,...")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--tasks", type=int, default=TASKS)
    parser.add_argument("--clock", choices=CLOCKS, default="wall")
    return parser.parse_args()


if __name__ == "__main__":
    main()
