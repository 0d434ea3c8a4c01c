"""The remask rules by the names that `DecodeParams.remask` takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from model.errors import ModelError
from model.remask.remask import KeepAll, Remask
from model.remask.running import RunningConfidence
from model.remask.snapshot import Snapshot
from model.types import DecodeParams

REMASK: Mapping[str, Callable[[], Remask]] = {
    "none": KeepAll,
    "snapshot": Snapshot,
    "rcr": RunningConfidence,
}


def remask_rule(params: DecodeParams) -> Remask:
    """The remask rule that the parameters name."""
    if params.remask not in REMASK:
        raise ModelError(f"no remask rule {params.remask!r}; choose one of {', '.join(REMASK)}")
    return REMASK[params.remask]()
