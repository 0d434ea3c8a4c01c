"""Threshold, factor, entropy bound and CAD against their definitions."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.decode.adaptive import ConfidenceAdaptive
from model.decode.entropy_bound import EntropyBound
from model.decode.factor import Factor
from model.decode.threshold import Threshold
from tests.model.scored import revealed, revealed_of, scores_of
from tests.model.views import view_of

PERCENTS = st.lists(st.integers(0, 100), min_size=1, max_size=20)
FINE = st.lists(st.integers(0, 4096).map(lambda n: n / 4096), min_size=1, max_size=12)


@given(PERCENTS, st.integers(0, 101))
def test_threshold_reveals_all_that_are_sure_and_never_none(values: list[int], bar: int) -> None:
    taken = revealed_of(Threshold(bar / 100 - 0.001), [value / 100 for value in values])
    sure = [i for i, value in enumerate(values) if value >= bar]
    assert taken == (sure or [values.index(max(values))])


def by_sureness(values: list[float]) -> list[int]:
    return sorted(range(len(values)), key=lambda i: (-values[i], i))


@given(FINE, st.sampled_from([0.0, 0.25, 1.0, 2.0, 100.0]))
def test_factor_reveals_the_longest_prefix_that_qualifies(
    values: list[float], factor: float
) -> None:
    ranked, n = by_sureness(values), 0
    while n < len(values) and (n + 2) * (1 - values[ranked[n]]) < factor:
        n += 1
    assert revealed_of(Factor(factor), values) == sorted(ranked[: max(n, 1)])


def test_factor_one_reveals_what_greedy_decoding_would() -> None:
    assert revealed_of(Factor(), [0.68, 0.67, 0.76, 0.81]) == [2, 3]  # 3(1 - .76) < 1 <= 4(1 - .68)
    assert revealed_of(Factor(), [0.4, 0.3]) == [0]


@given(st.lists(st.integers(0, 64), min_size=1, max_size=10), st.integers(0, 200), st.data())
def test_the_entropy_bound_takes_as_many_as_it_allows(
    entropies: list[int], bound: int, data: st.DataObject
) -> None:
    values = data.draw(st.permutations([n / 16 for n in range(len(entropies))]))
    rule = EntropyBound(bound / 16)
    scores = scores_of(values, entropy=[n / 16 for n in entropies])
    ranked = by_sureness(values)
    allowed = [
        k
        for k in range(1, len(ranked) + 1)
        if sum(h := [entropies[i] for i in ranked[:k]]) - max(h) <= bound
    ]
    assert revealed(rule, view_of([True] * len(values)), scores) == sorted(ranked[: max(allowed)])


def test_the_entropy_bound_may_rank_by_entropy() -> None:
    scores = scores_of([0.9, 0.8, 0.7], entropy=[0.5, 0.25, 0.0])
    view = view_of([True] * 3)
    assert revealed(EntropyBound(0.25, "entropy"), view, scores) == [0, 1, 2]
    assert revealed(EntropyBound(0.2, "entropy"), view, scores) == [1, 2]
    assert revealed(EntropyBound(0.2, "confidence"), view, scores) == [0]


@pytest.mark.parametrize(
    ("n_sure", "n_taken"), [(0, 2), (1, 2), (2, 2), (3, 3), (4, 4), (5, 4), (8, 4)]
)
def test_cad_counts_the_sure_between_its_limits(n_sure: int, n_taken: int) -> None:
    values = [0.96 + n / 1000 for n in range(n_sure)] + [0.1 + n / 100 for n in range(8 - n_sure)]
    rule = ConfidenceAdaptive(low=2, high=4)
    assert revealed_of(rule, values) == sorted(by_sureness(values)[:n_taken])


@pytest.mark.parametrize(("n_revealed", "expected"), [(0, [7]), (4, [5])])
def test_cad_finds_no_early_stop_sure(n_revealed: int, expected: list[int]) -> None:
    masks = [n >= n_revealed for n in range(8)]
    sure = {5: 0.94, 7: 0.5}
    values = [sure.get(n, 0.1) for n in range(n_revealed, 8)]
    tokens = [9 if n == 5 else 1 for n in range(n_revealed, 8)]
    view = view_of(masks, stop_ids=(9,))
    assert revealed(ConfidenceAdaptive(), view, scores_of(values, token=tokens)) == expected
    assert math.isclose(view.progress, n_revealed / 8)
