"""The rules of a fill by name, and which of them go together.

Guarantees: what would have no effect, could not end, or asks more of the weights than they have learned is
refused here, before the first forward, in one line with the reason and the remedy.
"""

from __future__ import annotations

from dataclasses import dataclass

from model.decode.registry import select_rule
from model.decode.select import Select
from model.families.conventions import Visibility
from model.remask.registry import remask_rule
from model.remask.remask import Remask
from model.spec import RuleError, parts_of

PLAIN = ("threshold", "top-k")
"""Select rules that nobody misses where the remask rule decides alone."""


@dataclass(frozen=True, slots=True)
class Setting:
    """The fill around the rules.

    `block_length` counts cells. `threshold` is the confidence asked for where a rule's name does not say
    one (None: the rule's own), `seed` that of rules that draw.
    """

    visibility: Visibility = Visibility.CONTEXT
    block_length: int | None = None
    threshold: float | None = None
    seed: int = 0


def rules(select: str, remask: str, setting: Setting) -> tuple[Select, Remask]:
    """Both rules, made for this fill."""
    given = {"threshold": setting.threshold, "seed": setting.seed}
    selects, remasks = select_rule(select, given), remask_rule(remask, given)
    problems = (
        _unseen("select", select, selects, setting.visibility)
        or _unseen("remask", remask, remasks, setting.visibility)
        or _misfit(select, selects, setting.block_length)
        or _overridden(select, remask, remasks)
        or _at_odds(select, remask, selects, remasks)
    )
    if problems:
        raise RuleError(problems)
    return selects, remasks


def _unseen(kind: str, name: str, rule: Select | Remask, visibility: Visibility) -> str:
    if visibility in rule.visibilities:
        return ""
    takes = " or ".join(sorted(rule.visibilities))
    return f"{kind} rule {name!r} is for {takes} models; this one is {visibility}"


def _misfit(name: str, rule: Select, block_length: int | None) -> str:
    if rule.n_cells in (None, block_length):
        return ""
    return (
        f"select rule {name!r} was trained for blocks of {rule.n_cells} cells, this one has "
        f"{block_length}; train it for that length, or choose another rule"
    )


def _overridden(select: str, remask: str, rule: Remask) -> str:
    first, *around = parts_of(select)
    if not rule.reveals_all or (first.name in PLAIN and not around):
        return ""
    return (
        f"remask rule {remask!r} reveals every masked cell in each step, so select rule {select!r} would "
        f"decide nothing; leave select at {PLAIN[0]!r}"
    )


def _at_odds(select: str, remask: str, selects: Select, remasks: Remask) -> str:
    if remasks.needs_schedule and selects.ends_early:
        return (
            f"select rule {select!r} may end a block early, and remask rule {remask!r} needs all of its "
            "steps; leave one of them out"
        )
    if remasks.needs_schedule and not selects.follows_schedule:
        return (
            f"remask rule {remask!r} needs reveals spread over all steps, which select rule {select!r} does "
            "not promise; choose top-k"
        )
    if selects.relies_on_reveals and not remasks.is_final:
        return (
            f"select rule {select!r} builds on what it revealed, and remask rule {remask!r} takes reveals "
            "back; set remask to none"
        )
    return ""
