"""What a curriculum is made of: shares of families, topologies, languages, comparators, and what did not link."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from agent.curriculum.tasks import Task
from tools.types import Entity, EntityClass, FieldRef, Period, Quantity, Term

_ORDERED = frozenset({">", "<", ">=", "<="})
_WORST = 12


class Mix:
    """Counts of samples by sort; mixes add up."""

    def __init__(self, counts: Iterable[tuple[str, int]] = ()) -> None:
        self.counts: Counter[str] = Counter(dict(counts))

    def add(self, other: Mix) -> None:
        """Take over the counts of another mix."""
        self.counts.update(other.counts)

    def kept(self, task: Task) -> None:
        """A task that became a sample."""
        self._count("kept", task)
        comparators = [row.words[2] for row in task.rows if row.tool == "verify"]
        self.counts[f"language {task.lang}"] += 1
        self.counts[f"topology {task.topology}"] += 1
        self.counts["compared"] += bool(_ORDERED.intersection(map(str, comparators)))
        for word in comparators:
            self.counts[f"comparator {word}"] += 1

    def dropped(self, task: Task, missing: Iterable[Term]) -> None:
        """A task whose terms the linker did not offer."""
        self._count("dropped", task)
        for term in missing:
            self.counts[f"missing {_sort(term)}"] += 1

    def repaired(self) -> None:
        """A repair beside a task's own sample."""
        self.counts["repairs"] += 1

    def _count(self, what: str, task: Task) -> None:
        self.counts[what] += 1
        self.counts[f"{what} {task.lang} {task.family}"] += 1

    def lines(self) -> Iterator[str]:
        """The mix as text."""
        n_kept, n_dropped = self.counts["kept"], self.counts["dropped"]
        drawn = n_kept + n_dropped or 1
        yield f"{n_kept} tasks became samples, with {self.counts['repairs']} repairs; {n_dropped} did not link ({n_dropped / drawn:.1%})"
        yield f"with > < >= or <=: {self.counts['compared'] / (n_kept or 1):.1%}"
        for sort in ("language", "topology", "comparator"):
            yield _shares(f"{sort} ", self.counts, n_kept if sort != "comparator" else 0)
        yield "family: share of samples, dropped en, dropped zh"
        yield from self._families(n_kept)
        worst = [(n, name) for name, n in self.counts.items() if name.startswith("missing ")]
        yield "most often missing: " + ", ".join(f"{name[8:]} {n}" for n, name in sorted(worst, reverse=True)[:_WORST])  # fmt: skip

    def _families(self, n_kept: int) -> Iterator[str]:
        families = sorted({name.split()[2] for name in self.counts if name.count(" ") == 2 and name.startswith(("kept ", "dropped "))})  # fmt: skip
        for family in families:
            n = sum(self.counts[f"kept {lang} {family}"] for lang in ("en", "zh"))
            lost = [self._lost(lang, family) for lang in ("en", "zh")]
            yield f"  {family}: {n / (n_kept or 1):.1%}, {lost[0]:.0%}, {lost[1]:.0%}"

    def _lost(self, lang: str, family: str) -> float:
        kept, lost = (self.counts[f"{what} {lang} {family}"] for what in ("kept", "dropped"))
        return lost / (kept + lost or 1)


def _shares(head: str, counts: Counter[str], whole: int) -> str:
    found = {name.removeprefix(head): n for name, n in counts.items() if name.startswith(head)}
    total = whole or sum(found.values()) or 1
    said = ", ".join(f"{name} {n / total:.1%}" for name, n in sorted(found.items()))
    return f"{head.strip()}: {said}"


def _sort(term: Term) -> str:
    """What a missing term is: a field by its id, anything else by its sort."""
    match term:
        case FieldRef(id=name):
            return f"field {name}"
        case Entity(type=type_):
            return f"{type_} name"
        case EntityClass(id=name):
            return f"class {name}"
        case Quantity(unit=unit):
            return f"number {unit}".strip()
        case Period():
            return "period"
        case _:
            return "value"
