"""The members of an answer set, each with the facts that decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from agent.report.facts import FactBook, Group
from agent.report.figures import key
from agent.report.labels import Namer, is_measured, kind, raised
from agent.report.numerals import times
from agent.report.periods import brief
from agent.report.types import Cell, Derived, Finding, MemberTable, Sentence
from agent.report.words import listed, words
from agent.types import Language
from tools.types import Entities, Entity, Fact, Table

_MOST_ROWS = 60
_MOST_COLUMNS = 5
_MOST_VALUES = 3
_MOST_NAMED = 12
_TYPES = {
    "laureate": ("laureate", "laureates", "获奖者"), "country": ("country", "countries", "国家"),
    "company": ("company", "companies", "公司"), "city": ("city", "cities", "城市"),
    "river": ("river", "rivers", "河流"), "mountain": ("mountain", "mountains", "山峰"),
    "lake": ("lake", "lakes", "湖泊"), "island": ("island", "islands", "岛屿"),
    "desert": ("desert", "deserts", "沙漠"), "film": ("film", "films", "影片"),
    "planet": ("planet", "planets", "行星"), "moon": ("moon", "moons", "卫星"),
    "astronaut": ("astronaut", "astronauts", "航天员"), "element": ("element", "elements", "元素"),
    "prize": ("prize", "prizes", "奖项"), "person": ("person", "people", "人物"),
}  # fmt: skip
_ANYTHING = ("member", "members", "成员")


@dataclass(frozen=True, slots=True)
class Column:
    """A field over the members; `period` is set where all members share it."""

    field: str
    period: str
    numeric: bool


def entities_of(value: Entities | Table) -> tuple[Entity, ...]:
    """The members of a set or the entities of a table, once each."""
    found = (
        value.members if isinstance(value, Entities) else tuple(m.entity for m in value.measures)
    )
    return tuple(dict.fromkeys(found))


def member_table(value: Entities | Table, book: FactBook, namer: Namer) -> MemberTable | None:
    """One row a member, one column a field that the run read of at least half of them."""
    entities = entities_of(value)
    if not entities:
        return None
    columns = _columns(entities, book)
    rows = tuple(_row(entity, columns, book, namer) for entity in entities[:_MOST_ROWS])
    return MemberTable(
        columns=(
            raised(_kind(entities, namer.lang)),
            *(_header(column, namer) for column in columns),
        ),
        rows=rows,
        numeric=(False, *(column.numeric for column in columns)),
        omitted=max(0, len(entities) - _MOST_ROWS),
    )


def _kind(entities: Sequence[Entity], lang: Language, n: int = 1) -> str:
    """What the members are called, one or several of them."""
    types = {entity.type for entity in entities}
    one, many, zh = _TYPES.get(types.pop(), _ANYTHING) if len(types) == 1 else _ANYTHING
    return zh if lang == "zh" else one if n == 1 else many


def _columns(entities: Sequence[Entity], book: FactBook) -> tuple[Column, ...]:
    ids = {entity.id for entity in entities}
    by_field: dict[str, list[Group]] = {}
    for group in book.groups.values():
        if group.entity.id in ids:
            by_field.setdefault(group.field, []).append(group)
    common = [groups for groups in by_field.values() if 2 * len(groups) >= len(entities)]
    return tuple(_column(groups) for groups in common[:_MOST_COLUMNS])


def _column(groups: Sequence[Group]) -> Column:
    numeric = all(group.numeric() for group in groups)
    periods = {group.latest() for group in groups} if numeric else set()
    return Column(groups[0].field, periods.pop() if len(periods) == 1 else "", numeric)


def _header(column: Column, namer: Namer) -> str:
    label = namer.heading(column.field)
    return f"{label}, {brief(column.period, namer.lang)}" if column.period else label


def _row(
    entity: Entity, columns: Sequence[Column], book: FactBook, namer: Namer
) -> tuple[Cell, ...]:
    cells = (_cell(book.group(entity.id, column.field), column, namer) for column in columns)
    return (Cell(text=namer.entity(entity)), *cells)


def _cell(group: Group | None, column: Column, namer: Namer) -> Cell:
    if group is None:
        return Cell(text="—")
    if column.numeric:
        return _numeric_cell(group.by_period[group.latest()][0], column, namer)
    facts = tuple({fact.value: fact for fact in group.facts()}.values())[:_MOST_VALUES]
    text = words(namer.lang, "list").join(namer.value(fact) for fact in facts)
    return Cell(text=text, citations=tuple(key(fact) for fact in facts))


def _numeric_cell(fact: Fact, column: Column, namer: Namer) -> Cell:
    when = "" if column.period or not fact.period else f" ({brief(fact.period, namer.lang)})"
    return Cell(text=namer.value(fact) + when, citations=(key(fact),))


def answer_sentence(value: Entities | Table, book: FactBook, namer: Namer) -> Sentence:
    """Who or what answers the question, with their number where each has a fact to stand on."""
    entities = entities_of(value)
    if isinstance(value, Table):
        return _tabled(value, namer)
    if not entities:
        return Sentence(kind="answer", text=words(namer.lang, "nobody"))
    facts = [fact for fact in (_first_fact(entity, book) for entity in entities) if fact]
    keys = tuple(key(fact) for fact in facts)
    if len(entities) == 1:
        return Sentence(kind="answer", text=_single(entities[0], namer), citations=keys)
    if len(facts) < len(entities):
        return Sentence(kind="answer", text=_plain(entities, namer), citations=keys)
    return _counted(entities, keys, namer)


def _single(entity: Entity, namer: Namer) -> str:
    return words(namer.lang, "member", kind=_kind([entity], namer.lang), names=namer.entity(entity))


def _counted(entities: Sequence[Entity], keys: tuple[str, ...], namer: Namer) -> Sentence:
    shown = tuple(namer.entity(entity) for entity in entities[:_MOST_NAMED])
    left = len(entities) - len(shown)
    names = listed(namer.lang, shown) if not left else words(namer.lang, "list").join(shown)
    names += words(namer.lang, "more", n=left) if left else ""
    counts = [Derived(operation="count", operands=keys, value=Decimal(len(keys)))]
    if left:
        counts.append(Derived(operation="count", operands=keys[-left:], value=Decimal(left)))
    n = len(entities)
    text = words(namer.lang, "members", n=n, kind=_kind(entities, namer.lang, n), names=names)
    return Sentence(kind="answer", text=text, citations=keys, derived=tuple(counts))


def _plain(entities: Sequence[Entity], namer: Namer) -> str:
    names = tuple(namer.entity(entity) for entity in entities[:_MOST_ROWS])
    return words(namer.lang, "members plain", names=listed(namer.lang, names))


def _tabled(table: Table, namer: Namer) -> Sentence:
    """A table as an answer: each entity with its value."""
    facts = [measure.facts[0] for measure in table.measures if measure.facts][:_MOST_NAMED]
    items = tuple(
        words(namer.lang, "table item", entity=namer.entity(fact.entity), value=namer.value(fact))
        for fact in facts
    )
    values = words(namer.lang, "list").join(items)
    values += "…" if len(table.measures) > len(facts) else ""
    text = words(namer.lang, "table", label=namer.heading(table.field), values=values)
    return Sentence(kind="answer", text=text, citations=tuple(key(fact) for fact in facts))


def _first_fact(entity: Entity, book: FactBook) -> Fact | None:
    groups = book.of_entity(entity.id)
    return next(groups[0].facts()) if groups else None


def extremes(table: Table, namer: Namer) -> Finding | None:
    """Which entity of a table has the most and which the least, or the latest and the earliest."""
    facts = [measure.facts[0] for measure in table.measures if measure.facts]
    if len({fact.entity.id for fact in facts}) < 2:
        return None
    if kind(table.field) in {"date", "year"}:
        sentence: Sentence | None = _latest(facts, namer)
    else:
        sentence = _most(facts, namer)
    return Finding(topic=namer.heading(table.field), sentences=(sentence,)) if sentence else None


def _latest(facts: Sequence[Fact], namer: Namer) -> Sentence:
    last = max(facts, key=lambda fact: fact.value)
    first = min(facts, key=lambda fact: fact.value)
    text = words(namer.lang, "latest", **_pair(last, first, namer))
    return Sentence(kind="comparison", text=text, citations=(key(last), key(first)))


def _most(facts: Sequence[Fact], namer: Namer) -> Sentence | None:
    numbers = {fact: fact.number for fact in facts if fact.number is not None}
    is_comparable = len(numbers) == len(facts) and len({fact.unit for fact in facts}) == 1
    if not is_comparable or not is_measured(facts[0].field):
        return None
    most, least = max(facts, key=numbers.__getitem__), min(facts, key=numbers.__getitem__)
    pair, operands = _pair(most, least, namer), (key(most), key(least))
    if numbers[least] <= 0:
        text = words(namer.lang, "most plain", **pair)
        return Sentence(kind="comparison", text=text, citations=operands)
    ratio = numbers[most] / numbers[least]
    text = words(namer.lang, "most", times=times(ratio), **pair)
    derived = Derived(operation="ratio", operands=operands, value=ratio)
    return Sentence(kind="comparison", text=text, citations=operands, derived=(derived,))


def _pair(most: Fact, least: Fact, namer: Namer) -> dict[str, object]:
    return {
        "entity": namer.entity(most.entity),
        "other": namer.entity(least.entity),
        "label": namer.field(most.field),
        "value": namer.value(most),
        "least": namer.value(least),
    }
