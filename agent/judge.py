"""Is an answer right? By rule alone: no model judges another.

Covered: numbers within the task's tolerance after unit conversion, sets in any order, accepted spellings, yes
and no, and that the unanswerable is right only when the run abstained. Not covered: free text.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from pydantic import BaseModel, ConfigDict

from agent.types import RunResult
from tools.facts.names import fold
from tools.values.units import convert

SEPARATOR = ";"
_ROUNDING = Decimal("1e-9")
_VERDICTS = {
    "supported": "yes", "true": "yes", "是": "yes", "contradicted": "no", "false": "no", "否": "no",
}  # fmt: skip


class Plant(BaseModel):
    """A field of an entity that the tools are not to see; without an entity, of all of them."""

    model_config = ConfigDict(frozen=True)
    entity: str | None
    field: str


class Task(BaseModel):
    """A question and its right answer."""

    model_config = ConfigDict(frozen=True)
    id: str
    question: str
    lang: str = "en"
    topology: str = "chain"
    answer: str = ""
    accept: tuple[str, ...] = ()
    unit: str = ""
    tolerance: float = 0.0
    unanswerable: bool = False
    plant: tuple[Plant, ...] = ()


def is_right(task: Task, result: RunResult) -> bool:
    """Whether the result is the task's answer."""
    if task.unanswerable:
        return result.status == "abstained"
    if result.status != "answered" or result.value is None:
        return False
    value, texts = _number(result.value), (task.answer, *task.accept)
    wanted = [number for text in texts if (number := _number(text)) is not None]
    if value is not None and wanted:
        return any(_is_near(value, result.unit or "", number, task) for number in wanted)
    said = _parts(result.value)
    accepted = {part for text in task.accept for part in _parts(text)}
    return said == _parts(task.answer) or bool(said & accepted)


def _is_near(value: Decimal, unit: str, wanted: Decimal, task: Task) -> bool:
    converted = convert(value, unit, task.unit)
    if converted is None:
        return False
    return abs(converted - wanted) <= abs(wanted) * Decimal(str(task.tolerance)) + _ROUNDING


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.replace(",", "").strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _parts(text: str) -> frozenset[str]:
    """What a text lists, however each part is written."""
    return frozenset(_plain(part.strip()) for part in text.split(SEPARATOR) if part.strip())


def _plain(part: str) -> str:
    number, folded = _number(part), fold(part)
    return _VERDICTS.get(folded, folded) if number is None else f"{number.normalize():f}"
