"""How much memory a device has to give, asked before anything is read."""

from __future__ import annotations

from pathlib import Path

import torch

from model.errors import CheckpointError

_MEMORY = Path("/proc/meminfo")
_GROUP = Path("/sys/fs/cgroup")
_GIB = 2**30


def available_bytes(device: torch.device) -> int | None:
    """What the device can still give; None where the system does not say."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    if device.type != "cpu":
        return None
    limits = (machine_bytes(_MEMORY), group_bytes(_GROUP))
    return min((limit for limit in limits if limit is not None), default=None)


def machine_bytes(path: Path) -> int | None:
    """What Linux says can be had without swapping."""
    for key, _, value in (line.partition(":") for line in _lines(path)):
        if key == "MemAvailable":
            return int(value.split()[0]) * 1024
    return None


def group_bytes(folder: Path) -> int | None:
    """What is left of the container's limit; cached files give way."""
    limit, used = _lines(folder / "memory.max"), _lines(folder / "memory.current")
    if not limit or not used or limit[0] == "max":
        return None
    held = dict(line.split() for line in _lines(folder / "memory.stat"))
    return int(limit[0]) - int(used[0]) + int(held.get("file", 0))


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii").splitlines()
    except OSError:
        return []


def refuse_unless_it_fits(n_bytes: int, device: torch.device, available: int | None) -> None:
    """Say so before the machine begins to swap or kills the program."""
    if available is not None and n_bytes > available:
        raise CheckpointError(
            f"loading the weights needs {gib(n_bytes)} on {str(device)!r}, {gib(available)} are free; take a "
            "smaller checkpoint, a narrower dtype or another device"
        )


def gib(n_bytes: int) -> str:
    """A size in the unit that memory is sold in."""
    return f"{n_bytes / _GIB:.2f} GiB"
