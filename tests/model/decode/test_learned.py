"""The learned filter: what it accepts is revealed, by weights of a few kilobytes."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from model.decode.learned import WEIGHTS, Filter, LearnedFilter
from model.decode.registry import select_rule
from model.pairing import Setting, rules
from model.spec import RuleError
from model.train.filter import save
from tests.model.scored import revealed_among
from tests.model.views import view_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Accepts a cell when it and its left neighbour are sure together: relu(cᵢ + cᵢ₋₁ - 1) · 20 - 5."""
    inner = torch.eye(4) + torch.eye(4).roll(-1, 1).tril(-1)
    learned = Filter(inner, torch.full((4,), -1.0), 20 * torch.eye(4), torch.full((4,), -5.0))
    save(learned, tmp_path / "filter.safetensors")
    return tmp_path / "filter.safetensors"


def test_it_reveals_what_the_filter_accepts_and_the_surest(path: Path) -> None:
    rule = LearnedFilter(accept=0.9, path=path)
    view = view_of([False, True, True, True], confidence=[0.8, 0, 0, 0])
    # Sums less one: .5 by the cell and the revealed one beside it, .3, .1; 20 × .5 - 5 = 5.
    assert revealed_among(rule, view, [0, 0.7, 0.6, 0.5]) == [1]
    assert revealed_among(rule, view, [0, 0.9, 0.9, 0.3]) == [1, 2]
    assert revealed_among(rule, view, [0, 0.1, 0.2, 0.5]) == [3]


def test_the_chance_asked_for_decides(path: Path) -> None:
    view = view_of([True] * 4)
    # 20 × .3 - 5 = 1: a chance of .73 for the last cell.
    taken = [
        revealed_among(LearnedFilter(accept, path), view, [0.1, 0.2, 0.6, 0.7])
        for accept in (0.72, 0.74)
    ]
    assert taken == [[3], [3]]
    taken = [
        revealed_among(LearnedFilter(accept, path), view, [0.75, 0.2, 0.7, 0.6])
        for accept in (0.72, 0.74)
    ]
    assert taken == [[0, 3], [0]]


def test_it_is_refused_at_another_block_length(path: Path) -> None:
    written = f"learned:path={path}"
    rules(written, "none", Setting(block_length=4))
    with pytest.raises(RuleError, match="trained for blocks of 4 cells, this one has 5"):
        rules(written, "none", Setting(block_length=5))


def test_what_is_no_filter_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    with pytest.raises(RuleError, match="no filter in"):
        select_rule(f"learned:path={path}")
    path.write_bytes(b"nothing")
    with pytest.raises(RuleError, match=r"no filter in .* train one"):
        select_rule(f"learned:path={path}")


def test_the_embedded_planner_has_one() -> None:
    assert Filter.load(WEIGHTS).n_cells == 64
    assert WEIGHTS.stat().st_size < 20_000
