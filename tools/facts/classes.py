"""The classes of entities: a type, or a type narrowed by one value, and the phrases that name them."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from tools.types import EntityClass

CLASSES_FILE = Path(__file__).with_name("classes.toml")


@cache
def _sections() -> dict[str, dict[str, Any]]:
    return tomllib.loads(CLASSES_FILE.read_text(encoding="utf-8"))


@cache
def load_classes() -> tuple[EntityClass, ...]:
    """Every class, in the file's order."""
    return tuple(
        EntityClass(
            key, section["label"], section["type"], section.get("field"), section.get("value")
        )
        for key, section in _sections().items()
    )


@cache
def load_class_phrases() -> tuple[tuple[str, str, str], ...]:
    """Every (phrase, class id, lang)."""
    return tuple(
        (phrase, key, lang)
        for key, section in _sections().items()
        for lang in ("en", "zh")
        for phrase in section[lang].split("|")
    )
