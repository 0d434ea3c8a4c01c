"""Fields asked for by several ideas at once, in any order: men who smoke, and how many smoke among the men."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from agent.mentions import Mention, PhraseIndex, Token, stem, tokens

COMPOSED_FILE = Path(__file__).with_name("composed.toml")
_ENDING = re.compile(r"(?<=[a-z]{3})(?:ing|ed|e)$")
_DOUBLED = re.compile(r"([bdgmnpt])\1$")


@dataclass(frozen=True, slots=True)
class Composed:
    """A field that ideas speak for together: how many they are, and where the first of them is said."""

    field: str
    n_ideas: int
    start: int
    end: int


class ComposedIndex:
    """Finds in tokens the known fields whose ideas are all said; built once from the table."""

    def __init__(self, known: Container[str]) -> None:
        table = tomllib.loads(COMPOSED_FILE.read_text("utf-8"))
        self._fields = {i: ways for i, ways in table["fields"].items() if i in known}
        self._ideas: PhraseIndex[str] = PhraseIndex(stemmed=True)
        for idea, words in table["ideas"].items():
            for word in words.split("|"):
                self._ideas.add_words(_uninflected(tokens(word)), idea)

    def find(self, words: list[Token]) -> Iterator[Composed]:
        """Every field of which all ideas are said, each idea in words of its own."""
        said: dict[str, Mention[str]] = {}
        for mention in self._ideas.find(_uninflected(words)):
            for idea in mention.meanings:
                said.setdefault(idea, mention)
        for field_id, ways in self._fields.items():
            for ideas in ways:
                found = [said[idea] for idea in ideas if idea in said]
                if len(found) == len(ideas) == len({m.start for m in found}):
                    yield Composed(field_id, len(ideas), found[0].start, found[0].end)


def _uninflected(words: Iterable[Token]) -> list[Token]:
    """The tokens without the endings of verbs: `ships`, `shipping` and `shipped` are one idea."""
    return [w._replace(text=_DOUBLED.sub(r"\1", _ENDING.sub("", stem(w.text)))) for w in words]
