"""A function of tensors that the device records once per shape and replays from then on (CUDA graphs).

A denoise step is hundreds of small launches; replayed, it is one. A recording that fails, or does not give what
the function itself gave, is not used.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

import torch
from torch import Tensor

Run = Callable[[], Tensor]
Recorder = Callable[[Run], tuple[Callable[[], object], Tensor]]
"""Takes a run over fixed tensors; gives a replay of it, and the tensor that each replay writes."""

TOLERANCE = 0.02  # of the largest value: the device may choose other kernels while it records


@dataclass(frozen=True, slots=True)
class Recording:
    """A replay, the tensors that it reads and the one that it writes."""

    replay: Callable[[], object]
    inputs: tuple[Tensor, ...]
    output: Tensor

    def run(self, given: tuple[Tensor, ...]) -> Tensor:
        """The output for these inputs; the next run overwrites it."""
        for kept, tensor in zip(self.inputs, given, strict=True):
            kept.copy_(tensor)
        self.replay()
        return self.output


class Replayed:
    """Calls `call(key, *tensors)`, which may be repeated without harm; recorded at a shape's second call.

    What the function reads beside its tensors must depend on the key alone. Of more than `max_recordings`
    shapes the one recorded first is forgotten.
    """

    def __init__(
        self, call: Callable[..., Tensor], record: Recorder | None = None, max_recordings: int = 32
    ) -> None:
        self._call, self._record = call, record or record_graph
        self._max_recordings = max_recordings
        self._recordings: dict[Hashable, Recording | None] = {}  # None: seen, or refused
        self._seen: set[Hashable] = set()

    def __call__(self, key: Hashable, *given: Tensor) -> Tensor:
        """What the function gives; the next call may overwrite it."""
        shape = (key, *((tensor.shape, tensor.dtype) for tensor in given))
        if recording := self._recordings.get(shape):
            return recording.run(given)
        out = self._call(key, *given)
        if shape in self._seen and shape not in self._recordings:
            self._keep(shape, self._recorded(key, given, out))
        self._seen.add(shape)
        return out

    def _keep(self, shape: Hashable, recording: Recording | None) -> None:
        if len(self._recordings) >= self._max_recordings:
            del self._recordings[next(iter(self._recordings))]
        self._recordings[shape] = recording

    def _recorded(self, key: Hashable, given: tuple[Tensor, ...], out: Tensor) -> Recording | None:
        inputs = tuple(tensor.clone() for tensor in given)
        try:
            replay, output = self._record(lambda: self._call(key, *inputs))
        except RuntimeError:  # what the device refuses to record runs as it is
            return None
        recording = Recording(replay, inputs, output)
        found = recording.run(given)
        limit = TOLERANCE * float(out.abs().max())
        return recording if torch.allclose(found, out, rtol=0, atol=limit) else None


def record_graph(run: Run) -> tuple[Callable[[], object], Tensor]:
    """A CUDA graph of the run, which has run once beside it so that nothing is set up while recording."""
    side, current = torch.cuda.Stream(), torch.cuda.current_stream()
    side.wait_stream(current)
    with torch.cuda.stream(side):
        run()
    current.wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        output = run()
    return graph.replay, output
