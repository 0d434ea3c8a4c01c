"""Build the fact table from the raw tables: `python -m tools.facts.build --raw ../shared/data`.

Guarantees: the same raw tables give the same bytes; no prose of a source is copied.
Does not guarantee: that every raw row has a place; only the fields of `fields.toml` do.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from tools.facts.capitals import link_capitals
from tools.facts.countries import Atlas
from tools.facts.draft import Draft, Statement
from tools.facts.fields import columns
from tools.facts.names import is_everyday
from tools.facts.quantity import plain
from tools.facts.raw import Raw
from tools.facts.readers import companies, filings, films, geography, markets, nations, nobel, space

FOLDER = Path(__file__).parent
TABLE = FOLDER / "table"
CORRECTIONS = FOLDER / "corrections.tsv"
ENGLISH = FOLDER / "english.tsv"
CHINESE = FOLDER / "chinese.tsv"
VALUES = FOLDER / "values.tsv"
# Texts that name a place of the table, in Mondial's spelling.
NAMES_PLACES = frozenset({"flows_into", "outflow", "headquarters"})
EVERYDAY_NAME_WEIGHT = 0.1
WELL_KNOWN_BONUS = 0.5


def draft_table(raw: Raw) -> Draft:
    """The whole table, read, mended and linked."""
    draft, atlas = Draft(), Atlas(raw.country_codes)
    nations.read(raw, draft, atlas)
    nobel.read(raw, draft, atlas)
    geography.read(raw, draft, atlas)
    films.read(raw, draft)
    markets.read(raw, draft)
    companies.read(raw, draft, atlas)
    filings.read(raw, draft)
    space.read(raw, draft)
    _correct(draft)
    _add_names(draft)
    _translate_values(draft)
    link_capitals(draft)
    _add_chinese(draft)
    _make_everyday_names_light(draft)
    return draft


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def _correct(draft: Draft) -> None:
    wrong = {
        (row["entity"], row["field"], row["period"], row["source"]): row["value"]
        for row in _table(CORRECTIONS)
    }

    def corrected(said: Statement) -> Iterable[Statement]:
        value = wrong.get((said.entity_id, said.field, said.period, said.source))
        if value is None:
            return [said]
        return [replace(said, value=plain(Decimal(value)), number=Decimal(value))] if value else []

    draft.statements = [kept for said in draft.statements for kept in corrected(said)]


def _add_names(draft: Draft) -> None:
    for row in _table(ENGLISH):
        if row["entity"] in draft.things:
            if row["kind"] == "name":
                draft.rename(row["entity"], row["name"])
            draft.alias(row["name"], row["entity"])


def _add_chinese(draft: Draft) -> None:
    """A hand-written Chinese name also marks the better known of two namesakes."""
    known = [row for row in _table(CHINESE) if row["entity"] in draft.things]
    for row in known:
        draft.alias(row["name"], row["entity"], "zh")
    for entity_id in {row["entity"] for row in known}:
        draft.weigh(entity_id, draft.things[entity_id].weight + WELL_KNOWN_BONUS)


def _translate_values(draft: Draft) -> None:
    """Give texts their English spelling; an empty one drops the fact."""
    english = {(row["field"], row["value"]): row["english"] for row in _table(VALUES)}

    def translated(said: Statement) -> Statement:
        value = english.get((said.field, said.value), said.value)
        if said.field in NAMES_PLACES and said.source == "mondial":
            value = draft.renamed.get(value, value)
        return said if value == said.value else replace(said, value=value)

    draft.statements = [said for said in map(translated, draft.statements) if said.value]


def _make_everyday_names_light(draft: Draft) -> None:
    """A film called "Her" is meant only where nothing else can be."""
    for thing in list(draft.things.values()):
        if is_everyday(thing.name) and thing.type in {
            "film",
            "city",
            "island",
            "mountain",
            "river",
        }:
            draft.weigh(thing.id, EVERYDAY_NAME_WEIGHT)


def _write(path: Path, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    text = "\n".join("\t".join(row) for row in [header, *rows]) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))


def write_table(draft: Draft, folder: Path) -> None:
    """Write the table's three files, byte for byte the same each time."""
    things = sorted(draft.things.values(), key=lambda thing: thing.id)
    _write(
        folder / "entities.tsv.gz",
        ("id", "type", "name", "weight", "member"),
        (
            (thing.id, thing.type, thing.name, f"{thing.weight:g}", str(int(thing.member)))
            for thing in things
        ),
    )
    _write(folder / "aliases.tsv.gz", ("alias", "entity_id", "lang"), sorted(draft.aliases))
    _write(
        folder / "facts.tsv.gz",
        ("entity_id", "field", "value", "number", "unit", "period", "source", "value_id"),
        (
            (
                s.entity_id,
                s.field,
                s.value,
                "" if s.number is None else plain(s.number),
                s.unit,
                s.period,
                s.source,
                s.value_id,
            )
            for s in draft.ordered()
        ),
    )


def report(draft: Draft) -> str:
    """Counts by type and by field, what was dropped, and which fields stayed empty."""
    types = Counter(thing.type for thing in draft.things.values())
    holders: dict[str, set[str]] = defaultdict(set)
    facts: Counter[str] = Counter()
    for said in draft.statements:
        holders[said.field].add(said.entity_id)
        facts[said.field] += 1
    lines = [f"{kind:16} {count:7}" for kind, count in sorted(types.items())]
    lines += ["", f"{'field':22} {'entities':>9} {'facts':>8} {'dropped':>8}"]
    for field in columns():
        note = draft.dropped_examples.get(field, "" if facts[field] else "EMPTY")
        lines.append(
            f"{field:22} {len(holders[field]):9} {facts[field]:8} {draft.dropped[field]:8} {note}".rstrip()
        )
    lines += [
        "",
        f"{len(draft.things)} entities, {len(draft.aliases)} aliases, {len(draft.statements)} facts",
    ]
    return "\n".join(lines)


def main() -> None:
    """Build the table and say what it holds."""
    parser = argparse.ArgumentParser(
        description="Build the embedded fact table from the raw tables."
    )
    parser.add_argument(
        "--raw", type=Path, required=True, help="folder with facts.tsv.gz and its raw tables"
    )
    parser.add_argument("--out", type=Path, default=TABLE, help="folder of the built table")
    options = parser.parse_args()
    draft = draft_table(Raw(options.raw))
    write_table(draft, options.out)
    sys.stdout.write(report(draft) + "\n")


if __name__ == "__main__":
    main()
