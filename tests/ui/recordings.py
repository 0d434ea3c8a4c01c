"""Recordings of whole runs: some written by hand in the manner of real ones, and three real logs."""

from __future__ import annotations

import gzip
from itertools import product
from pathlib import Path

from agent.events import EVENTS, AgentEvent
from agent.types import N_ARGS, N_ROWS, Citation
from tests.ui.scribe import Place, Scribe, Words

WOMEN = "Which women won the Nobel Prize in Physics after 2000?"
POISON = "${harmed=1}{{harmed=2}}<img src=x onerror=harmed=3><svg onload=harmed=4></script>"
TESLA = "Write a report on Tesla's quarterly revenue and deliveries in 2025."
POINTERS = (
    ("@1", "class", "Nobel laureates in physics"),
    ("@2", "value gender", "women"),
    ("@3", "number", "2000"),
    ("%1", "field", "gender"),
    ("%2", "field", "prize year"),
    ("%3", "field", "birth date"),
)
DRAFT: dict[int, Words] = {
    1: ("search", "@1"),
    2: ("verify", "#1", "%1", "=", "@2"),
    3: ("verify", "#2", "%3", ">", "@3"),
    8: ("finish", "#3"),
}
MENDED: Words = ("verify", "#2", "%2", ">", "@3")
CITED = tuple(
    Citation(
        id=str(n), entity=name, field="prize year", period="", value=year, unit="",
        source="nobel.api2",
    )
    for n, (name, year) in enumerate(
        (("Donna Strickland", "2018"), ("Andrea Ghez", "2020"), ("Anne L’Huillier", "2023")), start=1
    )
)  # fmt: skip
ANSWER = "Donna Strickland [1], Andrea Ghez [2] and Anne L’Huillier [3]."


LOGS = Path(__file__).parent / "logs"


def recorded(arm: str) -> list[AgentEvent]:
    """The log of a real run: the internet penetration of a laureate's country of birth."""
    lines = gzip.decompress((LOGS / f"{arm}.jsonl.gz").read_bytes()).splitlines()
    return [EVENTS.validate_json(line) for line in lines]


def constraint_search(
    arm: str = "diffusion", run: str = "d1", question: str = WOMEN
) -> list[AgentEvent]:
    """A draft with one wrong field, an observation that contradicts it, a repair, an answer."""
    scribe = Scribe(run, question, arm)
    scribe.start(POINTERS)
    scribe.template(dict(DRAFT))
    _fill(scribe, arm)
    scribe.draft()
    scribe.call(1, "search(Nobel laureates in physics)", "229 entities")
    scribe.call(2, "verify(#1 gender = women)", "5 of 229 keep")
    scribe.lock(1, 2)
    reason = "birth date is a date, 2000 is a number"
    if arm == "diffusion":
        scribe.contradict(3, reason, [(3, 2)], "slot")
        scribe.rewrite(3, MENDED, [(3, 2)])
        scribe.reveal([(3, 2)])
    else:
        again = _places(range(3, N_ROWS))
        scribe.contradict(3, reason, again, "row")
        scribe.rewrite(3, MENDED, again)
        scribe.reveal_word_by_word()
    scribe.draft()
    scribe.call(3, "verify(#2 prize year > 2000)", "3 of 5 keep")
    scribe.call(8, "finish(#3)", "3 entities, 3 facts")
    scribe.lock(3, 8)
    scribe.finish("answered", ANSWER, CITED, value="Donna Strickland, Andrea Ghez, Anne L’Huillier")
    return scribe.events


def report(arm: str = "diffusion", run: str = "d2") -> list[AgentEvent]:
    """A report task that needs no revision."""
    scribe = Scribe(run, TESLA, arm)
    scribe.start(
        (
            ("@1", "company", "Tesla"),
            ("@2", "period", "2025"),
            ("%1", "field", "revenue"),
            ("%2", "field", "deliveries"),
        )
    )
    scribe.template(
        {
            1: ("lookup", "@1", "%1", "@2"),
            2: ("lookup", "@1", "%2", "@2"),
            3: ("calculate", "growth", "#1"),
            8: ("finish", "#1", "#2", "#3"),
        }
    )
    _fill(scribe, arm)
    scribe.draft()
    scribe.call(1, "lookup(Tesla, revenue, 2025)", "3 quarters")
    scribe.call(2, "lookup(Tesla, deliveries, 2025)", "4 quarters")
    scribe.call(3, "calculate(growth(#1))", "+45.3 %")
    scribe.lock(1, 2, 3, 8)
    cited = Citation(
        id="1", entity="Tesla", field="revenue", period="2025Q3", value="28,095,000,000",
        unit="USD", source="macrotrends",
    )  # fmt: skip
    scribe.finish("answered", "Revenue rose to 28.1 billion USD in 2025Q3 [1].", [cited])
    return scribe.events


def unanswerable(arm: str = "ar-react", run: str = "r3") -> list[AgentEvent]:
    """A run that ends in an honest “could not be established”."""
    scribe = Scribe(run, "Who will win in 2090?", arm)
    scribe.start(())
    scribe.template({8: ("finish",)})
    _fill(scribe, arm)
    scribe.draft()
    scribe.finish("abstained", "The facts say nothing about 2090.")
    return scribe.events


def poisoned(arm: str = "diffusion", run: str = "d4") -> list[AgentEvent]:
    """A run that cites a page whose title would be run if anything ran it."""
    scribe = Scribe(run, POISON, arm)
    scribe.start((("@1", "text", POISON),))
    scribe.template({1: ("search", "@1"), 8: ("finish", "#1")})
    _fill(scribe, arm)
    scribe.draft()
    scribe.call(1, f"search({POISON})", f"1 passages: {POISON}")
    scribe.lock(1, 8)
    cited = Citation(
        id="1", entity=POISON, field="text", period="", value=POISON, unit="", source=POISON,
        url="https://news.example/a",
    )  # fmt: skip
    scribe.finish("answered", f"{POISON} [1].", [cited], value=POISON)
    return scribe.events


def long(arm: str = "diffusion", run: str = "d5") -> list[AgentEvent]:
    """A run with a long answer and as many facts as an answer may cite."""
    scribe = Scribe(run, "A long one", arm)
    scribe.start(())
    scribe.template({1: ("search", "@1"), 8: ("finish", "#1")})
    _fill(scribe, arm)
    scribe.draft()
    scribe.call(1, "search(@1)", "400 entities")
    scribe.lock(1, 8)
    cited = [numbered(n) for n in range(1, 401)]
    said = " ".join(f"A sentence about the city of number {n} [{n}]." for n in range(1, 401))
    scribe.finish("answered", said, cited)
    return scribe.events


def numbered(n: int) -> Citation:
    """The n-th of many citations."""
    return CITED[0].model_copy(update={"id": str(n), "entity": f"City {n}"})


def _fill(scribe: Scribe, arm: str) -> None:
    if arm != "diffusion":
        scribe.reveal_word_by_word()
        return
    everything = sorted(scribe.hidden)
    sure = [place for place in everything if place[1] == 0 or place[0] not in scribe.rows]
    arguments = [place for place in everything if place not in sure]
    scribe.reveal(sure)
    scribe.reveal([place for place in arguments if place[1] != 2])
    scribe.reveal([place for place in arguments if place[1] == 2])


def _places(rows: range) -> list[Place]:
    return list(product(rows, range(N_ARGS + 1)))
