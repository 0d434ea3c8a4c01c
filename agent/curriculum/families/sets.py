"""Classes narrowed by conditions that a random member meets, in words and in rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from agent.curriculum.families.conditions import Condition, condition_on
from agent.curriculum.families.draw import Draw, NotDrawnError, search, verify
from agent.curriculum.speech import PERSONS
from agent.curriculum.tasks import GoldRow
from agent.curriculum.world import FIELDS_NEVER_CONSTRAINED
from tools.types import Entity, EntityClass, Term, Text

GROUPS: Mapping[str, int] = {
    "laureate": 5, "country": 6, "mountain": 3, "river": 3, "lake": 2, "island": 2, "company": 3, "astronaut": 3,
    "moon": 2, "element": 3, "city": 2, "prize": 1, "film": 1, "region": 1, "planet": 1, "desert": 1, "organization": 1,
}  # fmt: skip
ROWS_FOR_CONDITIONS = 6
TRIES = 6
NAMED_BY_CLASSES = frozenset({"category", "prize_category"})  # their values link as classes
ALIKE = (
    frozenset({"birth_country", "birth_country_now", "birth_continent"}),
    frozenset({"population", "population_factbook"}), frozenset({"gdp", "gdp_factbook"}),
    frozenset({"area", "land_area"}), frozenset({"gender", "military_civilian"}),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NarrowedSet:
    """A class, conditions in the order in which they are said, and who meets them.

    In words either one noun phrase (`whole`; in English also for one member, `one`), or a noun phrase and what
    is asked of it (`head`, `verbs`).
    """

    group: EntityClass
    conditions: tuple[Condition, ...]
    ids: tuple[str, ...]
    whole: str = ""
    head: str = ""
    verbs: str = ""
    one: str = ""

    @property
    def rows(self) -> list[GoldRow]:
        """The rows that find the set: the class, the bounds of others, then condition after condition."""
        references = [c.reference for c in self.conditions if c.reference]
        rows = [search(self.group), *references]
        found = 1
        for condition in self.conditions:
            bound = f"#{2 + references.index(condition.reference)}" if condition.reference else None
            for constraint in condition.constraints:
                target: Term | str = bound or constraint.target
                rows.append(verify(f"#{found}", constraint.field, constraint.comparator, target))
                found = len(rows)
        return rows


def draw_group(d: Draw) -> EntityClass:
    """A class to search: half of the time the whole type."""
    type_ = d.rng.choices(list(GROUPS), list(GROUPS.values()))[0]
    of_type = [c for c in d.world.classes if c.type == type_]
    plain = [c for c in of_type if c.field is None and c.id == type_]
    return d.pick(of_type) if not plain or d.chance(0.4) else plain[0]


def draw_set(
    d: Draw, n: int, rows_left: int = ROWS_FOR_CONDITIONS, *, may_split: bool = False
) -> NarrowedSet:
    """A class narrowed by n conditions, each of which shuts somebody out."""
    for _ in range(TRIES):
        group = draw_group(d)
        member = d.pick(d.world.store.members(group))
        drawn = _conditions(d, group, member, n, rows_left)
        if drawn is not None:
            is_split = may_split and d.chance(0.55)
            return narrated(d, group, *drawn, is_split=is_split)
    raise NotDrawnError


def _conditions(
    d: Draw, group: EntityClass, member: Entity, n: int, rows_left: int
) -> tuple[list[Condition], list[str]] | None:
    """n conditions that the member meets, and who meets them all; None where it does not carry so many."""
    ids = [e.id for e in d.world.store.members(group)]
    kept: list[Condition] = []
    for field_id in fields_for(d, group, member):
        if _is_said(field_id, kept):
            continue
        narrowed = _narrowed(d, field_id, member, ids)
        if narrowed is None or _n_rows([*kept, narrowed[0]]) > rows_left:
            continue
        kept.append(narrowed[0])
        ids = narrowed[1]
        if len(kept) == n:
            return kept, ids
    return None


def _is_said(field_id: str, kept: Sequence[Condition]) -> bool:
    """Whether a condition on much the same is there already."""
    said = {condition.constraints[0].field for condition in kept}
    return any(field_id in alike and alike & said for alike in ALIKE)


def _n_rows(conditions: Sequence[Condition]) -> int:
    return sum(len(c.constraints) + (c.reference is not None) for c in conditions)


def _narrowed(d: Draw, field_id: str, member: Entity, ids: list[str]) -> tuple[Condition, list[str]] | None:  # fmt: skip
    """A condition on the field and who of the ids meets it; None where it has no words or no effect."""
    try:
        condition = condition_on(d, field_id, member)
    except NotDrawnError:
        return None
    left = ids
    for constraint in condition.constraints:
        left = d.world.satisfying(left, constraint)
    return (condition, left) if member.id in left and len(left) < len(ids) else None


def fields_for(d: Draw, group: EntityClass, member: Entity) -> list[str]:
    """Fields to put conditions on, in random order: those with words of their own come up more."""
    fields = [
        f.id for f in d.world.fields.values()
        if group.type in f.types and f.id != group.field and is_open(d, f.id) and member.id in d.world.facts(f.id)
    ]  # fmt: skip
    weighted = [(d.rng.random() ** (1 / _weight(d, f, group.type)), f) for f in fields]
    return [f for _, f in sorted(weighted, reverse=True)]


def is_open(d: Draw, field_id: str) -> bool:
    """Whether conditions may be put on the field in this split."""
    if field_id in NAMED_BY_CLASSES:
        return False
    return d.world.held_out or field_id not in FIELDS_NEVER_CONSTRAINED


def _weight(d: Draw, field_id: str, type_: str) -> float:
    n = sum(d.book.n_lines(field_id, type_, role) for role in ("that", "does", "more", "pre"))
    is_ordered = d.world.fields[field_id].kind in ("number", "date", "year")
    return (0.15 + min(n, 8)) * (1.6 if is_ordered else 1.0)


def narrated(
    d: Draw, group: EntityClass, conditions: list[Condition], ids: Sequence[str], *, is_split: bool
) -> NarrowedSet:
    """The set in words."""
    noun = d.speech.group(d.rng, group, d.lang)
    d.rng.shuffle(conditions)
    before = [c for c in conditions if c.words.pre and not _is_class(d, group, c)]
    before = [c for c in before if not (c.words.that or c.words.does) or d.chance(0.6)]
    rest = [c for c in conditions if c not in before]
    if d.lang == "zh":
        noun = "".join([*[c.words.pre for c in before], noun])
        return _chinese(d, NarrowedSet(group, (*before,), tuple(ids), noun), rest, is_split=is_split)  # fmt: skip
    adjectives = [c.words.pre for c in before]
    single = d.speech.one(d.rng, group)
    one = " ".join([*adjectives, single]) if single else ""
    bare = NarrowedSet(group, (*before,), tuple(ids), " ".join([*adjectives, noun]), one=one)
    return _english(d, bare, rest, is_split=is_split)


def _is_class(d: Draw, group: EntityClass, condition: Condition) -> bool:
    """Whether class and condition together are a class of their own: `women laureates`."""
    constraint = condition.constraints[0]
    if group.field is not None or not isinstance(constraint.target, Text):
        return False
    key = (group.type, constraint.field, constraint.target.text.lower())
    return key in {(c.type, c.field, (c.value or "").lower()) for c in d.world.classes}


def _chinese(d: Draw, bare: NarrowedSet, rest: list[Condition], *, is_split: bool) -> NarrowedSet:
    """Conditions stand before the noun, or the last ones are what is asked of it."""
    if not all(c.words.that for c in rest):
        raise NotDrawnError
    n_first = d.rng.randrange(len(rest)) if is_split and rest else len(rest)
    first, last = rest[:n_first], rest[n_first:]
    noun = f"{_joined(d, [c.words.that for c in first])}的{bare.whole}" if first else bare.whole
    ordered = (*first, *bare.conditions, *last)
    if last:
        verbs = _joined(d, [c.words.that for c in last])
        return replace(bare, conditions=ordered, whole="", head=noun, verbs=verbs)
    return replace(bare, conditions=ordered, whole=noun)


def _english(d: Draw, bare: NarrowedSet, rest: list[Condition], *, is_split: bool) -> NarrowedSet:
    """Conditions stand behind the noun, those in verb phrases last; these may be what is asked of it."""
    behind = [c for c in rest if c.words.that and not (c.words.does and d.chance(0.55))]
    last = [c for c in rest if c not in behind]
    strung = _strung(d, [c.words.that for c in behind])
    noun = " ".join([bare.whole, *strung])
    bare = replace(bare, conditions=(*bare.conditions, *behind, *last), whole=noun)
    if not last:
        return replace(bare, one=" ".join([bare.one, *strung]) if bare.one else "")
    bare = replace(bare, one="")
    verbs = _joined(d, [c.words.does for c in last])
    if is_split:
        return replace(bare, whole="", head=noun, verbs=verbs)
    who = "who" if bare.group.type in PERSONS else d.rng.choice(("that", "that", "which"))
    return replace(bare, whole=f"{noun} {who} {verbs}")


def _strung(d: Draw, said: list[str]) -> list[str]:
    """Conditions one after the other (`mountains in Peru above 6,000 m`), or joined."""
    return said if len(said) < 2 or d.chance(0.3) else [_joined(d, said)]


def _joined(d: Draw, said: list[str]) -> str:
    if len(said) < 2:
        return "".join(said)
    comma = "、" if d.lang == "zh" else ", "
    return d.frame("join", x=comma.join(said[:-1]), y=said[-1])
