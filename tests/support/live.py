"""A world outside for tests: a source of facts from a table, and the JSON of search engines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tools.passages import fact_id
from tools.sources.types import Candidate, Finding, Found
from tools.types import Entity, Fact, Failed, FieldRef, Reason, Scalar, Source

WHEN = "2026-01-01T00:00:00+00:00"


def searx_json(*results: tuple[str, str, str]) -> str:
    """A SearXNG's answer with results of (url, title, words)."""
    rows = [{"url": url, "title": title, "content": words} for url, title, words in results]
    return json.dumps({"results": rows, "unresponsive_engines": []})


def wikipedia_json(*results: tuple[str, str]) -> str:
    """Wikipedia's answer with results of (title, words)."""
    rows = [{"title": title, "snippet": words} for title, words in results]
    return json.dumps({"query": {"search": rows}})


@dataclass
class TableSource:
    """Knows names, and the numbers in its table; `asked` holds what it was asked."""

    table: Mapping[tuple[str, str], int | str]
    id: str = "almanac"
    name: str = "Almanac"
    licence: str = "CC0"
    homepage: str = "https://almanac.example"
    says: Failed | None = None
    asked: list[str] = field(default_factory=list)

    def fields(self, entity: str = "") -> tuple[FieldRef, ...] | Failed:
        return tuple(FieldRef(key, key.replace("_", " ")) for key in {k for _, k in self.table})

    def resolve(self, text: str, lang: str) -> tuple[Candidate, ...] | Failed:
        self.asked.append(f"resolve {text}")
        if self.says:
            return self.says
        known = dict.fromkeys(name for name, _ in self.table if name.partition("/")[0] == text)
        return tuple(Candidate(f"{self.id}:{name}", name, "a thing", 1.0) for name in known)

    def get(self, entity: str, field: str, period: str | None = None) -> Found | Failed:
        self.asked.append(f"get {entity} {field}")
        value = self.table.get((entity, field))
        if value is None:
            return Failed(Reason.NO_VALUE, f"the almanac has no {field} of {entity}")
        url = f"{self.homepage}/{entity}"
        number = Decimal(value) if isinstance(value, int) else None
        fact = Fact(
            id=fact_id(self.id, entity, field),
            entity=Entity(f"{self.id}:{entity}", entity, "thing"),
            field=field,
            value=str(value),
            number=number,
            unit="people" if number else "",
            period="2024",
            source=self.id,
            origin=Source(url, self.licence, "r7", WHEN),
        )
        return Scalar(fact.value if number is None else number, fact.unit, fact.period, (fact,))

    def check(self) -> Finding:
        return Finding(self.id, True, "answers")
