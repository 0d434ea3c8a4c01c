"""Which addresses are public: against Python's own tables, and in every disguise."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.web.addresses import is_own_network, kind_of

INNER_4 = ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"]


def carriers(inner: str) -> dict[str, IPv6Address]:
    """The ways to write an IPv4 address into an IPv6 one."""
    number = int(IPv4Address(inner))
    return {
        "mapped": IPv6Address(0xFFFF << 32 | number),
        "compatible": IPv6Address(number),
        "NAT64": IPv6Address(int(IPv6Address("64:ff9b::")) | number),
        "local NAT64": IPv6Address(int(IPv6Address("64:ff9b:1::")) | number),
        "6to4": IPv6Address(0x2002 << 112 | number << 80),
        "Teredo": IPv6Address(0x20010000 << 96 | (number ^ 0xFFFFFFFF)),
        "ISATAP": IPv6Address(int(IPv6Address("2606:4700::")) | 0x5EFE << 32 | number),
    }


@given(st.ip_addresses(v=4))
def test_what_python_calls_not_global_is_not_public(address: IPv4Address) -> None:
    if not address.is_global or address.is_multicast:
        assert kind_of(str(address))


@given(
    st.one_of(
        st.ip_addresses(v=6),
        st.sampled_from(
            ["fc00::/7", "fe80::/10", "2001::/23", "2001:db8::/32", "ff00::/8"]
        ).flatmap(lambda network: st.ip_addresses(network=network)),
    )
)
def test_what_python_calls_not_global_is_not_public_in_ipv6(address: IPv6Address) -> None:
    if not address.is_global or address.is_multicast:
        assert kind_of(str(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "2a00:1450::8a"]
)
def test_public_addresses_pass(address: str) -> None:
    assert kind_of(address) == ""


@given(st.sampled_from(INNER_4).flatmap(lambda a: st.sampled_from(sorted(carriers(a).items()))))
def test_an_inner_address_in_ipv6_dress_is_not_public(dressed: tuple[str, IPv6Address]) -> None:
    assert kind_of(str(dressed[1]))


def test_a_translated_public_address_is_public() -> None:
    """On networks without IPv4 the resolver gives nothing else (DNS64)."""
    assert kind_of(str(carriers("8.8.8.8")["NAT64"])) == ""


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("169.254.169.254", "link-local"),
        ("168.63.129.16", "metadata"),
        ("100.100.100.200", "shared"),
        ("192.0.0.192", "reserved"),
        ("fd00:ec2::254", "private"),
        ("fe80::1%eth0", "link-local"),
        ("0.0.0.0", "unspecified"),
        ("::", "unspecified"),
        ("255.255.255.255", "reserved"),
        ("224.0.0.251", "multicast"),
        ("4000::1", "reserved"),
    ],
)
def test_the_kind_is_named(address: str, kind: str) -> None:
    assert kind_of(address) == kind


@pytest.mark.parametrize(
    ("address", "is_own"),
    [
        ("127.0.0.1", True),
        ("192.168.1.5", True),
        ("fd12::1", True),
        ("8.8.8.8", True),
        ("169.254.169.254", False),
        ("168.63.129.16", False),
        ("224.0.0.1", False),
        ("0.0.0.0", False),
    ],
)
def test_a_service_may_live_at_home_but_not_at_a_metadata_address(
    address: str, is_own: bool
) -> None:
    assert is_own_network(address) is is_own


def test_what_is_no_address_is_an_error() -> None:
    with pytest.raises(ValueError, match="not appear to be"):
        ip_address("localhost")
    with pytest.raises(ValueError, match="localhost"):
        kind_of("localhost")
