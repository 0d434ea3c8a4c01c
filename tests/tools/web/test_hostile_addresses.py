"""Every disguise of an inner address, through the whole client: refused, and nothing is dialed."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.services import Services, moved
from tools.types import Failed, Reason
from tools.web.refusals import Refusal
from tools.web.targets import check_public_name, target
from tools.web.types import Request

HOSTILE = {
    "loopback": "http://127.0.0.1/",
    "loopback elsewhere": "http://127.8.9.10/",
    "short form": "http://127.1/",
    "shorter form": "http://127.0.1/",
    "one decimal number": "http://2130706433/",
    "one hexadecimal number": "http://0x7f000001/",
    "one octal number": "http://017700000001/",
    "octal parts": "http://0177.0.0.1/",
    "hexadecimal parts": "http://0x7f.0x0.0x0.0x1/",
    "mixed parts": "http://0x7f.0.0.01/",
    "leading zeros": "http://127.000.000.001/",
    "too large a number": "http://4294967297/",
    "final dot": "http://127.0.0.1./",
    "zero": "http://0/",
    "unspecified": "http://0.0.0.0/",
    "full width digits": "http://１２７.０.０.１/",
    "circled digits": "http://①②⑦.⓪.⓪.①/",
    "ideographic dots": "http://127。0。0。1/",
    "percent-encoded digits": "http://%31%32%37.0.0.1/",
    "percent-encoded dot": "http://127%2e0%2e0%2e1/",
    "private A": "http://10.0.0.1/",
    "private B": "http://172.31.255.255/",
    "private C": "http://192.168.0.1/",
    "shared": "http://100.64.0.1/",
    "metadata": "http://169.254.169.254/latest/meta-data/",
    "metadata as a number": "http://2852039166/",
    "metadata of others": "http://100.100.100.200/",
    "metadata, public address": "http://168.63.129.16/",
    "metadata by name": "http://metadata.google.internal/",
    "IPv6 loopback": "http://[::1]/",
    "IPv6 loopback in full": "http://[0:0:0:0:0:0:0:1]/",
    "IPv6 unspecified": "http://[::]/",
    "IPv4-mapped": "http://[::ffff:127.0.0.1]/",
    "IPv4-mapped in hexadecimal": "http://[::ffff:7f00:1]/",
    "IPv4-compatible": "http://[::127.0.0.1]/",
    "NAT64": "http://[64:ff9b::7f00:1]/",
    "NAT64 of metadata": "http://[64:ff9b::169.254.169.254]/",
    "6to4": "http://[2002:7f00:1::]/",
    "Teredo": "http://[2001:0:4136:e378:8000:63bf:80ff:fffe]/",
    "unique local": "http://[fd00:ec2::254]/",
    "link-local": "http://[fe80::1]/",
    "with a zone": "http://[fe80::1%25eth0]/",
    "site-local": "http://[fec0::1]/",
    "IPv6 multicast": "http://[ff02::1]/",
    "multicast": "http://224.0.0.1/",
    "broadcast": "http://255.255.255.255/",
    "reserved": "http://240.0.0.1/",
    "localhost": "http://localhost/",
    "localhost with a final dot": "http://localhost./",
    "localhost in capitals": "http://LOCALHOST/",
    "below localhost": "http://app.localhost/",
    "a single label": "http://intranet/",
    "a name of a home": "http://router.lan/",
    "user part": "http://example.org@127.0.0.1/",
    "user part before a public host": "http://127.0.0.1@example.org/",
    "empty user part": "http://@example.org/",
    "user part with a backslash": "http://example.org\\@127.0.0.1/",
    "backslash": "http://127.0.0.1\\.example.org/",
    "tab in the host": "http://exam\tple.org/",
    "line end": "http://example.org/\r\nHost: 127.0.0.1",
    "NUL": "http://example.org\x00.127.0.0.1/",
    "space": "http://example.org /",
    "another port": "http://example.org:6379/",
    "port of mail": "https://example.org:25/",
    "no port at all": "http://example.org:99999/",
    "file": "file:///etc/passwd",
    "gopher": "gopher://example.org/",
    "ftp": "ftp://example.org/",
    "no scheme": "//example.org/",
    "data": "data:text/html,hello",
    "script": "javascript:alert(1)",
    "unix socket": "http+unix://%2Fvar%2Frun%2Fdocker.sock/info",
    "no host": "http:///path",
    "empty": "",
    "too long": "http://example.org/" + "a" * 9000,
}


@pytest.mark.parametrize("url", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("is_page", [True, False])
def test_a_hostile_address_is_refused(services: Services, url: str, is_page: bool) -> None:
    outcome = services.client().get(Request(url, is_page=is_page))
    assert isinstance(outcome, Failed)
    assert (outcome.reason, outcome.retryable) == (Reason.BLOCKED, False)
    assert len(outcome.detail.splitlines()) == 1
    assert services.dialed == []
    assert services.resolved == []


@pytest.mark.parametrize("url", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_redirect_to_it_is_refused(services: Services, url: str) -> None:
    services.route("start.example.org", "/", moved(url.encode().decode("latin-1")))
    outcome = services.client().get(Request("http://start.example.org/", is_page=True))
    assert isinstance(outcome, Failed)
    assert {host for host, _ in services.dialed} <= {"93.184.216.34"}
    assert {visit.host for visit in services.visits} <= {"start.example.org", "example.org"}


@pytest.mark.parametrize(
    "addresses",
    [
        ("127.0.0.1",),
        ("93.184.216.34", "10.0.0.1"),
        ("::1", "93.184.216.34"),
        ("64:ff9b::a00:1",),
        ("::ffff:93.184.216.34",),
        ("169.254.169.254",),
        ("fe80::1%2",),
    ],
)
def test_a_name_is_refused_if_any_address_behind_it_is_inner(
    services: Services, addresses: Sequence[str]
) -> None:
    services.addresses["evil.example.org"] = addresses
    outcome = services.client().get(Request("https://evil.example.org/", is_page=True))
    assert isinstance(outcome, Failed)
    assert outcome.reason is Reason.BLOCKED
    assert "evil.example.org leads to" in outcome.detail
    assert services.dialed == []


def reaches_inside(host: str) -> bool:
    """What the system's own reading of a numeric host would connect to."""
    try:
        number = socket.inet_aton(host)
    except OSError:
        return False
    return number[0] in (0, 10, 127) or number[:2] in (b"\xc0\xa8", b"\xa9\xfe")


@given(
    st.lists(
        st.one_of(
            st.integers(0, 2**32).map(str),
            st.integers(0, 255).map(hex),
            st.integers(0, 255).map(oct),
        ),
        min_size=1,
        max_size=4,
    ).map(lambda parts: ".".join(parts).replace("0o", "0"))
)
def test_no_numeric_host_passes_that_the_system_would_read_as_inner(host: str) -> None:
    try:
        there = target(f"http://{host}/")
        check_public_name(there)
    except Refusal:
        return
    assert there.host == host
    assert there.is_numeric
    assert not reaches_inside(host)


@given(st.text(max_size=60))
def test_any_text_is_a_target_or_a_refusal(text: str) -> None:
    for url in (text, f"http://{text}/", f"http://example.org/{text}"):
        with suppress(Refusal):
            there = target(url)
            assert target(there.text) == there
