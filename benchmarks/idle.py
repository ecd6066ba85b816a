"""How often Woodoo bothers either side while nothing happens."""

from __future__ import annotations

import time
from collections.abc import Iterator

from .figures import Figure
from .screen import say, step
from .service import until
from .stage import Stage
from .tap import Tap, tapped

#: Seconds without a request after the first poll: its first steps are over.
_QUIET = 5.0
#: Both are asked twice by each poll, the store by date and by id, Odoo for two models, and now and then for the rest.
_MOST = {"the store": "<= 3", "Odoo": "<= 3"}


def measure(stage: Stage) -> Iterator[Figure]:
    """Count what passes to each side in the time after the first poll."""
    _, shop, seconds = stage.service, stage.shop, stage.sizes.idle
    with tapped(shop.store_url) as store, tapped(shop.endpoint.url) as odoo:
        connection = shop.connection("Idle", store_url=store.url, odoo_url=odoo.url)
        with step("waiting for the first poll"):
            until(lambda: store.requests, 90, "the first poll")
            _settle(store, odoo)
        before = {id(tap): (len(tap.requests), tap.bytes) for tap in (store, odoo)}
        with step(f"nothing happens for {seconds} s") as tell:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                time.sleep(min(5.0, max(0.0, end - time.monotonic())))
                tell(f"{end - time.monotonic():.0f} s to go")
        connection.enabled = False
        connection.save()
        for name, tap in (("the store", store), ("Odoo", odoo)):
            count, size = before[id(tap)]
            new = tap.requests[count:]
            if new:
                say(f"  to {name}: {', '.join(sorted(set(new)))}")
            yield Figure(f"Idle, requests to {name}", len(new) * 60 / seconds, "a minute", _MOST[name])
            yield Figure(f"Idle, bytes to and from {name}", (tap.bytes - size) * 60 / seconds, "a minute")


def _settle(*taps: Tap) -> None:
    """Wait until there was no request for a moment."""
    count = -1
    while count != (count := sum(len(tap.requests) for tap in taps)):
        time.sleep(_QUIET)
