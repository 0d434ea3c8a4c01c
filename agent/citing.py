"""A fact as a citation: what it says, of what, by which source, and where that was read."""

from __future__ import annotations

from collections.abc import Mapping

from agent.types import Citation
from tools.types import Fact


def citation(number: int, fact: Fact) -> Citation:
    """A fact as users see it."""
    return Citation(
        id=str(number),
        entity=fact.entity.name,
        field=fact.field,
        period=fact.period,
        value=fact.value,
        unit=fact.unit,
        source=fact.source,
        **origin_of(fact),
    )


def origin_of(fact: Fact) -> Mapping[str, str]:
    """Where a fact was read live: what a citation says of it beside its source."""
    if fact.origin is None:
        return {}
    origin = fact.origin
    return {
        "url": origin.url,
        "licence": origin.licence,
        "revision": origin.revision,
        "retrieved": origin.retrieved,
    }
