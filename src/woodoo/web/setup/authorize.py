"""WooCommerce's own way to hand over keys: the shop's manager says yes there, and the shop sends them here.

Decides that what is sent is only taken with a state that was made for this draft, or this connection, within the last
quarter of an hour, once, and only where the keys may write. The address it comes to is open to everybody; the state
cannot be guessed.

| step | who | what (includes/class-wc-auth.php)                                                                    |
|------|-----|------------------------------------------------------------------------------------------------------|
| 1    | us  | lead the browser to `<store>/wc-auth/v1/authorize`, the state as `user_id`                             |
| 2    | shop | asks its manager; makes a key; POSTs it as JSON to our address, which has to be https and public       |
| 3    | us  | answer 200, or the shop throws the key away                                                            |
| 4    | shop | leads the browser back to `return_url` with `success` 1 or 0                                           |
"""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from woodoo.connections.models import Connection

from ..models import ConnectionDraft, KeyRequest
from .draft import undo

#: How long the manager of the shop may take.
GOOD_FOR = timedelta(minutes=15)
_STATE = re.compile(r"[A-Za-z0-9_-]{43}")
_KEY, _SECRET = re.compile(r"ck_[0-9a-zA-Z]{8,100}"), re.compile(r"cs_[0-9a-zA-Z]{8,100}")
#: Ports WordPress sends to (wp_http_validate_url in wp-includes/http.php).
_PORTS = (80, 443, 8080)
_HERE = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".test")


@dataclass(frozen=True)
class Handed:
    """Keys a shop sent."""

    state: str
    key: str
    secret: str
    permissions: str


def why_not(store_url: str) -> str:
    """Say why a shop cannot send keys here; empty where it can, as far as that is seen from the addresses alone.

    WordPress sends to public addresses and three ports only (wp_http_validate_url), unless its owner lets it: one that
    is no public address itself may be asked, it says so if it cannot.
    """
    parts = urlsplit(settings.WOODOO_URL)
    if parts.scheme != "https":
        return _("WooCommerce sends keys to https addresses only, and Woodoo's own (WOODOO_URL) is not one.")
    if _is_private(_name(store_url)):
        return ""
    if _is_private(_name(settings.WOODOO_URL)):
        return _("The store cannot reach Woodoo: %(host)s is no public address.") % {"host": parts.netloc}
    if parts.port not in (None, *_PORTS):
        return _("WordPress sends to the ports 80, 443 and 8080 only, and Woodoo is at %(host)s.") % {
            "host": parts.netloc
        }
    return ""


def _name(url: str) -> str:
    return (urlsplit(url).hostname or "").rstrip(".")


def _is_private(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(_HERE)


def begin(draft: ConnectionDraft) -> str:
    """Make a new state for a draft, and return the store's page on which its manager is asked."""
    state = secrets.token_urlsafe(32)
    draft.auth_digest, draft.auth_until = _digest(state), timezone.now() + GOOD_FOR
    draft.save(update_fields=["auth_digest", "auth_until", "updated_at"])
    return _page(draft.store_url, state, reverse("connection-add-step", args=["keys"]))


def begin_again(user: User, connection: Connection) -> str:
    """The same for a new key of a connection that is there."""
    KeyRequest.objects.filter(auth_until__lt=timezone.now()).delete()
    state = secrets.token_urlsafe(32)
    given = {"connection_id": connection.pk, "auth_digest": _digest(state), "auth_until": timezone.now() + GOOD_FOR}
    KeyRequest.objects.update_or_create(user=user, defaults={**given, "store_key": "", "store_secret": ""})
    return _page(connection.store_url, state, reverse("connection-edit", args=[connection.pk]))


def handed_to(user: User, connection_id: int) -> dict[str, str]:
    """Return the key a store has handed over for this connection, once; empty where there is none."""
    with transaction.atomic():
        found = (
            KeyRequest.objects.select_for_update()
            .filter(user=user, connection_id=connection_id, auth_digest="", auth_until__gt=timezone.now())
            .first()
        )
        if found is None:
            return {}
        keys = {"store_key": str(found.store_key), "store_secret": str(found.store_secret)}
        found.delete()
    return keys


def _page(store_url: str, state: str, back: str) -> str:
    """Return the store's page that asks its manager, and then leads `back`."""
    here = str(settings.WOODOO_URL)
    asked = {
        "app_name": "Woodoo",
        "scope": "read_write",
        "user_id": state,
        "return_url": here + back,
        "callback_url": here + reverse("store-keys"),
    }
    return f"{store_url}/wc-auth/v1/authorize?{urlencode(asked)}"


def read(body: bytes) -> Handed | None:
    """Read what a shop sent; None where it is not that."""
    try:
        sent: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(sent, dict):
        return None
    state, key, secret = (sent.get(name) for name in ("user_id", "consumer_key", "consumer_secret"))
    right = (
        isinstance(state, str) and _STATE.fullmatch(state),
        isinstance(key, str) and _KEY.fullmatch(key),
        isinstance(secret, str) and _SECRET.fullmatch(secret),
    )
    if not all(right):
        return None
    return Handed(str(state), str(key), str(secret), str(sent.get("key_permissions") or ""))


def take(handed: Handed) -> bool:
    """Put keys where their state belongs, a draft or a connection, and say whether it does; the state is used up."""
    if handed.permissions != "read_write":
        return False
    with transaction.atomic():
        if _take_again(handed):
            return True
        draft = (
            ConnectionDraft.objects.select_for_update()
            .filter(auth_digest=_digest(handed.state), auth_until__gt=timezone.now())
            .first()
        )
        if draft is None:
            return False
        draft.store_key, draft.store_secret, draft.keys_from = handed.key, handed.secret, "store"
        draft.auth_digest, draft.auth_until = "", None
        undo(draft, "keys")
        draft.save()
    return True


def _take_again(handed: Handed) -> bool:
    """Keep the new key of a connection until whoever asked for it comes back, who saves it once it was tried."""
    found = (
        KeyRequest.objects.select_for_update()
        .filter(auth_digest=_digest(handed.state), auth_until__gt=timezone.now())
        .first()
    )
    if found is None:
        return False
    found.store_key, found.store_secret = handed.key, handed.secret
    found.auth_digest, found.auth_until = "", timezone.now() + GOOD_FOR
    found.save()
    return True


def _digest(state: str) -> str:
    return sha256(state.encode()).hexdigest()
