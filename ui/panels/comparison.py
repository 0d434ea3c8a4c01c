"""What the two runs cost, side by side, and who won: said plainly where that is the AR agent."""

from __future__ import annotations

from dataclasses import dataclass

from agent.types import RunResult
from ui.panels.view import PanelView

EVEN = 1.05
MEASURES = (
    "seconds",
    "model_seconds",
    "tool_seconds",
    "forwards",
    "turns",
    "tool_calls",
    "revisions",
    "backtracks",
)


@dataclass(frozen=True, slots=True)
class Cost:
    """One measure of both runs; `None` where it is not known yet."""

    name: str
    left: float | None
    right: float | None

    @property
    def most(self) -> float:
        """The longer of the two bars."""
        return max(self.left or 0.0, self.right or 0.0)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A key of `ui.words`, what to put into it, and which side it favours."""

    key: str
    ratio: str = ""
    winner: str = ""


def costs(left: PanelView, right: PanelView) -> tuple[Cost, ...]:
    """Every measure of the two runs so far."""
    return tuple(Cost(name, spent(left, name), spent(right, name)) for name in MEASURES)


def spent(now: PanelView, measure: str) -> float | None:
    """What a run has cost by one measure: from its result, or counted along the way."""
    if now.result is not None:
        return float(getattr(now.result.metrics, measure))
    counted: dict[str, float] = {
        "seconds": now.seconds,
        "forwards": len(now.forwards),
        "turns": now.turns,
        "tool_calls": len(now.calls),
        "revisions": now.revisions,
        "backtracks": now.backtracks,
    }
    return counted.get(measure)


def verdict(left: PanelView, right: PanelView) -> Verdict:
    """Who won, or why nobody can say so yet."""
    if not left.is_over or not right.is_over:
        return Verdict(_unfinished(left, right))
    if left.result is None or right.result is None or "stopped" in (left.phase, right.phase):
        return Verdict("verdict_stopped")
    answered = (left.phase == "answered", right.phase == "answered")
    if answered == (True, True):
        return _faster(left.result, right.result)
    return {
        (True, False): Verdict("verdict_only_diffusion", winner="diffusion"),
        (False, True): Verdict("verdict_only_ar", winner="ar"),
        (False, False): Verdict("verdict_neither"),
    }[answered]


def agreement(left: PanelView, right: PanelView) -> str:
    """The key that says whether the two answers are the same; empty where there are not two."""
    if left.phase != "answered" or right.phase != "answered":
        return ""
    return "same_answer" if _gist(left.result) == _gist(right.result) else "other_answer"


def _unfinished(left: PanelView, right: PanelView) -> str:
    if not left.run and not right.run:
        return "verdict_idle"
    if left.is_over:
        return "verdict_right_running"
    return "verdict_left_running" if right.is_over else "verdict_running"


def _faster(left: RunResult, right: RunResult) -> Verdict:
    ours, theirs = left.metrics.seconds, right.metrics.seconds
    if min(ours, theirs) <= 0:
        return Verdict("verdict_even")
    ratio = max(ours, theirs) / min(ours, theirs)
    if ratio < EVEN:
        return Verdict("verdict_even")
    winner = "diffusion" if ours < theirs else "ar"
    return Verdict(f"verdict_{winner}", f"{ratio:.1f}", winner)


def _gist(result: RunResult | None) -> str:
    if result is None:
        return ""
    return " ".join((result.value or result.answer).split()).casefold()
