"""Scores of given logits: the kernel against its torch reference, over awkward shapes."""

from __future__ import annotations

from types import ModuleType

import pytest
import torch
from torch import Tensor

from model.kernels.confidence import (
    Masks,
    Scores,
    score,
    score_reference,
    take_confident,
    take_confident_reference,
)

TOLERANCE = 1e-5  # everything is accumulated in float32, whatever the logits are
SHAPES = [(1, 1), (3, 7), (3, 63), (2, 64), (5, 1003), (2, 4096), (2, 4097), (1, 9001)]


@pytest.fixture(name="kernels")
def _kernels(poisoned_memory: None) -> ModuleType:
    pytest.importorskip("triton", reason="Triton is not installed")
    from model.kernels import confidence_triton

    return confidence_triton


def assert_scores(actual: Scores, expected: Scores, tolerance: float = TOLERANCE) -> None:
    assert torch.equal(actual.token, expected.token)
    for name in ("confidence", "margin", "entropy"):
        torch.testing.assert_close(
            getattr(actual, name), getattr(expected, name), atol=tolerance, rtol=tolerance
        )


def some_words(n_rows: int, n_words: int) -> Tensor:
    """A random mask that leaves every row a word."""
    mask = torch.rand(n_rows, n_words) < 0.3
    mask[torch.arange(n_rows), torch.randint(n_words, (n_rows,))] = True
    return mask


@pytest.mark.parametrize("shape", SHAPES)
def test_score_equals_its_reference(kernels: ModuleType, shape: tuple[int, int]) -> None:
    logits = torch.randn(shape) * 4
    assert_scores(kernels.score(logits, Masks(), None, 0.0), score_reference(logits, Masks()))


@pytest.mark.parametrize("shape", SHAPES)
def test_masked_and_noisy_scores_equal_their_reference(
    kernels: ModuleType, shape: tuple[int, int]
) -> None:
    logits = (torch.randn(shape) * 4).bfloat16()
    allowed, noise = some_words(*shape), torch.randn(shape)
    choice = allowed & some_words(*shape)
    choice |= allowed & ~choice.any(1, keepdim=True)
    for masks in (Masks(allowed), Masks(allowed, choice)):
        expected = score_reference(logits, masks, noise, 0.7)
        assert_scores(kernels.score(logits, masks, noise, 0.7), expected)


def test_score_reads_strided_rows(kernels: ModuleType) -> None:
    wide = torch.randn(4, 50)
    actual = kernels.score(wide[:, 3:40], Masks(), None, 0.0)
    assert_scores(actual, score_reference(wide[:, 3:40], Masks()))
    with pytest.raises(ValueError, match="not rows of contiguous words"):
        kernels.score(wide.T, Masks(), None, 0.0)


def test_extreme_logits_stay_finite(kernels: ModuleType) -> None:
    logits = torch.full((3, 5000), -3e4)
    logits[0, 4999] = 3e4
    logits[1, :] = 3e4
    logits[2, 17] = -torch.inf
    expected = score_reference(logits, Masks())
    assert_scores(kernels.score(logits, Masks(), None, 0.0), expected, 1e-4)


def test_ties_go_to_the_lowest_word(kernels: ModuleType) -> None:
    logits = torch.zeros(2, 9000)
    assert kernels.score(logits, Masks(), None, 0.0).token.tolist() == [0, 0]
    assert score_reference(logits, Masks()).token.tolist() == [0, 0]


def test_no_rows_give_no_scores(kernels: ModuleType) -> None:
    empty = torch.empty(0, 7)
    assert kernels.score(empty, Masks(), None, 0.0).token.shape == (0,)
    assert kernels.take_confident(empty, empty.bool(), 0.5).shape == (0, 7)


@pytest.mark.parametrize("n_cells", [1, 7, 65])
@pytest.mark.parametrize("threshold", [0.0, 0.5, 1.1])
def test_take_confident_equals_its_reference(
    kernels: ModuleType, n_cells: int, threshold: float
) -> None:
    confidence = (torch.rand(6, n_cells) * 8).round() / 8
    eligible = torch.rand(6, n_cells) < 0.5
    eligible[0] = False
    actual = kernels.take_confident(confidence, eligible, threshold)
    assert torch.equal(actual, take_confident_reference(confidence, eligible, threshold))


def test_the_reference_follows_its_definition() -> None:
    logits = torch.tensor([[1.0, 3.0, 2.0, 9.0]])
    allowed = torch.tensor([[True, True, True, False]])
    scores = score(logits, Masks(allowed, torch.tensor([[True, False, True, False]])))
    probability = logits[0, :3].softmax(0)
    assert scores.token.tolist() == [2]
    assert float(scores.confidence) == pytest.approx(float(probability[2]))
    assert float(scores.margin) == pytest.approx(float(probability[2] - probability[1]))
    assert float(scores.entropy) == pytest.approx(float(-(probability * probability.log()).sum()))


def test_noise_moves_the_token_and_not_its_confidence() -> None:
    logits = torch.tensor([[2.0, 1.0, 0.0]])
    scores = score(logits, Masks(), torch.tensor([[0.0, 0.0, 5.0]]), temperature=1.0)
    assert scores.token.tolist() == [2]
    assert float(scores.confidence) == pytest.approx(float(logits[0].softmax(0)[2]))


def test_taking_skips_what_is_not_eligible() -> None:
    confidence = torch.tensor([[0.9, 0.2, 0.8], [0.9, 0.2, 0.1], [0.9, 0.2, 0.1]])
    eligible = torch.tensor([[False, True, True], [False, True, True], [False, False, False]])
    taken = take_confident(confidence, eligible, 0.7)
    assert taken.tolist() == [[False, False, True], [False, True, False], [False, False, False]]
