"""Where a run starts: from nothing, from weights of an earlier run, or from what such a run holds half-way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from model.backbone.decoder import Decoder, DecoderConfig
from model.checkpoints.adapter import base_of
from model.checkpoints.layout import on_meta
from model.checkpoints.reading import Target
from model.errors import TrainingError
from model.loading import read_weights
from model.train.runfolder import RunFolder

ON_CPU = Target(torch.device("cpu"), torch.float32)


@dataclass(frozen=True, slots=True)
class Origin:
    """`base`: weights that both arms start from, and that a low-rank run changes. `begin`: where its changes start.

    Both are a file of weights or a planner's folder; `begin` may be a state (`.pt`) of a run, too.
    """

    base: Path | None = None
    begin: Path | None = None

    def weights(self, config: DecoderConfig) -> dict[str, Tensor] | None:
        """The weights that the arms start from, or None where they start from nothing."""
        place = self.begin or self.base
        if place is None:
            return None
        if place.suffix == ".pt":
            return _of_state(place, config)
        return read_weights(place, config, ON_CPU)

    def fixed(self, config: DecoderConfig, folder: RunFolder) -> dict[str, Tensor]:
        """The weights that a low-rank run changes; one that was begun has a copy."""
        if folder.base.exists() and (folder.path / "state.pt").exists():
            return read_weights(folder.base, config, ON_CPU)
        return read_weights(self.fixed_file(), config, ON_CPU)

    def fixed_file(self) -> Path:
        """The file of these weights."""
        if self.base is None:
            raise TrainingError(
                "adapter.rank needs weights to change; give them with --base, or set the rank to 0"
            )
        return base_of(self.base)


def _of_state(path: Path, config: DecoderConfig) -> dict[str, Tensor]:
    """The network of a saved run: the average of an arm's weights where the state has it."""
    state = RunFolder(path.parent).read_state(path.name)
    if state is None:
        raise TrainingError(
            f"{str(path)!r} is missing; give a run's state.pt or base.pt, or weights"
        )
    is_arm = state.get("place", {}).get("phase", "base") != "base"
    whole = is_arm and "factors" not in state
    return _checked(state["average" if whole else "decoder"], path, config)


def _checked(weights: Mapping[str, Any], path: Path, config: DecoderConfig) -> dict[str, Tensor]:
    wanted = on_meta(partial(Decoder, config)).state_dict()
    found = {name: weight.float() for name, weight in weights.items()}
    if {n: w.shape for n, w in wanted.items()} != {n: w.shape for n, w in found.items()}:
        raise TrainingError(
            f"{str(path)!r} is of a network of another shape; give a state of one with this size and words"
        )
    return found
