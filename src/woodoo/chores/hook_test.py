"""Tries out the public address of a connection: a signed delivery is to come in, a wrongly signed one to be refused.

Decides what the address is worth. A 200 alone proves nothing, since a page of a proxy or a copy of Woodoo answers so
too: the delivery carries a word that has to turn up in our own database. An address that cannot be tried from here may
be right all the same, for many networks let nobody out and in again; then the store is asked to ping it.
"""

from __future__ import annotations

import json
import secrets
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx2

from .. import __version__
from ..connections.hook import hook_address
from ..connections.models import Connection
from ..domain.errors import ConfigError
from ..engine import door
from ..flows.topics import TEST, TEST_ANSWER
from ..runtime.addresses import Guard
from ..stores.woocommerce.client import WooClient
from ..stores.woocommerce.registration import have_pinged
from ..stores.woocommerce.webhook_plan import Reach
from ..stores.woocommerce.webhooks import sign

_TIMEOUT = httpx2.Timeout(5.0)
#: Status → what to do about it, where more can be said than that it is not 200.
_FIXES = {
    400: "If WOODOO_HOSTS is set, it has to name this host, too.",
    404: "Let the proxy in front of Woodoo pass everything below /hooks/ on to it, path included.",
    413: "Raise the largest body the proxy in front of Woodoo takes.",
    502: "Look whether `woodoo web` runs and where the proxy in front of it sends to.",
    503: "Woodoo's web processes cannot reach the database, or a proxy says so for them; it is tried again by itself.",
}


@dataclass(frozen=True)
class AddressTest:
    """What trying the address out has shown, for a person."""

    reach: Reach
    message: str
    fix: str = ""


def try_address(connection: Connection) -> AddressTest:
    """Send a signed and a wrongly signed test delivery to the connection's address, as the store would."""
    address = hook_address(connection.hook_token)
    if _is_local(address) and not _is_local(connection.store_url):
        return AddressTest(
            Reach.WRONG,
            f"Woodoo's address {_shown(address)} is this machine only, which the store cannot reach.",
            "Set WOODOO_URL to the address stores reach Woodoo at, for web, workers and commands alike.",
        )
    try:
        answer, came_in = _deliver(connection, address, connection.webhook_secret)
        if answer.status_code != 200:
            return _refused(address, answer)
        if not came_in:
            return _elsewhere(address)
        wrong, _ = _deliver(connection, address, secrets.token_urlsafe(24))
    except httpx2.HTTPError as exc:
        return _unreached(address, exc)
    if wrong.status_code not in (401, 429):
        return AddressTest(
            Reach.WRONG,
            f"Woodoo's address {_shown(address)} answers a wrongly signed delivery with {wrong.status_code} in place "
            "of 401.",
            "Something in front of Woodoo answers for it. Let /hooks/ through as it is.",
        )
    return AddressTest(
        Reach.PROVEN,
        f"Woodoo's address {_shown(address)} is right: a signed test delivery came in, a wrongly signed one was "
        "refused.",
    )


def ask_store(connection: Connection, client: WooClient, test: AddressTest) -> AddressTest:
    """Have the store ping the address where it could not be tried from here, and say what that has shown.

    Raises:
        ConfigError: where the key may not manage webhooks.
    """
    address = hook_address(connection.hook_token)
    webhook_id = have_pinged(client, address)
    came = door.noted(connection.pk, door.PING)
    if came and came[0] == webhook_id:
        return AddressTest(Reach.PROVEN, f"{test.message} The store can: its ping came in.")
    return AddressTest(
        Reach.WRONG,
        f"{test.message} Neither does the store seem to: its ping did not come in.",
        f"Look whether {_shown(address)} leads to Woodoo from outside, and whether the store's server may go there "
        "(WordPress itself sends to ports 80, 443 and 8080 of public addresses only).",
    )


def another_answers(connection: Connection, address: str) -> bool:
    """Say whether a Woodoo that is not this one takes what we sign at an address with our token.

    Whoever writes addresses into the store cannot have Woodoo look around in private networks.
    """
    guard = Guard(address, "The address of a webhook", "webhook")
    try:
        answer, came_in = _deliver(connection, address, connection.webhook_secret, {"trace": guard})
    except (httpx2.HTTPError, httpx2.InvalidURL, ConfigError):
        return False
    return answer.status_code == 200 and answer.text.strip() == TEST_ANSWER and not came_in


def _deliver(
    connection: Connection, address: str, secret: str, extensions: Mapping[str, object] | None = None
) -> tuple[httpx2.Response, bool]:
    """Deliver a test; return the answer, and whether our own database has seen it."""
    word = secrets.token_hex(16)
    body = json.dumps({"id": 0, "test": word}).encode()
    headers = {
        "User-Agent": f"Woodoo/{__version__} (test of a webhook address)",
        "Content-Type": "application/json",
        "X-WC-Webhook-Source": f"{connection.store_url}/",
        "X-WC-Webhook-Topic": TEST,
        "X-WC-Webhook-Resource": TEST.partition(".")[0],
        "X-WC-Webhook-Event": TEST.partition(".")[2],
        "X-WC-Webhook-Signature": sign(body, secret),
        "X-WC-Webhook-ID": "0",
    }
    with httpx2.Client(timeout=_TIMEOUT, follow_redirects=False) as client:
        answer = client.post(address, content=body, headers=headers, extensions=dict(extensions or {}))
    came = door.noted(connection.pk, door.TEST)
    return answer, bool(came and came[0] == word)


def _refused(address: str, answer: httpx2.Response) -> AddressTest:
    status = answer.status_code
    if 300 <= status < 400:
        return AddressTest(
            Reach.WRONG,
            f"Woodoo's address {_shown(address)} answers with a redirect to "
            f"{_shown(answer.headers.get('Location', ''))}; stores take a redirect for success and do not follow it.",
            "Set WOODOO_URL to the address the redirect leads to.",
        )
    return AddressTest(
        Reach.WRONG,
        f"Woodoo's address {_shown(address)} answers a signed test delivery with {status} in place of 200.",
        _FIXES.get(status, "Something in front of Woodoo answers for it. Let /hooks/ through as it is."),
    )


def _elsewhere(address: str) -> AddressTest:
    return AddressTest(
        Reach.WRONG,
        f"Woodoo's address {_shown(address)} takes a signed test delivery, but it did not come in here.",
        "Something else answers there: another Woodoo, or a page that says 200 to everything. Look at WOODOO_URL.",
    )


def _unreached(address: str, error: httpx2.HTTPError) -> AddressTest:
    if _is_local(address) and not _distrusted(error):
        return AddressTest(
            Reach.WRONG,
            f"Nothing answers at Woodoo's address {_shown(address)}.",
            "Look whether `woodoo web` runs, and on the port WOODOO_URL names.",
        )
    return AddressTest(
        Reach.OPEN,
        f"Woodoo cannot try its own address {_shown(address)} out from here ({_why(error)}).",
        "Nothing has to be wrong: many networks do not let a server reach its own public address. Whether stores reach "
        "it shows in what was last accepted.",
    )


def _why(error: httpx2.HTTPError) -> str:
    if isinstance(error, httpx2.TimeoutException):
        return "no answer in time"
    return "its certificate is not trusted here" if _distrusted(error) else "no connection"


def _distrusted(error: httpx2.HTTPError) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _is_local(url: str) -> bool:
    """Say whether an address is written as this machine."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _shown(address: str) -> str:
    """Return an address without its path, which is half of a secret."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else "nowhere"
