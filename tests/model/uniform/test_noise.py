from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from model.uniform.noise import SeededNoise, draw

WEIGHTS = st.lists(st.integers(0, 4), min_size=2, max_size=9).filter(any)


def test_equal_seeds_give_equal_noise() -> None:
    first, second, other = (SeededNoise(seed, 1000) for seed in (3, 3, 4))
    assert torch.equal(first.canvas(20), second.canvas(20))
    assert torch.equal(first.step(20).points, second.step(20).points)
    assert not torch.equal(first.canvas(20), other.canvas(20))


def test_noise_is_uniform_over_the_whole_vocabulary() -> None:
    words = SeededNoise(0, 5).canvas(5000)
    assert torch.bincount(words, minlength=5).sub(1000).abs().max() < 150


@given(WEIGHTS, st.floats(0, 1, exclude_max=True))
def test_a_draw_is_the_word_whose_share_holds_the_point(weights: list[int], point: float) -> None:
    shares = torch.tensor([weights], dtype=torch.double) / sum(weights)
    (word,) = draw(shares.float(), torch.tensor([point], dtype=torch.double)).tolist()
    below, upto = shares[0, :word].sum(), shares[0, : word + 1].sum()
    assert weights[word] > 0
    assert below - 1e-6 <= point <= upto + 1e-6


def test_the_last_point_draws_the_last_possible_word() -> None:
    shares = torch.tensor([[0.0, 0.3, 0.7, 0.0]])
    assert draw(shares, torch.tensor([1.0], dtype=torch.double)).tolist() == [2]
    assert draw(shares, torch.tensor([0.0], dtype=torch.double)).tolist() == [1]


def test_draws_from_many_words_pass_their_points_too() -> None:
    shares = torch.rand(50, 5000, generator=torch.Generator().manual_seed(0)) ** 20
    shares[:, ::3] = 0.0
    shares /= shares.sum(1, keepdim=True)
    points = torch.linspace(0, 1, 50, dtype=torch.double)
    summed = shares.double().cumsum(1)
    targets = (points * summed[:, -1])[:, None]
    words = draw(shares, points)
    assert (shares.gather(1, words[:, None]) > 0).all()
    upto = summed.gather(1, words[:, None])
    assert (upto >= targets - 1e-9).all()
    assert (upto - shares.gather(1, words[:, None]) <= targets + 1e-9).all()
