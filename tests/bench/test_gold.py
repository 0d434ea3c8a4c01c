"""The hand-written tasks: every plan fits the canvas and ends in its answer; linking can be measured on them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from agent.bench import read_tasks
from agent.link import Linker
from bench.gold import complaints, linked_ids, plan_of, read_gold
from bench.linking import linked, table
from tools.facts.store import FactStore
from tools.toolbox import Toolbox

TASKS = Path(__file__).parents[2] / "agent/tasks"
FREE = TASKS / "free.jsonl"
FRESH = TASKS / "fresh.jsonl"
UNSEEN = TASKS / "unseen.jsonl"
BLIND = TASKS / "blind.jsonl"
HELD = TASKS / "held.jsonl"
CHECKED = [FREE, FRESH, UNSEEN, BLIND, HELD]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> FactStore:
    return FactStore.open(tmp_path_factory.mktemp("facts"))


@pytest.mark.parametrize("path", CHECKED, ids=lambda path: path.stem)
def test_every_answer_follows_from_its_plan(store: FactStore, path: Path) -> None:
    toolbox = Toolbox(store)
    wrong = [(g.task.id, c) for g in read_gold(path) for c in complaints(store, toolbox, g)]
    assert wrong == []


@pytest.mark.parametrize("path", CHECKED, ids=lambda path: path.stem)
def test_what_linking_must_offer_is_what_the_plans_name(store: FactStore, path: Path) -> None:
    for gold in read_gold(path):
        if gold.plan:
            assert (gold.entities, gold.fields) == linked_ids(plan_of(store, gold.plan))


def test_the_tasks_are_many_and_mixed() -> None:
    tasks = read_tasks(FREE)
    langs = Counter(task.lang for task in tasks)
    topologies = Counter(task.topology for task in tasks)
    assert len(tasks) >= 140
    assert 0.25 < langs["zh"] / len(tasks) < 0.4
    assert topologies["report"] == 10
    assert topologies["unanswerable"] / len(tasks) > 0.1
    assert len({task.question for task in tasks}) == len(tasks)


def test_the_second_set_is_as_mixed_and_repeats_nothing_of_the_first() -> None:
    tasks = read_tasks(FRESH)
    plain = [task for task in tasks if task.topology != "report"]
    assert Counter(task.lang for task in plain) == {"en": 80, "zh": 40}
    assert len(tasks) - len(plain) == 8
    assert Counter(task.topology for task in plain)["unanswerable"] == 12
    questions = {task.question for task in tasks}
    assert len(questions) == len(tasks)
    assert questions.isdisjoint(task.question for task in read_tasks(FREE))


def test_the_third_set_is_as_mixed_and_repeats_nothing_of_the_others() -> None:
    tasks = read_tasks(UNSEEN)
    plain = [task for task in tasks if task.topology != "report"]
    assert Counter(task.lang for task in plain) == {"en": 66, "zh": 34}
    assert len(tasks) - len(plain) == 8
    topologies = Counter(task.topology for task in plain)
    assert topologies["unanswerable"] == 9
    assert topologies["intersection"] == 21
    assert topologies["reconciliation"] == 11
    questions = {task.question for task in tasks}
    assert len(questions) == len(tasks)
    earlier = {task.question for path in (FREE, FRESH) for task in read_tasks(path)}
    assert questions.isdisjoint(earlier)


@pytest.mark.parametrize("path", [BLIND, HELD], ids=lambda path: path.stem)
def test_later_sets_are_as_mixed_and_repeat_nothing_of_the_others(path: Path) -> None:
    tasks = read_tasks(path)
    plain = [task for task in tasks if task.topology != "report"]
    assert Counter(task.lang for task in plain) == {"en": 66, "zh": 34}
    assert Counter(task.lang for task in tasks) == {"en": 71, "zh": 37}
    topologies = Counter(task.topology for task in plain)
    assert topologies == {"chain": 60, "intersection": 20, "reconciliation": 10, "unanswerable": 10}
    assert len({task.id for task in tasks}) == len(tasks)
    questions = {task.question for task in tasks}
    assert len(questions) == len(tasks)
    others = {task.question for other in CHECKED if other != path for task in read_tasks(other)}
    assert questions.isdisjoint(others)


def test_a_wrong_answer_and_a_misfit_are_noticed(store: FactStore, tmp_path: Path) -> None:
    task = {"id": "x", "question": "?", "answer": "Paris", "entities": [], "fields": []}
    plans = {
        "wrong": ["lookup country/NOR %capital", "finish #1"],
        "misfit": ["search class:river class:lake", "finish #1"],
        "nothing": ["lookup country/NOR %moons", "finish #1"],
    }
    path = tmp_path / "tasks.jsonl"
    path.write_text(
        "\n".join(json.dumps({**task, "id": name, "plan": plan}) for name, plan in plans.items())
    )
    found = {g.task.id: list(complaints(store, Toolbox(store), g)) for g in read_gold(path)}
    assert "answers ('Oslo', None), not Paris" in found["wrong"][0]
    assert "does not fit the canvas" in found["misfit"][0]
    assert "type mismatch" in found["nothing"][0]


def test_linking_offers_what_the_plans_need(store: FactStore) -> None:
    """A floor, not the figure: that is measured and written down."""
    linker = Linker(store)
    tasks = [linked(store, linker, gold) for gold in read_gold(FREE)]
    planned = [task for task in tasks if task.gold.plan]
    assert sum(not task.missing for task in planned) > 0.9 * len(planned)
    assert table(tasks).splitlines()[1].split()[:2] == ["all", str(len(tasks))]
