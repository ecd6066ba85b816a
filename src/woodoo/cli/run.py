"""Runs the service: `woodoo run` everything, `woodoo web` and `woodoo worker` one part of it.

Decides that one command is enough: database, tables, first administrator, web and workers. The parent process stays
small and holds no connection, so that it outlives whatever its parts go through.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

import typer

from woodoo.domain.errors import ConfigError
from woodoo.runtime import home
from woodoo.runtime.postgres import EmbeddedPostgres

from .output import Stop, fail, plain, say
from .service import database, service
from .supervisor import Part, Supervisor

Host = Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for all.", envvar="WOODOO_HOST")]
Port = Annotated[int, typer.Option(help="Port to listen on.", envvar="WOODOO_PORT", min=1, max=65535)]
Processes = Annotated[int, typer.Option(help="Web processes.", envvar="WOODOO_WEB_PROCESSES", min=1, max=64)]
Workers = Annotated[int, typer.Option(help="Worker processes.", envvar="WOODOO_WORKERS", min=0, max=64)]
Concurrency = Annotated[
    int, typer.Option(help="Batches at once per worker.", envvar="WOODOO_CONCURRENCY", min=1, max=64)
]

#: Threads of each web process: as many deliveries of stores it takes at once.
WEB_THREADS = 8


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("run")(run)
    app.command("web")(web)
    app.command("worker")(worker)


def run(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    web_processes: Processes = 2,
    workers: Workers = 2,
    concurrency: Concurrency = 4,
) -> None:
    """Run the whole service: database, panel, webhook receiver and workers. Ends with Ctrl-C or SIGTERM."""
    _check_port(host, port)
    env = _environment(host, port)
    with _own_database(env) as postgres:
        _prepare(env)
        parts = [Part("web", _gunicorn(host, port, web_processes), env)]
        command = [sys.executable, "-m", "woodoo.cli", "worker", "--concurrency", str(concurrency)]
        parts += [Part(f"worker {number}", command, env) for number in range(1, workers + 1)]

        greet = _Greeting(host, port, f"Woodoo is at [bold]{plain(env['WOODOO_URL'])}[/bold]  (Ctrl-C stops it)")

        def also() -> None:
            greet()
            if postgres is not None and not postgres.running:
                say("The database ended; started again.")
                postgres.start()

        Supervisor(parts, say, also).run()
    say("Stopped.")


def web(host: Host = "127.0.0.1", port: Port = 8000, web_processes: Processes = 2) -> None:
    """Run the panel and the webhook receiver alone; workers run elsewhere."""
    _check_port(host, port)
    with database():
        env = _environment(host, port)
        greet = _Greeting(host, port, f"Woodoo's panel is at [bold]{plain(env['WOODOO_URL'])}[/bold]")
        Supervisor([Part("web", _gunicorn(host, port, web_processes), env)], say, greet).run()


def worker(concurrency: Concurrency = 4) -> None:
    """Run one worker process, which brings records over. Ends with Ctrl-C or SIGTERM, after what it is at."""
    os.environ.setdefault("WOODOO_LOG_LEVEL", "INFO")
    with service():
        from woodoo import wiring
        from woodoo.engine.schedule import run_worker

        wiring.install()
        run_worker(concurrency=concurrency)


@contextmanager
def _own_database(env: dict[str, str]) -> Iterator[EmbeddedPostgres | None]:
    """Start the embedded server where no DATABASE_URL is given, and put its address into `env`."""
    if env.get("DATABASE_URL"):
        yield None
        return
    with EmbeddedPostgres() as postgres:
        env["DATABASE_URL"] = postgres.url()
        yield postgres


def _environment(host: str, port: int) -> dict[str, str]:
    """Return the environment of the parts: ours, with what the command line says."""
    env = dict(os.environ)
    env["DJANGO_SETTINGS_MODULE"] = "woodoo.settings"
    env["WOODOO_HOME"] = str(home.home())
    if not env.get("WOODOO_URL"):
        name = socket.gethostname() if host in ("0.0.0.0", "::") else host  # noqa: S104 - told apart, not bound
        env["WOODOO_URL"] = f"http://{name}:{port}"
    if not urlsplit(env["WOODOO_URL"]).hostname:
        raise ConfigError(
            f"WOODOO_URL is {env['WOODOO_URL']!r}, which is no address.",
            where="WOODOO_URL",
            fix="Write it as https://woodoo.example.com.",
        )
    return env


def _gunicorn(host: str, port: int, processes: int) -> list[str]:
    """Return the command line of the web server. No access log: addresses of pages may name customers."""
    options = {
        "--bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "--worker-class": "woodoo.web.server.DeadlineWorker",
        "--workers": str(processes),
        "--threads": str(WEB_THREADS),
        "--timeout": "60",
        "--graceful-timeout": "20",
        "--keep-alive": "5",
        "--max-requests": "100000",
        "--max-requests-jitter": "10000",
        "--log-level": "warning",
    }
    flags = ["--preload", "--no-control-socket"]
    if os.path.isdir("/dev/shm"):  # noqa: S108 - gunicorn's heartbeat must not wait for a disk
        options["--worker-tmp-dir"] = "/dev/shm"  # noqa: S108
    pairs = [text for option in options.items() for text in option]
    return [sys.executable, "-m", "gunicorn", "woodoo.wsgi:application", *pairs, *flags]


@dataclass
class _Greeting:
    """Says where the service is, once, as soon as it answers there."""

    host: str
    port: int
    text: str
    said: bool = False

    def __call__(self) -> None:
        if self.said:
            return
        here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - compared, not bound
        with contextlib.suppress(OSError):
            socket.create_connection((here, self.port), timeout=1).close()
            self.said = True
            say(self.text)


def _prepare(env: dict[str, str]) -> None:
    """Set the tables up and make the first administrator, in a process of its own that ends with its memory."""
    command = [sys.executable, "-m", "woodoo.cli", "prepare"]
    sys.stdout.flush()
    if subprocess.run(command, env=env, check=False).returncode:  # noqa: S603
        raise Stop


def _check_port(host: str, port: int) -> None:
    """Say so at once where something listens there already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as exc:
            raise fail(
                f"Woodoo cannot listen on {host}:{port}: {exc.strerror}.",
                "Stop what listens there, or choose another port with --port.",
            ) from exc
