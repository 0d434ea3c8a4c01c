"""The toolbox has one door, describes its tools, and a planted gap looks like a real one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.facts import FewFacts
from tests.tools.conftest import Run
from tools.planted import PlantedToolbox
from tools.toolbox import TOOLS, Toolbox
from tools.types import (
    Answer,
    Binding,
    Call,
    Entities,
    Failed,
    FieldRef,
    Observation,
    Reason,
    Scalar,
    Table,
    Tools,
    Verdict,
)

WORLD = FewFacts()
TOOLBOX = Toolbox(WORLD)


def test_a_toolbox_keeps_the_seam() -> None:
    tools: Tools = TOOLBOX
    assert [tool.name for tool in Toolbox.tools] == [
        "search",
        "lookup",
        "calculate",
        "verify",
        "finish",
    ]
    assert isinstance(tools.run(Call("search", {"query": "Norway"})), Entities)


def test_tools_describe_their_arguments() -> None:
    assert [tool.signature for tool in TOOLS][:2] == [
        "search(query)",
        "lookup(source; field; period?; origin?)",
    ]


@pytest.mark.parametrize(
    ("tool", "args", "said"),
    [
        ("guess", {"query": "Norway"}, "no tool is called 'guess'; known: search, lookup"),
        ("search", {}, "search(query) was called with nothing"),
        ("search", {"query": "Norway", "limit": "3"}, "was called with query, limit"),
        ("lookup", {"source": "Norway"}, "lookup(source; field; period?; origin?) was called"),
        ("calculate", {"claim": "1 > 2"}, "calculate(expression) was called with claim"),
    ],
)
def test_a_call_with_the_wrong_arguments_is_refused(
    tool: str, args: dict[str, str], said: str
) -> None:
    failed = TOOLBOX.run(Call(tool, args))
    assert isinstance(failed, Failed)
    assert failed.reason is Reason.BAD_EXPRESSION
    assert said in failed.detail


WORDS = st.one_of(
    st.text(max_size=50),
    st.lists(
        st.sampled_from(
            [
                *"#@%123=<>+,",
                "#1",
                "@1",
                "%1",
                "Norway",
                "gdp",
                "population",
                "of",
                "in",
                "2023",
                "is",
                "physics laureates",
                "Germany",
                "挪威",
                "的",
                "人口",
            ]
        ),
        max_size=8,
    ).map(" ".join),
)


@given(st.sampled_from(["search", "lookup", "verify", "finish"]), WORDS, WORDS, WORDS)
def test_whatever_a_planner_writes_is_observed(tool: str, one: str, two: str, three: str) -> None:
    texts = {
        "search": {"query": one},
        "lookup": {"source": one, "field": two, "period": three},
        "verify": {"claim": one},
        "finish": {"answer": one},
    }
    bound: dict[str, Binding] = {
        "#1": Scalar("Norway"),
        "@1": WORLD.members(WORLD.classes()[0])[0],
        "%1": FieldRef("gdp", "GDP"),
    }
    found: Observation = TOOLBOX.run(Call(tool, texts[tool], bound))
    assert isinstance(found, Entities | Table | Scalar | Verdict | Answer | Failed)
    if isinstance(found, Failed):
        assert found.detail


@pytest.mark.parametrize("gap", [("country/NOR", "gdp"), (None, "gdp")])
def test_a_planted_gap_looks_like_a_real_one(gap: tuple[str | None, str]) -> None:
    planted = PlantedToolbox(WORLD, [gap])
    for call in (
        Call("lookup", {"source": "Norway", "field": "gdp"}),
        Call("verify", {"claim": "Norway gdp > 1"}),
    ):
        failed = planted.run(call)
        assert isinstance(failed, Failed)
        assert (failed.reason, failed.candidates) == (Reason.NO_VALUE, ("gdp_factbook",))


def test_a_gap_hides_nothing_else(run: Run) -> None:
    planted = PlantedToolbox(WORLD, [("country/NOR", "gdp")])
    for args in ({"source": "Sweden", "field": "gdp"}, {"source": "Norway", "field": "population"}):
        assert planted.run(Call("lookup", args)) == run("lookup", **args)
    everybody = planted.run(Call("lookup", {"source": "countries", "field": "gdp"}))
    assert isinstance(everybody, Table)
    assert [measure.entity.name for measure in everybody.measures] == ["Sweden", "Germany"]


def test_a_bug_is_not_hidden() -> None:
    class Broken(FewFacts):
        def find(self, text: str, limit: int = 10) -> tuple[()]:
            raise ZeroDivisionError(text)

    with pytest.raises(ZeroDivisionError):
        Toolbox(Broken()).run(Call("search", {"query": "Norway"}))
