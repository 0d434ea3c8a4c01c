"""Benching: arms in turns on the same tasks, on record, summed up as the command line promises."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.bench import RUNS_FILE, Bench, hardware, read_tasks
from agent.errors import TasksError
from agent.judge import Task
from agent.scores import METRICS, Judged, markdown, wilson
from agent.types import Arm
from tests.support.runs import CHAIN, REPLIES, TableTools, running, script
from tools.types import Call, Observation

ARMS: tuple[Arm, ...] = ("diffusion", "ar-plan", "ar-react")
TASKS = [
    Task(id="a", question="People?", topology="chain", answer="36620970", unit="people"),
    Task(id="b", question="多少人？", lang="zh", topology="chain", answer="1"),
    Task(id="c", question="What?", topology="unanswerable", unanswerable=True),
]


def test_every_arm_works_on_every_task_and_the_first_rotates(tmp_path: Path) -> None:
    with running(tmp_path, [CHAIN]) as runner:
        order = [(task.id, arm) for task, arm in Bench(runner, ARMS).schedule(TASKS)]
    assert sorted(order) == sorted((task.id, arm) for task in TASKS for arm in ARMS)
    assert [arm for _, arm in order[::3]] == list(ARMS)


def test_a_comparison_is_summed_up_as_promised(tmp_path: Path) -> None:
    with running(tmp_path, [CHAIN]) as runner:
        found = Bench(runner, ARMS).compare(TASKS)
    assert (found.tasks, found.seed, found.hardware) == (3, 0, hardware())
    assert list(found.arms) == list(ARMS)
    score = found.arms["diffusion"]
    assert score.accuracy == pytest.approx(1 / 3)
    assert score.ci95[0] < 1 / 3 < score.ci95[1]
    assert score.by_topology["chain"].n == 2
    assert score.by_lang["zh"].accuracy == 0
    assert set(score.median) == set(METRICS)
    assert list(found.ratios) == ["diffusion/ar-plan", "diffusion/ar-react", "ar-plan/ar-react"]
    assert found.ratios["diffusion/ar-react"]["turns"] == 1 / 4
    assert found.ratios["diffusion/ar-plan"]["revisions"] is None
    promised = {"accuracy", "ci95", "abstained", "invalid_rate", "by_topology", "by_lang", "median"}
    assert promised <= set(json.loads(found.model_dump_json())["arms"]["diffusion"])


def test_the_tables_say_what_the_report_says(tmp_path: Path) -> None:
    with running(tmp_path, [CHAIN]) as runner:
        text = markdown(Bench(runner, ARMS).compare(TASKS))
    assert "| accuracy (95 % interval) | 33.3 % (" in text
    assert "| chain | 50.0 % of 2 | 50.0 % of 2 | 50.0 % of 2 |" in text
    assert "| turns | 1 (1) | 1 (1) | 4 (4) |" in text
    assert "| ratio of medians (of means) | diffusion/ar-plan |" in text
    tables = [line.count("|") for line in text.splitlines() if line.startswith("|")]
    assert len(set(tables)) == 1


def test_a_second_start_goes_on_where_the_first_ended(tmp_path: Path) -> None:
    tools = TableTools(REPLIES)
    out = tmp_path / "out"
    told: list[str] = []
    with running(tmp_path, [CHAIN], tools) as runner:
        first = Bench(runner, ARMS, out=out).compare(TASKS[:2])
        n_asked = len(tools.asked)
        again = Bench(runner, ARMS, out=out, tell=lambda run: told.append(run.id)).compare(TASKS)
    assert told == ["c"] * 3
    assert len(tools.asked) - n_asked == 3 * 2
    lines = (out / RUNS_FILE).read_text().splitlines()
    runs = [Judged.model_validate_json(line) for line in lines]
    assert [(run.id, run.arm) for run in runs][:3] == [("a", arm) for arm in ARMS]
    assert (first.tasks, again.tasks, len(runs)) == (2, 3, 9)


def test_a_record_that_was_torn_is_run_again(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with running(tmp_path, [CHAIN]) as runner:
        Bench(runner, ("diffusion",), out=out).compare(TASKS[:2])
        path = out / RUNS_FILE
        path.write_bytes(path.read_bytes()[:-20])
        told: list[str] = []
        Bench(runner, ("diffusion",), out=out, tell=lambda r: told.append(r.id)).compare(TASKS[:2])
    assert told == ["b"]
    assert len(path.read_text().splitlines()) == 2


def test_a_run_that_breaks_is_wrong_and_does_not_end_the_comparison(tmp_path: Path) -> None:
    def broken(_: Call) -> Observation:
        raise ZeroDivisionError("a bug")

    with running(
        tmp_path, [CHAIN], TableTools({"lookup Marie Curie birth_country": broken})
    ) as runner:
        found = Bench(runner, ("diffusion",)).compare(TASKS)
    assert found.arms["diffusion"].accuracy == 0
    assert found.arms["diffusion"].abstained == 0


def test_a_task_may_be_set_in_a_world_of_its_own(tmp_path: Path) -> None:
    world = TableTools({})
    with running(tmp_path, [CHAIN]) as runner:
        bench = Bench(runner, ("diffusion",), lambda task: world if task.id == "c" else None)
        found = bench.compare(TASKS)
    assert found.arms["diffusion"].by_topology["unanswerable"].accuracy == 1
    assert world.asked


def test_revisions_are_rated_where_they_were_needed_and_where_not(tmp_path: Path) -> None:
    from tests.agent.test_runner import NEAR, NEAR_CHAIN

    with running(tmp_path, [CHAIN, NEAR_CHAIN], TableTools(NEAR)) as runner:
        found = Bench(runner, ("diffusion",)).compare([TASKS[0]])
    score = found.arms["diffusion"]
    assert (score.revision_fix_rate, score.false_revision_rate) == (None, 0.0)
    with running(tmp_path / "cold", [CHAIN, CHAIN, NEAR_CHAIN], TableTools(NEAR)) as runner:
        found = Bench(runner, ("diffusion",)).compare([TASKS[0]])
    score = found.arms["diffusion"]
    assert (score.revision_fix_rate, score.false_revision_rate) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no task"),
        ('{"id": "a", "question": "q"}\n{"id": ', "line 2 is no JSON"),
        ('{"question": "q"}', "line 1: id: field required"),
        ('{"id": "a", "question": "q"}\n{"id": "a", "question": "p"}', "uses the id 'a' twice"),
        ("[]", "line 1"),
    ],
)
def test_a_tasks_file_that_cannot_be_used_is_named(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "tasks.jsonl"
    path.write_text(text)
    with pytest.raises(TasksError) as caught:
        read_tasks(path)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_tasks_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TasksError, match="nowhere"):
        read_tasks(tmp_path / "nowhere.jsonl")


def test_the_limit_takes_the_first_tasks(tmp_path: Path) -> None:
    path = tmp_path / "tasks.jsonl"
    path.write_text("\n".join(task.model_dump_json() for task in TASKS))
    assert [task.id for task in read_tasks(path, 2)] == ["a", "b"]
    assert read_tasks(path) == TASKS


@pytest.mark.parametrize("name", ["dev", "contradictions", "tour"])
def test_the_bundled_tasks_can_be_read(name: str) -> None:
    path = Path(__file__).parents[2] / "agent" / "tasks" / f"{name}.jsonl"
    tasks = read_tasks(path)
    assert all(task.unanswerable or task.answer for task in tasks)


@given(n=st.integers(1, 500), data=st.data())
def test_the_interval_holds_the_share_and_stays_within_zero_and_one(
    n: int, data: st.DataObject
) -> None:
    n_right = data.draw(st.integers(0, n))
    low, high = wilson(n_right, n)
    assert 0 <= low <= n_right / n + 1e-12
    assert n_right / n - 1e-12 <= high <= 1
    assert low < high


def test_the_interval_is_wilsons() -> None:
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)


def test_an_empty_script_abstains_everywhere(tmp_path: Path) -> None:
    with running(tmp_path, [script({})]) as runner:
        found = Bench(runner, ("diffusion",)).compare(TASKS)
    assert found.arms["diffusion"].abstained == 1
    assert found.arms["diffusion"].invalid_rate == 0
