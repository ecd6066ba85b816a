"""Where the demo keeps its files, and on which ports its parts are found again after a restart.

Decides the addresses once: the usual ports where they are free, else others, and then always the same ones, because
the shop remembers where to send its webhooks.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from woodoo.sandbox.odoo.folders import sandbox_home

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Place:
    """The demo of this machine. The password is of the panel's first account; it is only good on this machine."""

    woodoo_port: int
    store_port: int
    store_key: str
    store_secret: str
    password: str

    @property
    def woodoo_url(self) -> str:
        return f"http://{HOST}:{self.woodoo_port}"

    @property
    def store_url(self) -> str:
        return f"http://{HOST}:{self.store_port}"


def folder() -> Path:
    """Return the demo's folder."""
    return sandbox_home() / "demo"


def home() -> Path:
    """Return the service's home folder within the demo."""
    return folder() / "woodoo"


def place() -> Place:
    """Return where the demo is, deciding it the first time."""
    file = folder() / "place.json"
    if file.exists():
        return Place(**json.loads(file.read_text("utf-8")))
    decided = Place(
        woodoo_port=_free([8000, *range(8010, 8100, 10)]),
        store_port=_free([8069, *range(8071, 8099)]),
        store_key=f"ck_{secrets.token_hex(20)}",
        store_secret=f"cs_{secrets.token_hex(20)}",
        password="-".join(secrets.token_hex(2) for _ in range(4)),
    )
    # The service's database runs as an account without rights, so the way to its folder must be open.
    folder().mkdir(mode=0o755, parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as output:
        json.dump(asdict(decided), output)
    return decided


def _free(ports: Iterable[int]) -> int:
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
