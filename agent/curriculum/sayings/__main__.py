"""Check files of sayings: plans that do not fit or run, lines that the linker does not understand.

`python -m agent.curriculum.sayings` checks all of them, `python -m agent.curriculum.sayings FILE ...` some,
`--show N` prints each line's questions instead, as they would be typed.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from agent.curriculum.canvas import linked_plan, unoffered
from agent.curriculum.check import misfits, planned
from agent.curriculum.families.draw import NotDrawnError
from agent.curriculum.sayings.drawing import Sayings
from agent.curriculum.sayings.reading import FOLDER, Saying, SayingError, read_sayings
from agent.curriculum.speech import Speech
from agent.curriculum.tasks import GoldRow, Task
from agent.curriculum.world import FIELDS_NEVER_CONSTRAINED, World
from agent.link import Linker
from agent.types import Language
from tools.facts.store import FactStore
from tools.types import FieldRef, Term

TRIALS, ATTEMPTS = 4, 12


class LineCheck:
    """Draws lines and remembers how many of them serve."""

    def __init__(self, store: FactStore) -> None:
        self.counts: Counter[str] = Counter()
        self._sayings = Sayings(World(store, held_out=False), Speech(store))
        self._linker = Linker(store)

    def complaints(self, saying: Saying) -> Iterator[str]:
        """What is wrong with a saying's plan, then with its lines."""
        for line in saying.lines:
            self.counts["lines"] += 1
            tasks = list(islice(self.drawn(saying, line), TRIALS))
            if not tasks:
                yield f"CANNOT RUN: {line!r}"
                continue
            if wrong := next(_wrong(tasks[0].rows), ""):
                yield f"WRONG PLAN: {wrong}: {line!r}"
                continue
            missed = [found for task in tasks if (found := self._missed(task))]
            if len(missed) * 2 > len(tasks):
                yield f"NOT LINKED ({missed[0][1]}): {missed[0][0]}"
            else:
                self.counts["linked"] += 1

    def drawn(self, saying: Saying, line: str) -> Iterator[Task]:
        """Tasks of a line, one for each attempt in which what is drawn carries it."""
        rng = random.Random(line)
        for _ in range(ATTEMPTS):
            with suppress(NotDrawnError):
                yield self._sayings.of_line(rng, saying, line)

    def _missed(self, task: Task) -> tuple[str, str] | None:
        brief = self._linker.link(task.question)
        if linked_plan(task.rows, brief) is not None:
            return None
        return task.question, ", ".join(_named(term) for term in unoffered(task.rows, brief))


def _named(term: Term) -> str:
    return f"%{term.id}" if isinstance(term, FieldRef) else str(getattr(term, "id", term))


def _wrong(rows: tuple[GoldRow, ...]) -> Iterator[str]:
    """Rows that the canvas does not allow, and conditions that are kept out of training."""
    brief, plan = planned(rows)
    yield from (f"row {row} does not fit the canvas" for row in misfits(plan, brief))
    for row in rows:
        match row:
            case GoldRow("verify", (str(), FieldRef(name), *_)) if name in FIELDS_NEVER_CONSTRAINED:
                yield f"%{name} is kept out of conditions on sets"


def _lang(path: Path) -> Language:
    """The language of a file's folder; English elsewhere."""
    return "zh" if path.parent.name == "zh" else "en"


def checked(check: LineCheck, path: Path) -> Iterator[str]:
    """The complaints about a file."""
    try:
        for saying in read_sayings(path, _lang(path)):
            try:
                yield from check.complaints(saying)
            except ValueError as error:
                yield f"WRONG PLAN: {error}: {saying.lines[0]!r}"
    except SayingError as error:
        yield f"ERROR {error}"


def shown(check: LineCheck, path: Path, n: int) -> Iterator[str]:
    """Up to `n` questions of each line."""
    for saying in read_sayings(path, _lang(path)):
        for line in saying.lines:
            yield from (task.question for task in islice(check.drawn(saying, line), n))


def _report(check: LineCheck, paths: Iterable[Path], n_shown: int) -> Iterator[str]:
    for path in paths:
        lines = shown(check, path, n_shown) if n_shown else checked(check, path)
        yield from (f"{path.parent.name}/{path.name}: {line}" for line in lines)
    if not n_shown:
        yield f"{check.counts['linked']} of {check.counts['lines']} lines run and link"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Check files of sayings.")
    parser.add_argument("files", type=Path, nargs="*")
    parser.add_argument("--show", type=int, default=0, metavar="N")
    args = parser.parse_args()
    check = LineCheck(FactStore.open())
    for line in _report(check, args.files or sorted(FOLDER.glob("??/*.toml")), args.show):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
