"""Connections go to the addresses that were checked, and to no others."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Sequence
from typing import Any

import httpcore
import pytest

from tests.support.services import PUBLIC, Answer, Services, text
from tools.types import Failed, Reason
from tools.web.client import Client
from tools.web.network import Network, System
from tools.web.options import Egress, Limits, WebOptions
from tools.web.types import Page, Request

URL = "https://site.example.org/"
HOST = "site.example.org"


class ClosedDoors(httpcore.NetworkBackend):
    """Takes no connection at the addresses given, and hands the others on."""

    def __init__(self, closed: set[str], dial: httpcore.NetworkBackend) -> None:
        self.closed = closed
        self.dial = dial

    def connect_tcp(
        self, host: str, port: int, *args: Any, **options: Any
    ) -> httpcore.NetworkStream:
        if host in self.closed:
            raise httpcore.ConnectError("closed")
        return self.dial.connect_tcp(host, port, *args, **options)


def system_of(services: Services) -> System:
    network = services.network()
    return network._system


def test_the_checked_address_is_dialed_under_the_name_of_the_url(services: Services) -> None:
    services.addresses[HOST] = ("203.1.2.3",)
    services.route(HOST, "/", text("fine"))
    assert isinstance(services.client().get(Request(URL)), Page)
    assert services.dialed == [("203.1.2.3", 443)]
    assert services.tls_names == [HOST]
    assert services.visits[0].host == HOST
    assert services.resolved == [HOST]


def test_a_name_that_turns_inward_is_caught_at_the_next_connection(services: Services) -> None:
    """DNS rebinding: the first look-up is harmless, the second is not, and no third one is made for dialing."""
    services.addresses[HOST] = iter([(PUBLIC,), ("127.0.0.1",)])
    services.route(HOST, "/", Answer(b"fine", headers={"Connection": "close"}))
    client = services.client()
    assert isinstance(client.get(Request(URL)), Page)
    second = client.get(Request(URL))
    assert isinstance(second, Failed)
    assert second.reason is Reason.BLOCKED
    assert services.dialed == [(PUBLIC, 443)]
    assert services.resolved == [HOST, HOST]


def test_a_kept_connection_is_to_the_address_that_was_checked(services: Services) -> None:
    services.addresses[HOST] = iter([(PUBLIC,), ("127.0.0.1",)])
    services.route(HOST, "/", text("fine"))
    client = services.client()
    for _ in range(3):
        assert isinstance(client.get(Request(URL)), Page)
    assert services.dialed == [(PUBLIC, 443)]


def test_the_next_address_is_tried_when_one_takes_no_connection(services: Services) -> None:
    services.addresses[HOST] = ("2606:4700::1", PUBLIC)
    services.route(HOST, "/", text("fine"))
    beneath = system_of(services)
    doors = ClosedDoors({"2606:4700::1"}, beneath.dial)
    network = Network(WebOptions(egress=Egress.PUBLIC), System(beneath.resolver, doors, haste=1000))
    assert isinstance(Client(network).get(Request(URL)), Page)
    assert services.dialed == [(PUBLIC, 443)]
    network.close()


def test_a_host_that_takes_no_connection_is_unavailable(services: Services) -> None:
    beneath = system_of(services)
    limits = Limits(attempts=2, retry_wait_seconds=0.001)
    options = WebOptions(egress=Egress.PUBLIC, limits=limits)
    doors = ClosedDoors({PUBLIC}, beneath.dial)
    network = Network(options, System(beneath.resolver, doors, haste=1000))
    found = Client(network).get(Request(URL))
    network.close()
    assert isinstance(found, Failed)
    assert (found.reason, found.retryable) == (Reason.UNAVAILABLE, True)
    assert found.detail == "the connection to site.example.org failed"


def test_a_name_that_nobody_knows_is_unavailable(services: Services) -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(-2, "Name or service not known")

    options = WebOptions(egress=Egress.PUBLIC, limits=Limits(attempts=1))
    network = Network(options, System(unknown, system_of(services).dial))
    found = Client(network).get(Request(URL))
    network.close()
    assert isinstance(found, Failed)
    assert found.detail == "the name site.example.org was not found"


def test_a_resolver_that_hangs_ends_with_the_request(services: Services) -> None:
    released = threading.Event()

    def hanging(host: str, port: int) -> Sequence[str]:
        released.wait(30)
        return (PUBLIC,)

    options = WebOptions(egress=Egress.PUBLIC, limits=Limits(total_seconds=0.3))
    network = Network(options, System(hanging, system_of(services).dial))
    found = Client(network).get(Request(URL))
    released.set()
    network.close()
    assert isinstance(found, Failed)
    assert found.reason is Reason.TIMED_OUT


def test_no_proxy_is_taken_from_the_environment(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "http_proxy",
        "https_proxy",
        "all_proxy",
    ):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    services.route(HOST, "/", text("fine"))
    assert isinstance(services.client().get(Request("http://site.example.org/")), Page)
    assert services.dialed == [(PUBLIC, 80)]


def test_a_proxy_of_the_settings_is_used_wherever_it_is(services: Services) -> None:
    services.addresses["proxy.lan"] = ("10.0.0.3",)
    services.route(HOST, "http://site.example.org/", text("through the proxy"))
    client = services.client(proxy="http://me:swordfish@proxy.lan:3128")
    found = client.get(Request("http://site.example.org/"))
    assert isinstance(found, Page)
    assert found.text == "through the proxy"
    assert services.dialed == [("10.0.0.3", 3128)]
    assert "proxy-authorization" in services.visits[0].headers
    refused = client.get(Request("http://10.0.0.3:3128/"))
    assert isinstance(refused, Failed)
    assert refused.reason is Reason.BLOCKED


def test_a_proxy_that_is_none_is_named_without_its_password(services: Services) -> None:
    found = services.client(proxy="http://me:swordfish@proxy:nowhere").get(Request(URL))
    assert isinstance(found, Failed)
    assert "web.proxy" in found.detail
    assert "swordfish" not in found.detail


class FalsePapers(httpcore.NetworkBackend):
    """Takes connections, and shows a certificate that is not the host's."""

    def connect_tcp(
        self, host: str, port: int, *args: Any, **options: Any
    ) -> httpcore.NetworkStream:
        try:
            raise ssl.SSLCertVerificationError("certificate verify failed")
        except ssl.SSLError as error:
            raise httpcore.ConnectError(str(error)) from error


def test_a_wrong_certificate_is_told_and_not_tried_again(services: Services) -> None:
    options = WebOptions(egress=Egress.PUBLIC)
    network = Network(options, System(services.resolve, FalsePapers(), haste=1000))
    client = Client(network)
    found = client.get(Request(URL))
    network.close()
    assert isinstance(found, Failed)
    assert (found.detail, found.retryable) == (
        "the certificate of site.example.org is not valid",
        False,
    )
    assert client.meter.spent.calls == 1
