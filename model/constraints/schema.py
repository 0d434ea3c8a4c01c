"""JSON schemas as terms: the texts of values that obey a schema, each in one fixed layout.

Every text of the term obeys the schema; not every text that obeys it belongs to the term. Properties stand in
the schema's order and none is added, separators are those of Python's `json.dumps`, numbers are written
without an exponent, and a schema that contains itself is followed MAX_DEPTH levels deep. What cannot be said
this way is refused by its name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from model.constraints.automaton import is_empty
from model.constraints.characters import Characters
from model.constraints.formats import FORMATS
from model.constraints.numbers import Range, decimals, integers
from model.constraints.regex import MAX_REPEATS, PatternError, parse
from model.constraints.terms import Terms
from model.errors import ModelError

MAX_DEPTH = 3
MAX_PARTS = 5000

Schema = Mapping[str, Any]

_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "integer": (int,),
    "number": (int, float), "boolean": (bool,), "null": (type(None),),
}  # fmt: skip
_HINTS = {
    "properties": "object", "required": "object", "items": "array", "prefixItems": "array",
    "pattern": "string", "format": "string", "minLength": "string", "maxLength": "string",
}  # fmt: skip
_SILENT = frozenset(
    ("title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly",
     "$schema", "$id", "$comment", "$defs", "definitions")
)  # fmt: skip
_SPOKEN = frozenset(
    ("type", "enum", "const", "anyOf", "oneOf", "allOf", "$ref", "properties", "required",
     "additionalProperties", "items", "prefixItems", "minItems", "maxItems", "pattern", "format",
     "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
)  # fmt: skip
_LIMITS = (
    ("minimum", True, False), ("exclusiveMinimum", True, True),
    ("maximum", False, False), ("exclusiveMaximum", False, True),
)  # fmt: skip
_COMBINING = ("anyOf", "oneOf", "allOf", "$ref")

_QUOTED = Characters.of((0, 0x1F)) | Characters.among('"\\')
_ESCAPE = r'\\(?:["\\bfnrt]|u(?:[0-9a-cA-CefEF][0-9a-fA-F]{3}|[dD][0-7][0-9a-fA-F]{2}))'


class SchemaError(ModelError):
    """A schema that is malformed."""


class UnsupportedSchemaError(SchemaError):
    """A schema that asks for what the runtime cannot say as a regular language."""


def schema_term(text: str, terms: Terms) -> int:
    """The language of a JSON schema, given as text."""
    try:
        root = json.loads(text)
    except ValueError as error:
        raise SchemaError(f"the schema is not JSON: {error}") from error
    return _Writer(root, terms).of(root, "#")


class _Writer:
    """One schema on its way to a term; `at` is the place of a part, as a JSON pointer."""

    def __init__(self, root: Any, terms: Terms) -> None:
        self._root, self._terms = root, terms
        self._open: list[str] = []
        self._n_parts = 0
        plain = _QUOTED.inverted().term(terms)
        self._character = terms.either((plain, parse(_ESCAPE, terms)))
        self._plain_text = terms.repeat(plain)

    def of(self, schema: Any, at: str) -> int:
        """The texts of the values that obey this part of the schema."""
        self._n_parts += 1
        if self._n_parts > MAX_PARTS:
            raise UnsupportedSchemaError(
                f"the schema has more than {MAX_PARTS} parts with its references followed"
            )
        if not isinstance(schema, dict):
            raise _unsupported(f"{json.dumps(schema)} in place of an object", at)
        for name in schema:
            if name not in _SPOKEN | _SILENT:
                raise _unsupported(repr(name), at)
        for name in _COMBINING:
            if name in schema:
                return self._combined(schema, name, at)
        if "const" in schema or "enum" in schema:
            return self._listed(schema, at)
        kinds = _types(schema, at)
        return self._terms.either(self._typed(schema, kind, at) for kind in kinds)

    def _combined(self, schema: Schema, name: str, at: str) -> int:
        """A schema that is made of others."""
        if beside := [n for n in schema if n in _SPOKEN - {name, "type"}]:
            raise _unsupported(f"{beside[0]!r} beside {name!r}", at)
        if name == "$ref":
            return self._referred(schema["$ref"], at)
        kind = {"type": schema["type"]} if "type" in schema else {}
        options = [
            self.of(kind | option if isinstance(option, dict) else option, f"{at}/{name}/{n}")
            for n, option in enumerate(_list(schema, name, at))
        ]
        if name == "allOf" and len(options) > 1:
            raise _unsupported("'allOf' with several parts", at)
        if name == "oneOf" and self._overlap(options):
            raise _unsupported("'oneOf' with parts that overlap (write anyOf)", at)
        return self._terms.either(options)

    def _overlap(self, options: Sequence[int]) -> bool:
        pairs = ((one, other) for n, one in enumerate(options) for other in options[:n])
        return any(not is_empty(self._terms, self._terms.both(pair)) for pair in pairs)

    def _referred(self, name: Any, at: str) -> int:
        """What a reference points to; nothing where it would lead into itself too deep."""
        if self._open.count(name) >= MAX_DEPTH:
            return self._terms.nothing
        self._open.append(name)
        term = self.of(self._target(name, at), name)
        self._open.pop()
        return term

    def _target(self, name: Any, at: str) -> Any:
        if not isinstance(name, str) or not name.startswith("#"):
            raise _unsupported(f"the reference {name!r} out of the schema", at)
        target = self._root
        for step in name.lstrip("#").split("/")[1:]:
            step = step.replace("~1", "/").replace("~0", "~")
            if not isinstance(target, dict) or step not in target:
                raise SchemaError(f"the schema at {at} refers to {name!r}, which is not there")
            target = target[step]
        return target

    def _listed(self, schema: Schema, at: str) -> int:
        """One of the values of `enum` or `const` that are of the schema's type."""
        if beside := [n for n in schema if n in _SPOKEN - {"enum", "const", "type"}]:
            raise _unsupported(f"{beside[0]!r} beside listed values", at)
        values = [schema["const"]] if "const" in schema else _list(schema, "enum", at)
        kinds = _types(schema, at) if "type" in schema else tuple(_TYPES)
        texts = [
            json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
            for value in values
            if any(_is_of(value, kind) for kind in kinds)
        ]
        return self._terms.either(self._terms.literal(text) for text in texts)

    def _typed(self, schema: Schema, kind: str, at: str) -> int:
        match kind:
            case "object":
                return self._object(schema, at)
            case "array":
                return self._array(schema, at)
            case "string":
                return self._string(schema, at)
            case "integer":
                return integers(self._terms, _range(schema, at))
            case "number":
                return decimals(self._terms, _range(schema, at))
        words = (b"true", b"false") if kind == "boolean" else (b"null",)
        return self._terms.either(self._terms.literal(word) for word in words)

    def _object(self, schema: Schema, at: str) -> int:
        terms, properties = self._terms, schema.get("properties", {})
        required = schema.get("required", [])
        if not isinstance(properties, dict) or not isinstance(required, list):
            raise SchemaError(f"the schema at {at} has malformed properties or required names")
        if missing := [name for name in required if name not in properties]:
            raise _unsupported(f"the required property {missing[0]!r} without a schema", at)
        if not isinstance(schema.get("additionalProperties", True), bool):
            raise _unsupported("'additionalProperties' with a schema", at)
        rest = after_comma = terms.empty
        for name, part in reversed(properties.items()):
            key = terms.literal(json.dumps(name, ensure_ascii=False).encode() + b": ")
            pair = terms.concat(key, self.of(part, f"{at}/properties/{name}"))
            behind = terms.concat(terms.literal(b", "), pair, after_comma)
            begun = terms.concat(pair, after_comma)
            is_optional = name not in required
            rest = terms.either((begun, rest)) if is_optional else begun
            after_comma = terms.either((behind, after_comma)) if is_optional else behind
        return terms.concat(terms.literal(b"{"), rest, terms.literal(b"}"))

    def _array(self, schema: Schema, at: str) -> int:
        terms, comma = self._terms, self._terms.literal(b", ")
        least, most = _bounds(schema, "minItems", "maxItems", at)
        parts = [
            self.of(part, f"{at}/prefixItems/{n}")
            for n, part in enumerate(_list(schema, "prefixItems", at))
        ]
        more = schema.get("items", False if parts else None)
        if more is False:
            tail = terms.empty if least <= len(parts) else terms.nothing
        else:
            tail = self._items(self.of(more, f"{at}/items"), least, most, len(parts))
        for n in reversed(range(len(parts))):
            longer = terms.concat(comma if n else terms.empty, parts[n], tail)
            tail = longer if most is None or n < most else terms.nothing
            tail = terms.either((tail, terms.empty)) if n >= least else tail
        return terms.concat(terms.literal(b"["), tail, terms.literal(b"]"))

    def _items(self, item: int, least: int, most: int | None, n_before: int) -> int:
        """The further items behind `n_before`, so that there are from `least` to `most` in all."""
        terms = self._terms
        fewest, highest = max(least - n_before, 0), most if most is None else most - n_before
        if highest is not None and highest <= 0:
            return terms.empty
        next_item = terms.concat(terms.literal(b", "), item)
        if n_before:
            return terms.repeat(next_item, fewest, highest)
        others = terms.repeat(next_item, max(fewest - 1, 0), highest and highest - 1)
        return terms.repeat(terms.concat(item, others), 0 if fewest == 0 else 1, 1)

    def _string(self, schema: Schema, at: str) -> int:
        terms, quote = self._terms, self._terms.literal(b'"')
        least, most = _bounds(schema, "minLength", "maxLength", at)
        body = terms.repeat(self._character, least, most)
        if "pattern" in schema:
            body = terms.both((body, self._plain_text, self._found(schema["pattern"], at)))
        if "format" in schema:
            if schema["format"] not in FORMATS:
                raise _unsupported(f"the format {schema['format']!r}", at)
            body = terms.both((body, parse(FORMATS[schema["format"]], terms)))
        return terms.concat(quote, body, quote)

    def _found(self, pattern: Any, at: str) -> int:
        """The strings in which a pattern is found, which unlike a slot's is not anchored."""
        if not isinstance(pattern, str):
            raise SchemaError(f"the schema at {at} has the pattern {pattern!r}; give a string")
        is_ending = pattern.endswith("$") and not pattern.endswith("\\$")
        core = pattern.removeprefix("^")[: -1 if is_ending else None]
        try:
            term = parse(core, self._terms)
        except PatternError as error:
            raise UnsupportedSchemaError(f"the schema at {at}: {error}") from error
        before = self._terms.empty if pattern.startswith("^") else self._plain_text
        return self._terms.concat(
            before, term, self._terms.empty if is_ending else self._plain_text
        )


def _types(schema: Schema, at: str) -> tuple[str, ...]:
    """The types a schema names, or the one that its other words imply."""
    named = schema.get("type", [_HINTS[name] for name in schema if name in _HINTS][:1])
    kinds = (named,) if isinstance(named, str) else tuple(named)
    if not kinds:
        raise _unsupported("a missing 'type'", at)
    if unknown := [kind for kind in kinds if kind not in _TYPES]:
        raise SchemaError(
            f"the schema at {at} has the type {unknown[0]!r}; know {', '.join(_TYPES)}"
        )
    return kinds


def _is_of(value: Any, kind: str) -> bool:
    return isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _list(schema: Schema, name: str, at: str) -> list[Any]:
    value = schema.get(name, [])
    if not isinstance(value, list):
        raise SchemaError(f"the schema at {at} has {name!r} {value!r}; give a list")
    return value


def _bounds(schema: Schema, least: str, most: str, at: str) -> tuple[int, int | None]:
    for name in (least, most):
        value = schema.get(name, 0)
        if not _is_of(value, "integer") or not 0 <= value <= MAX_REPEATS:
            raise _unsupported(f"{name!r} {value!r}, which is not within 0 to {MAX_REPEATS},", at)
    return schema.get(least, 0), schema.get(most)


def _range(schema: Schema, at: str) -> Range:
    """The numbers that a schema allows."""
    span = Range()
    for name, is_low, is_open in _LIMITS:
        if name not in schema:
            continue
        value = schema[name]
        if not _is_of(value, "number") or value != int(value):
            raise _unsupported(f"{name!r} {value!r}, which is not a whole number,", at)
        limit = (int(value), is_open)
        if is_low and limit > (span.low, span.is_low_open):
            span = replace(span, low=limit[0], is_low_open=is_open)
        elif not is_low and (-limit[0], is_open) > (-span.high, span.is_high_open):
            span = replace(span, high=limit[0], is_high_open=is_open)
    return span


def _unsupported(what: str, at: str) -> UnsupportedSchemaError:
    return UnsupportedSchemaError(f"the schema at {at} has {what} which the runtime cannot follow")
