"""Counter-based noise: the published numbers, and the same draws however they are asked for."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from model.kernels.noise import Draw, gumbel, philox


def words(*values: int) -> tuple[Tensor, ...]:
    return tuple(torch.tensor([value]) for value in values)


@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [
        ((0,) * 4, (0,) * 2, (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        (
            (0xFFFFFFFF,) * 4,
            (0xFFFFFFFF,) * 2,
            (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD),
        ),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_philox_gives_its_published_words(
    counter: tuple[int, ...], key: tuple[int, int], expected: tuple[int, ...]
) -> None:
    """The known answers that come with Random123 (kat_vectors, philox4x32 10)."""
    first, second = words(*key)
    assert tuple(int(word) for word in philox(words(*counter), (first, second))) == expected


def test_a_range_of_words_has_the_noise_that_the_whole_vocabulary_gives_it() -> None:
    draw = Draw.of(5, torch.tensor([3, 900]), 2, 1.0, 1.0)
    whole = gumbel(draw, slice(0, 50))
    for start, stop in ((0, 4), (1, 2), (7, 50), (48, 50)):
        assert torch.equal(gumbel(draw, slice(start, stop)), whole[:, start:stop])


def test_a_row_draws_alike_in_any_batch_and_unlike_any_other() -> None:
    places = torch.tensor([0, 1, 2])
    batch = gumbel(Draw.of(7, places, 4, 1.0, 1.0), slice(0, 33))
    assert torch.equal(gumbel(Draw.of(7, places[1:2], 4, 1.0, 1.0), slice(0, 33)), batch[1:2])
    others = (
        gumbel(Draw.of(8, places, 4, 1.0, 1.0), slice(0, 33)),
        gumbel(Draw.of(7, places, 5, 1.0, 1.0), slice(0, 33)),
        gumbel(Draw.of(7, places + 3, 4, 1.0, 1.0), slice(0, 33)),
        gumbel(Draw.of(7 + 2**40, places, 4, 1.0, 1.0), slice(0, 33)),
    )
    assert not any((batch == other).any() for other in others)


def test_any_integer_is_a_seed() -> None:
    place = torch.tensor([0])
    for seed in (-1, 2**63, 2**64 - 1, 2**70 + 3):
        assert gumbel(Draw.of(seed, place, 0, 1.0, 1.0), slice(0, 9)).isfinite().all()


def test_samples_follow_their_distribution() -> None:
    """A chi-square test at one in a million, over 20,000 draws with fixed seeds."""
    probability = torch.tensor([0.5, 0.25, 0.15, 0.07, 0.03])
    n_draws = 20000
    noise = gumbel(Draw.of(1, torch.arange(n_draws), 0, 1.0, 1.0), slice(0, 5))
    seen = torch.bincount((probability.log() + noise).argmax(1), minlength=5)
    expected = n_draws * probability
    assert float(((seen - expected) ** 2 / expected).sum()) < 33.4
