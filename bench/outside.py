"""Sources on this machine that speak the wire formats of the real ones, each answer late by the same time.

What they know is given as a table (`abroad.toml`); anything else they do not know, and say so as the real ones do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.services import Answer, Route, Services, Visit, as_json, serving

_BANK, _WIKIDATA, _API = "api.worldbank.org", "www.wikidata.org", "/w/api.php"
_WIKIPEDIAS = ("en.wikipedia.org", "zh.wikipedia.org")
_CALENDAR = "http://www.wikidata.org/entity/Q1985727"
_NOTHING_FOUND = {"batchcomplete": True, "query": {"searchinfo": {"totalhits": 0}, "search": []}}
_DAY = 11


@contextmanager
def outside(known: Mapping[str, Any], seconds: float) -> Iterator[Services]:
    """The sources, as long as they are needed; every answer of theirs comes `seconds` late."""
    with serving() as services:
        for indicator, countries in known["worldbank"].items():
            for country, series in countries.items():
                told = as_json(_series(indicator, country, series))
                path = f"/v2/country/{country}/indicator/{indicator}"
                services.route(_BANK, path, _late(told, seconds))
        services.route(_WIKIDATA, _API, _late(_wikidata(known["wikidata"]), seconds))
        for host in _WIKIPEDIAS:
            services.route(host, _API, _late(as_json(_NOTHING_FOUND), seconds))
        yield services


def _late(route: Route, seconds: float) -> Route:
    def answer(visit: Visit) -> Answer:
        told = route if isinstance(route, Answer) else route(visit)
        return replace(told, delay_seconds=seconds)

    return answer


def _series(indicator: str, country: str, values: Mapping[str, float]) -> list[Any]:
    """A country's indicator as the World Bank's API tells it, version 2."""
    head = {"page": 1, "pages": 1, "per_page": 20_000, "total": len(values), "sourceid": "2"}
    about = {"indicator": {"id": indicator, "value": indicator}, "countryiso3code": country}
    place = {"country": {"id": country[:2], "value": country}}
    rows = [{**about, **place, "date": year, "value": value} for year, value in values.items()]
    return [{**head, "lastupdated": "2026-10-01"}, rows]


def _wikidata(items: Mapping[str, Any]) -> Callable[[Visit], Answer]:
    """Wikidata's API over items: `wbsearchentities` by label, `wbgetentities` by id."""

    def answer(visit: Visit) -> Answer:
        asked = {key: values[0] for key, values in parse_qs(urlsplit(visit.path).query).items()}
        if asked["action"] == "wbsearchentities":
            return as_json({"search": [*_hits(items, asked["search"])], "success": 1})
        told = {key: _item(key, items.get(key)) for key in asked["ids"].split("|")}
        return as_json({"entities": told, "success": 1})

    return answer


def _hits(items: Mapping[str, Any], text: str) -> Iterator[dict[str, Any]]:
    for key, item in items.items():
        if text.casefold() in (item["label"].casefold(), item.get("zh", "")):
            match = {"type": "label", "language": "en", "text": text}
            yield {"id": key, "label": text, "description": "made up", "match": match}


def _item(key: str, item: Mapping[str, Any] | None) -> dict[str, Any]:
    if item is None:
        return {"id": key, "missing": ""}
    labels = {"en": {"language": "en", "value": item["label"]}}
    stated = {name: value for name, value in item.items() if name.startswith("P")}
    claims = {name: [_statement(name, value)] for name, value in stated.items()}
    return {"type": "item", "id": key, "lastrevid": 1, "labels": labels, "claims": claims}


def _statement(name: str, value: int | str) -> dict[str, Any]:
    """A statement of a number, of an item (`Q…`) or of a day (`1901-02-03`)."""
    said: tuple[str, dict[str, Any]]
    if isinstance(value, int):
        said = "quantity", {"amount": f"+{value}", "unit": "1"}
    elif value.startswith("Q"):
        said = "wikibase-entityid", {"entity-type": "item", "id": value}
    else:
        time = {"time": f"+{value}T00:00:00Z", "precision": _DAY, "calendarmodel": _CALENDAR}
        said = "time", time
    told = {"type": said[0], "value": said[1]}
    snak = {"snaktype": "value", "property": name, "datavalue": told}
    return {"mainsnak": snak, "type": "statement", "rank": "normal", "references": []}
