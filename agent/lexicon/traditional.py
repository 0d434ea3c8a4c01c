"""Chinese in traditional characters, read as the simplified ones that names and cues are written in.

Guarantees: a text keeps its length, so that what is found in the reading stands at the same place in the question.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

TRADITIONAL_FILE = Path(__file__).with_name("traditional.toml")
# Beside traditional characters 著 is the particle 着, but in 著名 and 顯著 a word of its own.
_PARTICLE = re.compile("(?<![显原专名巨])著(?![名作称者述])")


def simplified(text: str) -> str:
    """The text in simplified characters, each in its place."""
    plain = text.translate(_table())
    return _PARTICLE.sub("着", plain) if plain != text else text


@cache
def _table() -> dict[int, int]:
    table = tomllib.loads(TRADITIONAL_FILE.read_text("utf-8"))
    return str.maketrans(table["traditional"], table["simplified"])
