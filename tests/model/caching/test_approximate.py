"""The published approximations: what each of them reads, by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from model.caching.keep import Here, Keeping
from model.caching.registry import CACHING, keeping
from model.cells import Cells
from model.reading import Reading
from model.spec import RuleError
from tests.model.kinds import BLOCK, kinds

P = 5
"""How many tokens the prompt has."""


def made(written: str, kind: str = "llada", n_new: int = 12) -> tuple[Keeping, Cells]:
    reading = replace(Reading.of(kinds()[kind], BLOCK), caching=written)
    cells = Cells(
        [9] * P, [0] * n_new, [True] * n_new, 0, device=torch.device("cpu"), grid=reading.grid
    )
    return keeping(written, Here(reading, cells)), cells


def reveal(cells: Cells, *at: int) -> None:
    places = torch.tensor(at)
    cells.reveal(places, places, torch.ones(len(at)))


def step(rule: Keeping, cells: Cells, block: slice) -> tuple[object, ...]:
    """What one step reads for all masks of the block: start, stop, reach, kept, and the cells scored."""
    wanted = cells.masked[block].nonzero().squeeze(1) + block.start
    read = rule.read(rule.n_kept(block), block, wanted)
    where = (read.start, read.stop) if read.places is None else tuple(read.places.tolist())
    return where, read.reach, read.n_final, tuple(read.cells.tolist())


FIRST, SECOND = slice(0, 6), slice(6, 12)


def test_free_reads_a_finished_block_once_more_and_never_again() -> None:
    rule, cells = made("free")
    assert step(rule, cells, FIRST) == ((0, 17), 17, 5, (0, 1, 2, 3, 4, 5))
    reveal(cells, 0, 1, 2, 3, 4)
    assert step(rule, cells, FIRST) == ((5, 17), 17, 0, (5,))
    reveal(cells, 5)
    rule.enter_block()
    assert step(rule, cells, SECOND) == ((5, 17), 17, 6, (6, 7, 8, 9, 10, 11))
    assert step(rule, cells, SECOND)[0] == (11, 17)


def test_dkv_reads_masks_and_what_was_just_revealed() -> None:
    rule, cells = made("dkv:refresh=3")
    everything = ((0, 17), 17, 0)
    assert step(rule, cells, FIRST)[:3] == everything
    reveal(cells, 0, 1, 2)
    assert step(rule, cells, FIRST)[0] == tuple(range(5, 17))
    reveal(cells, 4)
    assert step(rule, cells, FIRST)[0] == (8, 9, 10, *range(11, 17))
    assert step(rule, cells, FIRST)[:3] == everything
    rule.enter_block()
    assert step(rule, cells, SECOND)[:3] == everything


def test_dkv_reads_the_row_that_speaks_of_a_mask() -> None:
    rule, cells = made("dkv", "dream", n_new=6)
    step(rule, cells, FIRST)
    reveal(cells, 0, 1, 2)
    step(rule, cells, FIRST)
    assert step(rule, cells, FIRST)[0] == (7, 8, 9, 10)


def test_a_window_neither_reads_nor_sees_far_masks() -> None:
    rule, cells = made("window:active=2,window=4,refresh=3")
    assert step(rule, cells, FIRST) == ((0, 9), 9, 5, (0, 1))
    reveal(cells, 1)
    assert step(rule, cells, FIRST) == ((5, 8), 9, 0, (0, 2))
    reveal(cells, 0)
    assert step(rule, cells, FIRST) == ((5, 9), 9, 0, (2, 3))
    assert step(rule, cells, FIRST) == ((0, 11), 11, 7, (2, 3))


def test_a_used_up_window_moves_on_at_once() -> None:
    rule, cells = made("window:active=2,window=2,refresh=9")
    step(rule, cells, FIRST)
    reveal(cells, 0, 1)
    assert step(rule, cells, FIRST) == ((0, 9), 9, 7, (2, 3))


def test_delay_reads_what_was_just_revealed_once_more() -> None:
    rule, cells = made("delay:around=1,refresh=4", "sdar", n_new=13)
    block = slice(0, 6)
    reveal(cells, 5)
    assert cells.n_prompt == 0
    wanted = torch.tensor([6, 7, 8])

    def read(*at: int) -> tuple[int, int, int]:
        found = rule.read(rule.n_kept(slice(6, 12)), slice(6, 12), torch.tensor(at))
        return found.start, found.stop, found.reach

    assert block.stop == 6
    assert read(*wanted.tolist()) == (6, 12, 12)
    reveal(cells, 6, 7)
    assert read(8, 9) == (6, 11, 12)
    reveal(cells, 8)
    assert read(9, 10) == (7, 12, 12)
    reveal(cells, 9)
    assert read(10, 11) == (6, 12, 12)
    assert read(10, 11) == (9, 12, 12)


@pytest.mark.parametrize("name", [name for name in CACHING if name != "exact"])
def test_only_the_exact_cache_calls_itself_exact(name: str) -> None:
    kind = "fast_dllm_v2" if name == "sub-block" else "llada"
    assert not made(name, kind)[0].is_exact
    assert made("exact", kind)[0].is_exact


def test_what_no_cache_is_called_is_refused() -> None:
    with pytest.raises(RuleError, match="no caching 'x'; choose one of exact, prefix, "):
        made("x")
    with pytest.raises(RuleError, match="caches stand alone"):
        made("prefix+dual")
    with pytest.raises(RuleError, match="refresh is '0'; it takes a whole number, at least 1"):
        made("dkv:refresh=0")


def test_every_cache_is_on_the_page_and_no_other() -> None:
    page = (Path(__file__).parents[3] / "docs/decoding.md").read_text("utf-8")
    section = page.partition("## Caches")[2].partition("\n## ")[0]
    named = [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")]
    assert named == list(CACHING)
