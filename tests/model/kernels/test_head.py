"""Proposals straight from hidden states: the kernel, its reference, and the plain way over written logits."""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import Tensor
from torch._ops import OpOverload
from torch.utils._python_dispatch import TorchDispatchMode

from model.kernels import head as head_module
from model.kernels import output
from model.kernels.bits import pack, unpack
from model.kernels.confidence import score_reference
from model.kernels.head import Draw, Head, propose, propose_reference
from model.kernels.noise import gumbel
from model.kernels.scores import Masks, Scores

TOLERANCE = 2e-5
SHAPES = [(1, 1, 17), (3, 5, 17), (1, 300, 64), (17, 129, 65), (70, 257, 96)]


@pytest.fixture(name="kernels")
def _kernels(poisoned_memory: None) -> ModuleType:
    pytest.importorskip("triton", reason="Triton is not installed")
    from model.kernels import head_triton

    return head_triton


def assert_scores(actual: Scores, expected: Scores, tolerance: float = TOLERANCE) -> None:
    assert torch.equal(actual.token, expected.token)
    for name in ("confidence", "margin", "entropy"):
        torch.testing.assert_close(
            getattr(actual, name), getattr(expected, name), atol=tolerance, rtol=tolerance
        )


def some_rows(shape: tuple[int, int, int], seed: int = 0) -> tuple[Tensor, Tensor]:
    torch.manual_seed(seed)
    n_rows, n_words, width = shape
    return torch.randn(n_rows, width), torch.randn(n_words, width) * 2 / width**0.5


def some_words(n_rows: int, n_words: int) -> Tensor:
    """A random mask that leaves every row a word."""
    mask = torch.rand(n_rows, n_words) < 0.3
    mask[torch.arange(n_rows), torch.randint(n_words, (n_rows,))] = True
    return mask


def some_draw(n_rows: int, scale: float = 1.0, weight: float = 0.8) -> Draw:
    """Draws for most rows; every third takes the likeliest."""
    drawn = Draw.of(3, torch.arange(n_rows) + 40, 2, scale, weight)
    drawn.weight[::3] = 0.0
    return drawn


def plain(
    hidden: Tensor, head: Head, allowed: Tensor | None = None, draw: Draw | None = None
) -> Scores:
    """The definition: all logits, their softmax, the noise on top."""
    assert head.weight is not None
    logits = hidden.float() @ head.weight.float().T
    if draw is not None:
        logits = logits * draw.scale[:, None]
    if head.banned >= 0:
        logits[:, head.banned] = -torch.inf
    noise = None if draw is None else gumbel(draw, slice(0, logits.shape[1])) * draw.weight[:, None]
    return score_reference(logits, Masks(allowed), noise, 1.0)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("scale", [1.0, 1.25])
def test_the_kernel_equals_its_reference(
    kernels: ModuleType, shape: tuple[int, int, int], scale: float
) -> None:
    hidden, weight = some_rows(shape)
    bits = pack(some_words(*shape[:2]))
    for allowed in (None, bits):
        for draw in (None, some_draw(shape[0], scale)):
            actual = kernels.propose(hidden, Head(weight), allowed, draw)
            expected = propose_reference(hidden, Head(weight), allowed, draw)
            assert_scores(actual, expected)
            torch.testing.assert_close(actual.favourite, expected.favourite)


def test_the_kernel_takes_bfloat16(kernels: ModuleType) -> None:
    hidden, weight = (part.bfloat16() for part in some_rows((5, 300, 17)))
    expected = propose_reference(hidden.float(), Head(weight.float(), 4))
    assert_scores(kernels.propose(hidden, Head(weight, 4), None, None), expected)


def test_the_kernel_reads_strided_rows(kernels: ModuleType) -> None:
    hidden, weight = some_rows((4, 40, 50))
    bits = pack(some_words(8, 40))[::2]
    for some in (hidden[:, 3:20], hidden[:, 3:20].T.contiguous().T):
        narrow = Head(weight[:, 5:22])
        assert_scores(
            kernels.propose(some, narrow, bits, None), propose_reference(some, narrow, bits)
        )


def test_the_kernel_gives_no_scores_for_no_rows(kernels: ModuleType) -> None:
    hidden, weight = some_rows((0, 7, 3))
    assert kernels.propose(hidden, Head(weight), None, None).token.shape == (0,)
    assert propose_reference(hidden, Head(weight)).token.shape == (0,)


def test_the_one_allowed_word_is_proposed_with_certainty(kernels: ModuleType) -> None:
    hidden, weight = some_rows((3, 400, 17))
    mask = torch.zeros(3, 400, dtype=torch.bool)
    mask[torch.arange(3), torch.tensor([0, 200, 399])] = True
    for way in (kernels.propose, propose_reference):
        for draw in (None, some_draw(3, 0.2)):
            scores = way(hidden * 1e4, Head(weight), pack(mask), draw)
            assert scores.token.tolist() == [0, 200, 399]
            assert scores.confidence.tolist() == scores.margin.tolist() == [1.0] * 3
            assert scores.entropy.tolist() == pytest.approx([0.0] * 3, abs=1e-20)


def test_huge_logits_stay_finite(kernels: ModuleType) -> None:
    hidden, weight = some_rows((4, 300, 17))
    expected = plain(hidden * 1e4, Head(weight))
    for way in (kernels.propose, propose_reference):
        assert_scores(way(hidden * 1e4, Head(weight), None, None), expected, 1e-3)


def test_ties_go_to_the_lowest_word(kernels: ModuleType) -> None:
    hidden, weight = torch.zeros(2, 17), torch.zeros(2500, 17)
    for way in (kernels.propose, propose_reference):
        scores = way(hidden, Head(weight, 0), None, None)
        assert scores.token.tolist() == [1, 1]
        assert scores.margin.tolist() == [0.0, 0.0]


def test_a_fresh_batch_or_another_tiling_draws_the_same(
    kernels: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden, weight = some_rows((6, 2500, 16))
    draw = Draw.of(11, torch.arange(6), 1, 1.0, 3.0)
    tokens = propose_reference(hidden, Head(weight), None, draw).token
    assert not torch.equal(tokens, propose_reference(hidden, Head(weight)).token)
    assert torch.equal(kernels.propose(hidden, Head(weight), None, draw).token, tokens)
    monkeypatch.setattr(head_module, "MIN_TILE", 32)
    monkeypatch.setattr(head_module, "TILE_ELEMENTS", 1)
    assert torch.equal(propose_reference(hidden, Head(weight), None, draw).token, tokens)
    alone = Draw.of(11, torch.tensor([4]), 1, 1.0, 3.0)
    assert torch.equal(propose_reference(hidden[4:5], Head(weight), None, alone).token, tokens[4:5])


@pytest.mark.parametrize("tile", [1, 1 << 19])
@pytest.mark.parametrize("shape", [(1, 1, 8), (3, 1030, 8), (9, 4000, 8)])
def test_the_reference_follows_its_definition(
    shape: tuple[int, int, int], tile: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(head_module, "TILE_ELEMENTS", tile)
    hidden, weight = some_rows(shape)
    mask = some_words(*shape[:2])
    for head in (Head(weight), Head(weight, shape[1] // 2 if shape[1] > 1 else -1)):
        mask[:, head.banned] = False
        mask[:, 0] = True
        for draw in (None, some_draw(shape[0]), some_draw(shape[0], 0.5, 1.0)):
            assert_scores(propose(hidden, head, None, draw), plain(hidden, head, None, draw))
            masked = propose(hidden, head, pack(mask), draw)
            assert_scores(masked, plain(hidden, head, mask, draw))
            torch.testing.assert_close(masked.favourite, plain(hidden, head).token)


def test_weights_laid_out_in_tiles_score_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "LAID_OUT_TILE", 64)
    hidden, weight = some_rows((5, 300, 32))
    bits, draw = pack(some_words(5, 200)), some_draw(5)
    plainly = Head(weight).limited(200, 3)
    laid_out = Head.laid_out(weight).limited(200, 3)
    assert_scores(propose(hidden, laid_out, bits, draw), propose(hidden, plainly, bits, draw))
    assert laid_out.logits(hidden).shape == (5, 200)
    torch.testing.assert_close(laid_out.logits(hidden), plainly.logits(hidden))
    assert plainly.logits(hidden)[:, 3].isneginf().all()


def test_many_rows_are_scored_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    hidden, weight = some_rows((7, 300, 16))
    bits, draw = pack(some_words(7, 300)), some_draw(7)
    whole = propose(hidden, Head(weight), bits, draw)
    monkeypatch.setattr(head_module, "MAX_ROWS", 3)
    parts = propose(hidden, Head(weight), bits, draw)
    assert_scores(parts, whole)
    torch.testing.assert_close(parts.favourite, whole.favourite)


def test_packing_keeps_every_word() -> None:
    mask = torch.rand(5, 131) < 0.5
    bits = pack(mask)
    assert bits.dtype is torch.int32
    assert torch.equal(unpack(bits, slice(0, 131)), mask)
    assert torch.equal(unpack(bits, slice(64, 131)), mask[:, 64:])
    assert pack(torch.eye(33, dtype=torch.bool))[32].tolist() == [0, 1]


class Largest(TorchDispatchMode):
    """Remembers the largest tensor that any operation made, in bytes."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.n_bytes = 0

    def __torch_dispatch__(
        self,
        func: OpOverload,
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        made = func(*args, **(kwargs or {}))
        for tensor in made if isinstance(made, tuple | list) else (made,):
            if isinstance(tensor, Tensor) and not func.is_view:
                self.n_bytes = max(self.n_bytes, tensor.numel() * tensor.element_size())
        return made


def test_no_tensor_has_rows_times_vocabulary() -> None:
    n_rows, n_words = 64, 150_000
    hidden, weight = torch.randn(n_rows, 4), torch.randn(n_words, 4)
    with Largest() as tiled:
        propose_reference(hidden, Head(weight, 3))
    with Largest() as written:
        plain(hidden, Head(weight, 3))
    assert written.n_bytes == n_rows * n_words * 4
    assert tiled.n_bytes * 15 < written.n_bytes
