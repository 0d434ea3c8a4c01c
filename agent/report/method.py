"""How a report was made: the rows of the plan, what each brought, what the run cost."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from agent.report.gaps import call_text, reason_said
from agent.report.labels import Namer
from agent.report.numerals import phrase
from agent.report.types import Evidence, Method, Step
from agent.report.words import words
from agent.types import Language, RunResult
from tools.types import Answer, Entities, Failed, Observation, Passages, Scalar, Table, Verdict

_TRUTHS_ZH = {"supported": "属实", "contradicted": "不属实", "unknown": "无法判断"}


def method(result: RunResult, evidence: Sequence[Evidence], namer: Namer) -> Method:
    """The method section's content."""
    found = {item.row: item.observation for item in evidence if item.row > 0}
    steps = tuple(
        Step(
            row=row.row,
            call=call_text(row.tool, row.args),
            status=row.status,
            outcome=outcome(found[row.row], namer.lang) if row.row in found else "",
            revisions=row.revisions,
        )
        for row in result.plan
    )
    own = sum(1 for item in evidence if item.row == 0)
    return Method(
        arm=result.arm,
        status=result.status,
        steps=steps,
        metrics=result.metrics,
        own_lookups=own,
        notes=tuple(result.notes),
    )


def outcome(observation: Observation, lang: Language) -> str:
    """What a call brought back, in a few words."""
    match observation:
        case Failed(reason=reason):
            return reason_said(reason, lang)
        case Answer(text=text):
            return text
        case Entities(members=members):
            return _counted(len(members), "member", lang)
        case Table(measures=measures):
            return _counted(len(measures), "value", lang)
        case Scalar(value=value, unit=unit):
            return phrase(value, unit, lang) if isinstance(value, Decimal) else value
        case Passages(members=found):
            return _counted(len(found), "passage", lang)
        case Verdict(truth=truth):
            return _TRUTHS_ZH[truth.value] if lang == "zh" else truth.value


def _counted(n: int, thing: str, lang: Language) -> str:
    return words(lang, f"outcome {thing}" if n == 1 else f"outcome {thing}s", n=n)
