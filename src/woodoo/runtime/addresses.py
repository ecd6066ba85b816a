"""Where Woodoo may knock: the public internet, and private networks only as far as the operator lets it.

Whoever may enter the address of a store could otherwise have Woodoo read pages of the company's own network, or the
cloud machine's keys at 169.254.169.254. Decides that the address counts that a connection was really made to, not the
one a name stood for a moment before.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from woodoo.domain.errors import ConfigError

ALLOWED = "WOODOO_PRIVATE_NETWORKS"

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
#: IPv6 addresses that carry an IPv4 one in their last four bytes (RFC 6052).
_TRANSLATED = ip_network("64:ff9b::/96")


def allowed_networks() -> tuple[Network, ...]:
    """Return the private networks Woodoo may reach: WOODOO_PRIVATE_NETWORKS, separated by commas, or "all".

    Raises:
        ConfigError: one of them is no network.
    """
    return networks_in(ALLOWED)


def networks_in(variable: str) -> tuple[Network, ...]:
    """Return the networks an environment variable names, separated by commas; "all" is every one.

    Raises:
        ConfigError: one of them is no network.
    """
    return _read(variable, os.environ.get(variable, ""))


@lru_cache(maxsize=8)
def _read(variable: str, text: str) -> tuple[Network, ...]:
    if text.strip().lower() == "all":
        return (ip_network("0.0.0.0/0"), ip_network("::/0"))
    try:
        return tuple(ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())
    except ValueError as exc:
        raise ConfigError(
            f"{variable} holds something that is no network: {exc}.",
            where=variable,
            fix='Write networks such as 192.168.1.0/24 or 10.0.0.5, separated by commas, or "all".',
        ) from None


def may_reach(text: str) -> bool:
    """Say whether Woodoo may connect to an IP address, written as text."""
    address = _meant(ip_address(text.partition("%")[0]))
    if address.is_multicast or address.is_unspecified:
        return False
    return address.is_global or any(address in network for network in allowed_networks())


def _meant(address: Address) -> Address:
    """Return the IPv4 address inside an IPv6 one, where it is only a way to write it."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _TRANSLATED:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        return inner or address
    return address


def check_typed(url: str, *, whose: str, where: str) -> None:
    """Refuse an address whose host is written as a private IP address, or is this computer. Asks no name server.

    Args:
        url: the address as it was entered.
        whose: how the message names it: "The store's address", "Odoo's address".
        where: the field it was entered in.

    Raises:
        ConfigError: says how the operator can allow it.
    """
    host = (urlsplit(url).hostname or "").rstrip(".")
    here = host == "localhost" or host.endswith(".localhost")
    try:
        address = str(ip_address("127.0.0.1" if here else host))
    except ValueError:
        return
    if not may_reach(address):
        raise _refused(whose, where, host, address)


def _refused(whose: str, where: str, host: str, address: str) -> ConfigError:
    place = f"{host} is" if host == address else f"{host} leads to {address}, which is"
    return ConfigError(
        f"{whose} {place} in a private network, where this installation may not go.",
        where=where,
        fix=f"Whoever runs Woodoo can allow it with {ALLOWED}={address} (or its whole network, such as "
        "192.168.1.0/24) and a restart.",
    )


@dataclass
class Guard:
    """Looks at where each new connection of one request really leads, before anything is sent over it.

    It is the `trace` extension of httpx2 (https://www.encode.io/httpcore/extensions/#trace). A proxy named in the
    environment is the operator's own; what it may reach is its business.
    """

    url: str
    whose: str
    where: str
    _connecting_to: str = ""

    def __call__(self, event: str, info: Mapping[str, Any]) -> None:
        """Follow the request; called by the transport.

        Raises:
            ConfigError: the connection leads where Woodoo may not go.
        """
        if event == "connection.connect_tcp.started":
            self._connecting_to = str(info["host"])
        elif event == "connection.connect_tcp.complete" and self._connecting_to == self._host:
            stream = info["return_value"]
            peer = stream.get_extra_info("server_addr")
            if not may_reach(peer[0]):
                stream.close()
                raise _refused(self.whose, self.where, self._host, peer[0])

    @property
    def _host(self) -> str:
        return (urlsplit(self.url).hostname or "").lower()
