"""What is left to draw from, and what a text's end leaves to tell: against their definitions."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model.errors import ModelError
from model.sampling import Sampling, likeliest, nucleus
from model.schedule import decay, helping
from model.stopping import n_until_stop, start_of_stop, tellable

ROWS = st.lists(st.integers(-40, 40), min_size=1, max_size=12, unique=True)


@given(ROWS, st.integers(0, 14))
def test_the_likeliest_words_are_kept(row: list[int], n_words: int) -> None:
    kept = likeliest(torch.tensor([row]).float(), n_words)[0] > -torch.inf
    wanted = set(sorted(row, reverse=True)[: n_words or None])
    assert [word for word, stays in zip(row, kept.tolist(), strict=True) if stays] == [
        word for word in row if word in wanted
    ]


@given(ROWS, st.floats(0.01, 1))
def test_the_nucleus_is_the_smallest_set_with_the_mass(row: list[int], mass: float) -> None:
    logits = torch.tensor([row]).double() / 8
    kept = nucleus(logits, mass)[0] > -torch.inf
    probability = logits.softmax(-1)[0]
    ranked = sorted(probability.tolist(), reverse=True)
    sizes = [n for n in range(1, len(row) + 1) if sum(ranked[:n]) >= mass - 1e-9]
    assert int(kept.sum()) == (sizes[0] if sizes and mass < 1 else len(row))
    assert sorted(probability[kept].tolist(), reverse=True) == ranked[: int(kept.sum())]


def test_confidence_speaks_of_the_distribution_drawn_from_or_of_the_plain_one() -> None:
    logits = torch.tensor([[2.0, 1.0, 0.0]])
    shaped = Sampling(0.5, is_raw=False).limited(2, 1.0).shaped(logits)
    assert torch.equal(shaped, torch.tensor([[4.0, 2.0, -torch.inf]]))
    plain = Sampling(0.5, is_raw=True).limited(2, 1.0).shaped(logits)
    assert torch.equal(plain, torch.tensor([[2.0, 1.0, -torch.inf]]))
    assert torch.equal(Sampling(0.0).limited(1, 0.1).shaped(logits), logits)


@pytest.mark.parametrize("is_raw", [True, False])
def test_draws_follow_the_tempered_distribution(is_raw: bool) -> None:
    logits = torch.tensor([[1.0, 0.0, -1.0]]).repeat(20000, 1)
    sampling = Sampling(2.0, seed=3, is_raw=is_raw)
    noise = sampling.noise(logits, torch.arange(len(logits)))
    drawn = noise.added_to(sampling.shaped(logits)).argmax(-1)
    share = torch.bincount(drawn, minlength=3) / len(drawn)
    torch.testing.assert_close(share, (logits[0] / 2).softmax(-1), atol=0.015, rtol=0)


@given(st.integers(0, 60), st.integers(1, 40))
def test_helpings_make_up_the_whole_and_the_first_are_the_larger(n: int, n_steps: int) -> None:
    shares = [helping(n, n_steps, step) for step in range(1, n_steps + 1)]
    assert sum(shares) == n
    assert shares == sorted(shares, reverse=True)
    assert shares[0] - shares[-1] <= 1


@given(st.integers(0, 200), st.integers(1, 60))
def test_the_last_step_of_a_decay_takes_the_rest(n: int, n_steps: int) -> None:
    left = n
    for step in range(1, n_steps + 1):
        taken = decay(left, n_steps, step, 1e-3)
        assert 0 <= taken <= left
        left -= taken
    assert left == 0


def test_limits_that_are_no_limits_are_refused() -> None:
    for top_k, top_p in ((-1, 1.0), (0, 0.0), (0, 1.5)):
        with pytest.raises(ModelError):
            Sampling().limited(top_k, top_p)


def test_a_stop_id_is_counted_in() -> None:
    assert n_until_stop([4, 7, 9, 7], (7, 9)) == 2
    assert n_until_stop([4], (7,)) is None
    assert n_until_stop([4], ()) is None


@given(st.text("abc", max_size=12), st.lists(st.text("abc", min_size=1, max_size=4), max_size=3))
def test_what_was_told_is_never_taken_back(text: str, stops: list[str]) -> None:
    told = ""
    for end in range(len(text) + 1):
        seen = text[:end]
        if start_of_stop(seen, stops) is not None:
            break
        more = tellable(seen, stops)
        assert more.startswith(told)
        told = more
    final = text[: start_of_stop(text, stops)]
    assert final.startswith(told)


def test_half_a_character_is_not_told() -> None:
    assert tellable("ab\ufffd", ()) == "ab"
    assert tellable("one END", ("ENDED",)) == "one "
