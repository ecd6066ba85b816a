"""Looks at everything a health check judges, of one connection and of the installation.

Decides that one thing that cannot be looked at is one finding, and never ends the check.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from ..domain.calls import NullRecorder
from ..domain.errors import WoodooError
from ..engine import db, gauges
from ..engine.models import Chore
from ..engine.retention import kept
from ..engine.schedule import workers_alive
from ..live import Live
from ..runtime.home import home
from . import findings
from .findings import BAD, Finding
from .probe import Probe, probe

log = logging.getLogger(__name__)


def examine(live: Live) -> list[Finding]:
    """Look at what the connection test does not: clocks, certificates, keys, queue, versions, and the installation."""
    looks: Iterable[tuple[str, str, Callable[[], Iterable[Finding]]]] = (
        ("store_release", "Release of the store", lambda: [findings.store_versions(live.store_versions())]),
        ("odoo_release", "Release of Odoo", lambda: [_odoo_release(live)]),
        ("odoo_keys", "API keys of Odoo", lambda: [_odoo_keys(live)]),
        ("store", "Server of the store", lambda: _server("store", live.connection.store_url)),
        ("odoo", "Server of Odoo", lambda: _server("odoo", live.connection.odoo_url)),
        ("webhooks", "Webhooks", lambda: [_webhooks(live)]),
        ("queue", "To-do list", lambda: [_queue(live.connection.pk)]),
        ("installation", "Installation", _installation),
    )
    return [one for key, title, look in looks for one in _guarded(key, title, look)]


def _guarded(key: str, title: str, look: Callable[[], Iterable[Finding]]) -> list[Finding]:
    try:
        return list(look())
    except WoodooError as error:
        return [Finding(key, title, BAD, error.message, error.fix)]


def _odoo_release(live: Live) -> Finding:
    client = live.odoo(NullRecorder()).client
    return findings.odoo_release(client.server_version, client.version[0])


def _odoo_keys(live: Live) -> Finding:
    """Read when the keys of our own user end; Odoo shows a user their own keys."""
    odoo, now = live.odoo(NullRecorder()), datetime.now(UTC)
    try:
        if "expiration_date" not in odoo.fields("res.users.apikeys"):
            return findings.api_keys([], now)
        domain = [("user_id", "=", odoo.client.uid)]
        rows = odoo.search_read("res.users.apikeys", domain, ["name", "expiration_date"])
    except WoodooError as error:
        log.info("the ends of API keys cannot be read", extra={"kind": type(error).__name__})
        return findings.api_keys([], now)
    return findings.api_keys([(str(row["name"]), _moment(row["expiration_date"])) for row in rows], now)


def _moment(value: Any) -> datetime | None:
    return datetime.fromisoformat(str(value)).replace(tzinfo=UTC) if value else None


def _server(side: str, url: str) -> Iterator[Finding]:
    whose = "The store's address" if side == "store" else "Odoo's address"
    found: Probe = probe(url, whose=whose)
    now = datetime.now(UTC)
    yield findings.clock(side, found.time, now)
    here = (urlsplit(url).hostname or "") in ("localhost", "127.0.0.1", "::1")
    yield findings.certificate(side, found.certificate_ends, now, encrypted=url.startswith("https://"), here=here)


def _webhooks(live: Live) -> Finding:
    row = Chore.objects.filter(connection_id=live.connection.pk, name="webhooks").first()
    seen = row.found if row else {}
    lines = seen.get("webhooks") or ()
    off = sorted({str(one.get("topic")) for one in lines if one.get("status") == "disabled" and one.get("problem")})
    failing = bool((seen.get("told") or {}).get("failing"))
    return findings.webhooks(off, failing=failing, known=bool(lines), managed=live.settings.manage_webhooks)


def _queue(connection_id: int) -> Finding:
    rows = gauges.queues([connection_id])
    ((stuck,),) = db.rows(
        "SELECT count(*) FROM engine_work WHERE connection_id = %s AND state = 'running' AND lease_until < now() - %s",
        [connection_id, timedelta(minutes=5)],
    )
    return findings.queue(max((row[3] for row in rows), default=0.0), sum(row[2] for row in rows), int(stuck))


def _installation() -> Iterator[Finding]:
    yield findings.workers(workers_alive())
    try:
        free: int | None = shutil.disk_usage(home()).free
    except OSError:
        free = None
    yield findings.disk(free)
    ((size,),) = db.rows("SELECT pg_database_size(current_database())")
    yield findings.database(int(size), kept().megabytes, settings.WOODOO_KEEP_MB)
