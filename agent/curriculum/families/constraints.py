"""Classes narrowed by conditions that a random member meets."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_DOWN, ROUND_UP, Decimal

from agent.curriculum.families.draw import Draw
from agent.curriculum.world import Constraint, year_of
from tools.types import Entity, EntityClass, Period, Quantity, Text

GROUPS = ("laureate", "laureate", "country", "country", "mountain", "river", "lake", "island", "company", "astronaut",
           "moon", "element", "city")  # fmt: skip


CONSTRAINED: Mapping[str, tuple[str, ...]] = {
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


def draw_group(d: Draw) -> EntityClass:
    """A class to search: half of the time the whole type."""
    type_ = d.rng.choice(GROUPS)
    of_type = [c for c in d.world.classes if c.type == type_]
    plain = [c for c in of_type if c.field is None]
    return d.rng.choice(of_type) if not plain or d.rng.random() < 0.5 else plain[0]


def draw_constraints(
    d: Draw, group: EntityClass, n: int
) -> tuple[list[Constraint], list[str], list[str]] | None:
    """Up to n constraints that a random member meets, their phrases, and everybody who meets them."""
    members = d.world.store.members(group)
    member = d.rng.choice(members)
    ids = [e.id for e in members]
    constraints: list[Constraint] = []
    phrases: list[str] = []
    fields = list(
        dict.fromkeys(d.rng.sample(CONSTRAINED[group.type], len(CONSTRAINED[group.type])))
    )
    for field_id in fields:
        drawn = draw_constraint(d, field_id, member) if field_id != group.field else None
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


def draw_constraint(d: Draw, field_id: str, member: Entity) -> tuple[Constraint, str] | None:
    """A condition on one field that the member meets, and its words."""
    facts = d.world.facts(field_id).get(member.id)
    if not facts:
        return None
    kind = d.world.fields[field_id].kind
    fact = d.rng.choice(facts) if kind.startswith("entity") else facts[0]
    if kind.startswith("entity"):
        target = d.world.store.entity(fact.value_id) if fact.value_id else None
        return phrased(d, Constraint(field_id, "=", target), d.name(target)) if target else None
    if kind == "text":
        said = d.speech.value(d.rng, Text(fact.value), field_id, d.lang)
        return phrased(d, Constraint(field_id, "=", Text(fact.value)), said) if said else None
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
        return phrased(
            d, Constraint(field_id, comparator, period), d.speech.period(d.rng, period, d.lang)
        )
    if fact.number is None or fact.number <= 0:
        return None
    quantity = Quantity(rounded(d, fact.number, comparator), fact.unit)
    return phrased(
        d, Constraint(field_id, comparator, quantity), d.speech.quantity(d.rng, quantity, d.lang)
    )


def phrased(d: Draw, constraint: Constraint, said: str) -> tuple[Constraint, str] | None:
    """The constraint with its words; None where the language has none."""
    role = {">": "more", "<": "less", "=": "is"}[constraint.comparator]
    if not d.speech.has(role, constraint.field, d.lang):
        return None
    return constraint, d.speech.phrase(d.rng, role, constraint.field, d.lang).format(v=said)


def rounded(d: Draw, number: Decimal, comparator: str) -> Decimal:
    """A round bound on the right side of a number."""
    factor = Decimal(
        str(round(d.rng.uniform(0.4, 0.95) if comparator == ">" else d.rng.uniform(1.05, 2.5), 3))
    )
    bound = number * factor
    digits = Decimal(1).scaleb(bound.adjusted() - d.rng.choice((0, 0, 1)))
    rounded = bound.quantize(digits, ROUND_DOWN if comparator == ">" else ROUND_UP)
    return Decimal(f"{rounded or digits:f}")


def narrowed(d: Draw, group: EntityClass, phrases: list[str]) -> str:
    """The class and its conditions as a noun phrase."""
    noun = d.speech.group(d.rng, group, d.lang)
    if d.lang == "zh":
        return d.rng.choice(("、", "且", "并且", "，")).join(phrases) + "的" + noun
    joiner = d.rng.choice((" and ", " and ", ", ", " but also "))
    return f"{noun} {joiner.join(phrases)}"
