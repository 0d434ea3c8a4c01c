"""Sections of plain text and tables of HTML, spans and broken markup included."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.sources.articles import MAX_TABLES, numbered, section_of, sections, tables

TEXT = "Lead.\n\n== One ==\nfirst\n\n=== One a ===\nnested\n\n== Two ==\nsecond"


def test_a_section_holds_its_subsections() -> None:
    found = sections(TEXT)
    assert [(s.title, s.level) for s in found] == [("One", 2), ("One a", 3), ("Two", 2)]
    assert found[0].text == "first\n\n=== One a ===\nnested"
    assert found[2].text == "second"


def test_a_section_goes_by_title_or_number() -> None:
    found = sections(TEXT)
    assert section_of(found, "one A") == section_of(found, "2") == found[1]
    assert section_of(found, "0") is section_of(found, "4") is section_of(found, "Three") is None


def test_cells_over_rows_and_columns_are_told_in_each() -> None:
    html = (
        "<table class='wikitable'><tr><th>a<th>b<th>c</tr>"
        "<tr><td rowspan=3>x</td><td>1</td><td rowspan='2'>y</td></tr>"
        "<tr><td>2</td></tr><tr><td colspan=2>3</td></tr></table>"
    )
    assert tables(html)[0].rows[1:] == (("x", "1", "y"), ("x", "2", "y"), ("x", "3", "3"))


def test_only_tables_of_facts_are_read_and_notes_are_left_out() -> None:
    html = (
        "<table><tr><td>layout</td></tr></table>"
        "<table class='infobox'><caption>Box</caption>"
        "<tr><td>Mayor<sup>[1]</sup></td><td>Ada<style>x{}</style> B.</td></tr></table>"
    )
    (box,) = tables(html)
    assert (box.kind, box.text) == ("infobox", "Box\nMayor | Ada B.")
    assert list(numbered((box,))) == ["1: Box (1 rows, 2 columns)"]


def test_markup_is_read_as_browsers_read_it() -> None:
    html = (
        "<TABLE CLASS=\"wikitable\" title='a > b'><!-- <td>no</td> --><tr>"
        "<td>1 &lt; 2&nbsp;km</td><td>a<br/>b<b>c</b></td></tr></TABLE>"
    )
    assert tables(html)[0].rows == (("1 < 2 km", "a bc"),)


@pytest.mark.parametrize("piece", ["<a href='", '<a "', "<!--", "<table class=wikitable><td>"])
def test_what_is_left_open_costs_no_time(piece: str) -> None:
    """Half a million characters; it took ten seconds when a tag could reach over the next."""
    assert len(tables(piece * (500_000 // len(piece)))) <= 1


def test_a_page_of_nothing_but_tables_has_an_end() -> None:
    assert len(tables("<table class=wikitable><tr><td>1</td></tr></table>" * 500)) == MAX_TABLES


TAGS = ["table class=wikitable", "tr", "td rowspan=9 colspan=3", "td colspan=-1", "td", "sup"]
ENDS = ["/table", "/tr", "/td", "/caption", "/sup", "caption", "br"]
PIECES = st.sampled_from([*(f"<{tag}>" for tag in (*TAGS, *ENDS)), "x", "<", "&amp;"])


@given(st.lists(PIECES, max_size=30))
def test_no_markup_is_too_broken(pieces: list[str]) -> None:
    for grid in tables("".join(pieces)):
        assert grid.rows
        assert all(any(row) for row in grid.rows)


@given(st.text(alphabet="= \nab", max_size=60))
def test_no_text_is_too_odd_for_sections(text: str) -> None:
    assert all(section.title and section.text in text for section in sections(text))
