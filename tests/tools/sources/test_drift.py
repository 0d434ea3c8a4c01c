"""Answers that are almost what they were: whatever part of one changes, the outcome is a value or a typed failure."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools.sources.conftest import FIXTURES, fixture
from tools.sources.arxiv import Arxiv
from tools.sources.nobel import Nobel
from tools.sources.owid import Owid
from tools.sources.sec import Sec
from tools.sources.types import Adapter
from tools.sources.wikidata import Wikidata
from tools.sources.wikipedia import Wikipedia
from tools.sources.worldbank import WorldBank
from tools.types import Entities, Failed, Scalar, Table
from tools.web.scripted import page
from tools.web.types import Outcome, Request, Web

REPLACEMENTS: tuple[Any, ...] = (
    *(None, True, -1, 0.5, 10**30, "", "x", "1e999999", "NaN", "2024-02-30", "\u0000"),
    *([], {}, [[]], [None], {"value": {}}, {"type": "time", "value": {"time": "+1-1-1T"}}),
)


class Same:
    """Answers every request with the same body."""

    def __init__(self, body: str) -> None:
        self._body = body

    def get(self, request: Request) -> Outcome:
        return page(request.address, self._body, "application/json")


def _places(value: Any) -> Iterator[tuple[str | int, ...]]:
    """Every path into a JSON value."""
    parts = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, part in parts:
        yield (key,)
        yield from ((key, *path) for path in _places(part))


def _changed(value: Any, path: tuple[str | int, ...], by: Any) -> Any:
    """A copy with another value at a path, or without it for Ellipsis."""
    made = copy.deepcopy(value)
    *way, last = path
    inner = made
    for key in way:
        inner = inner[key]
    if by is ...:
        del inner[last]
    else:
        inner[last] = by
    return made


Ask = Callable[[Web], object]


def _asking(
    open_: Callable[[Web], Adapter], entity: str, field: str, period: str | None = None
) -> Ask:
    return lambda web: open_(web).get(entity, field, period)


ITEMS = fixture("wikidata_entities.json")
CASES: Mapping[str, tuple[Any, Ask]] = {
    "worldbank": (fixture("worldbank_series.json"), _asking(WorldBank, "NOR", "population")),
    "countries": (fixture("worldbank_countries.json"), _asking(WorldBank, "all", "population")),
    "quarter": (
        fixture("sec_operating_cash_flow.json"),
        _asking(Sec, "777001", "operating_cash_flow", "2024Q4"),
    ),
    "series": (fixture("sec_revenue.json"), _asking(Sec, "777001", "revenue")),
    "tickers": (fixture("sec_tickers.json"), _asking(Sec, "Sunrise", "revenue")),
    "laureate": (fixture("nobel_curie.json"), _asking(Nobel, "6", "prize")),
    "dates": (fixture("nobel_curie.json"), _asking(Nobel, "6", "birth_date")),
    "prize": (fixture("nobel_prize.json"), _asking(Nobel, "physics/1903", "laureates")),
    "article": (fixture("wikipedia_article.json"), _asking(Wikipedia, "Oslo", "section:History")),
    "tables": (fixture("wikipedia_parse.json"), _asking(Wikipedia, "Oslo", "table:2")),
    "search": (fixture("wikipedia_many.json"), _asking(Wikipedia, "Mercury", "summary")),
    "chart": (fixture("owid_metadata.json"), _asking(Owid, "NOR", "ev_share")),
}


@pytest.mark.parametrize(("told", "ask"), CASES.values(), ids=CASES)
@given(st.data())
def test_a_changed_answer_is_a_value_or_a_failure(told: Any, ask: Ask, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(list(_places(told))))
    by = data.draw(st.sampled_from((..., *REPLACEMENTS)))
    outcome = ask(Same(json.dumps(_changed(told, path, by))))
    assert isinstance(outcome, Scalar | Table | Entities | Failed)


@pytest.mark.parametrize(
    ("key", "field"),
    [("Q101", "birth_date"), ("Q101", "educated_at"), ("Q301", "population"), ("Q301", "P6")],
)
@given(st.data())
def test_a_changed_item_is_a_value_or_a_failure(key: str, field: str, data: st.DataObject) -> None:
    item = ITEMS[key]
    path = data.draw(st.sampled_from(list(_places(item))))
    by = data.draw(st.sampled_from((..., *REPLACEMENTS)))
    told = {"entities": {key: _changed(item, path, by)}}
    outcome = Wikidata(Same(json.dumps(told))).get(key, field)
    assert isinstance(outcome, Scalar | Table | Entities | Failed)


@given(st.data())
def test_a_changed_feed_is_a_value_or_a_failure(data: st.DataObject) -> None:
    body = (FIXTURES / "arxiv_paper.xml").read_text(encoding="utf-8")
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(len(body), start + 40)))
    outcome = Arxiv(Same(body[:start] + body[end:])).get("2602.00001", "authors")
    assert isinstance(outcome, Scalar | Failed)
