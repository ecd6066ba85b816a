"""The whole service as a user starts it: real processes, real signals, nothing left behind."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import httpx2
import pytest

#: Seconds after which what a test waits for is taken never to happen. No test asserts that it takes less.
PATIENCE = 300
_ports = count(1)


@pytest.fixture
def home() -> Iterator[Path]:
    """A home folder of its own, which the database's account can reach."""
    folder = Path(tempfile.mkdtemp(prefix="woodoo-run-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def environment(home: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("WOODOO_", "DATABASE_URL", "DJANGO_"))}
    return {**kept, "WOODOO_HOME": str(home)}


def woodoo(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "woodoo.cli", *arguments]
    return subprocess.run(command, env=environment(home), capture_output=True, text=True, timeout=PATIENCE, check=False)


class Service:
    """`woodoo run` on a free port."""

    def __init__(self, home: Path, port: int = 0, **more: str) -> None:
        """Start it; `more` are variables of its environment."""
        self.home = home
        self.port = port or free_port()
        self.log = home / "run.log"
        command = [sys.executable, "-m", "woodoo.cli", "run", "--port", str(self.port), "--workers", "1"]
        command += ["--web-processes", "1", "--concurrency", "1"]
        with self.log.open("wb") as log:
            env = environment(home) | more
            self.process = subprocess.Popen(command, env=env, stdout=log, stderr=subprocess.STDOUT)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def health(self) -> dict[str, object]:
        try:
            return dict(httpx2.get(f"http://127.0.0.1:{self.port}/health", timeout=PATIENCE).json())
        except httpx2.HTTPError:
            return {}

    def until_well(self) -> None:
        assert wait_for(lambda: self.is_well() or self.process.poll() is not None), self.said
        assert self.process.poll() is None, self.said

    def is_well(self) -> bool:
        return self.health().get("status") == "ok"

    def family(self) -> list[int]:
        """All processes of this service, however deep."""
        return [pid for pid in descendants(self.process.pid) if alive(pid)]

    def workers(self) -> list[int]:
        """Its workers; the database has processes of that name, too."""
        return [pid for pid in self.family() if "woodoo.cli worker" in command_of(pid)]

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE)


def free_port() -> int:
    """A port that stays free until it is listened on: none of those the system gives to whoever asks for any.

    Each worker of xdist has some of its own.
    """
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="utf-8").split()[0])
    own = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) * 200
    for number in _ports:
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", lowest - 2000 - own - number))
            return int(probe.getsockname()[1])
    raise AssertionError("unreachable")


def wait_for(holds: Callable[[], object]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.2)
    return False


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def descendants(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
            except OSError:
                continue
            if parent == pid:
                found += [int(entry.name), *descendants(int(entry.name))]
    return found


@pytest.fixture
def service(home: Path) -> Iterator[Service]:
    running = Service(home)
    yield running
    running.end()


def test_one_command_runs_everything_and_leaves_nothing(service: Service, home: Path) -> None:
    service.until_well()
    assert wait_for(lambda: f"Woodoo is at http://127.0.0.1:{service.port}" in service.said)
    link = re.search(r"http://127\.0\.0\.1:\d+(/first/\S+)", service.said)
    assert link, service.said

    # Whoever has the link makes the first account and is in, past the CSRF check.
    with httpx2.Client(base_url=f"http://127.0.0.1:{service.port}", timeout=PATIENCE) as browser:
        token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', browser.get(link.group(1)).text)
        assert token
        password = "correct-horse-battery"
        form = {"username": "admin", "password": password, "again": password, "csrfmiddlewaretoken": token.group(1)}
        answer = browser.post(link.group(1), data=form)
        assert answer.status_code == 302, answer.text
        assert "No connection yet" in browser.get("/").text
        style = browser.get("/static/web/vendor/tabler.min.css")
        assert style.status_code == 200

    # Another command finds the running database.
    said = woodoo(home, "status")
    assert said.returncode == 0, said.stderr
    assert "no connection yet" in said.stdout

    # A second service on the same home or port is refused, and the first one goes on.
    again = woodoo(home, "run", "--port", str(service.port))
    assert again.returncode == 1
    assert "cannot listen" in again.stderr
    assert wait_for(service.is_well)

    # A worker that dies is replaced.
    (worker,) = service.workers()
    os.kill(worker, signal.SIGKILL)
    assert wait_for(lambda: set(service.workers()) - {worker})

    family = service.family()
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(PATIENCE) == 0
    assert "Stopped." in service.said
    assert wait_for(lambda: not [pid for pid in family if alive(pid)]), family

    # A second start keeps the data and prints no link.
    second = Service(home)
    try:
        second.until_well()
        assert "/first/" not in second.said
        second.process.send_signal(signal.SIGINT)
        assert second.process.wait(PATIENCE) == 0
    finally:
        second.end()


def test_nothing_outlives_a_service_that_is_killed(service: Service, home: Path) -> None:
    service.until_well()
    family = service.family()
    assert len(family) > 8
    service.process.kill()
    service.process.wait(PATIENCE)
    assert wait_for(lambda: not [pid for pid in family if alive(pid)]), [command_of(p) for p in family if alive(p)]


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def test_a_command_without_a_running_service_starts_the_database_for_itself(home: Path) -> None:
    refused = woodoo(home, "status")
    assert refused.returncode == 1
    assert "woodoo migrate" in refused.stderr
    assert woodoo(home, "migrate").returncode == 0
    said = woodoo(home, "status")
    assert said.returncode == 0, said.stderr
    assert not (home / "postgres" / "data" / "postmaster.pid").exists(), "the server was left running"


def test_a_database_that_cannot_be_reached_is_a_sentence(home: Path) -> None:
    command = [sys.executable, "-m", "woodoo.cli", "status"]
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and not listened on: nobody else gets this port meanwhile
        address = f"postgresql://u:secret-word@127.0.0.1:{taken.getsockname()[1]}/x"
        env = {**environment(home), "DATABASE_URL": address}
        said = subprocess.run(command, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert said.returncode == 1
    assert "cannot be reached" in said.stderr
    assert "Traceback" not in said.stderr
    assert "secret-word" not in said.stderr


def test_the_panel_can_run_alone(home: Path) -> None:
    assert woodoo(home, "migrate").returncode == 0
    port = free_port()
    command = [sys.executable, "-m", "woodoo.cli", "web", "--port", str(port), "--web-processes", "1"]
    process = subprocess.Popen(command, env=environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:

        def answers() -> bool:
            try:
                return httpx2.get(f"http://127.0.0.1:{port}/health", timeout=PATIENCE).json()["database"] == "ok"
            except httpx2.HTTPError:
                return False

        assert wait_for(answers)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(PATIENCE)
