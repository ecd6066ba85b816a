"""Keeps the demo's shop and service running as a process of its own, until it is told to stop.

Decides that both end with it, and that it leaves a note of itself as long as it lives.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping

from woodoo.cli.supervisor import Part, Supervisor
from woodoo.domain.errors import RemoteDown
from woodoo.runtime.addresses import ALLOWED, allowed_networks
from woodoo.sandbox.demo.place import HOST, Place, folder, home
from woodoo.sandbox.odoo.progress import say

#: Seconds; on a busy machine it may take minutes. One that has ended is not waited for.
_START_TIMEOUT = 600.0


def environment(place: Place) -> dict[str, str]:
    """Return the environment of the demo's service: this one, with a home and a database of its own."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("WOODOO_")}
    env.pop("DATABASE_URL", None)
    kept = {"WOODOO_SANDBOX": os.environ["WOODOO_SANDBOX"]} if "WOODOO_SANDBOX" in os.environ else {}
    return {**env, **kept, **settings(place)}


def settings(place: Place) -> dict[str, str]:
    """Return what the demo's service, and each command for it, needs in its environment.

    The private networks that are allowed here already go with it: an Odoo of one's own may be in one.
    """
    return {
        "WOODOO_HOME": str(home()),
        "WOODOO_URL": place.woodoo_url,
        ALLOWED: ", ".join(dict.fromkeys(["127.0.0.0/8", "::1/128", *map(str, allowed_networks())])),
    }


def keep(place: Place) -> None:
    """Run the shop and the service until SIGTERM. Called in the process that `spawn` makes."""
    env = environment(place)
    note = folder() / "keeper.json"
    note.write_text(json.dumps({"pid": os.getpid()}), "utf-8")
    try:
        Supervisor([Part("shop", _store(place), env), Part("service", _service(place), env)], say).run()
    finally:
        note.unlink(missing_ok=True)


def spawn(place: Place) -> None:
    """Start the keeper and wait until shop and service answer.

    Raises:
        RemoteDown: one of them did not; the message names the log.
    """
    if running() is None:
        note = folder() / "keeper.json"
        with (folder() / "demo.log").open("ab") as log:
            subprocess.Popen(
                [sys.executable, "-m", "woodoo.sandbox", "demo", "keep"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        _wait_for(note.exists)
    deadline = time.monotonic() + _START_TIMEOUT
    waiting = {f"{place.store_url}/", f"{place.woodoo_url}/health"}
    while waiting and time.monotonic() < deadline and running() is not None:
        waiting = {url for url in waiting if not _answers(url)}
        time.sleep(0.3)
    if waiting:
        raise RemoteDown(
            f"{' and '.join(sorted(waiting))} did not answer.", side="store", fix=f"See {folder() / 'demo.log'}."
        )


def _wait_for(there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not there() and time.monotonic() < deadline:
        time.sleep(0.2)


def running() -> int | None:
    """Return the keeper's process id if it lives."""
    try:
        pid = int(json.loads((folder() / "keeper.json").read_text("utf-8"))["pid"])
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return pid if b"woodoo.sandbox" in file.read() else None
    except (FileNotFoundError, ProcessLookupError, ValueError):
        return None


def stop() -> bool:
    """End the keeper and all it keeps; return whether it ran."""
    pid = running()
    if pid is None:
        return False
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + 60
    while running() is not None and time.monotonic() < deadline:
        time.sleep(0.2)
    return True


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=3) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def _store(place: Place) -> list[str]:
    options: Mapping[str, str] = {
        "--host": HOST,
        "--port": str(place.store_port),
        "--file": str(folder() / "shop.json"),
        "--key": place.store_key,
        "--secret": place.store_secret,
        "--credentials": str(folder() / "shop-credentials.json"),
    }
    pairs = [text for option in options.items() for text in option]
    return [sys.executable, "-m", "woodoo.sandbox", "store", *pairs]


def _service(place: Place) -> list[str]:
    return [sys.executable, "-m", "woodoo.cli", "run", "--port", str(place.woodoo_port), "--workers", "1"]
