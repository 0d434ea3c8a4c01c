"""The paged cache: what it returns equals reading everything anew, and a prefix survives between fills."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from model.cache import CacheFullError, Grain, PagedCache, Sequence, n_shared
from tests.model.tiny import tiny_decoder

IDS = st.lists(st.integers(0, 300), min_size=1, max_size=30)


def read(cache: PagedCache, sequences: list[Sequence], new: list[list[int]]) -> list[Tensor]:
    """Logits of each sequence's new tokens, read causally in one forward and committed."""
    n_rows = max(map(len, new))
    window = cache.window(sequences, n_rows)
    ids = torch.tensor([tokens + [0] * (n_rows - len(tokens)) for tokens in new])
    starts = torch.tensor([[len(sequence.tokens)] for sequence in sequences])
    positions = starts + torch.arange(n_rows)
    n_all = int(starts.max()) + n_rows
    attn_mask = (torch.arange(n_all) <= positions[:, :, None])[:, None]
    hidden = tiny_decoder()(ids, positions, attn_mask, window)
    for sequence, tokens in zip(sequences, new, strict=True):
        cache.commit(sequence, tokens)
    logits = tiny_decoder().logits(hidden)
    return [rows[: len(tokens)] for rows, tokens in zip(logits, new, strict=True)]


def read_anew(tokens: list[int]) -> Tensor:
    ids = torch.tensor([tokens])
    return tiny_decoder().logits(tiny_decoder()(ids, torch.arange(len(tokens))[None], None))[0]


@given(st.lists(IDS, min_size=1, max_size=4), st.integers(1, 9), st.data())
@torch.inference_mode()
def test_cached_logits_equal_uncached_ones(
    chunks: list[list[int]], page_length: int, data: st.DataObject
) -> None:
    cache = PagedCache(160, page_length)
    sequence = cache.open([], 1)
    for chunk in chunks:
        kept = data.draw(st.integers(0, len(sequence.tokens)))
        cache.reopen(sequence, kept)
        (logits,) = read(cache, [sequence], [chunk])
        torch.testing.assert_close(logits, read_anew(sequence.tokens)[kept:])


@given(st.lists(st.tuples(IDS, IDS), min_size=2, max_size=4), st.integers(1, 7))
@torch.inference_mode()
def test_ragged_sequences_read_together_equal_each_alone(
    pairs: list[tuple[list[int], list[int]]], page_length: int
) -> None:
    cache = PagedCache(280, page_length)
    sequences = [cache.open([], 1) for _ in pairs]
    for turn in (0, 1):
        logits = read(cache, sequences, [pair[turn] for pair in pairs])
    for (first, second), rows in zip(pairs, logits, strict=True):
        torch.testing.assert_close(rows, read_anew(first + second)[len(first) :])


@torch.inference_mode()
def test_scattered_pages_read_the_same() -> None:
    cache = PagedCache(6, 2, max_pages=6)
    blockers = [cache.open([], 2) for _ in range(6)]
    sequence = blockers[0]
    for other in (blockers[2], blockers[4]):
        cache.close(other)
    tokens = [5, 6, 7, 8, 9, 10]
    read(cache, [sequence], [tokens[:2]])
    (logits,) = read(cache, [sequence], [tokens[2:]])
    assert not sequence.is_contiguous
    torch.testing.assert_close(logits, read_anew(tokens)[2:])


@torch.inference_mode()
def test_a_sequence_that_outgrows_its_pages_moves_and_keeps_its_tokens() -> None:
    cache = PagedCache(8, 2)
    sequence, neighbour = cache.open([], 2), cache.open([], 2)
    tokens = list(range(20, 27))
    read(cache, [sequence], [tokens[:2]])
    (logits,) = read(cache, [sequence], [tokens[2:]])
    assert sequence.is_contiguous
    assert not set(sequence.pages) & set(neighbour.pages)
    torch.testing.assert_close(logits, read_anew(tokens)[2:])


@torch.inference_mode()
def test_one_sequence_is_read_without_a_copy() -> None:
    cache = PagedCache(8, 4)
    sequence = cache.open([], 20)
    k = torch.randn(1, 1, 5, 8)
    keys, _ = cache.window([sequence], 5).extend(0, k, k)
    cache.commit(sequence, [1, 2, 3, 4, 5])
    again, _ = cache.window([sequence], 5).extend(0, k, k)
    assert keys.data_ptr() == again.data_ptr()
    assert again.shape == (1, 1, 10, 8)


@torch.inference_mode()
def test_the_longest_common_prefix_is_kept() -> None:
    cache = PagedCache(8, 4)
    first = cache.open([], 10)
    read(cache, [first], [[1, 2, 3, 4, 5]])
    cache.close(first)
    second = cache.open([1, 2, 3, 9, 9, 9], 10)
    assert second is first
    assert second.tokens == [1, 2, 3]
    (logits,) = read(cache, [second], [[9, 9, 9]])
    torch.testing.assert_close(logits, read_anew([1, 2, 3, 9, 9, 9])[3:])


def test_a_sequence_that_would_lose_most_is_left_for_others() -> None:
    cache = PagedCache(8, 4)
    first = cache.open([], 10)
    cache.commit(first, [1, 2, 3, 4, 5])
    cache.close(first)
    assert cache.open([1, 2, 8, 8], 4).tokens == []
    assert cache.open([1, 2, 3, 4, 5, 6], 6).tokens == [1, 2, 3, 4, 5]


def test_a_busy_sequence_is_never_shared() -> None:
    cache = PagedCache(8, 4)
    first = cache.open([], 4)
    cache.commit(first, [1, 2, 3])
    assert cache.open([1, 2, 3], 4) is not first


def test_idle_sequences_give_way_the_longest_unused_first() -> None:
    cache = PagedCache(3, 4, max_pages=3)
    for tokens in ([1, 1], [2, 2], [3, 3]):
        sequence = cache.open(tokens, 4)
        cache.commit(sequence, tokens)
        cache.close(sequence)
    cache.open([7, 7], 4)
    assert cache.open([3, 3], 4).tokens == [3, 3]
    assert cache.open([2, 2], 4).tokens == [2, 2]


@torch.inference_mode()
def test_a_pool_that_grows_keeps_what_it_holds() -> None:
    cache = PagedCache(1, 4, max_pages=9)
    sequence = cache.open([], 3)
    read(cache, [sequence], [[1, 2, 3]])
    for _ in range(5):
        cache.open([], 4)
    (logits,) = read(cache, [sequence], [[4, 5, 6, 7]])
    torch.testing.assert_close(logits, read_anew([1, 2, 3, 4, 5, 6, 7])[3:])
    assert cache.n_pages == 8


def test_a_full_cache_says_what_to_do() -> None:
    cache = PagedCache(2, 4, max_pages=2)
    kept = cache.open([], 4)
    with pytest.raises(
        CacheFullError, match="2 more pages of 4 tokens are needed, 1 of 2 are free"
    ):
        cache.open([], 8)
    cache.close(kept)
    assert cache.open([], 8).is_contiguous


@given(IDS, IDS)
def test_n_shared_counts_equal_tokens_from_the_start(left: list[int], right: list[int]) -> None:
    n = n_shared(left, right)
    assert left[:n] == right[:n]
    assert n == min(len(left), len(right)) or left[n] != right[n]


@given(st.integers(1, 9), st.integers(0, 8), st.integers(0, 60))
def test_whole_blocks_end_where_blocks_end(length: int, first: int, n_tokens: int) -> None:
    grain = Grain(length, first % length)
    ends = [0, *range(grain.first or length, 80, length)]
    assert grain.whole(n_tokens) == max(end for end in ends if end <= n_tokens)


def test_what_was_read_in_blocks_serves_in_whole_blocks_of_the_same_grain() -> None:
    cache, grain = PagedCache(32, 8), Grain(6, 2)
    sequence = cache.open([], 20, grain)
    cache.commit(sequence, list(range(20)))
    cache.close(sequence)
    for other in (Grain(), Grain(6), Grain(4, 2)):
        assert cache.open(list(range(20)), 20, other).tokens == []
    again = cache.open([*range(16), 99, 98], 20, grain)
    assert again is sequence
    assert again.tokens == list(range(14))
