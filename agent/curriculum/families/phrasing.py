"""Pieces of questions that several families share: asking for a field, periods, lists, claims."""

from __future__ import annotations

from agent.curriculum.families.draw import Draw
from tools.types import Fact, Period


def ask(d: Draw, field_id: str, said: str) -> str:
    """A question for one field of something said."""
    if d.speech.has("ask", field_id, d.lang) and d.rng.random() < 0.5:
        return d.speech.phrase(d.rng, "ask", field_id, d.lang).format(e=said)
    return d.say(
        ("What is the {np} of {e}?", "What is {e}'s {np}?", "Give me the {np} of {e}.", "Tell me the {np} of {e}.", "{e} {np}?",
         "{np} of {e}", "I want to know the {np} of {e}.", "Look up the {np} of {e}.", "Could you find the {np} for {e}?"),
        ("{e}的{np}是什么？", "{e}的{np}是多少？", "{e}的{np}", "查一下{e}的{np}。", "告诉我{e}的{np}。"),
    ).format(np=d.np(field_id), e=said)  # fmt: skip


def asked_claim(d: Draw, statement: str) -> str:
    """A statement put as a question of truth."""
    return d.say(
        ("Is it true that {c}?", "Somebody says {c}. Is that right?", "Check this: {c}.", "True or false: {c}.",
         "I read that {c}. Correct?", "Verify that {c}."),
        ("{c}，对吗？", "有人说{c}，是真的吗？", "{c}，这是真的吗？", "核实一下：{c}。"),
    ).format(c=statement)  # fmt: skip


def listed(d: Draw, names: list[str]) -> str:
    """Names as people list them."""
    if d.lang == "zh":
        return "、".join(names[:-1]) + "和" + names[-1]
    return ", ".join(names[:-1]) + d.rng.choice((" and ", " or ", ", ")) + names[-1]


def superlative_word(d: Draw, operation: str) -> str:
    """A word for the extreme that an operation picks."""
    if d.lang == "zh":
        return d.rng.choice(("最高", "最大") if operation == "argmax" else ("最低", "最小"))
    return d.rng.choice(
        ("highest", "largest", "greatest", "biggest")
        if operation == "argmax"
        else ("lowest", "smallest")
    )


def grain(period: str) -> str:
    """Whether a period is a quarter, a fiscal year, a year, or something else."""
    return (
        "quarter"
        if "Q" in period
        else "fiscal"
        if period.startswith("FY")
        else "year"
        if period.isdigit()
        else "other"
    )


def by_period(facts: tuple[Fact, ...]) -> dict[str, Fact]:
    """The preferred fact of each period."""
    by_period: dict[str, Fact] = {}
    for fact in facts:
        if fact.number is not None and grain(fact.period) != "other":
            by_period.setdefault(fact.period, fact)
    return by_period


def chosen_period(d: Draw, facts: tuple[Fact, ...], *, always: bool = False) -> Period | None:
    """A period that the facts cover, or none."""
    dated = sorted(by_period(facts))
    if len(dated) < 2 or not (always or d.rng.random() < 0.6):
        return None
    return Period(d.rng.choice(dated))


def with_period(d: Draw, question: str, period: Period) -> str:
    """The question with its period said somewhere natural."""
    said = d.speech.period(d.rng, period, d.lang)
    if d.lang == "zh":
        return f"{said}，{question}" if d.rng.random() < 0.3 else f"{said}{question}"
    stem, mark = (question[:-1], question[-1]) if question[-1] in "?." else (question, "")
    if d.rng.random() < 0.2:
        return f"In {said}, {question[0].lower() if not question[:2].isupper() else question[0]}{question[1:]}"
    return f"{stem} {d.rng.choice(('in', 'in', 'for', 'as of'))} {said}{mark}"
