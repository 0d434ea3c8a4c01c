"""The builder mends what the raw tables get wrong and says what it leaves out."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tools.facts.build import draft_table, report, write_table
from tools.facts.draft import Draft, Statement
from tools.facts.raw import Raw


def stated(draft: Draft, entity_id: str, field: str) -> list[Statement]:
    return [s for s in draft.ordered() if s.entity_id == entity_id and s.field == field]


@pytest.mark.parametrize(
    ("entity_id", "field", "value", "unit", "period"),
    [
        ("country/ARE", "population_factbook", "10032213", "people", "2024"),
        ("country/CIV", "gdp_factbook", "86538000000", "USD", "2024"),
        ("country/CIV", "highest_elevation", "1752", "m", ""),
        ("country/DEU", "gdp", "4525703903628", "USD", "2023"),
        ("country/DEU", "exports", "2104000000000", "USD", "2023"),
        ("country/DEU", "internet_users", "93", "%", "2023"),
        ("country/RUS", "area", "17098242", "km2", ""),
        ("lake/bodensee", "elevation", "395", "m", ""),
        ("lake/bodensee", "depth", "254", "m", ""),
        ("region/united-states", "bev_sales", "1200000", "vehicles", "2024"),
        ("region/united-states", "ev_sales_projection", "2700000", "vehicles", "2030"),
        ("company/AAPL", "net_income", "93736000000", "USD", "FY2024"),
        ("company/AAPL", "capex", "9447000000", "USD", "FY2024"),
        ("company/AAPL", "dividend_yield", "0.41", "%", "2026-08"),
        ("company/AAPL", "price_earnings", "33.1", "ratio", "2026-08"),
        ("company/MSFT", "cash", "18315000000", "USD", "FY2024"),
        ("company/TSLA", "free_cash_flow", "-2531000000", "USD", "2024Q1"),
        ("company/TSLA", "cash", "16398000000", "USD", "2023Q4"),
        ("company/TSLA", "deliveries", "940000", "vehicles", "FY2021"),
        ("planet/jupiter", "density", "1.326", "g/cm3", ""),
        ("moon/io", "radius", "1821.6", "km", ""),
        ("astronaut/1", "space_hours", "1.77", "h", "2020"),
        ("element/O", "density", "0.001429", "g/cm3", ""),
        ("film/tt1", "oscars_won", "1", "", ""),
        ("film/tt1", "oscar_nominations", "2", "", ""),
        ("film/tt1", "oscar_year", "1934", "", "1934"),
    ],
)
def test_numbers_come_in_base_units_with_their_period(
    draft: Draft, entity_id: str, field: str, value: str, unit: str, period: str
) -> None:
    facts = stated(draft, entity_id, field)
    assert [(s.value, s.unit, s.period) for s in facts] == [(value, unit, period)]
    assert facts[0].number == Decimal(value)


@pytest.mark.parametrize(
    ("entity_id", "name"),
    [
        ("country/ARE", "United Arab Emirates"),
        ("country/CIV", "Ivory Coast"),
        ("astronaut/1", "Yuri Gagarin"),
        ("company/AAPL", "Apple"),
        ("company/GOOGL", "Alphabet"),
        ("prize/physics-1921", "Nobel Prize in Physics 1921"),
        ("city/wien-a", "Vienna"),
        ("island/oland", "Öland"),
        ("island/aland", "Åland"),
    ],
)
def test_names_are_the_usual_ones(draft: Draft, entity_id: str, name: str) -> None:
    assert draft.things[entity_id].name == name


def test_values_that_only_look_like_data_are_left_out(draft: Draft) -> None:
    assert stated(draft, "company/TSLA", "capex") == []
    assert stated(draft, "company/TSLA", "production") == []
    assert stated(draft, "region/rest-of-world", "ev_sales") == []
    assert stated(draft, "lake/dry", "depth") == []
    assert not {"country/ARB", "element/Uue", "company/GOOG", "region/usa"} & set(draft.things)


def test_prose_is_not_copied(draft: Draft) -> None:
    assert not any("services" in s.value or "story" in s.value for s in draft.statements)
    assert [s.value for s in stated(draft, "country/CIV", "government")] == [
        "presidential republic"
    ]
    assert [s.value for s in stated(draft, "country/DEU", "languages")] == ["German", "Danish"]


def test_two_cities_under_one_id_keep_the_larger_ones_figures(draft: Draft) -> None:
    assert [(s.period, s.value) for s in stated(draft, "city/linz-a", "population")] == [
        ("2000", "529122"),
        ("", "609456"),
    ]


def test_an_undated_copy_of_a_dated_figure_goes(draft: Draft) -> None:
    assert [s.period for s in stated(draft, "city/wien-a", "population")] == ["2013"]


def test_relations_name_their_entity_where_the_name_is_clear(draft: Draft) -> None:
    assert stated(draft, "nobel/26", "birth_country")[0].value_id == "country/DEU"
    assert stated(draft, "nobel/26", "prize")[0].value_id == "prize/physics-1921"
    assert stated(draft, "prize/physics-1921", "laureates")[0].value_id == "nobel/26"
    assert stated(draft, "country/AUT", "capital")[0].value_id == "city/wien-a"
    assert stated(draft, "planet/jupiter", "moons")[0].value_id == "moon/io"
    empire = stated(draft, "nobel/7", "birth_country")[0]
    assert (empire.value, empire.value_id) == ("Russian Empire", "")


def test_a_capital_the_table_lacks_becomes_a_city(draft: Draft) -> None:
    capital = stated(draft, "country/ARE", "capital")[0].value_id
    assert draft.things[capital].name == "Abu Dhabi"
    assert stated(draft, capital, "country")[0].value_id == "country/ARE"


def test_a_border_stated_by_one_side_holds_for_both(draft: Draft) -> None:
    assert [s.value_id for s in stated(draft, "country/RUS", "neighbours")] == ["country/UKR"]
    assert [s.value_id for s in stated(draft, "country/AUT", "neighbours")] == ["country/DEU"]


def test_a_value_filed_twice_stands_once_from_the_newer_filing(draft: Draft) -> None:
    assert [s.source for s in stated(draft, "company/AAPL", "net_income")] == [
        "sec:0000320193-25-000079"
    ]


def test_text_values_are_cleaned(draft: Draft) -> None:
    assert stated(draft, "astronaut/5", "nationality")[0].value == "Hungary"
    assert stated(draft, "nobel/7", "birth_date")[0].value == "1943"
    assert stated(draft, "river/drau", "flows_into")[0].value == "Danube"


def test_territories_and_dwarf_planets_are_no_members_of_their_class(draft: Draft) -> None:
    assert not draft.things["country/GUM"].member
    assert not draft.things["planet/pluto"].member
    assert not draft.things["region/world"].member
    assert draft.things["country/DEU"].member


def test_an_unreadable_number_is_dropped_and_counted(draft: Draft) -> None:
    assert draft.dropped["coastline"] == 1
    assert "unknown" in report(draft)


def test_the_report_names_empty_fields(draft: Draft) -> None:
    line = next(line for line in report(draft).splitlines() if line.startswith("melting_point"))
    assert line.endswith("EMPTY")


def test_the_same_raw_tables_give_the_same_bytes(raw_folder: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_table(draft_table(Raw(raw_folder)), tmp_path / name)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
