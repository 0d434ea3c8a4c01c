"""Facts from the live sources: by address (`wikidata:Q937`), or by a name that one source knows exactly.

Guarantees: a name that may mean several things is ambiguous, with what it may mean; no source is asked for a field
that it does not have. Does not guarantee: that a source which says that it does not know is right.
"""

from __future__ import annotations

from collections.abc import Iterator

from tools.facts.names import fold
from tools.notes import note
from tools.sources.types import Adapter, Candidate, Found, Registry
from tools.types import Failed, NoteKind, Reason

_CERTAIN = 1.0
_PASSED_OVER = frozenset(
    {
        Reason.EMPTY,
        Reason.NOT_FOUND,
        Reason.UNKNOWN_ENTITY,
        Reason.UNKNOWN_FIELD,
        Reason.NO_VALUE,
        Reason.NO_VALUE_FOR_PERIOD,
    }
)
_FINAL = frozenset({Reason.BUDGET_EXHAUSTED, Reason.STOPPED, Reason.OFFLINE})


class Live:
    """The sources of a run."""

    def __init__(self, registry: Registry, lang: str) -> None:
        self.registry = registry
        self._lang = lang

    def at(self, address: str, field: str, period: str | None) -> Found | Failed:
        """What an address says of a field."""
        return self.registry.get(address, field, period)

    def of(self, name: str, field: str, period: str | None, origin: str = "") -> Found | Failed:
        """What the first source that knows the name says of a field; `origin` names the only one to be asked."""
        failures: list[Failed] = []
        for adapter in self._asked(field, origin):
            found = self._from(adapter, name, field, period)
            if not isinstance(found, Failed):
                return found
            if found.reason in _FINAL:
                return found
            failures.append(found)
            if found.reason not in _PASSED_OVER and found.reason is not Reason.AMBIGUOUS:
                note(NoteKind.DEGRADED, adapter.id, found.detail)
        return _telling(failures, name)

    def knows_origin(self, origin: str) -> bool:
        """Whether the word names a live source."""
        return any(fold(origin) in (adapter.id, fold(adapter.name)) for adapter in self._all())

    def _asked(self, field: str, origin: str) -> Iterator[Adapter]:
        for adapter in self._all():
            is_wanted = not origin or fold(origin) in (adapter.id, fold(adapter.name))
            if is_wanted and _has_field(adapter, field):
                yield adapter

    def _all(self) -> tuple[Adapter, ...]:
        return self.registry.adapters

    def _from(self, adapter: Adapter, name: str, field: str, period: str | None) -> Found | Failed:
        candidates = adapter.resolve(name, self._lang)
        if isinstance(candidates, Failed):
            return candidates
        meant = [each for each in candidates if each.score >= _CERTAIN]
        if len(meant) != 1:
            return _unclear(name, meant or list(candidates))
        return self.registry.get(meant[0].id, field, period)


def _unclear(name: str, candidates: list[Candidate]) -> Failed:
    if not candidates:
        return Failed(Reason.UNKNOWN_ENTITY, f"nothing is called {name!r}")
    said = "; ".join(f"{each.label} ({each.description}) {each.id}" for each in candidates[:5])
    ids = tuple(each.id for each in candidates[:5])
    return Failed(Reason.AMBIGUOUS, f"{name!r} may mean {said}", candidates=ids)


def _has_field(adapter: Adapter, field: str) -> bool:
    """Whether the source has the field, by our id or words; one that cannot say is asked."""
    known = adapter.fields()
    if isinstance(known, Failed) or not known:
        return True
    asked = {fold(field), fold(field.replace("_", " "))}
    return any({fold(ref.id), fold(ref.label)} & asked for ref in known)


def _telling(failures: list[Failed], name: str) -> Failed:
    """The failure that says most: what could not be said, then what is ambiguous, then what is not known."""
    order = sorted(failures, key=lambda f: (f.reason in _PASSED_OVER, f.reason is Reason.AMBIGUOUS))
    return order[0] if order else Failed(Reason.UNKNOWN_ENTITY, f"no source knows {name!r}")
