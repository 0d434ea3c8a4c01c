"""World Bank indicators over the real format: series with gaps, sets of countries, errors with status 200."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.support.outcomes import scalar, table
from tests.support.services import Answer, Services, as_json
from tests.tools.sources.conftest import failed, told
from tools.sources.types import Adapter, Candidate
from tools.sources.worldbank import WorldBank
from tools.types import Entity, Failed, Reason
from tools.web.client import Client

HOST = "api.worldbank.org"
NORWAY = Entity("country/NOR", "Norway", "country")
UNKNOWN_INDICATOR = [
    {
        "message": [
            {"id": "120", "key": "Invalid value", "value": "The parameter value is not valid"}
        ]
    }
]


@pytest.fixture
def bank(services: Services, client: Client) -> WorldBank:
    services.route(HOST, "/v2/country/NOR/indicator/SP.POP.TOTL", told("worldbank_series.json"))
    services.route(HOST, "/v2/country", told("worldbank_countries.json"))
    return WorldBank(client)


def test_the_newest_value_that_is_not_null_is_taken_with_its_series(bank: Adapter) -> None:
    found = scalar(bank.get("NOR", "population"))
    assert (found.value, found.unit, found.period) == (Decimal(5570000), "people", "2024")
    assert [fact.period for fact in found.facts] == ["2024", "2023", "2022"]
    assert not found.disagrees


def test_a_fact_says_where_when_and_under_which_terms_it_was_read(bank: Adapter) -> None:
    fact = scalar(bank.get("Norway", "population", "2023")).facts[0]
    assert (fact.entity, fact.value, fact.source) == (NORWAY, "5510000", "World Bank")
    assert fact.origin is not None
    assert fact.origin.url == "https://data.worldbank.org/indicator/SP.POP.TOTL?locations=NO"
    assert (fact.origin.licence, fact.origin.revision) == ("CC BY 4.0", "2026-10-01")
    assert (fact.origin.native, fact.origin.note) == ("SP.POP.TOTL", "Population, total")
    assert fact.origin.asked.startswith(f"https://{HOST}/v2/country/NOR/indicator/SP.POP.TOTL?")
    assert fact.origin.retrieved.endswith("+00:00")
    assert len(fact.origin.sha256) == 64


def test_the_same_statement_is_the_same_fact(bank: Adapter) -> None:
    ids = [[fact.id for fact in scalar(bank.get("NOR", "population")).facts] for _ in range(2)]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 3


@pytest.mark.parametrize("name", ["NOR", "norway", "country/NOR", "挪威"])
def test_a_country_goes_by_code_name_or_id(bank: Adapter, name: str) -> None:
    assert scalar(bank.get(name, "SP.POP.TOTL", "2022")).value == Decimal(5450000)


@pytest.mark.parametrize("field", ["population", "人口", "inhabitants", "SP.POP.TOTL"])
def test_a_field_goes_by_id_label_synonym_or_code(bank: Adapter, field: str) -> None:
    assert scalar(bank.get("NOR", field)).value == Decimal(5570000)


def test_no_name_at_all_is_not_all_countries(services: Services, bank: Adapter) -> None:
    failed(bank.get(" ; ", "population"), Reason.UNKNOWN_ENTITY)


def test_all_countries_are_a_table_without_groups(services: Services, bank: Adapter) -> None:
    services.route(
        HOST, "/v2/country/all/indicator/EN.GHG.CO2.MT.CE.AR5", told("worldbank_all.json")
    )
    found = table(bank.get("all", "co2"))
    assert [(m.entity.name, m.value, m.unit, m.period) for m in found.measures] == [
        ("Norway", Decimal(40_250_000), "t", "2023"),
        ("Sweden", Decimal(36_500_000), "t", "2022"),
    ]
    assert "mrnev=1" in services.visits[0].path


def test_several_countries_are_asked_at_once(services: Services, bank: Adapter) -> None:
    path = "/v2/country/NOR;SWE/indicator/EN.GHG.CO2.MT.CE.AR5"
    services.route(HOST, path, told("worldbank_all.json"))
    found = table(bank.get("Norway; Sweden", "co2", "2023"))
    assert [measure.entity.name for measure in found.measures] == ["World", "Norway"]
    assert "date=2023" in services.visits[0].path


def test_a_group_of_countries_is_known_to_the_bank_alone(services: Services, bank: Adapter) -> None:
    assert bank.resolve("World", "en") == (Candidate("worldbank:WLD", "World", "Aggregates", 1.0),)
    services.route(HOST, "/v2/country/WLD/indicator/SP.POP.TOTL", told("worldbank_series.json"))
    assert scalar(bank.get("World", "population")).period == "2024"


def test_a_period_without_value_offers_the_nearest(bank: Adapter) -> None:
    none = failed(bank.get("NOR", "population", "2025"), Reason.NO_VALUE_FOR_PERIOD)
    assert none.candidates == ("2024", "2023", "2022")


def test_an_unknown_country_is_no_guess(bank: Adapter) -> None:
    none = failed(bank.get("Norwey", "population"), Reason.AMBIGUOUS)
    assert none.candidates[0] == "worldbank:NOR"
    failed(bank.get("Atlantis Prime", "population"), Reason.UNKNOWN_ENTITY)


def test_an_unknown_field_offers_the_nearest_and_asks_nobody(
    services: Services, bank: Adapter
) -> None:
    assert failed(bank.get("NOR", "populatoin"), Reason.UNKNOWN_FIELD).candidates[0] == "population"
    assert services.visits == []


def test_an_error_with_status_200_is_an_error(services: Services, bank: Adapter) -> None:
    services.route(HOST, "/v2/country/NOR/indicator/XX.YY.ZZ", as_json(UNKNOWN_INDICATOR))
    none = failed(bank.get("NOR", "XX.YY.ZZ"), Reason.UNKNOWN_FIELD)
    assert "not valid" in none.detail


def test_an_empty_answer_is_no_value(services: Services, bank: Adapter) -> None:
    path = "/v2/country/NOR/indicator/SP.POP.GROW"
    services.route(HOST, path, as_json([{"page": 0, "pages": 0, "total": 0}, None]))
    failed(bank.get("NOR", "population growth"), Reason.NO_VALUE)


def test_a_changed_shape_says_where(services: Services, bank: Adapter) -> None:
    drifted = [{"pages": 1}, [{"indicator": {"id": "X", "value": "Y"}, "year": "2024"}]]
    services.route(HOST, "/v2/country/NOR/indicator/SP.POP.TOTL", as_json(drifted))
    assert "at 0.country" in failed(bank.get("NOR", "population"), Reason.MALFORMED).detail


def test_the_check_is_one_request_past_the_cache(services: Services, bank: Adapter) -> None:
    services.route(HOST, "/v2/country/NOR", told("worldbank_countries.json"))
    assert [bank.check().detail, bank.check().detail] == ["answers: Norway"] * 2
    assert len(services.visits) == 2
    services.route(HOST, "/v2/country/NOR", Answer(b"", 500))
    assert not bank.check().is_ok


def test_candidates_are_addresses(bank: Adapter) -> None:
    found = bank.resolve("Norway", "en")
    assert not isinstance(found, Failed)
    assert found[0] == Candidate("worldbank:NOR", "Norway", "", 1.0)
