"""Our World in Data over its real format: a chart's metadata and its CSV, gaps, groups, several columns, days."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.outcomes import scalar, table
from tests.support.services import Answer, Services, Visit, text
from tests.tools.sources.conftest import failed, told
from tools.sources.owid import Owid
from tools.sources.types import Adapter
from tools.types import Entity, Reason
from tools.web.client import Client

HOST = "ourworldindata.org"


def cars(visit: Visit) -> Answer:
    """The chart's CSV, filtered as it would be."""
    asked = parse_qs(urlsplit(visit.path).query)
    return told("owid_latest.csv" if "time" in asked else "owid_series.csv")


@pytest.fixture
def owid(services: Services, client: Client) -> Owid:
    for path, answer in (
        ("electric-car-sales-share.metadata.json", told("owid_metadata.json")),
        ("electric-car-sales-share.csv", cars),
        ("two-things.metadata.json", told("owid_two_columns.json")),
        ("two-things.csv", told("owid_days.csv")),
        ("population.csv", told("owid_roster.csv")),
        ("life-expectancy.metadata.json", told("owid_metadata.json")),
    ):
        services.route(HOST, f"/grapher/{path}", answer)
    return Owid(client)


def test_the_newest_value_brings_its_series_without_the_gaps(owid: Adapter) -> None:
    found = scalar(owid.get("NOR", "ev_share"))
    assert (found.value, found.unit, found.period) == (Decimal("91.0"), "%", "2024")
    assert [fact.value for fact in found.facts] == ["91", "79.5"]


def test_a_fact_cites_the_chart_and_its_publisher(owid: Adapter) -> None:
    fact = scalar(owid.get("Norway", "ev_share", "2022")).facts[0]
    assert fact.entity == Entity("country/NOR", "Norway", "country")
    assert fact.origin is not None
    assert fact.origin.url == f"https://{HOST}/grapher/electric-car-sales-share?country=~NOR"
    assert fact.origin.native == "electric-car-sales-share/ev_sales_share"
    assert (fact.origin.revision, fact.origin.licence) == ("2026-05-14", "CC BY 4.0")
    assert fact.origin.note.endswith("An agency of our own (2026)")


def test_a_chart_goes_by_its_own_name(owid: Adapter) -> None:
    assert scalar(owid.get("NOR", "electric-car-sales-share")).value == Decimal("91.0")


def test_no_name_at_all_is_not_all_countries(services: Services, owid: Adapter) -> None:
    failed(owid.get(" ; ", "ev_share"), Reason.UNKNOWN_ENTITY)


def test_all_countries_are_a_table_without_groups(services: Services, owid: Adapter) -> None:
    found = table(owid.get("all", "ev_share"))
    assert [(m.entity.id, m.value) for m in found.measures] == [
        ("country/NOR", Decimal(91)),
        ("country/SWE", Decimal(58)),
    ]
    assert "time=latest" in services.visits[-1].path
    assert len(table(owid.get("all", "ev_share", "2024")).measures) == 2
    assert "time=2024" in services.visits[-1].path


def test_several_countries_are_asked_at_once(services: Services, owid: Adapter) -> None:
    found = table(owid.get("Norway; Sweden", "ev_share"))
    assert [measure.entity.name for measure in found.measures] == ["Norway", "Sweden"]
    assert "country=NOR~SWE" in services.visits[-1].path


def test_a_group_of_countries_is_known_to_the_charts_alone(
    services: Services, owid: Adapter
) -> None:
    services.route(HOST, "/grapher/electric-car-sales-share.csv", told("owid_latest.csv"))
    assert scalar(owid.get("World", "ev_share")).facts[0].entity.id == "owid:OWID_WRL"


def test_days_are_periods_and_words_are_values(owid: Adapter) -> None:
    found = scalar(owid.get("NOR", "two-things/first"))
    assert (found.value, found.period, found.unit) == (Decimal(2), "2024-01-06", "t")
    assert scalar(owid.get("NOR", "two-things/second", "2024-01-05")).value == "low"


def test_a_chart_of_several_columns_wants_one_named(owid: Adapter) -> None:
    none = failed(owid.get("NOR", "two-things"), Reason.AMBIGUOUS)
    assert none.candidates == ("two-things/first", "two-things/second")
    failed(owid.get("NOR", "two-things/third"), Reason.UNKNOWN_FIELD)


def test_a_chart_that_is_not_there_offers_the_nearest(owid: Adapter) -> None:
    none = failed(owid.get("NOR", "life-expectancies"), Reason.UNKNOWN_FIELD)
    assert "life_expectancy" in none.candidates


def test_an_empty_chart_is_no_value(services: Services, owid: Adapter) -> None:
    body = "Entity,Code,Year,ev_sales_share\n"
    services.route(HOST, "/grapher/electric-car-sales-share.csv", text(body, "text/csv"))
    failed(owid.get("NOR", "ev_share"), Reason.NO_VALUE)
    failed(owid.get("all", "ev_share"), Reason.NO_VALUE)


def test_a_year_without_value_offers_the_nearest(owid: Adapter) -> None:
    none = failed(owid.get("NOR", "ev_share", "2023"), Reason.NO_VALUE_FOR_PERIOD)
    assert set(none.candidates) == {"2022", "2024"}


def test_an_unknown_place_is_unknown(owid: Adapter) -> None:
    failed(owid.get("Atlantis Prime", "ev_share"), Reason.UNKNOWN_ENTITY)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Country,Code,Year,ev_sales_share\nNorway,NOR,2024,1\n", "no column Entity"),
        ("Entity,Code,Year,share\nNorway,NOR,2024,1\n", "no column ev_sales_share"),
        ("Entity,Code,Month,ev_sales_share\nNorway,NOR,1,1\n", "no column Year"),
        ("", "no column Entity"),
        ("Entity,Code,Year,ev_sales_share\nNorway,NOR,2024,1e999999\n", "is no value"),
    ],
)
def test_a_csv_of_another_shape_is_malformed(
    services: Services, owid: Adapter, body: str, said: str
) -> None:
    services.route(HOST, "/grapher/electric-car-sales-share.csv", text(body, "text/csv"))
    assert said in failed(owid.get("NOR", "ev_share"), Reason.MALFORMED).detail


def test_the_check_asks_for_metadata_alone(services: Services, owid: Adapter) -> None:
    assert owid.check().detail == "answers: life-expectancy, 1 columns"
    assert len(services.visits) == 1
