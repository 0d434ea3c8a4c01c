"""Which samples each training step sees: shuffled, alike in length, the same for both arms.

A pure function of the seed and the step, so a resumed run sees what an uninterrupted one sees.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.errors import TrainingError

Index = NDArray[np.int64]
WINDOW = 32  # batches that are sorted by length together: little padding, still well mixed


class BatchOrder:
    """Batches of sample indices, epoch after epoch."""

    def __init__(self, lengths: Index, batch_size: int, seed: int) -> None:
        if len(lengths) < batch_size:
            raise TrainingError(
                f"{len(lengths)} training samples cannot fill a batch of {batch_size}; "
                "write more samples or lower optimiser.batch_size"
            )
        self._lengths, self._size, self._seed = lengths, batch_size, seed
        self._per_epoch = len(lengths) // batch_size
        self._epoch = -1
        self._batches = np.empty((0, batch_size), np.int64)

    def batch(self, step: int) -> Index:
        """The indices of a step's batch."""
        epoch, place = divmod(step, self._per_epoch)
        if epoch != self._epoch:
            self._epoch, self._batches = epoch, self._shuffle(epoch)
        indices: Index = self._batches[place]
        return indices

    def _shuffle(self, epoch: int) -> Index:
        rng = np.random.default_rng((self._seed, epoch))
        order = rng.permutation(len(self._lengths))[: self._per_epoch * self._size]
        span = WINDOW * self._size
        for start in range(0, len(order), span):
            window = order[start : start + span]
            order[start : start + span] = window[self._lengths[window].argsort(kind="stable")]
        return rng.permutation(order.reshape(-1, self._size))
