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
from pathlib import Path

from agent.curriculum.canvas import linked_plan, unoffered
from agent.curriculum.check import planned
from agent.curriculum.families.draw import NotDrawnError
from agent.curriculum.sayings.drawing import Sayings
from agent.curriculum.sayings.reading import FOLDER, Saying, SayingError, read_sayings
from agent.curriculum.speech import Speech
from agent.curriculum.tasks import GoldRow, Task
from agent.curriculum.world import FIELDS_NEVER_CONSTRAINED, World
from agent.link import Linker
from agent.plan import alternatives, words_for
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
            tasks = list(self.drawn(saying, line))
            if not tasks:
                yield f"CANNOT RUN: {line!r}"
                continue
            if wrong := next(_misfits(tasks[0].rows), ""):
                yield f"WRONG PLAN: {wrong}: {line!r}"
                continue
            missed = [found for task in tasks if (found := self._missed(task))]
            if len(missed) * 2 > len(tasks):
                yield f"NOT LINKED ({missed[0][1]}): {missed[0][0]}"
            else:
                self.counts["linked"] += 1

    def drawn(self, saying: Saying, line: str) -> Iterator[Task]:
        """A few tasks of a line; fewer where what is drawn does not carry it."""
        rng = random.Random(line)
        n = 0
        for _ in range(ATTEMPTS):
            try:
                yield self._sayings.of_line(rng, saying, line)
            except NotDrawnError:
                continue
            n += 1
            if n == TRIALS:
                return

    def _missed(self, task: Task) -> tuple[str, str] | None:
        brief = self._linker.link(task.question)
        if linked_plan(task.rows, brief) is not None:
            return None
        return task.question, ", ".join(_named(term) for term in unoffered(task.rows, brief))


def _named(term: Term) -> str:
    return f"%{term.id}" if isinstance(term, FieldRef) else str(getattr(term, "id", term))


def _misfits(rows: tuple[GoldRow, ...]) -> Iterator[str]:
    """Rows that the canvas does not allow, and conditions that are kept out of training."""
    brief, plan = planned(rows)
    for row, gold in zip(plan, rows, strict=True):
        index = row.index if row.tool != "finish" else 8
        options = alternatives(words_for(brief.pointers, index), index)
        cells = (row.tool, *row.words)
        if not any(all(w in o for w, o in zip(cells, option, strict=True)) for option in options):
            yield f"row {row.index} does not fit the canvas"
        constrained = gold.tool == "verify" and isinstance(gold.words[0], str)
        if constrained and isinstance(gold.words[1], FieldRef) and gold.words[1].id in FIELDS_NEVER_CONSTRAINED:  # fmt: skip
            yield f"%{gold.words[1].id} is kept out of conditions on sets"


def checked(check: LineCheck, path: Path) -> Iterator[str]:
    """The complaints about a file."""
    lang: Language = "zh" if path.parent.name == "zh" else "en"
    try:
        for saying in read_sayings(path, lang):
            try:
                yield from check.complaints(saying)
            except ValueError as error:
                yield f"WRONG PLAN: {error}: {saying.lines[0]!r}"
    except SayingError as error:
        yield f"ERROR {error}"


def shown(check: LineCheck, path: Path, n: int) -> Iterator[str]:
    """Up to `n` questions of each line."""
    lang: Language = "zh" if path.parent.name == "zh" else "en"
    for saying in read_sayings(path, lang):
        for line in saying.lines:
            yield from (task.question for task in list(check.drawn(saying, line))[:n])


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
