"""Countries by ISO 3166-1 alpha-3 code, with the names that the bundled facts know in English and Chinese."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import tools.facts
from tools.sources.matching import Option
from tools.types import Entity

_TABLE = Path(tools.facts.__file__).with_name("table")
_PREFIX = "country/"
_CODE = re.compile(r"[A-Z]{3}")


@cache
def countries() -> tuple[Option, ...]:
    """Every country and territory; the id is the code."""
    names = {
        row["id"]: [row["name"]] for row in _rows("entities.tsv.gz") if row["type"] == "country"
    }
    for row in _rows("aliases.tsv.gz"):
        if row["entity_id"] in names:
            names[row["entity_id"]].append(row["alias"])
    return tuple(Option(key.removeprefix(_PREFIX), tuple(known)) for key, known in names.items())


def code_of(text: str) -> str:
    """The code that a text is (`NOR`, `nor` or `country/NOR`); empty where it is a name, or nothing known."""
    bare = text.strip().removeprefix(_PREFIX)
    known = {option.id for option in countries()}
    if bare in known or (_CODE.fullmatch(bare.upper()) and bare.upper() in known):
        return bare.upper()
    return ""


def name_of(code: str) -> str:
    """What the facts call the country of a code; the code where they do not know it."""
    return next((option.names[0] for option in countries() if option.id == code), code)


def entity_of(code: str, name: str, scheme: str) -> Entity:
    """The facts' own entity of a code, so that live values and theirs meet; the source's where they have none."""
    known = next((option for option in countries() if option.id == code), None)
    if known is None:
        return Entity(f"{scheme}:{code or name}", name, "country")
    return Entity(f"{_PREFIX}{code}", known.names[0], "country")


def _rows(name: str) -> Iterator[dict[str, str]]:
    with gzip.open(_TABLE / name, "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
