"""The average of several runs' weights: often better than each of them where they share a beginning.

Model soups (arXiv 2203.05482). The runs must have gone on from one another or from common weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from model.checkpoints.reading import Target
from model.errors import TrainingError
from model.loading import ARMS, read_config, read_weights
from model.tokens import Tokens
from model.train.runfolder import RunFolder


def average(runs: Mapping[Path, float], out: Path) -> None:
    """Write the average of each arm of some run folders, by shares that add up to more than nothing.

    Folders whose networks differ in shape, whose words differ, or that lack an arm, are refused.
    """
    whole = sum(runs.values())
    if whole <= 0 or min(runs.values()) < 0:
        said = ", ".join(f"{share:g}" for share in runs.values())
        raise TrainingError(f"the shares are {said}; none may be negative, nor all of them zero")
    configs = [read_config(folder) for folder in runs]
    words = [Tokens.load(folder / "tokenizer.json") for folder in runs]
    first = words[0].tokenizer.to_str()
    if len(set(configs)) > 1 or any(each.tokenizer.to_str() != first for each in words):
        raise TrainingError(
            f"{', '.join(map(str, runs))} differ in shape or words; average runs that share a beginning"
        )
    out.mkdir(parents=True, exist_ok=True)
    folder = RunFolder(out)
    folder.save_description(
        configs[0], words[0], {"average": {str(run): share for run, share in runs.items()}}
    )
    for arm in ARMS:
        folder.save_weights(_mixed({f: share / whole for f, share in runs.items()}, arm), arm)


def _mixed(shares: Mapping[Path, float], arm: str) -> dict[str, Tensor]:
    target = Target(torch.device("cpu"), torch.float32)
    mixed: dict[str, Tensor] = {}
    for folder, share in shares.items():
        weights = read_weights(folder, read_config(folder), target, arm)
        for name, weight in weights.items():
            mixed[name] = mixed.get(name, torch.zeros_like(weight)) + share * weight
    return mixed
