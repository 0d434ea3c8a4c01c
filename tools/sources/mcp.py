"""MCP servers of the user's as sources: `weather:Oslo` asks the server `weather`, and a field is one of its tools.

Only tools on the server's allow-list are called, and only by address: a server is never asked for a mere name. Guarantees:
what it says is data, stands as a fact with its digest, and is cut where it is long; nothing in it becomes a call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from threading import Event
from typing import Any, TypeAlias

from pydantic import BaseModel, ConfigDict, TypeAdapter

from tools.facts.names import fold
from tools.sources.answers import Service, finding, nothing, or_failed
from tools.sources.mcp_web import McpWeb, one_line
from tools.sources.servers import McpServer, McpTool
from tools.sources.types import Candidate, Finding, Found
from tools.sources.values import Reading, Teller, check_timeless, number_reading, scalar
from tools.types import Entity, FieldRef, Reason
from tools.values.periods import read_period
from tools.values.units import canonical, read_quantity
from tools.web.meter import Meter
from tools.web.quoting import disarmed
from tools.web.types import Page, Web

MAX_CHARS = 4000
Recorded: TypeAlias = Callable[[Web], Web]
_WRAPPED = "result"  # how servers wrap a plain value


class _Told(BaseModel):
    is_error: bool
    text: str
    structured: dict[str, Any] | None


class _Value(BaseModel):
    """A value as a careful server states it; other keys are let be."""

    model_config = ConfigDict(extra="ignore")
    value: Decimal | str
    unit: str = ""
    period: str = ""


_TOLD, _VALUE = TypeAdapter(_Told), TypeAdapter(_Value)


def open_servers(
    servers: Iterable[McpServer], meter: Meter, stop: Event, recorded: Recorded = lambda web: web
) -> tuple[McpSource, ...]:
    """The servers as sources of one run; `recorded` puts a tape around what they answer."""
    return tuple(McpSource(server, recorded(McpWeb(server, meter, stop))) for server in servers)


@dataclass(frozen=True, slots=True)
class McpSource:
    """One server of the user's."""

    server: McpServer
    web: Web

    @property
    def id(self) -> str:
        """The scheme by which it is addressed."""
        return self.server.id

    @property
    def name(self) -> str:
        """What people call it."""
        return self.server.name or self.server.id

    @property
    def licence(self) -> str:
        """The terms of its data, as the user stated them."""
        return self.server.licence

    @property
    def homepage(self) -> str:
        """Where people read about it."""
        return self.server.homepage

    def fields(self, entity: str = "") -> tuple[FieldRef, ...]:
        """The tools on the allow-list."""
        return tuple(FieldRef(tool.name, tool.label) for tool in self.server.tools)

    def resolve(self, text: str, lang: str) -> tuple[Candidate, ...]:
        """None: what a server makes of a name cannot be told before it is asked."""
        return ()

    @or_failed
    def get(self, entity: str, field: str, period: str | None = None) -> Found:
        """What the tool that answers the field says of the entity."""
        tool = self._tool(field)
        if not tool.period:
            check_timeless(period, f"{tool.label} of {self.name}")
        told, page = self._asked(tool, entity.strip(), period)
        if told.is_error:
            said = one_line(told.text) or "it gave no reason"
            raise nothing(Reason.NO_VALUE, f"{self.name} could not say: {said}")
        reading = self._reading(told, tool.unit, period or "")
        teller = Teller(self.name, self.licence, page)
        thing = Entity(f"{self.id}:{entity.strip()}", entity.strip(), self.id)
        origin = teller.source(self.homepage, native=tool.name)
        return scalar([teller.fact(thing, tool.label, reading, origin)])

    def check(self) -> Finding:
        """Whether the server can be started and has the tools on the list; none of them is called."""
        return finding(self.id, self._look)

    def _look(self) -> str:
        told, _ = Service(self.web, self.name).json(f"mcp://{self.id}/", {}, _TOLD, is_fresh=True)
        offered = told.text.splitlines()
        missing = [tool.name for tool in self.server.tools if tool.name not in offered]
        if missing:
            raise nothing(
                Reason.NOT_FOUND, f"{self.name} has no tool {', '.join(missing)}; mend its tools"
            )
        return f"answers; may be asked for {', '.join(tool.label for tool in self.server.tools)}"

    def _tool(self, field: str) -> McpTool:
        asked = fold(field.replace("_", " "))
        for tool in self.server.tools:
            if asked in (fold(tool.label), fold(tool.name.replace("_", " "))):
                return tool
        known = tuple(tool.label for tool in self.server.tools)
        detail = f"{field.strip()!r} is not on the allow-list of {self.name}; it has {', '.join(known) or 'nothing'}"
        raise nothing(Reason.UNKNOWN_FIELD, detail, known)

    def _asked(self, tool: McpTool, entity: str, period: str | None) -> tuple[_Told, Page]:
        params = {**tool.arguments, tool.entity: entity}
        if period:
            params[tool.period] = period
        return Service(self.web, self.name).json(f"mcp://{self.id}/{tool.name}", params, _TOLD)

    def _reading(self, told: _Told, unit: str, period: str) -> Reading:
        """What was told: a number with its unit where it is one, else text, cut where it is long."""
        stated = (told.structured or {}).get(_WRAPPED, told.structured)
        if isinstance(stated, dict) and "value" in stated:
            found = Service(self.web, self.name).shaped(stated, _VALUE)
            return _valued(found.value, found.unit or unit, read_period(found.period) or period)
        if isinstance(stated, int | Decimal | str) and not isinstance(stated, bool):
            return _valued(stated, unit, period)
        text = told.text or (str(stated) if stated else "")
        if not text.strip():
            raise nothing(Reason.NO_VALUE, f"{self.name} answered with nothing")
        return _valued(text, unit, period)


def _valued(value: Decimal | int | str, unit: str, period: str) -> Reading:
    if not isinstance(value, str):
        return number_reading(Decimal(value), canonical(unit), period)
    if quantity := read_quantity(value.strip(), unit):
        return number_reading(quantity.number, quantity.unit or canonical(unit), period)
    text = disarmed(value).strip()
    return Reading(text if len(text) <= MAX_CHARS else f"{text[:MAX_CHARS]} …", period=period)
