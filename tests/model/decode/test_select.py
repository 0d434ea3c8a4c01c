"""What holds for every select rule."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model.decode.registry import select_rule
from model.spec import RuleError
from tests.model.pairs import SELECTS
from tests.model.scored import revealed, revealed_among, scores_of
from tests.model.views import view_of

PERCENTS = st.lists(st.integers(0, 100), min_size=1, max_size=20)
MASKS = st.lists(st.booleans(), min_size=1, max_size=40).filter(any)


@given(MASKS, PERCENTS, st.sampled_from(SELECTS), st.integers(1, 5), st.integers(1, 4))
def test_every_rule_reveals_some_of_the_masked_cells_at_every_step(
    masks: list[bool], percents: list[int], name: str, n_steps: int, width: int
) -> None:
    rule = select_rule(name)
    masked = list(masks)
    regions = [cell // width for cell in range(len(masks))]
    for step in range(1, n_steps + 1):
        view = view_of(masked, n_steps - step + 1, step=step, region=regions)
        eligible = rule.eligible(view)
        assert eligible.any()
        assert not (eligible & ~view.masked).any()
        sure = [percents[(cell * step) % len(percents)] / 100 for cell in range(len(masks))]
        taken = revealed_among(rule, view, sure)
        assert taken or rule.may_wait
        assert all(masked[cell] for cell in taken)
        masked = [is_masked and cell not in taken for cell, is_masked in enumerate(masked)]
        if not any(masked):
            return


@pytest.mark.parametrize("name", [name for name in SELECTS if "random" not in name])
def test_ties_go_to_the_leftmost_cell(name: str) -> None:
    view = view_of([True] * 4, steps_left=4, region=[0] * 4)
    taken = revealed_among(select_rule(name), view, [0.5] * 4)
    assert taken == list(range(len(taken)))
    assert len(taken) < 4


@pytest.mark.parametrize("name", SELECTS)
def test_a_rule_remembers_nothing_of_another_fill(name: str) -> None:
    confidence = [0.3, 0.8, 0.95, 0.1, 0.6]
    view = view_of([True] * 5, steps_left=3, region=[0, 0, 1, 1, 2])
    first = revealed_among(select_rule(name), view, confidence)
    assert revealed_among(select_rule(name), view, confidence) == first


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("best", "no select rule 'best'; choose one of threshold, top-k"),
        ("dcd:max_mask=3", "no option 'max_mask'; it has threshold .a number, 0 to 1., max_masks"),
        ("dcd:max_masks=0", "max_masks is '0'; it takes a whole number, at least 1"),
        ("top-k:by=luck", "takes confidence or margin or entropy or random"),
        ("dcd+threshold", "'threshold' cannot stand behind a plus; that is for prophet"),
        ("cad+eos-cut+eos-cut", "each once"),
        ("learned:path=/no/such/file", "no filter in .* train one with"),
    ],
)
def test_a_name_that_cannot_be_is_refused(written: str, message: str) -> None:
    with pytest.raises(RuleError, match=message):
        select_rule(written)


def test_what_a_fill_gives_is_taken_where_the_name_says_nothing() -> None:
    view, scores = view_of([True] * 3), scores_of([0.2, 0.6, 0.8])
    assert revealed(select_rule("threshold", {"threshold": 0.5}), view, scores) == [1, 2]
    written = select_rule("threshold:threshold=.7", {"threshold": 0.5})
    assert revealed(written, view, scores) == [2]
    assert revealed(select_rule("threshold", {"threshold": None}), view, scores) == [2]


def test_a_short_name_stands_for_a_rule_with_options() -> None:
    scores = scores_of([0.9, 0.1, 0.5], margin=[0.1, 0.0, 0.4], entropy=[3, 2, 1])
    view = view_of([True] * 3, steps_left=3)
    found = [
        revealed(select_rule(f"top-k{by}"), view, scores) for by in ("", "-margin", "-entropy")
    ]
    assert found == [[0], [2], [2]]
    assert torch.equal(view.masked, torch.ones(3, dtype=torch.bool))
