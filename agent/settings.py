"""Every setting, in one frozen model: defaults < TOML file < environment < command line.

Guarantees: an unknown key or a value out of range is an error that names it; nothing else in the project reads
the environment. A key `budget.max_turns` is `[budget] max_turns` in the file and `PALIMPSEST_BUDGET_MAX_TURNS`
in the environment.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
)

from agent.arms import ArmSpec, arms
from agent.errors import SettingsError
from agent.servers import McpServers
from agent.types import Arm, Budget, Language
from model.types import DecodeParams
from tools.reach import WorldOptions
from tools.web.options import Caps, Egress, Recording, WebOptions

PREFIX = "PALIMPSEST_"
FILE_VARIABLE = "PALIMPSEST_SETTINGS"

_HIDDEN = ("web.proxy", "mcp")  # may hold a password or a key

Service: TypeAlias = Annotated[str, Field(pattern=r"^(https?://)?[\w.-]+(:\d{1,5})?/?$")]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BudgetSettings(_Section):
    """Caps of one run."""

    max_turns: int = Field(default=16, ge=1, le=1000)
    max_calls: int = Field(default=32, ge=1, le=10_000)
    max_seconds: float = Field(default=60.0, gt=0, le=86_400)
    max_tokens: int = Field(default=1_000_000, ge=1, le=1_000_000_000)


class DecodeSettings(_Section):
    """How the diffusion arm denoises; `widen_below` is the confidence under which a revision widens.

    With `proofread` a draft in doubt is read from left to right: the embedded planner can, by the plain rules.
    """

    select: str = "threshold"
    remask: str = "none"
    threshold: float = Field(default=0.7, ge=0, le=1)
    max_steps: int = Field(default=8, ge=1, le=1000)
    proofread: bool = True
    widen_below: float = Field(default=0.5, ge=0, le=1)

    @property
    def proofreads(self) -> bool:
        """Whether drafts in doubt are read; rules that remask or select otherwise go their own way."""
        return self.proofread and (self.select, self.remask) == ("threshold", "none")


class WebSettings(_Section):
    """How far a run may go on the web, who asks, and its caps. `services` are the user's own (`host:port`)."""

    egress: Literal["off", "local", "public"] = "off"
    contact: str = Field(default="", pattern=r"^[!-~]*$", max_length=200)
    services: tuple[Service, ...] = ()
    proxy: str = Field(default="", pattern=r"^(https?://[!-~]+)?$", repr=False)
    recording: Literal["off", "record", "replay"] = "off"
    recording_dir: Path | None = None
    max_calls: int = Field(default=200, ge=1, le=100_000)
    max_calls_per_host: int = Field(default=100, ge=1, le=100_000)
    max_bytes: int = Field(default=200_000_000, ge=1, le=100_000_000_000)
    max_seconds: float = Field(default=600.0, gt=0, le=86_400)

    @field_validator("services", mode="before")
    @classmethod
    def _listed(cls, given: object) -> object:
        """The environment gives one text, with commas."""
        return [part.strip() for part in given.split(",")] if isinstance(given, str) else given


class SearchSettings(_Section):
    """Engines that have to be named: `searxng` is the address of the user's own, `ddgs` asks public ones."""

    searxng: str = Field(default="", pattern=r"^(https?://[\w.-]+(:\d{1,5})?(/[\w./-]*)?)?$")
    ddgs: bool = False


class Settings(_Section):
    """All settings."""

    model: str = "embedded"
    ar_model: str = ""
    lang: Literal["auto", "en", "zh"] = "auto"
    seed: int = 0
    constrained: bool = True
    shows_canvas: bool = True
    live: bool = False
    workers: int = Field(default=8, ge=1, le=64)
    state_dir: Path = Field(default_factory=lambda: _home("XDG_STATE_HOME", ".local/state"))
    cache_dir: Path = Field(default_factory=lambda: _home("XDG_CACHE_HOME", ".cache"))
    budget: BudgetSettings = BudgetSettings()
    decode: DecodeSettings = DecodeSettings()
    web: WebSettings = WebSettings()
    search: SearchSettings = SearchSettings()
    documents: Path | None = None
    mcp: McpServers = ()

    @property
    def runs_dir(self) -> Path:
        """Where runs keep their logs."""
        return self.state_dir / "runs"

    @property
    def caps(self) -> Budget:
        """The caps as a run takes them."""
        return Budget(**self.budget.model_dump())

    @property
    def web_options(self) -> WebOptions:
        """What the web client is told."""
        web = self.web
        own = [_host(self.search.searxng)] if self.search.searxng else []
        return WebOptions(
            egress=Egress(web.egress),
            contact=web.contact,
            services=tuple(dict.fromkeys((*web.services, *own))),
            proxy=web.proxy,
            cache_dir=self.cache_dir / "web",
            recording=Recording(web.recording),
            recording_dir=web.recording_dir or self.state_dir / "recording",
            caps=Caps(web.max_calls, web.max_bytes, web.max_seconds, web.max_calls_per_host),
        )

    @property
    def world_options(self) -> WorldOptions:
        """What a run may use beside the bundled facts."""
        return WorldOptions(
            web=self.web_options,
            documents=self.documents,
            cache_dir=self.cache_dir,
            searxng=self.search.searxng,
            ddgs=self.search.ddgs,
            servers=tuple(server.options for server in self.mcp),
        )

    @property
    def answer_lang(self) -> Language | None:
        """The language to answer in; None follows the question."""
        return None if self.lang == "auto" else self.lang

    def arms(self) -> Mapping[Arm, ArmSpec]:
        """Every arm, with the decoding these settings ask for."""
        one_by_one = DecodeParams(
            block_length=1, max_steps=1, seed=self.seed, constrained=self.constrained
        )
        whole = replace(
            one_by_one,
            block_length=None,
            select=self.decode.select,
            remask=self.decode.remask,
            threshold=self.decode.threshold,
            max_steps=self.decode.max_steps,
        )
        return arms(whole, one_by_one)


def load(
    overrides: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
    file: Path | None = None,
) -> Settings:
    """The settings from file, environment and `overrides` (dotted keys; None values are passed over)."""
    env = os.environ if environ is None else environ
    given = {key: value for key, value in (overrides or {}).items() if value is not None}
    merged = {**_from_file(file or _file(env)), **_from_environment(env), **_known(given, "")}
    try:
        return Settings.model_validate(_nested(merged))
    except ValidationError as error:
        raise SettingsError(_explained(error)) from error


def keys(section: type[BaseModel] = Settings, prefix: str = "") -> Iterator[str]:
    """Every dotted key."""
    for name, field in section.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from keys(kind, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def _host(url: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _home(variable: str, otherwise: str) -> Path:
    base = os.environ.get(variable)
    return (Path(base) if base else Path.home() / otherwise) / "palimpsest"


def _file(environ: Mapping[str, str]) -> Path | None:
    if named := environ.get(FILE_VARIABLE):
        return Path(named)
    default = _home("XDG_CONFIG_HOME", ".config") / "settings.toml"
    return default if default.is_file() else None


def _from_file(path: Path | None) -> dict[str, object]:
    if path is None:
        return {}
    try:
        return _known(_flat(tomllib.loads(path.read_text("utf-8"))), f" in {path}")
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"settings file {path} cannot be read: {error}") from error


def _from_environment(environ: Mapping[str, str]) -> dict[str, object]:
    names = {PREFIX + key.replace(".", "_").upper(): key for key in keys()}
    given = {name: text for name, text in environ.items() if name.startswith(PREFIX)}
    given.pop(FILE_VARIABLE, None)
    for name in given:
        if name not in names:
            raise SettingsError(_unknown(name, names, " in the environment"))
    return {names[name]: text for name, text in given.items()}


def _known(given: Mapping[str, object], where: str) -> dict[str, object]:
    known = list(keys())
    for key in given:
        if key not in known:
            raise SettingsError(_unknown(key, known, where))
    return dict(given)


def _unknown(name: str, known: Mapping[str, str] | list[str], where: str) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    remedy = f"did you mean {close[0]}?" if close else f"known: {', '.join(sorted(known))}"
    return f"unknown setting {name!r}{where}; {remedy}"


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found


def _nested(flat: Mapping[str, object]) -> dict[str, object]:
    tree: dict[str, Any] = {}
    for key, value in flat.items():
        *sections, name = key.split(".")
        inner = tree
        for section in sections:
            inner = inner.setdefault(section, {})
        inner[name] = value
    return tree


def _explained(error: ValidationError) -> str:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    given = "(hidden)" if key.startswith(_HIDDEN) else repr(first["input"])
    return f"setting {key} = {given} is refused: {first['msg'].lower()}"
