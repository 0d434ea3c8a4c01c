"""What a fill asks of each forward: rows read, kept and seen, whoever sees whom."""

from __future__ import annotations

from dataclasses import replace

import torch

from model.blocks import Blocks
from model.cells import Cells
from model.completion import Caching, CompletionParams
from model.query import Asker, Kind, Query
from model.reading import Reading
from tests.model.kinds import BLOCK, engine_of, kinds

CPU = torch.device("cpu")


def standing(
    kind: str, n_prompt: int, n_new: int, caching: Caching = Caching.EXACT
) -> tuple[Asker, Cells]:
    """A fill's asker, with blocks of 6 and sub-blocks of 3, and the cells behind its prompt."""
    reading = replace(Reading.of(kinds()[kind], BLOCK), caching=caching)
    cells = Cells([9] * n_prompt, [0] * n_new, [True] * n_new, 0, device=CPU, grid=reading.grid)
    return Asker(reading, cells, Blocks(cells.n_cells, reading.block_length)), cells


def read(query: Query) -> tuple[int, int, int, int]:
    return query.start, query.stop, query.reach, query.n_final


def rows_of(query: Query) -> list[int]:
    """The places whose rows are scored."""
    return [query.start + row for row in query.rows.tolist()]


def seen(query: Query) -> list[int]:
    return query.limits(torch.arange(query.n_rows)).tolist()


def masks(cells: Cells, block: slice) -> torch.Tensor:
    return cells.masked[block].nonzero().squeeze(1) + block.start


def test_a_block_is_read_with_what_is_final_before_it() -> None:
    asker, cells = standing("sdar", 15, 9)
    block = slice(0, BLOCK)
    query = asker.denoise(0, block, masks(cells, block))
    assert cells.n_prompt == 12
    assert cells.n_lead == 3
    assert read(query) == (0, 18, 18, 12)
    assert seen(query) == [6] * 6 + [12] * 6 + [18] * 6
    assert rows_of(query) == [15, 16, 17]
    later = asker.denoise(12, block, masks(cells, block))
    assert read(later) == (12, 18, 18, 0)
    assert later.sees_all


def test_blocks_of_a_left_padded_prompt_are_counted_from_its_end() -> None:
    asker, cells = standing("bd3lm", 8, 6)
    query = asker.denoise(0, slice(0, BLOCK), masks(cells, slice(0, BLOCK)))
    assert seen(query) == [2] * 2 + [8] * 6 + [14] * 6


def test_a_causal_context_is_read_causally() -> None:
    asker, cells = standing("nbdiff", 4, 6)
    first = asker.next_token(0, slice(0, BLOCK))
    assert first.kind is Kind.PREFILL
    assert read(first) == (0, 4, 4, 4)
    assert seen(first) == [1, 2, 3, 4]
    assert (rows_of(first), first.cells.tolist()) == ([3], [0])
    cells.reveal(torch.tensor([0]), torch.tensor([5]), torch.tensor([1.0]))
    query = asker.denoise(4, slice(0, BLOCK), masks(cells, slice(0, BLOCK)))
    assert read(query) == (4, 10, 10, 0)
    assert rows_of(query) == [4, 5, 6, 7, 8]
    commit = asker.next_token(4, slice(6, 6))
    assert commit.kind is Kind.COMMIT
    assert seen(commit) == [5, 6, 7, 8, 9, 10]


def test_where_the_row_before_speaks_it_is_read_again_for_a_first_mask() -> None:
    asker, cells = standing("nbdiff", 4, 6)
    assert asker.n_kept(slice(0, BLOCK)) == 3
    cells.reveal(torch.tensor([0]), torch.tensor([5]), torch.tensor([1.0]))
    assert asker.n_kept(slice(0, BLOCK)) == 4


def test_with_full_attention_everything_is_read_each_time() -> None:
    asker, cells = standing("dream", 5, 9)
    for _ in range(2):
        block = slice(0, BLOCK)
        assert asker.n_kept(block) == 0
        query = asker.denoise(0, block, masks(cells, block))
        assert read(query) == (0, 14, 14, 0)
        assert rows_of(query) == [4, 5, 6, 7, 8, 9]


def test_a_frozen_prefix_is_read_once_a_block() -> None:
    for kind, n_again in (("llada", 0), ("dream", 1)):
        asker, cells = standing(kind, 5, 12, Caching.PREFIX)
        block = slice(6, 12)
        first = asker.denoise(0, block, masks(cells, block))
        assert read(first) == (0, 17, 17, 11)
        assert seen(first) == [17] * 17
        assert asker.n_kept(block) == 11 - n_again
        query = asker.denoise(11 - n_again, block, masks(cells, block))
        assert read(query) == (11 - n_again, 17, 17, 0)
        assert rows_of(query) == [place - n_again for place in range(11, 17)]
        asker.enter_block()
        assert asker.n_kept(block) == 0


def test_a_frozen_suffix_is_not_read_either() -> None:
    asker, cells = standing("llada", 5, 12, Caching.DUAL)
    block = slice(0, 6)
    asker.denoise(0, block, masks(cells, block))
    assert read(asker.denoise(5, block, masks(cells, block))) == (5, 11, 17, 0)


def test_a_sub_block_is_read_alone_once_its_first_cell_is_known() -> None:
    asker, cells = standing("fast_dllm_v2", 6, 6, Caching.SUB_BLOCK)
    block = slice(0, BLOCK)
    cells.reveal(torch.tensor([0]), torch.tensor([5]), torch.tensor([1.0]))
    part = torch.tensor([1, 2])
    assert read(asker.denoise(6, block, part)) == (6, 12, 12, 0)
    query = asker.denoise(6, block, part)
    assert read(query) == (6, 9, 12, 0)
    assert rows_of(query) == [6, 7]
    assert read(asker.denoise(6, block, torch.tensor([3, 4, 5]))) == (6, 12, 12, 0)
    assert read(asker.denoise(6, block, torch.tensor([2, 4]))) == (6, 12, 12, 0)
    cells.reveal(torch.tensor([3]), torch.tensor([5]), torch.tensor([1.0]))
    assert read(asker.denoise(6, block, torch.tensor([4, 5]))) == (9, 12, 12, 0)


def test_published_caches_read_each_block_twice_at_least() -> None:
    params = CompletionParams(max_new_tokens=2 * BLOCK, threshold=0.0, stop_ids=())
    for decoder in ("llada-prefix", "llada-dual"):
        once = replace(params, decoder=decoder)
        (done,) = engine_of("llada").complete([[5, 6, 7]], once)
        assert done.usage.forwards == 2
        (done,) = engine_of("llada").complete([[5, 6, 7]], replace(once, as_published=True))
        assert done.usage.forwards == 4
