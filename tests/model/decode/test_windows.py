"""Rules of place: the deferred window, runs of masks, the longest prefix."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.decode.deferred import DeferredCommitment
from model.decode.hierarchical import Hierarchical
from model.decode.prefix import Prefix
from model.types import DecodeParams, Slot, Template
from tests.model.scored import revealed, revealed_of, scores_of
from tests.model.tiny import tiny_engine
from tests.model.views import view_of

MASKS = st.lists(st.booleans(), min_size=1, max_size=40).filter(any)


@given(MASKS, st.integers(1, 9), st.integers(1, 12))
def test_the_deferred_window_starts_at_the_first_mask_and_reaches_as_far_as_its_limits(
    masks: list[bool], max_masks: int, max_cells: int
) -> None:
    rule = DeferredCommitment(0.9, max_masks, max_cells)
    start = masks.index(True)
    stop = start
    while (
        stop < len(masks) and stop - start < max_cells and sum(masks[start : stop + 1]) <= max_masks
    ):
        stop += 1
    expected = [i for i in range(start, stop) if masks[i]]
    assert rule.eligible(view_of(masks)).nonzero().squeeze(1).tolist() == expected


@given(MASKS, st.data())
def test_the_surest_cell_of_every_run_is_revealed(masks: list[bool], data: st.DataObject) -> None:
    drawn = data.draw(st.lists(st.integers(0, 20), min_size=len(masks), max_size=len(masks)))
    sure = [value / 20 for value in drawn]
    masked = [n for n in range(len(masks)) if masks[n]]
    runs = [list(run) for _, run in groupby(masked, key=lambda n: n - masked.index(n))]
    leads = [max(run, key=lambda n: (sure[n], -n)) for run in runs]
    expected = {n for n in leads if sure[n] > 0.4} | {n for n in masked if sure[n] >= 0.9}
    expected |= {max(masked, key=lambda n: (sure[n], -n))}
    taken = revealed(Hierarchical(), view_of(masks), scores_of([sure[n] for n in masked]))
    assert taken == sorted(expected)


@given(st.lists(st.integers(0, 16), min_size=1, max_size=20), st.booleans())
def test_the_prefix_ends_before_the_first_cell_that_is_not_sure(
    drawn: list[int], product: bool
) -> None:
    values = [value / 16 for value in drawn]
    n, together = 0, 1.0
    while n < len(values):
        together *= values[n]
        if (together if product else values[n]) <= 0.5:
            break
        n += 1
    assert revealed_of(Prefix(0.5, product), values) == list(range(max(1, n)))


@pytest.mark.parametrize(("product", "n"), [(False, 4), (True, 3)])
def test_a_product_grows_less_sure_with_each_cell(product: bool, n: int) -> None:
    assert len(revealed_of(Prefix(0.7, product), [0.9, 0.9, 0.9, 0.9, 0.6])) == n


def growth(rule: DeferredCommitment, values: list[float], *, step: int, start: int = 0) -> int:
    view = replace(view_of([True] * len(values), 20 - step, step=step), start=start, n_canvas=99)
    cells = rule.eligible(view).nonzero().squeeze(1)
    return rule.extends(view, cells, scores_of([values[cell] for cell in cells]))


def test_a_block_grows_while_its_end_is_in_doubt_up_to_its_limit() -> None:
    rule = DeferredCommitment(max_masks=40, extend=10, growth=4)
    doubtful = [0.2, 0.1, 0.25]
    assert [growth(rule, doubtful, step=step) for step in range(1, 6)] == [4, 4, 2, 0, 0]
    assert growth(rule, doubtful, step=6, start=13) == 4
    assert growth(rule, doubtful, step=1, start=13) == 4


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ([0.2, 0.1, 0.31], DeferredCommitment(extend=10)),  # the surest alone would be revealed
        ([0.95, 0.1, 0.92], DeferredCommitment(extend=10)),  # what is revealed is sure
        ([0.2, 0.1, 0.25], DeferredCommitment()),
        ([0.2, 0.1, 0.25], DeferredCommitment(max_masks=2, extend=10)),  # the end is not in sight
    ],
)
def test_a_block_does_not_grow_where_nothing_speaks_for_it(
    values: list[float], rule: DeferredCommitment
) -> None:
    assert growth(rule, values, step=1) == 0


def test_an_extended_block_changes_where_later_blocks_begin_and_nothing_else() -> None:
    template = Template("a b c", (Slot("text", 30),))
    written = "dcd:max_masks=40,extend=8,growth=4,weak=1"
    params = DecodeParams(select=written, block_length=8, max_steps=40)
    steps = list(tiny_engine().stream(template, params))
    ends = [
        max(n for n, cell in enumerate(step.cells) if cell.text)
        for step in steps
        if any(cell.text for cell in step.cells)
    ]
    filling = steps[-1].filling
    assert filling is not None
    assert filling.usage.new_tokens == 30
    assert max(ends) == 29
    # Two steps reveal nothing: the first block grows to 16 cells before anything is decided in it.
    assert [sum(bool(cell.text) for cell in step.cells) for step in steps[:3]] == [0, 0, 1]
    assert all(cell.text == "" for cell in steps[17].cells[16:])
    assert filling.values == tiny_engine().fill(template, params).values
