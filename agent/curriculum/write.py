"""Write the curriculum: training samples in words, and evaluation tasks whose answers the tools confirm.

`python -m agent.curriculum.write samples --out build/curriculum --count 80000`
`python -m agent.curriculum.write tasks --out agent/tasks/dev.jsonl --count 1000 --held-out 50 --seed 2026`
`python -m agent.curriculum.write tasks --out agent/tasks/contradictions.jsonl --count 150 --families planted,planted_comparison`
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from agent.curriculum.canvas import WordSample, cell_weights
from agent.curriculum.check import confirms
from agent.curriculum.mix import Mix
from agent.curriculum.samples import Sampler
from agent.curriculum.sayings.drawing import Sayings
from agent.curriculum.speech import Speech
from agent.curriculum.stream import tasks, with_sayings
from agent.curriculum.tasks import HeldOut, Task
from agent.curriculum.world import World
from agent.link import Linker
from agent.plan import CANVAS_WORDS
from tools.facts.store import FactStore
from tools.toolbox import Toolbox

PART = 4000
N_PROCESSES = 2


def write_part(out: Path, seed: int, count: int) -> Mix:
    """Write one part of the samples; returns what it is made of."""
    store = FactStore.open()
    sampler = Sampler(store, Linker(store))
    rng = random.Random(seed)
    world, speech = World(store, held_out=False), Speech(store)
    stream = with_sayings(tasks(world, speech, seed), Sayings(world, speech), seed)
    made = itertools.islice(_all_samples(sampler, stream, rng), count)
    lines = (json.dumps(_as_json(sample), ensure_ascii=False) for sample in made)
    path = out / f"part-{seed:05d}.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=3) as file:
        file.writelines(line + "\n" for line in lines)
    return sampler.mix


def _all_samples(
    sampler: Sampler, stream: Iterator[Task], rng: random.Random
) -> Iterator[WordSample]:
    for task in stream:
        yield from sampler.samples(task, rng)


def _as_json(sample: WordSample) -> dict[str, object]:
    return {
        "prompt": sample.prompt,
        "canvas": list(sample.canvas),
        "weights": cell_weights(sample.canvas),
        "reopened": list(sample.reopened),
    }


def write_samples(out: Path, count: int, seed: int) -> Mix:
    """Write `count` samples in parts, on N_PROCESSES processes."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "words.json").write_text(json.dumps(CANVAS_WORDS), encoding="utf-8")
    sizes = [PART] * (count // PART) + [count % PART] * (count % PART > 0)
    seeds = [seed * 1000 + n for n in range(len(sizes))]
    total = Mix()
    with ProcessPoolExecutor(N_PROCESSES) as pool:
        for mix in pool.map(write_part, [out] * len(seeds), seeds, sizes):
            total.add(mix)
    return total


def write_tasks(out: Path, quotas: Mapping[HeldOut, int], seed: int, only: frozenset[str]) -> Counter[str]:  # fmt: skip
    """Write evaluation tasks over held-out entities whose gold plan gives the gold answer.

    `quotas` says how many of each sort: those with nothing but new names, and those never trained on otherwise.
    """
    store = FactStore.open()
    toolbox = Toolbox(store)
    left = dict(quotas)
    seen: set[str] = set()
    totals: Counter[str] = Counter()
    with out.open("w", encoding="utf-8") as file:
        for task in tasks(World(store, held_out=True), Speech(store), seed, only):
            if task.question in seen or not left.get(task.held_out):
                continue
            seen.add(task.question)
            if not confirms(toolbox, task):
                totals[f"refused {task.family}"] += 1
                continue
            left[task.held_out] -= 1
            totals[topology_of(task)] += 1
            file.write(json.dumps(_task_json(task, len(seen)), ensure_ascii=False) + "\n")
            if not any(left.values()):
                break
    return totals


def topology_of(task: Task) -> str:
    """The topology to report a task under: what is held out beyond the names has one of its own."""
    return f"held-out {task.held_out}" if task.held_out else task.topology


def _task_json(task: Task, n: int) -> dict[str, object]:
    """The line of a task."""
    gold = task.gold
    prefix = f"{task.held_out}-" if task.held_out else ""
    return {
        "id": f"{prefix}{task.family}-{n}",
        "lang": task.lang,
        "topology": topology_of(task),
        "question": task.question,
        "answer": gold.answer if gold else "",
        "accept": list(gold.accept) if gold else [],
        "unit": gold.unit if gold else "",
        "tolerance": gold.tolerance if gold else 0.0,
        "unanswerable": gold is None,
        "plant": [{"entity": p.entity, "field": p.field} for p in task.plants],
    }


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description="Write training samples or evaluation tasks from the facts."
    )
    parser.add_argument("what", choices=("samples", "tasks"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--families", default="", help="for tasks: only these, between commas")
    parser.add_argument(
        "--held-out", type=int, default=0, help="tasks of each sort never trained on, beside count"
    )
    args = parser.parse_args()
    if args.what == "samples":
        lines = list(write_samples(args.out, args.count, args.seed).lines())
    else:
        only = frozenset(args.families.split(",")) - {""}
        quotas: Mapping[HeldOut, int] = {
            "": args.count,
            "deep": args.held_out,
            "newfield": args.held_out,
        }
        totals = write_tasks(args.out, quotas, args.seed, only)
        lines = [f"{name}: {n}" for name, n in sorted(totals.items())]
    sys.stdout.write("".join(f"{line}\n" for line in lines))


if __name__ == "__main__":
    main()
