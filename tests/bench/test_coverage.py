"""Coverage counts what has a field, and says of everything else why it has none."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from bench.coverage import RARE, UNEXPLAINED, Property, properties, share, table, why_not
from tools.facts.raw import Raw

HEADER = "domain\tentity_id\tentity\ttype\tproperty\tvalue\tunit\tdate\tsource"
FIELDS = {
    "population": {"from": "country:population|country_profile:Population/total"},
    "tesla_registrations": {"from": "company:registrations/*"},
}


@pytest.fixture
def found(tmp_path: Path) -> dict[str, Property]:
    """The coverage of a small raw table: a held column, a family, prose, a rare property, and one forgotten."""
    names = ["population", "Background", "Dialling", "odd"]
    rows = [("country", "Population/total" if n == "population" else n, str(i)) for n in names for i in range(9)]  # fmt: skip
    rows = [(f"{t}_profile", n, i) for t, n, i in rows if n != "odd" or i == "0"]
    rows += [("company", "registrations/NO", "1"), ("company", "registrations/SE", "1")]
    lines = [f"d\t{t}/{i}\tname\t{t}\t{n}\t1\t\t2020\ts" for t, n, i in rows]
    with gzip.open(tmp_path / "facts.tsv.gz", "wt", encoding="utf-8") as file:
        file.write("\n".join([HEADER, *lines]) + "\n")
    (tmp_path / "countries").mkdir()
    (tmp_path / "countries" / "country-codes.csv").write_text("ISO3166-1-Alpha-3\nNOR\n")
    return {p.name: p for p in properties(Raw(tmp_path), FIELDS)}


def test_a_property_has_a_field_or_a_reason(found: dict[str, Property]) -> None:
    assert found["Population/total"].field == "population"
    assert found["registrations/NO"].field == "tesla_registrations"
    assert found["Background"].reason.startswith("prose")
    assert found["odd"].reason == RARE
    assert found["Dialling"].reason == UNEXPLAINED


def test_things_and_facts_are_counted(found: dict[str, Property]) -> None:
    assert (found["Background"].n_entities, found["Background"].n_facts) == (9, 9)
    assert share(found.values()) == "11 of 30 facts (36.7%), 3 of 6 properties"
    assert "unexplained: 9 facts, 1 properties" in table(list(found.values()))


def test_the_first_reason_that_fits_counts() -> None:
    assert why_not("company", "balance/Level 2").startswith("a line of one company")
    assert why_not("country_profile", "Merchant marine/by type").startswith("the rest of a field")
