"""What linking alone gives a planner: how much of what the gold plans need is offered, and how much else.

    python -m bench.linking agent/tasks/free.jsonl [--misses]

Recall is counted over all gold entities (fields, terms) of the tasks; a field counts within k if it is among the
first k offered. `whole` is the share of answerable tasks whose every gold term is offered: nobody plans the others.
`spurious` are entities offered, per task, that no gold plan needs. Milliseconds are of this process's own time.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median, quantiles
from time import process_time

from agent.link import Linker
from agent.types import Brief
from bench.gold import GoldTask, plan_of, read_gold
from tools.facts.store import FactStore
from tools.types import Entity, FieldRef, Quantity, Term, Text

DEPTHS = (1, 3, 8)


@dataclass(frozen=True, slots=True)
class Linked:
    """One task, linked: where each gold field stands (0: first, None: not offered), and what is missing."""

    gold: GoldTask
    brief: Brief
    n_found: int
    ranks: tuple[int | None, ...]
    n_terms: int
    missing: tuple[Term, ...]
    n_spurious: int
    seconds: float


def linked(store: FactStore, linker: Linker, gold: GoldTask) -> Linked:
    """Link one task and compare with its gold."""
    began = process_time()
    brief = linker.link(gold.task.question)
    seconds = process_time() - began
    entities = {p.target.id for p in brief.pointers if isinstance(p.target, Entity)}
    fields = [p.target.id for p in brief.pointers if isinstance(p.target, FieldRef)]
    terms = plan_of(store, gold.plan).terms if gold.plan else ()
    return Linked(
        gold,
        brief,
        sum(entity in entities for entity in gold.entities),
        tuple(fields.index(f) if f in fields else None for f in gold.fields),
        len(terms),
        tuple(t for t in terms if not any(is_same(p.target, t) for p in brief.pointers)),
        len(entities - set(gold.entities)),
        seconds,
    )


def is_same(offered: Term, wanted: Term) -> bool:
    """Whether an offered term can stand for the wanted one in a plan."""
    match offered, wanted:
        case Entity(), Entity():
            return offered.id == wanted.id
        case FieldRef(), FieldRef():
            return offered.id == wanted.id
        case Quantity(), Quantity():
            return offered.number == wanted.number and (
                offered.unit == wanted.unit or "" in (offered.unit, wanted.unit)
            )
        case Text(), Text():
            return offered.text.lower() == wanted.text.lower()
        case _:
            return offered == wanted


def share(part: float, whole: float) -> str:
    """A percentage; a dash where there is nothing to count."""
    return f"{100 * part / whole:.1f}" if whole else "-"


def row(name: str, tasks: Sequence[Linked]) -> list[str]:
    """One line of the table."""
    ranks = [rank for t in tasks for rank in t.ranks]
    planned = [t for t in tasks if t.gold.plan]
    within = [sum(r is not None and r < k for r in ranks) for k in DEPTHS]
    n_terms, n_missing = sum(t.n_terms for t in tasks), sum(len(t.missing) for t in tasks)
    milliseconds = [1000 * t.seconds for t in tasks]
    return [
        name,
        str(len(tasks)),
        share(sum(t.n_found for t in tasks), sum(len(t.gold.entities) for t in tasks)),
        *(share(n, len(ranks)) for n in within),
        share(n_terms - n_missing, n_terms),
        share(sum(not t.missing for t in planned), len(planned)),
        f"{mean(t.n_spurious for t in tasks):.2f}",
        f"{median(milliseconds):.1f}",
        f"{quantiles(milliseconds, n=20)[-1] if len(tasks) > 1 else milliseconds[0]:.1f}",
    ]


HEADINGS = (
    "tasks", "n", "entities", *(f"fields@{k}" for k in DEPTHS), "terms", "whole", "spurious", "ms", "ms p95",
)  # fmt: skip


def table(tasks: Sequence[Linked]) -> str:
    """The table: all tasks, then each language."""
    langs = sorted({t.gold.task.lang for t in tasks})
    groups = [("all", tasks)] + [(g, [t for t in tasks if t.gold.task.lang == g]) for g in langs]
    lines = [list(HEADINGS), *(row(name, group) for name, group in groups)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEADINGS))]
    return "\n".join(_aligned(line, widths) for line in lines)


def _aligned(cells: Iterable[str], widths: Iterable[int]) -> str:
    return "  ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))


def misses(tasks: Iterable[Linked]) -> str:
    """The tasks that cannot be planned, with what the linker does not offer."""
    lines = []
    for t in tasks:
        if t.missing:
            lines += [f"{t.gold.task.id}: {t.gold.task.question}", f"    {t.brief.text}"]
            lines += [f"    - {term}" for term in t.missing]
    return "\n".join(lines)


def main() -> None:
    """Measure a file and print the table."""
    parser = argparse.ArgumentParser(description="Measure linking alone on tasks with gold plans.")
    parser.add_argument("tasks", type=Path)
    parser.add_argument("--misses", action="store_true", help="list what is not offered")
    options = parser.parse_args()
    store = FactStore.open()
    linker = Linker(store)
    gold = read_gold(options.tasks)
    if not gold:
        parser.error(f"{options.tasks} has no task with the keys entities, fields and plan")
    linker.link(gold[0].task.question)
    found = [linked(store, linker, task) for task in gold]
    if options.misses:
        print(misses(found))
    print(table(found))


if __name__ == "__main__":
    main()
