"""A question for which no plan can be drafted: with the world open its own words are searched for, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.types import Arm
from tests.support.live import searx_json
from tests.support.runs import QUESTION as KNOWN
from tests.support.runs import running, script
from tests.support.worlds import BASE, PAGE, QUESTION, abroad
from tools.web.scripted import ScriptedWeb
from tools.web.types import Request

NOTHING = script({})
WHOLE = Request(f"{BASE}/search", {"q": QUESTION, "format": "json"}).address
FOUND = searx_json((PAGE, "Arnsberg news", "The Arnsberg plant employs 420 people."))


@pytest.mark.parametrize("arm", ["diffusion", "ar-plan", "ar-react"])
def test_the_questions_own_words_are_searched_for_and_the_passage_quoted(
    tmp_path: Path, arm: Arm
) -> None:
    web = ScriptedWeb({WHOLE: FOUND})
    with abroad(tmp_path, [NOTHING], web=web) as runner:
        result = runner.run(QUESTION, arm)
    assert result.status == "answered"
    assert "employs 420 people" in result.answer
    assert "not checked" in result.answer
    assert result.citations[0].url == PAGE
    assert [row.tool for row in result.plan] == ["search", "finish"]
    assert [request.address for request in web.asked] == [WHOLE]


def test_they_are_searched_for_once_and_then_the_run_abstains(tmp_path: Path) -> None:
    web = ScriptedWeb({WHOLE: searx_json()})
    with abroad(tmp_path, [NOTHING], web=web) as runner:
        result = runner.run(QUESTION, "diffusion")
    assert result.status == "abstained"
    assert [request.address for request in web.asked].count(WHOLE) == 1


def test_on_the_bundled_facts_alone_nothing_is_searched_for(tmp_path: Path) -> None:
    with running(tmp_path, [NOTHING]) as runner:
        result = runner.run(KNOWN, "diffusion")
    assert (result.status, result.metrics.tool_calls) == ("abstained", 0)
