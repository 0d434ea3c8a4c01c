"""What this machine has, what it lacks, and what still works without it."""

from __future__ import annotations

import ctypes.util
import importlib.metadata
import importlib.util
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from agent.settings import Settings

State = Literal["ok", "missing", "broken"]
_LEAST_PYTHON = (3, 11)
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `without` says what works all the same, `remedy` what to do."""

    name: str
    state: State
    detail: str
    is_needed: bool = False
    without: str = ""
    remedy: str = ""

    def as_json(self) -> dict[str, object]:
        """The finding as plain values."""
        return asdict(self)


def examine(settings: Settings) -> Iterator[Finding]:
    """Every finding, cheap ones first."""
    yield _python()
    yield _torch()
    yield _facts(settings)
    yield _model(settings)
    yield _folder(settings.state_dir)
    yield _pango()
    yield _chinese_font()
    yield _chromium()


def _python() -> Finding:
    version = platform.python_version()
    wanted = ".".join(map(str, _LEAST_PYTHON))
    if sys.version_info >= _LEAST_PYTHON:
        return Finding("python", "ok", version, is_needed=True)
    return Finding("python", "broken", version, True, remedy=f"install Python {wanted} or newer")


def _torch() -> Finding:
    remedy = "pip install torch"
    if importlib.util.find_spec("torch") is None:
        return Finding("torch", "missing", "not installed", True, "the facts and tools", remedy)
    return Finding("torch", "ok", f"{importlib.metadata.version('torch')}, {_precision()}", True)


def _precision() -> str:
    """What the runtime computes with here; asked of the runtime itself."""
    device = "from torch import cuda, device; d = device('cuda' if cuda.is_available() else 'cpu')"
    ask = f"{device}; from model.backbone.precision import fast_dtype; print(d, fast_dtype(d))"
    done = subprocess.run(  # noqa: S603 (this interpreter, a fixed program)
        [sys.executable, "-c", ask], capture_output=True, text=True, check=False
    )
    return done.stdout.strip().replace("torch.", "") if done.returncode == 0 else "does not start"


def _facts(settings: Settings) -> Finding:
    from agent.factory import facts
    from tools.facts.errors import FactsUnavailable

    try:
        store = facts(settings.cache_dir)
    except FactsUnavailable as error:
        remedy = "name a writable folder with --cache"
        return Finding("facts", "broken", str(error), True, "nothing", remedy)
    n = len(store.entities())
    return Finding("facts", "ok", f"{n:,} entities, {settings.cache_dir}", is_needed=True)


def _model(settings: Settings) -> Finding:
    from agent.factory import load
    from model.errors import ModelError

    try:
        name = load(settings.model).name
    except (ModelError, ImportError) as error:
        remedy = "make train, or name a folder with --model"
        return Finding("weights", "broken", str(error), True, "the facts and tools", remedy)
    return Finding("weights", "ok", name, is_needed=True)


def _folder(folder: Path) -> Finding:
    from ui.export.errors import ExportError
    from ui.export.write import ready

    try:
        ready(folder)
    except ExportError as error:
        remedy = "name a writable folder with --state"
        return Finding("run logs", "broken", str(error), True, "nothing", remedy)
    return Finding("run logs", "ok", str(folder), is_needed=True)


def _pango() -> Finding:
    found = [ctypes.util.find_library(name) for name in ("pango-1.0", "pangoft2-1.0")]
    if all(found):
        return Finding("pango", "ok", ", ".join(name for name in found if name))
    remedy = "apt-get install libpango-1.0-0 libpangoft2-1.0-0"
    without = "reports as html, md, docx and json; only pdf needs it"
    return Finding("pango", "missing", "text layout for PDF", False, without, remedy)


def _chinese_font() -> Finding:
    families = _fonts()
    if families:
        return Finding("chinese font", "ok", families[0])
    without = "everything but Chinese characters in a pdf"
    return Finding(
        "chinese font",
        "missing",
        "no font has them",
        False,
        without,
        "apt-get install fonts-noto-cjk",
    )


def _fonts() -> list[str]:
    if shutil.which("fc-list") is None:
        return []
    listed = subprocess.run(
        ["fc-list", ":lang=zh-cn", "family"],  # noqa: S607 (whichever fontconfig is installed)
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return sorted({line.partition(",")[0] for line in listed.stdout.splitlines() if line})


def _chromium() -> Finding:
    path = next((found for name in _BROWSERS if (found := shutil.which(name))), None)
    if path:
        return Finding("chromium", "ok", path)
    without = "everything but the browser tests"
    return Finding(
        "chromium", "missing", "for make test-ui", False, without, "make test-ui installs it"
    )
