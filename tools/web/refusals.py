"""How a request gives up: one exception below the seam, turned into its `Failed` at the seam."""

from __future__ import annotations

from tools.types import Failed, Reason


class Refusal(Exception):  # noqa: N818 - an outcome with a reason, not an error of the program
    """Ends a request; `Client.get` hands out the `Failed` it carries."""

    def __init__(self, failed: Failed) -> None:
        super().__init__(failed.detail)
        self.failed = failed


def blocked(detail: str) -> Refusal:
    """The rules forbid it; asking again changes nothing."""
    return Refusal(Failed(Reason.BLOCKED, detail))


def passing(reason: Reason, detail: str, retry_after: float | None = None) -> Refusal:
    """It may work later; `retry_after` in seconds where the host said so."""
    return Refusal(Failed(reason, detail, retryable=True, retry_after_seconds=retry_after))


def lasting(reason: Reason, detail: str) -> Refusal:
    """It will not work however often it is asked."""
    return Refusal(Failed(reason, detail))
