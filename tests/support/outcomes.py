"""What came out, as the kind that a test expects; anything else fails it and is shown."""

from __future__ import annotations

from tools.types import Entities, Failed, Scalar, Table


def scalar(found: object) -> Scalar:
    assert isinstance(found, Scalar), found
    return found


def table(found: object) -> Table:
    assert isinstance(found, Table), found
    return found


def entities(found: object) -> Entities:
    assert isinstance(found, Entities), found
    return found


def failed(found: object) -> Failed:
    assert isinstance(found, Failed), found
    return found
