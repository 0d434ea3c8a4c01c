"""Several processes that train one network: each reads its share of a batch, all take the same step.

On a CPU two processes of one thread each read nearly twice as fast as one, where two threads of one
process do not: most of a step are small operations, and threads wait for each other at each of them.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, distributed, multiprocessing, nn

Index = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Team:
    """One member of a team of `size`; a team of one needs no other process."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this member measures, writes and decides."""
        return self.rank == 0

    def share(self, batch: Index) -> Index:
        """This member's samples of a batch."""
        return batch[self.rank :: self.size]

    def average(self, weights: Iterable[nn.Parameter]) -> None:
        """Replace each member's gradients by their mean."""
        if self.size == 1:
            return
        gradients = [weight.grad for weight in weights if weight.grad is not None]
        flat = torch.cat([gradient.flatten() for gradient in gradients])
        distributed.all_reduce(flat)
        flat /= self.size
        parts = flat.split([gradient.numel() for gradient in gradients])
        for gradient, part in zip(gradients, parts, strict=True):
            gradient.copy_(part.view_as(gradient))

    def follow(self, counts: Sequence[int]) -> list[int]:
        """The leader's counts, whatever the others would have said."""
        if self.size == 1:
            return list(counts)
        said: Tensor = torch.tensor(counts, dtype=torch.long)
        distributed.broadcast(said, 0)
        return [int(count) for count in said]

    def wait(self) -> None:
        """Go on when all members have come here."""
        if self.size > 1:
            distributed.barrier()


def gather(size: int, work: Callable[[Team], None]) -> None:
    """Let a team of `size` processes do the work, each on a core of its own where there are enough."""
    if size == 1:
        work(Team())
        return
    with tempfile.TemporaryDirectory(prefix="palimpsest-train-") as folder:
        meeting = Path(folder) / "meeting"
        multiprocessing.spawn(  # type: ignore[no-untyped-call,attr-defined]
            _join, args=(size, meeting, work), nprocs=size
        )


def _join(rank: int, size: int, meeting: Path, work: Callable[[Team], None]) -> None:
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) >= size:
        os.sched_setaffinity(0, {cores[rank]})
    torch.set_num_threads(1)
    distributed.init_process_group("gloo", f"file://{meeting}", rank=rank, world_size=size)
    try:
        work(Team(rank, size))
    finally:
        distributed.destroy_process_group()
    sys.stdout.flush()
    sys.stderr.flush()
    # A thread of torch's that still wants the interpreter now and then aborts one that closes down.
    os._exit(0)
