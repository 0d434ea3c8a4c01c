"""Which numeric addresses belong to the public internet.

Guarantees: loopback, private, shared, link-local, multicast, documentation, reserved and metadata addresses are
named, in IPv4, IPv6 and every form that carries an IPv4 address inside an IPv6 one. The networks are those of
IANA's special-purpose registries (RFC 6890) with the metadata services outside of them.
"""

from __future__ import annotations

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

_SPECIAL_4 = {
    "0.0.0.0/8": "unspecified",
    "10.0.0.0/8": "private",
    "100.64.0.0/10": "shared",
    "127.0.0.0/8": "loopback",
    "168.63.129.16/32": "metadata",
    "169.254.0.0/16": "link-local",
    "172.16.0.0/12": "private",
    "192.0.0.0/24": "reserved",
    "192.0.2.0/24": "documentation",
    "192.88.99.0/24": "relay",
    "192.168.0.0/16": "private",
    "198.18.0.0/15": "benchmarking",
    "198.51.100.0/24": "documentation",
    "203.0.113.0/24": "documentation",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "reserved",
}
_SPECIAL_6 = {
    "::/128": "unspecified",
    "::1/128": "loopback",
    "::ffff:0:0/96": "IPv4-mapped",
    "::/96": "IPv4-compatible",
    "64:ff9b:1::/48": "private translation",
    "100::/64": "discard",
    "2001::/32": "Teredo",
    "2001::/23": "reserved",
    "2001:db8::/32": "documentation",
    "2002::/16": "6to4",
    "3fff::/20": "documentation",
    "fc00::/7": "private",
    "fe80::/10": "link-local",
    "fec0::/10": "site-local",
    "ff00::/8": "multicast",
}
_GLOBAL_6 = IPv6Network("2000::/3")
_TRANSLATED = IPv6Network("64:ff9b::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)
_OWN_NETWORK = frozenset({"private", "loopback", "shared"})


def _networks(table: dict[str, str]) -> tuple[tuple[Network, str], ...]:
    return tuple((ip_network(text), kind) for text, kind in table.items())


_KINDS_4, _KINDS_6 = _networks(_SPECIAL_4), _networks(_SPECIAL_6)


def kind_of(text: str) -> str:
    """What keeps an address off the public internet (`loopback`, `private` ...); empty if nothing does.

    ValueError if the text is not an address in its usual notation.
    """
    address = ip_address(text)
    return _kind_4(address) if isinstance(address, IPv4Address) else _kind_6(address)


def is_own_network(text: str) -> bool:
    """Whether a service of the user's may live at the address: public, or on this machine or its network."""
    kind = kind_of(text)
    return not kind or kind in _OWN_NETWORK


def _kind_4(address: IPv4Address) -> str:
    return next((kind for network, kind in _KINDS_4 if address in network), "")


def _kind_6(address: IPv6Address) -> str:
    """A translated address (NAT64, RFC 6052) is as public as the IPv4 address within."""
    if address.scope_id:
        return "link-local"
    if address in _TRANSLATED:
        return _kind_4(IPv4Address(int(address) & 0xFFFFFFFF))
    if kind := next((kind for network, kind in _KINDS_6 if address in network), ""):
        return kind
    if int(address) >> 32 & 0xFFFFFFFF in _ISATAP:
        return "ISATAP"
    return "" if address in _GLOBAL_6 else "reserved"
