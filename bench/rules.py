"""What each decoding and remasking rule gains on first drafts of the embedded planner, and on random weights.

    python -m bench.rules [--tasks 60] [--random 12] [--file agent/tasks/dev.jsonl] [--threads 1] [--seed 0]
        [--only dcd,cad] [--record build/traces.npz]

Every rule fills the same canvases in turn. `same` is the share of canvases equal to the reference, which
reveals one cell a step, the surest first; `right` the share of answerable tasks that the draft answers as it
stands, nothing revised. Rules of a fixed schedule get 8 steps, the others as many as there are cells. A rule
that cannot be had here stands below the table with the reason.
"""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import torch

from agent.judge import Task, is_right
from agent.link import Linker
from agent.plan import read, references, template
from agent.types import Brief, RunResult
from agent.wording import plain_value
from bench.gold import GoldPlan, outcome
from model.backbone.decoder import Decoder, initialise
from model.backbone.precision import fast_dtype
from model.checkpoints.hub import WEIGHTS
from model.engine import Engine
from model.loading import load_model, read_config
from model.recipes.diverse import Diverse
from model.recipes.registry import recipe
from model.spec import RuleError
from model.tokens import Tokens
from model.train.filter import record
from model.types import DecodeParams, Filling, Template
from tools.facts.store import FactStore
from tools.toolbox import Toolbox
from tools.types import Failed

DEV = Path("agent/tasks/dev.jsonl")
CELLS, STEPS = 64, 8
FREE = (
    *("threshold", "threshold:threshold=0.7", "factor", "entropy-bound", "entropy-bound:bound=0.1"),
    *("klass", "dcd", "cad", "hierarchical", "prefix", "prefix:product=yes", "learned"),
    *("sub-blocks", "eos-ban", "eos-cut", "prophet", "prophet:answer=all", "ccd"),
)
SCHEDULED = (
    *("top-k", "top-k-margin", "top-k-entropy", "top-k-random", "streams", "favour"),
    *("ccd:warm_up=1", "at-least", "in-order", "decay"),
)
REMASKED = (
    *(("threshold", "snapshot", CELLS), ("top-k", "snapshot", STEPS), ("threshold", "rcr", STEPS)),
    *(("top-k", "remdm", STEPS), ("top-k", "remdm", CELLS), ("threshold", "t2t", STEPS)),
)
SIBLINGS = 8


class Models(NamedTuple):
    """The network that fills, and one of the same words that reads from left to right."""

    diffusion: Engine
    autoregression: Engine


@dataclass(frozen=True, slots=True)
class Way:
    """A way of filling: rules, and a recipe over them where one is named."""

    params: DecodeParams
    recipe: str = ""

    def __str__(self) -> str:
        """As it is written, and the steps it may take."""
        told = self.params
        length = f"block {told.block_length}" if told.block_length else ""
        remask = "" if told.remask == "none" else told.remask
        sure = "" if told.threshold is None else f"sure {told.threshold}"
        parts = (self.recipe, told.select, sure, remask, length, f"{told.max_steps} steps")
        return ", ".join(filter(None, parts))

    def fill(self, models: Models, form: Template) -> Filling:
        """Fill a template this way."""
        made = recipe(self.recipe, *models) if self.recipe else models.diffusion
        filling: Filling = made.fill(form, self.params)
        return filling


REFERENCE = Way(DecodeParams(select="top-k", max_steps=CELLS))


@dataclass(frozen=True, slots=True)
class Draft:
    """A task, its linked question, and the canvas to fill."""

    task: Task
    brief: Brief
    form: Template


@dataclass(slots=True)
class Tally:
    """What the fills of one way came to."""

    fillings: list[Filling] = field(default_factory=list)

    @property
    def forwards(self) -> float:
        """The mean of a fill."""
        return sum(f.usage.forwards for f in self.fillings) / len(self.fillings)

    @property
    def tokens_per_forward(self) -> float:
        """Cells filled, forced ones included, for each forward."""
        n_tokens = sum(f.usage.new_tokens for f in self.fillings)
        return n_tokens / max(1, sum(f.usage.forwards for f in self.fillings))

    def same(self, other: Tally) -> float:
        """The share of canvases that came out equal."""
        pairs = zip(self.fillings, other.fillings, strict=True)
        return sum(a.values == b.values for a, b in pairs) / len(self.fillings)


def ways(seed: int) -> Iterator[Way]:
    """Everything that is measured, the reference first."""
    yield REFERENCE
    yield Way(DecodeParams(block_length=1, max_steps=1))
    for name in FREE:
        yield Way(DecodeParams(max_steps=CELLS, select=name, seed=seed))
    for growth in ("", ":extend=16"):
        yield Way(DecodeParams(32, CELLS, f"dcd{growth}", seed=seed))
    for name in SCHEDULED:
        yield Way(DecodeParams(max_steps=STEPS, select=name, seed=seed))
    for select, remask, n_steps in REMASKED:
        yield Way(DecodeParams(max_steps=n_steps, select=select, remask=remask, seed=seed))
    for name in ("explore", "prompted", "verify", "guided", "speculate", "proofread"):
        yield Way(DecodeParams(max_steps=CELLS, seed=seed), name)
    yield Way(DecodeParams(max_steps=CELLS, threshold=0.7, seed=seed), "proofread")


def drafts(file: Path, n_tasks: int, linker: Linker) -> list[Draft]:
    """The first tasks of a file, linked."""
    lines = file.read_text("utf-8").splitlines()[:n_tasks]
    tasks = [Task.model_validate_json(line) for line in lines]
    briefs = [linker.link(task.question) for task in tasks]
    return [Draft(t, brief, template(brief)) for t, brief in zip(tasks, briefs, strict=True)]


def random_model(seed: int) -> Engine:
    """The planner's network and words, without what it learned."""
    folder = WEIGHTS / "planner"
    decoder = Decoder(read_config(folder))
    initialise(decoder, seed)
    decoder = decoder.to(fast_dtype(torch.device("cpu"))).eval().requires_grad_(False)
    return Engine(decoder, Tokens.load(folder / "tokenizer.json"), "random")


def planner(arm: str) -> Engine:
    """An arm of the planner that comes along."""
    engine = load_model(arm=arm)
    if not isinstance(engine, Engine):
        raise TypeError(f"{engine.name} is no engine, so no recipe can drive it")
    return engine


def measure(
    models: Models, drafted: Sequence[Draft], asked: Sequence[Way]
) -> tuple[dict[Way, Tally], dict[Way, str]]:
    """The fills of every way, in turn on each canvas; and why some were refused."""
    tallies = {way: Tally() for way in asked}
    refused: dict[Way, str] = {}
    for draft in drafted:
        for way in [way for way in asked if way not in refused]:
            try:
                tallies[way].fillings.append(way.fill(models, draft.form))
            except RuleError as error:
                refused[way] = str(error)
    return {way: tally for way, tally in tallies.items() if way not in refused}, refused


def share_right(drafted: Sequence[Draft], tally: Tally, toolbox: Toolbox) -> float:
    """The share of answerable tasks whose draft, run as it stands, answers them."""
    pairs = zip(drafted, tally.fillings, strict=True)
    right = [_is_right(d, f, toolbox) for d, f in pairs if not d.task.unanswerable]
    return sum(right) / max(1, len(right))


def _is_right(draft: Draft, filling: Filling, toolbox: Toolbox) -> bool:
    rows = read(filling.values).rows
    used = {row.index for row in rows}
    if any(not used.issuperset(references(row)) for row in rows):
        return False
    value = outcome(toolbox, GoldPlan(rows, draft.brief))
    if isinstance(value, Failed):
        return False
    said, unit = plain_value(value)
    result = RunResult(
        question="", arm="diffusion", status="answered", answer="", value=said, unit=unit
    )
    return is_right(draft.task, result)


def siblings(
    engine: Engine, drafted: Sequence[Draft], seed: int, toolbox: Toolbox
) -> Iterator[str]:
    """How many of eight fillings at temperature 1 differ, and how often one of them is right."""
    params = DecodeParams(select="top-k", max_steps=STEPS, temperature=1.0, seed=seed)
    for strength in (0, 16, 64):
        apart = Diverse(engine, strength)
        sets = [apart.fill_apart(draft.form, params, SIBLINGS) for draft in drafted]
        distinct = sum(len({tuple(f.values.items()) for f in one}) for one in sets) / len(sets)
        right = [
            any(_is_right(draft, filling, toolbox) for filling in one)
            for draft, one in zip(drafted, sets, strict=True)
            if not draft.task.unanswerable
        ]
        share = sum(right) / max(1, len(right))
        yield f"diverse:strength={strength}: {distinct:.1f} of {SIBLINGS} differ, one is right in {share:.0%}"


def main() -> None:
    """Measure and print, or record traces."""
    options = _options()
    torch.set_num_threads(options.threads)
    store = FactStore.open()
    drafted = drafts(options.file, options.tasks, Linker(store))
    models, toolbox = Models(planner("diffusion"), planner("ar")), Toolbox(store)
    if options.record:
        record(models.diffusion, [draft.form for draft in drafted]).write(options.record)
        return
    asked = [way for way in ways(options.seed) if way == REFERENCE or _is_asked(way, options)]
    planned, refused = measure(models, drafted, asked)
    random = Models(random_model(options.seed), random_model(options.seed + 1))
    drawn, _ = measure(random, drafted[: options.random], asked)
    _print_head(options)
    for way, tally in planned.items():
        plain = drawn[way]
        right, same = share_right(drafted, tally, toolbox), tally.same(planned[REFERENCE])
        print(
            f"| {way} | {tally.forwards:.2f} | {tally.tokens_per_forward:.1f} | {same:.0%} "
            f"| {right:.0%} | {plain.forwards:.1f} | {plain.tokens_per_forward:.1f} "
            f"| {plain.same(drawn[REFERENCE]):.0%} |"
        )
    print()
    for way, reason in refused.items():
        print(f"not measured: {way}: {reason}")
    if not options.only:
        print(
            *siblings(models.diffusion, drafted[: options.random], options.seed, toolbox), sep="\n"
        )


def _is_asked(way: Way, options: argparse.Namespace) -> bool:
    names = options.only.split(",") if options.only else []
    return not names or any(name in str(way) for name in names)


def _print_head(options: argparse.Namespace) -> None:
    print(f"`{' '.join(('python -m bench.rules', *map(shlex.quote, sys.argv[1:])))}`\n")
    print(
        f"{_processor()}, {os.cpu_count()} cores, {options.threads} thread(s); torch {torch.__version__}; "
        f"{fast_dtype(torch.device('cpu'))}; {options.tasks} tasks of {options.file}, random weights on "
        f"{options.random}; seed {options.seed}\n"
    )
    print("| rule | forwards | tokens/forward | same | right ", end="")
    print("| random: forwards | tokens/forward | same |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tasks", type=int, default=60)
    parser.add_argument("--random", type=int, default=12, help="tasks for random weights")
    parser.add_argument("--file", type=Path, default=DEV)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="rules whose line holds one of these words")
    parser.add_argument(
        "--record", type=Path, help="write traces for model.train.filter here and measure nothing"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
