"""Every word of the page, in English and Chinese.

Guarantees: each key has both texts, with the same places to fill.
Does not guarantee: the language of what agents and facts say; that follows the question.
"""

from __future__ import annotations

from typing import Final, get_args

from agent.types import Language

LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
LANGUAGE_NAMES: Final[dict[Language, str]] = {"en": "English", "zh": "中文"}

_WORDS: Final[dict[str, tuple[str, str]]] = {
    # --- masthead and toolbox
    "title": ("Palimpsest", "Palimpsest"),
    "subtitle": ("", "重写本"),
    "tagline": (
        "A research agent that drafts its whole plan at once, scrapes off what the evidence "
        "contradicts, and writes it again.",
        "一次写出整份计划，证据推翻哪里，就刮去哪里重写的研究智能体。",
    ),
    "language": ("Language", "语言"),
    "toolbox": ("Shared toolbox", "共享工具箱"),
    "toolbox_line": (
        "Two agents do the same task with the same tools.",
        "两个智能体，用同一套工具做同一件事。",
    ),
    "tool_search": ("finds things by name", "按名称找出对象"),
    "tool_lookup": ("a field of one thing, or of many", "查一个或一组对象的某项数据"),
    "tool_calculate": ("arithmetic, dates and sets", "算术、日期与集合运算"),
    "tool_verify": ("a claim against the facts", "用事实核对一个论断"),
    "tool_finish": ("answer with evidence", "给出答案及其证据"),
    "tool_calls": (
        "Calls so far: diffusion {left}, AR {right}",
        "已调用：扩散 {left} 次，自回归 {right} 次",
    ),
    # --- the task
    "task": ("Task", "任务"),
    "task_hint": (
        "Ask about Nobel laureates, countries, cities, films, space, companies or electric cars.",
        "可以问：诺贝尔奖得主、国家、城市、电影、航天、公司、电动车。",
    ),
    "task_empty": (
        "There is no task yet: write a question, or choose one of the three examples.",
        "还没有任务：请写下一个问题，或选一个示例。",
    ),
    "task_long": (
        "The task has {n} characters and the limit is {limit}: please shorten it.",
        "任务有 {n} 个字，上限是 {limit} 个字：请缩短。",
    ),
    "task_refused": (
        "The agents could not start: {reason}",
        "智能体无法启动：{reason}",
    ),
    "preset_constraints": ("Constraint search", "条件检索"),
    "preset_chain": ("Laureate chain", "得主链条"),
    "preset_report": ("Tesla report", "特斯拉报告"),
    "ask_constraints": (
        "Which physics laureates were born in Germany and won after 1980?",
        "哪些出生在德国的诺贝尔物理学奖得主在1980年以后获奖？",
    ),
    "ask_chain": (
        "How populous is the capital of the country where Albert Einstein died?",
        "爱因斯坦去世的国家的首都有多少人口？",
    ),
    "ask_report": (
        "Write a report on Tesla in the third quarter of 2025.",
        "写一份特斯拉2025年第三季度的报告。",
    ),
    "start": ("Start comparison", "开始对比"),
    "stop": ("Stop", "停止"),
    "replay": ("Watch again", "重看一遍"),
    "slow": (
        "Slow motion: each step is shown for a moment, the clocks keep real time",
        "慢动作：每一步停留片刻，计时仍为真实时间",
    ),
    "online": (
        "Use live sources: look on the web for what the bundled facts do not know",
        "使用在线来源：内置事实不知道的，到网上查找",
    ),
    "rival": ("AR agent plans", "自回归智能体的方式"),
    "rival_ar-plan": ("the whole plan, word by word", "整份计划，逐词写出"),
    "rival_ar-react": ("one call a turn", "每轮一次调用"),
    # --- the two panels
    "diffusion": ("Diffusion agent", "扩散智能体"),
    "ar": ("AR agent", "自回归智能体"),
    "way_diffusion": (
        "all cells at once, and rewrites",
        "所有格子同时写，并可重写",
    ),
    "way_ar-plan": ("the same plan, left to right", "同样的计划，从左到右"),
    "way_ar-react": ("one call a turn, left to right", "每轮一次调用，从左到右"),
    "phase_waiting": ("waiting for a task", "等待任务"),
    "phase_queued": ("about to begin", "即将开始"),
    "phase_linking": ("reading the question", "正在理解问题"),
    "phase_drafting": ("drafting the plan", "正在写计划"),
    "phase_acting": ("running calls", "正在调用工具"),
    "phase_revising": ("revising", "正在修订"),
    "phase_answered": ("answered", "已回答"),
    "phase_abstained": ("could not establish", "无法确定"),
    "phase_failed": ("failed", "失败"),
    "phase_stopped": ("stopped", "已停止"),
    "phase_broken": ("broke off", "中断"),
    "forwards": ("forwards", "前向次数"),
    "turns": ("turns", "轮次"),
    "tool_calls_short": ("calls", "调用"),
    "revisions": ("revisions", "修订"),
    "backtracks": ("backtracks", "回溯"),
    "seconds": ("seconds", "秒"),
    "canvas": ("Plan canvas", "计划画布"),
    "canvas_line": (
        "step {forward} · written {written} of {cells} · scraped {scraped}",
        "第 {forward} 步 · 已写 {written}/{cells} 格 · 刮去 {scraped} 格",
    ),
    "canvas_blank": ("not written yet", "尚未落笔"),
    "cell_masked": ("masked", "遮盖"),
    "cell_fixed": ("fixed", "固定"),
    "cell_locked": ("kept", "保留"),
    "cell_revealed": ("written", "已写"),
    "cell_committed": ("settled", "已定稿"),
    "cell_sure": ("{percent} % sure", "把握 {percent} %"),
    "cell_forward": ("step {n}", "第 {n} 步"),
    "cell_ghost": ("before: {word}", "原为：{word}"),
    "legend_masked": ("masked", "遮盖"),
    "legend_revealed": ("written, bar = confidence", "已写，横线为把握"),
    "legend_scraped": ("scraped off", "已刮去"),
    "legend_frozen": ("settled; strong edge = has run, frozen", "已定稿；粗边框＝已执行，冻结"),
    "legend_stroke": ("the step that wrote it", "在第几步写下"),
    "ink": ("Cells written by each step", "每一步写下的格数"),
    "plan": ("Plan", "计划"),
    "plan_none": ("no plan yet", "尚无计划"),
    "row": ("row {n}", "第 {n} 行"),
    "row_former": ("before", "原为"),
    "row_revised": ("revised {n}×", "修订 {n} 次"),
    "status_todo": ("to do", "待执行"),
    "status_running": ("running", "执行中"),
    "status_ok": ("done", "完成"),
    "status_empty": ("empty", "空"),
    "status_contradicted": ("contradicted", "被推翻"),
    "status_failed": ("failed", "失败"),
    "answer": ("Answer", "回答"),
    "answer_none": ("no answer yet", "尚无回答"),
    "answer_no_text": ("This run ended without an answer.", "本次运行没有得出回答。"),
    "source": ("source: {source}", "来源：{source}"),
    "cite": ("fact {n}", "事实 {n}"),
    "cites_more": ("and {n} more in the JSON", "另有 {n} 条，见 JSON"),
    "download_report": ("Report (PDF)", "报告（PDF）"),
    "download_run": ("Run (JSON)", "运行记录（JSON）"),
    "log": ("Log", "日志"),
    "log_started": ("started", "开始"),
    "log_linked": ("question linked · pointers: {n}", "问题已链接 · 指针 {n} 个"),
    "log_drafted": ("draft {n} stands · rows: {rows}", "第 {n} 稿完成 · 共 {rows} 行"),
    "log_call": ("row {row} → {call}", "第 {row} 行 → {call}"),
    "log_observed": ("row {row} ← {summary}", "第 {row} 行 ← {summary}"),
    "log_missed": ("row {row} ← {summary}", "第 {row} 行 ← {summary}"),
    "log_contradicted": (
        "row {row} contradicted: {reason} · cells scraped: {n}",
        "第 {row} 行被推翻：{reason} · 刮去 {n} 格",
    ),
    "warnings": ("Warnings", "警告"),
    "log_warned": ("warning about {about}: {text}", "关于{about}的警告：{text}"),
    "log_degraded": (
        "source {about} was not fully usable: {text}",
        "来源{about}未能完全使用：{text}",
    ),
    "log_instructions": (
        "text at {about} speaks to the program and was not obeyed: {text}",
        "{about}中的文字试图指挥程序，未予理会：{text}",
    ),
    "log_left_out": ("{about} could not be searched: {text}", "{about}无法检索：{text}"),
    "log_answered": ("answered", "已回答"),
    "log_abstained": ("could not establish an answer", "无法确定答案"),
    "log_failed": ("failed", "失败"),
    "log_stopped": ("stopped", "已停止"),
    "log_broken": ("the log breaks off here", "日志到此中断"),
    # --- the comparison
    "comparison": ("Comparison", "对比"),
    "linked": ("Both agents read", "两个智能体读到的问题"),
    "measure": ("measure", "指标"),
    "cost_seconds": ("total seconds", "总用时（秒）"),
    "cost_model_seconds": ("model seconds", "模型用时（秒）"),
    "cost_tool_seconds": ("tool seconds", "工具用时（秒）"),
    "cost_forwards": ("forwards", "前向次数"),
    "cost_turns": ("turns", "轮次"),
    "cost_tool_calls": ("tool calls", "工具调用"),
    "cost_revisions": ("revisions", "修订"),
    "cost_backtracks": ("backtracks", "回溯"),
    "verdict_idle": ("Nobody has written yet.", "尚未开始。"),
    "verdict_running": ("Both agents are at work.", "两个智能体正在工作。"),
    "verdict_left_running": ("The diffusion agent is still at work.", "扩散智能体仍在工作。"),
    "verdict_right_running": ("The AR agent is still at work.", "自回归智能体仍在工作。"),
    "verdict_diffusion": ("Diffusion was {ratio}× faster.", "扩散智能体快 {ratio} 倍。"),
    "verdict_ar": ("AR wins here: it was {ratio}× faster.", "这一题自回归更快：快 {ratio} 倍。"),
    "verdict_even": ("Neck and neck.", "不相上下。"),
    "verdict_only_diffusion": (
        "Only the diffusion agent answered.",
        "只有扩散智能体给出了回答。",
    ),
    "verdict_only_ar": (
        "AR wins here: only the AR agent answered.",
        "这一题自回归胜出：只有它给出了回答。",
    ),
    "verdict_neither": ("Neither agent answered.", "两个智能体都没有回答。"),
    "verdict_stopped": ("Stopped before the end.", "未完成，已停止。"),
    "both_forwards": ("Forwards: {left} against {right}.", "前向次数 {left} 对 {right}。"),
    "same_answer": ("Both give the same answer.", "两者答案相同。"),
    "other_answer": ("Their answers differ.", "两者答案不同。"),
    "fairness": (
        "Same checkpoint, tools, facts and grammar. The two run side by side and share this "
        "machine, so forwards compare more exactly than seconds.",
        "同一检查点、工具、事实与语法。两者同时运行、共用本机，因此前向次数比秒数更可比。",
    ),
    "status_line": (
        "Diffusion agent: {left}. AR agent: {right}.",
        "扩散智能体：{left}。自回归智能体：{right}。",
    ),
}


def say(key: str, lang: Language, **values: object) -> str:
    """The text of `key` in a language, with its places filled."""
    return _WORDS[key][LANGUAGES.index(lang)].format(**values)


def keys() -> tuple[str, ...]:
    """Every key there is."""
    return tuple(_WORDS)
