"""The fences of conftest hold."""

from __future__ import annotations

import os
import pwd
import random
import socket
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import NetworkRefusedError


def test_a_test_reaches_no_other_machine() -> None:
    with socket.socket() as caller, pytest.raises(NetworkRefusedError):
        caller.connect(("192.0.2.1", 80))
    with pytest.raises(NetworkRefusedError):
        socket.getaddrinfo("example.org", 443)


def test_a_test_reaches_this_machine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        waiting = threading.Thread(target=lambda: server.accept()[0].close())
        waiting.start()
        socket.create_connection(server.getsockname()).close()
        waiting.join()


@given(st.integers(1, 9))
def test_properties_stay_behind_the_fence(number: int) -> None:
    with socket.socket() as caller, pytest.raises(NetworkRefusedError):
        caller.connect_ex(("192.0.2.1", number))


def test_tests_have_a_home_of_their_own() -> None:
    assert Path.home().name.startswith("palimpsest-tests-")
    assert Path.home() != Path(pwd.getpwuid(os.getuid()).pw_dir)


@pytest.mark.parametrize("_", range(2))
def test_every_test_starts_from_the_same_random_state(_: int) -> None:
    assert random.random() == random.Random(0).random()
