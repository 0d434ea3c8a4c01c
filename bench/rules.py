"""What each decoding and remasking rule gains on first drafts of the embedded planner, and on random weights.

    python -m bench.rules [--tasks 60] [--file agent/tasks/dev.jsonl] [--threads 1] [--seed 0] [--only dcd,cad]

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

import torch

from agent.judge import Task, is_right
from agent.link import Linker
from agent.plan import read, template
from agent.types import Brief, RunResult
from agent.wording import plain_value
from bench.gold import GoldPlan, outcome
from model.backbone.decoder import Decoder, initialise
from model.backbone.precision import fast_dtype
from model.checkpoints.hub import WEIGHTS
from model.engine import Engine
from model.loading import load_model, read_config
from model.spec import RuleError
from model.tokens import Tokens
from model.types import DecodeParams, Filling, LanguageModel
from tools.facts.store import FactStore
from tools.toolbox import Toolbox
from tools.types import Failed

DEV = Path("agent/tasks/dev.jsonl")
CELLS, STEPS = 64, 8
REFERENCE = DecodeParams(select="top-k", max_steps=CELLS)
FREE = (
    *("threshold", "threshold:threshold=0.7", "factor", "entropy-bound", "entropy-bound:bound=0.1"),
    *("klass", "dcd", "cad", "hierarchical", "prefix", "prefix:product=yes", "learned"),
    *("sub-blocks", "eos-cut", "prophet", "prophet:answer=all", "threshold+prophet", "ccd"),
)
SCHEDULED = (
    *("top-k", "top-k-margin", "top-k-entropy", "top-k-random", "streams", "favour"),
    *("ccd:warm_up=1", "prophet", "at-least", "in-order", "decay"),
)
REMASKED = (
    *(("threshold", "snapshot", CELLS), ("top-k", "snapshot", STEPS), ("threshold", "rcr", STEPS)),
    *(("top-k", "remdm", STEPS), ("top-k", "remdm", CELLS), ("threshold", "t2t", STEPS)),
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A task, its linked question, and the canvas to fill."""

    task: Task
    brief: Brief


@dataclass(slots=True)
class Tally:
    """What the fills of one rule came to."""

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


def params_of_rules(seed: int) -> Iterator[DecodeParams]:
    """Everything that is measured, the reference first."""
    yield REFERENCE
    for name in FREE:
        yield DecodeParams(max_steps=CELLS, select=name, seed=seed)
    for name in SCHEDULED:
        yield DecodeParams(max_steps=STEPS, select=name, seed=seed)
    for select, remask, n_steps in REMASKED:
        yield DecodeParams(max_steps=n_steps, select=select, remask=remask, seed=seed)


def label(params: DecodeParams) -> str:
    """The rule as it is written, and its steps."""
    remask = "" if params.remask == "none" else f", {params.remask}"
    return f"{params.select}{remask}, {params.max_steps} steps"


def drafts(file: Path, n_tasks: int, linker: Linker) -> list[Draft]:
    """The first tasks of a file, linked."""
    lines = file.read_text("utf-8").splitlines()[:n_tasks]
    tasks = [Task.model_validate_json(line) for line in lines]
    return [Draft(task, linker.link(task.question)) for task in tasks]


def random_model(seed: int) -> LanguageModel:
    """The planner's network and words, without what it learned."""
    folder = WEIGHTS / "planner"
    decoder = Decoder(read_config(folder))
    initialise(decoder, seed)
    decoder = decoder.to(fast_dtype(torch.device("cpu"))).eval().requires_grad_(False)
    return Engine(decoder, Tokens.load(folder / "tokenizer.json"), "random")


def measure(
    lm: LanguageModel, drafted: Sequence[Draft], rules: Sequence[DecodeParams]
) -> tuple[dict[DecodeParams, Tally], dict[DecodeParams, str]]:
    """The fills of every rule, in turn on each canvas; and why some were refused."""
    tallies = {params: Tally() for params in rules}
    refused: dict[DecodeParams, str] = {}
    for draft in drafted:
        form = template(draft.brief)
        for params in [params for params in rules if params not in refused]:
            try:
                tallies[params].fillings.append(lm.fill(form, params))
            except RuleError as error:
                refused[params] = str(error)
    return {p: tally for p, tally in tallies.items() if p not in refused}, refused


def share_right(drafted: Sequence[Draft], tally: Tally, toolbox: Toolbox) -> float:
    """The share of answerable tasks whose draft, run as it stands, answers them."""
    pairs = zip(drafted, tally.fillings, strict=True)
    right = [_is_right(d, f, toolbox) for d, f in pairs if not d.task.unanswerable]
    return sum(right) / max(1, len(right))


def _is_right(draft: Draft, filling: Filling, toolbox: Toolbox) -> bool:
    value = outcome(toolbox, GoldPlan(read(filling.values).rows, draft.brief))
    if isinstance(value, Failed):
        return False
    said, unit = plain_value(value)
    result = RunResult(
        question="", arm="diffusion", status="answered", answer="", value=said, unit=unit
    )
    return is_right(draft.task, result)


def main() -> None:
    """Measure and print."""
    options = _options()
    torch.set_num_threads(options.threads)
    store = FactStore.open()
    drafted = drafts(options.file, options.tasks, Linker(store))
    chosen = [p for p in params_of_rules(options.seed) if p == REFERENCE or _is_asked(p, options)]
    planned, refused = measure(load_model(), drafted, chosen)
    drawn, _ = measure(random_model(options.seed), drafted, chosen)
    toolbox = Toolbox(store)
    _print_head(options)
    for params, tally in planned.items():
        plain = drawn[params]
        right, same = share_right(drafted, tally, toolbox), tally.same(planned[REFERENCE])
        print(
            f"| {label(params)} | {tally.forwards:.2f} | {tally.tokens_per_forward:.1f} | {same:.0%} "
            f"| {right:.0%} | {plain.forwards:.1f} | {plain.tokens_per_forward:.1f} "
            f"| {plain.same(drawn[REFERENCE]):.0%} |"
        )
    for params, reason in refused.items():
        print(f"\nnot measured: {label(params)}: {reason}", end="")
    print()


def _is_asked(params: DecodeParams, options: argparse.Namespace) -> bool:
    names = options.only.split(",") if options.only else []
    return not names or any(name in label(params) for name in names)


def _print_head(options: argparse.Namespace) -> None:
    print(f"`python -m bench.rules {shlex.join(sys.argv[1:])}`".replace(" `", "`"))
    print(
        f"\n{_processor()}, {os.cpu_count()} cores, {options.threads} thread(s); torch {torch.__version__}; "
        f"{fast_dtype(torch.device('cpu'))}; {options.tasks} tasks of {options.file}; seed {options.seed}\n"
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
    parser.add_argument("--file", type=Path, default=DEV)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="rules whose line holds one of these words")
    return parser.parse_args()


if __name__ == "__main__":
    main()
