"""Where a request may go at all: scope, scheme, port, name, and who must be told who asks."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from tools.types import Reason
from tools.web.options import SWITCHED_OFF, Egress, WebOptions
from tools.web.policies import Contact, HostPolicy, policy_of
from tools.web.refusals import blocked, lasting
from tools.web.targets import Target, check_public_name, onward, target

_PORTS = (80, 443)


class Rules:
    """The options as rules. Names are judged here, the addresses behind them when connecting."""

    def __init__(self, options: WebOptions) -> None:
        self._egress = options.egress
        self._contact = options.contact
        self._named = options.services

    @cached_property
    def _services(self) -> frozenset[tuple[str, int]]:
        """On first use, so that a service that is no host refuses requests and not the program."""
        return endpoints(self._named)

    def admitted(self, url: str, *, is_page: bool) -> Target:
        """The target of a request; Refusal if it may not be made."""
        self.check_scope()
        return self._checked(target(url), is_page)

    def redirected(self, here: Target, location: str, *, is_page: bool) -> Target:
        """The target of a redirect, by the same rules; from https only to https."""
        there = onward(here, location)
        if here.url.scheme == "https" and there.url.scheme != "https":
            raise blocked(f"{here.host} redirects from https to http")
        return self._checked(there, is_page)

    def policy(self, there: Target, *, is_page: bool) -> HostPolicy:
        """How politely the host is asked; Refusal if it wants a contact that was not given."""
        is_service = (there.host, there.port) in self._services
        policy = policy_of(there.host, is_page=is_page, is_service=is_service)
        if not _is_told(policy.contact, self._contact):
            raise lasting(
                Reason.UNIDENTIFIED,
                f"{there.host} answers only who gives {policy.contact.value}; set web.contact"
                ' (PALIMPSEST_WEB_CONTACT="you@example.org")',
            )
        return policy

    def check_scope(self) -> None:
        """Refuse everything while nothing may leave this machine."""
        if self._egress is Egress.OFF:
            raise lasting(Reason.OFFLINE, SWITCHED_OFF)

    def _checked(self, there: Target, is_page: bool) -> Target:
        if (there.host, there.port) in self._services:
            if is_page:
                raise blocked(f"{there.host} is a service of the settings, not a page")
            return there
        if self._egress is Egress.LOCAL:
            raise blocked(f'{there.host} is not in web.services, and web.egress is "local"')
        if there.port not in _PORTS:
            raise blocked(f"port {there.port} of {there.host} is neither 80 nor 443")
        check_public_name(there)
        return there


def endpoints(services: Iterable[str]) -> frozenset[tuple[str, int]]:
    """Host and port of each `host`, `host:port` or URL; a host alone stands for ports 80 and 443."""
    found: set[tuple[str, int]] = set()
    for service in filter(None, services):
        there = target(service if "://" in service else f"http://{service}")
        ports = (there.port,) if "://" in service or there.url.port else _PORTS
        found.update((there.host, port) for port in ports)
    return frozenset(found)


def _is_told(wanted: Contact, given: str) -> bool:
    match wanted:
        case Contact.EMAIL:
            return "@" in given
        case Contact.ANY:
            return bool(given)
    return True
