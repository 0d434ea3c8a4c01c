"""What the language files may hold (`language/spec.toml`), and whether they keep to it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from agent.curriculum.grammar import Phrase, PhraseError
from agent.curriculum.phrasebook import LANGUAGE, Phrasebook
from tools.facts.fields import Field

MANY = 10  # in a shorter list a line may stand twice, so that it is said more often
_CJK = re.compile(r"[一-鿿]")


@dataclass(frozen=True, slots=True)
class Rule:
    """What the lines of one role or frame must and can say, and how many of them are wanted."""

    needs: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    one_of: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    count: int = 0
    is_open: bool = False

    def complaint(self, phrase: Phrase) -> str:
        """What is wrong with the slots of a phrase; empty where nothing is."""
        if missing := self.needs - phrase.tree.needs:
            return f"must say {_listed(missing)}"
        if extra := phrase.tree.takes - self.needs - self.may - self.one_of:
            return f"has no slot {_listed(extra)} here"
        if self.one_of and len(phrase.tree.takes & self.one_of) != 1:
            return f"must say one of {_listed(self.one_of)}"
        return ""


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((LANGUAGE / "spec.toml").read_text("utf-8"))


def _rule(entry: Mapping[str, Any]) -> Rule:
    sets = {name: frozenset(entry.get(name, ())) for name in ("needs", "may", "one_of", "kinds")}
    return Rule(**sets, count=entry.get("count", 0), is_open=entry.get("free", False))


@cache
def roles() -> dict[str, Rule]:
    """The rule of every role of a field."""
    return {name: _rule(entry) for name, entry in _table()["roles"].items()}


@cache
def frames() -> dict[str, Rule]:
    """The rule of every frame; a rule that is open holds for all lists below its name."""
    return dict(_rules(_table()["frames"], ""))


def _rules(table: Mapping[str, Any], above: str) -> Iterator[tuple[str, Rule]]:
    for name, entry in table.items():
        if "about" in entry:
            yield above + name, _rule(entry)
        else:
            yield from _rules(entry, f"{above}{name}.")


def frame_rule(name: str) -> Rule | None:
    """The rule for a list of frames."""
    above = frames().get(name.partition(".")[0])
    return frames().get(name) or (above if above and above.is_open else None)


def complaints(book: Phrasebook, fields: Mapping[str, Field]) -> Iterator[str]:
    """Every line that breaks a rule, in words."""
    for name, phrases in book.frames.items():
        rule = frame_rule(name)
        if rule is None:
            yield f"{book.lang}: no frame is called {name!r}; known: spec.toml"
        else:
            yield from _wrong(f"{book.lang}: {name}", phrases, rule, book.lang)
    for field_id in {field_id for field_id, _ in book.fields} - fields.keys():
        yield f"{book.lang}: no field is called {field_id!r}"
    for field_id, type_, held in _carried(book, fields):
        for role, phrases in held.items():
            where = f"{book.lang}: {field_id} of {type_}: {role}"
            if role in roles():
                yield from _wrong(where, phrases, roles()[role], book.lang)
            else:
                yield f"{where}: no such role"


def _carried(
    book: Phrasebook, fields: Mapping[str, Field]
) -> Iterator[tuple[str, str, Mapping[str, list[Phrase]]]]:
    """What is said of each field for each type that carries it."""
    for (field_id, type_), held in book.fields.items():
        if field_id in fields and type_ in fields[field_id].types:
            yield field_id, type_, held


def _wrong(where: str, phrases: Iterable[Phrase], rule: Rule, lang: str) -> Iterator[str]:
    seen: set[str] = set()
    for phrase in phrases:
        try:
            complaint = rule.complaint(phrase)
        except PhraseError as error:
            complaint = str(error)
        if phrase.source in seen and rule.count >= MANY:
            complaint = "stands there twice"
        if lang == "en" and _CJK.search(phrase.source):
            complaint = "is not English"
        seen.add(phrase.source)
        if complaint:
            yield f"{where}: {phrase.source!r} {complaint}"


def missing(book: Phrasebook, fields: Mapping[str, Field]) -> Iterator[tuple[str, int, int]]:
    """Every list that is shorter than wanted: its name, how many lines it has, how many it should have.

    Of what is asked seldom, a few lines are enough.
    """
    for name, rule in frames().items():
        n = sum(len(held) for key, held in book.frames.items() if _is_under(key, name))
        if n < rule.count:
            yield name, n, rule.count
    common = (c for c in _carried(book, fields) if not book.is_seldom(c[0], c[1]))
    for field_id, type_, held in common:
        kind = fields[field_id].kind.split(":")[0]
        for role, rule in roles().items():
            n = len(held.get(role, ()))
            if kind in rule.kinds and n < rule.count and not (role == "does" and book.lang == "zh"):
                yield f"{field_id} of {type_}: {role}", n, rule.count


def _is_under(key: str, name: str) -> bool:
    return key == name or key.startswith(f"{name}.")
