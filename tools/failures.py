"""How a tool gives up: one exception, raised anywhere below a tool and caught by the toolbox alone."""

from __future__ import annotations

from tools.types import Failed, Reason


class CallFailed(Exception):  # noqa: N818 - an outcome with a reason, not an error of the program
    """Ends a call; the toolbox hands out the `Failed` it carries."""

    def __init__(self, reason: Reason, detail: str, candidates: tuple[str, ...] = ()) -> None:
        super().__init__(detail)
        said = " ".join(detail.split())  # what was asked may hold lines, and a reason is one
        self.failed = Failed(reason, said, candidates=candidates)
