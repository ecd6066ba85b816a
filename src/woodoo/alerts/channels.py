"""The channels of a connection: addresses in the form of Apprise, one for each way to reach somebody.

Decides that an address is shown with its passwords left out, that no redirect is followed, that a channel gets
20 seconds, and that nothing of it is written to disk.

An address is an administrator's, as the addresses of store and Odoo are: it may lead to any mail server or chat,
within the network too.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache, cached_property
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlencode

from django.db import transaction

from woodoo.connections.models import Connection
from woodoo.domain.errors import ConfigError
from woodoo.domain.text import shortened
from woodoo.engine.redact import redact

if TYPE_CHECKING:
    from apprise import AppriseAsset, NotifyBase

#: Seconds a channel gets for one message.
SECONDS = 20.0
#: Channels that are sent to at the same time.
AT_ONCE = 8
_LONGEST_ERROR = 300


@dataclass(frozen=True)
class Channel:
    """One address. What Apprise knows of it is looked up when it is needed first: Apprise is large."""

    address: str = field(repr=False)

    @cached_property
    def mark(self) -> str:
        """What tells it from others, without giving it away."""
        return sha256(self.address.encode()).hexdigest()[:16]

    @cached_property
    def service(self) -> str:
        """The service, such as "E-Mail"; "Unknown" where Apprise knows none of that kind."""
        return str(self._plugin.service_name or "Channel") if self._plugin else "Unknown"

    @cached_property
    def masked(self) -> str:
        """The address without its passwords; for administrators."""
        return _masked(self._plugin) if self._plugin else "•••"

    @property
    def usable(self) -> bool:
        """Whether Apprise knows it."""
        return self._plugin is not None

    @property
    def label(self) -> str:
        """The channel as messages name it."""
        return f"{self.service} ({self.mark[:6]})"

    @cached_property
    def _plugin(self) -> NotifyBase | None:
        return _service(self.address)


def channels_of(connection: Connection) -> list[Channel]:
    """Return the channels of a connection; none where they cannot be opened."""
    try:
        text = connection.alert_channels
    except ConfigError:
        return []
    return [read(line) for line in text.splitlines() if line.strip()]


def read(address: str) -> Channel:
    """Return the channel of an address."""
    return Channel(address.strip())


def check(address: str) -> Channel:
    """Return a channel for an address that somebody has typed.

    Raises:
        ConfigError: it is none that Apprise knows. The message leaves the address out: it may hold a password.
    """
    found = read(address)
    if not found.usable or not address.strip().isprintable():
        raise ConfigError(
            "This is no address of a channel.",
            where="alert channels",
            fix="Write it as Apprise does, such as mailto://user:password@example.com?to=me@example.com.",
        )
    return found


def mail_address(*, to: str, server: str, security: str, user: str, password: str, sender: str) -> str:
    """Return the address of a channel that sends e-mail.

    Args:
        to: who gets it.
        server: host of the server that sends it, perhaps with a port.
        security: "starttls", "ssl" or "insecure".
        user: of that server; empty where it asks for none.
        password: likewise.
        sender: address it is sent from.
    """
    account = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user else ""
    host = server.partition(":")[0]
    options = urlencode({"smtp": host, "from": sender, "to": to, "mode": security, "name": "Woodoo"})
    return f"{'mailto' if security == 'insecure' else 'mailtos'}://{account}{server}?{options}"


def add(connection: Connection, address: str) -> Channel:
    """Add a channel to a connection.

    Raises:
        ConfigError: the address is none, it is there already, or the stored ones cannot be opened.
    """
    found = check(address)
    with transaction.atomic():
        there = _locked(connection).alert_channels.splitlines()
        if found.address in there:
            raise ConfigError(
                "This channel is there already.", where="alert channels", fix="Test it, or remove it first."
            )
        _store(connection, [*there, found.address])
    return found


def remove(connection: Connection, mark: str) -> bool:
    """Take a channel away, and return whether it was there."""
    with transaction.atomic():
        there = channels_of(_locked(connection))
        left = [one.address for one in there if one.mark != mark]
        if len(left) == len(there):
            return False
        _store(connection, left)
    return True


def _locked(connection: Connection) -> Connection:
    """Return the connection as it is stored, which nobody else changes until the transaction ends."""
    return Connection.objects.select_for_update().get(pk=connection.pk)


def _store(connection: Connection, addresses: Iterable[str]) -> None:
    connection.alert_channels = "\n".join(addresses)
    # Not `updated_at`: the clients of the connection need not be made anew for it.
    connection.save(update_fields=["alert_channels"])


def send(channel: Channel, title: str, body: str) -> str:
    """Send a message and return why that failed; empty where it went out.

    What the other side said is cut to a line and freed of secrets, and may still name an address: it is for
    administrators.
    """
    import apprise

    service = _service(channel.address)
    if service is None:
        return "Apprise knows no such channel."
    sender = apprise.Apprise(asset=_asset())
    sender.add(service)
    try:
        result = sender.notify(
            body=body, title=title, body_format=apprise.NotifyFormat.TEXT, timeout=SECONDS, log_level=logging.WARNING
        )
    except Exception as exc:  # a plugin of Apprise that stumbles must not stop the others
        return f"It failed ({type(exc).__name__})."
    return "" if result else _why(result, channel)


def send_all(parcels: Sequence[tuple[Channel, str, str]]) -> list[str]:
    """Send messages to different channels at the same time; return, for each, why it failed."""
    if not parcels:
        return []
    with ThreadPoolExecutor(min(AT_ONCE, len(parcels)), thread_name_prefix="woodoo-alert") as pool:
        sent: list[Future[str]] = [pool.submit(send, *parcel) for parcel in parcels]
        return [one.result() for one in sent]


def _masked(service: NotifyBase) -> str:
    """Return an address without passwords, options and, where it is part of a web address, its path."""
    shown = unquote(str(service.url(privacy=True)).split("?")[0]).rstrip("/")
    scheme, _, rest = shown.partition("://")
    if scheme.rstrip("s") in {"json", "xml", "form", "apprise"}:
        host, path, _ = rest.partition("/")
        return f"{scheme}://{host}" + ("/…" if path else "")
    return shown


def _why(result: object, channel: Channel) -> str:
    entries = getattr(result, "logs", lambda: ())()
    said = " ".join(str(getattr(one, "message", "")) for one in entries).strip()
    text = redact(said.replace(channel.address, "•••"), secrets=_passwords(channel.address))
    return shortened(" ".join(str(text).split()), _LONGEST_ERROR) or f"No answer within {SECONDS:.0f} seconds."


def _passwords(address: str) -> tuple[str, ...]:
    service = _service(address)
    return (str(service.password),) if service is not None and service.password else ()


def _service(address: str) -> NotifyBase | None:
    import apprise

    # What Apprise logs tells addresses; what is needed of it comes with the result.
    log = logging.getLogger("apprise")
    log.propagate, log.handlers = False, log.handlers or [logging.NullHandler()]
    log.setLevel(logging.WARNING)
    return apprise.Apprise.instantiate(address, asset=_asset(), suppress_exceptions=True)


@cache
def _asset() -> AppriseAsset:
    import apprise

    return apprise.AppriseAsset(
        app_id="Woodoo",
        app_desc="Woodoo alerts",
        app_url="",
        async_mode=False,
        http_redirects=False,
        pgp_autogen=False,
        pem_autogen=False,
        interpret_escapes=False,
        allow_templates=False,
        storage_mode="memory",
        service_timeout=SECONDS,
        timezone="UTC",
        language="en",
    )
