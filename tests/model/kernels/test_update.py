"""Select, reveal, snapshot and remask in one go: the kernel, its reference, and the definitions."""

from __future__ import annotations

from dataclasses import fields, replace
from types import ModuleType

import pytest
import torch
from torch import Tensor

from model.kernels.confidence import take_confident_reference
from model.kernels.update import Blocks, Proposals, Step, update, update_reference

MASK = 99


@pytest.fixture(name="kernels")
def _kernels(poisoned_memory: None) -> ModuleType:
    pytest.importorskip("triton", reason="Triton is not installed")
    from model.kernels import update_triton

    return update_triton


def counts(*values: int) -> Tensor:
    return torch.tensor(values, dtype=torch.int32)


def some_blocks(n_blocks: int, n_cells: int, seed: int = 0) -> tuple[Blocks, Proposals]:
    """Blocks in any state; confidences are few, so that there are ties."""
    torch.manual_seed(seed)
    shape = (n_blocks, n_cells)
    is_open = torch.rand(shape) < 0.8
    masked = is_open & (torch.rand(shape) < 0.6)
    known = torch.randint(50, shape)
    snapshot = (torch.rand(shape) * 8).round() / 8
    blocks = Blocks(
        known.masked_fill(masked, MASK), masked, is_open, snapshot.masked_fill(masked, 0)
    )
    confidence = (torch.rand(shape) * 8).round() / 8
    return blocks, Proposals(torch.randint(50, shape), confidence, torch.rand(shape) < 0.9)


def copied(blocks: Blocks) -> Blocks:
    return Blocks(*(getattr(blocks, field.name).clone() for field in fields(blocks)))


@pytest.mark.parametrize("n_cells", [1, 5, 17, 64])
@pytest.mark.parametrize("threshold", [-torch.inf, 0.5, torch.inf])
@pytest.mark.parametrize("stays", [False, True])
def test_the_kernel_equals_its_reference(
    kernels: ModuleType, n_cells: int, threshold: float, stays: bool
) -> None:
    blocks, proposals = some_blocks(6, n_cells)
    n_stay = torch.arange(6, dtype=torch.int32) * n_cells // 5 if stays else None
    step = Step(threshold, torch.arange(6, dtype=torch.int32), n_stay)
    expected = copied(blocks)
    left = kernels.update(blocks, proposals, step, MASK)
    assert torch.equal(left, update_reference(expected, proposals, step, MASK))
    for field in fields(blocks):
        assert torch.equal(getattr(blocks, field.name), getattr(expected, field.name)), field.name


def test_the_kernel_refuses_what_it_could_not_change_in_place(kernels: ModuleType) -> None:
    blocks, proposals = some_blocks(4, 4)
    with pytest.raises(ValueError, match="must be contiguous"):
        kernels.update(replace(blocks, ids=blocks.ids.T), proposals, Step(0.5, counts(1)), MASK)


def test_no_cells_leave_no_masks(kernels: ModuleType) -> None:
    for way in (kernels.update, update_reference):
        blocks, proposals = some_blocks(3, 0)
        assert way(blocks, proposals, Step(0.5, counts(1, 1, 1)), MASK).tolist() == [0, 0, 0]


def test_a_threshold_reveals_what_reaches_it_and_never_nothing() -> None:
    for seed in range(20):
        blocks, proposals = some_blocks(3, 9, seed)
        eligible = blocks.masked & proposals.eligible
        taken = take_confident_reference(proposals.confidence, eligible, 0.7)
        before = copied(blocks)
        update(blocks, proposals, Step(0.7, counts(1, 1, 1)), MASK)
        assert torch.equal(before.masked & ~blocks.masked, taken)
        assert torch.equal(blocks.ids, torch.where(taken, proposals.token, before.ids))
        snapshots = torch.where(taken, proposals.confidence, before.confidence)
        assert torch.equal(blocks.confidence, snapshots)


def test_an_infinite_threshold_reveals_the_best_few_the_leftmost_among_equals() -> None:
    ids, yes = torch.full((1, 5), MASK), torch.ones(1, 5, dtype=torch.bool)
    blocks = Blocks(ids, yes.clone(), yes, torch.zeros(1, 5))
    proposals = Proposals(torch.arange(5)[None], torch.tensor([[0.2, 0.9, 0.9, 0.1, 0.9]]), yes)
    left = update(blocks, proposals, Step(torch.inf, counts(2)), MASK)
    assert blocks.ids.tolist() == [[MASK, 1, 2, MASK, MASK]]
    assert left.tolist() == [3]


def test_only_the_surest_stay() -> None:
    """Running-confidence remasking: fill all, keep some; a cell that is not open stays as it is."""
    yes = torch.ones(1, 4, dtype=torch.bool)
    is_open = torch.tensor([[True, True, True, False]])
    blocks = Blocks(
        torch.tensor([[MASK, 7, MASK, 8]]),
        torch.tensor([[True, False, True, False]]),
        is_open,
        torch.tensor([[0.0, 0.4, 0.0, 0.0]]),
    )
    proposals = Proposals(torch.tensor([[1, 2, 3, 4]]), torch.tensor([[0.4, 0.9, 0.6, 0.9]]), yes)
    left = update(blocks, proposals, Step(-torch.inf, counts(0), counts(2)), MASK)
    assert blocks.ids.tolist() == [[MASK, 7, 3, 8]]
    assert blocks.masked.tolist() == [[True, False, False, False]]
    torch.testing.assert_close(blocks.confidence, torch.tensor([[0.0, 0.4, 0.6, 0.0]]))
    assert left.tolist() == [1]
