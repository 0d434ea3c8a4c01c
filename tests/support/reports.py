"""Runs for report tests: hand-written plans, worked through the real tools over a small world."""

from __future__ import annotations

from agent.report import Evidence, Report, compose
from agent.types import Language, Metrics, PlanRow, RunResult
from tests.support.facts import FewFacts
from tools.toolbox import Toolbox
from tools.types import Answer, Binding, Call, Failed, Observation

ENTITIES = """
company/TSLA | Tesla | 特斯拉 | 6
country/NOR | Norway | 挪威 | 9
country/SWE | Sweden | 瑞典 | 9
country/FIN | Finland | 芬兰 | 9
laureate/maria | Maria Goeppert Mayer | | 6
laureate/otto | Otto Stern | | 6
laureate/rainer | Rainer Weiss | | 6
"""
_QUARTERS = ("2024Q1", "2024Q2", "2024Q3", "2024Q4", "2025Q1", "2025Q2", "2025Q3", "2025Q4")
_QUARTERLY = {
    "revenue | USD": (21301, 25500, 25182, 25707, 19335, 22496, 28095, 24901),
    "gross_margin | %": (17.4, 18, None, 16.3, 16.3, 17.2, 18, 20.1),
    "free_cash_flow | USD": (-2531, 1342, 2742, 2034, 664, 146, 3990, 1420),
    "operating_cash_flow | USD": (242, 3612, 6255, 4814, 2156, 2540, 6238, 3813),
    "capex | USD": (2773, 2270, 3513, 2780, 1492, 2394, 2248, 2393),
    "deliveries | vehicles": (386810, 443956, 462890, 495570, 336681, 384122, 497099, 418227),
}
OTHERS = """
company/TSLA | capex | 2777000000 | USD | 2024Q1 | machsh64
company/TSLA | revenue | 28100000000 | USD | 2025Q3 | press
country/NOR | population | 5488984 | people | 2022 | worldbank
country/NOR | population | 5519601 | people | 2023 | worldbank
country/NOR | population | 5572279 | people | 2024 | worldbank
country/SWE | population | 10569709 | people | 2024 | worldbank
country/FIN | population | 5619911 | people | 2024 | worldbank
country/NOR | inflation | 28.16 | % | 2022 | worldbank
country/NOR | inflation | 5.8 | % | 2022 | factbook
country/NOR | inflation | 5.5 | % | 2023 | factbook
country/NOR | area | 323802 | km2 | | factbook
country/SWE | area | 450295 | km2 | | factbook
country/NOR | currency | Norwegian krone | | | factbook
country/NOR | neighbours | Finland | | | factbook | country/FIN
country/NOR | neighbours | Sweden | | | factbook | country/SWE
laureate/maria | gender | female | | | nobel.api2
laureate/otto | gender | male | | | nobel.api2
laureate/rainer | gender | male | | | nobel.api2
laureate/maria | prize_category | Physics | | 1963 | nobel.api2
laureate/otto | prize_category | Physics | | 1943 | nobel.api2
laureate/rainer | prize_category | Physics | | 2017 | nobel.api2
laureate/maria | prize_year | 1963 | | 1963 | nobel.api2
laureate/otto | prize_year | 1943 | | 1943 | nobel.api2
laureate/rainer | prize_year | 2017 | | 2017 | nobel.api2
laureate/otto | birth_date | 1888-02-17 | | | nobel.api2
laureate/rainer | birth_date | 1932-09-29 | | | nobel.api2
"""
ZH = {"company/TSLA": "特斯拉", "country/NOR": "挪威", "country/SWE": "瑞典", "country/FIN": "芬兰"}
Step = tuple[str, dict[str, str]]


def _facts() -> str:
    lines = []
    for name, values in _QUARTERLY.items():
        field, unit = name.split(" | ")
        scale = 10**6 if unit == "USD" else 1
        for period, value in zip(_QUARTERS, values, strict=True):
            if value is not None:
                said = value * scale if scale > 1 else value
                lines.append(f"company/TSLA | {field} | {said} | {unit} | {period} | tesla.ir")
    return "\n".join(lines) + OTHERS


def toolbox() -> Toolbox:
    return Toolbox(FewFacts(_facts(), ENTITIES))


def look_up(source: str, field: str, period: str = "") -> Step:
    return "lookup", {"source": source, "field": field, **({"period": period} if period else {})}


def worked(question: str, *steps: Step) -> tuple[RunResult, list[Evidence]]:
    """A run that makes these calls; `finish` is the last row, as in every plan."""
    tools = toolbox()
    values: dict[str, Binding] = {}
    evidence: list[Evidence] = []
    plan: list[PlanRow] = []
    for number, (tool, args) in enumerate(steps, 1):
        row = 8 if tool == "finish" else number
        found = tools.run(Call(tool, args, values))
        if not isinstance(found, Failed | Answer):
            values[f"#{row}"] = found
        if tool != "finish":
            evidence.append(Evidence(row, tool, tuple(args.values()), found))
        plan.append(_row(row, tool, args, found))
    cost = Metrics(forwards=4, denoise_steps=4, model_seconds=0.03, turns=1, tool_calls=len(steps))
    result = RunResult(
        question=question, arm="diffusion", status="answered", answer="", plan=plan, metrics=cost
    )
    return result, evidence


def _row(row: int, tool: str, args: dict[str, str], found: Observation) -> PlanRow:
    status = "empty" if isinstance(found, Failed) else "ok"
    return PlanRow(row=row, tool=tool, args=list(args.values()), status=status, revisions=0)


def company_quarter() -> tuple[RunResult, list[Evidence]]:
    fields = ("revenue", "gross margin", "vehicle deliveries", "free cash flow")
    cash = ("operating cash flow", "capital expenditure")
    steps = [look_up("Tesla", field, "2025Q3") for field in fields]
    steps += [look_up("Tesla", field) for field in cash]
    return worked("Report on Tesla 2025Q3", *steps, ("finish", {"answer": "#1 #2 #3 #4 #5 #6"}))


def laureates() -> tuple[RunResult, list[Evidence]]:
    return worked(
        "Which men won the Nobel Prize in Physics?",
        ("search", {"query": "physics laureates"}),
        ("verify", {"claim": "#1 gender = male"}),
        look_up("#2", "prize year"),
        look_up("#2", "birth date"),
        ("finish", {"answer": "#2"}),
    )


def country() -> tuple[RunResult, list[Evidence]]:
    fields = ("population", "inflation", "area", "currency", "neighbours")
    steps = [look_up("Norway", field) for field in fields]
    return worked("A profile of Norway", *steps, ("finish", {"answer": "#1 #2 #3 #4 #5"}))


def growth() -> tuple[RunResult, list[Evidence]]:
    return worked(
        "By how much did Norway's population grow from 2022 to 2024?",
        look_up("Norway", "population", "2022"),
        look_up("Norway", "population", "2024"),
        ("calculate", {"expression": "growth(#2, #1)"}),
        ("finish", {"answer": "#3"}),
    )


def claim() -> tuple[RunResult, list[Evidence]]:
    return worked(
        "Is Norway larger than Sweden?",
        look_up("Sweden", "area"),
        ("verify", {"claim": "Norway area > #1"}),
        ("finish", {"answer": "#2"}),
    )


def neighbours() -> tuple[RunResult, list[Evidence]]:
    return worked(
        "How many people live in Norway's neighbours?",
        look_up("Norway", "neighbours"),
        look_up("#1", "population"),
        ("finish", {"answer": "#2"}),
    )


CASES = {
    "company": company_quarter,
    "laureates": laureates,
    "country": country,
    "growth": growth,
    "claim": claim,
    "neighbours": neighbours,
}


def composed(case: str, lang: Language = "en") -> Report:
    """The report on one of the cases."""
    from agent.report import with_history

    result, evidence = CASES[case]()
    names = ZH if lang == "zh" else None
    return compose(result, with_history(evidence, toolbox()), lang, names, "2026-11-20")
