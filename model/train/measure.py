"""How good the network is on held-out samples: the share of canvases that are exactly right.

Next-token: every slot is the greedy choice after the true cells before it, which holds exactly when
greedy decoding writes the true canvas. Diffusion: the best tokens of one forward over an all-masked canvas.
Neither uses a grammar.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from model.backbone.decoder import Decoder
from model.train.corrupt import all_masked, repaired
from model.train.layout import Targets, next_token_targets, view_targets
from model.train.objective import Objective, score
from model.train.samples import SampleFile

CHUNK = 32


@dataclass(frozen=True, slots=True)
class Exactness:
    """Shares of held-out canvases that are exactly right."""

    ar: float
    diffusion: float


@torch.no_grad()
def exactness(decoder: Decoder, objective: Objective, held_out: SampleFile) -> Exactness:
    """Measure both ways of filling on all held-out samples."""
    order = np.argsort(held_out.prompt_lengths, kind="stable")
    found = np.array([0.0, 0.0])
    for start in range(0, len(order), CHUNK):
        batch = held_out.batch(order[start : start + CHUNK])
        view = repaired(batch, all_masked(batch, objective.mask_id), objective.mask_id)
        whole = np.full(batch.size, objective.canvas_length, np.int64)
        hidden = objective.read(decoder, batch, [view], whole)
        targets = next_token_targets(batch, 1, 0.0), view_targets(batch, [view])
        found += [_n_exact(decoder, hidden, part) for part in targets]
    ar, diffusion = found / max(1, len(order))
    return Exactness(float(ar), float(diffusion))


def _n_exact(decoder: Decoder, hidden: Tensor, targets: Targets) -> int:
    rows = targets.rows.to(hidden.device)
    wrong = score(decoder, hidden.flatten(0, 1)[rows]).argmax(-1) != targets.ids.to(hidden.device)
    has_error = torch.zeros(len(hidden), dtype=torch.bool, device=hidden.device)
    has_error[rows[wrong] // hidden.shape[1]] = True
    return int((~has_error).sum())
