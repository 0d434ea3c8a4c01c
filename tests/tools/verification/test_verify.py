"""A claim filters a set and decides about a single thing, and says when the facts do not decide."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.facts import CLASSES, FewFacts
from tests.tools.conftest import Run
from tools.toolbox import Toolbox
from tools.types import (
    Binding,
    Call,
    Entities,
    Entity,
    Failed,
    FieldRef,
    Measure,
    Observation,
    Period,
    Quantity,
    Reason,
    Scalar,
    Table,
    Text,
    Truth,
    Verdict,
)

WORLD = FewFacts()
TOOLBOX = Toolbox(WORLD)


def entity(entity_id: str) -> Entity:
    found = WORLD.entity(entity_id)
    assert found
    return found


COUNTRIES = Entities(WORLD.members(CLASSES[0]))
LAUREATES = Entities(WORLD.members(CLASSES[1]))
NORWAY, GERMANY, SWEDEN = entity("country/NOR"), entity("country/DEU"), entity("country/SWE")


def names(found: Observation) -> list[str]:
    assert isinstance(found, Entities), found
    return [each.name for each in found.members]


def truth(found: Observation) -> Truth:
    assert isinstance(found, Verdict), found
    return found.truth


def reason(found: Observation) -> Reason:
    assert isinstance(found, Failed), found
    return found.reason


def test_a_set_keeps_the_members_for_which_the_claim_holds(run: Run) -> None:
    bound: dict[str, Binding] = {
        "#1": COUNTRIES,
        "%2": FieldRef("population", "population"),
        "@3": Quantity(Decimal(10**7)),
    }
    found = run("verify", bound, claim="#1 %2 > @3")
    assert names(found) == ["Sweden", "Germany"]
    assert isinstance(found, Entities)
    assert [(fact.entity.name, fact.period) for fact in found.facts] == [
        ("Sweden", "2024"),
        ("Germany", "2024"),
    ]


@pytest.mark.parametrize(
    ("claim", "kept"),
    [
        ("#1 population < 6 million", ["Norway", "Finland"]),
        ("#1 population > 5,520,000 in 2023", None),
        ("#1 population >= 5,519,601 in 2023", ["Norway"]),
        ("#1 capital = Oslo", ["Norway"]),
        ("#1 neighbours = @1", ["Norway", "Sweden"]),
        ("#1 neighbours != @1", ["Finland"]),
        ("#1 languages = Sami", ["Norway", "Finland"]),
        ("#1 languages contains Norwegian", ["Norway"]),
        ("#1 currency = euro", ["Norway", "Germany"]),
        ("#1 urban_population > 80%", ["Norway"]),
        ("#1 != @2", ["Sweden", "Finland", "Germany", "Georgia"]),
        ("#1 = @2", ["Norway"]),
        ("#2 birth date > 1866", ["Marie Curie", "Albert Einstein"]),
        ("#2 birth date = 1859", ["Pierre Curie", "Svante Arrhenius"]),
        ("#2 birth date < 1859-06", ["Pierre Curie"]),
        ("#2 prize year = 1903", ["Marie Curie", "Pierre Curie", "Svante Arrhenius"]),
        ("#2 prize year > 1905", ["Marie Curie", "Albert Einstein"]),
        ("#2 prize category = physics", ["Marie Curie", "Pierre Curie", "Albert Einstein"]),
        ("#2 prize category != physics", ["Svante Arrhenius"]),
        ("#2 gender = female", ["Marie Curie"]),
        ("#2 gender = male", ["Pierre Curie", "Albert Einstein", "Svante Arrhenius"]),
        ("#2 birth country = Russian Empire", ["Marie Curie"]),
        ("#2 birth_country_now = @3", ["Albert Einstein"]),
    ],
)
def test_filters(run: Run, claim: str, kept: list[str] | None) -> None:
    bound: dict[str, Binding] = {
        "#1": COUNTRIES,
        "#2": LAUREATES,
        "@1": entity("country/FIN"),
        "@2": NORWAY,
        "@3": GERMANY,
    }
    found = run("verify", bound, claim=claim)
    if kept is None:
        assert reason(found) is Reason.EMPTY
    else:
        assert names(found) == kept


@pytest.mark.parametrize(
    ("claim", "outcome"),
    [
        ("Tesla revenue > 25 billion in Q3 2025", Truth.SUPPORTED),
        ("Tesla's revenue in 2025Q3 > $29 billion", Truth.CONTRADICTED),
        ("the capital of Norway is Oslo", Truth.SUPPORTED),
        ("the capital of Norway is not Oslo", Truth.CONTRADICTED),
        ("Norway population = 5.57 million", Truth.SUPPORTED),
        ("Norway population = 5.58 million", Truth.CONTRADICTED),
        ("挪威的人口 超过 500万", Truth.SUPPORTED),
        ("挪威的人口 不超过 500万", Truth.CONTRADICTED),
        ("特斯拉的营收 大于 200亿美元 in 2025Q3", Truth.SUPPORTED),
        ("Marie Curie prize category = Chemistry", Truth.SUPPORTED),
        ("Marie Curie birth date > 1867", Truth.CONTRADICTED),
        ("Marie Curie birth date >= 1867", Truth.SUPPORTED),
        ("Tesla headquarters = Austin", Truth.SUPPORTED),
        ("Tesla founded < 2004", Truth.SUPPORTED),
        ("Norway military_spending > 1%", Truth.SUPPORTED),
        ("Svante Arrhenius birth date < 1859-06", Truth.UNKNOWN),
        ("Norway inflation > 0 in 2023", Truth.UNKNOWN),
        ("Norway inflation < 10 in 2023", Truth.SUPPORTED),
        ("Tesla revenue = 28,095,000,000 in 2025Q3", Truth.SUPPORTED),
        ("#1 contains @1", Truth.SUPPORTED),
        ("#1 contains @2", Truth.CONTRADICTED),
        ("#2 > 2", Truth.SUPPORTED),
        ("#3 = @1", Truth.SUPPORTED),
        ("#3 population > 5 million", Truth.SUPPORTED),
        ("@1 = Norway", Truth.SUPPORTED),
        ("#4 = #5", Truth.CONTRADICTED),
        ("#4 = #1", Truth.SUPPORTED),
    ],
)
def test_verdicts(run: Run, claim: str, outcome: Truth) -> None:
    bound: dict[str, Binding] = {
        "#1": Entities((NORWAY, SWEDEN)),
        "@1": NORWAY,
        "@2": GERMANY,
        "#2": Scalar(Decimal(3)),
        "#3": Scalar("Norway"),
        "#4": Entities((NORWAY,)),
        "#5": Entities((GERMANY,)),
    }
    found = run("verify", bound, claim=claim)
    assert truth(found) is outcome


def test_a_verdict_says_its_claim_and_its_facts(run: Run) -> None:
    found = run("verify", claim="Tesla revenue > 25 billion in Q3 2025")
    assert isinstance(found, Verdict)
    assert found.claim == "Tesla revenue > 25 billion in 2025Q3"
    assert {fact.period for fact in found.facts} == {"2025Q3"}


def test_a_disputed_verdict_shows_both_sides(run: Run) -> None:
    found = run("verify", claim="Norway inflation > 0 in 2023")
    assert isinstance(found, Verdict)
    assert {fact.source for fact in found.facts} == {"worldbank", "factbook"}


def test_a_table_keeps_its_rows(run: Run) -> None:
    table = run("lookup", {"#1": COUNTRIES}, source="#1", field="population")
    assert isinstance(table, Table)
    kept = run("verify", {"#2": table}, claim="#2 > 10 million")
    assert isinstance(kept, Table)
    assert [m.entity.name for m in kept.measures] == ["Sweden", "Germany"]
    by_field = run("verify", {"#2": table}, claim="#2 gdp < 500 billion")
    assert isinstance(by_field, Table)
    assert [(m.value, [f.field for f in m.facts]) for m in by_field.measures] == [
        (Decimal(5572279), ["population", "gdp"])
    ]


def test_a_set_is_compared_with_a_table_member_by_member(run: Run) -> None:
    last_year = Table(
        "population",
        (
            Measure(NORWAY, Decimal(5600000), "people", "2023", ()),
            Measure(SWEDEN, Decimal(5600000), "people", "2023", ()),
        ),
    )
    found = run("verify", {"#1": COUNTRIES, "#2": last_year}, claim="#1 population > #2")
    assert names(found) == ["Sweden"]


def test_two_tables_are_compared_member_by_member(run: Run) -> None:
    one = Table(
        "x", (Measure(NORWAY, Decimal(3), "", "", ()), Measure(SWEDEN, Decimal(1), "", "", ()))
    )
    other = Table(
        "y", (Measure(SWEDEN, Decimal(2), "", "", ()), Measure(NORWAY, Decimal(2), "", "", ()))
    )
    found = run("verify", {"#1": one, "#2": other}, claim="#1 > #2")
    assert isinstance(found, Table)
    assert [m.entity for m in found.measures] == [NORWAY]


@pytest.mark.parametrize(
    ("claim", "why"),
    [
        ("Finland gdp > 1", Reason.NO_VALUE),
        ("Norway gdp > 1 in 1950", Reason.NO_VALUE_FOR_PERIOD),
        ("Atlantis gdp > 1", Reason.UNKNOWN_ENTITY),
        ("#1 elevation > 1", Reason.TYPE_MISMATCH),
        ("Norway gdp > 5 km", Reason.TYPE_MISMATCH),
        ("Norway currency > 5", Reason.TYPE_MISMATCH),
        ("Norway neighbours > @1", Reason.TYPE_MISMATCH),
        ("#1 > 5", Reason.TYPE_MISMATCH),
        ("#1 capital = Rome", Reason.EMPTY),
        ("#2 > 3", Reason.EMPTY),
        ("#2 > 1 in 1950", Reason.NO_VALUE_FOR_PERIOD),
        ("Norway", Reason.BAD_EXPRESSION),
        ("= 5", Reason.BAD_EXPRESSION),
        ("#1 population >", Reason.BAD_EXPRESSION),
        ("#7 > 5", Reason.BAD_EXPRESSION),
    ],
)
def test_a_claim_that_cannot_be_decided_says_why(run: Run, claim: str, why: Reason) -> None:
    table = Table("x", (Measure(NORWAY, Decimal(3), "", "2024", ()),))
    assert reason(run("verify", {"#1": COUNTRIES, "#2": table, "@1": NORWAY}, claim=claim)) is why


def test_an_empty_filter_says_what_was_tested(run: Run) -> None:
    failed = run("verify", {"#1": COUNTRIES}, claim="#1 gdp > 9 trillion")
    assert isinstance(failed, Failed)
    assert failed.reason is Reason.EMPTY
    assert "5 members" in failed.detail
    assert "2 of them have no value" in failed.detail


FIELDS = st.sampled_from(
    [
        "population",
        "gdp",
        "languages",
        "capital",
        "neighbours",
        "birth_date",
        "prize_year",
        "gender",
    ]
)
TARGETS = st.one_of(
    st.integers(0, 10**12).map(lambda n: Quantity(Decimal(n))),
    st.sampled_from(
        [
            Text("Sami"),
            Text("female"),
            Period("1903"),
            NORWAY,
            GERMANY,
            Scalar(Decimal(1903), "year"),
        ]
    ),
)
SETS = st.lists(st.sampled_from([*COUNTRIES.members, *LAUREATES.members]), min_size=1, unique=True)


@given(SETS, FIELDS, st.sampled_from(["=", "!=", ">", "<", ">=", "<=", "contains"]), TARGETS)
def test_a_filter_never_adds_anybody(
    members: list[Entity], field: str, sign: str, target: Binding
) -> None:
    bound: dict[str, Binding] = {
        "#1": Entities(tuple(members)),
        "%1": FieldRef(field, field),
        "@1": target,
    }
    found = TOOLBOX.run(Call("verify", {"claim": f"#1 %1 {sign} @1"}, bound))
    assert isinstance(found, Entities | Failed)
    if isinstance(found, Entities):
        assert found.members
        assert set(found.members) <= set(members)
        assert {fact.entity for fact in found.facts} <= set(members)


@given(SETS, FIELDS, TARGETS)
def test_equal_and_unequal_part_those_that_have_a_value(
    members: list[Entity], field: str, target: Binding
) -> None:
    bound: dict[str, Binding] = {
        "#1": Entities(tuple(members)),
        "%1": FieldRef(field, field),
        "@1": target,
    }
    parts = [
        TOOLBOX.run(Call("verify", {"claim": f"#1 %1 {sign} @1"}, bound)) for sign in ("=", "!=")
    ]
    same, other = (set(part.members) if isinstance(part, Entities) else set() for part in parts)
    assert not same & other


@given(st.text(max_size=60))
def test_any_text_is_decided_or_refused(claim: str) -> None:
    assert isinstance(
        TOOLBOX.run(Call("verify", {"claim": claim}, {})), Verdict | Entities | Table | Failed
    )
