"""The fixed words of a document in English and Chinese."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from agent.report.types import Report
from agent.types import Language

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "kicker": ("Research report", "研究报告"),
    "question": ("The question", "问题"),
    "summary": ("Summary", "摘要"),
    "figures": ("Key figures", "主要数据"),
    "members": ("Who answers the question", "符合条件的成员"),
    "charts": ("In pictures", "图示"),
    "findings": ("Findings", "发现"),
    "verified": ("Verified and contradicted", "核实情况"),
    "disputes": ("Where sources disagree", "来源不一致之处"),
    "gaps": ("What could not be established", "未能确定的内容"),
    "sources": ("Sources", "来源"),
    "evidence": ("Evidence", "证据"),
    "method": ("How this report was made", "报告如何写成"),
    "column figure": ("Figure", "指标"),
    "column period": ("Period", "时期"),
    "column value": ("Value", "数值"),
    "column unit": ("Unit", "单位"),
    "column previous": ("vs period before", "环比上期"),
    "column year ago": ("vs year before", "同比"),
    "column source": ("Source", "来源"),
    "column tier": ("Tier", "层级"),
    "column licence": ("Licence", "许可"),
    "column facts": ("Facts", "事实"),
    "column row": ("Row", "行"),
    "column call": ("Call", "调用"),
    "column outcome": ("Outcome", "结果"),
    "column status": ("Status", "状态"),
    "column revisions": ("Revised", "修订"),
    "column subject": ("Of", "对象"),
    "column readings": ("Values and their sources", "数值与来源"),
    "tier filing": ("filing", "监管文件"),
    "tier official": ("official", "官方"),
    "tier database": ("database", "数据库"),
    "tier press": ("press", "媒体"),
    "tier unknown": ("unknown", "未知"),
    "truth supported": ("supported", "属实"),
    "truth contradicted": ("contradicted", "不属实"),
    "truth unknown": ("not decided", "无法判断"),
    "status ok": ("done", "完成"),
    "status empty": ("empty", "为空"),
    "status contradicted": ("contradicted", "被推翻"),
    "status failed": ("failed", "失败"),
    "status todo": ("not run", "未执行"),
    "status running": ("not finished", "未结束"),
    "no claims": (
        "The run verified no claim of its own; every number above was checked against its fact.",
        "本次运行没有另行核实论断；以上每个数字均已与其事实核对。",
    ),
    "no gaps": (
        "Everything that the plan asked for was established.",
        "计划所要求的内容均已确定。",
    ),
    "kept": ("used in this report", "本报告采用"),
    "omitted": ("and {n} more", "另有{n}个"),
    "axis": ("axis from {low}", "纵轴自{low}起"),
    "made": (
        "The {arm} agent took {forwards} in {denoise_steps} and {tool_calls} in {turns}, with {revisions} "
        "and {backtracks}: {model_seconds:.2f} s of model time, {tool_seconds:.2f} s of tool time.",
        "{arm} 智能体：{forwards}、{denoise_steps}，{turns}中共{tool_calls}，{revisions}，{backtracks}；"
        "模型用时{model_seconds:.2f}秒，工具用时{tool_seconds:.2f}秒。",
    ),
    "own lookups": (
        "The report writer added {lookups} of its own, for the history behind single values.",
        "报告撰写时另行{lookups}，以取得单个数值的历史。",
    ),
    "engine degraded": ("Not fully usable were {things}.", "未能完全使用的来源：{things}。"),
    "instructions in a text": (
        "Texts that speak to the program were found and not obeyed: {things}.",
        "发现试图指挥程序的文字，未予理会：{things}。",
    ),
    "left out": ("Could not be searched: {things}.", "无法检索：{things}。"),
    "read on": ("read on {day}", "读取于{day}"),
    "promise": (
        "Sentences come from templates; each number in them was read back and compared with the "
        "facts it cites, and computed numbers were computed again.",
        "句子由模板生成；其中每个数字都经回读并与所引事实比对，计算所得的数字均已重新计算。",
    ),
    "facts line": ("{facts} from {sources}", "{sources}，{facts}"),
    "skip": ("Skip to the summary", "跳到摘要"),
}


_COUNTED: Final[dict[str, tuple[str, str, str]]] = {
    "forwards": ("forward", "forwards", "次前向计算"),
    "denoise_steps": ("denoise step", "denoise steps", "个去噪步"),
    "tool_calls": ("tool call", "tool calls", "次工具调用"),
    "turns": ("turn", "turns", "轮"),
    "revisions": ("revision", "revisions", "次修订"),
    "backtracks": ("backtrack", "backtracks", "次回溯"),
    "lookups": ("lookup", "lookups", "次查询"),
    "facts": ("fact", "facts", "条事实"),
    "sources": ("source", "sources", "个来源"),
}


def heading(key: str, lang: Language, **values: object) -> str:
    """The words of that name, filled."""
    return _WORDS[key][lang == "zh"].format(**values)


def counted(n: int, thing: str, lang: Language) -> str:
    """So many of a thing: "1 turn", "2 turns", "2轮"."""
    one, several, zh = _COUNTED[thing]
    return f"{n}{zh}" if lang == "zh" else f"{n:,} {one if n == 1 else several}"


def facts_line(report: Report) -> str:
    """How much evidence a report rests on."""
    n = {"facts": len(report.citations), "sources": len(report.sources)}
    shown = {thing: counted(count, thing, report.lang) for thing, count in n.items()}
    return heading("facts line", report.lang, **shown)


def method_text(report: Report) -> str:
    """How the report was made, in two or three sentences."""
    run, lang = report.method, report.lang
    costs = run.metrics.model_dump()
    shown = {key: counted(n, key, lang) if key in _COUNTED else n for key, n in costs.items()}
    sentences = [heading("made", lang, arm=run.arm, **shown)]
    if run.own_lookups:
        lookups = counted(run.own_lookups, "lookups", lang)
        sentences.append(heading("own lookups", lang, lookups=lookups))
    sentences += [*_noted(report)]
    sentences.append(heading("promise", lang))
    return ("" if lang == "zh" else " ").join(sentences)


def _noted(report: Report) -> Iterator[str]:
    """What the run noted, a sentence for each kind."""
    comma, stop = ("；", "：") if report.lang == "zh" else ("; ", ": ")
    for kind in dict.fromkeys(note.kind for note in report.method.notes):
        notes = [note for note in report.method.notes if note.kind == kind]
        things = comma.join(f"{note.about}{stop}{note.text}" for note in notes)
        yield heading(kind, report.lang, things=things)
