"""Learning rates and run lengths."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.errors import TrainingError
from model.train.config import Budget, Optimiser, TrainConfig, read_config
from model.train.schedule import (
    Phase,
    Plan,
    fit_arms,
    fit_base,
    learning_rate,
    plan_by_minutes,
    plan_by_samples,
)

TOLD = Optimiser(peak_lr=1.0, warmup=0.02, decay=0.25, final_lr=0.05)
PLAN = Plan(200, 800)


def test_rate_warms_up_holds_and_decays() -> None:
    rates = [learning_rate(TOLD, Phase.BASE, step, PLAN) for step in range(200)]
    assert rates[0] == pytest.approx(0.05)
    assert rates[19:] == [1.0] * 181
    arm = [learning_rate(TOLD, Phase.AR, step, PLAN) for step in range(800)]
    assert arm[:601] == [1.0] * 601
    assert arm[-1] == pytest.approx(0.05, abs=0.01)
    assert arm[601:] == sorted(arm[601:], reverse=True)


def test_both_arms_have_one_schedule() -> None:
    for step in (0, 500, 799):
        one, other = (
            learning_rate(TOLD, phase, step, PLAN) for phase in (Phase.AR, Phase.DIFFUSION)
        )
        assert one == other


def test_samples_become_steps() -> None:
    assert plan_by_samples(Budget(320, 640), 32) == Plan(10, 20)


@given(
    st.floats(1, 500),
    st.floats(0.01, 2),
    st.floats(0.3, 0.9),
    st.integers(0, 50),
    st.floats(0.5, 2),
)
def test_a_plan_fills_its_minutes(
    minutes: float, pace: float, share: float, step: int, slower: float
) -> None:
    budget = Budget(minutes=minutes)
    plan = plan_by_minutes(budget, pace, share)
    views = pace / share
    wanted = plan.base_steps * pace + plan.arm_steps * (pace + views)
    assert wanted <= minutes * 60 + 2 * (pace + views)
    assert wanted >= minutes * 60 - 2 * (pace + views)
    left = minutes * 60 * 0.8 - step * views * slower
    fitted = fit_arms(plan, step, views * slower, share, left)
    assert fitted.arm_steps > step
    assert fitted.base_steps == plan.base_steps


def test_a_slower_base_is_shortened() -> None:
    budget = Budget(minutes=10, base_share=0.2)
    assert fit_base(budget, Plan(120, 50), 30, 60.0) == Plan(60, 50)


def test_configuration_is_read(tmp_path: Path) -> None:
    (tmp_path / "train.toml").write_text(
        "seed = 3\n[masks]\nblocks = [1, 4]\n[size]\nd_model = 64\n"
    )
    told = read_config(tmp_path / "train.toml")
    assert (told.seed, told.masks.blocks, told.size.d_model) == (3, (1, 4), 64)
    assert read_config(None) == TrainConfig()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[masks]\nblock = 3", "unknown setting masks.block; known: all_masked"),
        ("speed = 3", "unknown setting 'speed'; known: seed"),
        ("speed = ", "cannot read the configuration"),
    ],
)
def test_unknown_settings_are_errors(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "train.toml").write_text(text)
    with pytest.raises(TrainingError, match=said):
        read_config(tmp_path / "train.toml")
