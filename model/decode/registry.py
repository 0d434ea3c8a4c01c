"""The select rules by the names that `DecodeParams.select` takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from model.decode.adaptive import ConfidenceAdaptive
from model.decode.coherent import Coherent
from model.decode.deferred import DeferredCommitment
from model.decode.ending import StopBan, StopCut
from model.decode.entropy_bound import EntropyBound
from model.decode.factor import Factor
from model.decode.hierarchical import Hierarchical
from model.decode.learned import LearnedFilter
from model.decode.prefix import Prefix
from model.decode.prophet import Prophet
from model.decode.published import AtLeast, Decay, InOrder
from model.decode.select import Select
from model.decode.stable import Stable
from model.decode.streams import Favour, Streams
from model.decode.sub_block import SubBlocks
from model.decode.threshold import Threshold
from model.decode.top_k import TopK
from model.spec import NOTHING, Part, RuleError, build, named, parts_of

SELECT: Mapping[str, Callable[..., Select]] = {
    "threshold": Threshold,
    "top-k": TopK,
    "factor": Factor,
    "entropy-bound": EntropyBound,
    "klass": Stable,
    "dcd": DeferredCommitment,
    "cad": ConfidenceAdaptive,
    "ccd": Coherent,
    "hierarchical": Hierarchical,
    "streams": Streams,
    "favour": Favour,
    "prefix": Prefix,
    "learned": LearnedFilter,
    "at-least": AtLeast,
    "in-order": InOrder,
    "decay": Decay,
}

AROUND: Mapping[str, Callable[..., Select]] = {
    "prophet": Prophet,
    "eos-ban": StopBan,
    "eos-cut": StopCut,
    "sub-blocks": SubBlocks,
}
"""Rules that go around another one, behind a plus."""

SHORT: Mapping[str, Part] = {
    "top-k-margin": Part("top-k", {"by": "margin"}),
    "top-k-entropy": Part("top-k", {"by": "entropy"}),
    "top-k-random": Part("top-k", {"by": "random"}),
    "prophet": Part("top-k"),
    "eos-ban": Part("threshold"),
    "eos-cut": Part("threshold"),
    "sub-blocks": Part("threshold"),
}
"""What a name stands for; a rule that goes around another has the one of its source when it stands alone."""


def select_rule(written: str, given: Mapping[str, Any] = NOTHING) -> Select:
    """The select rule of that name; `given` are the options that the fill sets where they are not written."""
    first, *around = _spelled_out(parts_of(written))
    rule = build(SELECT[named("select rule", first.name, [*SELECT, *AROUND])], first, given)
    for part in around:
        rule = build(AROUND[part.name], part, given, (rule,))
    return rule


def _spelled_out(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """The rule, then those that go around it."""
    first, *around = parts
    if meant := SHORT.get(first.name):
        if first.name in AROUND:
            around = [first, *around]
            first = meant
        else:
            first = Part(meant.name, {**meant.options, **first.options})
    names = [part.name for part in around]
    for name in names:
        if name not in AROUND or names.count(name) > 1:
            raise RuleError(
                f"{name!r} cannot stand behind a plus; that is for {', '.join(AROUND)}, each once"
            )
    return (first, *around)
