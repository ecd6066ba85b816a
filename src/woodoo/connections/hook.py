"""Where a store sends its news to, and which secrets these may be signed with.

Decides that a connection is told by the token in the path alone, whatever host stands in front of it, and that the
secret before a renewal is good for some days more: the store's webhooks follow a moment later, by hand even later.
"""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from .models import Connection, new_webhook_secret

#: How long after a renewal deliveries signed with the secret before are taken.
PREVIOUS_LIFE = timedelta(days=3)


def hook_address(token: str) -> str:
    """Return the address the store's webhooks should have: WOODOO_URL and the connection's token."""
    return f"{settings.WOODOO_URL}/hooks/{token}/"


def leads_to(address: str, token: str) -> bool:
    """Say whether a webhook's address is that of the connection with this token, on whatever host."""
    try:
        path = urlsplit(address).path
    except ValueError:
        return False
    return path.rstrip("/").endswith(f"/hooks/{token}")


def renew_secret(connection: Connection, secret: str = "", *, told: bool = True, at_once: bool = False) -> str:
    """Give a connection another webhook secret, save it, and return it.

    Args:
        secret: the new one; else one is made.
        told: whether the store's webhooks have the present one. If not, the one before that stays good in its place.
        at_once: nothing but the new one is good from now on, as after a leak.
    """
    kept = connection.webhook_secret if told or not connection.previous_webhook_secret else None
    if at_once:
        kept = ""
    if kept is not None:
        connection.previous_webhook_secret = kept
    connection.webhook_secret = secret or new_webhook_secret()
    connection.webhook_secret_renewed_at = timezone.now()
    fields = ["webhook_secret", "previous_webhook_secret", "webhook_secret_renewed_at", "updated_at"]
    connection.save(update_fields=fields)
    return connection.webhook_secret


def previous_secret(connection: Connection) -> str:
    """Return the secret before the present one as long as it is good; else nothing.

    Raises:
        ConfigError: no key of the installation opens it.
    """
    renewed = connection.webhook_secret_renewed_at
    if renewed is None or timezone.now() - renewed > PREVIOUS_LIFE:
        return ""
    return connection.previous_webhook_secret


def generation(connection: Connection) -> str:
    """Return what tells the present secret from those before, without giving anything of it away."""
    renewed = connection.webhook_secret_renewed_at
    return renewed.isoformat() if renewed else "first"
