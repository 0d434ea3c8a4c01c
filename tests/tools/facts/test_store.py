"""The store of the real table answers as its interface promises."""

from __future__ import annotations

import tomllib
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest

from tools.facts.build import report
from tools.facts.draft import SOURCES_FILE, TIERS, Draft
from tools.facts.periods import newest_first
from tools.facts.store import FactStore
from tools.types import EntityClass

TABLE = Path(SOURCES_FILE).with_name("table")
MOST_TABLE_BYTES = 6_000_000


def by_class(store: FactStore, class_id: str) -> EntityClass:
    return next(known for known in store.classes() if known.id == class_id)


def named(store: FactStore, alias: str, lang: str) -> set[str]:
    return {
        entity_id
        for text, entity_id, language, _ in store.aliases()
        if (text, language) == (alias, lang)
    }


@pytest.mark.parametrize(
    ("entity_id", "field", "period", "number"),
    [
        ("nobel/26", "prize_year", None, "1921"),
        ("mountain/mt-everest", "elevation", None, "8848"),
        ("company/TSLA", "revenue", "2025Q3", "28095000000"),
        ("company/AAPL", "net_income", "FY2024", "93736000000"),
        ("country/FRA", "area", None, "643801"),
        ("lake/ozero-baikal", "depth", None, "1637"),
        ("planet/earth", "diameter", None, "12756"),
        ("element/Au", "atomic_number", None, "79"),
        ("region/norway", "ev_share", "2024", "92"),
        ("film/tt0120338", "oscars_won", None, "11"),
    ],
)
def test_known_facts_are_held(
    store: FactStore, entity_id: str, field: str, period: str | None, number: str
) -> None:
    assert store.facts(entity_id, field, period)[0].number == Decimal(number)


@pytest.mark.parametrize(
    ("entity_id", "field", "targets"),
    [
        ("nobel/26", "prize", {"prize/physics-1921"}),
        ("nobel/6", "prize", {"prize/physics-1903", "prize/chemistry-1911"}),
        ("country/PRT", "neighbours", {"country/ESP"}),
        ("country/AUT", "capital", {"city/wien-a"}),
        ("moon/titan", "planet", {"planet/saturn"}),
    ],
)
def test_relations_lead_to_their_entities(
    store: FactStore, entity_id: str, field: str, targets: set[str]
) -> None:
    assert {fact.value_id for fact in store.facts(entity_id, field)} == targets


@pytest.mark.parametrize(
    ("alias", "lang", "entity_id"),
    [
        ("Einstein", "en", "nobel/26"),
        ("爱因斯坦", "zh", "nobel/26"),
        ("居里夫人", "zh", "nobel/6"),
        ("1921 Nobel Prize in Physics", "en", "prize/physics-1921"),
        ("1921年诺贝尔物理学奖", "zh", "prize/physics-1921"),
        ("Burma", "en", "country/MMR"),
        ("Türkiye", "en", "country/TUR"),
        ("Holland", "en", "country/NLD"),
        ("America", "en", "country/USA"),
        ("挪威", "zh", "country/NOR"),
        ("挪威", "zh", "region/norway"),
        ("Norway", "en", "country/NOR"),
        ("Norway", "en", "region/norway"),
        ("Wien", "en", "city/wien-a"),
        ("Vienna", "en", "city/wien-a"),
        ("维也纳", "zh", "city/wien-a"),
        ("Danube", "en", "river/donau"),
        ("Lake Baikal", "en", "lake/ozero-baikal"),
        ("贝加尔湖", "zh", "lake/ozero-baikal"),
        ("TSLA", "en", "company/TSLA"),
        ("特斯拉", "zh", "company/TSLA"),
        ("氧", "zh", "element/O"),
        ("木卫三", "zh", "moon/ganymede"),
        ("泰坦尼克号", "zh", "film/tt0120338"),
        ("杨利伟", "zh", "astronaut/434"),
    ],
)
def test_entities_are_named_in_both_languages(
    store: FactStore, alias: str, lang: str, entity_id: str
) -> None:
    assert entity_id in named(store, alias, lang)


def test_every_element_planet_and_sovereign_country_has_a_chinese_name(store: FactStore) -> None:
    chinese = {entity_id for _, entity_id, lang, _ in store.aliases() if lang == "zh"}
    for class_id in ("element", "planet", "country", "region"):
        missing = [e.name for e in store.members(by_class(store, class_id)) if e.id not in chinese]
        assert missing == []


def test_facts_come_newest_first_and_most_trusted_first_within_a_period(store: FactStore) -> None:
    tiers = {
        key: TIERS.index(entry["tier"])
        for key, entry in tomllib.loads(SOURCES_FILE.read_text("utf-8")).items()
    }
    for field in ("revenue", "gdp", "ev_share", "deliveries"):
        for facts in store.index(field).values():
            order = [
                (newest_first(fact.period), tiers[fact.source.partition(":")[0]]) for fact in facts
            ]
            assert order == sorted(order)


def test_a_period_is_matched_and_a_year_finds_its_fiscal_spelling(store: FactStore) -> None:
    assert {fact.period for fact in store.facts("company/MSFT", "revenue", "2024")} == {"FY2024"}
    assert {fact.period for fact in store.facts("company/MSFT", "revenue", "FY2024")} == {"FY2024"}
    assert store.facts("company/MSFT", "revenue", "1975") == ()


def test_facts_read_one_by_one_and_at_once_are_the_same(
    store_folder: Path, store: FactStore
) -> None:
    fresh = FactStore.open(store_folder)
    for entity_id, facts in store.index("gdp").items():
        assert fresh.facts(entity_id, "gdp") == facts


def test_facts_of_leaves_out_who_has_none(store: FactStore) -> None:
    found = store.facts_of(["country/NOR", "nobel/26", "nowhere"], "population", "2023")
    assert list(found) == ["country/NOR"]


def test_every_field_has_facts_of_its_kind(store: FactStore) -> None:
    for field in store.fields():
        facts = [fact for held in store.index(field.id).values() for fact in held]
        assert facts, field.id
        assert {fact.entity.type for fact in facts} <= field.types, field.id
        if field.kind in ("number", "year"):
            assert all(fact.number is not None for fact in facts), field.id
        if field.kind.startswith("entity:"):
            linked = [fact for fact in facts if fact.value_id]
            assert linked, field.id
            kinds = {store.entity(fact.value_id).type for fact in linked}  # type: ignore[union-attr, arg-type]
            assert kinds == {field.kind.partition(":")[2]}, field.id


def test_every_class_has_members_of_its_type_and_phrases_in_both_languages(
    store: FactStore,
) -> None:
    phrases = {(class_id, lang) for _, class_id, lang in store.class_aliases()}
    for entity_class in store.classes():
        members = store.members(entity_class)
        assert members, entity_class.id
        assert {member.type for member in members} == {entity_class.type}
        assert {(entity_class.id, "en"), (entity_class.id, "zh")} <= phrases


@pytest.mark.parametrize(
    ("phrase", "class_id", "count"),
    [
        ("physics laureates", "laureate:physics", 229),
        ("诺贝尔物理学奖得主", "laureate:physics", 229),
        ("African countries", "country:africa", 54),
        ("非洲国家", "country:africa", 54),
        ("moons of Mars", "moon:mars", 2),
        ("planets", "planet", 8),
        ("S&P 500 companies", "company", 500),
        ("chemical elements", "element", 118),
        ("landlocked countries", "country:landlocked", 45),
    ],
)
def test_class_phrases_name_the_right_members(
    store: FactStore, phrase: str, class_id: str, count: int
) -> None:
    assert class_id in {known for text, known, _ in store.class_aliases() if text == phrase}
    assert len(store.members(by_class(store, class_id))) == count


def test_no_phrase_names_two_classes(store: FactStore) -> None:
    owners: dict[str, set[str]] = {}
    for phrase, class_id, _ in store.class_aliases():
        owners.setdefault(phrase.lower(), set()).add(class_id)
    assert {phrase: ids for phrase, ids in owners.items() if len(ids) > 1} == {}


def test_aliases_name_known_entities_and_weigh_countries_above_namesakes(store: FactStore) -> None:
    assert all(store.entity(entity_id) for _, entity_id, _, _ in store.aliases())
    assert store.weight("country/NOR") > store.weight("region/norway")
    assert store.weight("planet/mercury") > store.weight("element/Hg")
    assert store.weight("city/athina-gr") > store.weight("city/athens-usa")


@pytest.mark.parametrize(
    ("text", "entity_id"),
    [
        ("albert einstein", "nobel/26"),
        ("einstien", "nobel/26"),
        ("爱因斯坦", "nobel/26"),
        ("苹果", "company/AAPL"),
        ("Mt Everest", "mountain/mt-everest"),
        ("nobel peace prize 1964", "prize/peace-1964"),
        ("US", "country/USA"),
    ],
)
def test_find_meets_the_entity_first(store: FactStore, text: str, entity_id: str) -> None:
    assert store.find(text)[0][0].id == entity_id


@pytest.mark.parametrize("text", ["", "  ", '"', "zzzzqqqq", "%_*()", "x" * 5000])
def test_find_survives_anything(store: FactStore, text: str) -> None:
    assert all(0 <= score <= 1 for _, score in store.find(text, 3))


def test_values_lists_small_text_fields_only(store: FactStore) -> None:
    assert store.values("prize_category") == (
        "Chemistry", "Economic Sciences", "Literature", "Peace", "Physics", "Physiology or Medicine",
    )  # fmt: skip
    assert store.values("gender") == ("female", "male")
    assert store.values("affiliation") == ()
    assert store.values("population") == ()
    assert store.values("nothing") == ()


def test_unknown_keys_bring_nothing(store: FactStore) -> None:
    assert store.entity("nowhere") is None
    assert store.field("nothing") is None
    assert store.facts("nowhere", "nothing") == ()
    assert store.fact(-1) is None


def test_a_fact_is_found_again_by_its_id(store: FactStore) -> None:
    fact = store.facts("company/TSLA", "revenue", "2025Q3")[0]
    assert store.fact(fact.id) == fact


def test_fields_carry_their_usual_unit(store: FactStore) -> None:
    units = {field.id: field.unit for field in store.fields()}
    assert (units["gdp"], units["area"], units["gender"]) == ("USD", "km2", "")


def test_many_threads_read_the_same(store_folder: Path) -> None:
    store = FactStore.open(store_folder)
    ids = [f"nobel/{number}" for number in range(1, 200)]

    def years(_: int) -> list[str]:
        return [fact.value for entity_id in ids for fact in store.facts(entity_id, "prize_year")]

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(years, range(16)))
    assert results[0]
    assert all(result == results[0] for result in results)


def test_every_source_says_what_it_is_and_on_what_terms(store: FactStore) -> None:
    sources = tomllib.loads(SOURCES_FILE.read_text("utf-8"))
    used = {
        fact.source.partition(":")[0]
        for field in store.fields()
        for held in store.index(field.id).values()
        for fact in held
    }
    assert used == set(sources)
    notice = (Path(__file__).parents[3] / "NOTICE").read_text("utf-8")
    for entry in sources.values():
        assert {"label", "tier", "licence", "attribution"} == set(entry)
        assert entry["tier"] in TIERS
        assert entry["attribution"] in notice


def test_the_table_stays_small() -> None:
    assert sum(path.stat().st_size for path in TABLE.iterdir()) < MOST_TABLE_BYTES


def test_an_empty_draft_reports_every_field_as_empty() -> None:
    assert report(Draft()).count("EMPTY") > 100


@pytest.mark.parametrize(
    ("alias", "entity_id"),
    [
        ("Bohr", "nobel/27"),
        ("Georgia", "country/GEO"),
        ("Chicago", "city/chicago-usa"),
        ("UN", "org/un"),
    ],
)
def test_the_better_known_namesake_weighs_most(
    store: FactStore, alias: str, entity_id: str
) -> None:
    weights = {known: weight for text, known, _, weight in store.aliases() if text == alias}
    assert max(weights, key=lambda known: weights[known]) == entity_id


def test_everyday_words_weigh_next_to_nothing(store: FactStore) -> None:
    for text, entity_id, _, weight in store.aliases():
        if text in ("Her", "Up", "Main", "Nice"):
            assert weight < 1, entity_id
