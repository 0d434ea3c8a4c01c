"""What a comparison amounts to: accuracy with its interval, medians, ratios; as JSON and as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from math import sqrt
from statistics import mean, median

from pydantic import BaseModel, ConfigDict

from agent.judge import Task
from agent.types import Arm, Metrics, RunResult

METRICS = tuple(Metrics.model_fields)
_Z95 = 1.959964


class Judged(RunResult):
    """A run, its task, and whether its answer is right."""

    model_config = ConfigDict(frozen=True)
    id: str
    correct: bool


class Share(BaseModel):
    """How many, and which share of them is right."""

    model_config = ConfigDict(frozen=True)
    n: int
    accuracy: float


class ArmScore(BaseModel):
    """One arm's score; rates are None where there was nothing to rate.

    `abstained` is the share of runs that abstained; `abstention_precision` the share of those that were
    right to, `abstention_recall` the share of unanswerable tasks that were declined, `wrong_declines` that of
    answerable ones. `invalid_rate` counts calls that would have been invalid without the grammar, per call
    written, endings and rewritten rows included; `revision_fix_rate` is the share of right answers among
    revised runs; `false_revision_rate` that of runs that revised though nothing was hidden and no source
    disagrees. `median` and `mean` are taken over all runs, right or wrong.
    """

    model_config = ConfigDict(frozen=True)
    accuracy: float
    ci95: tuple[float, float]
    abstained: float
    abstention_precision: float | None
    abstention_recall: float | None
    wrong_declines: float | None
    invalid_rate: float | None
    revision_fix_rate: float | None
    false_revision_rate: float | None
    by_topology: dict[str, Share]
    by_lang: dict[str, Share]
    median: dict[str, float]
    mean: dict[str, float]


class Report(BaseModel):
    """A whole comparison; `latency` is by how many seconds search, lookup and verify were made to wait."""

    model_config = ConfigDict(frozen=True)
    tasks: int
    seed: int
    hardware: str
    latency: float = 0.0
    arms: dict[str, ArmScore]
    ratios: dict[str, dict[str, float | None]]


def report(
    tasks: Sequence[Task],
    arms: Sequence[Arm],
    runs: Iterable[Judged],
    *,
    seed: int,
    hardware: str,
    latency: float = 0.0,
) -> Report:
    """The scores of these runs."""
    by_arm: dict[str, list[Judged]] = {arm: [] for arm in arms}
    for run in runs:
        by_arm[run.arm].append(run)
    by_id = {task.id: task for task in tasks}
    scores = {arm: score(by_id, found) for arm, found in by_arm.items() if found}
    pairs = combinations(scores, 2)
    ratios = {f"{a}/{b}": _ratios(scores[a].median, scores[b].median) for a, b in pairs}
    return Report(
        tasks=len(tasks), seed=seed, hardware=hardware, latency=latency, arms=scores, ratios=ratios
    )


def score(tasks: Mapping[str, Task], runs: Sequence[Judged]) -> ArmScore:
    """One arm's score over at least one run."""
    n_right = sum(run.correct for run in runs)
    n_written = sum(1 + row.revisions for run in runs for row in run.plan)
    plain = [run for run in runs if _needs_no_revision(tasks[run.id])]
    revised = [run for run in runs if run.metrics.revisions and not tasks[run.id].unanswerable]
    declined = [tasks[run.id].unanswerable for run in runs if run.status == "abstained"]
    n_unanswerable = sum(tasks[run.id].unanswerable for run in runs)
    return ArmScore(
        accuracy=n_right / len(runs),
        ci95=wilson(n_right, len(runs)),
        abstained=len(declined) / len(runs),
        abstention_precision=_rate(sum(declined), len(declined)),
        abstention_recall=_rate(sum(declined), n_unanswerable),
        wrong_declines=_rate(len(declined) - sum(declined), len(runs) - n_unanswerable),
        invalid_rate=_rate(sum(run.metrics.invalid_calls for run in runs), n_written),
        revision_fix_rate=_rate(sum(run.correct for run in revised), len(revised)),
        false_revision_rate=_rate(sum(run.metrics.revisions > 0 for run in plain), len(plain)),
        by_topology=_shares(runs, lambda run: tasks[run.id].topology),
        by_lang=_shares(runs, lambda run: tasks[run.id].lang),
        median={name: float(median(getattr(r.metrics, name) for r in runs)) for name in METRICS},
        mean={name: float(mean(getattr(r.metrics, name) for r in runs)) for name in METRICS},
    )


def wilson(n_right: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share of right answers (Wilson's, which holds for few tasks and near 0 and 1)."""
    share, z2 = n_right / n, _Z95**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    reach = _Z95 / (1 + z2 / n) * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def _needs_no_revision(task: Task) -> bool:
    return not (task.plant or task.unanswerable or task.topology == "reconciliation")


def _rate(count: int, of: int) -> float | None:
    return count / of if of else None


def _shares(runs: Iterable[Judged], group: Callable[[Judged], str]) -> dict[str, Share]:
    groups: dict[str, list[bool]] = {}
    for run in runs:
        groups.setdefault(group(run), []).append(run.correct)
    return {g: Share(n=len(v), accuracy=sum(v) / len(v)) for g, v in sorted(groups.items())}


def _ratios(left: Mapping[str, float], right: Mapping[str, float]) -> dict[str, float | None]:
    return {name: left[name] / right[name] if right[name] else None for name in METRICS}


def markdown(found: Report) -> str:
    """The report as tables."""
    arms = list(found.arms)
    rows = [
        _circumstances(found),
        "",
        *_table("", arms, _headline(found)),
        "",
        *_table("accuracy", arms, _groups(found)),
        "",
        *_table("median (mean) a task", arms, _costs(found)),
    ]
    if found.ratios:
        rows += ["", *_table("ratio of medians (of means)", list(found.ratios), _ratio_rows(found))]
    return "\n".join(rows) + "\n"


def _circumstances(found: Report) -> str:
    waited = f", search, lookup and verify {found.latency:g} s late" if found.latency else ""
    return f"{found.tasks} tasks, seed {found.seed}, {found.hardware}{waited}"


def _table(corner: str, columns: Sequence[str], rows: Iterable[tuple[str, list[str]]]) -> list[str]:
    head = f"| {corner} | {' | '.join(columns)} |"
    rule = f"|---|{'---:|' * len(columns)}"
    return [head, rule, *(f"| {name} | {' | '.join(cells)} |" for name, cells in rows)]


def _headline(found: Report) -> list[tuple[str, list[str]]]:
    scores = found.arms.values()
    spans = [
        f"{_percent(s.accuracy)} ({_percent(s.ci95[0])} to {_percent(s.ci95[1])})" for s in scores
    ]
    return [
        ("accuracy (95 % interval)", spans),
        ("abstained", [_percent(s.abstained) for s in scores]),
        ("right to abstain, of those that did", [_percent(s.abstention_precision) for s in scores]),
        ("unanswerable declined", [_percent(s.abstention_recall) for s in scores]),
        ("answerable declined", [_percent(s.wrong_declines) for s in scores]),
        (
            "invalid calls per call written, without grammar",
            [_percent(s.invalid_rate) for s in scores],
        ),
        ("right among revised", [_percent(s.revision_fix_rate) for s in scores]),
        ("revised without need", [_percent(s.false_revision_rate) for s in scores]),
    ]


def _groups(found: Report) -> list[tuple[str, list[str]]]:
    scores = list(found.arms.values())
    rows = []
    for name in ("by_topology", "by_lang"):
        shares: list[dict[str, Share]] = [getattr(s, name) for s in scores]
        for group in sorted(set().union(*shares)):
            cells = [_share(share.get(group)) for share in shares]
            rows.append((group, cells))
    return rows


def _share(share: Share | None) -> str:
    return f"{_percent(share.accuracy)} of {share.n}" if share else "–"


def _costs(found: Report) -> list[tuple[str, list[str]]]:
    return [
        (n.replace("_", " "), [f"{s.median[n]:.3g} ({s.mean[n]:.3g})" for s in found.arms.values()])
        for n in _spent(found)
    ]


def _ratio_rows(found: Report) -> list[tuple[str, list[str]]]:
    """How the arms compare: by medians, and by means, in which long ways weigh more."""

    def said(name: str, pair: str) -> str:
        left, right = (found.arms[arm].mean for arm in pair.split("/"))
        return f"{_ratio(found.ratios[pair][name])} ({_ratio(_ratios(left, right)[name])})"

    return [(n.replace("_", " "), [said(n, pair) for pair in found.ratios]) for n in _spent(found)]


def _ratio(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _spent(found: Report) -> list[str]:
    """The costs that any run had."""
    return [name for name in METRICS if any(score.mean[name] for score in found.arms.values())]


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"
