"""Whole runs: every arm, watched, stopped, broken, killed and continued."""

from __future__ import annotations

import json
import re
from pathlib import Path
from threading import Event

import pytest

from agent.errors import AgentError, QuestionError, RunError
from agent.events import AgentEvent, CanvasChanged, PlanContradicted, RunFinished, RunStarted
from agent.runner import MAX_QUESTION_CHARS, Runner
from agent.types import Arm, RunResult
from model.errors import CheckpointError
from model.types import ScriptedModel
from tests.support.deaths import ran
from tests.support.runs import (
    BIRTHPLACE,
    BORN,
    CHAIN,
    PEOPLE,
    POLAND,
    QUESTION,
    REPLIES,
    TableTools,
    entities,
    fact,
    number,
    running,
    script,
)
from tools.types import Call, Failed, Observation, Reason

ARMS: tuple[Arm, ...] = ("diffusion", "ar-plan", "ar-react")
MISSING = Failed(Reason.NO_VALUE, "no birth country is known for Marie Curie")
NEAR = {
    "lookup Marie Curie birth_country": MISSING,
    "lookup Marie Curie birth_country_now": BORN,
    "lookup Poland population": PEOPLE,
}
NEAR_CHAIN = script({1: "lookup @1 %3", 2: "lookup #1 %2"}, "#2")


def ids(runner: Runner) -> list[str]:
    return sorted(path.name for path in runner.settings.runs_dir.iterdir())


@pytest.mark.parametrize("arm", ARMS)
def test_every_arm_answers_with_evidence(tmp_path: Path, arm: Arm) -> None:
    with running(tmp_path, [CHAIN]) as runner:
        result = runner.run(QUESTION, arm)
    assert (result.status, result.value, result.unit) == ("answered", "36620970", "people")
    assert [row.status for row in result.plan] == ["ok", "ok", "ok"]
    assert [c.entity for c in result.citations] == ["Poland", "Marie Curie"]
    assert result.metrics.tool_calls == 2
    assert result.metrics.turns == {"diffusion": 1, "ar-plan": 1, "ar-react": 4}[arm]


@pytest.mark.parametrize("arm", ARMS)
def test_a_gap_is_mended_with_the_field_that_is_offered(tmp_path: Path, arm: Arm) -> None:
    drafts = {
        "diffusion": [CHAIN, NEAR_CHAIN],
        "ar-plan": [CHAIN, NEAR_CHAIN],
        "ar-react": [CHAIN, NEAR_CHAIN],
    }
    tools = TableTools(NEAR)
    with running(tmp_path, drafts[arm], tools) as runner:
        result = runner.run(QUESTION, arm)
        (event,) = [e for e in runner.events(ids(runner)[0]) if isinstance(e, PlanContradicted)]
    assert (result.status, result.value) == ("answered", "36620970")
    assert (result.metrics.revisions, result.metrics.backtracks) == (1, 0)
    assert result.plan[0].revisions == 1
    assert tools.asked == list(NEAR)
    assert event.level == ("slot" if arm == "diffusion" else "tail")
    assert len(event.reopened) == (1 if arm == "diffusion" else 55)


def test_only_what_is_contradicted_is_written_again(tmp_path: Path) -> None:
    rows = {1: "lookup @4 %1", 2: "lookup @1 %1", 3: "calculate union #1 #2"}
    mended = {**rows, 2: "lookup @1 %3"}
    tools = TableTools(
        {
            **NEAR,
            "lookup Niels Bohr birth_country": entities(POLAND),
            "calculate union(Poland, Poland)": BORN,
        }
    )
    with running(tmp_path, [script(rows, "#3"), script(mended, "#3")], tools) as runner:
        result = runner.run(QUESTION, "diffusion")
        lm = runner.kit.lm("diffusion")
        assert isinstance(lm, ScriptedModel)
        second = {slot.name: slot.value for slot in lm.templates[1].slots()}
    assert result.status == "answered"
    assert [name for name, value in second.items() if value is None] == ["2.2"]
    assert [row.revisions for row in result.plan] == [0, 1, 0, 0]
    assert result.metrics.tool_calls == 4


def test_left_to_right_repeats_no_call_either(tmp_path: Path) -> None:
    rows = {1: "lookup @1 %1", 2: "lookup @4 %1", 3: "calculate union #1 #2"}
    mended = {**rows, 1: "lookup @1 %3"}
    tools = TableTools(
        {
            **NEAR,
            "lookup Niels Bohr birth_country": entities(POLAND),
            "calculate union(Poland, Poland)": BORN,
        }
    )
    with running(tmp_path, [script(rows, "#3"), script(mended, "#3")], tools) as runner:
        result = runner.run(QUESTION, "ar-plan")
    assert result.status == "answered"
    assert len(tools.asked) == len(set(tools.asked)) == 4


@pytest.mark.parametrize("arm", ARMS)
def test_sources_that_disagree_are_settled_by_naming_one(tmp_path: Path, arm: Arm) -> None:
    facts = (
        fact(5, POLAND, "population", "36", "mondial"),
        fact(6, POLAND, "population", "37", "sec:1"),
    )
    named = script({1: "lookup @1 %1", 2: "lookup #1 %2 <nil> @5"}, "#2")
    tools = TableTools(
        {
            **REPLIES,
            "lookup Poland population": number(37, *facts, disagrees=True),
            "lookup Poland population sec:1": number(37, facts[1]),
        }
    )
    with running(tmp_path, [CHAIN] * (2 if arm == "ar-react" else 1) + [named], tools) as runner:
        result = runner.run(QUESTION, arm)
    assert (result.status, result.value) == ("answered", "37")
    assert result.metrics.revisions == 1


@pytest.mark.parametrize("arm", ARMS)
def test_what_the_facts_do_not_say_is_not_made_up(tmp_path: Path, arm: Arm) -> None:
    missing = Failed(Reason.NO_VALUE, "no population is known for Poland")
    tools = TableTools({**REPLIES, "lookup Poland population": missing})
    with running(tmp_path, [CHAIN], tools) as runner:
        result = runner.run(QUESTION, arm)
    assert result.status == "abstained"
    assert "no population is known for Poland" in result.answer
    assert (result.value, result.citations) == (None, [])
    assert result.metrics.revisions == 0


@pytest.mark.parametrize("arm", ARMS)
def test_a_model_that_insists_ends_with_an_honest_word(tmp_path: Path, arm: Arm) -> None:
    tools = TableTools({"lookup Marie Curie birth_country": Failed(Reason.AMBIGUOUS, "which one?")})
    with running(tmp_path, [BIRTHPLACE], tools) as runner:
        result = runner.run(QUESTION, arm)
        levels = [e.level for e in runner.events(ids(runner)[0]) if isinstance(e, PlanContradicted)]
    assert result.status == "abstained"
    assert "which one?" in result.answer
    assert len(tools.asked) == 1
    assert levels.count("plan") == 1
    assert result.metrics.backtracks == 1


@pytest.mark.parametrize("arm", ARMS)
def test_a_question_that_cannot_be_planned_is_not_answered(tmp_path: Path, arm: Arm) -> None:
    with running(tmp_path, [script({})]) as runner:
        result = runner.run(QUESTION, arm)
    assert (result.status, result.metrics.tool_calls) == ("abstained", 0)


@pytest.mark.parametrize("arm", ARMS)
def test_turns_are_capped(tmp_path: Path, arm: Arm) -> None:
    tools = TableTools({"lookup Marie Curie birth_country": Failed(Reason.AMBIGUOUS, "which?")})
    with running(tmp_path, [BIRTHPLACE], tools, max_turns=2) as runner:
        result = runner.run(QUESTION, arm)
    assert (result.status, result.metrics.turns) == ("stopped", 2)


def test_calls_are_capped(tmp_path: Path) -> None:
    with running(tmp_path, [CHAIN], max_calls=1) as runner:
        result = runner.run(QUESTION, "diffusion")
    assert (result.status, result.metrics.tool_calls) == ("stopped", 1)
    assert "cap of 1 tool calls" in result.answer
    assert "Poland" in result.answer


def test_seconds_are_capped(tmp_path: Path) -> None:
    with running(tmp_path, [CHAIN], max_seconds=1e-9) as runner:
        result = runner.run(QUESTION, "diffusion")
    assert (result.status, result.metrics.turns) == ("stopped", 0)


@pytest.mark.parametrize("arm", ARMS)
def test_the_log_says_all_that_the_result_says(tmp_path: Path, arm: Arm) -> None:
    with running(tmp_path, [CHAIN, NEAR_CHAIN], TableTools(NEAR)) as runner:
        watched = list(runner.stream(QUESTION, arm))
        (run_id,) = ids(runner)
        assert watched == runner.events(run_id)
        result = runner.result(run_id)
    assert isinstance(watched[0], RunStarted)
    last = watched[-1]
    assert isinstance(last, RunFinished)
    assert last.result == result
    assert [event.at for event in watched] == sorted(event.at for event in watched)
    assert {event.run for event in watched} == {run_id}
    assert result is not None
    assert rebuilt(watched) == {row.row: row.status for row in result.plan if row.tool != "finish"}


def rebuilt(events: list[AgentEvent]) -> dict[int, str]:
    """The status of every row, from what happened alone."""
    statuses: dict[int, str] = {}
    for event in events:
        match event.kind:
            case "plan_drafted":
                kept = {row.row: statuses.get(row.row, "todo") for row in event.rows}
                statuses = {i: s for i, s in kept.items() if i != 8}
            case "call_finished":
                statuses[event.row] = event.status
    return statuses


def test_the_canvas_is_shown_cell_by_cell(tmp_path: Path) -> None:
    with running(tmp_path, [CHAIN]) as runner:
        shown = [e for e in runner.stream(QUESTION, "diffusion") if isinstance(e, CanvasChanged)]
    (picture,) = shown
    assert [(c.row, c.column, c.text, c.state) for c in picture.cells[:3]] == [
        (1, -1, "#1", "fixed"),
        (1, 0, "lookup", "committed"),
        (1, 1, "@1", "committed"),
    ]
    assert len(picture.cells) == 64


def test_the_canvas_need_not_be_shown(tmp_path: Path) -> None:
    with running(tmp_path, [CHAIN], shows_canvas=False) as runner:
        kinds = {event.kind for event in runner.stream(QUESTION, "diffusion")}
    assert "canvas_changed" not in kinds


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("", "empty"),
        (" \n ", "empty"),
        ("x" * (MAX_QUESTION_CHARS + 1), "4001 characters and the limit is 4000"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_before_anything_is_written(
    tmp_path: Path, question: str, words: str
) -> None:
    with running(tmp_path, [CHAIN]) as runner:
        for ask in (runner.run, runner.start, runner.stream):
            with pytest.raises(QuestionError, match=re.escape(words)):
                ask(question, "diffusion")
        assert not runner.settings.runs_dir.exists()


def test_the_longest_question_is_kept_whole(tmp_path: Path) -> None:
    question = "问" * MAX_QUESTION_CHARS
    with running(tmp_path, [CHAIN]) as runner:
        assert runner.run(question, "diffusion").question == question


def test_an_unknown_arm_is_refused(tmp_path: Path) -> None:
    with running(tmp_path, [CHAIN]) as runner, pytest.raises(RunError, match=r"'magic'.*diffusion"):
        runner.run(QUESTION, "magic")


@pytest.mark.parametrize("run_id", ["nobody-0", "../etc", ""])
def test_a_run_that_is_not_there_is_named(tmp_path: Path, run_id: str) -> None:
    with running(tmp_path, [CHAIN]) as runner:
        for ask in (runner.resume, runner.follow, runner.result):
            with pytest.raises(AgentError, match=re.escape(repr(run_id))):
                ask(run_id)


def test_a_run_stops_when_asked_and_says_what_it_has(tmp_path: Path) -> None:
    asked, may_answer = Event(), Event()

    def slowly(_: Call) -> Observation:
        asked.set()
        may_answer.wait(10)
        return PEOPLE

    tools = TableTools({**REPLIES, "lookup Poland population": slowly})
    with running(tmp_path, [CHAIN], tools) as runner:
        run_id = runner.start(QUESTION, "diffusion")
        assert asked.wait(10)
        assert runner.stop(run_id)
        *_, last = runner.follow(run_id)
        may_answer.set()
        assert not runner.stop(run_id)
    assert isinstance(last, RunFinished)
    assert last.result.status == "stopped"
    assert "Poland" in last.result.answer


def test_a_run_that_breaks_is_on_record_and_can_be_tried_again(tmp_path: Path) -> None:
    replies: dict[str, bool] = {"broken": True}

    def at_first_broken(_: Call) -> Observation:
        if replies["broken"]:
            raise ZeroDivisionError("a bug\nof two lines")
        return PEOPLE

    tools = TableTools({**REPLIES, "lookup Poland population": at_first_broken})
    with running(tmp_path, [CHAIN], tools) as runner:
        with pytest.raises(ZeroDivisionError):
            runner.run(QUESTION, "diffusion")
        (run_id,) = ids(runner)
        broken = runner.result(run_id)
        assert broken is not None
        assert (broken.status, broken.metrics.tool_calls) == ("failed", 2)
        crash = runner.settings.runs_dir / run_id / "crash.txt"
        assert broken.answer == (
            f"The run failed: ZeroDivisionError, which is a bug; {crash} says where"
        )
        assert "a bug\nof two lines" in crash.read_text()
        replies["broken"] = False
        assert runner.resume(run_id).status == "answered"
    assert tools.asked.count("lookup Marie Curie birth_country") == 1


def test_a_model_that_cannot_be_loaded_says_why(tmp_path: Path) -> None:
    def missing() -> ScriptedModel:
        raise CheckpointError("no model folder '/nowhere';\ngive a folder")

    with running(tmp_path, [CHAIN]) as runner:
        runner.kit.loaders = dict.fromkeys(ARMS, missing)
        *_, last = runner.stream(QUESTION, "diffusion")
        assert isinstance(last, RunFinished)
        assert last.result.answer == "The run failed: no model folder '/nowhere'; give a folder"
        with pytest.raises(CheckpointError):
            runner.run(QUESTION, "ar-plan")


def test_a_run_that_has_ended_is_not_run_again(tmp_path: Path) -> None:
    tools = TableTools(REPLIES)
    with running(tmp_path, [CHAIN], tools) as runner:
        result = runner.run(QUESTION, "diffusion")
        (run_id,) = ids(runner)
        assert runner.resume(run_id) == result
    assert len(tools.asked) == 2


def test_two_watchers_see_the_same(tmp_path: Path) -> None:
    with running(tmp_path, [CHAIN]) as runner:
        run_id = runner.start(QUESTION, "diffusion")
        first, second = list(runner.follow(run_id)), list(runner.follow(run_id))
        later = list(runner.follow(run_id, skip=3))
    assert first == second
    assert later == first[3:]


def test_arms_are_compared_on_the_same_question(tmp_path: Path) -> None:
    with running(tmp_path, [CHAIN]) as runner:
        results = runner.compare(QUESTION, ARMS)
    assert [result.arm for result in results] == list(ARMS)
    assert len({result.value for result in results}) == 1


def test_the_evidence_of_a_run_can_be_read_afterwards(tmp_path: Path) -> None:
    with running(tmp_path, [CHAIN]) as runner:
        runner.run(QUESTION, "diffusion")
        (run_id,) = ids(runner)
        evidence = runner.evidence(run_id)
    assert [(e.row, e.tool, e.observation) for e in evidence] == [
        (1, "lookup", BORN),
        (2, "lookup", PEOPLE),
    ]


SCENARIOS = {
    "before the first call": ("diffusion", "lookup Marie Curie birth_country", 0),
    "before the second call": ("diffusion", "lookup Poland population", 1),
    "row by row": ("ar-react", "lookup Poland population", 1),
    "left to right, at the end": ("ar-plan", "finish", 2),
}

# Imports once, then each run and each resumption has a process of its own.
CHILD = """
import json, os, signal, sys
from pathlib import Path
from tests.support.deaths import in_a_process
from tests.support.runs import CHAIN, REPLIES, TableTools, running, said

class Deadly(TableTools):
    def run(self, call):
        name = "finish" if call.tool == "finish" else said(call)
        if name == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        with self.seen.open("a") as file:
            print(name, file=file, flush=True)
        return super().run(call)

def work(folder, arm, deadly):
    tools = Deadly(REPLIES)
    tools.deadly, tools.seen = deadly, folder / "seen.txt"
    with running(folder, [CHAIN], tools) as runner:
        if deadly:
            runner.run("Where?", arm)
        (run_id,) = [path.name for path in runner.settings.runs_dir.iterdir()]
        (folder / "result.json").write_text(runner.resume(run_id).model_dump_json())

for name, (arm, deadly, _) in json.loads(sys.argv[2]).items():
    folder = Path(sys.argv[1]) / name
    folder.mkdir()
    assert in_a_process(work, folder, arm, deadly) == -signal.SIGKILL
    seen = folder / "seen.txt"
    (folder / "before.txt").write_text(seen.read_text() if seen.exists() else "")
    assert in_a_process(work, folder, arm, "") == 0
"""


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder a scenario, with what was asked before the kill, in all, and the result in the end."""
    folder = tmp_path_factory.mktemp("killed")
    ran(CHILD, str(folder), json.dumps(SCENARIOS))
    return folder


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_killed_run_goes_on_and_repeats_no_call(killed: Path, name: str) -> None:
    _, deadly, n_known = SCENARIOS[name]
    before = (killed / name / "before.txt").read_text().splitlines()
    seen = (killed / name / "seen.txt").read_text().splitlines()
    result = RunResult.model_validate_json((killed / name / "result.json").read_text())
    assert len(before) == n_known
    assert {call: seen.count(call) for call in REPLIES} == dict.fromkeys(REPLIES, 1)
    assert (result.status, result.value) == ("answered", "36620970")
    in_flight = deadly != "finish"  # a call that was sent counts, whether or not it came back
    assert result.metrics.tool_calls == 2 + in_flight
