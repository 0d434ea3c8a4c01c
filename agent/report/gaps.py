"""What could not be established: rows that brought nothing, comparisons without a base, holes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agent.report.labels import Namer, raised
from agent.report.periods import brief, holes, shifted, year_ago
from agent.report.subjects import Subject, window
from agent.report.types import Evidence, Gap, Sentence
from agent.report.words import listed, words
from agent.types import Language, PlanRow, RowStatus, RunResult
from tools.types import Failed, Reason

_SETTLED = {RowStatus.OK.value}
_REASONS_ZH = {
    Reason.UNKNOWN_ENTITY: "实体未知",
    Reason.AMBIGUOUS: "指代不明",
    Reason.UNKNOWN_FIELD: "字段未知",
    Reason.NO_VALUE: "没有数值",
    Reason.NO_VALUE_FOR_PERIOD: "该时期没有数值",
    Reason.EMPTY: "结果为空",
    Reason.TYPE_MISMATCH: "类型不符",
    Reason.BAD_EXPRESSION: "算式有误",
    Reason.TOO_COSTLY: "计算量过大",
    Reason.UNAVAILABLE: "来源不可用",
    Reason.NOT_DERIVABLE: "无法推算",
    Reason.NOT_FOUND: "未找到",
    Reason.FORBIDDEN: "服务器拒绝访问",
    Reason.RATE_LIMITED: "请求过于频繁",
    Reason.TIMED_OUT: "超时",
    Reason.MALFORMED: "格式有误",
    Reason.TOO_LARGE: "内容过大",
    Reason.BUDGET_EXHAUSTED: "预算已用尽",
    Reason.BLOCKED: "被安全规则阻止",
    Reason.OFFLINE: "离线",
    Reason.UNIDENTIFIED: "缺少联系方式",
    Reason.NOT_RECORDED: "记录中没有",
    Reason.STOPPED: "已停止",
}


def reason_said(reason: Reason, lang: Language) -> str:
    """Why a call brought nothing, in the language."""
    return _REASONS_ZH[reason] if lang == "zh" else reason.value


def call_text(tool: str, args: Sequence[str]) -> str:
    """A call as a reader sees it."""
    return f"{tool}({'; '.join(arg for arg in args if arg)})"


def gaps(
    result: RunResult, evidence: Sequence[Evidence], subjects: Sequence[Subject], namer: Namer
) -> Iterator[Gap]:
    """The gaps of the run itself and of its figures."""
    yield from _of_status(result, namer.lang)
    yield from _of_rows(result.plan, evidence, namer.lang)
    yield from _of_subjects(subjects, namer)


def _of_status(result: RunResult, lang: Language) -> Iterator[Gap]:
    if result.status != "answered":
        why = result.answer.strip() or words(lang, result.status)
        yield Gap(what=words(lang, "gap question"), why=why)


def _of_rows(
    plan: Sequence[PlanRow], evidence: Sequence[Evidence], lang: Language
) -> Iterator[Gap]:
    settled = {row.row for row in plan if row.status in _SETTLED}
    for item in evidence:
        failed = item.observation
        if isinstance(failed, Failed) and item.row > 0 and item.row not in settled:
            yield Gap(what=call_text(item.tool, item.args), why=_why(failed, lang))


def _why(failed: Failed, lang: Language) -> str:
    reason = reason_said(failed.reason, lang)
    if not failed.detail:
        return reason
    return words(lang, "gap call why", reason=reason, detail=failed.detail)


def _of_subjects(subjects: Sequence[Subject], namer: Namer) -> Iterator[Gap]:
    """Periods that a comparison or a chart needs and the facts lack; alike ones in one line."""
    labels: dict[tuple[str, ...], list[str]] = {}
    for subject in subjects:
        if missing := _missing(subject):
            labels.setdefault(missing, []).append(namer.field(subject.group.field))
    for missing, names in labels.items():
        periods = listed(namer.lang, tuple(brief(period, namer.lang) for period in missing))
        label = raised(listed(namer.lang, tuple(names)))
        yield Gap(
            what=words(namer.lang, "gap periods", label=label, periods=periods),
            why=words(namer.lang, "gap periods why"),
        )


def _missing(subject: Subject) -> tuple[str, ...]:
    if not subject.group.numeric() or len(subject.group.by_period) < 2:
        return ()
    bases = (shifted(subject.period, -1), year_ago(subject.period))
    missing = {period for period in bases if period and subject.group.best(period) is None}
    return tuple(sorted({*missing, *holes(tuple(fact.period for fact in window(subject)))}))


def of_withheld(topic: str, sentence: Sentence, lang: Language) -> Gap:
    """A sentence that the check kept out."""
    numbers = listed(lang, tuple(sentence.unsupported))
    return Gap(
        what=words(lang, "gap sentence", topic=topic),
        why=words(lang, "gap sentence why", numbers=numbers),
    )
