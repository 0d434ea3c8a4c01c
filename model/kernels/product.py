"""A product with fixed weights, which are laid out for the processor once and not at every call.

On a CPU torch's own product hands plain rows to oneDNN, which lays bfloat16 weights out anew each time: for a
single row that costs more than the product (docs/performance.md has the figures). Float32 weights gain too
where the other library torch knows, MKL, does not favour the processor.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor
from torch.nn.functional import linear


class Product:
    """x → x Wᵀ + b for rows (..., n_in); `weight` is (n_out, n_in).

    Where the weights can be laid out anew, no reference to the given tensor is kept.
    """

    __slots__ = ("_bias", "_weight", "is_packed", "n_in", "n_out")

    def __init__(self, weight: Tensor, bias: Tensor | None = None) -> None:
        self.n_out, self.n_in = weight.shape
        self._bias = bias
        self.is_packed = can_lay_out(weight)
        self._weight = _packed(weight) if self.is_packed else weight

    def __call__(self, x: Tensor) -> Tensor:
        """The product with rows of the weights' own dtype."""
        if not self.is_packed:
            return linear(x, self._weight, self._bias)
        out: Tensor = torch.ops.mkldnn._linear_pointwise(
            x, self._weight, self._bias, "none", [], ""
        )
        return out


def can_lay_out(weight: Tensor) -> bool:
    """Whether a product keeps such weights in a layout of its own."""
    return _can_pack(weight.device.type, weight.dtype)


def _packed(weight: Tensor) -> Tensor:
    packed: Tensor = torch.ops.mkldnn._reorder_linear_weight(weight.detach().contiguous(), None)
    return packed


@cache
def _can_pack(device: str, dtype: torch.dtype) -> bool:
    """Whether this build of torch and this processor lay out such weights."""
    operators = torch.ops.mkldnn
    if device != "cpu" or not torch.backends.mkldnn.is_available():
        return False
    if not (
        hasattr(operators, "_reorder_linear_weight") and hasattr(operators, "_linear_pointwise")
    ):
        return False
    if dtype is torch.bfloat16:
        return bool(operators._is_mkldnn_bf16_supported())
    return dtype is torch.float32
