"""What a run says to people, in English and Chinese: observations in a line, answers, honest endings."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from agent.report.numerals import phrase
from agent.report.periods import said
from agent.types import Language
from tools.types import (
    Answer,
    Entities,
    Failed,
    Observation,
    Passages,
    Scalar,
    Table,
    Truth,
    Value,
    Verdict,
)
from tools.values.wording import quotation

_SHOWN_NAMES = 3
_CALENDAR_YEAR = "year"

_SAID: Final[dict[str, tuple[str, str]]] = {
    "unplanned": (
        "The facts do not hold this: no plan of calls leads to an answer.",
        "现有事实中没有这一内容：找不到能得出答案的步骤。",
    ),
    "gap": ("This could not be established: {gaps}.", "无法确定：{gaps}。"),
    "turns": ("Stopped at the cap of {limit} turns.", "已达到{limit}轮的上限，运行停止。"),
    "calls": ("Stopped at the cap of {limit} tool calls.", "已达到{limit}次工具调用的上限，运行停止。"),
    "seconds": ("Stopped at the cap of {limit} seconds.", "已达到{limit}秒的上限，运行停止。"),
    "tokens": ("Stopped at the cap of {limit} tokens.", "已达到{limit}个词元的上限，运行停止。"),
    "web": ("Stopped: {gaps}.", "运行停止：{gaps}。"),
    "stop": ("Stopped on request.", "已按要求停止。"),
    "so far": (" Established so far: {rows}.", "目前已确定：{rows}。"),
    "nothing yet": (" Nothing was established yet.", "目前尚未确定任何内容。"),
    "failed": ("The run failed: {reason}", "运行失败：{reason}"),
    "unknown": ("the facts do not decide it", "现有事实无法判定"),
    "no value": ("no value in the facts", "事实中没有数值"),
    "empty": ("nothing satisfies it", "没有符合条件的对象"),
    "disagree": ("sources disagree: {values}", "来源不一致：{values}"),
    "contradicted": ("the claim does not hold", "该论断不成立"),
    "needs number": ("no number to calculate with", "不是可计算的数值"),
    "waits": ("it waits for a row that the plan does not hold", "所依赖的步骤不在计划中"),
    "repeats": ("it asks the same as an earlier row", "与前面的步骤重复"),
    "itself": ("it compares a thing with itself", "与自身比较"),
    "passed over": (
        "nothing in the question speaks for this field, and it speaks of others",
        "问题没有提到这个字段，却提到了其他字段",
    ),
    "multiple": ("it compares an amount with a multiple", "把数量与倍数相比"),
    "unfit": ("the field can never be that", "该字段不可能取这样的值"),
    "ends early": (
        "the question asks for a value of what was found, not for the thing itself",
        "问题问的是所找对象的某个数值，而不是它本身",
    ),
    "unasked": (
        "nothing was looked up, and the facts hold what the question asks for",
        "没有查询任何内容，而现有事实中有问题所问的内容",
    ),
    "left out": (
        "the question also says “{what}”, and no row of the plan uses it",
        "问题还说到“{what}”，而计划没有用到",
    ),
    "aside": (
        "the question asks for “{what}” and compares it with nothing",
        "问题问的是“{what}”，没有与别的比较",
    ),
    "denied": ("the question says “not {what}”", "问题说的是“不是{what}”"),
    "unused": ("a later row is built upon it and leads nowhere", "以此为基础的后续步骤没有用处"),
    "early": ("a plan ends in its last row", "计划应在最后一行结束"),
    "yes": ("Yes", "是"),
    "no": ("No", "否"),
    "entities": ("{n} found", "找到{n}个"),
    "values": ("{n} values", "{n}个数值"),
    "passages": ("{n} passages", "{n}段文字"),
    "unverified": (
        " (unverified, no evidence: {numbers})",
        "（未经核实，无依据：{numbers}）",
    ),
    "found": ("Found, and not checked: {passages}", "找到以下文字，未经核实：{passages}"),
    "comma": (", ", "、"),
    "semicolon": ("; ", "；"),
}  # fmt: skip


def say(key: str, lang: Language, **values: object) -> str:
    """The sentence of that name, filled."""
    return _SAID[key][lang == "zh"].format(**values)


def summary(observation: Observation, lang: Language) -> str:
    """An observation in one short line."""
    match observation:
        case Failed(reason, detail):
            return detail or str(reason)
        case Answer(text):
            return text
        case Verdict(truth, claim):
            return f"{truth}: {claim}" if claim else str(truth)
        case Scalar():
            return with_period(observation, lang)
        case Entities(members):
            return _counted("entities", [member.name for member in members], lang)
        case Table(_, measures):
            rows = [f"{m.entity.name} {_reading(m.value, m.unit, lang)}" for m in measures]
            return _counted("values", rows, lang)
        case Passages(members):
            return _counted("passages", [member.title for member in members], lang)


def _counted(key: str, items: list[str], lang: Language) -> str:
    shown = say("comma", lang).join(items[:_SHOWN_NAMES])
    more = " …" if len(items) > _SHOWN_NAMES else ""
    colon = "：" if lang == "zh" else ": "
    return f"{say(key, lang, n=len(items))}{colon if items else ''}{shown}{more}"


def answer_text(value: Value, lang: Language) -> str:
    """The answer as people read it."""
    match value:
        case Entities(members):
            return "; ".join(member.name for member in members)
        case Table(_, measures):
            rows = [f"{m.entity.name}: {_reading(m.value, m.unit, lang)}" for m in measures]
            return "; ".join(rows)
        case Scalar():
            return with_period(value, lang)
        case Verdict(truth):
            return say(_VERDICTS[truth], lang)
        case Passages(members):
            quoted = [quotation(member, lang) for member in members[:_SHOWN_NAMES]]
            return say("found", lang, passages=say("semicolon", lang).join(quoted))


_VERDICTS: Final = {Truth.SUPPORTED: "yes", Truth.CONTRADICTED: "no", Truth.UNKNOWN: "unknown"}


def with_period(scalar: Scalar, lang: Language) -> str:
    """A scalar with its unit, and its period where it has one."""
    reading = _reading(scalar.value, scalar.unit, lang)
    if not scalar.period or not isinstance(scalar.value, Decimal):
        return reading
    opening, closing = ("（", "）") if lang == "zh" else (" (", ")")
    return f"{reading}{opening}{said(scalar.period, lang)}{closing}"


def _reading(value: Decimal | str, unit: str, lang: Language) -> str:
    if isinstance(value, str):
        return said(value, lang) if "-" in value else value
    if unit == _CALENDAR_YEAR:
        return f"{value:f}"
    return phrase(value, unit, lang)


def plain_value(value: Value) -> tuple[str, str | None]:
    """The answer for programs: its value in base units, and its unit."""
    match value:
        case Scalar(Decimal() as number, unit):
            return f"{number:f}", unit or None
        case Scalar(text):
            return str(text), None
        case Entities(members):
            return "; ".join(member.name for member in members), None
        case Table(_, measures):
            units = {measure.unit for measure in measures}
            return "; ".join(str(m.value) for m in measures), units.pop() or None if len(
                units
            ) == 1 else None
        case Passages(members):
            return "; ".join(member.snippet for member in members[:_SHOWN_NAMES]), None
        case Verdict(truth):
            return {Truth.SUPPORTED: "yes", Truth.CONTRADICTED: "no"}.get(truth, "unknown"), None
