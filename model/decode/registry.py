"""The select rules by the names that `DecodeParams.select` takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from model.decode.deferred import DeferredCommitment
from model.decode.select import Select
from model.decode.threshold import Threshold
from model.decode.top_k import TopK
from model.errors import ModelError
from model.types import DecodeParams

SELECT: Mapping[str, Callable[[DecodeParams], Select]] = {
    "threshold": lambda params: Threshold(params.threshold),
    "top-k": lambda params: TopK("confidence"),
    "top-k-margin": lambda params: TopK("margin"),
    "top-k-entropy": lambda params: TopK("entropy"),
    "dcd": lambda params: DeferredCommitment(params.threshold),
}


def select_rule(params: DecodeParams) -> Select:
    """The select rule that the parameters name."""
    if params.select not in SELECT:
        raise ModelError(f"no select rule {params.select!r}; choose one of {', '.join(SELECT)}")
    return SELECT[params.select](params)
