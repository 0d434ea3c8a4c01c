"""The rows of one forward: what each fill reads, and which tokens its rows may attend to."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from model.query import Query


def tokens_of(sequences: Sequence[Tensor], queries: Sequence[Query]) -> tuple[Tensor, Tensor]:
    """The ids and places (fills, rows) to read; short ones are padded with what nobody attends to."""
    n_rows, device = max(query.n_rows for query in queries), sequences[0].device
    read = [_ids(tokens, query) for tokens, query in zip(sequences, queries, strict=True)]
    places = [_places(query, n_rows, device) for query in queries]
    if len(read) == 1:
        return read[0][None], places[0][None]
    return pad_sequence(read, batch_first=True), pad_sequence(places, batch_first=True)


def _ids(tokens: Tensor, query: Query) -> Tensor:
    return tokens[query.start : query.stop] if query.places is None else tokens[query.places]


def _places(query: Query, n_rows: int, device: torch.device) -> Tensor:
    if query.places is not None:
        return query.places
    return torch.arange(query.start, query.start + n_rows, device=device)


def attn_mask_of(queries: Sequence[Query], device: torch.device) -> Tensor | None:
    """Who may attend to whom (fills, 1, rows, attended); None where every row sees everything read."""
    if len(queries) == 1 and queries[0].sees_all:
        return None
    rows = torch.arange(max(query.n_rows for query in queries), device=device)
    limits = torch.stack([query.limits(rows) for query in queries])
    attended = torch.arange(max(query.reach for query in queries), device=device)
    return (attended < limits[:, :, None])[:, None]
