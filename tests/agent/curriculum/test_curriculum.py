"""The curriculum: gold plans that run, gold answers that the tools confirm, splits that do not mix."""

from __future__ import annotations

import random
from collections import Counter
from itertools import islice

import pytest

from agent.curriculum.check import confirms, run
from agent.curriculum.samples import Sampler, canvas_words, cell_weights, linked_plan
from agent.curriculum.speech import Speech
from agent.curriculum.stream import tasks
from agent.curriculum.tasks import Task
from agent.curriculum.world import World, is_held_out
from agent.link import Linker
from agent.plan import alternatives, words_for
from agent.types import N_ARGS, N_ROWS, NIL
from tools.facts.store import FactStore
from tools.toolbox import Toolbox
from tools.types import Entity

N_TASKS = 250


@pytest.fixture(scope="module")
def drawn(store: FactStore) -> list[Task]:
    return list(islice(tasks(World(store, held_out=True), Speech(store), 11), N_TASKS))


def test_the_same_seed_gives_the_same_tasks(store: FactStore, drawn: list[Task]) -> None:
    again = list(islice(tasks(World(store, held_out=True), Speech(store), 11), 20))
    assert again == drawn[:20]


def test_every_topology_and_both_languages_occur(drawn: list[Task]) -> None:
    assert {t.topology for t in drawn} == {
        "chain",
        "intersection",
        "reconciliation",
        "report",
        "unanswerable",
    }
    assert {t.lang for t in drawn} == {"en", "zh"}


def test_the_subject_of_a_lookup_is_of_the_right_split(drawn: list[Task]) -> None:
    named = [r.words[0] for t in drawn for r in t.rows if r.tool == "lookup"]
    assert all(is_held_out(word.id) for word in named if isinstance(word, Entity))


def test_the_tools_confirm_nearly_every_gold_answer(store: FactStore, drawn: list[Task]) -> None:
    toolbox = Toolbox(store)
    refused = Counter(task.family for task in drawn if not confirms(toolbox, task))
    assert sum(refused.values()) <= 0.05 * N_TASKS, refused


def test_a_planted_task_fails_at_first_only_where_the_fact_is_hidden(
    store: FactStore, drawn: list[Task]
) -> None:
    toolbox = Toolbox(store)
    planted = [task for task in drawn if task.plants]
    assert planted
    assert all(run(toolbox, task.rows) is not None for task in planted)


def test_the_linker_offers_the_gold_terms_of_most_tasks(
    store: FactStore, linker: Linker, drawn: list[Task]
) -> None:
    missed = [t.question for t in drawn if linked_plan(t.rows, linker.link(t.question)) is None]
    assert len(missed) <= 0.06 * N_TASKS, missed


def test_every_gold_row_obeys_the_grammar_that_decoding_enforces(
    linker: Linker, drawn: list[Task]
) -> None:
    for task in drawn:
        brief = linker.link(task.question)
        plan = linked_plan(task.rows, brief)
        for row in plan.rows if plan else ():
            words = (row.tool, *row.words)
            options = alternatives(words_for(brief.pointers, row.index), row.index)
            assert any(all(w in a for w, a in zip(words, o, strict=True)) for o in options), (
                task,
                row,
            )


def test_a_repair_differs_from_its_draft_in_the_reopened_cell_only(
    store: FactStore, linker: Linker, drawn: list[Task]
) -> None:
    sampler = Sampler(store, linker)
    n_repairs = 0
    for task in drawn:
        samples = list(sampler.samples(task, random.Random(3)))
        if len(samples) == 2:
            n_repairs += 1
            draft, repair = samples
            differing = {
                i
                for i, (a, b) in enumerate(zip(draft.canvas, repair.canvas, strict=True))
                if a != b
            }
            assert differing == set(repair.reopened)
    assert n_repairs > 5


def test_only_slots_carry_weight(linker: Linker, drawn: list[Task]) -> None:
    plan = next(p for t in drawn if (p := linked_plan(t.rows, linker.link(t.question))))
    words = canvas_words(plan)
    weights = cell_weights(words)
    assert len(words) == len(weights) == N_ROWS * (N_ARGS + 2)
    assert all(weights[i] == 0 for i in range(0, len(words), N_ARGS + 2))
    assert all(0 < weights[i] < 1 for i, w in enumerate(words) if w == NIL)
