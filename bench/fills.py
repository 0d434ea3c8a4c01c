"""What a fill costs beside its network: the same plan filled with the planner's network, and with one that
answers at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass, replace
from itertools import cycle
from statistics import median

import torch
from torch import Tensor

from agent.plan import CANVAS_WORDS, template
from agent.types import Brief, Pointer
from bench.steps import PLANNER, Network
from bench.timing import Stopwatch, table
from model.backbone.decoder import LayerCache
from model.backbone.lean import LeanDecoder, picked
from model.cache import PagedCache
from model.engine import Engine
from model.kernels.output import Head
from model.tokens import Tokens
from model.types import DecodeParams, Template
from tools.types import Text

WORDS = ("how", "do", "the", "largest", "and", "the", "smallest", "of", "all", "compare")
N_PROMPT = 100


@dataclass(frozen=True, slots=True)
class Case:
    """A way to fill the plan."""

    name: str
    params: DecodeParams
    is_cached: bool


CASES = (
    Case("one step, new prompt", DecodeParams(threshold=0.0), False),
    Case("one step, cached prompt", DecodeParams(threshold=0.0), True),
    Case("token by token", DecodeParams(block_length=1), True),
)


class Answer(Head):
    """Random numbers, at once."""

    def __init__(self, n_words: int) -> None:
        super().__init__(torch.zeros(n_words, 1))
        self._said = torch.randn(
            256, n_words, generator=torch.Generator().manual_seed(0)
        ).bfloat16()
        self._places = cycle(range(0, 192, 5))

    def tiles(self, hidden: Tensor, width: int) -> Iterator[tuple[slice, Tensor]]:
        """Others at each call."""
        words, place = slice(0, self.n_words), next(self._places)
        yield words, self._said[place : place + hidden.shape[0], words].clone()


class Instant(LeanDecoder):
    """Answers at once, so that what remains is the engine's own time."""

    @classmethod
    def of(cls, lean: LeanDecoder) -> Instant:
        """A network of the same shape that computes nothing."""
        instant: Instant = copy(lean)  # type: ignore[assignment]
        instant.__class__ = cls
        instant.head = Answer(lean.config.vocab_size)
        return instant

    def forward(
        self,
        ids: Tensor,
        positions: Tensor,
        attn_mask: Tensor | None,
        cache: LayerCache | None = None,
        rows: Tensor | None = None,
    ) -> Tensor:
        """The embedding of each token."""
        return picked(self.embed_tokens(ids), rows)


class Bench:
    """A network of the planner's shape, its words, and a plan to fill."""

    def __init__(self) -> None:
        self.lean = Network(PLANNER).lean
        self.tokens = Tokens.train([" ".join(WORDS)] * 9, CANVAS_WORDS, PLANNER.vocab_size)
        self.plan = _plan(N_PROMPT, self.tokens)

    def fill(self, case: Case, network: LeanDecoder) -> tuple[Callable[[], object], list[int]]:
        """A call that fills the plan once, and the list to which it adds its forwards."""
        engine = Engine(network, self.tokens, "bench", PagedCache(n_pages=8, max_pages=8))
        # The cache has room for two such prompts: of ten in turn none is found again.
        first_words = cycle("0" if case.is_cached else "0123456789")
        forwards: list[int] = []

        def once() -> None:
            prompt = f"{next(first_words)} {self.plan.prompt}"
            filling = engine.fill(replace(self.plan, prompt=prompt), case.params)
            forwards.append(filling.usage.forwards)

        return once, forwards

    def rows(self, watch: Stopwatch) -> Iterator[tuple[object, ...]]:
        """For each case: forwards, and milliseconds of the fill, of a forward's share of it, of the engine."""
        for case in CASES:
            whole, forwards = self.fill(case, self.lean)
            alone, steps = self.fill(case, Instant.of(self.lean))
            times = watch.medians({"fill": whole, "engine": alone})
            n_forwards, n_steps = median(forwards), median(steps)
            share, engine = times["fill"] / n_forwards, times["engine"] / n_steps
            yield case.name, n_forwards, times["fill"], share, engine, share / (share - engine)


def measure(watch: Stopwatch) -> str:
    """The table."""
    head = ("fill of a plan", "forwards", "ms", "a forward", "engine's part", "x network")
    return table("A fill beside its network", head, Bench().rows(watch))


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
