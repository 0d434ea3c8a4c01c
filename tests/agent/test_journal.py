"""The journal: what a tool answered is known to the next process, and calls have names of their own."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from agent.journal import Journal, Outcome, key_of
from tests.support.runs import BORN, CURIE, PEOPLE
from tools.passages import fact_of
from tools.types import Call, Failed, FieldRef, Note, NoteKind, Passage, Passages, Reason
from tools.web.meter import Spent

LOOKUP = Call("lookup", {"source": "@1", "field": "%1"}, {"@1": CURIE, "%1": FieldRef("a", "A")})


def test_a_reopened_journal_knows_what_was_kept(tmp_path: Path) -> None:
    first = Journal(tmp_path / "calls.jsonl")
    first.start("k")
    first.keep("k", Outcome(BORN, 0.5))
    first.settle({1: "k"})
    first.close()
    again = Journal(tmp_path / "calls.jsonl")
    assert again.outcomes == {"k": Outcome(BORN, 0.5)}
    assert (again.started, again.seconds, again.rests_on) == (1, 0.5, {1: "k"})
    assert again.value("k") == BORN
    again.close()


def test_a_call_that_was_in_flight_counts_but_has_no_outcome(tmp_path: Path) -> None:
    first = Journal(tmp_path / "calls.jsonl")
    first.start("k")
    first.close()
    again = Journal(tmp_path / "calls.jsonl")
    assert (again.started, again.outcomes) == (1, {})
    again.close()


def test_a_failure_is_kept_but_is_no_value(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "calls.jsonl")
    journal.keep("k", Outcome(Failed(Reason.NO_VALUE, "none"), 0.1))
    with pytest.raises(KeyError):
        journal.value("k")
    journal.close()


def test_the_same_request_has_the_same_name_whatever_its_symbols_are_called_in_the_facts() -> None:
    same = Call("lookup", dict(LOOKUP.args), dict(LOOKUP.bindings))
    assert key_of(LOOKUP, {}) == key_of(same, {})


@pytest.mark.parametrize(
    ("call", "sources"),
    [
        (Call("verify", LOOKUP.args, LOOKUP.bindings), {}),
        (Call("lookup", {"source": "@1", "field": "%2"}, LOOKUP.bindings), {}),
        (Call("lookup", LOOKUP.args, {**LOOKUP.bindings, "%1": FieldRef("b", "A")}), {}),
    ],
)
def test_another_request_has_another_name(call: Call, sources: dict[str, str]) -> None:
    assert key_of(call, sources) != key_of(LOOKUP, {})


def test_a_request_over_another_input_has_another_name() -> None:
    call = Call("lookup", {"source": "#1", "field": "%1"}, {"#1": PEOPLE})
    assert key_of(call, {"#1": "one"}) == key_of(call, {"#1": "one"})
    assert key_of(call, {"#1": "one"}) != key_of(call, {"#1": "two"})


def test_notes_and_what_was_spent_come_back_with_the_calls(tmp_path: Path) -> None:
    page = Passage("p1", "T", "words", "https://a.example/", "searxng", "web:a.example")
    fact = fact_of(page)
    told = Note(NoteKind.DEGRADED, "ddgs", "may be blocking us")
    found = Outcome(Passages((page,), (fact,)), 0.5, (told,))
    spent = Spent(3, 1000, 1.5, (("a.example", 2), ("b.example", 1)))
    with closing(Journal(tmp_path / "calls.jsonl")) as journal:
        journal.keep("one", found)
        journal.keep("two", Outcome(Failed(Reason.EMPTY, "nothing"), 0.1, (told,)))
        journal.account(spent)
    with closing(Journal(tmp_path / "calls.jsonl")) as again:
        assert again.outcomes["one"] == found
        assert again.notes == (told,)
        assert again.spent == spent
