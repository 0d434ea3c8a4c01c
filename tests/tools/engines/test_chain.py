"""Engines in order: the next one answers, blocking is suspected, and nothing is said that no engine could say."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.engines.chain import Chain
from tools.engines.health import MAX_EMPTY, REST_SECONDS, Health
from tools.engines.types import Finds, Query
from tools.notes import noted
from tools.types import Failed, NoteKind, Passage, Passages, Reason

HIT = Passage("p1", "A title", "some words", "https://a.example/1", "one", "web:a.example")
DOWN = Failed(Reason.UNAVAILABLE, "it is down")


class Told:
    """Answers in turn as told; the last answer stays."""

    is_local = False

    def __init__(self, name: str, *answers: Finds | Failed, is_local: bool = False) -> None:
        self.name, self.is_local = name, is_local
        self._answers = list(answers)
        self.asked: list[str] = []

    def search(self, query: Query) -> Finds | Failed:
        self.asked.append(query.text)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def searched(chain: Chain, *texts: str) -> list[Passages | Failed]:
    return [chain.search(Query(text)) for text in texts]


def test_the_first_engine_that_finds_something_answers() -> None:
    first, second, third = Told("one", ()), Told("two", (HIT,)), Told("three", (HIT,))
    (found,) = searched(Chain([first, second, third], Health()), "a question")
    assert isinstance(found, Passages)
    assert found.members == (HIT,)
    assert [fact.value for fact in found.facts] == ["some words"]
    assert third.asked == []


def test_three_empty_answers_to_different_queries_raise_suspicion_and_the_next_engine_is_used() -> (
    None
):
    blocked, other = Told("one", ()), Told("two", (HIT,))
    chain = Chain([blocked, other], Health(Clock()))
    with noted() as notes:
        found = searched(chain, "a", "b", "c", "d")
    assert all(isinstance(each, Passages) for each in found)
    assert blocked.asked == ["a", "b", "c"]
    assert {(note.kind, note.about) for note in notes} == {(NoteKind.DEGRADED, "one")}
    assert "may be blocking" in next(iter(notes)).text


def test_the_same_query_again_raises_no_suspicion() -> None:
    engine = Told("one", ())
    chain = Chain([engine], Health(Clock()))
    with noted() as notes:
        searched(chain, *["Same  words", "same words"] * MAX_EMPTY)
    assert len(engine.asked) == 2 * MAX_EMPTY
    assert not notes


def test_a_find_clears_the_suspicion() -> None:
    engine = Told("one", (), (), (HIT,), (), (), (HIT,))
    chain = Chain([engine], Health(Clock()))
    with noted() as notes:
        searched(chain, *"abcdef")
    assert len(engine.asked) == 6
    assert not notes


def test_a_rested_engine_is_tried_once_and_rests_longer_if_it_still_finds_nothing() -> None:
    clock, engine = Clock(), Told("one", ())
    chain = Chain([engine], Health(clock))
    searched(chain, "a", "b", "c", "d")
    clock.now = REST_SECONDS[0]
    searched(chain, "e", "f")
    assert engine.asked == ["a", "b", "c", "e"]
    clock.now += REST_SECONDS[1] - 1
    searched(chain, "g")
    assert engine.asked[-1] == "e"


def test_nothing_anywhere_is_empty_only_if_every_engine_says_so() -> None:
    (empty,) = searched(Chain([Told("one", ()), Told("two", ())], Health()), "a")
    (unsure,) = searched(Chain([Told("one", DOWN), Told("two", ())], Health()), "a")
    assert isinstance(empty, Failed)
    assert empty.reason is Reason.EMPTY
    assert isinstance(unsure, Failed)
    assert unsure.reason is Reason.UNAVAILABLE
    assert "one: it is down" in unsure.detail


def test_a_suspected_engine_does_not_count_as_having_said_that_there_is_nothing() -> None:
    found = searched(Chain([Told("one", ())], Health(Clock())), "a", "b", "c", "d")
    assert [each.reason for each in found if isinstance(each, Failed)] == [
        Reason.EMPTY,
        Reason.EMPTY,
        Reason.UNAVAILABLE,
        Reason.UNAVAILABLE,
    ]


def test_an_engine_that_fails_is_named_and_left_alone_after_the_second_time() -> None:
    failing, other = Told("one", DOWN), Told("two", (HIT,))
    with noted() as notes:
        searched(Chain([failing, other], Health(Clock())), "a", "b", "c")
    assert failing.asked == ["a", "b"]
    assert [note.text for note in notes] == ["it is down", "failed 2 times in a row"]


@pytest.mark.parametrize("reason", [Reason.BUDGET_EXHAUSTED, Reason.STOPPED])
def test_what_ends_the_run_ends_the_chain(reason: Reason) -> None:
    spent, other = Told("one", Failed(reason, "no more")), Told("two", (HIT,))
    (found,) = searched(Chain([spent, other], Health()), "a")
    assert isinstance(found, Failed)
    assert found.reason is reason
    assert other.asked == []


def test_a_missing_contact_is_noted_and_is_no_failure_of_the_engine() -> None:
    engine = Told("one", Failed(Reason.UNIDENTIFIED, "set web.contact"))
    with noted() as notes:
        searched(Chain([engine], Health()), "a", "b", "c")
    assert len(engine.asked) == 3
    assert [note.text for note in notes] == ["set web.contact"]


def test_documents_of_the_user_are_never_suspected() -> None:
    engine = Told("documents", (), is_local=True)
    with noted() as notes:
        searched(Chain([engine], Health()), *"abcdefg")
    assert len(engine.asked) == 7
    assert not notes


def test_one_page_is_shown_once() -> None:
    twice = Passage("p2", "A", "other words", "https://A.example/1/", "one", "web:a.example")
    (found,) = searched(Chain([Told("one", (HIT, twice))], Health()), "a")
    assert isinstance(found, Passages)
    assert found.members == (HIT,)


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.booleans()), max_size=30))
def test_an_engine_is_left_alone_exactly_after_three_different_empty_answers_in_a_row(
    steps: Sequence[tuple[str, bool]],
) -> None:
    health, in_a_row, rests = Health(Clock()), set(), False
    for query, is_empty in steps:
        assert bool(health.resting("x")) == rests
        if rests:
            continue
        if is_empty:
            in_a_row.add(query)
            rests = bool(health.found_nothing("x", query))
            assert rests == (len(in_a_row) == MAX_EMPTY)
        else:
            in_a_row.clear()
            health.found("x")
