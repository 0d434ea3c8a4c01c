"""Kernels run on CUDA where there is a device, else in Triton's interpreter.

Fresh memory is NaN where a test asks for it, so a value that a kernel forgets to write cannot pass.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

DEVICE = (
    "cuda" if torch.cuda.is_available() else "cpu"
)  # tests/conftest.py asks for the interpreter


@pytest.fixture(autouse=True)
def _on_the_device() -> Iterator[None]:
    with torch.device(DEVICE):
        yield


@pytest.fixture
def poisoned_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = torch.empty

    def poisoned(*shape: int, **options: object) -> Tensor:
        fresh: Tensor = empty(*shape, **options)  # type: ignore[call-overload]
        fresh.fill_(torch.nan if fresh.is_floating_point() else 77)
        return fresh

    monkeypatch.setattr(torch, "empty", poisoned)
    assert torch.empty(3).isnan().all()
