"""Names, classes and values, each place read one way."""

from __future__ import annotations

import csv
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

import agent.lexicon
import agent.link
from agent.link import Linker
from tools.facts.store import FactStore
from tools.types import Entity, EntityClass, Period, Quantity, Term, Text

LEXICON = Path(agent.lexicon.__file__).parent
VALUES = Path(agent.link.__file__).with_name("values.toml")


def targets(linker: Linker, question: str) -> list[Term]:
    return [p.target for p in linker.link(question).pointers]


def ids(linker: Linker, question: str) -> list[str]:
    return [t.id for t in targets(linker, question) if isinstance(t, Entity | EntityClass)]


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("populaton of switzerlnd", "country/CHE"),
        ("size of the Dutch economy", "country/NLD"),
        ("Japanese-born people with a Nobel", "country/JPN"),
        ("Malala's age", "nobel/914"),
        ("teslas deliveries in 2024 Q3", "company/TSLA"),
        ("gravity on the Red Planet", "planet/mars"),
        ("how high is everest in metres", "mountain/mt-everest"),
        ("depth of the caspian", "lake/caspian-sea"),
        ("capital of what was once Ceylon", "country/LKA"),
        ("boiling point of mercury in kelvin", "element/Hg"),
        ("how far is mercury from the sun", "planet/mercury"),
        ("length of the Amazon river", "river/amazonas"),
        ("fast chargers in Norway", "region/norway"),
        ("population of Norway", "country/NOR"),
        ("To which archipelago does Malta belong?", "island/malta"),
        ("population of Malta", "country/MLT"),
        ("how did BEV sales in Cyprus change", "region/cyprus"),
        ("澳大利亚最大的沙漠", "desert"),
        ("density of Ganymede relative to Io", "moon/io"),
        ("Is the Ucayali longer than the Putumayo", "river/rio-putumayo"),
        ("Which moons are bigger than our moon?", "moon/moon"),
        ("how long is the Niger", "river/niger"),
        ("how long do people live in Niger", "country/NER"),
        ("how deep does tanganyika go", "lake/lake-tanganjika"),
        ("which lake in Malawi is deepest", "country/MWI"),
        ("爱因思坦哪天去世的", "nobel/26"),
        ("泰戈尔是哪一年获奖的", "nobel/583"),
        ("铁的熔点", "element/Fe"),
        ("中美两国谁的人口多", "country/USA"),
        ("《泰坦尼克号》拿了几座小金人", "film/tt0120338"),
    ],
)
def test_a_name_means_what_the_rest_speaks_of(linker: Linker, question: str, meant: str) -> None:
    assert meant in ids(linker, question)


@pytest.mark.parametrize(
    ("question", "not_meant"),
    [
        ("sources would be nice, population of Norway", "city/nice-f"),
        ("born in France and died there, which laureates", "nobel/590"),
        ("NASA picked which astronauts", "company/NWSA"),
        ("我想知道金融公司的市值", "element/Au"),
        ("小李子捧回小金人的那部电影的导演", "element/Au"),
        ("how many doctors per 1000 ppl does cuba have", "company/PPL"),
        ("who are male laureates", "city/male-mv"),
        ("which companies are run by grown-ups", "company/UPS"),
        ("how many hydrogen cars did Japan buy in 2022", "element/H"),
        ("tesla's energy business doubled", "company:energy"),
    ],
)
def test_everyday_words_are_no_names(linker: Linker, question: str, not_meant: str) -> None:
    assert not_meant not in ids(linker, question)


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("Who won the physics prize back in 1921?", "prize/physics-1921"),
        ("peace prize of 1994, everyone who shared it", "prize/peace-1994"),
        ("1921年的物理学奖颁给了哪位", "prize/physics-1921"),
        ("women who won the Nobel Prize in Physics after 2000", "laureate:physics"),
        ("chemistry Nobel winners born in Hungary", "laureate:chemistry"),
        ("landlocked african states", "country:landlocked"),
        ("landlocked african states", "country:africa"),
        ("longest river in Europe", "country:europe"),
        ("能源板块里市值最高的公司", "company:energy"),
    ],
)
def test_classes_and_prizes_are_composed(linker: Linker, question: str, meant: str) -> None:
    assert meant in ids(linker, question)


def test_a_continent_is_what_the_text_speaks_of(linker: Linker) -> None:
    assert "region/europe" in ids(linker, "EV sales in Europe in 2023")
    assert "country:europe" in ids(linker, "smallest country in Europe")
    assert Text("Europe") in targets(linker, "laureates born in Europe")


@pytest.mark.parametrize(
    ("question", "implied"),
    [
        ("Who was aboard Apollo 11?", "astronaut"),
        ("What empties into lake victoria?", "river"),
        ("which of the canary islands is the largest?", "island"),
    ],
)
def test_a_class_that_goes_without_saying_stands_at_the_end(
    linker: Linker, question: str, implied: str
) -> None:
    brief = linker.link(question)
    assert implied in ids(linker, question)
    assert brief.text.endswith(f"class {implied}")


def test_what_a_country_has_as_well_is_no_value_of_elements_or_astronauts(linker: Linker) -> None:
    assert Text("gas") not in targets(linker, "gas that Germany buys in")
    assert Text("gas") in targets(linker, "which elements are a gas")


def test_everyday_words_beside_a_country_speak_for_no_company(linker: Linker) -> None:
    assert ids(linker, "what do factories in Sri Lanka turn out") == ["country/LKA"]
    assert "company/AAPL" in ids(linker, "how many iPhones did Germany buy")


def test_what_is_named_implies_no_class(linker: Linker) -> None:
    for question in ("population of France", "Tesla's profit in 2024", "Where was Bohr born?"):
        assert not [t for t in targets(linker, question) if isinstance(t, EntityClass)]


def test_a_year_beside_companies_alone_is_fiscal(linker: Linker) -> None:
    assert Period("FY2024") in targets(linker, "Microsoft revenue in 2024")
    assert Period("2024") in targets(linker, "GDP of Norway in 2024")
    assert Period("1980") in targets(linker, "companies founded after 1980")


def test_implied_numbers_and_decades_leave_the_words(linker: Linker) -> None:
    twice = linker.link("more than twice as many people in Norway as in Malta")
    assert "twice" in twice.text.split()
    assert Quantity(Decimal(2)) in [p.target for p in twice.pointers]
    loss = linker.link("did Tesla make a loss in Q1 2024?")
    assert Quantity(Decimal(0)) in [p.target for p in loss.pointers]
    decade = linker.link("Best Picture winners from the seventies")
    assert "seventies" in decade.text.split()
    assert "@2 period year @3 period year" in decade.text


def test_slips_are_mended_in_the_text(linker: Linker) -> None:
    assert linker.link("populaton of France").text == "population %1 of @1 country"


def test_every_value_is_one_of_the_facts(store: FactStore) -> None:
    for field_id, values in tomllib.loads(VALUES.read_text("utf-8")).items():
        known = {fact.value for facts in store.index(field_id).values() for fact in facts}
        assert set(values) <= known, field_id


def test_every_state_is_one_that_companies_sit_in(store: FactStore) -> None:
    seats = {fact.value for facts in store.index("headquarters").values() for fact in facts}
    with (LEXICON / "states.tsv").open(encoding="utf-8") as lines:
        states = [row["state"] for row in csv.DictReader(lines, delimiter="\t")]
    assert len(states) == len(set(states))
    assert [s for s in states if not any(seat.endswith(f", {s}") for seat in seats)] == []


@pytest.mark.parametrize(("table", "at_least"), [("demonyms.tsv", 200), ("nicknames.tsv", 40)])
def test_every_people_and_nickname_is_of_something(
    store: FactStore, table: str, at_least: int
) -> None:
    with (LEXICON / table).open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    assert len(rows) > at_least
    assert [row["entity"] for row in rows if store.entity(row["entity"]) is None] == []


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("population of the Land of the Rising Sun", "country/JPN"),
        ("how many EVs were sold in the emerald isle in 2024?", "region/ireland"),
        ("枫叶之国的首都", "country/CAN"),
        ("market cap of Big Blue", "company/IBM"),
        ("net income of Elon's carmaker in 2021", "company/TSLA"),
        ("how many EVs were sold in the States in 2022", "region/united-states"),
    ],
)
def test_a_nickname_stands_for_its_thing_and_a_country_s_for_its_market(
    linker: Linker, question: str, meant: str
) -> None:
    assert [t.id for t in targets(linker, question) if isinstance(t, Entity)] == [meant]


@pytest.mark.parametrize(
    ("question", "value", "group"),
    [
        ("which utilities are headquartered in Ohio", "Ohio", "company"),
        ("airlines based in Texas", "Texas", "company"),
        ("总部在加州的科技公司有哪些", "California", "company:technology"),
        ("Canary Islands: which ones rise above 1500 m", "Canary Islands", "island"),
        ("which organisations won the peace prize", "organization", "laureate:peace"),
        ("哪些组织得过诺贝尔和平奖", "organization", "laureate:peace"),
    ],
)
def test_a_value_tells_what_things_are_meant(
    linker: Linker, question: str, value: str, group: str
) -> None:
    assert Text(value) in targets(linker, question)
    assert ids(linker, question) == [group]


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("how long is the Ohio river", "river/ohio-river"),
        ("which organization is headquartered in Geneva", "organization"),
    ],
)
def test_the_words_of_a_value_mean_other_things_elsewhere(
    linker: Linker, question: str, meant: str
) -> None:
    assert meant in ids(linker, question)


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("Baikal, Tanganyika or Victoria: which is deepest?", ("lake", "lake", "lake")),
        ("Elbrus, Kilimanjaro, Washington: highest?", ("mountain", "mountain", "mountain")),
        ("Paris, London and Washington, population", ("city", "city", "city")),
        ("GDP of Germany, France and Georgia", ("country", "country", "country")),
        ("Tesla, Mercury", ("company", "planet")),
    ],
)
def test_names_in_a_list_are_of_one_kind(
    linker: Linker, question: str, meant: tuple[str, ...]
) -> None:
    found = [t.type for t in targets(linker, question) if isinstance(t, Entity)]
    assert tuple(found) == meant


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("The Norwegian EV market in 2023", "region/norway"),
        ("Italians bought how many electric cars in 2024?", "region/italy"),
        ("what do Norwegians earn per head", "country/NOR"),
        ("how many Earths fit across Jupiter", "planet/earth"),
    ],
)
def test_a_people_is_its_country_or_its_market(linker: Linker, question: str, meant: str) -> None:
    assert meant in ids(linker, question)


def test_an_internet_domain_is_a_value_and_the_end_of_a_sentence_is_none(linker: Linker) -> None:
    assert Text(".bw") in targets(linker, "capital of the country with addresses ending in .bw.")
    assert not any(isinstance(t, Text) for t in targets(linker, "area of Chad. In Niger too"))


def test_a_year_of_deliveries_is_fiscal_whatever_else_leans_to_a_founding(linker: Linker) -> None:
    assert Period("FY2025") in targets(linker, "特斯拉2025年全年交车比2024年少了百分之几？")


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("iPhone sales in fiscal 2024", "company/AAPL"),
        ("What did LinkedIn bring in in FY2023?", "company/MSFT"),
        ("2024年第二季度超充桩有多少个", "company/TSLA"),
        ("Which country had the greatest EV share in 2022?", "region"),
    ],
)
def test_what_one_company_or_market_has_needs_no_name(
    linker: Linker, question: str, meant: str
) -> None:
    assert meant in ids(linker, question)


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("life insurers from Ohio", "Ohio"),
        ("which railroads are worth most", "Rail Transportation"),
        ("市值最大的药企", "Pharmaceuticals"),
        ("films that won the makeup and hair Oscar", "Makeup and Hairstyling"),
        ("Which physics laureates won the whole prize on their own?", "1"),
        ("谁拒领过诺贝尔奖", "declined"),
    ],
)
def test_everyday_words_stand_for_values(linker: Linker, question: str, value: str) -> None:
    assert value in [t.text for t in targets(linker, question) if isinstance(t, Text)]


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("who were crowned in chemistry in 1998", "prize/chemistry-1998"),
        ("youngest woman to be honoured in medicine?", "laureate:medicine"),
        ("production design winners since 2015", "film"),
        ("who collected the trophies for Schindler's List", "film/tt0108052"),
    ],
)
def test_a_subject_and_an_award_tell_what_is_meant(
    linker: Linker, question: str, meant: str
) -> None:
    assert meant in ids(linker, question)


def test_a_class_that_has_nothing_to_do_with_the_thing_named_says_that_nothing_fits(
    linker: Linker,
) -> None:
    assert "element" in ids(linker, "what's the melting point of Lake Geneva")
