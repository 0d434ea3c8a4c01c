"""Values of a run as JSON text and back, for the checkpoint and the journal.

Covered: plain JSON, tuples, sets, mappings with any keys, decimals, and the frozen values of `tools.types`
and `agent.types`, each exactly as it was. Not covered: anything else; a file that names another type is
refused, so that reading one can build nothing but values.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

from pydantic import BaseModel

from agent import types as agent_types
from tools import types as tool_types

_TAG = "$"


def _declared(module: Any) -> dict[str, type]:
    found = vars(module).values()
    return {t.__name__: t for t in found if isinstance(t, type) and t.__module__ == module.__name__}


_TYPES: Mapping[str, type] = _declared(tool_types) | _declared(agent_types)


def encode(value: object) -> str:
    """The text of a value; TypeError for a type that is not a run's."""
    return json.dumps(_packed(value), ensure_ascii=False, separators=(",", ":"))


def decode(text: str | bytes) -> Any:
    """The value of a text that `encode` wrote; ValueError for anything else."""
    return _unpacked(json.loads(text))


def _packed(value: object) -> object:
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, list):
        return [_packed(item) for item in value]
    if isinstance(value, Enum):
        return _tagged(_known(type(value).__name__), value.value)
    if isinstance(value, BaseModel):
        return _tagged(_known(type(value).__name__), value.model_dump(mode="json"))
    if is_dataclass(value) and not isinstance(value, type):
        name = _known(type(value).__name__)
        return _tagged(name, [_packed(getattr(value, f.name)) for f in fields(value)])
    return _packed_container(value)


def _packed_container(value: object) -> object:
    match value:
        case Decimal():
            return _tagged("decimal", str(value))
        case tuple():
            return _tagged("tuple", [_packed(item) for item in value])
        case set() | frozenset():
            return _tagged("frozenset", sorted((_packed(item) for item in value), key=repr))
        case Mapping():
            pairs = [[_packed(key), _packed(item)] for key, item in value.items()]
            return _tagged("mapping", pairs)
    raise TypeError(f"{type(value).__name__} is not a value of a run")


def _tagged(name: str, content: object) -> dict[str, object]:
    return {_TAG: name, "v": content}


def _known(name: str) -> str:
    if name not in _TYPES:
        raise TypeError(f"{name} is not a value of a run")
    return name


_CONTAINERS: Mapping[str, Callable[[Any], object]] = {
    "decimal": Decimal,
    "tuple": lambda items: tuple(_unpacked(item) for item in items),
    "frozenset": lambda items: frozenset(_unpacked(item) for item in items),
    "mapping": lambda pairs: {_unpacked(key): _unpacked(item) for key, item in pairs},
}


def _unpacked(value: Any) -> Any:
    if isinstance(value, list):
        return [_unpacked(item) for item in value]
    if not isinstance(value, dict):
        return value
    name, content = str(value.get(_TAG)), value.get("v")
    if name in _CONTAINERS:
        return _CONTAINERS[name](content)
    if name not in _TYPES:
        raise ValueError(f"{name!r} is not a value of a run")
    return _built(_TYPES[name], content)


def _built(made: type, content: Any) -> Any:
    if issubclass(made, Enum):
        return made(content)
    if issubclass(made, BaseModel):
        return made.model_validate(content)
    return made(*(_unpacked(item) for item in content))
