"""Small samples: prompts that say what their canvas holds, and a tiny network to learn them."""

from __future__ import annotations

import numpy as np

from model.tokens import Tokens
from model.train.config import Budget, Habits, Optimiser, Size, TrainConfig
from model.train.samples import Sample, SampleBatch, SampleFile

N_ROWS, ROW = 4, 3
N_CELLS = N_ROWS * ROW
WORDS = (
    *(f"#{n}" for n in range(1, N_ROWS + 1)),
    "find",
    "nop",
    "<nil>",
    *(f"@{n}" for n in range(1, 10)),
)
SIZE = Size(d_model=32, n_layers=2, n_heads=2, n_kv_heads=1, d_ff=64)


def tokens() -> Tokens:
    return Tokens.train(["find the things that are asked for"], WORDS, vocab_size=300)


def sample(known: Tokens, *names: str, reopened: int | None = None) -> Sample:
    """A prompt of names; row k of the canvas finds the k-th."""
    words: list[str] = []
    for n in range(N_ROWS):
        words += [f"#{n + 1}", *(("find", names[n]) if n < len(names) else ("nop", "<nil>"))]
    is_slot = [cell % ROW > 0 for cell in range(N_CELLS)]
    return Sample(
        prompt=known.encode_prompt("find " + " ".join(names)),
        canvas=[known.word_id(word) for word in words],
        maskable=is_slot,
        weight=[1.0 if slot else 0.0 for slot in is_slot],
        record=[cell // ROW for cell in range(N_CELLS)],
        reopened=None if reopened is None else [cell == reopened for cell in range(N_CELLS)],
    )


def eight(known: Tokens) -> SampleFile:
    """Eight different samples, one of them a repair."""
    rng = np.random.default_rng(0)
    drawn = [[f"@{n}" for n in rng.integers(1, 10, 1 + k % N_ROWS)] for k in range(8)]
    return SampleFile.of(
        sample(known, *names, reopened=2 if k == 7 else None) for k, names in enumerate(drawn)
    )


def batch(known: Tokens) -> SampleBatch:
    """All eight side by side."""
    return eight(known).batch(np.arange(8))


def config(base_steps: int, arm_steps: int) -> TrainConfig:
    """A run over all eight samples a step, without duties."""
    return TrainConfig(
        size=SIZE,
        optimiser=Optimiser(batch_size=8, peak_lr=5e-3),
        budget=Budget(base_samples=8 * base_steps, arm_samples=8 * arm_steps),
        habits=Habits(1e9, 1e9, 1e9, 8),
    )
