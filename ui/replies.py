"""What a tool call comes to for another program: one typed object, whatever the tool answered.

Guarantees: numbers are exact texts, with the rounded words beside them; every figure has its citations, up to the limit
that is said; a failure has its reason and what to try instead.
"""

from __future__ import annotations

from decimal import Context, Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from agent.finish import citation
from agent.types import Citation
from tools.evidence import behind, members
from tools.types import (
    Answer,
    Entities,
    Failed,
    Measure,
    Observation,
    Passages,
    Scalar,
    Table,
    Truth,
    Value,
    Verdict,
)
from tools.values.wording import amount, quotation, say

MAX_ROWS = 100
MAX_CITATIONS = 50
_WIDE = Context(prec=500)

Kind = Literal["scalar", "table", "entities", "passages", "verdict", "answer", "failed"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Row(_Frozen):
    """One member of a table or set, or one passage: `value` exactly, `rounded` as people read it."""

    id: str
    name: str
    value: str = ""
    rounded: str = ""
    unit: str = ""
    period: str = ""


class Reply(_Frozen):
    """An observation. `reference` (`#3`) stands for the value in later calls; `text` says it in words.

    `value` is exact, `rounded` as people read it, `expression` how it was computed. Of `n_rows` rows and `n_citations`
    citations the first ones are here.
    """

    kind: Kind
    text: str
    reference: str = ""
    value: str = ""
    rounded: str = ""
    unit: str = ""
    period: str = ""
    expression: str = ""
    disagrees: bool = False
    truth: Truth | None = None
    rows: list[Row] = []
    n_rows: int = 0
    reason: str = ""
    candidates: list[str] = []
    citations: list[Citation] = []
    n_citations: int = 0


def reply_of(observation: Observation, reference: str = "") -> Reply:
    """The reply that says what was observed."""
    match observation:
        case Failed():
            offered = list(observation.candidates)
            text = f"{observation.reason}: {observation.detail}"
            return Reply(
                kind="failed", text=text, reason=str(observation.reason), candidates=offered
            )
        case Answer():
            told = _told(observation.value)
            return told.model_copy(update={"kind": "answer", "text": observation.text})
    return _told(observation).model_copy(update={"reference": reference})


def _told(value: Value) -> Reply:
    facts = behind(value)
    cited = [citation(n, fact) for n, fact in enumerate(facts[:MAX_CITATIONS], 1)]
    return _bare(value).model_copy(update={"citations": cited, "n_citations": len(facts)})


def _bare(value: Value) -> Reply:
    """The reply without its evidence."""
    text = say(value)
    match value:
        case Scalar():
            return Reply(
                kind="scalar",
                text=text,
                value=_exact(value.value, is_computed=bool(value.derivation)),
                rounded=amount(value.value, value.unit),
                unit=value.unit,
                period=value.period,
                expression=value.derivation,
                disagrees=value.disagrees,
            )
        case Table():
            rows = [_row(found) for found in value.measures[:MAX_ROWS]]
            differ = any(found.disagrees for found in value.measures)
            n_rows = len(value.measures)
            return Reply(kind="table", text=text, rows=rows, n_rows=n_rows, disagrees=differ)
        case Entities():
            named = [Row(id=e.id, name=e.name) for e in members(value)[:MAX_ROWS]]
            return Reply(kind="entities", text=text, rows=named, n_rows=len(value.members))
        case Verdict():
            return Reply(kind="verdict", text=text, truth=value.truth)
        case Passages():
            found = [Row(id=p.id, name=p.title, value=p.snippet) for p in value.members[:MAX_ROWS]]
            quoted = "\n".join(quotation(passage) for passage in value.members[:MAX_ROWS])
            return Reply(kind="passages", text=quoted, rows=found, n_rows=len(value.members))


def _row(found: Measure) -> Row:
    return Row(
        id=found.entity.id,
        name=found.entity.name,
        value=_exact(found.value),
        rounded=amount(found.value, found.unit),
        unit=found.unit,
        period=found.period,
    )


def _exact(value: Decimal | str, *, is_computed: bool = False) -> str:
    """Every digit; zeros that only a division left behind the point are none."""
    if isinstance(value, str):
        return value
    return f"{value.normalize(_WIDE) if is_computed else value:f}"
