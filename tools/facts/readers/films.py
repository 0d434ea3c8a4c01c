"""Oscars: wins and nominations per film and person, counted from the list of nominations.

Guarantees: a nomination without `Winner` counts as a nomination; the year is that of the ceremony.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from decimal import Decimal

from tools.facts.draft import Draft, Statement, Thing
from tools.facts.names import person_variants, variants
from tools.facts.raw import Raw, Row

# Seasons of the first ceremonies, whose films span two years; later ones are held the year after.
EARLY_CEREMONIES = {
    "1927/28": 1929,
    "1928/29": 1930,
    "1929/30": 1930,
    "1930/31": 1931,
    "1931/32": 1932,
    "1932/33": 1934,
}
SMALL_WORDS = frozenset(
    {"a", "an", "and", "by", "for", "from", "in", "not", "of", "on", "or", "the", "to", "with"}
)


def read(raw: Raw, draft: Draft) -> None:
    """Read every film and person that was ever nominated."""
    nominations: Counter[str] = Counter()
    wins: dict[str, list[tuple[str, int]]] = defaultdict(list)
    films = {(row.name, row.period): row.entity_id for row in raw.rows("film")}
    years: dict[str, set[int]] = defaultdict(set)
    for row in raw.rows("film", "film_person"):
        draft.thing(Thing(row.entity_id, row.type, row.name, 0.0))
        year = ceremony_year(row.period)
        years[row.entity_id].add(year)
        nominations[row.entity_id] += 1
        if row.property == "oscar_won":
            wins[row.entity_id].append((category(row), year))
        _credit(draft, row, films)
    for entity_id, count in nominations.items():
        _count(draft, entity_id, "oscar_nominations", count)
        _count(draft, entity_id, "oscars_won", len(wins[entity_id]))
        _list(draft, entity_id, wins[entity_id], years[entity_id])
        draft.weigh(entity_id, 1.0 + len(wins[entity_id]) / 2 + count / 10)
        _name(draft, draft.things[entity_id])


def _credit(draft: Draft, row: Row, films: dict[tuple[str, str], str]) -> None:
    """What a nomination was for: its category, and a person's films or a film's people."""
    year, is_win = str(ceremony_year(row.period)), row.property == "oscar_won"
    _say(draft, row, "nominated_categories", category(row))
    named = [name.strip() for name in row.value.partition(": ")[2].split("|")]
    if row.type == "film_person":
        for name in named:
            film = films.get((name, row.period), "")
            for field in ("nominated_films", "winning_films")[: 1 + is_win]:
                draft.say(
                    Statement(
                        row.entity_id, field, name, period=year, source=row.source, value_id=film
                    )
                )
    for name in named if row.type == "film" and is_win else ():
        if name and name != "None":
            _say(draft, row, "oscar_winners", name)


def _say(draft: Draft, row: Row, field: str, value: str) -> None:
    year = str(ceremony_year(row.period))
    draft.say(Statement(row.entity_id, field, value, period=year, source=row.source))


def ceremony_year(period: str) -> int:
    """The year the ceremony was held for the films of `period`."""
    return EARLY_CEREMONIES.get(period) or int(period[:4]) + 1


def category(row: Row) -> str:
    """The award's name in title case: "Actress in a Leading Role"."""
    words = row.value.partition(":")[0].lower().split()
    return " ".join(
        word if word in SMALL_WORDS and place else _capital(word)
        for place, word in enumerate(words)
    )


def _capital(word: str) -> str:
    return re.sub(r"[a-z]", lambda letter: letter[0].upper(), word, count=1)


def _count(draft: Draft, entity_id: str, field: str, count: int) -> None:
    draft.say(Statement(entity_id, field, str(count), Decimal(count), source="oscars"))


def _list(draft: Draft, entity_id: str, won: list[tuple[str, int]], years: set[int]) -> None:
    for name, year in won:
        draft.say(Statement(entity_id, "oscar_categories", name, period=str(year), source="oscars"))
    for year in years:
        draft.say(
            Statement(
                entity_id, "oscar_year", str(year), Decimal(year), period=str(year), source="oscars"
            )
        )


def _name(draft: Draft, thing: Thing) -> None:
    others = person_variants(thing.name) if thing.type == "film_person" else variants(thing.name)
    for alias in others:
        draft.alias(alias, thing.id)
