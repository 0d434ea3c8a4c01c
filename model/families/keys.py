"""config.json, key by key: a key that is missing or holds what it cannot is refused in one line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from model.errors import CheckpointError


@dataclass(frozen=True, slots=True)
class Rule:
    """What a value must be."""

    says: str
    holds: Callable[[Any], bool]


COUNT = Rule("a positive whole number", lambda value: type(value) is int and value > 0)
EVEN = Rule("an even positive number", lambda value: COUNT.holds(value) and value % 2 == 0)
LAYERS = Rule("from 1 to 512", lambda value: COUNT.holds(value) and value <= 512)
NATURAL = Rule("a whole number from 0 on", lambda value: type(value) is int and value >= 0)
REAL = Rule("a positive number", lambda value: type(value) in (int, float) and value > 0)
FLAG = Rule("true or false", lambda value: type(value) is bool)
ID = Rule("a token id, a whole number from 0 on", NATURAL.holds)
TEXT = Rule("a text", lambda value: type(value) is str)


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of a JSON object; a key whose value is null counts as missing."""

    stored: Mapping[str, Any]
    file: str = "config.json"

    def __contains__(self, key: str) -> bool:
        return self.stored.get(key) is not None

    def get(self, key: str, rule: Rule, default: Any = None) -> Any:
        """The value, which must obey the rule; without a default the key must be there."""
        value = self.stored.get(key)
        if value is None:
            if default is None:
                raise CheckpointError(f"{self.file} lacks {key}; it must be {rule.says}")
            return default
        if not rule.holds(value):
            raise CheckpointError(f"{self.file} says {key}={value!r}; it must be {rule.says}")
        return value

    def count(self, key: str, default: int | None = None) -> int:
        """A positive whole number."""
        value: int = self.get(key, COUNT, default)
        return value

    def real(self, key: str, default: float | None = None) -> float:
        """A positive number."""
        return float(self.get(key, REAL, default))

    def truth(self, key: str, default: bool | None = None) -> bool:
        """True or false."""
        value: bool = self.get(key, FLAG, default)
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """A text."""
        value: str = self.get(key, TEXT, default)
        return value

    def first(self, *keys: str) -> str:
        """The first of the keys that is there, or else the first of all."""
        return next((key for key in keys if key in self), keys[0])

    def section(self, *keys: str) -> Keys:
        """The object under the first of the keys that is there; empty where there is none."""
        key = self.first(*keys)
        inner = self.stored.get(key)
        if inner is not None and not isinstance(inner, dict):
            raise CheckpointError(f"{self.file} says {key}={inner!r}; it must be an object")
        return Keys(inner or {}, f"{key} in {self.file}")

    def refuse_unless(self, key: str, *allowed: Any) -> None:
        """What the network cannot do is refused rather than computed wrongly."""
        value = self.stored.get(key)
        if value is not None and value not in allowed:
            choices = " or ".join(repr(choice) for choice in allowed)
            raise CheckpointError(f"{self.file} says {key}={value!r}; only {choices} is supported")
