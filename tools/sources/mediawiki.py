"""MediaWiki's action API, as Wikipedia and Wikidata speak it: an error comes with status 200 and a code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, TypeAdapter

from tools.sources.answers import Service, Unanswered, nothing
from tools.types import Failed, Reason
from tools.web.types import Page, Request

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")

_SLOW_DOWN = ("ratelimited", "maxlag")
_UNKNOWN = ("no-such-entity", "missingtitle", "invalidtitle", "invalid-entity-id", "nosuchsection")
_PASSING = ("readonly", "internal_api_error")
_JSON = {"format": "json"}


class _Error(BaseModel):
    code: str
    info: str = ""


class _Failure(BaseModel):
    error: _Error


_FAILURE = TypeAdapter(_Failure)


def _no_list(told: Any) -> Any:
    """PHP writes an empty mapping as an empty list."""
    return {} if told == [] else told


PhpMapping = Annotated[Mapping[K, V], BeforeValidator(_no_list)]


def asked(
    service: Service,
    url: str,
    params: Mapping[str, str],
    shape: TypeAdapter[T],
    *,
    is_fresh: bool = False,
) -> tuple[T, Page]:
    """An answer in the shape expected; ends the question where it is an error."""
    ttl_seconds = 0.0 if is_fresh else None
    request = Request(url, {**_JSON, **params}, accept="application/json", ttl_seconds=ttl_seconds)
    page = service.page(request)
    told = service.decoded(page)
    if isinstance(told, dict) and "error" in told:
        raise _ended(service, service.shaped(told, _FAILURE).error)
    return service.shaped(told, shape), page


def _ended(service: Service, error: _Error) -> Unanswered:
    said = f"{service.name} says {error.code}: {error.info[:200]}"
    if error.code in _SLOW_DOWN:
        return Unanswered(Failed(Reason.RATE_LIMITED, said, retryable=True))
    if error.code in _UNKNOWN:
        return nothing(Reason.UNKNOWN_ENTITY, said)
    is_passing = error.code.startswith(_PASSING)
    return Unanswered(Failed(Reason.UNAVAILABLE, said, retryable=is_passing))
