"""The folder of a training run: what is kept to resume, and what is left when it is done.

While running: `state.pt` (where the run stands) and `base.pt` (the weights that both arms start from).
Left: `diffusion.safetensors`, `ar.safetensors`, `config.json`, `tokenizer.json`, `curve.jsonl`,
`training.json`; of low-rank training `base.safetensors` and an `ARM.adapter.safetensors` for each arm.
Files appear whole or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from shutil import copyfile
from typing import Any
from zipfile import is_zipfile

import torch
from safetensors.torch import save_file
from torch import Tensor

from model.backbone.decoder import DecoderConfig
from model.checkpoints.adapter import BASE
from model.checkpoints.scaled import shrunk
from model.errors import TrainingError
from model.families.planner import config_of
from model.tokens import Tokens
from model.train.whole import on_cpu


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Reads and writes the files of one run."""

    path: Path

    def save_state(self, state: Mapping[str, Any], name: str) -> None:
        """Write a state."""
        partial = self.path / f"{name}.partial"
        torch.save(dict(state), partial)
        partial.replace(self.path / name)

    def read_state(self, name: str) -> dict[str, Any] | None:
        """A saved state, or None when there is none."""
        path = self.path / name
        if not path.exists():
            return None
        try:
            if not is_zipfile(path):  # torch would try older formats, with errors of every kind
                raise UnpicklingError("not an archive")
            state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        except (OSError, RuntimeError, UnpicklingError) as error:
            raise TrainingError(
                f"cannot resume from {str(path)!r}: {error}; delete it to start anew"
            ) from error
        return state

    def save_weights(self, weights: Mapping[str, Tensor], arm: str) -> None:
        """Write the weights of an arm: matrices in 8 bits with a scale for each row, the rest in bfloat16."""
        self.save_tensors(shrunk(on_cpu(weights)), arm)

    def save_tensors(self, tensors: Mapping[str, Tensor], name: str) -> None:
        """Write tensors as they are."""
        partial = self.path / f"{name}.safetensors.partial"
        save_file(dict(tensors), partial, metadata={"format": "pt"})
        self._put(partial, f"{name}.safetensors")

    @property
    def base(self) -> Path:
        """Where the weights are that a low-rank run changes."""
        return self.path / BASE

    def copy_base(self, path: Path) -> None:
        """Keep the weights that a low-rank run changes, byte by byte."""
        if self.base.exists() and self.base.samefile(path):
            return
        partial = self.path / f"{BASE}.partial"
        copyfile(path, partial)
        self._put(partial, BASE)

    def _put(self, partial: Path, name: str) -> None:
        partial.chmod(0o644)
        partial.replace(self.path / name)

    def save_description(
        self, config: DecoderConfig, tokens: Tokens, training: Mapping[str, Any]
    ) -> None:
        """Write what a loader needs besides weights, and how they came about."""
        tokens.save(self.path / "tokenizer.json")
        self._write_json("config.json", config_of(config))
        self._write_json("training.json", training)

    def add_to_curve(self, point: Mapping[str, Any]) -> None:
        """Append a measurement."""
        with (self.path / "curve.jsonl").open("a", encoding="utf-8") as curve:
            curve.write(json.dumps(point) + "\n")

    def forget_state(self) -> None:
        """Delete what only resuming needs."""
        for name in ("state.pt", "base.pt"):
            (self.path / name).unlink(missing_ok=True)

    def _write_json(self, name: str, value: Mapping[str, Any]) -> None:
        text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
        (self.path / name).write_text(text, encoding="utf-8")
