"""Names in quotation marks: what they may say, and that a refused one never comes back."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent import plan as canvas
from agent.forms import template_of
from agent.plain.layout import TextCanvas
from agent.plain.offering import with_quotes
from agent.plain.quotes import quoted
from agent.state import Cell, RunState
from agent.types import N_ARGS, Brief, Plan
from model.constraints.automaton import explore
from model.constraints.regex import parse
from model.constraints.terms import Terms
from tests.agent.plain.letters import text_of
from tests.agent.plain.test_grammar import is_allowed, read_back, texts_of
from tests.support.runs import BRIEF, POINTERS, linked, plan
from tools.references import SYMBOL

NOTHING = Brief("what of the blorb", "en", "what of the blorb", ())
FIELDS_ALONE = replace(NOTHING, pointers=POINTERS[4:])

names = st.lists(st.text("ab", min_size=1, max_size=3), min_size=1, max_size=3).map(" ".join)


@pytest.mark.parametrize(
    "name",
    ["Marie Curie", "Curie-Skłodowska", "珠穆朗玛峰", "S&P 500", "O'Neill Inc.", "Ελλάδα", "서울"],
)
def test_names_of_many_scripts_can_be_said(name: str) -> None:
    assert re.fullmatch(quoted(), f'"{name}"')


@pytest.mark.parametrize(
    "text", ["", " ", "a  b", " a", "a ", "#1", "@2 a", "50%", 'a"b', "a\nb", "a\x1eb"]
)
def test_what_tools_would_read_as_a_symbol_cannot(text: str) -> None:
    assert not re.fullmatch(quoted(), f'"{text}"')
    assert not (SYMBOL.search(text) and re.fullmatch(quoted(), f'"{text}"'))


@given(st.frozensets(names, max_size=4), names)
def test_exactly_the_refused_names_are_missing(refused: frozenset[str], name: str) -> None:
    pattern = quoted(f'"{text}"' for text in refused)
    assert bool(re.fullmatch(pattern, f'"{name}"')) == (name not in refused)


@given(st.frozensets(names, max_size=2), names)
def test_the_runtime_reads_the_pattern_as_python_does(refused: frozenset[str], name: str) -> None:
    pattern, terms = quoted(f'"{text}"' for text in refused), Terms()
    automaton = explore(terms, parse(pattern, terms))
    assert automaton.accepts(f'"{name}"'.encode()) == bool(re.fullmatch(pattern, f'"{name}"'))


def form_of(brief: Brief, state: RunState | None = None) -> TextCanvas:
    return text_of(with_quotes(template_of, replace(state or linked(), brief=brief)))


def test_where_nothing_was_recognised_things_and_fields_may_be_named() -> None:
    drafted = plan({1: "search", 2: "lookup"}, "#2")
    search = replace(drafted.rows[0], words=('"Marie Curie"', *drafted.rows[0].words[1:]))
    look = replace(drafted.rows[1], words=('"Oslo"', '"mayor since"', *drafted.rows[1].words[2:]))
    drafted = Plan((search, look, drafted.rows[2]))
    found = form_of(NOTHING)
    assert is_allowed(found, texts_of(drafted))
    assert read_back(found, texts_of(drafted)) == drafted


@pytest.mark.parametrize(
    ("brief", "row", "may"),
    [
        (NOTHING, ' verify "a" "b" > "c"\n', False),
        (NOTHING, ' search "a" "b"\n', False),
        (NOTHING, ' calculate count "a"\n', False),
        (FIELDS_ALONE, ' lookup "a" %1\n', True),
        (FIELDS_ALONE, ' lookup "a" "b"\n', False),
        (BRIEF, ' search "a"\n', False),
        (BRIEF, ' lookup "a" %1\n', False),
    ],
)
def test_names_stand_only_where_the_linker_found_nothing(brief: Brief, row: str, may: bool) -> None:
    texts = texts_of(plan({1: "lookup @1 %1"}, "#1")) | {"1": row}
    assert is_allowed(form_of(brief), texts) is may


def named(name: str) -> Plan:
    drafted = plan({1: "lookup x %1", 2: "lookup #1 %2"}, "#2")
    first = replace(drafted.rows[0], words=(name, *drafted.rows[0].words[1:]))
    return Plan((first, *drafted.rows[1:]))


@pytest.mark.parametrize(
    ("cells", "line"),
    [
        (frozenset({(1, 1)}), ' "{}" %1\n'),
        (frozenset((1, column) for column in range(N_ARGS + 1)), ' lookup "{}" %1\n'),
    ],
)
def test_a_refused_name_is_not_written_again(cells: frozenset[Cell], line: str) -> None:
    banned = {(1, 1): frozenset({'"Curie"'})}
    state = replace(linked(), plan=named('"Curie"'), open=cells, banned=banned)
    found = form_of(FIELDS_ALONE, state)
    (place,) = found.places[0]
    assert is_allowed(found, {place.slot: line.format("Curies")})
    assert not is_allowed(found, {place.slot: line.format("Curie")})


def test_known_names_stay_as_they_are() -> None:
    state = replace(linked(), plan=named('"Marie Curie"'), open=frozenset({(2, 2)}))
    found = form_of(FIELDS_ALONE, state)
    assert found.template.parts[0] == '#1 lookup "Marie Curie" %1\n#2 lookup #1'
    assert read_back(found, {found.places[1][0].slot: " %2"}) == named('"Marie Curie"')


def test_where_something_is_offered_no_name_may_stand_instead() -> None:
    drafted = plan({1: "lookup @1 x"}, "#1")
    first = replace(drafted.rows[0], words=("@1", '"mayor since"', *drafted.rows[0].words[2:]))
    state = replace(linked(), plan=Plan((first, drafted.rows[1])), open=frozenset({(1, 2)}))
    brief = replace(NOTHING, pointers=(POINTERS[0], POINTERS[4]))
    texts = {place.slot: ' "mayor since"' for place in form_of(brief, state).places[0]}
    assert is_allowed(form_of(brief, state), {name: f"{text}\n" for name, text in texts.items()})
    offered = form_of(brief, replace(state, allowed={(1, 2): frozenset({"%1"})}))
    (place,) = offered.places[0]
    assert is_allowed(offered, {place.slot: " %1"})
    assert not is_allowed(offered, {place.slot: ' "mayor since"'})


def test_tools_get_the_name_without_its_marks() -> None:
    call = canvas.call(named('"Marie Curie"').rows[0], FIELDS_ALONE, {})
    assert call.args == {"source": "Marie Curie", "field": "%1"}
    assert canvas.shown(named('"Marie Curie"').rows[0], FIELDS_ALONE)[0] == "Marie Curie"
