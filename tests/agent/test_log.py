"""The event log: what is appended is there at once, whoever reads it and whatever crashes."""

from __future__ import annotations

from pathlib import Path
from threading import Event, Thread

from agent.events import AgentEvent, CallStarted, RunFinished, RunStarted
from agent.log import EventLog, follow, replay
from agent.types import RunResult

STARTED = RunStarted(run="r", at=0.0, question="为什么？", arm="diffusion", lang="zh")
RESULT = RunResult(question="q", arm="diffusion", status="answered", answer="a")
FINISHED = RunFinished(run="r", at=2.0, result=RESULT)


def call(row: int) -> CallStarted:
    return CallStarted(run="r", at=float(row), row=row, call="lookup(x)")


def written(path: Path, *events: AgentEvent) -> EventLog:
    log = EventLog(path)
    for event in events:
        log.append(event)
    return log


def test_a_replay_gives_back_every_event_in_order(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    written(path, STARTED, call(1), FINISHED).close()
    assert replay(path) == [STARTED, call(1), FINISHED]


def test_an_event_can_be_read_before_the_log_is_closed(tmp_path: Path) -> None:
    log = written(tmp_path / "events.jsonl", STARTED)
    assert replay(tmp_path / "events.jsonl") == [STARTED]
    log.close()


def test_a_log_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert replay(tmp_path / "events.jsonl") == []


def test_a_line_torn_by_a_crash_is_not_read_and_not_written_after(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    written(path, STARTED).close()
    with path.open("ab") as file:
        file.write(b'{"kind": "call_sta')
    assert replay(path) == [STARTED]
    written(path, call(2)).close()
    assert replay(path) == [STARTED, call(2)]


def test_a_follower_sees_events_as_the_log_grows(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    log = written(path, STARTED)
    seen: list[AgentEvent] = []
    arrived = Event()

    def read() -> None:
        for event in follow(path):
            seen.append(event)
            arrived.set()

    reader = Thread(target=read)
    reader.start()
    assert arrived.wait(10)
    assert seen == [STARTED]
    log.append(call(1))
    log.append(FINISHED)
    reader.join(10)
    log.close()
    assert seen == [STARTED, call(1), FINISHED]


def test_a_follower_may_begin_in_the_middle(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    written(path, STARTED, call(1), call(2), FINISHED).close()
    assert list(follow(path, skip=2)) == [call(2), FINISHED]


def test_a_follower_of_a_dead_run_reads_what_there_is_and_ends(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    written(path, STARTED, call(1)).close()
    assert list(follow(path, is_live=lambda: False)) == [STARTED, call(1)]
