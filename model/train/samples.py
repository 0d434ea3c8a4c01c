"""Training samples: a prompt, a canvas, and what may be masked in it; many of them in one .npz file.

Knows token ids and cells only. All samples of a file have canvases of one length.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from model.errors import TrainingError

Ids = NDArray[np.int64]
Flags = NDArray[np.bool_]
Weights = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sample:
    """One prompt and its canvas.

    `maskable` tells the slots from fixed text, `weight` is each cell's share of the loss, `record` the
    record that each cell belongs to. A repair sample has `reopened` cells, and optionally a `draft`: the
    visible version of the canvas, wrong in places.
    """

    prompt: Sequence[int]
    canvas: Sequence[int]
    maskable: Sequence[bool]
    weight: Sequence[float]
    record: Sequence[int]
    draft: Sequence[int] | None = None
    reopened: Sequence[bool] | None = None


@dataclass(frozen=True, slots=True)
class SampleBatch:
    """Samples side by side; prompts are padded on the right. All arrays are (batch, …)."""

    prompt: Ids
    prompt_length: Ids
    canvas: Ids
    maskable: Flags
    weight: Weights
    record: Ids
    draft: Ids
    reopened: Flags

    @property
    def size(self) -> int:
        """How many samples."""
        return len(self.canvas)


CELL_TYPES: dict[str, type[np.generic]] = {
    "canvas": np.uint16,
    "maskable": np.bool_,
    "weight": np.float16,
    "record": np.uint8,
    "draft": np.uint16,
    "reopened": np.bool_,
}
NAMES = ("prompt", "prompt_end", *CELL_TYPES)


class SampleFile:
    """Many samples in memory, compactly."""

    def __init__(self, arrays: dict[str, NDArray[np.generic]]) -> None:
        self._arrays = arrays
        ends = arrays["prompt_end"].astype(np.int64)
        self._starts = np.concatenate(([0], ends[:-1]))
        self.prompt_lengths = ends - self._starts

    def __len__(self) -> int:
        return len(self.prompt_lengths)

    @property
    def canvas_length(self) -> int:
        """How many cells every canvas has."""
        return int(self._arrays["canvas"].shape[1])

    @classmethod
    def of(cls, samples: Iterable[Sample]) -> SampleFile:
        """Pack samples."""
        listed = list(samples)
        lengths = {len(sample.canvas) for sample in listed}
        if len(lengths) != 1:
            raise TrainingError(
                f"canvases of {sorted(lengths)} cells; a file takes one length, not none"
            )
        ends = np.cumsum([len(sample.prompt) for sample in listed])
        prompt = np.fromiter((i for s in listed for i in s.prompt), np.uint16, int(ends[-1]))
        cells: dict[str, NDArray[np.generic]] = {
            name: np.array([_cells(s, name) for s in listed], kind)
            for name, kind in CELL_TYPES.items()
        }
        return cls({"prompt": prompt, "prompt_end": ends.astype(np.uint32), **cells})

    @classmethod
    def read(cls, paths: Sequence[Path]) -> SampleFile:
        """Read files and join them."""
        parts = [_read(path) for path in paths]
        before = np.cumsum([0, *(len(part["prompt"]) for part in parts[:-1])])
        joined = {name: np.concatenate([part[name] for part in parts]) for name in NAMES}
        ends = [part["prompt_end"] + offset for part, offset in zip(parts, before, strict=True)]
        return cls({**joined, "prompt_end": np.concatenate(ends)})

    def first(self, count: int) -> SampleFile:
        """The first samples."""
        cells = {name: self._arrays[name][:count] for name in ("prompt_end", *CELL_TYPES)}
        return SampleFile({"prompt": self._arrays["prompt"], **cells})

    def write(self, path: Path) -> None:
        """Write one compressed file."""
        np.savez_compressed(path, **self._arrays)  # type: ignore[arg-type]

    def batch(self, index: NDArray[np.int64]) -> SampleBatch:
        """The samples of the given indices."""
        lengths = self.prompt_lengths[index]
        columns = np.arange(lengths.max())
        is_text = columns < lengths[:, None]
        source = np.where(is_text, self._starts[index, None] + columns, 0)
        prompt = np.where(is_text, self._arrays["prompt"][source], 0).astype(np.int64)
        stored = {name: self._arrays[name][index] for name in CELL_TYPES}
        return SampleBatch(
            prompt=prompt,
            prompt_length=lengths,
            canvas=stored["canvas"].astype(np.int64),
            maskable=stored["maskable"].astype(np.bool_),
            weight=stored["weight"].astype(np.float32),
            record=stored["record"].astype(np.int64),
            draft=stored["draft"].astype(np.int64),
            reopened=stored["reopened"].astype(np.bool_),
        )


def _cells(sample: Sample, name: str) -> Sequence[float]:
    value: Sequence[float] | None = getattr(sample, name)
    if value is None:
        return sample.canvas if name == "draft" else [False] * len(sample.canvas)
    if len(value) != len(sample.canvas):
        raise TrainingError(
            f"{name} has {len(value)} cells, the canvas {len(sample.canvas)}; give each cell one"
        )
    return value


def _read(path: Path) -> dict[str, NDArray[np.generic]]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            missing = sorted(set(NAMES) - set(stored.files))
            if missing:
                raise TrainingError(
                    f"{str(path)!r} lacks {', '.join(missing)}; write it with SampleFile.write"
                )
            return {name: stored[name] for name in NAMES}
    except (OSError, ValueError, EOFError, BadZipFile) as error:
        raise TrainingError(f"{str(path)!r} is not a file of samples: {error}") from error
