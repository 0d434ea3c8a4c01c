"""The tools as another program sees them: through the protocol's own client, over the pipes of a process."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, Tool

from tests.support.facts import FewFacts
from tools.toolbox import TOOLS, Toolbox
from tools.types import Tools
from ui import cli
from ui.mcp import MAX_KEPT, Desk
from ui.replies import Reply

ROOT = Path(__file__).parents[2]
SERVER = StdioServerParameters(
    command=sys.executable, args=["-m", "tests.support.mcp_server"], cwd=ROOT
)
CALLS: Sequence[tuple[str, Mapping[str, str]]] = (
    ("search", {"query": "countries"}),
    ("lookup", {"source": "#1", "field": "population", "period": "2024"}),
    ("calculate", {"expression": "argmax(#2)"}),
    ("lookup", {"source": "#3", "field": "gdp"}),
    ("calculate", {"expression": "#4 / 1 million people"}),
    ("verify", {"claim": "Norway population > 5 million"}),
    ("finish", {"answer": "#3 #2"}),
    ("lookup", {"source": "Atlantis", "field": "population"}),
    ("calculate", {"expression": "5 km + 3 people"}),
    ("lookup", {"source": "Norway"}),
    ("search", {"query": "x" * 501}),
    ("shell", {"command": "true"}),
)


async def _talk() -> tuple[list[Tool], list[CallToolResult | str]]:
    async with Client(SERVER, read_timeout_seconds=60) as client:
        listed = await client.list_tools()
        answers: list[CallToolResult | str] = []
        for tool, arguments in CALLS:
            try:
                answers.append(await client.call_tool(tool, dict(arguments)))
            except MCPError as error:
                answers.append(str(error))
        return list(listed.tools), answers


@pytest.fixture(scope="module")
def talk() -> tuple[list[Tool], list[CallToolResult | str]]:
    return asyncio.run(_talk())


def reply(talk: tuple[list[Tool], list[CallToolResult | str]], number: int) -> Reply:
    found = talk[1][number]
    assert isinstance(found, CallToolResult), found
    return Reply.model_validate(found.structured_content)


def test_the_five_tools_are_offered_with_their_types(talk: Any) -> None:
    tools = {tool.name: tool for tool in talk[0]}
    assert set(tools) == {tool.name for tool in TOOLS}
    for tool in TOOLS:
        schema = tools[tool.name].input_schema
        assert set(schema["properties"]) == {*tool.required, *tool.optional}
        assert schema["required"] == list(tool.required)
        assert all(each["description"] for each in schema["properties"].values())
        assert "citations" in (tools[tool.name].output_schema or {})["properties"]
        hints = tools[tool.name].annotations
        assert hints is not None
        assert hints.read_only_hint


def test_calls_build_on_each_other_by_reference(talk: Any) -> None:
    assert [reply(talk, n).reference for n in range(6)] == ["#1", "#2", "#3", "#4", "#5", "#6"]
    assert {row.name for row in reply(talk, 1).rows} == {"Norway", "Sweden", "Finland", "Germany"}
    assert [row.name for row in reply(talk, 2).rows] == ["Germany"]


def test_a_value_is_exact_and_rounded_and_cites_its_facts(talk: Any) -> None:
    gdp = reply(talk, 3)
    assert (gdp.value, gdp.unit, gdp.period) == ("4456000000000", "USD", "2023")
    assert gdp.rounded == "4,456,000,000,000 USD"
    assert [(c.entity, c.field, c.source) for c in gdp.citations] == [
        ("Germany", "gdp", "worldbank")
    ]
    computed = reply(talk, 4)
    assert (computed.value, computed.unit) == ("4456000", "USD/people")
    assert computed.expression == "4,456,000,000,000 USD / 1,000,000 people"
    assert computed.citations == gdp.citations


def test_a_claim_and_an_answer(talk: Any) -> None:
    assert reply(talk, 5).truth == "supported"
    answer = reply(talk, 6)
    assert (answer.kind, answer.reference) == ("answer", "")
    assert "Germany" in answer.text
    assert answer.n_citations >= len(answer.citations) > 0


def test_failures_are_replies_of_one_line(talk: Any) -> None:
    for number, reason in ((7, "unknown entity"), (8, "type mismatch")):
        found = talk[1][number]
        assert isinstance(found, CallToolResult)
        assert found.is_error
        said = reply(talk, number)
        assert (said.kind, said.reason) == ("failed", reason)
        assert "\n" not in said.text
        assert "Traceback" not in said.text


@pytest.mark.parametrize("number", [9, 10, 11])
def test_what_is_no_call_is_refused_by_the_protocol(talk: Any, number: int) -> None:
    found = talk[1][number]
    said = found if isinstance(found, str) else str(found.content)
    assert isinstance(found, str) or found.is_error
    assert "Traceback" not in said


def test_old_values_are_let_go() -> None:
    desk = Desk(Toolbox(FewFacts()))
    for _ in range(MAX_KEPT):
        desk.calculate("1 + 1")
    assert not desk.calculate("#1 + 1").is_error
    assert desk.calculate("#1 + 1").is_error
    assert not desk.calculate(f"#{MAX_KEPT} + 1").is_error


def test_the_command_serves_the_tools_of_its_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    served: list[tuple[Tools, bool]] = []
    tools = Toolbox(FewFacts())
    monkeypatch.setattr("ui.commands.tools_for", lambda settings: tools)
    monkeypatch.setattr(
        "ui.mcp.serve", lambda tools, *, is_online: served.append((tools, is_online))
    )
    assert cli.main(["mcp", "--cache", str(tmp_path)]) == 0
    assert served == [(tools, False)]
