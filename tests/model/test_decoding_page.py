"""docs/decoding.md tells every rule, every option and its default, and what was measured."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from model.decode.registry import AROUND, SELECT, SHORT
from model.published import PUBLISHED
from model.recipes.registry import PAIRED, RECIPES
from model.remask.registry import REMASK
from model.spec import options_of

PAGE = (Path(__file__).parents[2] / "docs" / "decoding.md").read_text("utf-8")
RULES: Mapping[str, Callable[..., Any]] = {**SELECT, **AROUND, **REMASK, **RECIPES, **PAIRED}
TOLD = re.compile(r"`(\w+)`(?: \(([^:;)]+)[^)]*\))?")


def rows() -> Iterator[tuple[list[str], list[str]]]:
    """The rows of the tables of rules: the names, and the cells behind them."""
    told = PAGE.partition("## Families as published")[0]
    for line in told.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `") and len(cells) == 5:
            yield re.findall(r"`([^`]+)`", cells[0]), cells[1:]


def said(default: object) -> str:
    if isinstance(default, bool):
        return "yes" if default else "no"
    return f"{default:g}" if isinstance(default, int | float) else str(default)


def test_every_rule_has_its_row_and_no_row_tells_of_another() -> None:
    names = [name for found, _ in rows() for name in found]
    aliases = {name for name in SHORT if name not in AROUND}
    assert sorted(names) == sorted({*RULES, *aliases})


def test_rows_are_complete() -> None:
    for names, (what, source, when, _) in rows():
        assert what.endswith("."), names
        assert source, names
        assert when, names


@pytest.mark.parametrize("name", sorted(RULES))
def test_options_and_defaults_are_those_of_the_rule(name: str) -> None:
    cell = next(cells[-1] for names, cells in rows() if name in names)
    told = {option: default.split(",")[0] for option, default in TOLD.findall(cell)}
    known = options_of(RULES[name])
    assert list(told) == list(known)
    shown = {option: default for option, default in told.items() if default}
    assert shown == {option: said(known[option].default) for option in shown}


def test_every_published_decoder_is_named() -> None:
    assert [name for name in PUBLISHED if f"`{name}`" not in PAGE] == []


def test_every_rule_was_measured_or_it_is_said_why_not() -> None:
    measured = PAGE.partition("## Measured")[2]
    assert [name for name in RULES if not re.search(rf"\b{re.escape(name)}\b", measured)] == []
