"""When a request is tried again: the host was busy, broken or out of reach, and there is time for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime

from tools.web.errand import Errand
from tools.web.options import Limits
from tools.web.refusals import Refusal


def retry_after_seconds(header: str, now: datetime) -> float | None:
    """What a `Retry-After` header asks for (RFC 9110, 10.2.3: seconds or a date); None if it asks for nothing."""
    text = header.strip()
    if text.isdecimal():
        return float(min(int(text[:9]), 10**9))
    try:
        return max(0.0, (parsedate_to_datetime(text) - now).total_seconds())
    except (ValueError, TypeError):
        return None


def again(errand: Errand, limits: Limits) -> Callable[[Exception], bool | float]:
    """Whether a failed attempt is repeated: no, yes, or after that many seconds."""

    def decide(error: Exception) -> bool | float:
        if not isinstance(error, Refusal) or not error.failed.retryable:
            return False
        asked_for = error.failed.retry_after_seconds
        wait = limits.max_retry_wait_seconds if asked_for is None else asked_for
        if wait > limits.max_retry_wait_seconds or not errand.has_time(wait):
            return False
        return True if asked_for is None else asked_for

    return decide
