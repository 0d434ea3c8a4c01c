"""Whole runs in plain text: what happens is told in words, and a revision rewrites only what was contradicted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from agent.draft import draft
from agent.events import CanvasChanged
from agent.factory import load
from agent.plain.planner import PlainPlanner
from agent.revise import revise
from agent.types import Arm, RowStatus
from model.types import ScriptedModel
from tests.agent.plain.letters import Letters
from tests.agent.plain.test_grammar import texts_of
from tests.support.checkpoints import save
from tests.support.runs import (
    BRIEF,
    PEOPLE,
    POINTERS,
    REPLIES,
    Reply,
    TableTools,
    acted,
    deps_of,
    happened,
    linked,
    plan,
    running,
)
from tools.types import Failed, Reason

CHAIN = texts_of(plan({1: "lookup @1 %1", 2: "lookup #1 %2"}, "#2"))
WRONG = texts_of(plan({1: "lookup @1 %1", 2: "lookup #1 %1"}, "#2"))
MISSING: Mapping[str, Reply] = {
    **REPLIES,
    "lookup Poland birth_country": Failed(
        Reason.UNKNOWN_FIELD, "no such field", candidates=("population",)
    ),
}


def scripted(*scripts: Mapping[str, str]) -> PlainPlanner:
    return PlainPlanner(ScriptedModel(scripts), Letters())


@pytest.mark.parametrize("arm", ["diffusion", "ar-plan"])
def test_a_question_is_answered_in_plain_text(arm: Arm, tmp_path: Path) -> None:
    with running(tmp_path, scripted(CHAIN)) as runner:
        result = runner.run(BRIEF.question, arm)
    assert (result.status, result.value) == ("answered", str(PEOPLE.value))
    assert [row.args for row in result.plan][:2] == [
        ["Marie Curie", "birth country"],
        ["#1", "population"],
    ]


def test_one_call_a_turn_in_plain_text(tmp_path: Path) -> None:
    one, two = ({n: CHAIN[n]} for n in ("1", "2"))
    scripts = (one, two, {"3": " unused\n"}, {"8": " #2\n"})
    with running(tmp_path, scripted(*scripts)) as runner:
        result = runner.run(BRIEF.question, "ar-react")
    assert (result.status, result.metrics.turns) == ("answered", 4)


def test_what_happens_is_told_in_words(tmp_path: Path) -> None:
    with deps_of(tmp_path, scripted(CHAIN)) as deps:
        draft(linked(), deps)
    (changed,) = happened(tmp_path, "canvas_changed")
    assert isinstance(changed, CanvasChanged)
    words = {(cell.row, cell.column): cell.text for cell in changed.cells}
    assert [words[1, column] for column in range(-1, 4)] == ["#1", "lookup", "@1", "%1", "<nil>"]
    assert words[4, 0] == "nop"


def test_only_the_contradicted_word_is_opened_and_the_executed_row_stays(tmp_path: Path) -> None:
    lm = scripted(WRONG, {"2.2": " %2"})
    with running(tmp_path, lm, TableTools(MISSING)) as runner:
        result = runner.run(BRIEF.question, "diffusion")
    assert (result.status, result.metrics.revisions) == ("answered", 1)
    assert [row.revisions for row in result.plan] == [0, 1, 0]
    assert isinstance(lm.lm, ScriptedModel)
    revised = lm.lm.templates[1]
    assert [slot.name for slot in revised.slots()] == ["2.2"]
    assert str(revised.parts[0]).startswith("#1 lookup @1 %1\n#2 lookup #1")
    assert (
        "Row #2 was tried before and came back failed; not again: %1; instead: %2."
        in revised.messages[1].content
    )


def test_a_name_in_quotes_is_looked_up_and_rewritten(tmp_path: Path) -> None:
    brief = replace(BRIEF, pointers=POINTERS[4:])
    unknown = Failed(Reason.UNKNOWN_ENTITY, "nobody is called so")
    tools = TableTools({**REPLIES, "lookup M. Curie birth_country": unknown})
    lm = scripted({**CHAIN, "1": ' lookup "M. Curie" %1\n'}, {"1": ' "Marie Curie" %1\n'})
    with deps_of(tmp_path, lm, tools) as deps:
        state = revise(acted(replace(linked(), brief=brief), deps), deps)
        assert state.banned == {(1, 1): {'"M. Curie"'}}
        state = acted(state, deps)
    assert [row.status for row in state.drafted.rows[:-1]] == [RowStatus.OK, RowStatus.OK]
    assert state.drafted.rows[0].words[0] == '"Marie Curie"'
    assert tools.asked == [
        "lookup M. Curie birth_country", "lookup Marie Curie birth_country", "lookup Poland population",
    ]  # fmt: skip


@pytest.mark.parametrize("arm", get_args(Arm))
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_random_weights_end_every_run_honestly(arm: Arm, lang: str, tmp_path: Path) -> None:
    folder = save(tmp_path / "model", "sdar", "spaced")
    lm = load(f"{folder}:block_length=32", "diffusion" if arm == "diffusion" else "ar")
    assert isinstance(lm, PlainPlanner)
    question = "玛丽·居里出生在哪里？" if lang == "zh" else BRIEF.question
    with running(tmp_path, lm, max_turns=3) as runner:
        result = runner.run(question, arm)
    assert result.status in ("answered", "abstained", "stopped")
    assert result.metrics.forwards > 0
