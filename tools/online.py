"""The five tools with the world behind them: what the bundled facts do not know is looked for outside.

Guarantees: where the bundled facts answer, nothing is asked outside; an address is opened only if a search or the
user named it; whatever happens is an observation. Does not guarantee: that text which was found answers the question,
which is why it comes back as passages and not as values.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tools.catalogue import Facts
from tools.engines.chain import Chain
from tools.engines.types import Query
from tools.failures import CallFailed
from tools.grounding.layers import Entailment
from tools.grounding.verifying import is_about_passages, verify_text
from tools.live.facts import Live
from tools.live.reading import Library
from tools.live.several import MAX_THINGS, of_each
from tools.live.watching import watched
from tools.lookup import field_name
from tools.references import term, terms, words_of
from tools.sources.types import Found
from tools.subjects import period_of
from tools.toolbox import TOOLS, Tool, Toolbox
from tools.types import (
    Binding,
    Call,
    Entities,
    Entity,
    EntityClass,
    Failed,
    FieldRef,
    Observation,
    Passages,
    Quantity,
    Reason,
    Text,
)

_NOT_THERE = frozenset({Reason.EMPTY, Reason.UNKNOWN_ENTITY})
_NOT_KNOWN = frozenset(
    {Reason.UNKNOWN_ENTITY, Reason.UNKNOWN_FIELD, Reason.NO_VALUE, Reason.NO_VALUE_FOR_PERIOD}
)
_MAX_QUERY_CHARS = 300
_URL = re.compile(r"https?://\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Outside:
    """One run's ways out: search, live facts, pages and documents; a scorer for what only a model can judge.

    The `question` names nothing: its words as a whole are only searched for outside.
    """

    chain: Chain
    live: Live
    library: Library
    lang: str = "en"
    entailment: Entailment | None = None
    question: str = ""


class OnlineToolbox:
    """Runs calls against the bundled facts, and against the world where those do not know."""

    tools: tuple[Tool, ...] = TOOLS

    def __init__(self, store: Facts, outside: Outside) -> None:
        self._facts = Toolbox(store)
        self._outside = outside

    def run(self, call: Call) -> Observation:
        """Run one call to its observation."""
        try:
            return watched(self._run(call))
        except CallFailed as failure:
            return failure.failed

    def _run(self, call: Call) -> Observation:
        if call.tool == "verify" and is_about_passages(call):
            return verify_text(call, self._outside.library.ground, self._outside.entailment)
        if call.tool == "search":
            return self._search(call)
        if call.tool == "lookup":
            return self._lookup(call)
        return self._facts.run(call)

    def _search(self, call: Call) -> Observation:
        """Entities where the facts know them; for plain words that they do not know, passages."""
        query = call.args.get("query", "")
        if Text(self._outside.question) in terms(query, call.bindings):
            return self._searched(self._outside.question[:_MAX_QUERY_CHARS])
        found = self._facts.run(call)
        if not isinstance(found, Failed) or not _is_open(found, terms(query, call.bindings)):
            return found
        said = " ".join(_said(each) for each in terms(query, call.bindings))
        return self._searched(said)

    def _searched(self, words: str) -> Passages | Failed:
        outside = self._outside
        found = outside.chain.search(Query(words, outside.lang))
        if isinstance(found, Passages):
            outside.library.admit(found.members)
        return found

    def _lookup(self, call: Call) -> Observation:
        if not {"source", "field"} <= set(call.args):
            return self._facts.run(call)
        source = term(call.args["source"], call.bindings, "source")
        asked = _Asked.of(call)
        if isinstance(source, Passages):
            self._outside.library.admit(source.members)
            return self._outside.library.read_on(source.members, asked.words)
        if isinstance(source, Text) and (found := self._addressed(source.text.strip(), asked)):
            return found
        if asked.origin and self._outside.live.knows_origin(asked.origin):
            return self._outside.live.of(_name(source), asked.field, asked.period, asked.origin)
        return self._known(call, source, asked)

    def _addressed(self, text: str, asked: _Asked) -> Observation | None:
        """What stands at an address: a page that the user named, or an entity of a live source."""
        if _URL.fullmatch(text):
            return self._outside.library.open(text, asked.words)
        if self._outside.live.registry.is_address(text):
            return self._outside.live.at(text, asked.field, asked.period)
        return None

    def _known(self, call: Call, source: Binding, asked: _Asked) -> Observation:
        """What the facts say; else what live sources say of it, or of each of a few; else what a search finds."""
        found = self._facts.run(call)
        if not isinstance(found, Failed) or asked.origin or not self._is_open(found, source):
            return found
        if not (name := _name(source)):
            return self._of_several(source, asked, found)
        live = self._of_one(source, name, asked)
        if not isinstance(live, Failed):
            return live
        if found.reason is not Reason.UNKNOWN_ENTITY:
            return _most_telling(found, live)
        if live.reason in (Reason.AMBIGUOUS, Reason.BUDGET_EXHAUSTED, Reason.STOPPED):
            return live
        return self._searched(f"{name} {asked.words}")

    def _is_open(self, found: Failed, source: Binding) -> bool:
        """Whether others may know: of things that a live source named, the facts cannot even tell the kind."""
        if found.reason is Reason.TYPE_MISMATCH:
            return any(self._outside.live.registry.is_address(known) for known in _ids(source))
        return found.reason in _NOT_KNOWN

    def _of_one(self, thing: Binding, name: str, asked: _Asked) -> Found | Failed:
        """What the source that named a thing says of it; else what any says that knows its name."""
        live = self._outside.live
        for address in filter(live.registry.is_address, _ids(thing)):
            found = live.at(address, asked.field, asked.period)
            if not isinstance(found, Failed) or found.reason not in _NOT_KNOWN:
                return found
        return live.of(name, asked.field, asked.period)

    def _of_several(self, source: Binding, asked: _Asked, found: Failed) -> Observation:
        """What live sources say of each member of a small set; of a large one, what the facts said."""
        members = source.members if isinstance(source, Entities) else ()
        if not 1 < len(members) <= MAX_THINGS:
            return found
        told = of_each(members, asked.field, lambda each: self._of_one(each, each.name, asked))
        return _most_telling(found, told) if isinstance(told, Failed) else told


@dataclass(frozen=True, slots=True)
class _Asked:
    """The rest of a lookup: the field as a source knows it and as people say it, period and origin."""

    field: str
    label: str
    period: str | None
    origin: str

    @property
    def words(self) -> str:
        """What to look for in a text."""
        return f"{self.label} {self.period or ''}".strip()

    @classmethod
    def of(cls, call: Call) -> _Asked:
        """The rest of a call's arguments."""
        named = term(call.args["field"], call.bindings, "field")
        label = named.label if isinstance(named, FieldRef) else words_of(named)
        period, origin = (_optional(call, name) for name in ("period", "origin"))
        return cls(
            field_name(named),
            label,
            None if period is None else period_of(period),
            "" if origin is None else words_of(origin),
        )


def _optional(call: Call, name: str) -> Binding | None:
    text = call.args.get(name, "").strip()
    return term(text, call.bindings, name) if text else None


def _is_open(failed: Failed, query: tuple[Binding, ...]) -> bool:
    """Whether a search that the facts could not answer is about something that they do not know."""
    has_words = any(isinstance(each, Text) for each in query)
    has_class = any(isinstance(each, EntityClass) for each in query)
    return failed.reason in _NOT_THERE and has_words and not has_class


def _said(binding: Binding) -> str:
    if isinstance(binding, Quantity):
        return f"{binding.number:f} {binding.unit}".strip()
    return words_of(binding)


def _name(source: Binding) -> str:
    """The name of the one thing that a source is; empty for a set."""
    match source:
        case Text():
            return source.text.strip()
        case Entity():
            return source.name
        case Entities(members=(only,)):
            return only.name
    return ""


def _ids(source: Binding) -> tuple[str, ...]:
    """The ids of what is no mere name."""
    match source:
        case Entity(id=known):
            return (known,)
        case Entities(members=members):
            return tuple(member.id for member in members)
    return ()


def _most_telling(found: Failed, live: Failed) -> Failed:
    """What the facts say of a thing that they know, unless a live source was not able to say."""
    if live.reason in (*_NOT_KNOWN, *_NOT_THERE, Reason.NOT_FOUND):
        return found
    return Failed(live.reason, f"{found.detail}; {live.detail}", candidates=found.candidates)
