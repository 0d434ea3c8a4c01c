"""What a training run is told: the network's size, the optimiser, the adapter, the mask mix, the budget."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from model.errors import TrainingError


@dataclass(frozen=True, slots=True)
class Size:
    """The network."""

    d_model: int = 256
    n_layers: int = 6
    n_heads: int = 4
    n_kv_heads: int = 4
    d_ff: int = 704


@dataclass(frozen=True, slots=True)
class Optimiser:
    """AdamW with a warm-up, a stable phase and a linear decay at the end of each arm."""

    batch_size: int = 32
    peak_lr: float = 2e-3
    betas: tuple[float, float] = (0.9, 0.95)
    weight_decay: float = 0.1
    clip: float = 1.0
    warmup: float = 0.02
    decay: float = 0.25
    final_lr: float = 0.05
    ema: float = 0.999


@dataclass(frozen=True, slots=True)
class Adapter:
    """Train factors of this rank instead of matrices (0: all weights), at a peak rate of their own, without decay."""

    rank: int = 0
    peak_lr: float = 2e-3


@dataclass(frozen=True, slots=True)
class MaskMix:
    """What the views hide (shares of samples unless said otherwise).

    `growth` is the share of the diffusion steps in which blocks grow to the canvas, `few_step` the share
    of the last steps in which `self_drafts` of the batches continue the model's own first step.
    """

    all_masked: float = 0.4
    least_rate: float = 0.15
    records: float = 0.3
    tails: float = 0.3
    blocks: tuple[int, ...] = (1, 8, 16, 32)
    growth: float = 0.25
    whole_canvas: float = 0.7
    few_step: float = 0.15
    self_drafts: float = 0.3
    masked_prompt: float = 0.03
    prompt_weight: float = 0.1
    ar_weight: tuple[float, float] = (1.0, 0.5)


@dataclass(frozen=True, slots=True)
class Budget:
    """How long to train: in samples, or in minutes when `minutes` is not zero.

    With minutes, the base takes `base_share` of them and both arms the rest, at equal samples.
    """

    base_samples: int = 64_000
    arm_samples: int = 128_000
    minutes: float = 0.0
    base_share: float = 0.2


@dataclass(frozen=True, slots=True)
class Habits:
    """How often the run saves, reports and looks at the held-out samples (seconds)."""

    save_seconds: float = 120.0
    report_seconds: float = 20.0
    evaluate_seconds: float = 180.0
    held_out: int = 256


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """A whole run."""

    seed: int = 0
    size: Size = Size()
    optimiser: Optimiser = Optimiser()
    adapter: Adapter = Adapter()
    masks: MaskMix = MaskMix()
    budget: Budget = Budget()
    habits: Habits = Habits()

    @property
    def schedule(self) -> Optimiser:
        """The optimiser with the peak rate of what is trained."""
        if not self.adapter.rank:
            return self.optimiser
        return replace(self.optimiser, peak_lr=self.adapter.peak_lr)


SECTIONS = {
    "size": Size,
    "optimiser": Optimiser,
    "adapter": Adapter,
    "masks": MaskMix,
    "budget": Budget,
    "habits": Habits,
}


def read_config(path: Path | None) -> TrainConfig:
    """Read a TOML file; what it does not say keeps its default, what it must not say is an error."""
    if path is None:
        return TrainConfig()
    try:
        stored = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise TrainingError(f"cannot read the configuration {str(path)!r}: {error}") from error
    sections = {name: _section(name, kind, stored.pop(name, {})) for name, kind in SECTIONS.items()}
    seed = stored.pop("seed", 0)
    if stored:
        raise TrainingError(
            f"unknown setting {next(iter(stored))!r}; known: seed, {', '.join(SECTIONS)}"
        )
    rank = sections["adapter"].rank
    if not isinstance(rank, int) or rank < 0:
        raise TrainingError(
            f"adapter.rank is {rank!r}; give a whole number, 0 to train all weights"
        )
    return TrainConfig(seed=seed, **sections)


def _section(name: str, kind: type[Any], stored: dict[str, Any]) -> Any:
    known = {field.name for field in fields(kind)}
    for key in stored:
        if key not in known:
            raise TrainingError(f"unknown setting {name}.{key}; known: {', '.join(sorted(known))}")
    return kind(**{key: tuple(v) if isinstance(v, list) else v for key, v in stored.items()})
