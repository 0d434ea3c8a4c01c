"""Every source over a server in trouble: what goes wrong is told by its kind, and never looks like "nothing found"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.outcomes import scalar
from tests.support.services import QUICK, Answer, Services, as_json, text
from tests.tools.sources.conftest import CONTACT, failed, told
from tools.sources.arxiv import Arxiv
from tools.sources.nobel import Nobel
from tools.sources.opening import open_sources
from tools.sources.owid import Owid
from tools.sources.sec import Sec
from tools.sources.types import Adapter
from tools.sources.wikidata import Wikidata
from tools.sources.wikipedia import Wikipedia
from tools.sources.worldbank import WorldBank
from tools.types import Reason
from tools.web.meter import Meter
from tools.web.opening import NoWeb
from tools.web.options import Caps, Limits
from tools.web.recording import RecordingWeb, ReplayWeb, Tape
from tools.web.types import Web


@dataclass(frozen=True)
class Case:
    """A source, a question to it, and where its first request goes."""

    open: Callable[[Web], Adapter]
    entity: str
    field: str
    host: str
    path: str


CASES = {
    "wikidata": Case(Wikidata, "Q101", "area", "www.wikidata.org", "/w/api.php"),
    "wikipedia": Case(Wikipedia, "Oslo", "summary", "en.wikipedia.org", "/w/api.php"),
    "sec": Case(
        Sec,
        "777001",
        "total assets",
        "data.sec.gov",
        "/api/xbrl/companyconcept/CIK0000777001/us-gaap/Assets.json",
    ),
    "worldbank": Case(
        WorldBank,
        "NOR",
        "population",
        "api.worldbank.org",
        "/v2/country/NOR/indicator/SP.POP.TOTL",
    ),
    "nobel": Case(Nobel, "6", "birth_date", "api.nobelprize.org", "/2.1/laureate/6"),
    "arxiv": Case(Arxiv, "2602.00001", "title", "export.arxiv.org", "/api/query"),
    "owid": Case(
        Owid,
        "NOR",
        "ev_share",
        "ourworldindata.org",
        "/grapher/electric-car-sales-share.metadata.json",
    ),
}
TROUBLES: dict[str, tuple[Answer, Reason]] = {
    "rate limited": (Answer(b"slow down", 429, {"Retry-After": "120"}), Reason.RATE_LIMITED),
    "in trouble": (Answer(b"<html>oops</html>", 503), Reason.UNAVAILABLE),
    "forbidden": (Answer(b"no", 403), Reason.FORBIDDEN),
    "half an answer": (text('{"half": ', "application/json"), Reason.MALFORMED),
    "another shape": (as_json({"renamed": []}), Reason.MALFORMED),
    "a list": (as_json([1, 2, 3]), Reason.MALFORMED),
    "no number": (text("[NaN, 1e999999999]", "application/json"), Reason.MALFORMED),
    "nested without end": (text("[" * 100_000, "application/json"), Reason.MALFORMED),
    "a page for people": (text("<html><body>Maintenance</body></html>"), Reason.MALFORMED),
    "nothing": (Answer(b""), Reason.MALFORMED),
    "bytes": (Answer(bytes(range(256))), Reason.MALFORMED),
}
each_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


@each_case
@pytest.mark.parametrize(("answer", "reason"), TROUBLES.values(), ids=TROUBLES)
def test_trouble_is_told_by_its_kind(
    services: Services, case: Case, answer: Answer, reason: Reason
) -> None:
    services.route(case.host, case.path, answer)
    adapter = case.open(services.client(contact=CONTACT))
    outcome = failed(adapter.get(case.entity, case.field), reason)
    assert outcome.detail
    if reason is Reason.RATE_LIMITED:
        assert (outcome.retryable, outcome.retry_after_seconds) == (True, 120)


@each_case
def test_a_source_that_is_too_slow_is_timed_out(services: Services, case: Case) -> None:
    services.route(case.host, case.path, Answer(b"{}", delay_seconds=1.0))
    limits = Limits(QUICK.connect_seconds, 0.1, 0.3, attempts=1)
    adapter = case.open(services.client(contact=CONTACT, limits=limits))
    assert failed(adapter.get(case.entity, case.field), Reason.TIMED_OUT).retryable


@each_case
def test_a_spent_budget_asks_nobody(services: Services, case: Case) -> None:
    adapter = case.open(services.client(Meter(Caps(calls=0)), contact=CONTACT))
    failed(adapter.get(case.entity, case.field), Reason.BUDGET_EXHAUSTED)
    assert services.visits == []


@each_case
def test_without_a_web_nothing_is_found_out_and_the_setting_is_named(case: Case) -> None:
    adapter = case.open(NoWeb())
    failed(adapter.get(case.entity, case.field), Reason.OFFLINE)
    failed(adapter.resolve("Oslo Prime", "en"), Reason.OFFLINE)
    finding = adapter.check()
    assert (finding.source, finding.is_ok, finding.setting) == (adapter.id, False, "web.egress")


@each_case
def test_a_source_says_who_it_is(case: Case) -> None:
    adapter = case.open(NoWeb())
    assert adapter.name
    assert adapter.licence
    assert adapter.homepage.startswith("https://")
    assert adapter.fields()


def test_every_source_goes_by_its_scheme(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("name,tons\nA,7\n")
    registry = open_sources(NoWeb(), {"own.csv": tmp_path / "own.csv"})
    assert [adapter.id for adapter in registry.adapters] == [*CASES, "csv"]
    assert scalar(registry.get("csv:own.csv/A", "tons")).value == 7
    failed(registry.get("sec:TSLA", "revenue:FY2024"), Reason.OFFLINE)
    assert [finding.is_ok for finding in registry.check()] == [False] * 7 + [True]


def test_a_replayed_answer_gives_the_same_facts(services: Services, tmp_path: Path) -> None:
    case = CASES["worldbank"]
    services.route(case.host, case.path, told("worldbank_series.json"))
    recording = RecordingWeb(services.client(), Tape(tmp_path))
    live = scalar(case.open(recording).get(case.entity, case.field))
    replay = ReplayWeb(Tape(tmp_path), Meter(Caps()))
    assert scalar(case.open(replay).get(case.entity, case.field)) == live
    failed(case.open(replay).get("SWE", case.field), Reason.NOT_RECORDED)
    assert len(services.visits) == 1
