"""SEC company concepts over the real format: tags in order, differences, restated figures, tickers and names."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.support.outcomes import scalar
from tests.support.services import Answer, Services, as_json, text
from tests.tools.sources.conftest import failed, told
from tools.sources.sec import Sec
from tools.sources.types import Adapter
from tools.types import Failed, Reason
from tools.web.client import Client

DATA = "data.sec.gov"
CONCEPTS = "/api/xbrl/companyconcept/CIK0000777001/us-gaap/"
NO_SUCH_KEY = text("<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>", "application/xml")


@pytest.fixture
def sec(services: Services, client: Client) -> Sec:
    services.route("www.sec.gov", "/files/company_tickers.json", told("sec_tickers.json"))
    for tag, file in (
        ("Revenues", "sec_revenue.json"),
        ("NetCashProvidedByUsedInOperatingActivities", "sec_operating_cash_flow.json"),
        ("Assets", "sec_assets.json"),
        ("EarningsPerShareDiluted", "sec_eps.json"),
    ):
        services.route(DATA, f"{CONCEPTS}{tag}.json", told(file))
    return Sec(client)


def test_a_year_has_the_newest_report_and_keeps_what_it_restates(sec: Adapter) -> None:
    found = scalar(sec.get("EXMO", "revenue", "FY2023"))
    assert (found.value, found.unit, found.period) == (Decimal(96500), "USD", "FY2023")
    assert [fact.value for fact in found.facts] == ["96500", "96000"]
    assert scalar(sec.get("EXMO", "revenue", "2024Q1")).disagrees  # by more than one in a hundred


def test_a_fact_names_its_tag_its_dates_and_its_filing(sec: Adapter) -> None:
    fact = scalar(sec.get("EXMO", "revenue", "2024Q2")).facts[0]
    assert (fact.entity.id, fact.entity.name) == ("sec:777001", "Example Motors, Inc.")
    assert fact.origin is not None
    assert fact.origin.native == "us-gaap:Revenues"
    assert fact.origin.revision == "0000777001-24-000020"
    assert fact.origin.note == "2024-04-01 to 2024-06-30; 10-Q filed 2024-07-24"
    assert fact.origin.url == (
        "https://www.sec.gov/Archives/edgar/data/777001/000077700124000020/"
        "0000777001-24-000020-index.htm"
    )


def test_the_newest_period_brings_its_series(sec: Adapter) -> None:
    found = scalar(sec.get("EXMO", "revenue"))
    assert found.period == "FY2024"
    assert [f.period for f in found.facts][:5] == ["FY2024", "2024Q3", "2024Q2", "2024Q1", "2024Q1"]
    assert Decimal(98) not in [fact.number for fact in found.facts]


def test_a_quarter_within_the_year_is_worked_out_and_says_so(sec: Adapter) -> None:
    found = scalar(sec.get("EXMO", "operating cash flow", "2024Q4"))
    assert (found.value, found.period) == (Decimal(4800), "2024Q4")
    assert found.derivation == (
        "14900 (2024-01-01 to 2024-12-31) − 10100 (2024-01-01 to 2024-09-30)"
    )
    assert [fact.value for fact in found.facts] == ["14900", "10100"]
    assert scalar(sec.get("EXMO", "operating cash flow", "2024Q2")).value == Decimal(3610)


def test_the_last_quarter_of_revenue_is_the_year_less_nine_months(sec: Adapter) -> None:
    assert scalar(sec.get("EXMO", "revenue", "2024Q4")).value == Decimal(27000)


def test_no_common_start_is_not_derivable(sec: Adapter) -> None:
    none = failed(sec.get("EXMO", "operating cash flow", "2023Q2"), Reason.NOT_DERIVABLE)
    assert "NetCashProvidedByUsedInOperatingActivities" in none.detail


def test_earnings_a_share_do_not_add_up(sec: Adapter) -> None:
    failed(sec.get("EXMO", "eps", "2024Q4"), Reason.NOT_DERIVABLE)
    found = scalar(sec.get("EXMO", "eps", "2024Q1"))
    assert (found.value, found.unit) == (Decimal("0.34"), "USD")


def test_a_balance_goes_by_year_or_quarter(sec: Adapter) -> None:
    for period in ("FY2024", "2024", "2024Q4", "2024-12-31"):
        assert scalar(sec.get("EXMO", "total assets", period)).value == Decimal(122000)


def test_a_period_that_no_report_tells_offers_the_nearest(sec: Adapter) -> None:
    none = failed(sec.get("EXMO", "revenue", "FY2010"), Reason.NO_VALUE_FOR_PERIOD)
    assert none.candidates[0] == "FY2022"


def test_the_next_tag_is_tried_and_reported(services: Services, sec: Adapter) -> None:
    services.route(DATA, f"{CONCEPTS}Revenues.json", Answer(NO_SUCH_KEY.body, 404))
    later = "RevenueFromContractWithCustomerExcludingAssessedTax"
    body = told("sec_revenue.json").body.replace(b'"tag": "Revenues"', f'"tag": "{later}"'.encode())
    services.route(DATA, f"{CONCEPTS}{later}.json", text(body.decode(), "application/json"))
    fact = scalar(sec.get("EXMO", "revenue", "FY2024")).facts[0]
    assert fact.origin is not None
    assert fact.origin.native == f"us-gaap:{later}"


def test_a_tag_may_be_named(sec: Adapter) -> None:
    found = scalar(sec.get("777001", "us-gaap:Assets", "FY2024"))
    assert (found.unit, found.facts[0].field) == ("USD", "us-gaap:Assets")


def test_a_company_that_uses_no_such_tag_has_no_value(sec: Adapter) -> None:
    none = failed(sec.get("EXMO", "gross profit"), Reason.NO_VALUE)
    assert "GrossProfit" in none.detail


def test_a_known_company_is_the_facts_own(services: Services, sec: Adapter) -> None:
    path = "/api/xbrl/companyconcept/CIK0001318605/us-gaap/Revenues.json"
    services.route(DATA, path, told("sec_revenue.json"))
    for name in ("TSLA", "Tesla", "tesla", "company/TSLA", "1318605", "CIK0001318605"):
        assert scalar(sec.get(name, "revenue")).facts[0].entity.id == "company/TSLA"


def test_several_tickers_are_one_company(sec: Adapter) -> None:
    for text_ in ("Alphabet", "GOOG"):
        found = sec.resolve(text_, "en")
        assert not isinstance(found, Failed)
        assert [candidate.id for candidate in found] == ["sec:1652044"]


def test_two_companies_of_one_name_are_ambiguous(sec: Adapter) -> None:
    none = failed(sec.get("Sunrise", "revenue"), Reason.AMBIGUOUS)
    assert set(none.candidates) == {"sec:900001", "sec:900002"}


def test_a_company_that_is_not_listed_is_unknown(sec: Adapter) -> None:
    failed(sec.get("Nobody Knows It", "revenue"), Reason.UNKNOWN_ENTITY)


def test_no_contact_is_a_refusal_that_names_the_setting(services: Services) -> None:
    finding = Sec(services.client()).check()
    assert (finding.is_ok, finding.setting) == (False, "web.contact")
    assert services.visits == []


def test_a_number_that_is_none_is_malformed(services: Services, sec: Adapter) -> None:
    body = {
        "cik": 1,
        "taxonomy": "us-gaap",
        "tag": "Assets",
        "entityName": "E",
        "units": {"USD": [{}]},
    }
    services.route(DATA, f"{CONCEPTS}Assets.json", as_json(body))
    none = failed(sec.get("777001", "total assets"), Reason.MALFORMED)
    assert "units.USD.0.end" in none.detail


def test_no_numbers_at_all_are_no_value(services: Services, sec: Adapter) -> None:
    body = {"cik": 1, "taxonomy": "us-gaap", "tag": "Assets", "entityName": "E", "units": {}}
    services.route(DATA, f"{CONCEPTS}Assets.json", as_json(body))
    failed(sec.get("777001", "total assets"), Reason.NO_VALUE)
    failed(sec.get("777001", "total assets", "FY2024"), Reason.NO_VALUE_FOR_PERIOD)
