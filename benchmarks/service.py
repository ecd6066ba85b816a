"""The service under test: `woodoo run` as a user starts it, with a home of its own that is thrown away.

Its settings are the defaults: an embedded PostgreSQL that waits for the disk, two web processes, two workers; all of it
may reach servers on this machine.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from woodoo.runtime.launch import Child, Launch
from woodoo.runtime.postgres import EmbeddedPostgres

from .figures import CannotRun
from .screen import step


@dataclass(frozen=True)
class Service:
    """A running Woodoo. This process is connected to its database, too, and can use its models."""

    home: Path
    url: str
    process: Child
    postgres: EmbeddedPostgres

    def health(self) -> dict[str, object]:
        """Return what /health says; empty where nothing answers."""
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=5) as answer:
                return dict(json.load(answer))
        except (urllib.error.URLError, OSError, ValueError):
            return {}


@contextmanager
def running(**settings: str) -> Iterator[Service]:
    """Run the service for the length of a block, and leave nothing behind.

    Args:
        settings: environment variables that are not to have their defaults.
    """
    home = Path(tempfile.mkdtemp(prefix="woodoo-bench-"))
    home.chmod(0o711)  # the database's account passes through
    port = free_port()
    env = {k: v for k, v in os.environ.items() if not k.startswith(("WOODOO_", "DATABASE_URL", "DJANGO_"))}
    env |= {"WOODOO_HOME": str(home), "WOODOO_LOG_LEVEL": "WARNING", "PYTHONUNBUFFERED": "1", **settings}
    env["WOODOO_PRIVATE_NETWORKS"] = os.environ["WOODOO_PRIVATE_NETWORKS"]
    command = [sys.executable, "-m", "woodoo.cli", "run", "--port", str(port)]
    log = home / "run.log"
    try:
        with step("starting the service"), log.open("wb") as output:
            child = Child.start(Launch(command, env, cwd=str(home), signal=signal.SIGTERM), output)
            service = Service(home, f"http://127.0.0.1:{port}", child, EmbeddedPostgres(home / "postgres" / "data"))
            until(lambda: not child.running or service.health().get("workers") == 2, 90, "the service to start")
            if not child.running:
                raise CannotRun(f"woodoo run ended at once: {log.read_text(errors='replace')[-2000:]}")
        with _database_of(service, settings):
            yield service
    finally:
        child.stop((signal.SIGTERM, 40.0))
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _database_of(service: Service, settings: Mapping[str, str]) -> Iterator[None]:
    """Use Django in this process on the service's database and with its keys; afterwards as before."""
    there = {"WOODOO_HOME": str(service.home), "DATABASE_URL": service.postgres.url(), **settings}
    before = {name: os.environ.get(name) for name in there}
    turn_to(there)
    try:
        yield
    finally:
        turn_to(before)


def turn_to(env: Mapping[str, str | None]) -> None:
    """Set the environment, and Django with it: up the first time, on another database after that."""
    import django
    from django.apps import apps

    for name, value in env.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    if apps.ready:
        from django.conf import settings
        from django.db import connections

        from woodoo.settings import database

        connections.close_all()
        settings.DATABASES["default"].update(database())
    else:
        os.environ["DJANGO_SETTINGS_MODULE"] = "woodoo.settings"
        django.setup()


def free_port() -> int:
    """Return a port of 127.0.0.1 nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(holds: Callable[[], object], seconds: float, what: str, *, pause: float = 0.25) -> None:
    """Wait until something holds.

    Raises:
        CannotRun: it took longer than `seconds`.
    """
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise CannotRun(f"Waited {seconds:.0f} s in vain for {what}.")
        time.sleep(pause)
