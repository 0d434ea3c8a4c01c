"""Which lines of the language files does the linker understand? Each is tried on a few things that carry the field."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from agent.curriculum.grammar import Phrase
from agent.curriculum.noise import plain
from agent.curriculum.speech import Speech
from agent.types import Brief, Language
from tools.facts.store import FactStore, Field
from tools.types import Entity, Fact, FieldRef

TRIALS = 4
_AMOUNTS: Mapping[Language, Mapping[str, str]] = {
    "en": {"p": "in 2020", "q": "more than 50", "r": "above 50", "t": "after 1950"},
    "zh": {"p": "2020年", "q": "超过50", "r": "高于50", "t": "1950年以后"},
}
_AS_ASKED: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "np": "What is the {x} of {e}?", "rel": "What is the name of {x}?", "pre": "Name all {x} {n}.", "says": "Is it true that {x}?",
        **dict.fromkeys(("beats", "trails"), "Is it true that {x}?"),
        **dict.fromkeys(("that", "not", "more", "less"), "Which are the {n} {x}?"),
        **dict.fromkeys(("does", "surpass", "trail"), "Which {n} {x}?"),
        **dict.fromkeys(("top", "low"), "What is the {x} of the {n}?"),
        **dict.fromkeys(("most", "least"), "Which of the {n} {x}?"),
    },
    "zh": {
        "np": "{e}的{x}是多少？", "rel": "{x}叫什么？", "pre": "列出{x}{n}。",
        **dict.fromkeys(("says", "beats", "trails"), "{x}，对吗？"),
        **dict.fromkeys(("that", "not", "more", "less", "does", "surpass", "trail"), "哪些{n}{x}？"),
        **dict.fromkeys(("top", "low", "most", "least"), "哪个{n}{x}？"),
    },
}  # fmt: skip


class Links(Protocol):
    """What links questions."""

    def link(self, question: str) -> Brief:
        """The brief of a question."""
        ...


class LineCheck:
    """Tries the lines of one language."""

    def __init__(self, store: FactStore, links: Links, speech: Speech, lang: Language) -> None:
        self._store, self._links, self._speech, self._lang = store, links, speech, lang
        self._nouns = {c.type: speech.group(random.Random(0), c, lang) for c in store.classes() if c.id == c.type}  # fmt: skip

    def unlinked(self) -> Iterator[tuple[str, str, str, str]]:
        """Field, role, line and a sentence, for lines whose field is offered less than every other time."""
        fields = {field.id: field for field in self._store.fields()}
        for (field_id, type_), held in self._speech.books[self._lang].fields.items():
            field = fields[field_id]
            known = [
                f[0] for f in self._store.index(field_id).values() if f[0].entity.type == type_
            ]
            for role, phrases in held.items():
                if known and role not in ("high", "lows"):
                    yield from self._of_role(field, role, phrases, known)

    def _of_role(
        self, field: Field, role: str, phrases: Sequence[Phrase], known: Sequence[Fact]
    ) -> Iterator[tuple[str, str, str, str]]:
        for phrase in phrases:
            rng = random.Random(phrase.source)
            said = [self._sentence(rng, phrase, role, rng.choice(known), rng.choice(known).entity) for _ in range(TRIALS)]  # fmt: skip
            missed = [text for text in said if not self._offers(text, field.id)]
            if len(missed) * 2 > TRIALS:
                yield field.id, role, phrase.source, missed[0]

    def _offers(self, text: str, field_id: str) -> bool:
        targets = (pointer.target for pointer in self._links.link(text).pointers)
        return any(isinstance(t, FieldRef) and t.id == field_id for t in targets)

    def _sentence(
        self, rng: random.Random, phrase: Phrase, role: str, fact: Fact, other: Entity
    ) -> str:
        name, second = self._name(rng, fact.entity), self._name(rng, other)
        target = self._store.entity(fact.value_id) if fact.value_id else None
        value = self._name(rng, target) if target else fact.value
        is_value = role in ("that", "not", "does", "says", "pre")
        slots = {"e": name, "a": name, "b": second, "v": value if is_value else second, **_AMOUNTS[self._lang]}  # fmt: skip
        given = {k: v for k, v in slots.items() if k in phrase.tree.needs}
        said = phrase.say(rng, given)
        frame = _AS_ASKED[self._lang].get(role, "{x}")
        return frame.format(x=said, e=name, n=self._nouns.get(fact.entity.type, ""))

    def _name(self, rng: random.Random, entity: Entity) -> str:
        return plain(self._speech.name(rng, entity, self._lang))
