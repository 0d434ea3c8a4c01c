"""A product whose weights were laid out anew gives what a plain product gives."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import linear

from model.kernels.product import Product


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float64])
@pytest.mark.parametrize("shape", [(1, 1), (5, 17), (300, 64), (64, 704)])
def test_any_rows_are_multiplied(shape: tuple[int, int], dtype: torch.dtype) -> None:
    weight, bias = torch.randn(shape).to(dtype), torch.randn(shape[0]).to(dtype)
    n_in = shape[1]
    rows = (
        torch.randn(3, n_in),
        torch.randn(0, n_in),
        torch.randn(2, 4, n_in),
        torch.randn(4, 2 * n_in)[:, :n_in],
        torch.randn(n_in, 4).T,
        torch.randn(2, 3, 4, n_in).transpose(1, 2),
    )
    tolerance = {torch.bfloat16: 0.05, torch.float32: 1e-4, torch.float64: 1e-9}[dtype]
    for given in (None, bias):
        product = Product(weight, given)
        for some in rows:
            expected = linear(some.to(dtype), weight, given)
            torch.testing.assert_close(
                product(some.to(dtype)), expected, atol=tolerance, rtol=tolerance
            )


def test_the_given_weights_may_change_afterwards_where_they_were_laid_out() -> None:
    weight = torch.eye(4)
    product = Product(weight)
    if not product.is_packed:
        pytest.skip("this processor takes weights as they are")
    weight.zero_()
    assert torch.equal(product(torch.ones(1, 4)), torch.ones(1, 4))
