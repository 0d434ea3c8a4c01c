"""Where a fact may come from: which sources a word like `filing`, `World Bank` or `sec` stands for."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from tools.facts.names import fold
from tools.types import Fact

_SOURCES_FILE = Path(__file__).parent / "facts" / "sources.toml"


@cache
def _sources() -> dict[str, dict[str, str]]:
    return tomllib.loads(_SOURCES_FILE.read_text(encoding="utf-8"))


def family(source: str) -> str:
    """The entry a source belongs to: `sec:0001564590-19-003165` is one of `sec`."""
    return source.partition(":")[0]


def label(source: str) -> str:
    """What people call a source."""
    return _sources().get(family(source), {}).get("label", source)


def is_from(fact: Fact, origin: str) -> bool:
    """Whether the fact comes from the named source id, tier or (part of a) source label."""
    asked = fold(origin)
    entry = _sources().get(family(fact.source), {})
    ids = {fold(fact.source), fold(family(fact.source)), fold(entry.get("tier", ""))}
    return asked in ids or (bool(asked) and asked in fold(entry.get("label", "")))
