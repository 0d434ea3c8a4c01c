"""The fixed words of a document in English and Chinese."""

from __future__ import annotations

from typing import Final

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
    "page": ("Page", "第"),
    "made": (
        "{arm} agent: {forwards} forwards in {denoise_steps} denoise steps, {tool_calls} tool calls in "
        "{turns} turns, {revisions} revisions, {backtracks} backtracks; {model_seconds:.2f} s of model "
        "time, {tool_seconds:.2f} s of tool time.",
        "{arm} 智能体：{denoise_steps}个去噪步、{forwards}次前向计算，{turns}轮中共{tool_calls}次工具调用，"
        "{revisions}次修订，{backtracks}次回溯；模型用时{model_seconds:.2f}秒，工具用时{tool_seconds:.2f}秒。",
    ),
    "own lookups": (
        "The report writer added {n} lookups of its own, for the history behind single values.",
        "报告撰写时另行查询{n}次，以取得单个数值的历史。",
    ),
    "promise": (
        "Sentences come from templates; each number in them was read back and compared with the "
        "facts it cites, and computed numbers were computed again.",
        "句子由模板生成；其中每个数字都经回读并与所引事实比对，计算所得的数字均已重新计算。",
    ),
    "made by": ("Written by Palimpsest from the facts it cites.", "由 Palimpsest 据所引事实写成。"),
    "facts line": ("{facts} facts from {sources} sources", "{sources}个来源的{facts}条事实"),
    "skip": ("Skip to the summary", "跳到摘要"),
}


def heading(key: str, lang: Language, **values: object) -> str:
    """The words of that name, filled."""
    return _WORDS[key][lang == "zh"].format(**values)
