"""The remask rules by the names that `DecodeParams.remask` takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from model.remask.editing import TokenEditing
from model.remask.remask import KeepAll, Remask
from model.remask.running import RunningConfidence
from model.remask.schedule import ConfidenceSchedule
from model.remask.snapshot import Snapshot
from model.spec import NOTHING, RuleError, build, named, parts_of

REMASK: Mapping[str, Callable[..., Remask]] = {
    "none": KeepAll,
    "snapshot": Snapshot,
    "rcr": RunningConfidence,
    "remdm": ConfidenceSchedule,
    "t2t": TokenEditing,
}


def remask_rule(written: str, given: Mapping[str, Any] = NOTHING) -> Remask:
    """The remask rule of that name; `given` are the options that the fill sets where they are not written."""
    first, *more = parts_of(written)
    if more:
        raise RuleError(f"remask rules stand alone; {written!r} names {1 + len(more)}")
    return build(REMASK[named("remask rule", first.name, REMASK)], first, given)
