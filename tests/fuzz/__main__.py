"""Fuzz for a while: `python -m tests.fuzz --seconds 600`, or one target with `--target calculator`.

Every input is drawn from the seed and its number, so `--seed 7 --first 1234 --count 1` repeats one. What breaks is kept in
findings.jsonl, once for each place it breaks at, and is a test from then on. Exit code 1 where anything broke.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from itertools import count, islice
from time import monotonic, process_time

from tests.fuzz.targets import TARGETS, Target
from tests.fuzz.watch import finding, keep


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="tests.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="for each target (60)")
    parser.add_argument("--target", choices=sorted(TARGETS), action="append", help="all of them")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--count", type=int, help="at most so many inputs")
    parser.add_argument("--forget", action="store_true", help="do not keep what breaks")
    args = parser.parse_args()
    broken = [_fuzz(TARGETS[name], args) for name in args.target or TARGETS]
    return int(any(broken))


def _fuzz(target: Target, args: argparse.Namespace) -> int:
    """Inputs one after the other until the time is up; how many different things broke."""
    until, worked = monotonic() + args.seconds, process_time()
    found: Counter[str] = Counter()
    slowest, n_inputs = 0.0, 0
    for number in islice(count(args.first), args.count):
        if monotonic() >= until:
            break
        given = target.draw(random.Random(f"{args.seed}/{target.name}/{number}"))
        began = process_time()
        was = finding(target, given)
        n_inputs, slowest = n_inputs + 1, max(slowest, process_time() - began)
        if was and not found[_sort(was)]:
            sys.stdout.write(
                f"{target.name} --seed {args.seed} --first {number}: {was}\n  {given!r:.400}\n"
            )
            if not args.forget:
                keep(target.name, given, was)
        found[_sort(was)] += bool(was)
    sys.stdout.write(
        f"{target.name}: {n_inputs} inputs in {process_time() - worked:.0f} s of processor time, "
        f"{sum(found.values())} broke in {len(+found)} ways, the slowest took {slowest * 1000:.0f} ms\n"
    )
    sys.stdout.flush()
    return len(+found)


def _sort(was: str | None) -> str:
    """Findings of one sort are told once: an error and the line that raised it."""
    return (was or "").partition(": ")[0]


if __name__ == "__main__":
    sys.exit(main())
