"""Recipes by name."""

from __future__ import annotations

import pytest

from model.recipes.registry import PAIRED, RECIPES, recipe
from model.spec import RuleError
from tests.model.tiny import tiny_engine


def test_a_recipe_is_made_with_its_options() -> None:
    assert recipe("explore:forks=4", tiny_engine()).name == "tiny-explore"
    assert {type(recipe(name, tiny_engine())) for name in RECIPES} == set(RECIPES.values())


def test_a_recipe_of_two_models_is_made_with_both() -> None:
    engine, second = tiny_engine(), tiny_engine(1)
    assert {type(recipe(name, engine, second)) for name in PAIRED} == set(PAIRED.values())


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("stitch", "no recipe 'stitch'; choose one of explore"),
        ("explore:forks=0", "forks is '0'; it takes a whole number, at least 1"),
        ("explore+prompted", "recipes stand alone"),
        ("guided", "needs a second, autoregressive model"),
        ("verify:ratio=2", "ratio is '2'; it takes a number, 0 to 1"),
        ("prompted:share=1", r"no option 'share'; it has ratio .a number, 0 to 1."),
    ],
)
def test_a_name_that_cannot_be_is_refused(written: str, message: str) -> None:
    with pytest.raises(RuleError, match=message):
        recipe(written, tiny_engine())
