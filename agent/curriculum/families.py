"""Task families: each draws one task, or None where the drawn entities do not carry it.

Gold plans keep one canonical order (topological level, then order of mention): parallel reveals must not
have to choose between equivalent orders.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_UP, Decimal

from agent.curriculum.speech import Speech
from agent.curriculum.tasks import Gold, GoldRow, Plant, Task, Topology
from agent.curriculum.world import Constraint, World, year_of
from agent.types import Language
from tools.types import Entity, EntityClass, Fact, FieldRef, Period, Quantity, Term, Text

MAX_ANSWERS = 12
RELATIONS: Mapping[str, tuple[str, ...]] = {
    "laureate": ("birth_country", "death_country", "affiliation_country", "prize"),
    "prize": ("laureates",),
    "country": ("capital",),
    "city": ("country",), "mountain": ("country",), "river": ("country",), "lake": ("country",),
    "island": ("country",), "desert": ("country",),
    "moon": ("planet",),
}  # fmt: skip
SETS: Mapping[str, str] = {"country": "neighbours"}
FOLDS: Mapping[str, Mapping[Language, tuple[str, ...]]] = {
    "sum": {"en": ("the total {np} of {s}", "the combined {np} of {s}", "{np} of {s} added up"),
            "zh": ("{s}的{np}总和", "{s}的{np}合计")},
    "mean": {"en": ("the average {np} of {s}", "the mean {np} of {s}"), "zh": ("{s}的平均{np}", "{s}的{np}平均值")},
    "max": {"en": ("the highest {np} among {s}", "the largest {np} of any of {s}"), "zh": ("{s}中最高的{np}",)},
    "min": {"en": ("the lowest {np} among {s}", "the smallest {np} of any of {s}"), "zh": ("{s}中最低的{np}",)},
}  # fmt: skip
REPORT_FIELDS: Mapping[str, tuple[str, ...]] = {
    "company": ("revenue", "net_income", "gross_profit", "operating_income", "operating_cash_flow", "capex"),
    "country": ("population", "gdp", "area", "capital", "life_expectancy", "inflation"),
    "region": ("ev_sales", "ev_share", "bev_sales", "phev_sales", "bev_stock", "chargers_fast"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Draw:
    """What a family draws from: chance, one split of the world, words, and a language."""

    rng: random.Random
    world: World
    speech: Speech
    lang: Language

    def say(self, english: tuple[str, ...], chinese: tuple[str, ...]) -> str:
        """One of the frames in the task's language."""
        return self.rng.choice(english if self.lang == "en" else chinese)

    def np(self, field_id: str) -> str:
        """A noun phrase for a field."""
        return self.speech.phrase(self.rng, "np", field_id, self.lang)

    def name(self, entity: Entity) -> str:
        """A name of an entity."""
        return self.speech.name(self.rng, entity, self.lang)

    def ref(self, field_id: str) -> FieldRef:
        """The field as a term."""
        return FieldRef(field_id, field_id)

    def askable(self, type_: str, *kinds: str) -> list[str]:
        """Fields of a type, of those kinds, that the language can name."""
        return [
            f.id for f in self.world.fields.values()
            if type_ in f.types and f.kind.split(":")[0] in kinds and self.speech.has("np", f.id, self.lang)
        ]  # fmt: skip

    def subject(self, field_id: str, type_: str) -> Entity | None:
        """A random entity of this split that carries the field."""
        subjects = self.world.subjects(field_id, type_)
        return self.rng.choice(subjects) if subjects else None

    def task(self, question: str, topology: Topology, family: str, rows: list[GoldRow], gold: Gold | None) -> Task:
        """The task, its question styled as typed."""
        said = self.speech.styled(self.rng, question, self.lang)
        return Task(said, self.lang, topology, family, tuple(rows), gold)


Family = Callable[[Draw], Task | None]


def lookup(source: Term | str, field: FieldRef, period: Period | None = None) -> GoldRow:
    """A lookup row."""
    return GoldRow("lookup", (source, field, period))


def finish(*references: str) -> GoldRow:
    """The last row."""
    return GoldRow("finish", references)


def calculate(operation: str, *operands: Term | str) -> GoldRow:
    """A calculate row."""
    return GoldRow("calculate", (operation, *operands))


def verify(subject: Term | str, field: FieldRef | None, comparator: str, target: Term | str) -> GoldRow:
    """A verify row."""
    return GoldRow("verify", (subject, field, comparator, target))


def gold_of(facts: tuple[Fact, ...]) -> Gold:
    """The gold answer of a looked-up field: its preferred latest value, and every value of that period."""
    first = facts[0]
    same = [f for f in facts if f.period == first.period]
    if first.number is not None:
        accept = tuple(f"{f.number:f}" for f in same if f.number is not None)
        return Gold(f"{first.number:f}", accept, first.unit, 0.005)
    values = tuple(dict.fromkeys(f.value for f in same))
    return Gold("; ".join(values), values if len(values) > 1 else ())


def number_gold(number: Decimal, unit: str = "") -> Gold:
    """The gold answer of a computed number."""
    return Gold(f"{number:f}", (), unit, 0.01)


def set_gold(names: list[str]) -> Gold:
    """The gold answer of a set."""
    return Gold("; ".join(names))


# --- chains -----------------------------------------------------------------------------------------------------


def attribute(d: Draw) -> Task | None:
    """One field of one entity, sometimes at a period."""
    type_ = d.rng.choice(_TYPES)
    fields = d.askable(type_, "number", "text", "date", "year", "entity")
    field_id = d.rng.choice(fields) if fields else ""
    entity = d.subject(field_id, type_) if field_id else None
    if entity is None:
        return None
    facts = d.world.facts(field_id)[entity.id]
    period = _period(d, facts)
    kept = d.world.at(entity.id, field_id, period)
    question = _ask(d, field_id, d.name(entity))
    if period is not None:
        question = _with_period(d, question, period)
    rows = [lookup(entity, d.ref(field_id), period), finish("#1")]
    targets = d.world.targets(entity.id, field_id)
    gold = set_gold([t.name for t in targets]) if targets else gold_of(kept)
    return d.task(question, "chain", "attribute", rows, gold)


def chain(d: Draw) -> Task | None:
    """A field of the thing that one to three relations lead to."""
    type_ = d.rng.choice(tuple(RELATIONS))
    depth = d.rng.choice((1, 1, 1, 2, 2, 3))
    start: Entity | None = None
    entity, said, rows = None, "", []
    for step in range(depth):
        relations = [r for r in RELATIONS.get(type_, ()) if d.speech.has("rel", r, d.lang)]
        if not relations:
            break
        relation = d.rng.choice(relations)
        if start is None:
            start = entity = d.subject(relation, type_)
            said = d.name(start) if start else ""
        if entity is None:
            return None
        targets = d.world.targets(entity.id, relation)
        if len(targets) != 1:
            return None
        said = d.speech.phrase(d.rng, "rel", relation, d.lang).format(e=said)
        rows.append(lookup(start if step == 0 else f"#{step}", d.ref(relation)))
        entity, type_ = targets[0], targets[0].type
    if entity is None or not rows:
        return None
    fields = [f for f in d.askable(type_, "number", "text", "date", "year", "entity") if entity.id in d.world.facts(f)]
    if not fields:
        return None
    field_id = d.rng.choice(fields)
    rows += [lookup(f"#{len(rows)}", d.ref(field_id)), finish(f"#{len(rows) + 1}")]
    found = d.world.targets(entity.id, field_id)
    gold = set_gold([t.name for t in found]) if found else gold_of(d.world.facts(field_id)[entity.id])
    return d.task(_ask(d, field_id, said), "chain", "chain", rows, gold)


def over_a_set(d: Draw) -> Task | None:
    """Count, sum, mean, or the extreme of a field over an entity's neighbours."""
    entity = d.subject("neighbours", "country")
    targets = d.world.targets(entity.id, "neighbours") if entity else ()
    if entity is None or len(targets) < 2:
        return None
    said = d.speech.phrase(d.rng, "rel", "neighbours", d.lang).format(e=d.name(entity))
    first = lookup(entity, d.ref("neighbours"))
    if d.rng.random() < 0.25:
        question = d.say(
            ("How many countries border {e}?", "How many neighbours does {e} have?", "Count {s}."),
            ("{e}有多少个邻国？", "{s}有几个？", "有多少国家与{e}接壤？"),
        ).format(e=d.name(entity), s=said)
        rows = [first, calculate("count", "#1"), finish("#2")]
        return d.task(question, "chain", "count", rows, number_gold(Decimal(len(targets))))
    field_id = d.rng.choice([f for f in d.askable("country", "number") if f not in ("land_border",)])
    measured = _measured(d, field_id, [t.id for t in targets])
    if len(measured) < len(targets):
        return None
    if d.rng.random() < 0.5:
        return _extreme_of_set(d, field_id, said, [first], measured)
    return _fold_of_set(d, field_id, said, [first], measured)


# --- intersections ----------------------------------------------------------------------------------------------


def intersection(d: Draw) -> Task | None:
    """A class narrowed by one to four constraints: list, count, or the extreme of the rest."""
    group = _group(d)
    drawn = _constraints(d, group, d.rng.choice((1, 2, 2, 2, 3, 3, 4)))
    if drawn is None:
        return None
    constraints, phrases, ids = drawn
    rows = [GoldRow("search", (group,))]
    rows += [verify(f"#{n}", d.ref(c.field), c.comparator, c.target) for n, c in enumerate(constraints, 1)]
    said = _narrowed(d, group, phrases)
    last = f"#{len(rows)}"
    shape = d.rng.random()
    if shape < 0.2:
        question = d.say(
            ("How many {s} are there?", "Count the {s}.", "What is the number of {s}?", "How many {s}?"),
            ("有多少{s}？", "{s}有多少？", "{s}一共有几个？"),
        ).format(s=said)
        rows += [calculate("count", last), finish(f"#{len(rows) + 1}")]
        return d.task(question, "intersection", "count", rows, number_gold(Decimal(len(ids))))
    if shape < 0.45 and len(ids) >= 2 and len(rows) <= 5:
        return _extreme_of_class(d, group, said, rows, ids)
    if len(ids) > MAX_ANSWERS:
        return None
    question = d.say(
        ("Which {s}?", "Which {s} are there?", "Name all {s}.", "Find {s}.", "List the {s}.", "Show me {s}.",
         "I need a list of {s}."),
        ("哪些{s}？", "有哪些{s}？", "列出{s}。", "找出{s}。", "{s}有哪些？"),
    ).format(s=said)  # fmt: skip
    return d.task(question, "intersection", "intersection", [*rows, finish(last)], set_gold(_names(d, ids)))


def superlative(d: Draw) -> Task | None:
    """The extreme member of a whole class, or of a few named entities."""
    group = _group(d)
    if d.rng.random() < 0.5:
        ids = [e.id for e in d.world.store.members(group)]
        said = d.speech.group(d.rng, group, d.lang)
        return _extreme_of_class(d, group, said, [GoldRow("search", (group,))], ids)
    type_ = d.rng.choice(("country", "city", "mountain", "river", "lake", "company", "element", "planet", "region"))
    fields = d.askable(type_, "number")
    field_id = d.rng.choice(fields) if fields else ""
    subjects = list(d.world.subjects(field_id, type_)) if field_id else []
    n = d.rng.choice((2, 2, 3, 3, 4, 5))
    if len(subjects) < n:
        return None
    chosen = d.rng.sample(subjects, n)
    measured = _measured(d, field_id, [e.id for e in chosen])
    if len(measured) < n or len({v for v, _ in measured}) < n:
        return None
    operation = d.rng.choice(("argmax", "argmax", "argmin"))
    names = _listed(d, [d.name(e) for e in chosen])
    best = _best(operation, measured)
    question = d.say(
        ("Which of {names} has the {sup} {np}?", "Which has the {sup} {np}: {names}?",
         "Who or what has the {sup} {np}, {names}?", "{names}: which one has the {sup} {np}?"),
        ("{names}中哪个的{np}{sup}？", "{names}，谁的{np}{sup}？", "在{names}之中，{np}{sup}的是哪个？"),
    ).format(names=names, np=d.np(field_id), sup=_superlative_word(d, operation))  # fmt: skip
    rows = [GoldRow("search", tuple(chosen)), lookup("#1", d.ref(field_id)), calculate(operation, "#2"), finish("#3")]
    return d.task(question, "intersection", "superlative", rows, set_gold([best.name]))


# --- arithmetic -------------------------------------------------------------------------------------------------


def difference(d: Draw) -> Task | None:
    """Difference or ratio of a field between two entities."""
    type_ = d.rng.choice(("country", "city", "mountain", "river", "company", "element", "planet", "region", "laureate"))
    fields = d.askable(type_, "number")
    field_id = d.rng.choice(fields) if fields else ""
    subjects = d.world.subjects(field_id, type_) if field_id else ()
    if len(subjects) < 2:
        return None
    left, right = d.rng.sample(list(subjects), 2)
    measured = _measured(d, field_id, [left.id, right.id])
    if len(measured) < 2 or not measured[1][0]:
        return None
    (a, _), (b, _) = measured
    operation = d.rng.choice(("difference", "ratio"))
    frames = {
        "difference": (("What is the difference in {np} between {a} and {b}?", "How much do {a} and {b} differ in {np}?",
                        "By how much does the {np} of {a} exceed that of {b}?"),
                       ("{a}和{b}的{np}相差多少？", "{a}的{np}比{b}多多少？")),
        "ratio": (("How many times the {np} of {b} is the {np} of {a}?", "What is the ratio of {a}'s {np} to {b}'s {np}?",
                   "Divide the {np} of {a} by that of {b}."),
                  ("{a}的{np}是{b}的多少倍？", "{a}与{b}的{np}之比是多少？")),
    }  # fmt: skip
    question = d.say(*frames[operation]).format(a=d.name(left), b=d.name(right), np=d.np(field_id))
    said_right_first = operation == "ratio" and d.lang == "en" and question.startswith("How many times")
    first, second = (right, left) if said_right_first else (left, right)
    operands = ("#2", "#1") if said_right_first else ("#1", "#2")
    rows = [lookup(first, d.ref(field_id)), lookup(second, d.ref(field_id)),
            calculate(operation, *operands), finish("#3")]  # fmt: skip
    value = a - b if operation == "difference" else a / b
    unit = d.world.facts(field_id)[left.id][0].unit if operation == "difference" else ""
    gold = Gold(f"{value:f}", (f"{-value:f}",) if operation == "difference" else (), unit, 0.01)
    return d.task(question, "chain", operation, rows, gold)


def growth(d: Draw) -> Task | None:
    """Growth of a field between two periods, or its mean or sum over a few."""
    type_ = d.rng.choice(("company", "company", "country", "region"))
    field_id = d.rng.choice(d.askable(type_, "number") or [""])
    entity = d.subject(field_id, type_) if field_id else None
    if entity is None:
        return None
    by_period = _by_period(d.world.facts(field_id)[entity.id])
    n = d.rng.choice((2, 2, 2, 3, 4))
    if len(by_period) < n:
        return None
    chosen = sorted(d.rng.sample(sorted(by_period), n))
    if len({_grain(p) for p in chosen}) > 1 or any(not by_period[p].number for p in chosen):
        return None
    rows = [lookup(entity, d.ref(field_id), Period(p)) for p in chosen]
    values = [_number(by_period[p]) for p in chosen]
    said = [d.speech.period(d.rng, Period(p), d.lang) for p in chosen]
    slots = {"e": d.name(entity), "np": d.np(field_id), "p": said[0], "q": said[-1], "ps": _listed(d, said)}
    if n == 2:
        question = d.say(
            ("By what percentage did the {np} of {e} grow from {p} to {q}?", "How much did {e}'s {np} change between {p} and {q} in percent?",
             "What was the growth of {e}'s {np} from {p} to {q}?", "{e} {np} growth, {p} vs {q}?"),
            ("{e}的{np}从{p}到{q}增长了百分之多少？", "{p}到{q}，{e}的{np}增长率是多少？"),
        ).format(**slots)  # fmt: skip
        rows += [calculate("growth", "#2", "#1"), finish("#3")]
        gold = number_gold((values[1] - values[0]) / values[0] * 100, "%")
        return d.task(question, "chain", "growth", rows, gold)
    operation = d.rng.choice(("mean", "sum"))
    word = {"mean": ("average", "平均"), "sum": ("total", "合计")}[operation]
    question = d.say(
        ("What was the {w} {np} of {e} over {ps}?", "{e}: {w} {np} for {ps}?", "Compute the {w} {np} of {e} in {ps}."),
        ("{e}在{ps}的{w}{np}是多少？", "{ps}，{e}的{w}{np}是多少？"),
    ).format(w=word[0] if d.lang == "en" else word[1], **slots)
    rows += [calculate(operation, *[f"#{i}" for i in range(1, n + 1)]), finish(f"#{n + 1}")]
    total = sum(values, Decimal(0))
    gold = number_gold(total if operation == "sum" else total / n, by_period[chosen[0]].unit)
    return d.task(question, "chain", "periods", rows, gold)


def age(d: Draw) -> Task | None:
    """Years between two dates of a person's life."""
    later = d.rng.choice(("death_date", "prize_year"))
    entity = d.subject(later, "laureate")
    facts = d.world.facts("birth_date").get(entity.id, ()) if entity else ()
    if entity is None or not facts:
        return None
    end = d.world.facts(later)[entity.id]
    if later == "prize_year" and len(end) > 1:
        return None
    born, done = year_of(facts[0]), year_of(end[0])
    if born is None or done is None:
        return None
    frames = {
        "death_date": (("How old was {e} when they died?", "At what age did {e} die?", "How many years did {e} live?"),
                       ("{e}去世时多大年纪？", "{e}活了多少岁？")),
        "prize_year": (("How old was {e} when winning the Nobel Prize?", "At what age did {e} win the Nobel Prize?",
                        "What age was {e} in the award year?"),
                       ("{e}获奖时多少岁？", "{e}获得诺贝尔奖时多大？")),
    }  # fmt: skip
    question = d.say(*frames[later]).format(e=d.name(entity))
    rows = [lookup(entity, d.ref("birth_date")), lookup(entity, d.ref(later)), calculate("years", "#1", "#2"), finish("#3")]
    gold = Gold(str(done - born), (str(done - born - 1),), "years")
    return d.task(question, "chain", "age", rows, gold)


# --- reconciliation ---------------------------------------------------------------------------------------------


def claim(d: Draw) -> Task | None:
    """A claim about one entity, true or false."""
    type_, field_id = d.rng.choice((("laureate", "birth_country"), ("laureate", "death_country"), ("mountain", "country"),
                                    ("river", "country"), ("country", "capital"), ("moon", "planet"), ("lake", "country"),
                                    ("laureate", "affiliation_country"), ("island", "country")))  # fmt: skip
    entity = d.subject(field_id, type_)
    targets = d.world.targets(entity.id, field_id) if entity else ()
    if entity is None or not targets:
        return None
    is_true = d.rng.random() < 0.5
    other = d.rng.choice(d.world.subjects("capital", "country") if targets[0].type == "country" else targets)
    target = targets[0] if is_true or other in targets else other
    statement = {
        "birth_country": (("{e} was born in {v}",), ("{e}出生在{v}",)),
        "death_country": (("{e} died in {v}",), ("{e}在{v}去世",)),
        "affiliation_country": (("{e} worked in {v}",), ("{e}的任职机构在{v}",)),
        "country": (("{e} is in {v}", "{e} lies in {v}", "{e} is located in {v}"), ("{e}位于{v}", "{e}在{v}")),
        "capital": (("the capital of {e} is {v}", "{v} is the capital of {e}"), ("{e}的首都是{v}",)),
        "planet": (("{e} orbits {v}",), ("{e}环绕{v}",)),
    }[field_id]
    question = _asked_claim(d, d.say(*statement).format(e=d.name(entity), v=d.name(target)))
    rows = [verify(entity, d.ref(field_id), "=", target), finish("#1")]
    gold = Gold("supported" if target in targets else "contradicted")
    return d.task(question, "reconciliation", "claim", rows, gold)


def comparison_claim(d: Draw) -> Task | None:
    """A claim that compares two entities, true or false."""
    type_ = d.rng.choice(("country", "city", "mountain", "river", "lake", "company", "element", "region"))
    fields = d.askable(type_, "number")
    field_id = d.rng.choice(fields) if fields else ""
    subjects = d.world.subjects(field_id, type_) if field_id else ()
    if len(subjects) < 2:
        return None
    left, right = d.rng.sample(list(subjects), 2)
    measured = _measured(d, field_id, [left.id, right.id])
    if len(measured) < 2 or measured[0][0] == measured[1][0]:
        return None
    comparator = d.rng.choice((">", "<"))
    words = {">": ("higher", "greater", "larger"), "<": ("lower", "smaller")}[comparator]
    statement = d.say(
        ("{a} has a {w} {np} than {b}", "the {np} of {a} is {w} than that of {b}"), ("{a}的{np}{z}{b}", "{a}的{np}比{b}{y}")
    ).format(a=d.name(left), b=d.name(right), np=d.np(field_id), w=d.rng.choice(words),
             z={">": "高于", "<": "低于"}[comparator], y={">": "高", "<": "低"}[comparator])  # fmt: skip
    rows = [lookup(left, d.ref(field_id)), lookup(right, d.ref(field_id)), verify("#1", None, comparator, "#2"), finish("#3")]
    a, b = measured[0][0], measured[1][0]
    holds = a > b if comparator == ">" else a < b
    gold = Gold("supported" if holds else "contradicted")
    return d.task(_asked_claim(d, statement), "reconciliation", "comparison", rows, gold)


def planted(d: Draw) -> Task | None:
    """A lookup (alone or at the end of a chain) whose field the world is found without; a near field has the value."""
    field_id = d.rng.choice([f.id for f in d.world.fields.values() if f.near and d.speech.has("np", f.id, d.lang)])
    near = d.world.fields[field_id].near or ""
    type_ = d.rng.choice(sorted(d.world.fields[field_id].types))
    entity = d.subject(field_id, type_)
    if entity is None or entity.id not in d.world.facts(near):
        return None
    question = _ask(d, field_id, d.name(entity))
    rows = (lookup(entity, d.ref(field_id)), finish("#1"))
    revised = (lookup(entity, d.ref(near)), finish("#1"))
    targets = d.world.targets(entity.id, near)
    gold = set_gold([t.name for t in targets]) if targets else gold_of(d.world.facts(near)[entity.id])
    plants = (Plant(entity.id, field_id),)
    said = d.speech.styled(d.rng, question, d.lang)
    return Task(said, d.lang, "reconciliation", "planted", rows, gold, plants, revised)


def planted_comparison(d: Draw) -> Task | None:
    """Two entities compared in a field that one of them is found without; its near field has the value."""
    field_id = d.rng.choice(("population", "gdp", "ev_sales", "area"))
    near = d.world.fields[field_id].near
    type_ = "region" if field_id == "ev_sales" else "country"
    subjects = [e for e in d.world.subjects(field_id, type_) if near and e.id in d.world.facts(near)]
    if near is None or len(subjects) < 2:
        return None
    left, right = d.rng.sample(subjects, 2)
    broken = d.rng.choice((left, right))
    a, b = (_number(d.world.facts(near if e is broken else field_id)[e.id][0]) for e in (left, right))
    if not b or abs(a / b - 1) < Decimal("0.05"):
        return None
    question = d.say(
        ("What is the difference in {np} between {a} and {b}?", "How much do {a} and {b} differ in {np}?"),
        ("{a}和{b}的{np}相差多少？",),
    ).format(a=d.name(left), b=d.name(right), np=d.np(field_id))
    head = [lookup(e, d.ref(field_id)) for e in (left, right)]
    mended = [lookup(e, d.ref(near if e is broken else field_id)) for e in (left, right)]
    tail = [calculate("difference", "#1", "#2"), finish("#3")]
    gold = Gold(f"{a - b:f}", (f"{b - a:f}",), "", 0.01)
    said = d.speech.styled(d.rng, question, d.lang)
    plants = (Plant(broken.id, field_id),)
    return Task(said, d.lang, "reconciliation", "planted", (*head, *tail), gold, plants, (*mended, *tail))


# --- unanswerable, reports --------------------------------------------------------------------------------------

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
_SYLLABLES = ("za", "qui", "lor", "mek", "tav", "bru", "xen", "dop", "ril", "vash", "kun", "pel", "ost", "ghi", "wem")


def unanswerable(d: Draw) -> Task | None:
    """A question that no field answers, or about something the facts do not know."""
    type_ = d.rng.choice(("laureate", "country", "city", "mountain", "company", "element"))
    if d.rng.random() < 0.5:
        field_id = {"laureate": "birth_date", "company": "sector", "element": "symbol", "mountain": "elevation"}.get(type_, "population")
        entity = d.subject(field_id, type_)
        if entity is None:
            return None
        question = d.say(_STRANGE_EN, _STRANGE_ZH).format(e=d.name(entity))
    else:
        made_up = "".join(d.rng.choice(_SYLLABLES) for _ in range(d.rng.choice((2, 3)))).capitalize()
        question = _ask(d, d.rng.choice(d.askable(type_, "number", "date", "year") or ["population"]), made_up)
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
        period = _period(d, d.world.facts(fields[0])[entity.id], always=True)
    said = d.speech.period(d.rng, period, d.lang) if period else ""
    question = d.say(
        ("Write a report on {e} {p}.", "Prepare a {p} report about {e}.", "Report: {e} {p} results.",
         "Give me an overview of {e} {p}.", "Summarise {e} {p} in a report.", "{e} {p} report"),
        ("写一份{e}{p}报告。", "请准备{e}{p}的报告。", "{e}{p}概况报告", "总结{e}{p}的情况，写成报告。"),
    ).format(e=_topic(d, entity), p=said)  # fmt: skip
    rows = [lookup(entity, d.ref(f), period) for f in fields]
    references = tuple(f"#{n}" for n in range(1, len(fields) + 1))
    facts = d.world.at(entity.id, fields[0], period)
    return d.task(question, "report", "report", [*rows, finish(*references)], gold_of(facts))


def _topic(d: Draw, entity: Entity) -> str:
    if entity.type != "region":
        return d.name(entity)
    return d.say(("the electric car market in {e}", "the EV market of {e}"), ("{e}电动汽车市场", "{e}电动车市场")).format(e=d.name(entity))


# --- pieces -----------------------------------------------------------------------------------------------------

_TYPES = ("laureate", "laureate", "prize", "country", "country", "country", "city", "mountain", "river", "lake", "island",
          "organization", "film", "region", "region", "company", "company", "astronaut", "moon", "planet", "element")  # fmt: skip
_GROUPS = ("laureate", "laureate", "country", "country", "mountain", "river", "lake", "island", "company", "astronaut",
           "moon", "element", "city")  # fmt: skip
_CONSTRAINED: Mapping[str, tuple[str, ...]] = {
    "laureate": ("birth_country", "birth_country", "birth_country_now", "gender", "prize_year", "prize_year", "birth_date",
                 "death_date", "affiliation_country", "death_country"),
    "country": ("population", "gdp", "area", "neighbours", "neighbours", "life_expectancy", "independence", "co2",
                "gdp_per_capita", "inflation", "unemployment", "coastline"),
    "mountain": ("country", "country", "elevation"), "river": ("country", "length", "flows_into", "basin_area"),
    "lake": ("country", "area", "depth"), "island": ("country", "area"), "city": ("country", "population", "elevation"),
    "company": ("founded", "market_cap", "dividend_yield"),
    "astronaut": ("gender", "nationality", "mission_count", "birth_year", "selection_year", "military_civilian"),
    "moon": ("planet", "radius", "density"),
    "element": ("phase", "category", "atomic_number", "melting_point", "boiling_point", "density"),
}  # fmt: skip


def _group(d: Draw) -> EntityClass:
    type_ = d.rng.choice(_GROUPS)
    of_type = [c for c in d.world.classes if c.type == type_]
    plain = [c for c in of_type if c.field is None]
    return d.rng.choice(of_type) if not plain or d.rng.random() < 0.5 else plain[0]


def _constraints(d: Draw, group: EntityClass, n: int) -> tuple[list[Constraint], list[str], list[str]] | None:
    """Up to n constraints that a random member meets, their phrases, and everybody who meets them."""
    members = d.world.store.members(group)
    member = d.rng.choice(members)
    ids = [e.id for e in members]
    constraints: list[Constraint] = []
    phrases: list[str] = []
    fields = list(dict.fromkeys(d.rng.sample(_CONSTRAINED[group.type], len(_CONSTRAINED[group.type]))))
    for field_id in fields:
        drawn = _constraint(d, field_id, member) if field_id != group.field else None
        if drawn is None:
            continue
        kept = d.world.satisfying(ids, drawn[0])
        if member.id not in kept or len(kept) == len(ids):
            continue
        ids = kept
        constraints.append(drawn[0])
        phrases.append(drawn[1])
        if len(constraints) == n:
            break
    return (constraints, phrases, ids) if constraints else None


def _constraint(d: Draw, field_id: str, member: Entity) -> tuple[Constraint, str] | None:
    facts = d.world.facts(field_id).get(member.id)
    if not facts:
        return None
    kind = d.world.fields[field_id].kind
    fact = d.rng.choice(facts) if kind.startswith("entity") else facts[0]
    if kind.startswith("entity"):
        target = d.world.store.entity(fact.value_id) if fact.value_id else None
        return _phrased(d, Constraint(field_id, "=", target), d.name(target)) if target else None
    if kind == "text":
        said = d.speech.value(d.rng, Text(fact.value), field_id, d.lang)
        return _phrased(d, Constraint(field_id, "=", Text(fact.value)), said) if said else None
    comparator = d.rng.choice((">", "<"))
    if kind in ("date", "year"):
        year = year_of(fact)
        if year is None:
            return None
        if field_id == "prize_year" and d.rng.random() < 0.2:
            comparator, bound = "=", year
        else:
            bound = year + d.rng.randint(1, 30) * (-1 if comparator == ">" else 1)
        period = Period(str(bound))
        return _phrased(d, Constraint(field_id, comparator, period), d.speech.period(d.rng, period, d.lang))
    if fact.number is None or fact.number <= 0:
        return None
    quantity = Quantity(_rounded(d, fact.number, comparator), fact.unit)
    return _phrased(d, Constraint(field_id, comparator, quantity), d.speech.quantity(d.rng, quantity, d.lang))


def _phrased(d: Draw, constraint: Constraint, said: str) -> tuple[Constraint, str] | None:
    role = {">": "more", "<": "less", "=": "is"}[constraint.comparator]
    if not d.speech.has(role, constraint.field, d.lang):
        return None
    return constraint, d.speech.phrase(d.rng, role, constraint.field, d.lang).format(v=said)


def _rounded(d: Draw, number: Decimal, comparator: str) -> Decimal:
    factor = Decimal(str(round(d.rng.uniform(0.4, 0.95) if comparator == ">" else d.rng.uniform(1.05, 2.5), 3)))
    bound = number * factor
    digits = Decimal(1).scaleb(bound.adjusted() - d.rng.choice((0, 0, 1)))
    rounded = bound.quantize(digits, ROUND_DOWN if comparator == ">" else ROUND_UP)
    return Decimal(f"{rounded or digits:f}")


def _narrowed(d: Draw, group: EntityClass, phrases: list[str]) -> str:
    noun = d.speech.group(d.rng, group, d.lang)
    if d.lang == "zh":
        return d.rng.choice(("、", "且", "并且", "，")).join(phrases) + "的" + noun
    joiner = d.rng.choice((" and ", " and ", ", ", " but also "))
    return f"{noun} {joiner.join(phrases)}"


def _extreme_of_class(d: Draw, group: EntityClass, said: str, rows: list[GoldRow], ids: list[str]) -> Task | None:
    fields = [f for f in d.askable(group.type, "number") if sum(i in d.world.facts(f) for i in ids) >= max(2, len(ids) * 0.5)]
    if not fields:
        return None
    field_id = d.rng.choice(fields)
    return _extreme_of_set(d, field_id, said, rows, _measured(d, field_id, ids), "intersection")


def _extreme_of_set(
    d: Draw, field_id: str, said: str, rows: list[GoldRow], measured: list[tuple[Decimal, Entity]],
    topology: Topology = "chain",
) -> Task | None:  # fmt: skip
    operation = d.rng.choice(("argmax", "argmax", "argmin"))
    ordered = sorted((v for v, _ in measured), reverse=operation == "argmax")
    if len(ordered) < 2 or ordered[0] == ordered[1]:
        return None
    best = _best(operation, measured)
    role = "top" if operation == "argmax" else "low"
    if d.lang == "en" and d.speech.has(role, field_id, "en") and d.rng.random() < 0.5:
        question = d.say(
            ("Which is the {w} of {s}?", "What is the {w} of {s}?", "Of {s}, which one is the {w}?", "Name the {w} among {s}."), ()
        ).format(w=d.speech.phrase(d.rng, role, field_id, "en"), s=said)
    elif d.lang == "zh" and d.speech.has(role, field_id, "zh") and d.rng.random() < 0.5:
        question = d.say((), ("{s}中{w}的是哪个？", "{s}里哪个{w}？", "{w}的{s}是哪个？")).format(
            w=d.speech.phrase(d.rng, role, field_id, "zh"), s=said)  # fmt: skip
    else:
        question = d.say(
            ("Which of {s} has the {w} {np}?", "Among {s}, which has the {w} {np}?", "Which one has the {w} {np} of {s}?"),
            ("{s}中哪个的{np}{w}？", "在{s}之中，{np}{w}的是哪个？"),
        ).format(s=said, np=d.np(field_id), w=_superlative_word(d, operation))
    last = len(rows)
    rows = [*rows, lookup(f"#{last}", d.ref(field_id)), calculate(operation, f"#{last + 1}"), finish(f"#{last + 2}")]
    return d.task(question, topology, "superlative", rows, set_gold([best.name]))


def _fold_of_set(d: Draw, field_id: str, said: str, rows: list[GoldRow], measured: list[tuple[Decimal, Entity]]) -> Task:
    operation = d.rng.choice(tuple(FOLDS))
    values = [v for v, _ in measured]
    result = {"sum": sum(values, Decimal(0)), "mean": sum(values, Decimal(0)) / len(values), "max": max(values), "min": min(values)}
    phrase = d.rng.choice(FOLDS[operation][d.lang]).format(np=d.np(field_id), s=said)
    question = d.say(("What is {x}?", "Calculate {x}.", "How much is {x}?", "Tell me {x}."), ("{x}是多少？", "计算{x}。")).format(x=phrase)
    rows = [*rows, lookup("#1", d.ref(field_id)), calculate(operation, "#2"), finish("#3")]
    return d.task(question, "chain", "fold", rows, number_gold(result[operation], d.world.facts(field_id)[measured[0][1].id][0].unit))


def _superlative_word(d: Draw, operation: str) -> str:
    if d.lang == "zh":
        return d.rng.choice(("最高", "最大") if operation == "argmax" else ("最低", "最小"))
    return d.rng.choice(("highest", "largest", "greatest", "biggest") if operation == "argmax" else ("lowest", "smallest"))


def _best(operation: str, measured: list[tuple[Decimal, Entity]]) -> Entity:
    pick = max if operation == "argmax" else min
    return pick(measured, key=lambda pair: pair[0])[1]


def _measured(d: Draw, field_id: str, ids: list[str]) -> list[tuple[Decimal, Entity]]:
    table = d.world.facts(field_id)
    firsts = [table[i][0] for i in ids if i in table]
    return [(f.number, f.entity) for f in firsts if f.number is not None]


def _names(d: Draw, ids: list[str]) -> list[str]:
    entities = [d.world.store.entity(i) for i in ids]
    return [e.name for e in entities if e is not None]


def _number(fact: Fact) -> Decimal:
    return fact.number if fact.number is not None else Decimal(0)


def _listed(d: Draw, names: list[str]) -> str:
    if d.lang == "zh":
        return "、".join(names[:-1]) + "和" + names[-1]
    return ", ".join(names[:-1]) + d.rng.choice((" and ", " or ", ", ")) + names[-1]


def _ask(d: Draw, field_id: str, said: str) -> str:
    if d.speech.has("ask", field_id, d.lang) and d.rng.random() < 0.5:
        return d.speech.phrase(d.rng, "ask", field_id, d.lang).format(e=said)
    return d.say(
        ("What is the {np} of {e}?", "What is {e}'s {np}?", "Give me the {np} of {e}.", "Tell me the {np} of {e}.", "{e} {np}?",
         "{np} of {e}", "I want to know the {np} of {e}.", "Look up the {np} of {e}.", "Could you find the {np} for {e}?"),
        ("{e}的{np}是什么？", "{e}的{np}是多少？", "{e}的{np}", "查一下{e}的{np}。", "告诉我{e}的{np}。"),
    ).format(np=d.np(field_id), e=said)  # fmt: skip


def _asked_claim(d: Draw, statement: str) -> str:
    return d.say(
        ("Is it true that {c}?", "Somebody says {c}. Is that right?", "Check this: {c}.", "True or false: {c}.",
         "I read that {c}. Correct?", "Verify that {c}."),
        ("{c}，对吗？", "有人说{c}，是真的吗？", "{c}，这是真的吗？", "核实一下：{c}。"),
    ).format(c=statement)  # fmt: skip


def _grain(period: str) -> str:
    return "quarter" if "Q" in period else "fiscal" if period.startswith("FY") else "year" if period.isdigit() else "other"


def _by_period(facts: tuple[Fact, ...]) -> dict[str, Fact]:
    by_period: dict[str, Fact] = {}
    for fact in facts:
        if fact.number is not None and _grain(fact.period) != "other":
            by_period.setdefault(fact.period, fact)
    return by_period


def _period(d: Draw, facts: tuple[Fact, ...], *, always: bool = False) -> Period | None:
    dated = sorted(_by_period(facts))
    if len(dated) < 2 or not (always or d.rng.random() < 0.6):
        return None
    return Period(d.rng.choice(dated))


def _with_period(d: Draw, question: str, period: Period) -> str:
    said = d.speech.period(d.rng, period, d.lang)
    if d.lang == "zh":
        return f"{said}，{question}" if d.rng.random() < 0.3 else f"{said}{question}"
    stem, mark = (question[:-1], question[-1]) if question[-1] in "?." else (question, "")
    if d.rng.random() < 0.2:
        return f"In {said}, {question[0].lower() if not question[:2].isupper() else question[0]}{question[1:]}"
    return f"{stem} {d.rng.choice(('in', 'in', 'for', 'as of'))} {said}{mark}"


FAMILIES: tuple[tuple[Family, float], ...] = (
    (attribute, 0.18), (chain, 0.14), (over_a_set, 0.06), (intersection, 0.22), (superlative, 0.09), (difference, 0.06),
    (growth, 0.07), (age, 0.03), (claim, 0.04), (comparison_claim, 0.04), (planted, 0.03), (planted_comparison, 0.02),
    (unanswerable, 0.05), (report, 0.04),
)  # fmt: skip
