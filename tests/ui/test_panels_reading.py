"""Arguments and answers made readable."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agent.events import PointerView
from agent.types import Citation
from ui.panels.reading import (
    MAX_CITATIONS,
    Cited,
    Piece,
    arguments,
    fact_words,
    pieces,
    reading,
)

POINTERS = (
    PointerView(symbol="@1", kind="company", label="Tesla"),
    PointerView(symbol="@12", kind="period", label="2025"),
)


def cited(identifier: str) -> Citation:
    return Citation(
        id=identifier, entity="Tesla", field="revenue", period="2025Q3", value="28", unit="USD",
        source="macrotrends",
    )  # fmt: skip


def test_pointers_become_what_they_point_to() -> None:
    assert pieces("@1 in @12", POINTERS) == (
        Piece("Tesla", symbol="@1"),
        Piece(" in "),
        Piece("2025", symbol="@12"),
    )


def test_references_name_their_row() -> None:
    assert pieces("#2 / #3", ())[0] == Piece("#2", row="2")


def test_an_unknown_symbol_stays_as_it_is() -> None:
    assert pieces("@7", POINTERS) == (Piece("@7"),)


@given(st.text())
def test_no_word_is_lost(text: str) -> None:
    assert "".join(piece.text for piece in pieces(text, ())) == text


def test_filler_says_nothing() -> None:
    assert arguments(["@1", "<nil>", "", "%1"]) == ("@1", "%1")


def test_marks_in_the_answer_become_numbered_citations() -> None:
    read = reading("It was 28 [f2].", [cited("f1"), cited("f2")])
    assert read.parts == ("It was 28 ", Cited(2, cited("f2")), ".", Cited(1, cited("f1")))


def test_a_mark_that_names_no_citation_stays_text() -> None:
    assert reading("see [9]", []).parts == ("see ", "[9]")


def test_many_citations_are_counted_rather_than_listed() -> None:
    read = reading("229 laureates", [cited(str(n)) for n in range(229)])
    assert len([part for part in read.parts if isinstance(part, Cited)]) == MAX_CITATIONS
    assert read.n_more == 229 - MAX_CITATIONS


def test_an_empty_answer_without_citations_reads_as_nothing() -> None:
    assert reading("", []).parts == ()


def test_a_cited_fact_is_told_in_the_language_of_the_page() -> None:
    english, chinese = fact_words(cited("1"), "en"), fact_words(cited("1"), "zh")
    assert (english.field, chinese.field) == ("revenue", "营收")
    assert "2025" in english.period
    assert "第三季度" in chinese.period
    assert "macrotrends" not in chinese.source


def test_an_unknown_field_or_source_goes_by_its_name() -> None:
    strange = Citation(
        id="1", entity="X", field="no_such_field", period="", value="<b>", unit="", source="<i>"
    )
    words = fact_words(strange, "en")
    assert (words.field, words.period, words.source) == ("no such field", "", "<i>")
