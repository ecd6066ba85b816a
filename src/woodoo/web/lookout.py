"""What a web process does beside its requests: it looks after the alerts, so that no worker left is told too.

Decides that it looks once a minute only: where workers are running, they have looked already.
"""

from __future__ import annotations

import logging
import threading
import time

from django.db import connection

log = logging.getLogger(__name__)

#: Seconds between two looks.
SECONDS = 60.0


def begin() -> None:
    """Look after everything that has to be looked after in every process, in a thread that ends with this one."""
    threading.Thread(target=_look_again_and_again, name="woodoo-lookout", daemon=True).start()


def look() -> None:
    """Do it once. The database may be away: the next time comes."""
    from woodoo import wiring
    from woodoo.engine import registry

    wiring.install()
    for one in registry.watches():
        try:
            one.run()
        except Exception as exc:
            log.warning("watch failed", exc_info=exc, extra={"action": one.name, "kind": type(exc).__name__})
        finally:
            connection.close()


def _look_again_and_again() -> None:
    while True:
        time.sleep(SECONDS)
        look()
