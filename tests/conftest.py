"""Fences for every test: no network beyond this machine, an empty home, seeded randomness, few threads.

Covered: sockets of this process, and browser tests where no browser can be had.
Not covered: sockets of a child process.
"""

from __future__ import annotations

import importlib.util
import ipaddress
import os
import random
import shutil
import socket
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("OMP_NUM_THREADS", "2")  # more only fights over a small machine's cores
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
if not Path("/dev/nvidia0").exists():
    os.environ.setdefault("TRITON_INTERPRET", "1")  # read when anything first imports Triton

settings.register_profile("suite", deadline=None, max_examples=50, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


class NetworkRefusedError(RuntimeError):
    """Not an OSError on purpose: code that forgives a dead network must not forgive this."""


def _is_local(host: object) -> bool:
    if host in (None, "", "localhost", b"localhost"):
        return True
    try:
        return ipaddress.ip_address(host if isinstance(host, str) else str(host)).is_loopback
    except ValueError:
        return False


def _refuse_unless_local(host: object) -> None:
    if not _is_local(host):
        raise NetworkRefusedError(
            f"a test tried to reach {host!r}; only tests marked `network` may"
        )


@pytest.fixture(autouse=True)
def _stay_on_this_machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse connections and name look-ups that leave this machine."""
    if request.node.get_closest_marker("network"):
        return
    connect, connect_ex, look_up = (
        socket.socket.connect,
        socket.socket.connect_ex,
        socket.getaddrinfo,
    )

    def guarded_connect(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple):
            _refuse_unless_local(address[0])
        connect(self, address)  # type: ignore[arg-type]

    def guarded_connect_ex(self: socket.socket, address: object) -> int:
        if isinstance(address, tuple):
            _refuse_unless_local(address[0])
        return connect_ex(self, address)  # type: ignore[arg-type]

    def guarded_look_up(host: object, *args: object, **options: object) -> object:
        _refuse_unless_local(host)
        return look_up(host, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_look_up)


def pytest_configure(config: pytest.Config) -> None:
    """Give the whole run a home of its own, so that no test reads the user's settings or fills the user's caches."""
    home = tempfile.TemporaryDirectory(prefix="palimpsest-tests-", ignore_cleanup_errors=True)
    config.add_cleanup(home.cleanup)
    os.environ["HOME"] = home.name
    named = [name for name in os.environ if name.startswith(("XDG_", "PALIMPSEST_"))]
    for name in set(named) - {"PALIMPSEST_PARITY"}:
        del os.environ[name]


def pytest_collection_finish() -> None:
    """Fixtures' folders were read while collecting; to the settings the variable would be an unknown key."""
    os.environ.pop("PALIMPSEST_PARITY", None)


@pytest.fixture(autouse=True)
def _same_seeds() -> None:
    """Start every test from the same random state."""
    random.seed(0)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(0)
        torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what this machine cannot run; from here, so that each reason is one line of the summary."""
    for marker, lack in (("browser", _no_browser), ("gpu", _no_gpu)):
        if item.get_closest_marker(marker) and (reason := lack()):
            pytest.skip(reason)


def _no_browser() -> str:
    if not any(shutil.which(name) for name in BROWSERS):
        return "no Chromium on this machine; make test-ui installs it"
    if not importlib.util.find_spec("playwright"):
        return "Playwright is not installed; make test-ui installs it"
    return ""


def _no_gpu() -> str:
    import torch

    return "" if torch.cuda.is_available() else "no CUDA device"


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of this machine's Chromium; for tests marked `browser`."""
    return next(path for name in BROWSERS if (path := shutil.which(name)))
