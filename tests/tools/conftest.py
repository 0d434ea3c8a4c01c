"""What the tests of the tools share: one small world and a short way to call a tool."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.facts import FewFacts
from tools.toolbox import Toolbox
from tools.types import Binding, Call, Observation

Run = Callable[..., Observation]


@pytest.fixture(scope="session")
def world() -> FewFacts:
    return FewFacts()


@pytest.fixture(scope="session")
def run(world: FewFacts) -> Run:
    """`run("lookup", source="Norway", field="gdp")`; symbols go into `bound`."""
    toolbox = Toolbox(world)

    def call(tool: str, bound: dict[str, Binding] | None = None, **args: str) -> Observation:
        return toolbox.run(Call(tool, args, bound or {}))

    return call
