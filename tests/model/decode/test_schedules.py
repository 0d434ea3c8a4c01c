"""Rules that spread their reveals over all steps: top-k, streams, favoured regions, coherence."""

from __future__ import annotations

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.decode.coherent import Coherent
from model.decode.streams import Favour, Streams
from model.decode.top_k import TopK
from tests.model.scored import revealed, revealed_of, scores_of
from tests.model.views import view_of

LAYOUTS = st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=1, max_size=16)


@given(st.integers(1, 40), st.integers(1, 12))
def test_top_k_spreads_the_cells_evenly_with_the_remainder_first(n: int, n_steps: int) -> None:
    left, helpings = n, []
    for step in range(n_steps):
        if left:
            helpings.append(len(revealed_of(TopK(), [0.5] * left, n_steps - step)))
            left -= helpings[-1]
    whole, rest = divmod(n, n_steps)
    expected = [whole + (step < rest) for step in range(n_steps)]
    assert left == 0
    assert helpings == [k for k in expected if k]


def test_top_k_ranks_by_its_measure() -> None:
    scores = scores_of([0.9, 0.1, 0.5], entropy=[3, 2, 1], margin=[0.2, 0.3, 0.1])
    view = view_of([True] * 3, 3)
    assert revealed(TopK("confidence"), view, scores) == [0]
    assert revealed(TopK("margin"), view, scores) == [1]
    assert revealed(TopK("entropy"), view, scores) == [2]


def test_random_cells_depend_on_the_seed_alone() -> None:
    drawn = {seed: revealed_of(TopK("random", seed), [0.5] * 30, 3) for seed in range(9)}
    assert drawn[3] == revealed_of(TopK("random", 3), [0.1] * 30, 3)
    assert len({tuple(cells) for cells in drawn.values()}) > 1
    assert all(len(cells) == 10 for cells in drawn.values())


@given(LAYOUTS, st.integers(1, 5), st.booleans())
def test_streams_share_each_helping_evenly(
    layout: list[tuple[int, bool]], steps_left: int, late: bool
) -> None:
    layout = sorted(layout)
    regions, masks = [r for r, _ in layout], [m for _, m in layout]
    if not any(masks):
        return
    live = {r for r, m in layout if m}
    if late and live != {max(regions)}:
        live -= {max(regions)}
    sure = [0.5 + (7 * n % 5) / 10 for n in range(len(layout))]
    cells = {r: [n for n, (s, m) in enumerate(layout) if m and s == r] for r in live}
    for region in live:
        cells[region].sort(key=lambda n: (-sure[n], n))
    budget, expected = -(-sum(masks) // steps_left), []
    while budget and any(cells.values()):
        for region in sorted(live):
            if budget and cells[region]:
                expected.append(cells[region].pop(0))
                budget -= 1
    view = view_of(masks, steps_left, region=regions)
    eligible = [n for n in range(len(layout)) if masks[n] and regions[n] in live]
    taken = revealed(Streams(late), view, scores_of([sure[n] for n in eligible]))
    assert taken == sorted(expected)


@pytest.mark.parametrize(("first", "taken"), [(-1, [4, 5]), (1, [2, 3]), (0, [0, 3]), (-9, [0, 3])])
def test_favoured_regions_come_first(first: int, taken: list[int]) -> None:
    values = [0.9, 0.1, 0.7, 0.8, 0.6, 0.2]
    view = view_of([True] * 6, steps_left=3, region=[0, 0, 1, 1, 2, 2])
    assert revealed(Favour(0.75, first), view, scores_of(values)) == taken


def coherent_run(mode: Literal["seek", "uniform"], restless: tuple[int, int]) -> list[list[int]]:
    """Twelve cells in twelve steps, the left surest; one (step, cell) proposes another word."""
    rule, gone, taken = Coherent(warm_up=1, mode=mode), set[int](), list[list[int]]()
    while len(gone) < 12:
        step = len(taken) + 1
        cells = [n for n in range(12) if n not in gone]
        view = view_of([n not in gone for n in range(12)], steps_left=13 - step, step=step)
        tokens = [1 + ((step, n) == restless) for n in cells]
        taken.append(revealed(rule, view, scores_of([0.9 - n / 100 for n in cells], token=tokens)))
        gone |= set(taken[-1])
    return taken


def test_coherence_reveals_all_watched_cells_that_repeat_themselves() -> None:
    # After the warm-up 1, 2, 3, 4, 5, 5 cells are watched, and 1 of the last twelfth.
    expected = [[0], [1], [2], [3], [4, 5], [6, 7], [8, 9, 10], [11]]
    assert coherent_run("seek", (0, 0)) == expected
    assert coherent_run("uniform", (0, 0)) == [[n] for n in range(12)]


def test_a_cell_that_changes_its_word_waits() -> None:
    assert coherent_run("seek", (5, 5))[4] == [4]
    assert coherent_run("seek", (4, 5))[4] == [4]
    assert coherent_run("seek", (3, 5))[4] == [4, 5]


def test_a_new_block_forgets_what_was_watched() -> None:
    rule = Coherent(warm_up=1)
    revealed(rule, view_of([True] * 4, steps_left=4), scores_of([0.9, 0.8, 0.7, 0.6]))
    again = view_of([True] * 4, steps_left=4, step=1)
    assert revealed(rule, again, scores_of([0.1, 0.8, 0.7, 0.6])) == [1]
