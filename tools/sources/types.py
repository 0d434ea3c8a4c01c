"""The seam of the live sources: `scheme:entity` and `field[:period]` go in, typed facts come out.

Guarantees: an address and a field are read in one place, and an error says what is wrong where; whatever a source
does is a value. Imports nothing heavy.
Does not guarantee: that a source is right, only that it said so, when, and under which terms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Protocol, TypeAlias

from tools.types import Entities, Failed, FieldRef, Reason, Scalar, Table
from tools.values.periods import read_period

MAX_CHARS = 300
_SCHEME = re.compile(r"[a-z][a-z0-9_-]*")
_LIKE_A_PERIOD = re.compile(r"(?:fy|q)?\s*\d[\d\s/.qQ-]*\d|(?:fy|q)\d", re.IGNORECASE)
_FEWEST_DIGITS = 3

Found: TypeAlias = Scalar | Table | Entities


@dataclass(frozen=True, slots=True)
class Address:
    """Where a fact is asked for: `wikidata:Q937`, `sec:TSLA`, `wikipedia:en:Oslo`; the scheme is in lower case."""

    scheme: str
    entity: str

    def __str__(self) -> str:
        return f"{self.scheme}:{self.entity}"


@dataclass(frozen=True, slots=True)
class Asked:
    """A field, in our words or the source's, and the period in the table's spelling where one was named."""

    field: str
    period: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something a name may mean: `id` is an address (`wikidata:Q937`) that can be used as it stands.

    `score` is up to 1, and 1 only where it is called exactly that.
    """

    id: str
    label: str
    description: str
    score: float


@dataclass(frozen=True, slots=True)
class Finding:
    """What one cheap request to a source showed; `setting` is what the user has to set, if that is what is missing."""

    source: str
    is_ok: bool
    detail: str
    setting: str = ""


class Adapter(Protocol):
    """One source. Safe for several threads; every method answers with a value, whatever the source did."""

    @property
    def id(self) -> str:
        """The scheme by which it is addressed."""
        ...

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    @property
    def licence(self) -> str:
        """The terms of its data."""
        ...

    @property
    def homepage(self) -> str:
        """Where people read about it."""
        ...

    def fields(self, entity: str = "") -> tuple[FieldRef, ...] | Failed:
        """What may be asked of an entity; of any, without one."""
        ...

    def resolve(self, text: str, lang: str) -> tuple[Candidate, ...] | Failed:
        """What a name may mean there, best first; none if nothing is called like it. `lang` is `en` or `zh`."""
        ...

    def get(self, entity: str, field: str, period: str | None = None) -> Found | Failed:
        """The facts of a field: of one entity a scalar, of several a table, of a relation what it points to.

        `entity` is an id or a name of one thing; `field` an id of ours, its words, or the source's own name.
        Without a period the newest value is taken and the rest of the series stands behind it.
        """
        ...

    def check(self) -> Finding:
        """Whether it answers: one cheap request, past the cache."""
        ...


class Registry:
    """The sources that may be asked, by scheme."""

    def __init__(self, adapters: Iterable[Adapter]) -> None:
        self._adapters: Mapping[str, Adapter] = {adapter.id: adapter for adapter in adapters}

    @property
    def adapters(self) -> tuple[Adapter, ...]:
        """Every source, in the order given."""
        return tuple(self._adapters.values())

    def is_address(self, text: str) -> bool:
        """Whether a text begins with the scheme of a source."""
        scheme, colon, _ = text.strip().partition(":")
        return bool(colon) and scheme.strip().lower() in self._adapters

    def adapter(self, scheme: str) -> Adapter | Failed:
        """The source of a scheme."""
        if found := self._adapters.get(scheme):
            return found
        near = tuple(get_close_matches(scheme, self._adapters)) or tuple(self._adapters)
        detail = f"{scheme!r} is no source; known: {', '.join(self._adapters) or 'none'}"
        return Failed(Reason.BAD_EXPRESSION, detail, candidates=tuple(f"{name}:" for name in near))

    def get(self, source: str, field: str, period: str | None = None) -> Found | Failed:
        """The facts that `scheme:entity` and `field[:period]` ask for; `period` goes before the field's own."""
        address, asked = read_address(source), read_field(field)
        if isinstance(address, Failed):
            return address
        if isinstance(asked, Failed):
            return asked
        adapter = self.adapter(address.scheme)
        if isinstance(adapter, Failed):
            return adapter
        return adapter.get(address.entity, asked.field, period or asked.period)

    def check(self) -> tuple[Finding, ...]:
        """One finding for each source, in order."""
        return tuple(adapter.check() for adapter in self.adapters)


def read_address(text: str) -> Address | Failed:
    """The address that a text states: a scheme, a colon, an entity."""
    if failed := _too_long(text, "source"):
        return failed
    scheme, colon, entity = (part.strip() for part in text.partition(":"))
    if not colon:
        return _bad(f"{text.strip()!r} has no scheme; write scheme:entity, as in wikidata:Q937")
    if not _SCHEME.fullmatch(scheme.lower()):
        return _bad(f"{scheme!r} before the colon of {text.strip()!r} is no scheme")
    if not entity:
        return _bad(f"nothing stands behind the colon of {text.strip()!r}; write scheme:entity")
    return Address(scheme.lower(), entity)


def read_field(text: str) -> Asked | Failed:
    """The field that a text names, with the period behind its last colon.

    Native names keep their colons (`us-gaap:Assets:FY2024`), and so do numbered parts (`table:2`).
    """
    if failed := _too_long(text, "field"):
        return failed
    stated = text.strip()
    name, colon, end = (part.strip() for part in stated.rpartition(":"))
    if not colon:
        return (
            Asked(stated) if stated else _bad("the field is empty; name one, as in population:2023")
        )
    if not name:
        return _bad(f"nothing stands before the colon of {stated!r}; write field:period")
    if not end:
        return _bad(f"nothing stands behind the last colon of {stated!r}; write field:period")
    if period := read_period(end):
        return Asked(name, period)
    if _resembles_period(end):
        return _bad(
            f"{end!r} at character {text.rindex(end) + 1} of {stated!r} is no period;"
            " write 2024, FY2025, 2026Q2, 2024-11 or 2024-11-05"
        )
    return Asked(stated)


def _resembles_period(text: str) -> bool:
    n_digits = sum(letter.isdigit() for letter in text)
    says_so = text[:1].lower() in ("f", "q")
    return bool(_LIKE_A_PERIOD.fullmatch(text)) and (says_so or n_digits >= _FEWEST_DIGITS)


def _too_long(text: str, argument: str) -> Failed | None:
    if len(text) <= MAX_CHARS:
        return None
    detail = f"the {argument} has {len(text)} characters; {MAX_CHARS} is the limit"
    return Failed(Reason.TOO_COSTLY, detail)


def _bad(detail: str) -> Failed:
    return Failed(Reason.BAD_EXPRESSION, detail)
