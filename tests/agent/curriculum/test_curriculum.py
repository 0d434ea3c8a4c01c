"""The curriculum: gold plans that run, gold answers that the tools confirm, splits that do not mix."""

from __future__ import annotations

import random
from collections import Counter
from itertools import islice

import pytest

from agent.curriculum.canvas import canvas_words, cell_weights, linked_plan
from agent.curriculum.check import confirms, run
from agent.curriculum.families import FAMILIES
from agent.curriculum.samples import Sampler
from agent.curriculum.speech import Speech
from agent.curriculum.stream import tasks
from agent.curriculum.tasks import Task
from agent.curriculum.world import FIELDS_NEVER_CONSTRAINED, World, is_held_out
from agent.link import Linker
from agent.plan import alternatives, words_for
from agent.types import N_ARGS, N_ROWS, NIL, Brief
from tools.facts.store import FactStore
from tools.toolbox import Toolbox
from tools.types import Entity

N_TASKS = 400


@pytest.fixture(scope="module")
def drawn(store: FactStore, speech: Speech) -> list[Task]:
    return list(islice(tasks(World(store, held_out=True), speech, 11), N_TASKS))


@pytest.fixture(scope="module")
def briefs(linker: Linker, drawn: list[Task]) -> list[Brief]:
    return [linker.link(task.question) for task in drawn]


def test_the_same_seed_gives_the_same_tasks(
    store: FactStore, speech: Speech, drawn: list[Task]
) -> None:
    again = list(islice(tasks(World(store, held_out=True), speech, 11), 20))
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


def test_every_family_draws_in_both_languages(store: FactStore, speech: Speech) -> None:
    world = World(store, held_out=False)
    for family, _ in FAMILIES:
        found = islice(tasks(world, speech, 3, frozenset({family.__name__})), 24)
        assert {task.lang for task in found} == {"en", "zh"}, family.__name__


def test_comparators_are_in_many_samples_and_none_is_rare(drawn: list[Task]) -> None:
    rows = [[r.words[2] for r in t.rows if r.tool == "verify"] for t in drawn]
    assert sum(bool({">", "<", ">=", "<="} & set(words)) for words in rows) > 0.25 * N_TASKS
    counts = Counter(word for words in rows for word in words)
    assert min(counts[word] for word in (">", "<", ">=", "<=")) > 30


def test_unanswerable_questions_are_many_and_varied(drawn: list[Task]) -> None:
    open_ended = [t for t in drawn if t.gold is None]
    assert len(open_ended) >= 0.1 * N_TASKS
    assert len({t.family for t in open_ended}) >= 5


def test_what_is_held_out_is_not_drawn_for_training(store: FactStore, speech: Speech) -> None:
    only = frozenset({"listing", "counting", "extreme", "chain"})
    for task in islice(tasks(World(store, held_out=False), speech, 9, only), 300):
        fields = {getattr(r.words[1], "id", "") for r in task.rows if r.tool == "verify"}
        assert not fields & FIELDS_NEVER_CONSTRAINED, task.question
        assert not task.held_out


def test_the_plan_of_an_unanswerable_question_brings_nothing(
    store: FactStore, drawn: list[Task]
) -> None:
    toolbox = Toolbox(store)
    assert all(run(toolbox, t.rows) is None for t in drawn if t.gold is None)


def test_the_tools_confirm_nearly_every_gold_answer(store: FactStore, drawn: list[Task]) -> None:
    toolbox = Toolbox(store)
    refused = Counter(task.family for task in drawn if not confirms(toolbox, task))
    assert sum(refused.values()) <= 0.02 * N_TASKS, refused


def test_a_planted_task_fails_at_first_only_where_the_fact_is_hidden(
    store: FactStore, drawn: list[Task]
) -> None:
    toolbox = Toolbox(store)
    planted = [task for task in drawn if task.plants]
    assert planted
    assert all(run(toolbox, task.rows) is not None for task in planted)


def test_the_linker_offers_the_gold_terms_of_most_tasks(
    drawn: list[Task], briefs: list[Brief]
) -> None:
    pairs = zip(drawn, briefs, strict=True)
    missed = [t.question for t, brief in pairs if linked_plan(t.rows, brief) is None]
    assert len(missed) <= 0.12 * N_TASKS, missed


def test_every_gold_row_obeys_the_grammar_that_decoding_enforces(
    drawn: list[Task], briefs: list[Brief]
) -> None:
    for task, brief in zip(drawn, briefs, strict=True):
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
    sampler, rng = Sampler(store, linker), random.Random(3)
    n_repairs = 0
    for task in drawn[:150]:
        samples = list(sampler.samples(task, rng))
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


def test_only_slots_carry_weight(drawn: list[Task], briefs: list[Brief]) -> None:
    pairs = zip(drawn, briefs, strict=True)
    plan = next(p for t, brief in pairs if (p := linked_plan(t.rows, brief)))
    words = canvas_words(plan)
    weights = cell_weights(words)
    assert len(words) == len(weights) == N_ROWS * (N_ARGS + 2)
    assert all(weights[i] == 0 for i in range(0, len(words), N_ARGS + 2))
    assert all(0 < weights[i] < 1 for i, w in enumerate(words) if w == NIL)
