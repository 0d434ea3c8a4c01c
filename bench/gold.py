"""Gold plans: how the answer of a hand-written task follows from the facts, written down and checked.

    python -m bench.gold agent/tasks/free.jsonl

A task's `plan` is a list of rows such as `verify #1 %elevation > number:8000:m` (`agent.curriculum.terms` tells of their
words). Each plan has to fit the canvas, to run, and to end in the task's answer; what does not is listed.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agent.curriculum.check import misfits, planned
from agent.curriculum.tasks import GoldRow
from agent.curriculum.terms import written_word
from agent.judge import Task, is_right
from agent.plan import call
from agent.types import Brief, Row, RunResult
from agent.wording import plain_value
from tools.facts.store import FactStore
from tools.toolbox import Toolbox
from tools.types import Answer, Entity, Failed, FieldRef, Term, Value


@dataclass(frozen=True, slots=True)
class GoldTask:
    """A task, the plan behind its answer (none where there is no answer), and what linking must offer."""

    task: Task
    plan: tuple[str, ...]
    entities: tuple[str, ...]
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GoldPlan:
    """A plan in symbols, with the terms that the symbols stand for."""

    rows: tuple[Row, ...]
    brief: Brief

    @property
    def terms(self) -> tuple[Term, ...]:
        """What a linker has to offer so that this plan can be written."""
        return tuple(pointer.target for pointer in self.brief.pointers)


def read_gold(path: Path) -> list[GoldTask]:
    """The tasks of a file that say what linking must offer; those that do not are left out."""
    found = []
    for line in path.read_text("utf-8").splitlines():
        said = json.loads(line)
        if "entities" in said:
            keys = (tuple(said.get(key, ())) for key in ("plan", "entities", "fields"))
            found.append(GoldTask(Task.model_validate(said), *keys))
    return found


def plan_of(store: FactStore, written: tuple[str, ...]) -> GoldPlan:
    """The written rows as a plan; the last of them takes the place of the ending."""
    split = (shlex.split(line) for line in written)
    gold = [
        GoldRow(tool, tuple(written_word(store, word) for word in words)) for tool, *words in split
    ]
    brief, rows = planned(tuple(gold))
    return GoldPlan(tuple(rows), brief)


def outcome(toolbox: Toolbox, plan: GoldPlan) -> Value | Failed:
    """What the plan ends in, or the failure that ends it early."""
    observed: dict[int, Value] = {}
    for row in plan.rows:
        found = toolbox.run(call(row, plan.brief, observed))
        if isinstance(found, Failed):
            return found
        if isinstance(found, Answer):
            return found.value
        observed[row.index] = found
    raise ValueError("a gold plan ends in finish")


def complaints(store: FactStore, toolbox: Toolbox, gold: GoldTask) -> Iterator[str]:
    """What is wrong with a task's gold: rows that do not fit, a plan that fails or says something else."""
    if not gold.plan:
        if not gold.task.unanswerable:
            yield "no plan"
        return
    plan = plan_of(store, gold.plan)
    yield from (f"row {row} does not fit the canvas" for row in misfits(plan.rows, plan.brief))
    value = outcome(toolbox, plan)
    if isinstance(value, Failed):
        yield f"{value.reason}: {value.detail}"
    elif not is_right(gold.task, _result(gold.task, value)):
        yield f"answers {plain_value(value)}, not {gold.task.answer} {gold.task.unit}"


def _result(task: Task, value: Value) -> RunResult:
    said, unit = plain_value(value)
    return RunResult(
        question=task.question, arm="gold", status="answered", answer="", value=said, unit=unit
    )


def linked_ids(plan: GoldPlan) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ids of the entities and of the fields that a plan names, each once."""
    entities = [term.id for term in plan.terms if isinstance(term, Entity)]
    fields = [term.id for term in plan.terms if isinstance(term, FieldRef)]
    return tuple(dict.fromkeys(entities)), tuple(dict.fromkeys(fields))


def main() -> None:
    """Check a file and say what is wrong with it."""
    parser = argparse.ArgumentParser(description="Check the gold plans of hand-written tasks.")
    parser.add_argument("tasks", type=Path)
    options = parser.parse_args()
    store = FactStore.open()
    toolbox = Toolbox(store)
    tasks = read_gold(options.tasks)
    wrong = [(g.task.id, c) for g in tasks for c in complaints(store, toolbox, g)]
    for task_id, complaint in wrong:
        print(f"{task_id}: {complaint}")
    print(f"{len(tasks)} tasks, {len(wrong)} complaints")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
