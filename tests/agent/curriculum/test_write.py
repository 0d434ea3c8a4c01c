"""Writing the curriculum: samples in parts, tasks by quota, a report of the mix, lines that never link."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest

from agent.curriculum.linkable import LineCheck
from agent.curriculum.mix import Mix
from agent.curriculum.phrasebook import Phrasebook
from agent.curriculum.samples import Sampler
from agent.curriculum.speech import Speech
from agent.curriculum.stream import tasks
from agent.curriculum.world import World
from agent.curriculum.write import write_part, write_tasks
from agent.judge import Task as JudgedTask
from agent.link import Linker
from agent.types import N_ARGS, N_ROWS, Brief, Pointer
from tools.facts.store import FactStore
from tools.types import FieldRef


@pytest.fixture(autouse=True)
def the_store_at_hand(store: FactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FactStore, "open", lambda _=None: store)


def test_a_part_holds_as_many_samples_as_asked_for(tmp_path: Path) -> None:
    mix = write_part(tmp_path, 7, 25)
    with gzip.open(tmp_path / "part-00007.jsonl.gz", "rt", encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    assert len(lines) == 25
    assert all(len(line["canvas"]) == len(line["weights"]) == N_ROWS * (N_ARGS + 2) for line in lines)  # fmt: skip
    assert mix.counts["kept"] + mix.counts["repairs"] >= 25


def test_tasks_are_written_by_quota_in_the_format_of_the_bench(tmp_path: Path) -> None:
    path = tmp_path / "tasks.jsonl"
    quotas = {"": 12, "newfield": 3}
    write_tasks(path, quotas, 5, frozenset({"listing", "counting", "planted"}))  # type: ignore[arg-type]
    found = [JudgedTask.model_validate_json(line) for line in path.read_text("utf-8").splitlines()]
    assert sum(task.topology == "held-out newfield" for task in found) == 3
    assert len(found) == len({task.id for task in found}) == 15


def test_the_mix_tells_shares_and_what_was_dropped(
    store: FactStore, linker: Linker, speech: Speech
) -> None:
    sampler = Sampler(store, linker)
    stream = tasks(World(store, held_out=False), speech, 3)
    for _ in range(60):
        list(sampler.samples(next(stream), random.Random(1)))
    text = "\n".join(sampler.mix.lines())
    assert "tasks became samples" in text
    assert "language: en" in text
    assert "most often missing" in text


def test_mixes_add_up() -> None:
    one, other = Mix([("kept", 2)]), Mix([("kept", 3), ("dropped", 1)])
    one.add(other)
    assert one.counts["kept"] == 5
    assert "1 did not link (16.7%)" in next(one.lines())


class LongOnly:
    """Links nothing but the word long."""

    def link(self, question: str) -> Brief:
        fields = [Pointer("%1", "field", "length", FieldRef("length", "length"))]
        return Brief(question, "en", question, tuple(fields if "long" in question else ()))


def test_a_line_that_never_links_is_named(
    store: FactStore, speech: Speech, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "a.toml").write_text(
        'types = ["river"]\n[length]\nask = ["How long is {e}?", "How grumpy is {e}?"]\n'
    )
    monkeypatch.setattr(speech, "books", {"en": Phrasebook("en", tmp_path)})
    found = list(LineCheck(store, LongOnly(), speech, "en").unlinked())
    assert [line for _, _, line, _ in found] == ["How grumpy is {e}?"]
