"""What a fill costs beside its network, and the network beside its bare matrix products: one table.

    python -m bench.runtime [--threads 1] [--layers 6] [--width 256] [--prompt 100] [--runs 50] [--clock cpu]

The decoder is random, of the embedded planner's size by default; the canvas is a plan's, with its real
grammar. `engine` is a forward's share of a fill whose network answers at once. Figures are the fastest of
the runs. On a machine busy with other work `--clock cpu` counts this process's time alone; it equals the
wall's only with one thread.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import cycle
from time import perf_counter, process_time

import torch
from torch import Tensor
from torch.nn import Linear
from torch.nn.functional import linear

from agent.plan import CANVAS_WORDS, template
from agent.types import Brief, Pointer
from model.backbone.decoder import Decoder, DecoderConfig, LayerCache, initialise
from model.cache import PagedCache
from model.canvas import Canvas
from model.engine import Engine
from model.tokens import Tokens
from model.types import DecodeParams, Template
from tools.types import Text

VOCABULARY = 2048
WORDS = ("how", "do", "the", "largest", "and", "the", "smallest", "of", "all", "compare")
SETTINGS = {"threads": 1, "layers": 6, "width": 256, "prompt": 100, "runs": 50}
CLOCKS = {"wall": perf_counter, "cpu": process_time}


@dataclass(frozen=True, slots=True)
class Case:
    """A way to fill the plan, and the rows that each of its forwards reads and scores."""

    name: str
    params: DecodeParams
    is_cached: bool
    n_rows: int
    n_scored: int


class Instant(Decoder):
    """Answers at once and always the same, so that what remains is the engine's own time."""

    def forward(
        self,
        ids: Tensor,
        positions: Tensor,
        attn_mask: Tensor | None,
        cache: LayerCache | None = None,
    ) -> Tensor:
        """The embedding of each token."""
        return self.model.embed_tokens.weight[None, : ids.shape[1]]

    def logits(self, hidden: Tensor) -> Tensor:
        """Any numbers."""
        return self.model.embed_tokens.weight[: hidden.shape[0]].repeat(1, VOCABULARY // 64)


class Bench:
    """A random decoder, a plan to fill, and a stopwatch."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.clock, self.n_runs = CLOCKS[options.clock], options.runs
        n_heads = options.width // 64
        shape = (options.width, options.layers, n_heads, n_heads, 64, 11 * options.width // 4)
        decoder = Decoder(DecoderConfig(VOCABULARY, *shape))
        initialise(decoder, seed=0)
        self.decoder = decoder.bfloat16().eval().requires_grad_(False)
        self.instant = Instant(DecoderConfig(VOCABULARY, 64, 1, 1, 1, 64, 64)).eval()
        self.tokens = Tokens.train([" ".join(WORDS)] * 9, CANVAS_WORDS, VOCABULARY)
        self.plan = _plan(options.prompt, self.tokens)
        self.canvas = Canvas(self.plan, self.tokens, torch.device("cpu"))

    def cases(self) -> Iterator[Case]:
        """What is measured."""
        n_prompt, n_cells = self.canvas.n_prompt, self.canvas.n_cells
        n_open = int(self.canvas.open.sum())
        at_once, one_by_one = DecodeParams(threshold=0.0), DecodeParams(block_length=1)
        yield Case("one step, new prompt", at_once, False, n_prompt + n_cells, n_open)
        yield Case("one step, cached prompt", at_once, True, n_cells, n_open)
        yield Case("token by token", one_by_one, True, 1, 1)

    def fill(self, case: Case, decoder: Decoder) -> tuple[float, int]:
        """Milliseconds and forwards of a fill."""
        engine = Engine(decoder, self.tokens, "bench", PagedCache(n_pages=8, max_pages=8))
        # The cache has room for two such prompts: of ten in turn none is found again.
        first_words = cycle("0" if case.is_cached else "0123456789")
        forwards = []

        def once() -> None:
            prompt = f"{next(first_words)} {self.plan.prompt}"
            filling = engine.fill(replace(self.plan, prompt=prompt), case.params)
            forwards.append(filling.usage.forwards)

        return self._fastest(once), forwards[-1]

    def network(self, case: Case) -> float:
        """Milliseconds of one forward as the engine runs it, without the engine."""
        cache, n_kept = PagedCache(n_pages=8), self.canvas.n_prompt if case.is_cached else 0
        sequence = cache.open([], n_kept + case.n_rows)
        cache.commit(sequence, [1] * n_kept)
        ids = torch.ones(1, case.n_rows, dtype=torch.long)
        positions = torch.arange(n_kept, n_kept + case.n_rows)[None]
        attn_mask = None if n_kept else torch.ones(1, 1, case.n_rows, case.n_rows).bool()

        @torch.inference_mode()
        def once() -> None:
            window = cache.window([sequence], case.n_rows)
            hidden = self.decoder(ids, positions, attn_mask, window)
            self.decoder.logits(hidden[0, : case.n_scored])

        return self._fastest(once)

    def products(self, case: Case) -> float:
        """Milliseconds of the products alone: each weight times as many rows."""
        layers = [module for module in self.decoder.model.modules() if isinstance(module, Linear)]
        widths = {layer.in_features for layer in layers}
        read = {width: torch.ones(case.n_rows, width, dtype=torch.bfloat16) for width in widths}
        head = self.decoder.model.embed_tokens.weight

        @torch.inference_mode()
        def once() -> None:
            for layer in layers:
                linear(read[layer.in_features], layer.weight)
            linear(read[self.decoder.config.d_model][: case.n_scored], head)

        return self._fastest(once)

    def _fastest(self, call: Callable[[], None]) -> float:
        best = float("inf")
        for _ in range(self.n_runs):
            started = self.clock()
            call()
            best = min(best, self.clock() - started)
        return best * 1e3


def main() -> None:
    """Measure and print."""
    options = _options()
    torch.set_num_threads(options.threads)
    bench = Bench(options)
    shown = [f"{name} {getattr(options, name)}" for name in SETTINGS]
    print(f"{', '.join(shown)}; {options.clock} time; canvas of {bench.canvas.n_cells}; bfloat16")
    print(f"{'':25}{'forwards':>9}{'fill':>8}{'a forward':>11}{'engine':>8}", end="")
    print(f"{'network':>9}{'products':>10}  (ms)")
    for case in bench.cases():
        total, forwards = bench.fill(case, bench.decoder)
        engine, n_steps = bench.fill(case, bench.instant)
        print(f"{case.name:25}{forwards:9}{total:8.2f}{total / forwards:11.2f}", end="")
        print(f"{engine / n_steps:8.2f}{bench.network(case):9.2f}{bench.products(case):10.2f}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, value in SETTINGS.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--clock", choices=CLOCKS, default="wall")
    return parser.parse_args()


def _plan(n_prompt: int, tokens: Tokens) -> Template:
    kinds = ("entity", "class", "period", "number", "entity", "period")
    named = [(f"@{n}", kind) for n, kind in enumerate(kinds, 1)]
    named += [(f"%{n}", "field") for n in range(1, 6)]
    pointers = tuple(Pointer(name, kind, kind, Text(kind)) for name, kind in named)
    words = cycle(WORDS)
    plan = template(Brief("", "en", "", pointers))
    while len(tokens.encode_prompt(plan.prompt)) < n_prompt:
        plan = replace(plan, prompt=f"{next(words)} {plan.prompt}")
    return plan


if __name__ == "__main__":
    main()
