"""One id per country: ISO, Factbook and Mondial keys joined into `country/ISO3`.

Guarantees: a raw key or a name maps to one id or to none; aggregates ("Arab World") map to none.
Does not guarantee: a verdict on sovereignty; `is_sovereign` follows the ISO table and its named exceptions.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from tools.facts.names import fold

HAND_TABLE = Path(__file__).with_name("countries.tsv")
CONTINENTS = {
    "AF": "Africa",
    "AN": "Antarctica",
    "AS": "Asia",
    "EU": "Europe",
    "NA": "North America",
    "OC": "Oceania",
    "SA": "South America",
}
# The ISO table lacks Kosovo, calls Palestine contested and puts Timor-Leste in Oceania.
KOSOVO = {
    "ISO3166-1-Alpha-3": "XKX",
    "ISO3166-1-Alpha-2": "XK",
    "FIPS": "KV",
    "CLDR display name": "Kosovo",
    "is_independent": "Yes",
    "Continent": "EU",
    "official_name_cn": "科索沃",
}
SOVEREIGN_TOO = frozenset({"PSE", "XKX"})
CONTINENT_OF = {"TLS": "Asia"}
# Two profiles for one ISO code: neither speaks for the whole.
SPLIT_PROFILES = frozenset({"GZ", "WE", "JN"})
FIPS_OF = {"SRB": "RI", "SJM": "SV"}


@dataclass(frozen=True, slots=True)
class Country:
    """One country or territory; `means` are names that resolve to it but do not name it."""

    id: str
    iso3: str
    name: str
    continent: str
    is_sovereign: bool
    zh: str
    currency: str
    also: tuple[str, ...]
    means: tuple[str, ...]


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split("|") if part)


def _hand_table() -> dict[str, dict[str, str]]:
    with HAND_TABLE.open(encoding="utf-8") as lines:
        return {row["iso3"]: row for row in csv.DictReader(lines, delimiter="\t")}


def _currency(row: dict[str, str]) -> str:
    name, code = (
        row.get("ISO4217-currency_name", ""),
        row.get("ISO4217-currency_alphabetic_code", ""),
    )
    return f"{name} ({code})" if name and code and "," not in code else ""


def _country(row: dict[str, str], hand: dict[str, dict[str, str]]) -> Country:
    iso3, usual = row["ISO3166-1-Alpha-3"], row["CLDR display name"]
    own = hand.get(iso3, {"name": usual, "also": "", "means": ""})
    return Country(
        id=f"country/{iso3}",
        iso3=iso3,
        name=own["name"],
        continent=CONTINENT_OF.get(iso3, CONTINENTS[row["Continent"]]),
        is_sovereign=row["is_independent"] == "Yes" or iso3 in SOVEREIGN_TOO,
        zh=row["official_name_cn"],
        currency=_currency(row),
        also=(usual, *_parts(own["also"])),
        means=_parts(own["means"]),
    )


class Atlas:
    """Every country, and the way from raw keys and names to it."""

    def __init__(self, country_codes: list[dict[str, str]]) -> None:
        codes = [*country_codes, KOSOVO]
        hand = _hand_table()
        self.countries = tuple(_country(row, hand) for row in codes)
        self._by_iso = {country.iso3: country.id for country in self.countries}
        self._by_fips = {
            FIPS_OF.get(
                row["ISO3166-1-Alpha-3"], row["FIPS"].strip()
            ): f"country/{row['ISO3166-1-Alpha-3']}"
            for row in codes
        }
        self._by_name = {
            fold(name): c.id for c in self.countries for name in (c.name, *c.also, *c.means)
        }

    def by_key(self, raw_id: str, name: str) -> str | None:
        """The country of a raw id (`country/NOR`, `factbook/europe/no`, `mondial/N`), or None."""
        scheme, _, key = raw_id.partition("/")
        if scheme == "country":
            return self._by_iso.get(key)
        if scheme == "factbook":
            fips = key.rpartition("/")[2].upper()
            return None if fips in SPLIT_PROFILES else self._by_fips.get(fips)
        return self.by_name(name)

    def by_name(self, name: str) -> str | None:
        """The country called `name` today or by a name that clearly means it, or None."""
        return self._by_name.get(fold(name))
