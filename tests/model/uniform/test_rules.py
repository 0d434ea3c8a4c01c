from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model.spec import RuleError
from model.uniform.rules import Knobs, Settling, accept

ENTROPIES = st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0, 2.0]), min_size=1, max_size=12)


def accepted_one_by_one(entropies: list[float], bound: float) -> set[int]:
    """From the surest on, the left one first, as long as those before sum up to no more than the bound."""
    taken: set[int] = set()
    for cell in sorted(range(len(entropies)), key=lambda cell: (entropies[cell], cell)):
        if sum(entropies[other] for other in taken) > bound:
            break
        taken.add(cell)
    return taken


@given(ENTROPIES, st.sampled_from([0.0, 0.1, 0.6, 3.0]))
def test_the_surest_cells_are_accepted_up_to_the_bound(
    entropies: list[float], bound: float
) -> None:
    taken = accept(torch.tensor(entropies, dtype=torch.double), bound)
    assert set(taken.nonzero().squeeze(1).tolist()) == accepted_one_by_one(entropies, bound)


@given(ENTROPIES)
def test_at_least_one_cell_is_accepted(entropies: list[float]) -> None:
    assert accept(torch.tensor(entropies), 0.0).any()


def test_the_temperature_falls_from_its_highest_towards_its_lowest() -> None:
    knobs = Knobs(n_steps=4, t_min=0.4, t_max=0.8)
    assert [knobs.temperature(step) for step in (1, 2, 3, 4)] == pytest.approx([0.8, 0.7, 0.6, 0.5])


@pytest.mark.parametrize(("threshold", "settled_at"), [(0, 0), (1, 2), (2, 3)])
def test_a_canvas_settles_after_so_many_equal_steps(threshold: int, settled_at: int) -> None:
    settling = Settling(Knobs(stability_threshold=threshold, confidence_threshold=1.0))
    words = [torch.tensor(w) for w in ([1, 2], [3, 2], [3, 2], [3, 2])]
    found = [settling.has_settled(word, torch.tensor([0.5, 0.9])) for word in words]
    assert found.index(True) == settled_at


def test_an_unsure_canvas_does_not_settle() -> None:
    settling = Settling(Knobs(stability_threshold=0, confidence_threshold=0.5))
    assert not settling.has_settled(torch.tensor([1]), torch.tensor([0.5]))


def test_options_go_before_the_checkpoints_own_knobs() -> None:
    knobs = Knobs.of("diffusion_gemma:t_min=0.2,n_steps=7", {"t_min": 0.3})
    assert (knobs.t_min, knobs.n_steps, knobs.t_max) == (0.3, 7, 0.8)


@pytest.mark.parametrize(
    ("decoder", "options", "says"),
    [
        ("diffusion_gemma", {"bound": 1}, "no option 'bound'; it has .*entropy_bound"),
        ("diffusion_gemma:n_steps=0", {}, "n_steps is '0'; it takes a whole number, at least 1"),
        ("diffusion_gemma", {"t_min": 0.9}, "t_max=0.8 to t_min=0.9; lower t_min"),
        ("diffusion_gemma", {"stability_threshold": 0.5}, "stability_threshold is '0.5'"),
        ("sdar", {}, "no decoder 'sdar' for uniform noise; write diffusion_gemma"),
        ("diffusion_gemma+threshold", {}, "no decoder"),
    ],
)
def test_knobs_that_cannot_be_are_refused(
    decoder: str, options: dict[str, float], says: str
) -> None:
    with pytest.raises(RuleError, match=says):
        Knobs.of(decoder, options)
