"""The arms with live sources: questions that the bundled facts do not answer, over sources that take their time.

    python -m bench.abroad --seconds 0.3

The sources are servers on this machine that speak the wire formats of the World Bank, Wikidata and Wikipedia over
real sockets; what they know is made up (`abroad.toml`). Every run has its own connections and no cache, and keeps the
pace that each host asks for. How many calls were in flight at once is read from each run's event log.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import mean
from threading import Event
from typing import get_args

from agent.bench import Bench
from agent.events import AgentEvent, CallFinished, CallStarted, RunStarted
from agent.factory import facts, kit
from agent.judge import Task
from agent.runner import Runner
from agent.scores import Judged, markdown
from agent.settings import Settings, load
from agent.types import Arm
from bench.outside import outside
from bench.timing import table
from tests.support.services import Services
from tools.reach import WorldOptions
from tools.web.client import Client
from tools.web.meter import Meter
from tools.web.options import Egress, WebOptions
from tools.web.types import Web
from tools.world import Doubles, World

KNOWN = Path(__file__).with_suffix(".toml")
ARMS: tuple[Arm, ...] = get_args(Arm)
PACE = 1.0
_CONTACT = "bench@example.org"


def most_in_flight(events: Iterable[AgentEvent]) -> int:
    """The largest number of calls that a run's log shows as begun and not yet ended."""
    running: set[int] = set()
    most = 0
    for event in events:
        if isinstance(event, CallStarted):
            running.add(event.row)
        elif isinstance(event, CallFinished):
            running.discard(event.row)
        most = max(most, len(running))
    return most


@contextmanager
def reaching(services: Services, settings: Settings) -> Iterator[Runner]:
    """A runner whose runs find these services where the web is."""
    options = WorldOptions(WebOptions(Egress.PUBLIC, _CONTACT))
    doubles = Doubles(dial=partial(_dialed, services))
    with closing(World(facts(settings.cache_dir), options, doubles)) as world:
        own = replace(kit(settings), world=world, worlds=None)
        with closing(Runner(settings, own)) as runner:
            yield runner


def _dialed(services: Services, meter: Meter, stop: Event) -> Web:
    """A client on a network of its own: no connection, no answer and no pause is left over from another run."""
    return Client(services.network(haste=PACE, contact=_CONTACT), meter, stop)


def side_by_side(runner: Runner) -> Mapping[Arm, list[int]]:
    """For each arm the most calls in flight at once, run by run."""
    found: dict[Arm, list[int]] = {arm: [] for arm in ARMS}
    for folder in sorted(runner.settings.runs_dir.iterdir()):
        events = runner.events(folder.name)
        began = next(event for event in events if isinstance(event, RunStarted))
        found[next(arm for arm in ARMS if arm == began.arm)].append(most_in_flight(events))
    return found


def _flights(found: Mapping[Arm, list[int]]) -> str:
    rows = [
        [arm, max(counts), mean(counts), sum(count > 1 for count in counts)]
        for arm, counts in found.items()
    ]
    head = ("arm", "most in any run", "mean of the most in a run", "runs with several at once")
    return table("calls in flight at once", head, rows)


def _tell(run: Judged) -> None:
    said = f"{run.id} {run.arm}: {run.status}, {'right' if run.correct else 'wrong'}, {run.metrics.seconds:.2f} s"
    print(f"{said}: {run.answer!r}", file=sys.stderr)


def main() -> None:
    """Run the comparison; its tables on standard output, each run as it ends on standard error."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--seconds", type=float, default=0.3, help="by how much each answer is late"
    )
    parser.add_argument("--out", type=Path, help="a folder for every run as a line of JSON")
    arguments = parser.parse_args()
    known = tomllib.loads(KNOWN.read_text("utf-8"))
    tasks = [Task.model_validate(task) for task in known["task"]]
    with tempfile.TemporaryDirectory() as folder, outside(known, arguments.seconds) as services:
        settings = load({"state_dir": folder, "shows_canvas": False})
        with reaching(services, settings) as runner:
            found = Bench(runner, ARMS, out=arguments.out, tell=_tell).compare(tasks)
            flights = side_by_side(runner)
    print(markdown(found))
    print(_flights(flights))


if __name__ == "__main__":
    main()
