"""What a fill consists of, beside its network: the planner's own plans of dev questions, part by part.

    python -m bench.parts [--tasks 60] [--rounds 5] [--threads 1] [--clock cpu]

Each part is the time spent in its calls less that of other parts within them; the least of the rounds for
each question, and the median of the questions. Prompts are new to the cache in every round, grammars from the
second round on are not.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from statistics import median
from typing import Any

import torch

from agent.bench import read_tasks
from agent.factory import linker, load
from agent.plan import template
from agent.settings import Settings
from bench.peers import DEV
from bench.timing import CLOCKS, hardware, table
from model import engine, grammar
from model.backbone.lean import LeanDecoder
from model.cache import PagedCache
from model.canvas import Canvas
from model.constrain import Constraint
from model.engine import Engine
from model.fill import Fill
from model.scoring import Scorer
from model.template_fill import TemplateFill
from model.trace import Trace
from model.types import DecodeParams, LanguageModel, Template

PARTS: Mapping[str, Sequence[tuple[Any, str]]] = {
    "network": ((LeanDecoder, "forward"),),
    "scores": ((Scorer, "logits"),),
    "prompt and cells": ((Canvas, "__init__"),),
    "grammar of the shape": ((grammar.Shape, "of"), (engine, "compile_grammar")),
    "grammar on the canvas": (
        *((Constraint, "__init__"), (Constraint, "possible"), (Constraint, "take_forced")),
        *((Constraint, "learn"), (Constraint, "n_invalid")),
    ),
    "proposals": ((Constraint, "propose"),),
    "update": ((Fill, "update"), (Fill, "query"), (TemplateFill, "__init__")),
    "place in the cache": ((PagedCache, "open"), (PagedCache, "window"), (Engine, "close")),
    "pictures": ((Trace, "__init__"), (Trace, "step")),
}
REST = "the rest"
ARMS = {
    "diffusion": DecodeParams(threshold=0.7),
    "ar": DecodeParams(block_length=1, threshold=0.7),
}


@dataclass(slots=True)
class Parts:
    """Seconds spent in each part since the last `taken`."""

    now: Callable[[], float]
    spent: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    _within: list[float] = field(default_factory=lambda: [0.0])

    def timed(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """The call, with its own time added to the part."""

        @wraps(call)
        def watched(*args: Any, **named: Any) -> Any:
            started = self.now()
            self._within.append(0.0)
            try:
                return call(*args, **named)
            finally:
                took = self.now() - started
                self.spent[name] += took - self._within.pop()
                self._within[-1] += took

        return watched

    def taken(self) -> dict[str, float]:
        """Milliseconds of each part, which begins anew."""
        found = {name: self.spent[name] * 1e3 for name in (*PARTS, REST)}
        self.spent.clear()
        return found

    def watch(self) -> None:
        """Time every call of every part from now on."""
        for name, calls in PARTS.items():
            for owner, attribute in calls:
                own = vars(owner)[attribute]
                if isinstance(own, classmethod):
                    setattr(owner, attribute, classmethod(self.timed(name, own.__func__)))
                else:
                    setattr(owner, attribute, self.timed(name, own))


def measured(
    lm: LanguageModel, params: DecodeParams, forms: Sequence[Template], parts: Parts
) -> list[dict[str, float]]:
    """The milliseconds of the parts of each fill."""
    found = []
    fill = parts.timed(REST, lambda form: [*lm.stream(form, params)])
    for form in forms:
        fill(form)
        found.append(parts.taken())
    return found


def medians(rounds: Sequence[Sequence[Mapping[str, float]]]) -> dict[str, float]:
    """Of each part: the least of the rounds for each fill, and the median of the fills."""
    fills = [*zip(*rounds, strict=True)]
    names = (*PARTS, REST)
    parts = {name: median(min(seen[name] for seen in fill) for fill in fills) for name in names}
    wholes = (min(sum(seen.values()) for seen in fill) for fill in fills)
    return parts | {"a fill": median(wholes)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tasks", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--clock", choices=CLOCKS, default="wall")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    parts = Parts(CLOCKS[options.clock])
    parts.watch()  # before an engine takes hold of what compiles grammars
    links = linker(Settings().cache_dir)
    forms = [template(links.link(task.question)) for task in read_tasks(DEV, options.tasks)]
    arms = {name: load("embedded", name, name == "diffusion") for name in ARMS}
    seen: dict[str, list[list[dict[str, float]]]] = {name: [] for name in ARMS}
    for _ in range(options.rounds):
        for name, lm in arms.items():
            seen[name].append(measured(lm, ARMS[name], forms, parts))
    found = {name: medians(rounds) for name, rounds in seen.items()}
    rows = [(part, *(arm[part] for arm in found.values())) for part in found["diffusion"]]
    print(f"`{shlex.join(['python', '-m', 'bench.parts', *sys.argv[1:]])}`\n{hardware()}\n")
    print(table("What a fill consists of, ms", ("", *found), rows))


if __name__ == "__main__":
    main()
