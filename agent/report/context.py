"""The history behind a value: the report writer's own lookups, with the run's tools.

A run looks up what its plan asks for, often a single period. The same field without a period gives
the series that a chart and a comparison need. These lookups come after the run, are counted in the
report's method section, and never change the answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agent.report.labels import is_measured
from agent.report.types import Evidence
from tools.types import Binding, Call, Entity, FieldRef, Scalar, Tools

_MOST_LOOKUPS = 16


def with_history(evidence: Sequence[Evidence], toolbox: Tools) -> tuple[Evidence, ...]:
    """The evidence, and for every number looked up in one period the rest of its series."""
    wanted = list(dict.fromkeys(_single_periods(evidence)))[:_MOST_LOOKUPS]
    found = (_looked_up(entity, field_id, toolbox) for entity, field_id in wanted)
    return (*evidence, *(item for item in found if isinstance(item.observation, Scalar)))


def _single_periods(evidence: Sequence[Evidence]) -> Iterator[tuple[Entity, str]]:
    for item in evidence:
        value = item.observation
        if item.tool != "lookup" or not isinstance(value, Scalar) or not value.facts:
            continue
        first = value.facts[0]
        if (
            is_measured(first.field)
            and value.period
            and {fact.period for fact in value.facts} == {value.period}
        ):
            yield first.entity, first.field


def _looked_up(entity: Entity, field_id: str, toolbox: Tools) -> Evidence:
    bindings: dict[str, Binding] = {"@1": entity, "%1": FieldRef(field_id, field_id)}
    observation = toolbox.run(Call("lookup", {"source": "@1", "field": "%1"}, bindings))
    return Evidence(0, "lookup", (entity.name, field_id), observation)
