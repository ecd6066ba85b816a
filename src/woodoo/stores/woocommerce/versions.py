"""What a WooCommerce shop runs on (`system_status`), and whether orders have tables of their own."""

from __future__ import annotations

from ..base import StoreVersions
from .client import WooClient


def read_versions(client: WooClient) -> StoreVersions:
    """Read versions and order storage, in one request."""
    found = client.get("system_status", {"_fields": "environment,settings"})
    environment = found.get("environment") if isinstance(found, dict) else None
    settings = found.get("settings") if isinstance(found, dict) else None
    env = environment if isinstance(environment, dict) else {}
    hpos = settings.get("HPOS_enabled") if isinstance(settings, dict) else None
    return StoreVersions(
        str(env.get("version") or ""),
        str(env.get("wp_version") or ""),
        str(env.get("php_version") or ""),
        bool(hpos) if hpos is not None else None,
    )
