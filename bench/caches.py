"""What the approximate caches save, and how far they stray: one table.

    python -m bench.caches [--prompts 8] [--prompt 64] [--new 64] [--block 16] [--threads 1]

The embedded planner's network continues random prompts, once with what it learned and once with random
weights, read as a family with full attention and as one with blocks; two cells a step. Neither was trained for
that, so what counts is the distance from the exact way of the same weights: `same` is the share of equal
tokens. `rows` are the tokens read for each one written. Milliseconds are CPU time, medians of the prompts.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import mean, median

import torch
from torch import Tensor

from bench.timing import Stopwatch, hardware, table
from model.backbone.decoder import Decoder, LayerCache, initialise
from model.cache import PagedCache
from model.checkpoints.hub import WEIGHTS
from model.checkpoints.reading import Target
from model.completion import CompletionParams
from model.engine import Engine
from model.families.conventions import Conventions, Grid, Shift, Visibility
from model.loading import read_config, read_weights
from model.tokens import IdsOnly

OPTIONS = {"window": "window:active=16,window=32,refresh=8"}
FOR_FULL = ("exact", "prefix", "dual", "free", "dkv", "window", "delay")
FOR_BLOCKS = ("exact", "sub-block", "delay")
HEAD = ("weights, attention, cache", "forwards", "rows", "ms", "same")


class Counting(Decoder):
    """Counts the rows that it reads."""

    n_rows = 0

    def forward(
        self,
        ids: Tensor,
        positions: Tensor,
        attn_mask: Tensor | None,
        cache: LayerCache | None = None,
    ) -> Tensor:
        """As usual."""
        self.n_rows += ids.numel()
        return super().forward(ids, positions, attn_mask, cache)


@dataclass(frozen=True, slots=True)
class Done:
    """One completion: its ids, and what they cost."""

    ids: tuple[int, ...]
    forwards: int
    n_rows: int
    milliseconds: float


class Bench:
    """The prompts, and both networks."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        generator = torch.Generator().manual_seed(0)
        shape = (options.prompts, options.prompt)
        self.prompts: list[list[int]] = torch.randint(
            600, 2000, shape, generator=generator
        ).tolist()
        self.watch = Stopwatch(1, "cpu")

    def rows(self) -> Iterator[tuple[object, ...]]:
        """Every cache of every reading of both networks."""
        for weights, network in (("learned", learned()), ("random", random())):
            for kind, names in ((Visibility.FULL, FOR_FULL), (Visibility.BLOCK, FOR_BLOCKS)):
                exact = self.measure(network, kind, "exact")
                for name in names:
                    found = exact if name == "exact" else self.measure(network, kind, name)
                    yield f"{weights}, {kind}, {name}", *self.told(found, exact)

    def measure(self, network: Counting, kind: Visibility, name: str) -> list[Done]:
        """All prompts, one by one."""
        length = self.options.block
        conventions = Conventions(
            *("bench", kind, Grid.PROMPT_END, Shift.NONE, 0, length, length // 4, "llada")
        )
        params = CompletionParams(
            self.options.new,
            select="top-k" if kind is Visibility.FULL else f"top-k+sub-blocks:cells={length // 4}",
            max_steps=length // 2,
            caching=OPTIONS.get(name, name),
            stop_ids=(),
        )
        vocabulary = IdsOnly(network.config.vocab_size, 0)
        engine = Engine(network, vocabulary, "bench", PagedCache(), conventions)
        return [self.complete(engine, network, prompt, params) for prompt in self.prompts]

    def complete(
        self, engine: Engine, network: Counting, prompt: list[int], params: CompletionParams
    ) -> Done:
        """One prompt, from an empty cache."""
        network.n_rows = 0
        completions = []
        spent = self.watch.once(lambda: completions.extend(engine.complete([prompt], params)))
        (done,) = completions
        return Done(done.ids, done.usage.forwards, network.n_rows, spent)

    def told(self, found: Sequence[Done], exact: Sequence[Done]) -> tuple[float, ...]:
        """The columns of a table's row."""
        n_new = self.options.new
        same = [
            mean(a == b for a, b in zip(one.ids, other.ids, strict=True))
            for one, other in zip(found, exact, strict=True)
        ]
        return (
            mean(one.forwards for one in found),
            mean(one.n_rows for one in found) / n_new,
            median(one.milliseconds for one in found),
            mean(same),
        )


def learned() -> Counting:
    """The embedded planner's network."""
    folder = WEIGHTS / "planner"
    config = read_config(folder)
    network = Counting(config)
    target = Target(torch.device("cpu"), torch.float32)
    network.load_state_dict(read_weights(folder, config, target))
    return ready(network)


def random() -> Counting:
    """The same network without what it learned; wide weights, so that words differ."""
    network = Counting(read_config(WEIGHTS / "planner"))
    initialise(network, seed=0)
    for weight in network.parameters():
        weight.data *= 4 if weight.dim() > 1 else 1
    return ready(network)


def ready(network: Counting) -> Counting:
    """For inference."""
    network.eval().requires_grad_(False)
    return network


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.caches")
    for name, default in (
        ("prompts", 8),
        ("prompt", 64),
        ("new", 64),
        ("block", 16),
        ("threads", 1),
    ):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(hardware())
    print(table("Caches", HEAD, Bench(options).rows()))


if __name__ == "__main__":
    main()
