"""The files of a checkpoint folder: its JSON files, and its tensors by their headers alone."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from model.errors import CheckpointError

INDEX = "model.safetensors.index.json"
WHOLE = "model.safetensors"
N_BYTES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I8": 1}


@dataclass(frozen=True, slots=True)
class Stored:
    """A tensor on disk: the file it lies in, its shape, and its number format as safetensors names it."""

    path: Path
    shape: tuple[int, ...]
    dtype: str

    @property
    def n_bytes(self) -> int:
        """Its size on disk."""
        return prod(self.shape) * N_BYTES[self.dtype]


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file that must be there."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CheckpointError(f"{str(path)!r} is missing; a model folder needs it") from None
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{str(path)!r} is not readable JSON: {error}") from error
    return stored if isinstance(stored, dict) else {}


def read_optional(path: Path) -> dict[str, Any]:
    """The object in a JSON file, empty where there is no such file."""
    return read_json(path) if path.is_file() else {}


def stored_tensors(folder: Path) -> dict[str, Stored]:
    """Every tensor of the folder's weights, by name."""
    found: dict[str, Stored] = {}
    for path in weight_files(folder):
        tensors = read_header(path)
        if twice := sorted(tensors.keys() & found.keys()):
            raise CheckpointError(
                f"{twice[0]!r} is in {found[twice[0]].path.name!r} and in {path.name!r}; remove the copy"
            )
        found |= tensors
    return found


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files: those of the index, or the whole one, or all there are."""
    index = read_optional(folder / INDEX)
    if index:
        return _shards(folder, index.get("weight_map"))
    if (folder / WHOLE).is_file():
        return [folder / WHOLE]
    if found := sorted(folder.glob("*.safetensors")):
        return found
    others = sorted(path.name for path in folder.glob("*.bin")) or ["none"]
    raise CheckpointError(
        f"no safetensors file in {str(folder)!r} (other weights: {', '.join(others[:3])}); only "
        "safetensors are read, because unpickling runs code"
    )


def _shards(folder: Path, weight_map: Any) -> list[Path]:
    if not isinstance(weight_map, dict) or not weight_map:
        raise CheckpointError(f"{INDEX!r} in {str(folder)!r} has no weight_map; download it again")
    paths = [folder / str(name) for name in sorted(set(map(str, weight_map.values())))]
    if gone := [path.name for path in paths if not path.is_file()]:
        raise CheckpointError(
            f"{some(gone)} of {len(paths)} shards missing in {str(folder)!r}; download the checkpoint again"
        )
    return paths


def read_header(path: Path) -> dict[str, Stored]:
    """The tensors of one file, without reading them."""
    if not path.is_file():
        raise CheckpointError(f"{str(path)!r} is missing; a model folder needs it")
    try:
        with safe_open(path, framework="pt") as opened:
            slices = {name: opened.get_slice(name) for name in opened.keys()}  # noqa: SIM118
            found = {
                name: Stored(path, tuple(part.get_shape()), part.get_dtype())
                for name, part in slices.items()
            }
    except SafetensorError as error:
        raise damaged(path, error) from error
    for name, tensor in found.items():
        if tensor.dtype not in N_BYTES:
            raise CheckpointError(
                f"{name!r} in {path.name!r} is {tensor.dtype}; quantised weights are not supported, "
                "take the checkpoint in bf16"
            )
    return found


def damaged(path: Path, error: Exception) -> CheckpointError:
    """What to say of a file that cannot be read."""
    return CheckpointError(
        f"{str(path)!r} is damaged or truncated ({error}); copy or train it again"
    )


def some(names: Iterable[str]) -> str:
    """The first of several names, and how many more there are."""
    first, *others = names
    return f"{first!r} and {len(others)} more" if others else f"{first!r}"
