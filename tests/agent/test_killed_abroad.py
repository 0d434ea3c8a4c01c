"""A run over a recording that is killed at any request or call goes on to the same end, and repeats no call."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.types import RunResult
from tests.support.deaths import ran
from tests.support.worlds import PAGE, TEXT, recorded
from tools.web.scripted import page

KILLED_AT = ("", *(f"request {n}" for n in range(3)), *(f"call {n}" for n in range(4)))

# Imports and reads the facts once; each run and each resumption has a process of its own, and the trials go on side by
# side. A request is killed before its answer is read, a call before its observation is kept (even numbers) or after it
# (odd ones).
CHILD = """
import os, signal, sys
from pathlib import Path
from agent.journal import Journal
from tests.support.deaths import begun, how_ended, in_a_process
from tests.support.worlds import abroad, few_facts, replaying
from tools.web.recording import ReplayWeb

def deadly(folder, when):
    read, keep, seen = ReplayWeb.get, Journal.keep, {"request": 0, "call": 0}

    def passed(what):
        n, seen[what] = seen[what], seen[what] + 1
        if when == f"{what} {n}":
            os.kill(os.getpid(), signal.SIGKILL)

    def get(self, request):
        passed("request")
        with (folder / "asked.txt").open("a") as file:
            print(request.address, file=file, flush=True)
        return read(self, request)

    def kept(self, key, outcome):
        passed("call")
        keep(self, key, outcome)
        passed("call")

    ReplayWeb.get, Journal.keep = get, kept

def work(folder, tape, when):
    deadly(folder, when)
    with abroad(folder, options=replaying(tape)) as runner:
        if not runner.settings.runs_dir.exists():
            runner.run("How many people does the Arnsberg plant employ?", "diffusion")
        (run_id,) = [path.name for path in runner.settings.runs_dir.iterdir()]
        (folder / "result.json").write_text(runner.resume(run_id).model_dump_json())

def trial(folder, tape, when):
    folder.mkdir()
    assert in_a_process(work, folder, tape, when) == (-signal.SIGKILL if when else 0), when
    assert in_a_process(work, folder, tape, "") == 0, when

base, tape = Path(sys.argv[1]), Path(sys.argv[2])
few_facts()
trials = [begun(trial, base / (when or "whole"), tape, when) for when in sys.argv[3:]]
sys.exit(any([how_ended(pid) for pid in trials]))
"""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for each moment of death, with what was asked and how the run ended."""
    base = tmp_path_factory.mktemp("killed")
    plain = page(PAGE, TEXT, "text/plain")  # read without a process of its own
    tape = recorded(tmp_path_factory.mktemp("tape"), **{PAGE: plain})
    ran(CHILD, str(base), str(tape), *KILLED_AT)
    return base


def ending(folder: Path) -> RunResult:
    return RunResult.model_validate_json((folder / "result.json").read_text("utf-8"))


def kept(folder: Path) -> list[str]:
    """The names of the calls whose observations are kept, as often as they were."""
    (journal,) = folder.glob("runs/*/calls.jsonl")
    entries = map(json.loads, journal.read_text("utf-8").splitlines())
    return [entry[1] for entry in entries if entry[0] == "keep"]


@pytest.mark.parametrize("when", KILLED_AT[1:])
def test_a_run_that_is_killed_anywhere_ends_as_the_whole_one(runs: Path, when: str) -> None:
    whole, resumed = ending(runs / "whole"), ending(runs / when)
    assert whole.status == "answered"
    assert TEXT in whole.answer
    assert whole.citations[0].url == PAGE
    own = {"metrics"}  # clocks differ, and a call in flight counts when it is sent again
    assert resumed.model_dump(exclude=own) == whole.model_dump(exclude=own)


@pytest.mark.parametrize("when", KILLED_AT[1:])
def test_no_call_with_an_answer_is_made_again(runs: Path, when: str) -> None:
    assert kept(runs / when) == kept(runs / "whole")
    asked = (runs / when / "asked.txt").read_text("utf-8").splitlines()
    n_searches = sum("/search" in address for address in asked)
    assert n_searches == (2 if when == "call 0" else 1)


@pytest.mark.parametrize("when", KILLED_AT[1:])
def test_what_was_spent_before_is_spent(runs: Path, when: str) -> None:
    assert ending(runs / when).metrics.web_calls >= ending(runs / "whole").metrics.web_calls
