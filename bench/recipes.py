"""What a second, autoregressive reader gains on first drafts of the embedded planner.

    python -m bench.recipes [--tasks 60] [--random 6] [--file agent/tasks/dev.jsonl] [--threads 1] [--seed 0]

The planner's two sets of weights share a vocabulary: `diffusion` writes, `ar` reads. `forwards` are those of
both, the reader's in brackets. `as diffusion` and `as ar` are the shares of canvases equal to those of the arms
alone (one forward per confident canvas; one per cell), `right` the share of answerable tasks that the draft
answers as it stands. The last columns are the same on random weights, where writer and reader share nothing.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from agent.link import Linker
from bench.rules import DEV, Draft, Tally, drafts, random_model, share_right
from bench.timing import hardware, table
from model.engine import Engine
from model.loading import load_model
from model.recipes.registry import recipe
from model.types import DecodeParams
from tools.facts.store import FactStore
from tools.toolbox import Toolbox

CELLS = 64
RECIPES = (
    *("guided:top=1", "guided:top=2", "guided:top=5"),
    *("speculate", "speculate:steps=4"),
    *(
        "verify:length=16",
        "verify:length=64",
        "verify:length=16,ratio=0.1",
        "verify:length=16,ratio=0",
    ),
)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two models of one vocabulary."""

    writer: Engine
    reader: Engine

    def ways(self) -> Mapping[str, tuple[Any, DecodeParams]]:
        """Everything that is measured, the arms alone first."""
        whole = DecodeParams(max_steps=CELLS)
        alone = {
            "diffusion": (self.writer, whole),
            "ar": (self.reader, DecodeParams(block_length=1, max_steps=1)),
            "diffusion weights, ar": (self.writer, DecodeParams(block_length=1, max_steps=1)),
        }
        return alone | {name: (recipe(name, self.writer, self.reader), whole) for name in RECIPES}


def measure(pair: Pair, drafted: Sequence[Draft]) -> dict[str, Tally]:
    """The fillings of every way, in turn on each canvas."""
    ways = pair.ways()
    tallies = {name: Tally() for name in ways}
    for draft in drafted:
        for name, (lm, params) in ways.items():
            tallies[name].fillings.append(lm.fill(draft.form, params))
    return tallies


def told(name: str, tallies: Mapping[str, Tally]) -> tuple[str, ...]:
    """What is said of a way without facts."""
    tally = tallies[name]
    n_read = sum(f.usage.commits for f in tally.fillings) / len(tally.fillings)
    return (
        f"{tally.forwards:.2f} ({n_read:.2f})",
        f"{tally.tokens_per_forward:.1f}",
        f"{tally.same(tallies['diffusion']):.0%}",
        f"{tally.same(tallies['ar']):.0%}",
    )


def main() -> None:
    """Measure and print."""
    options = _options()
    torch.set_num_threads(options.threads)
    store = FactStore.open()
    drafted = drafts(options.file, options.tasks, Linker(store))
    trained = measure(Pair(_embedded("diffusion"), _embedded("ar")), drafted)
    seeds = (options.seed, options.seed + 1)
    drawn = measure(Pair(*map(random_model, seeds)), drafted[: options.random])
    toolbox = Toolbox(store)
    rows = [
        (
            name,
            *told(name, trained),
            f"{share_right(drafted, tally, toolbox):.0%}",
            *told(name, drawn),
        )
        for name, tally in trained.items()
    ]
    print(
        f"`{' '.join(('python -m bench.recipes', *map(shlex.quote, sys.argv[1:])))}`\n\n{hardware()}\n"
    )
    head = ("forwards", "tokens/forward", "as diffusion", "as ar")
    title = f"{len(drafted)} tasks of {options.file}; random weights on {options.random}"
    print(table(title, ("recipe", *head, "right", *(f"random: {name}" for name in head)), rows))


def _embedded(arm: str) -> Engine:
    engine = load_model(arm=arm)
    if not isinstance(engine, Engine):
        raise TypeError(f"{engine.name} is no engine, so no recipe can drive it")
    return engine


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tasks", type=int, default=60)
    parser.add_argument("--random", type=int, default=6, help="tasks for random weights")
    parser.add_argument("--file", type=Path, default=DEV)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
