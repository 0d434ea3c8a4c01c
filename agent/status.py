"""What an observation makes of its row, before anything else of the plan is known."""

from __future__ import annotations

from agent.types import NIL, Row, RowStatus
from tools.types import Answer, Entities, Failed, Observation, Passages, Reason, Scalar, Table

ORIGIN_COLUMN = 4
NOTHING_THERE = (
    Reason.EMPTY,
    Reason.NO_VALUE,
    Reason.NO_VALUE_FOR_PERIOD,
    Reason.NOT_FOUND,
    Reason.NOT_DERIVABLE,
)


def status_of(row: Row, observation: Observation) -> RowStatus:
    """The row's status."""
    match observation:
        case Failed(reason):
            return RowStatus.EMPTY if reason in NOTHING_THERE else RowStatus.FAILED
        case Answer():
            return RowStatus.FAILED
        case Entities(members=()) | Table(measures=()) | Passages(members=()):
            return RowStatus.EMPTY
    return RowStatus.CONTRADICTED if is_torn(row, observation) else RowStatus.OK


def is_torn(row: Row, observation: Observation) -> bool:
    """Whether a lookup that names no source met sources that disagree on its one value."""
    if row.tool != "lookup" or row.words[ORIGIN_COLUMN - 1] != NIL:
        return False
    match observation:
        case Scalar() | Table(measures=[_]):
            one = observation.measures[0] if isinstance(observation, Table) else observation
            return one.disagrees
    return False
