"""What a template's fill notes beside its cells."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from model.template_fill import first_best


@given(st.lists(st.lists(st.integers(-2, 2), min_size=40, max_size=40), min_size=1, max_size=5))
def test_the_first_of_equal_words_is_the_best(rows: list[list[int]]) -> None:
    for dtype in (torch.bfloat16, torch.float32, torch.float64):
        logits = torch.tensor(rows, dtype=dtype)
        assert first_best(logits).tolist() == [row.index(max(row)) for row in rows]
