"""What is written into a checkpoint comes back as it was, and nothing else can be built from one."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent import codec
from agent.types import Metrics, RowStatus, RunResult
from tests.support.runs import BORN, BRIEF, CURIE, PEOPLE, plan
from tools.types import Answer, Failed, Measure, Reason, Table, Truth, Verdict

atoms = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(),
    st.floats(allow_nan=False),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.sampled_from([*RowStatus, *Reason, *Truth, BRIEF, CURIE, BORN, PEOPLE, Metrics(turns=3)]),
)
keys = st.one_of(st.text(), st.integers(), st.tuples(st.integers(), st.integers()))
values = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner, inner),
        st.dictionaries(keys, inner, max_size=4),
        st.frozensets(keys, max_size=4),
    ),
    max_leaves=12,
)


@given(values)
def test_a_value_comes_back_as_it_was(value: object) -> None:
    back = codec.decode(codec.encode(value))
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize(
    "value",
    [
        Failed(Reason.NO_VALUE, "no value", candidates=("area",)),
        Table("area", (Measure(CURIE, Decimal("1.50"), "km2", "2024", BORN.facts),)),
        Verdict(Truth.UNKNOWN, "a claim", BORN.facts),
        Answer("text", PEOPLE, PEOPLE.facts),
        plan({1: "lookup @1 %1"}, "#1"),
        RunResult(question="q", arm="diffusion", status="answered", answer="a"),
        {(1, 2): frozenset({"%1"})},
    ],
)
def test_the_values_of_a_run_come_back(value: object) -> None:
    assert codec.decode(codec.encode(value)) == value


def test_a_decimal_keeps_its_digits_and_a_number_like_text_stays_text() -> None:
    back = codec.decode(codec.encode([Decimal("1.50"), "1.50"]))
    assert str(back[0]) == "1.50"
    assert isinstance(back[1], str)


def test_what_is_no_value_of_a_run_is_refused_on_the_way_in() -> None:
    with pytest.raises(TypeError, match=r"Path is not a value of a run|PosixPath"):
        codec.encode(__import__("pathlib").Path())


@pytest.mark.parametrize("name", ["Path", "os.system", "", "Any", "FactStore"])
def test_a_file_that_names_another_type_builds_nothing(name: str) -> None:
    with pytest.raises(ValueError, match="is not a value of a run"):
        codec.decode(json.dumps({"$": name, "v": ["x"]}))
