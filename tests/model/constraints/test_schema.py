"""JSON schemas: every text of the language obeys, and what cannot be said is refused by its name."""

from __future__ import annotations

import json
import random
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.constraints.automaton import Automaton, LanguageError, explore
from model.constraints.numbers import Range, decimals, integers
from model.constraints.schema import SchemaError, UnsupportedSchemaError, schema_term
from model.constraints.terms import Terms

TREE = {
    "type": "object",
    "properties": {"v": {"type": "integer"}, "kids": {"type": "array", "items": {"$ref": "#"}}},
    "required": ["v", "kids"],
}


def automaton_of(schema: Any) -> Automaton:
    terms = Terms()
    return explore(terms, schema_term(json.dumps(schema), terms))


def some_text(automaton: Automaton, rng: random.Random, longest: int = 200) -> bytes | None:
    """A random text, or None where the walk takes too long."""
    state, text = 0, b""
    while len(text) < longest:
        ways = (automaton.table[state] >= 0).nonzero()[0].tolist()
        if automaton.accepting[state] and (not ways or rng.random() < 0.3):
            return text
        byte = rng.choice(ways)
        state, text = int(automaton.table[state, byte]), text + bytes([byte])
    return None


@pytest.mark.parametrize(
    ("schema", "obeying", "refused"),
    [
        ({"type": "string"}, ['""', '"é字"', r'"a\n\" é"'], ['"', '"a\n"', '"""', r'"\x"', "a"]),
        ({"type": "string", "minLength": 2, "maxLength": 3}, ['"ab"', r'"a\nb"'], ['"a"', '"abcd"']),
        ({"type": "string", "pattern": "^[a-c]+$"}, ['"ab"'], ['""', '"d"', '"xab"']),
        ({"type": "string", "pattern": "b"}, ['"b"', '"abc"'], ['"a"', '""']),
        ({"pattern": "b+", "maxLength": 2}, ['"ab"', '"bb"'], ['"abc"', '"a"']),
        ({"type": "string", "format": "date"}, ['"2024-02-29"', '"1999-12-31"'], ['"2023-02-29"', '"2023-04-31"', '"2023-4-1"']),
        ({"type": "string", "format": "date-time"}, ['"2024-01-02T03:04:05Z"', '"2024-01-02T23:59:59.5+01:00"'], ['"2024-01-02"', '"2024-01-02T24:00:00Z"']),
        ({"type": "integer"}, ["0", "-7", "120"], ["01", "-0", "1.0", "+1", ""]),
        ({"type": "integer", "minimum": -5, "exclusiveMaximum": 12}, ["-5", "0", "11"], ["-6", "12"]),
        ({"type": "number"}, ["0", "-0.5", "12.25", "3.0"], [".5", "1.", "1e3", "00.1"]),
        ({"type": "number", "minimum": 0, "maximum": 1}, ["0", "1", "0.3", "1.0"], ["-0.1", "1.1", "2"]),
        ({"type": "number", "exclusiveMinimum": 0, "maximum": 2}, ["0.1", "1.9", "2"], ["0", "0.0", "2.1"]),
        ({"type": ["boolean", "null"]}, ["true", "false", "null"], ["True", "0"]),
        ({"enum": ["a", 1, None, {"k": [1, 2]}]}, ['"a"', "1", "null", '{"k": [1, 2]}'], ['{"k":[1,2]}', "2"]),
        ({"enum": ["a", 1, True], "type": "integer"}, ["1"], ['"a"', "true"]),
        ({"const": "é"}, ['"é"'], [r'"\u00e9"']),
        ({"items": {"type": "null"}, "minItems": 1, "maxItems": 2}, ["[null]", "[null, null]"], ["[]", "[null,null]", "[null, null, null]"]),
        ({"items": {"type": "null"}}, ["[]", "[null, null, null]"], ["[null, ]"]),
        ({"prefixItems": [{"const": 1}, {"const": 2}]}, ["[]", "[1]", "[1, 2]"], ["[2]", "[1, 2, 3]"]),
        ({"prefixItems": [{"const": 1}], "items": {"const": 2}, "minItems": 2, "maxItems": 3}, ["[1, 2]", "[1, 2, 2]"], ["[1]", "[2, 2]", "[1, 2, 2, 2]"]),
        ({"prefixItems": [{"const": 1}, {"const": 2}], "maxItems": 1, "minItems": 1}, ["[1]"], ["[]", "[1, 2]"]),
        ({"type": "object"}, ["{}"], ['{"a": 1}', "{ }"]),
        ({"properties": {"a": {"const": 1}, "b": {"const": 2}, "c": {"const": 3}}, "required": ["b"]},
         ['{"b": 2}', '{"a": 1, "b": 2}', '{"b": 2, "c": 3}', '{"a": 1, "b": 2, "c": 3}'], ["{}", '{"a": 1}', '{"b": 2, "a": 1}', '{"a": 1,"b": 2}']),
        ({"properties": {"a": {"const": 1}, "b": {"const": 2}}}, ["{}", '{"a": 1}', '{"b": 2}', '{"a": 1, "b": 2}'], ['{, "b": 2}']),
        ({"anyOf": [{"const": 1}, {"type": "null"}]}, ["1", "null"], ["2"]),
        ({"oneOf": [{"const": 1}, {"type": "null"}]}, ["1", "null"], ["2"]),
        ({"type": "integer", "anyOf": [{"minimum": 100}, {"maximum": -100}]}, ["100", "-101"], ["0"]),
        ({"$defs": {"n~/": {"const": 1}}, "items": {"$ref": "#/$defs/n~0~1"}}, ["[1]"], ["[2]"]),
        (TREE, ['{"v": 1, "kids": [{"v": 2, "kids": []}, {"v": 3, "kids": []}]}'], ['{"v": 1}']),
    ],
)  # fmt: skip
def test_a_schema_is_said_as_a_language(
    schema: Any, obeying: list[str], refused: list[str]
) -> None:
    automaton = automaton_of(schema)
    assert [text for text in obeying if not automaton.accepts(text.encode())] == []
    assert [text for text in refused if automaton.accepts(text.encode())] == []


@pytest.mark.parametrize(
    ("schema", "named"),
    [
        ({"type": "number", "multipleOf": 3}, "'multipleOf'"),
        ({"type": "array", "items": {}, "uniqueItems": True}, "'uniqueItems'"),
        ({"type": "object", "patternProperties": {}}, "'patternProperties'"),
        ({"type": "object", "additionalProperties": {"type": "null"}}, "'additionalProperties'"),
        ({"type": "object", "properties": {"a": {"not": {}}}}, "#/properties/a has 'not'"),
        ({"allOf": [{"type": "null"}, {"const": None}]}, "'allOf'"),
        ({"oneOf": [{"type": "integer"}, {"const": 1}]}, "overlap"),
        ({"anyOf": [{"const": 1}], "minimum": 1}, "'minimum' beside 'anyOf'"),
        ({"type": "string", "format": "email"}, "'email'"),
        ({"type": "string", "pattern": "(?=a)"}, "lookahead"),
        ({"type": "string", "maxLength": 10**6}, "'maxLength'"),
        ({"type": "number", "minimum": 0.5}, "'minimum' 0.5"),
        ({"type": "object", "required": ["a"]}, "'a'"),
        ({"$ref": "https://example.org/x"}, "https://example.org/x"),
        ({}, "'type'"),
        ({"type": "array"}, "null in place of an object"),
    ],
)  # fmt: skip
def test_what_a_regular_language_cannot_say_is_named(schema: Any, named: str) -> None:
    with pytest.raises(UnsupportedSchemaError, match=named.replace("$", r"\$")):
        schema_term(json.dumps(schema), Terms())


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("{", "not JSON"), ('{"type": "text"}', "'text'"), ('{"$ref": "#/a"}', "'#/a'"),
        ('{"enum": 3}', "'enum'"), ('{"type": "object", "required": 1}', "malformed"),
    ],
)  # fmt: skip
def test_a_malformed_schema_is_refused(text: str, named: str) -> None:
    with pytest.raises(SchemaError, match=named) as raised:
        schema_term(text, Terms())
    assert not isinstance(raised.value, UnsupportedSchemaError)


def test_a_schema_without_an_end_has_no_text() -> None:
    with pytest.raises(LanguageError, match="no text"):
        automaton_of({"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]})


@given(st.integers(-250, 250), st.integers(0, 300), st.booleans(), st.booleans())
def test_ranges_of_numbers_hold_exactly_their_numbers(
    low: int, width: int, is_low_open: bool, is_high_open: bool
) -> None:
    span = Range(low, low + width, is_low_open, is_high_open)
    terms = Terms()
    whole, broken = integers(terms, span), decimals(terms, span)
    accepts = {term: _accepting(terms, term) for term in (whole, broken)}
    for tenths in range((low - 2) * 10, (low + width + 3) * 10, 5):
        value = tenths / 10
        above = value > low if is_low_open else value >= low
        below = value < low + width if is_high_open else value <= low + width
        assert accepts[broken](f"{value:g}") == (above and below)
        if value == int(value):
            assert accepts[whole](str(int(value))) == (above and below)


def _accepting(terms: Terms, term: int) -> Any:
    try:
        automaton = explore(terms, term)
    except LanguageError:
        return lambda text: False
    return lambda text: automaton.accepts(text.encode())


@given(st.integers(0, 10_000))
def test_every_date_is_one_of_the_calendar(seed: int) -> None:
    text = some_text(automaton_of({"type": "string", "format": "date"}), random.Random(seed))
    assert text is not None
    if not text.startswith(b'"0000'):
        assert date.fromisoformat(json.loads(text)).isoformat() == json.loads(text)
