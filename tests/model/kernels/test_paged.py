"""Attention over stored rows: the kernel against gathering them, over awkward shapes."""

from __future__ import annotations

from types import ModuleType

import pytest
import torch
from torch import Tensor

from model.kernels.paged import attend_paged_reference, serves


@pytest.fixture(name="kernels")
def _kernels(poisoned_memory: None) -> ModuleType:
    pytest.importorskip("triton", reason="Triton is not installed")
    from model.kernels import paged_triton

    return paged_triton


def some_call(
    n_batch: int, n_rows: int, n_heads: int, n_attended: int, dtype: torch.dtype = torch.float32
) -> tuple[Tensor, tuple[Tensor, Tensor], Tensor]:
    """Queries, keys and values of 2 heads, and the rows that each sequence attends to, in no order."""
    torch.manual_seed(n_attended)
    q = torch.randn(n_batch, n_rows, n_heads, 16).to(dtype)
    stored = (torch.randn(2, 200, 16).to(dtype), torch.randn(2, 200, 16).to(dtype))
    read = torch.stack([torch.randperm(200)[:n_attended] for _ in range(n_batch)])
    return q, stored, read


@pytest.mark.parametrize(
    ("n_batch", "n_rows", "n_heads", "n_attended"),
    [(1, 1, 2, 1), (2, 5, 2, 63), (3, 4, 6, 64), (1, 33, 8, 131), (2, 1, 4, 200)],
)
def test_the_kernel_equals_its_reference(
    kernels: ModuleType, n_batch: int, n_rows: int, n_heads: int, n_attended: int
) -> None:
    q, stored, read = some_call(n_batch, n_rows, n_heads, n_attended)
    mask = torch.rand(n_batch, 1, n_rows, n_attended) < 0.5
    mask[..., 0] = True
    for attn_mask in (None, mask):
        actual = kernels.attend_paged(q, stored, read, attn_mask)
        expected = attend_paged_reference(q, stored, read, attn_mask)
        torch.testing.assert_close(actual, expected, atol=1e-5, rtol=1e-5)


def test_the_kernel_takes_bfloat16(kernels: ModuleType) -> None:
    q, stored, read = some_call(2, 3, 4, 70, torch.bfloat16)
    actual = kernels.attend_paged(q, stored, read, None)
    assert actual.dtype is torch.bfloat16
    torch.testing.assert_close(
        actual, attend_paged_reference(q, stored, read, None), atol=0.02, rtol=0.02
    )


def test_huge_scores_stay_finite_and_a_row_that_sees_nothing_gives_zeros(
    kernels: ModuleType,
) -> None:
    q, stored, read = some_call(1, 2, 2, 90)
    mask = torch.ones(1, 1, 2, 90, dtype=torch.bool)
    mask[0, 0, 1] = False
    out = kernels.attend_paged(q * 1e4, stored, read, mask)
    expected = attend_paged_reference(q * 1e4, stored, read, mask)
    torch.testing.assert_close(out[:, 0], expected[:, 0], atol=1e-4, rtol=1e-4)
    assert not out[:, 1].any()


def test_a_processor_gathers() -> None:
    q, _, _ = some_call(64, 1, 2, 5)
    assert serves(q, 2) is q.is_cuda
