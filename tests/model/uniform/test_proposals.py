from __future__ import annotations

import pytest
import torch
from torch import Tensor

from model.uniform import proposals
from model.uniform.proposals import proposals_of, propose
from tests.model.uniform.tiny import VOCABULARY, tiny_network

HIDDEN = torch.randn(7, 16, generator=torch.Generator().manual_seed(0))
POINTS = torch.linspace(0, 0.99, 7, dtype=torch.double)


@torch.inference_mode()
def test_proposals_say_what_the_distribution_at_the_temperature_is() -> None:
    network = tiny_network()
    found = propose(network, HIDDEN, 0.5, POINTS)
    share = (network.logits(HIDDEN) / 0.5).double().softmax(-1)
    assert torch.equal(found.likeliest, share.argmax(-1))
    torch.testing.assert_close(found.confidence.double(), share.amax(-1), atol=1e-6, rtol=0)
    torch.testing.assert_close(
        found.entropy.double(), -(share * share.log()).sum(-1), atol=1e-4, rtol=0
    )
    mean = share.float() @ network.embed_tokens.weight * 4.0  # 4 is the root of d_model
    torch.testing.assert_close(found.expected, mean, atol=1e-4, rtol=0)


@torch.inference_mode()
@pytest.mark.parametrize("n_rows", [1, 3, 7])
def test_piece_by_piece_is_the_same(n_rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = propose(tiny_network(), HIDDEN, 0.7, POINTS)
    monkeypatch.setattr(proposals, "MAX_SCORES", n_rows * VOCABULARY)
    pieces = propose(tiny_network(), HIDDEN, 0.7, POINTS)
    assert torch.equal(whole.likeliest, pieces.likeliest)
    assert torch.equal(whole.drawn, pieces.drawn)
    torch.testing.assert_close(whole.expected, pieces.expected)
    torch.testing.assert_close(whole.entropy, pieces.entropy)


@torch.inference_mode()
def test_no_more_scores_stand_at_once_than_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    network, sizes = tiny_network(), []
    monkeypatch.setattr(proposals, "MAX_SCORES", 2 * VOCABULARY)
    score = network.logits

    def counted(hidden: torch.Tensor) -> torch.Tensor:
        sizes.append(len(hidden))
        return score(hidden)

    monkeypatch.setattr(network, "logits", counted)
    propose(network, HIDDEN, 0.7, None)
    assert sizes == [2, 2, 2, 1]


@torch.inference_mode()
def test_a_forbidden_word_is_neither_proposed_nor_drawn_nor_expected() -> None:
    network = tiny_network()
    logits = network.logits(HIDDEN)
    logits[:, 5:] = -torch.inf
    found = proposals_of(network, logits.clone(), POINTS)
    assert found.likeliest.max() < 5
    assert found.drawn.max() < 5
    assert found.entropy.isfinite().all()
    mean = logits[:, :5].softmax(-1) @ network.embed_tokens.weight[:5] * 4.0
    torch.testing.assert_close(found.expected, mean)


class Logits:
    """Scores that are given, of a large vocabulary."""

    vocab_size = 100_000

    def logits(self, hidden: Tensor) -> Tensor:
        return hidden.clone()

    def soft_embeddings(self, probability: Tensor) -> Tensor:
        return probability[:, :1]

    def embeddings(self, ids: Tensor) -> Tensor:
        return ids[:, None].float()


@pytest.mark.parametrize("spread", [0.5, 3.0, 10.0, 30.0])
def test_entropy_stays_exact_over_a_large_vocabulary(spread: float) -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(4, Logits.vocab_size, generator=generator) * spread
    log_share = logits.double().log_softmax(-1)
    exact = -(log_share.exp() * log_share).sum(-1)
    found = propose(Logits(), logits, 1.0, None).entropy
    torch.testing.assert_close(found.double(), exact, atol=1e-4, rtol=0)
