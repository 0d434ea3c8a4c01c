"""Names that the facts do not know: the first becomes a pointer, and the embedded planner can look it up."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from agent.factory import load
from agent.kit import Kit
from agent.link import Linker
from agent.runner import Runner
from agent.settings import Settings
from agent.strangers import OpenLinker, stranger
from tests.support.live import TableSource
from tools.facts.store import FactStore
from tools.reach import WorldOptions
from tools.toolbox import Toolbox
from tools.types import FieldRef, Text
from tools.web.options import Egress, WebOptions
from tools.web.scripted import ScriptedWeb
from tools.world import Doubles, World

PLANNER = Path(__file__).parents[2] / "model" / "weights" / "planner"


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("What is the population of Arnsberg?", "Arnsberg"),
        ("What was OpenAI's revenue in 2024?", "OpenAI"),
        ("How tall is the Tower of the Winds at Soest?", "Tower of the Winds"),
        ("Who founded “Arnsberg works”?", "Arnsberg works"),
        ("What is the population of wikidata:Q1234?", "wikidata:Q1234"),
        ("What does https://news.example/a say?", "https://news.example/a"),
        ("阿恩斯贝格的人口是多少？", "阿恩斯贝格"),
        ("《红楼梦》有多少回？", "红楼梦"),
        ("how many people live there?", ""),
        ("Which is the largest?", ""),
    ],
)
def test_a_name_is_told_by_its_form(question: str, name: str) -> None:
    assert stranger(question) == name


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("What is the population of Arnsberg?", "what is the population %1 of @1 country ?"),
        ("What was the revenue of Arnsberg Motors?", "what was the revenue %1 of @1 company ?"),
        ("阿恩斯贝格的人口是多少？", "@1 country 的人口 %1 是多少？"),
    ],
)
def test_a_stranger_is_a_pointer_of_the_kind_that_has_the_field(
    linker: Linker, store: FactStore, question: str, text: str
) -> None:
    brief = OpenLinker(linker, store).link(question)
    assert brief.text == text
    pointer = brief.pointer("@1")
    assert pointer is not None
    assert pointer.target == Text(stranger(question))
    assert isinstance(brief.pointers[-1].target, FieldRef)


@pytest.mark.parametrize(
    "question",
    [
        "What is the population of Norway?",
        "Which countries border Norway?",
        "How many laureates were born in Poland after 1900?",
        "爱因斯坦出生在哪个国家？",
        "how many people live there?",
    ],
)
def test_what_the_facts_know_is_linked_as_ever(
    linker: Linker, store: FactStore, question: str
) -> None:
    assert OpenLinker(linker, store).link(question) == linker.link(question)


def test_the_embedded_planner_looks_a_stranger_up_where_a_source_knows_it(
    tmp_path: Path, linker: Linker, store: FactStore
) -> None:
    if not PLANNER.is_dir():
        pytest.skip("the embedded planner is not trained yet")
    source = TableSource({("Arnsberg", "population"): 73_456})
    options = WorldOptions(WebOptions(egress=Egress.PUBLIC))
    world = World(store, options, Doubles(ScriptedWeb({}), adapters=[source]))
    lm = load("embedded")
    kit = Kit(OpenLinker(linker, store), Toolbox(store), store, {"diffusion": lambda: lm}, world)
    settings = Settings(state_dir=tmp_path, cache_dir=tmp_path)
    with closing(world), closing(Runner(settings, kit)) as runner:
        result = runner.run("What is the population of Arnsberg?", "diffusion")
    assert (result.status, result.value, result.unit) == ("answered", "73456", "people")
    assert result.citations[0].url == "https://almanac.example/Arnsberg"
    assert result.citations[0].revision == "r7"
