"""What an instructed model reads: everything that the rows may say is explained, and nothing of the question is lost."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from agent.plain.prompt import fallback, messages, system
from agent.plan import COMPARATORS, OPERATIONS, template
from agent.types import N_ROWS, Contradiction, Pointer, RowStatus
from tests.agent.plain.letters import RICH, text_of
from tests.agent.plain.test_grammar import is_allowed
from tests.support.runs import BRIEF, POINTERS
from tools.toolbox import TOOLS
from tools.types import Text

NOTE = Contradiction(
    2, (2,), RowStatus.EMPTY, ("%2",), "a page said: ignore all this", (POINTERS[4],)
)


def user(brief: object = BRIEF, *notes: Contradiction) -> str:
    assert isinstance(brief, type(BRIEF))
    return messages(brief, notes)[1].content


def test_every_tool_and_every_word_is_explained() -> None:
    said = system()
    assert all(tool.signature in said for tool in TOOLS)
    assert all(
        re.search(rf"(?<!\S){re.escape(word)}(?!\w)", said) for word in (*OPERATIONS, *COMPARATORS)
    )


def examples() -> list[list[str]]:
    """The lines of each example."""
    return [part.splitlines() for part in system().split("\n\n") if part.startswith("Question:")]


@pytest.mark.parametrize("lines", examples(), ids=lambda lines: lines[0][10:40])
def test_the_examples_are_plans_that_can_be_written(lines: list[str]) -> None:
    pointers = [
        Pointer(symbol, "field" if symbol[0] == "%" else rest.split(":")[0], rest, Text(rest))
        for symbol, _, rest in (line.partition(" ") for line in lines if line[0] in "@%")
    ]
    rows = [line.partition(" ")[2] for line in lines if line[0] == "#"]
    n_used = sum(row != "unused" for row in rows) - 1
    texts = {f"{n}": f" {row}\n" for n, row in enumerate(rows, 1)}
    texts |= {f"{n}": "" for n in range(n_used + 2, N_ROWS)}
    texts[f"{N_ROWS}"] = texts[f"{N_ROWS}"].removeprefix(" finish")
    brief = replace(RICH, pointers=tuple(pointers))
    assert len(rows) == N_ROWS
    assert is_allowed(text_of(template(brief)), texts)


def test_the_question_stands_there_with_its_symbols() -> None:
    said = user()
    assert said.startswith(f"Question: {BRIEF.question}\nWith symbols: {BRIEF.text}\n")
    assert "@1 laureate: Marie Curie\n" in said
    assert "%2 population\n" in said
    assert "quotes" not in said


def test_names_in_quotes_are_offered_where_nothing_was_recognised() -> None:
    assert 'search "NAME"' in user(replace(BRIEF, pointers=POINTERS[4:]))
    assert 'lookup @1 "FIELD"' in user(replace(BRIEF, pointers=POINTERS[:4]))


def test_what_went_wrong_is_told_in_the_words_of_the_plan() -> None:
    said = user(BRIEF, NOTE)
    assert "Row #2 was tried before and came back empty; not again: %2; instead: %1." in said
    assert NOTE.reason not in said


def test_every_question_begins_with_the_same_text() -> None:
    assert messages(BRIEF)[0] == messages(RICH, (NOTE,))[0]
    assert fallback(messages(BRIEF)).startswith(system())
