"""The rows of one forward: what each fill reads, and which tokens its rows may attend to."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from model.query import Query


def tokens_of(sequences: Sequence[Tensor], queries: Sequence[Query]) -> tuple[Tensor, Tensor]:
    """The ids and places (fills, rows) to read; short ones are padded with what nobody attends to."""
    read = [tokens[q.start : q.stop] for tokens, q in zip(sequences, queries, strict=True)]
    n_rows, device = max(query.n_rows for query in queries), read[0].device
    places = [torch.arange(q.start, q.start + n_rows, device=device) for q in queries]
    if len(read) == 1:
        return read[0][None], places[0][None]
    return pad_sequence(read, batch_first=True), torch.stack(places)


def attn_mask_of(queries: Sequence[Query], device: torch.device) -> Tensor | None:
    """Who may attend to whom (fills, 1, rows, attended); None where every row sees everything read."""
    if len(queries) == 1 and queries[0].sees_all:
        return None
    rows = torch.arange(max(query.n_rows for query in queries), device=device)
    limits = torch.stack([query.limits(rows) for query in queries])
    attended = torch.arange(max(query.reach for query in queries), device=device)
    return (attended < limits[:, :, None])[:, None]
