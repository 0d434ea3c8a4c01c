"""The edges of planning: questions the facts cannot answer, and reports of several figures."""

from __future__ import annotations

from collections.abc import Mapping

from agent.curriculum.families.draw import Draw, finish, gold_of, lookup
from agent.curriculum.families.phrasing import ask, chosen_period
from agent.curriculum.tasks import Task
from tools.types import Entity, Period

REPORT_FIELDS: Mapping[str, tuple[str, ...]] = {
    "company": ("revenue", "net_income", "gross_profit", "operating_income", "operating_cash_flow", "capex"),
    "country": ("population", "gdp", "area", "capital", "life_expectancy", "inflation"),
    "region": ("ev_sales", "ev_share", "bev_sales", "phev_sales", "bev_stock", "chargers_fast"),
}  # fmt: skip


_STRANGE_EN = (
    "What is the favourite colour of {e}?", "Who is the mother of {e}?", "What will {e} look like in 2090?",
    "How does {e} feel about music?", "What did people eat for breakfast near {e} yesterday?", "Tell me a joke about {e}.",
    "What is the phone number of {e}?", "Who painted a portrait of {e}?", "Which football team does {e} support?",
    "What is the weather in {e} today?", "Write a poem about {e}.", "What is the shoe size of {e}?",
)  # fmt: skip


_STRANGE_ZH = (
    "{e}最喜欢的颜色是什么？", "{e}的母亲是谁？", "{e}今天天气怎么样？", "给我讲一个关于{e}的笑话。", "{e}的电话号码是多少？",
    "{e}支持哪支球队？", "写一首关于{e}的诗。",
)  # fmt: skip


_SYLLABLES = (
    "za",
    "qui",
    "lor",
    "mek",
    "tav",
    "bru",
    "xen",
    "dop",
    "ril",
    "vash",
    "kun",
    "pel",
    "ost",
    "ghi",
    "wem",
)


def unanswerable(d: Draw) -> Task | None:
    """A question that no field answers, or about something the facts do not know."""
    type_ = d.rng.choice(("laureate", "country", "city", "mountain", "company", "element"))
    if d.rng.random() < 0.5:
        field_id = {
            "laureate": "birth_date",
            "company": "sector",
            "element": "symbol",
            "mountain": "elevation",
        }.get(type_, "population")
        entity = d.subject(field_id, type_)
        if entity is None:
            return None
        question = d.say(_STRANGE_EN, _STRANGE_ZH).format(e=d.name(entity))
    else:
        made_up = "".join(
            d.rng.choice(_SYLLABLES) for _ in range(d.rng.choice((2, 3)))
        ).capitalize()
        question = ask(
            d, d.rng.choice(d.askable(type_, "number", "date", "year") or ["population"]), made_up
        )
    return d.task(question, "unanswerable", "unanswerable", [finish()], None)


def report(d: Draw) -> Task | None:
    """A report on a company's period, a country, or an electric-car market: six figures side by side."""
    type_ = d.rng.choice(tuple(REPORT_FIELDS))
    fields = REPORT_FIELDS[type_]
    entity = d.subject(fields[0], type_)
    if entity is None:
        return None
    period: Period | None = None
    if type_ != "country":
        period = chosen_period(d, d.world.facts(fields[0])[entity.id], always=True)
    said = d.speech.period(d.rng, period, d.lang) if period else ""
    question = d.say(
        ("Write a report on {e} {p}.", "Prepare a {p} report about {e}.", "Report: {e} {p} results.",
         "Give me an overview of {e} {p}.", "Summarise {e} {p} in a report.", "{e} {p} report"),
        ("写一份{e}{p}报告。", "请准备{e}{p}的报告。", "{e}{p}概况报告", "总结{e}{p}的情况，写成报告。"),
    ).format(e=topic(d, entity), p=said)  # fmt: skip
    rows = [lookup(entity, d.ref(f), period) for f in fields]
    references = tuple(f"#{n}" for n in range(1, len(fields) + 1))
    facts = d.world.at(entity.id, fields[0], period)
    return d.task(question, "report", "report", [*rows, finish(*references)], gold_of(facts))


def topic(d: Draw, entity: Entity) -> str:
    """What a report is about, in words."""
    if entity.type != "region":
        return d.name(entity)
    return d.say(
        ("the electric car market in {e}", "the EV market of {e}"),
        ("{e}电动汽车市场", "{e}电动车市场"),
    ).format(e=d.name(entity))
