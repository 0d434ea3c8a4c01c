"""ODD against its definition, and siblings in a batch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model.recipes.diverse import Diverse, gradients, residual, summary
from model.types import DecodeParams, Slot, Template
from tests.model.tiny import is_valid_plan, plan_template, tiny_engine

TEXT = Template("a b c", (Slot("text", 6),))
STEPS = DecodeParams(select="top-k", max_steps=6)


@given(st.integers(1, 4), st.integers(0, 99))
def test_the_residual_is_what_least_squares_leaves(n: int, seed: int) -> None:
    draws = np.random.default_rng(seed).normal(size=(n + 1, 7))
    *before, vector = draws
    basis: list[torch.Tensor] = []
    for row in before:
        left = residual(torch.tensor(row), basis)
        basis.append(left / left.norm())
    weights = np.linalg.lstsq(np.array(before).T, vector, rcond=None)[0]
    expected = vector - np.array(before).T @ weights
    assert residual(torch.tensor(vector), basis).numpy() == pytest.approx(expected, abs=1e-8)


def test_a_sibling_is_summed_up_by_its_likeliest_words() -> None:
    probability = torch.tensor([[0.6, 0.3, 0.1], [0.2, 0.7, 0.1]])
    found = summary(probability, torch.tensor([0.0, 0.0, 1.0]))
    assert found.tolist() == pytest.approx((np.array([0.6, 0.7, 1.0]) / 1.85**0.5).tolist())


def apartness(rows: torch.Tensor, held: torch.Tensor, basis: list[torch.Tensor]) -> float:
    return float(residual(summary(rows.softmax(1), held), basis).norm())


def test_the_push_is_the_gradient_of_what_sets_a_sibling_apart() -> None:
    torch.manual_seed(0)
    first, second = (torch.randn(3, 5, dtype=torch.double, requires_grad=True) for _ in range(2))
    held = [torch.zeros(5, dtype=torch.double), torch.eye(5, dtype=torch.double)[2]]
    push_first, push = gradients([first, second], held)
    assert not push_first.any()
    basis = [summary(first.softmax(1), held[0]).detach()]
    numeric = torch.zeros_like(second)
    for place in np.ndindex(3, 5):
        step = torch.zeros_like(second)
        step[place] = 1e-6
        up, down = (apartness(second.detach() + s, held[1], basis) for s in (step, -step))
        numeric[place] = -(up - down) / 2e-6
    numeric = numeric / numeric.norm(dim=1).max()
    torch.testing.assert_close(push, numeric.detach(), atol=1e-5, rtol=0)


def test_the_first_sibling_is_untouched_and_the_others_differ() -> None:
    alone = tiny_engine().fill(TEXT, STEPS)
    plain = Diverse(tiny_engine(), strength=0).fill_apart(TEXT, STEPS, 4)
    apart = Diverse(tiny_engine(), strength=200).fill_apart(TEXT, STEPS, 4)
    assert apart[0].values == alone.values
    assert {filling.values["text"] for filling in plain} == {alone.values["text"]}
    assert len({filling.values["text"] for filling in apart}) == 4


def test_the_same_seeds_give_the_same_siblings_and_the_grammar_holds() -> None:
    params = DecodeParams(select="top-k", max_steps=4, temperature=1.0, seed=3)
    runs = [Diverse(tiny_engine()).fill_apart(plan_template(2), params, 3) for _ in range(2)]
    assert [f.values for f in runs[0]] == [f.values for f in runs[1]]
    assert all(is_valid_plan(filling.values, 2) for filling in runs[0])
    assert runs[0][0].values == tiny_engine().fill(plan_template(2), params).values
