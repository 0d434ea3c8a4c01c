"""Every field that came with the breadth of the facts is offered when people ask for it (`askings.tsv`)."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from agent.link import Linker
from tools.facts.store import FactStore
from tools.types import FieldRef

ASKINGS = Path(__file__).with_name("askings.tsv")
PER_LANGUAGE = 2


def askings(lang: str) -> list[tuple[str, str]]:
    """Field and question of every asking in a language."""
    with ASKINGS.open(encoding="utf-8") as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        return [(row["field"], row["question"]) for row in rows if row["lang"] == lang]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_asking_offers_its_field(linker: Linker, lang: str) -> None:
    assert [(f, q) for f, q in askings(lang) if f not in _offered(linker, q)] == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_field_is_asked_for_in_two_ways_at_least(store: FactStore, lang: str) -> None:
    counts = Counter(field for field, _ in askings(lang))
    assert min(counts.values()) >= PER_LANGUAGE
    assert {field for field in counts if store.field(field) is None} == set()


def _offered(linker: Linker, question: str) -> list[str]:
    targets = (pointer.target for pointer in linker.link(question).pointers)
    return [target.id for target in targets if isinstance(target, FieldRef)]
