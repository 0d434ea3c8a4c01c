"""What a user writes for a checkpoint: a folder or a name, and what its files do not say.

    written = folder-or-name [":" key "=" value ("," key "=" value)*]

The keys are the fields of `Told`: `SDAR-mine:mask_id=151669,block_length=16`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from model.errors import CheckpointError
from model.families.facts import Told

_WITH_OPTIONS = re.compile(r"(?P<name>.+):(?P<options>\w+=[^:]*)")
_READ: dict[str, Callable[[str], Any]] = {
    "mask_id": int,
    "block_length": int,
    "decoder": str,
    "ntk_factor": float,
}


def read_name(written: str) -> tuple[str, Told]:
    """The folder or name, and the options behind it."""
    found = _WITH_OPTIONS.fullmatch(written)
    if found is None:
        return written, Told()
    pairs = (pair.partition("=") for pair in found["options"].split(","))
    return found["name"], Told(**{key.strip(): _value(key.strip(), text) for key, _, text in pairs})


def _value(key: str, text: str) -> Any:
    known = [field.name for field in fields(Told)]
    if key not in known:
        raise CheckpointError(f"no option {key!r} for a checkpoint; choose from {', '.join(known)}")
    try:
        return _READ[key](text.strip())
    except ValueError:
        kind = "a whole number" if _READ[key] is int else "a number"
        raise CheckpointError(f"{key} is {text!r}; it takes {kind}") from None
