"""How many cells each denoise step reveals, where a decoder fixes that beforehand."""

from __future__ import annotations

import torch


def helping(n_cells: int, n_steps: int, step: int) -> int:
    """The share of step `step` (from 1) where `n_cells` are split over `n_steps`, the first ones larger.

    Source: `get_num_transfer_tokens` of SDAR and LLaDA 2.
    """
    return n_cells // n_steps + (step - 1 < n_cells % n_steps)


def decay(n_masked: int, n_steps: int, step: int, eps: float) -> int:
    """How many of `n_masked` cells step `step` (from 1) reveals as masking falls evenly from 1 to `eps`.

    In single precision and cut off, so that a step may reveal none. Source: Dream's `diffusion_generate`.
    """
    if step >= n_steps:
        return n_masked
    times = torch.linspace(1, eps, n_steps + 1)
    return int(torch.tensor(float(n_masked)) * (1 - times[step] / times[step - 1]))
