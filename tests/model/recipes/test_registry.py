"""Recipes by name."""

from __future__ import annotations

import pytest

from model.recipes.registry import RECIPES, recipe
from model.spec import RuleError
from tests.model.tiny import tiny_engine


def test_a_recipe_is_made_with_its_options() -> None:
    assert recipe("explore:forks=4", tiny_engine()).name == "tiny-explore"
    assert {type(recipe(name, tiny_engine())) for name in RECIPES} == set(RECIPES.values())


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("stitch", "no recipe 'stitch'; choose one of explore"),
        ("explore:forks=0", "forks is '0'; it takes a whole number, at least 1"),
        ("explore+prompted", "recipes stand alone"),
        ("prompted:share=1", r"no option 'share'; it has ratio .a number, 0 to 1."),
    ],
)
def test_a_name_that_cannot_be_is_refused(written: str, message: str) -> None:
    with pytest.raises(RuleError, match=message):
        recipe(written, tiny_engine())
