"""Rules by their written names."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.spec import Count, Part, RuleError, Share, Within, build, named, options_of, parts_of

NAMES = st.text("abcdefgh-", min_size=1, max_size=6)
VALUES = st.text("0123456789.x", min_size=1, max_size=5)


class Sieve:
    """An example of a rule."""

    def __init__(
        self,
        threshold: Share = 0.5,
        n_cells: Count = 3,
        by: Literal["size", "weight"] = "size",
        is_wet: bool = False,
        gap: Annotated[float, Within(-1)] = 0.0,
        path: Path = Path("here"),
    ) -> None:
        self.told = (threshold, n_cells, by, is_wet, gap, path)


class Lid:
    """An example of a rule around another."""

    def __init__(self, inner: Sieve, height: Count = 1) -> None:
        self.inner, self.height = inner, height


def built(written: str) -> tuple[object, ...]:
    (part,) = parts_of(written)
    return build(Sieve, part).told


@given(st.lists(st.tuples(NAMES, st.dictionaries(NAMES, VALUES, max_size=3)), min_size=1))
def test_what_is_written_is_read_back(rules: list[tuple[str, dict[str, str]]]) -> None:
    texts = []
    for name, options in rules:
        pairs = ",".join(f"{key}={value}" for key, value in options.items())
        texts.append(f"{name}:{pairs}" if pairs else name)
    assert parts_of("+".join(texts)) == tuple(Part(name, options) for name, options in rules)


def test_options_are_the_constructors_parameters_with_their_kinds_and_defaults() -> None:
    assert built("sieve") == (0.5, 3, "size", False, 0.0, Path("here"))
    assert built("sieve: threshold=1 , n_cells=9,by=weight,is_wet=yes,gap=-.5,path=a/b") == (
        *(1.0, 9, "weight", True, -0.5),
        Path("a/b"),
    )
    assert list(options_of(Sieve)) == ["threshold", "n_cells", "by", "is_wet", "gap", "path"]
    assert list(options_of(Lid)) == ["height"]


def test_a_fill_gives_what_is_not_written() -> None:
    (part,) = parts_of("sieve:n_cells=2")
    told = build(Sieve, part, {"threshold": 0.7, "n_cells": 8, "seed": 1, "gap": None}).told
    assert told[:2] == (0.7, 2)
    assert told[4] == 0.0
    lid = build(Lid, Part("lid", {"height": "4"}), {}, (Sieve(),))
    assert (lid.height, lid.inner.told[0]) == (4, 0.5)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("sieve:threshold=1.5", ["sieve", "threshold", "'1.5'", "a number, 0 to 1"]),
        ("sieve:threshold=nan", ["threshold", "'nan'"]),
        ("sieve:n_cells=0", ["n_cells", "'0'", "a whole number, at least 1"]),
        ("sieve:n_cells=2.5", ["n_cells", "'2.5'"]),
        ("sieve:by=colour", ["by", "'colour'", "size or weight"]),
        ("sieve:is_wet=perhaps", ["is_wet", "'perhaps'", "yes or no"]),
        ("sieve:colour=red", ["sieve", "'colour'", "threshold (a number, 0 to 1)", "n_cells"]),
        ("sieve:threshold", ["'sieve:threshold'", "name:key=value"]),
        ("sieve:", ["name:key=value"]),
        ("", ["name:key=value"]),
        ("sieve:by=", ["name:key=value"]),
        ("sieve:by=size,by=weight", ["twice"]),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(written: str, words: list[str]) -> None:
    with pytest.raises(RuleError) as refused:
        built(written)
    message = str(refused.value)
    assert "\n" not in message
    assert [word for word in words if word not in message] == []


def test_an_unknown_name_is_refused_with_the_choices() -> None:
    assert named("select rule", "a", {"a": 1}) == "a"
    with pytest.raises(RuleError, match="no select rule 'b'; choose one of a, c"):
        named("select rule", "b", ("a", "c"))
