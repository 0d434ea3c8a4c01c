"""How much of the raw tables our fact table holds, property by property.

    python -m bench.coverage --raw ../shared/data [--fields OLD/fields.toml] [--all]

A property counts as held if a field is read from it; its facts may still be refused one by one where they make no
sense (`tools.facts.build` counts those). `--fields` measures another version's table of fields.
"""

from __future__ import annotations

import argparse
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tools.facts.fields import FIELDS_FILE
from tools.facts.raw import Raw

REASONS_FILE = Path(__file__).with_name("coverage.toml")
UNEXPLAINED, RARE = "unexplained", "told of seven things or fewer"
RARE_ENTITIES = 7
# What a reader of its own makes of whole rows, whatever the table of fields says.
READ_WHOLE = {
    ("film", "oscar_nominated"): "oscar_nominations", ("film", "oscar_won"): "oscars_won",
    ("film_person", "oscar_nominated"): "oscar_nominations", ("film_person", "oscar_won"): "oscars_won",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Property:
    """A raw property: how many entities and facts it has, and our field (or else why there is none)."""

    type: str
    name: str
    n_entities: int
    n_facts: int
    field: str
    reason: str


def properties(raw: Raw, sections: Mapping[str, Mapping[str, Any]]) -> list[Property]:
    """Every property of the raw tables, those with most facts first."""
    sources = _sources(sections)
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in raw.rows(*raw.types()):
        found[row.type, row.property].append(row.entity_id)
    made = [_property(key, ids, sources) for key, ids in found.items()]
    return sorted(made, key=lambda p: (-p.n_facts, p.type, p.name))


def _sources(sections: Mapping[str, Mapping[str, Any]]) -> dict[tuple[str, str], str]:
    """The raw `(type, property)` that each field is read from, those of whole families as `income/*`."""
    sources: dict[tuple[str, str], str] = dict(READ_WHOLE)
    for field_id, section in sections.items():
        for part in str(section["from"]).split("|"):
            raw_type, _, name = part.partition(":")
            sources.setdefault((raw_type, name), field_id)
    return sources


def _property(
    key: tuple[str, str], ids: Sequence[str], sources: Mapping[tuple[str, str], str]
) -> Property:
    raw_type, name = key
    field = sources.get(key) or sources.get((raw_type, f"{name.partition('/')[0]}/*"), "")
    n_entities = len(set(ids))
    reason = "" if field else why_not(raw_type, name)
    if reason == UNEXPLAINED and n_entities <= RARE_ENTITIES:
        reason = RARE
    return Property(raw_type, name, n_entities, len(ids), field, reason)


def why_not(raw_type: str, name: str) -> str:
    """Why a property has no field."""
    said = f"{raw_type}:{name}"
    reasons = tomllib.loads(REASONS_FILE.read_text(encoding="utf-8"))
    fitting = (
        reason
        for reason, entry in reasons.items()
        if any(fnmatchcase(said, p) for p in entry["properties"])
    )
    return next(fitting, UNEXPLAINED)


def share(found: Iterable[Property]) -> str:
    """Facts and properties that are held, out of all."""
    listed = list(found)
    n_facts = sum(p.n_facts for p in listed)
    held = [p for p in listed if p.field]
    n_held = sum(p.n_facts for p in held)
    return f"{n_held} of {n_facts} facts ({n_held / (n_facts or 1):.1%}), {len(held)} of {len(listed)} properties"


def table(found: Sequence[Property]) -> str:
    """The share of each type, and the facts left out by reason."""
    lines = [f"all: {share(found)}"]
    for raw_type in sorted({p.type for p in found}):
        lines.append(f"{raw_type}: {share(p for p in found if p.type == raw_type)}")
    left: dict[str, list[Property]] = defaultdict(list)
    for each in found:
        if each.reason:
            left[each.reason].append(each)
    lines.append("left out:")
    lines += [f"  {reason}: {sum(p.n_facts for p in of)} facts, {len(of)} properties" for reason, of in left.items()]  # fmt: skip
    return "\n".join(lines)


def listing(found: Iterable[Property]) -> str:
    """One line a property."""
    return "\n".join(
        f"{p.type}:{p.name}\t{p.n_entities}\t{p.n_facts}\t{p.field or f'- {p.reason}'}"
        for p in found
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="How much of the raw tables the fact table holds.")
    parser.add_argument("--raw", type=Path, required=True, help="folder with facts.tsv.gz")
    parser.add_argument("--fields", type=Path, default=FIELDS_FILE, help="another table of fields")
    parser.add_argument("--all", action="store_true", help="list every property")
    options = parser.parse_args()
    sections = tomllib.loads(options.fields.read_text(encoding="utf-8"))
    found = properties(Raw(options.raw), sections)
    if options.all:
        print(listing(found))
    print(table(found))


if __name__ == "__main__":
    main()
