"""Switched off, nothing opens a socket; switched on, the options decide what there is."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tools.types import Failed, Reason
from tools.web.client import Client
from tools.web.meter import Meter
from tools.web.opening import NoWeb, open_web
from tools.web.options import Caps, Egress, Recording, WebOptions
from tools.web.pages import Pages
from tools.web.provenance import Provenance
from tools.web.recording import RecordingWeb, ReplayWeb, Tape
from tools.web.scripted import ScriptedWeb
from tools.web.types import Request

URL = "https://example.org/"


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise AssertionError("a socket was opened")

    for name in ("socket", "create_connection", "getaddrinfo", "socketpair"):
        monkeypatch.setattr(socket, name, refuse)


@pytest.mark.usefixtures("no_sockets")
def test_switched_off_no_socket_is_opened(tmp_path: Path) -> None:
    meter = Meter(Caps())
    web = open_web(WebOptions(cache_dir=tmp_path), meter)
    provenance = Provenance()
    provenance.admit(URL, "question")
    for found in (web.get(Request(URL)), Pages(web, provenance).open_page(URL)):
        assert isinstance(found, Failed)
        assert found.reason is Reason.OFFLINE
        assert "--online" in found.detail
    assert meter.spent.calls == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("no_sockets")
@pytest.mark.parametrize("egress", [Egress.OFF, Egress.LOCAL])
def test_the_client_itself_keeps_to_its_scope(egress: Egress) -> None:
    from tools.web.network import Network

    client = Client(Network(WebOptions(egress=egress, services=("searx.lan",))))
    assert isinstance(client.get(Request(URL)), Failed)


@pytest.mark.usefixtures("no_sockets")
def test_a_replay_needs_no_network(tmp_path: Path) -> None:
    RecordingWeb(ScriptedWeb({URL: "fine"}), Tape(tmp_path)).get(Request(URL))
    options = WebOptions(egress=Egress.PUBLIC, recording=Recording.REPLAY, recording_dir=tmp_path)
    web = open_web(options, Meter(Caps()))
    assert isinstance(web, ReplayWeb)
    assert not isinstance(web.get(Request(URL)), Failed)


@pytest.mark.parametrize(
    ("egress", "recording", "kind"),
    [
        (Egress.OFF, Recording.OFF, NoWeb),
        (Egress.OFF, Recording.RECORD, NoWeb),
        (Egress.PUBLIC, Recording.OFF, Client),
        (Egress.LOCAL, Recording.RECORD, RecordingWeb),
        (Egress.OFF, Recording.REPLAY, ReplayWeb),
    ],
)
def test_the_options_decide(
    tmp_path: Path, egress: Egress, recording: Recording, kind: type
) -> None:
    options = WebOptions(egress, recording=recording, recording_dir=tmp_path)
    assert isinstance(open_web(options, Meter(Caps())), kind)


def test_a_recording_needs_a_folder() -> None:
    with pytest.raises(ValueError, match="needs a folder"):
        open_web(WebOptions(recording=Recording.REPLAY), Meter(Caps()))


def test_what_is_switched_off_imports_no_client() -> None:
    code = (
        "import sys; from tools.web.opening import open_web; from tools.web.options import *; "
        "from tools.web.meter import Meter; open_web(WebOptions(), Meter(Caps())); "
        "print([m for m in ('httpx', 'hishel', 'stamina', 'trafilatura') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
