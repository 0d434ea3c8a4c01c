"""Cues for the figures of buses, lorries, vans and two-wheelers: one phrase for each word for the kind.

The kinds are sold, driven and charged alike, so what is said around `bus` is said around `lorry` as well.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from itertools import product
from pathlib import Path

VEHICLES_FILE = Path(__file__).with_name("vehicles.toml")
_CJK = re.compile(r"[一-鿿]")


def vehicle_cues() -> Iterator[tuple[str, str]]:
    """Field id and phrase, for every kind of vehicle, figure and language."""
    table = tomllib.loads(VEHICLES_FILE.read_text("utf-8"))
    for kind, said in table["kinds"].items():
        words = said.split("|")
        for lang in ("en", "zh"):
            spoken = [word for word in words if bool(_CJK.search(word)) == (lang == "zh")]
            for figure, phrases in table[lang].items():
                for phrase, word in product(phrases.split("|"), spoken):
                    yield f"{kind}_{figure}", phrase.replace("{}", word)
