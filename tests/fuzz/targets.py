"""What is fuzzed, and what must hold whatever comes in: a target draws inputs and puts them to the code.

An input is plain JSON, so that one that broke something can be kept as a test.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from agent import plan as canvas
from agent.plain.reading import words_of
from agent.plan import CANVAS_WORDS, OPERATIONS
from agent.types import N_ARGS, N_ROWS, NIL, Brief, Plan, Pointer
from model.types import SEPARATOR
from tests.agent.plain.letters import text_of
from tests.fuzz.texts import Writer
from tests.support.facts import FewFacts
from tools.calculation.functions import FUNCTIONS
from tools.calculation.lexing import MAX_CHARS
from tools.toolbox import Toolbox
from tools.types import (
    Answer,
    Binding,
    Call,
    Entities,
    Entity,
    EntityClass,
    Fact,
    Failed,
    FieldRef,
    Measure,
    Observation,
    Period,
    Quantity,
    Scalar,
    Table,
    Text,
    Truth,
    Value,
    Verdict,
)
from tools.values.metrology import SPELLED
from tools.values.wording import say

WORLD = FewFacts()
TOOLBOX = Toolbox(WORLD)
MAX_SAID = 1500


@dataclass(frozen=True, slots=True)
class Target:
    """`draw` makes inputs from randomness alone; `run` raises where something does not hold."""

    name: str
    draw: Callable[[random.Random], Any]
    run: Callable[[Any], None]


def _entity(entity_id: str) -> Entity:
    found = WORLD.entity(entity_id)
    assert found is not None
    return found


NOR, TSLA = _entity("country/NOR"), _entity("company/TSLA")
_REVENUE = next(fact for fact in WORLD.all if fact.field == "revenue")
_DATE = Fact(999, TSLA, "founded", "2003-07-01", None, "", "", "sp500")
BOUND: Mapping[str, Binding] = {
    "#1": Scalar(Decimal("28095000000"), "USD", "2025Q3", (_REVENUE,)),
    "#2": Table("area", (Measure(NOR, Decimal(385207), "km2", "2024", ()), Measure(TSLA, Decimal(0), "km2", "2024", ()))),
    "#3": Entities((NOR, TSLA)),
    "#4": Scalar("1879-03-14", facts=(_DATE,)),
    "#5": Verdict(Truth.UNKNOWN, "a claim"),
    "#6": Scalar(Decimal("10.75"), "per USD", "2025Q3", (_REVENUE,)),
    "#7": Scalar(Decimal("-12.5"), "°C", "", (), True, "1 − 13.5"),
    "@1": NOR,
    "@2": EntityClass("country", "countries", "country"),
    "@3": Period("2024"),
    "@4": Quantity(Decimal("2.5"), "%"),
    "@5": Text("8,849 metres"),
    "%1": FieldRef("population", "population"),
    "%2": FieldRef("capital", "capital"),
    "%3": FieldRef("birth_date", "date of birth"),
}  # fmt: skip

_NUMBERS = (
    "0",
    "1",
    "2",
    "-3",
    "0.5",
    "1,234",
    "12%",
    "3.5bn",
    "2亿",
    "1e30",
    "1e-30",
    "64",
    "99",
    "2025Q3",
    "1999-12-31",
    "$5",
)
_EXPRESSIONS = (
    "growth(#1, 25 billion USD)", "sum(#2) in square miles", "#2 / 3 people > 5", "argmax(#2)", "1 + 2 * (3 - 4) ^ 2",
    "#4 + 90 days", "days(#4, 1955-04-18)", "exchange(#1, #6)", "round(sqrt(2), 3)", "cagr(200, 100, 10 years)",
    "intersect(#3, @2)", "#7 in °F", "12% of $50", "60 km/h * 90 min in miles", "count(#3)", "5公里 + 300米 in 英里",
    "median(3, 1, 2) % 2", "log(1000, 10) + ln(2) - exp(1)", "points(5%, 3%)", "share(#1, #1)", "7 mod 4",
)  # fmt: skip
_CLAIMS = (
    "#1 > 25 billion", "Tesla revenue > 25 billion in FY2024", "the capital of Norway is Oslo", "@1 %1 >= 5 million in @3",
    "Norway's population exceeds 5,000,000", "特斯拉的营收超过 200亿", "@2 %1 > 10 million", "#2 != 0", "#4 < 1900",
    "Marie Curie birth date is 1867-11-07", "@1 %2 = Oslo", "#3 contains Norway", "prize year of Einstein is not 1922",
    "population of Norway at most 5.5 million in 2024", "#5 = true", "挪威的人口不少于5百万",
)  # fmt: skip
_CLAIM_WORDS = (
    " is ", " are ", " was not ", " in ", " for ", " of ", "'s ", "的", "不是", "超过", "至少", " at least ", " less than ",
    "above", "contains", ">=", "<=", "!=", "=", ">", "<", "≥", "≠", "Norway", "挪威", "Oslo", "Tesla", "特斯拉", "population",
    "capital", "birth date", "人口", "营收", "2024", "FY2024", "2025Q3", "sep 2020", "20 million", "5 %", "$", ",", ";", "，",
)  # fmt: skip


def _drawn(pieces: tuple[str, ...], known: tuple[str, ...]) -> Callable[[random.Random], str]:
    return lambda rng: Writer(rng, pieces, known).text()


def _expression(text: str) -> None:
    check_observation(TOOLBOX.run(Call("calculate", {"expression": text}, BOUND)))


def _claim(text: str) -> None:
    check_observation(TOOLBOX.run(Call("verify", {"claim": text}, BOUND)))


def check_observation(found: Observation) -> None:
    """A call gives a value with finite numbers that can be said, or a failure that is one line."""
    if isinstance(found, Failed):
        assert found.detail, found
        assert len(found.detail) <= MAX_CHARS + MAX_SAID, found.detail
        assert found.detail.isprintable() or "\n" not in found.detail, found.detail
        return
    value = found.value if isinstance(found, Answer) else found
    for scalar in [value] if isinstance(value, Scalar) else _rows(value):
        if isinstance(scalar.value, Decimal):
            assert scalar.value.is_finite(), scalar
            assert scalar.value.adjusted() <= 400, scalar
    assert isinstance(say(value, "en") + say(value, "zh"), str)


def _rows(value: Value) -> list[Scalar]:
    measures = value.measures if isinstance(value, Table) else ()
    return [Scalar(found.value, found.unit) for found in measures]


# --- Plans ----------------------------------------------------------------------------------------------------
BRIEF = Brief("?", "en", "?", (
    Pointer("@1", "country", "Norway", NOR),
    Pointer("@2", "class country", "countries", EntityClass("country", "countries", "country")),
    Pointer("@3", "period year", "2024", Period("2024")),
    Pointer("@4", "number", "5 million", Quantity(Decimal(5_000_000))),
    Pointer("@5", "source registry", "World Bank", Text("worldbank")),
    Pointer("@6", "value prize", "physics", Text("Physics")),
    Pointer("@7", "company", "Tesla", TSLA),
    Pointer("%1", "field", "population", FieldRef("population", "population")),
    Pointer("%2", "field", "capital", FieldRef("capital", "capital")),
    Pointer("%3", "field", "neighbours", FieldRef("neighbours", "neighbours")),
))  # fmt: skip
_FORM = text_of(canvas.template(BRIEF))
_PATTERN = re.compile(_FORM.template.text_records[0].pattern)
_LINES = (
    " search @2\n", " search @2 @6 @3\n", " lookup #1 %1\n", " lookup @1 %1 @3 @5\n", " calculate argmax #2\n",
    " calculate growth #1 #2\n", " verify #1 %1 > @4 @3\n", " verify @1 %1 != #2\n", " unused\n", "", " #3\n", " #1 #2 #3\n",
    " calculate intersect #1 #2 #3 #4\n", " lookup #2 %3\n",
)  # fmt: skip
_PLAN_WORDS = (
    *(f" {word}" for word in CANVAS_WORDS),
    "\n",
    " unused",
    ' "',
    '"',
    " #",
    " #0",
    " #9",
    " #٣",
    " @99",
)
_CELLS = tuple(
    canvas.slot_name(row, column) for row in range(1, N_ROWS + 1) for column in range(N_ARGS + 1)
)


def _draw_plan(rng: random.Random) -> dict[str, Any]:
    """Eight lines of text, or a word for each cell, as an unconstrained model may write them."""
    if rng.random() < 0.6:
        writer = Writer(rng, _PLAN_WORDS, _LINES)
        lines = [rng.choice(_LINES) if rng.random() < 0.6 else writer.text() for _ in range(N_ROWS)]
        return {"lines": lines}
    words = {cell: rng.choice((*CANVAS_WORDS, NIL, NIL, *OPERATIONS)) for cell in _CELLS}
    for row in range(1, N_ROWS):
        if rng.random() < 0.7:
            words |= _allowed_row(rng, row)
    return {"words": words}


def _allowed_row(rng: random.Random, row: int) -> dict[str, str]:
    option = rng.choice(canvas.alternatives(canvas.words_for(BRIEF.pointers, row), row))
    return {
        canvas.slot_name(row, n): rng.choice(sorted(cell, key=repr))
        for n, cell in enumerate(option)
    }


def _plan(given: Mapping[str, Any]) -> None:
    words = given["words"] if "words" in given else _read_lines(given["lines"])
    _execute(canvas.read(words), is_held="lines" in given)


def _read_lines(lines: list[str]) -> dict[str, str]:
    texts = {f"{n}": line for n, line in enumerate(lines, 1)}
    words = {
        name: word
        for row, places in zip(_FORM.rows, _FORM.places, strict=True)
        for name, word in zip(row.names, words_of(row, places, texts), strict=True)
    }
    if _PATTERN.fullmatch(SEPARATOR.join(lines)):
        again = [" ".join(row.words) for row in canvas.read(words).rows]
        assert len(again) == 1 + sum(
            1 for line in lines[:-1] if line.strip(" \n") not in ("", "unused")
        )
    return words


def _execute(plan: Plan, *, is_held: bool) -> None:
    """Run what can be run; what the grammar of a row holds together refers backwards alone."""
    observed: dict[int, Value] = {}
    for row in plan.rows:
        wanted = canvas.references(row)
        if is_held:
            assert all(j < row.index for j in wanted), row
        assert row.index not in canvas.dependents(plan, row.index), row
        assert canvas.shown(row, BRIEF) is not None
        if set(wanted) <= observed.keys():
            found = TOOLBOX.run(canvas.call(row, BRIEF, observed))
            check_observation(found)
            if not isinstance(found, Failed | Answer):
                observed[row.index] = found


TARGETS = {
    target.name: target
    for target in (
        Target("plan", _draw_plan, _plan),
        Target(
            "calculator",
            _drawn(
                (*FUNCTIONS, *_NUMBERS, *BOUND, *SPELLED, *"+-*/^%()=<>,", "(", ")", " in ", " of ", "->", "!=", ">="),
                _EXPRESSIONS,
            ),
            _expression,
        ),
        Target("claims", _drawn((*BOUND, *_CLAIM_WORDS, *_NUMBERS), _CLAIMS), _claim),
    )
}  # fmt: skip
