"""How adapters ask and what they make of an answer: a value in the shape they expect, or one way to give up.

Guarantees: JSON numbers stay exact; an answer of another shape than expected is `Reason.MALFORMED` and says where;
no exception of a parser leaves an adapter.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from pydantic import TypeAdapter, ValidationError

from tools.sources.types import Finding
from tools.types import Failed, Reason
from tools.web.types import Page, Request, Web

T = TypeVar("T")
P = ParamSpec("P")

JSON_TYPE = "application/json"
_SETTINGS = {Reason.UNIDENTIFIED: "web.contact", Reason.OFFLINE: "web.egress"}


class Unanswered(Exception):  # noqa: N818 - an outcome with a reason, not an error of the program
    """Ends a question to a source; `or_failed` hands out the `Failed` it carries."""

    def __init__(self, failed: Failed) -> None:
        super().__init__(failed.detail)
        self.failed = failed


def nothing(reason: Reason, detail: str, candidates: tuple[str, ...] = ()) -> Unanswered:
    """The end of a question that the source did answer, with nothing."""
    return Unanswered(Failed(reason, detail, candidates=candidates))


def or_failed(method: Callable[P, T]) -> Callable[P, T | Failed]:
    """The method, answering with the `Failed` where a question ended below it."""

    @wraps(method)
    def answering(*args: P.args, **options: P.kwargs) -> T | Failed:
        try:
            return method(*args, **options)
        except Unanswered as end:
            return end.failed

    return answering


@dataclass(frozen=True, slots=True)
class Service:
    """One service behind the web, by the name that people know it by."""

    web: Web
    name: str

    def page(self, request: Request) -> Page:
        """The answer to a request; ends the question where there is none."""
        outcome = self.web.get(request)
        if isinstance(outcome, Failed):
            raise Unanswered(outcome)
        return outcome

    def json(
        self, url: str, params: Mapping[str, str], shape: TypeAdapter[T], *, is_fresh: bool = False
    ) -> tuple[T, Page]:
        """A JSON answer in the shape expected, and the page it stood on; `is_fresh` asks past the cache."""
        ttl_seconds = 0.0 if is_fresh else None
        page = self.page(Request(url, params, accept=JSON_TYPE, ttl_seconds=ttl_seconds))
        return self.shaped(self.decoded(page), shape), page

    def decoded(self, page: Page) -> Any:
        """The JSON of a page, its fractions as decimals."""
        try:
            return json.loads(page.text, parse_float=Decimal, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            raise self.malformed("is no JSON") from error

    def shaped(self, told: Any, shape: TypeAdapter[T]) -> T:
        """What was told, in the shape expected."""
        try:
            return shape.validate_python(told)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(part) for part in first["loc"]) or "its top"
            raise self.malformed(f"is not as expected at {place}: {first['msg']}") from error

    def malformed(self, problem: str) -> Unanswered:
        """The end of a question whose answer cannot be read."""
        return nothing(Reason.MALFORMED, f"{self.name}'s answer {problem}")

    def missing(self, failed: Failed, reason: Reason, detail: str) -> Unanswered:
        """`failed` as it is, or, where the page was not found, what that means here."""
        is_missing = failed.reason is Reason.NOT_FOUND
        return nothing(reason, detail) if is_missing else Unanswered(failed)


def finding(source: str, look: Callable[[], str]) -> Finding:
    """What `look` saw of the source, or why it saw nothing and which setting would help."""
    try:
        return Finding(source, True, look())
    except Unanswered as end:
        failed = end.failed
        return Finding(source, False, failed.detail, _SETTINGS.get(failed.reason, ""))


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no JSON number")
