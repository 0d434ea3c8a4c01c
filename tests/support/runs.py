"""A small world for runs: three laureates, a few fields, a toolbox that answers from a table of calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from threading import Event, Lock

from agent.act import act
from agent.check import check
from agent.deps import Deps
from agent.dispatch import Dispatcher
from agent.draft import draft
from agent.events import AgentEvent
from agent.journal import Journal
from agent.kit import Kit
from agent.log import EventLog, replay
from agent.runner import Runner
from agent.settings import BudgetSettings, Settings
from agent.state import Clock, Limits, Reporter, RunState
from agent.tally import Tally
from agent.types import N_ARGS, N_ROWS, NIL, Arm, Brief, Budget, Plan, Pointer, Row
from model.types import LanguageModel, ScriptedModel
from tools.facts.store import Field
from tools.types import (
    Answer,
    Call,
    Entities,
    Entity,
    EntityClass,
    Fact,
    Failed,
    FieldRef,
    Observation,
    Period,
    Reason,
    Scalar,
    Table,
    Term,
    Text,
    Verdict,
)

CURIE = Entity("nobel/6", "Marie Curie", "laureate")
BOHR = Entity("nobel/21", "Niels Bohr", "laureate")
POLAND = Entity("country/POL", "Poland", "country")
QUESTION = "Where was Marie Curie born, and how many people live there?"

POINTERS = (
    Pointer("@1", "laureate", "Marie Curie", CURIE),
    Pointer("@2", "class laureate", "laureates", EntityClass("laureate", "laureates", "laureate")),
    Pointer("@3", "period year", "2024", Period("2024")),
    Pointer("@4", "laureate", "Niels Bohr", BOHR),
    Pointer("%1", "field", "birth country", FieldRef("birth_country", "birth country")),
    Pointer("%2", "field", "population", FieldRef("population", "population")),
)
BRIEF = Brief(QUESTION, "en", "where was @1 laureate born", POINTERS)


def make_field(key: str, types: str, kind: str = "number", near: str | None = None) -> Field:
    label = key.replace("_", " ")
    return Field(key, frozenset(types.split("|")), kind, label, f"{label}（中）", (), (), near, "")


FIELDS = {
    f.id: f
    for f in (
        make_field("birth_country", "laureate", "entity:country", near="birth_country_now"),
        make_field("birth_country_now", "laureate", "entity:country", near="birth_country"),
        make_field("population", "country"),
        make_field("area", "country"),
    )
}


class TableOfFields:
    """Knows the fields above."""

    def field(self, field_id: str) -> Field | None:
        return FIELDS.get(field_id)


@dataclass
class FixedLinker:
    """Links every question to the same brief, and offers as the real linker does."""

    brief: Brief = BRIEF

    def link(self, question: str) -> Brief:
        return replace(self.brief, question=question)

    def offer(
        self, brief: Brief, terms: Iterable[tuple[str, str, Term]]
    ) -> tuple[Brief, tuple[Pointer, ...]]:
        added: list[Pointer] = []
        for kind, label, target in terms:
            mark, room = ("%", 8) if isinstance(target, FieldRef) else ("@", 16)
            n = sum(p.symbol.startswith(mark) for p in (*brief.pointers, *added)) + 1
            if n <= room:
                added.append(Pointer(f"{mark}{n}", kind, label, target))
        return replace(brief, pointers=(*brief.pointers, *added)), tuple(added)


Reply = Observation | Callable[[Call], Observation]


@dataclass
class TableTools:
    """Answers by what a call asks: `lookup Marie Curie birth_country`; `finish` hands over its first row."""

    replies: Mapping[str, Reply]
    asked: list[str] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def run(self, call: Call) -> Observation:
        if call.tool == "finish":
            return _finished(call)
        key = said(call)
        with self._lock:
            self.asked.append(key)
        reply = self.replies.get(key, Failed(Reason.NO_VALUE, f"nothing on {key}"))
        return reply(call) if callable(reply) else reply


def _finished(call: Call) -> Observation:
    value = call.bindings.get(call.args["answer"].split(" ")[0])
    if not isinstance(value, Entities | Table | Scalar | Verdict):
        return Failed(Reason.BAD_EXPRESSION, "the answer names no row")
    facts = () if isinstance(value, Table) else value.facts
    return Answer("", value, facts)


def said(call: Call) -> str:
    """A call in plain words."""
    words = [call.tool]
    for text in call.args.values():
        for symbol, bound in sorted(call.bindings.items(), reverse=True):
            text = text.replace(symbol, _name(bound))
        words.append(text)
    return " ".join(words)


def _name(bound: object) -> str:
    match bound:
        case Entities(members):
            return "+".join(member.name for member in members)
        case FieldRef(key, _):
            return key
        case Entity(_, name, _):
            return name
        case Scalar(value):
            return str(value)
        case EntityClass(_, label):
            return label
        case Period(text) | Text(text):
            return text
    return type(bound).__name__


def fact(n: int, entity: Entity, key: str, value: str, source: str = "nobel.api2") -> Fact:
    number = Decimal(value) if value.replace(".", "").isdigit() else None
    return Fact(n, entity, key, value, number, "", "2024" if number else "", source)


def number(value: int, *facts: Fact, disagrees: bool = False, period: str = "2024") -> Scalar:
    return Scalar(Decimal(value), "people", period, facts, disagrees)


def entities(*members: Entity) -> Entities:
    return Entities(members, tuple(fact(n, m, "name", m.name) for n, m in enumerate(members, 90)))


BORN = Entities((POLAND,), (fact(1, CURIE, "birth_country", "Poland"),))
PEOPLE = number(36_620_970, fact(2, POLAND, "population", "36620970", "worldbank"))
REPLIES: dict[str, Reply] = {
    "lookup Marie Curie birth_country": BORN,
    "lookup Poland population": PEOPLE,
}


def script(rows: Mapping[int, str], finish: str = "") -> dict[str, str]:
    """What a filling says: `{1: "lookup @1 %1"}` and the rows that `finish` names."""
    words: dict[str, str] = {}
    for index in range(1, N_ROWS + 1):
        tool = "finish" if index == N_ROWS else "nop"
        given = [tool, *finish.split()] if index == N_ROWS else rows.get(index, tool).split()
        padded = (*given, *[NIL] * (N_ARGS + 1))[: N_ARGS + 1]
        words |= {f"{index}.{n or 'tool'}": word for n, word in enumerate(padded)}
    return words


def plan(rows: Mapping[int, str], finish: str = "") -> Plan:
    """The plan of such a script."""
    made = {**rows, N_ROWS: f"finish {finish}"}
    padded = {i: (*text.split()[1:], *[NIL] * N_ARGS)[:N_ARGS] for i, text in made.items()}
    return Plan(tuple(Row(i, made[i].split()[0], padded[i]) for i in sorted(made)))


BIRTHPLACE = script({1: "lookup @1 %1"}, "#1")
CHAIN = script({1: "lookup @1 %1", 2: "lookup #1 %2"}, "#2")


@contextmanager
def running(
    folder: Path,
    scripts: Sequence[Mapping[str, str]] | LanguageModel,
    toolbox: TableTools | None = None,
    **settings: object,
) -> Iterator[Runner]:
    """A runner over the small world."""
    lm = ScriptedModel(scripts) if isinstance(scripts, Sequence) else scripts
    loaders = dict.fromkeys(("diffusion", "ar-plan", "ar-react"), lambda: lm)
    kit = Kit(FixedLinker(), toolbox or TableTools(REPLIES), TableOfFields(), loaders)
    runner = Runner(_settings(folder, settings), kit)
    try:
        yield runner
    finally:
        runner.close()


def _settings(folder: Path, given: dict[str, object]) -> Settings:
    budget = {name: given.pop(name) for name in list(given) if name in BudgetSettings.model_fields}
    return Settings.model_validate(
        {"state_dir": folder, "cache_dir": folder, "budget": budget, **given}
    )


@contextmanager
def deps_of(
    folder: Path,
    scripts: Sequence[Mapping[str, str]] | LanguageModel = (CHAIN,),
    toolbox: TableTools | None = None,
    arm: Arm = "diffusion",
    budget: Budget | None = None,
) -> Iterator[Deps]:
    """What the nodes of one run work with, for tests of single nodes."""
    world = toolbox or TableTools(REPLIES)
    clock = Clock()
    limits = Limits(budget or Budget(), Event(), clock)
    with (
        closing(EventLog(folder / "events.jsonl")) as log,
        closing(Journal(folder / "calls.jsonl")) as journal,
        ThreadPoolExecutor(8) as pool,
    ):
        reporter = Reporter("test", log, clock)
        yield Deps(
            spec=Settings().arms()[arm],
            lm=ScriptedModel(scripts) if isinstance(scripts, Sequence) else scripts,
            linker=FixedLinker(),
            toolbox=world,
            fields=TableOfFields(),
            journal=journal,
            dispatcher=Dispatcher(world, journal, pool, reporter, limits),
            reporter=reporter,
            limits=limits,
            tally=Tally(limits.budget.max_tokens, journal),
        )


def linked(arm: Arm = "diffusion") -> RunState:
    """The state of a run whose question is linked."""
    return RunState(QUESTION, arm, brief=BRIEF)


def acted(state: RunState, deps: Deps) -> RunState:
    """The state after a draft and everything it sets in motion."""
    return check(act(draft(state, deps), deps), deps)


def happened(folder: Path, kind: str) -> list[AgentEvent]:
    """The events of a kind in a folder's log."""
    return [event for event in replay(folder / "events.jsonl") if event.kind == kind]
