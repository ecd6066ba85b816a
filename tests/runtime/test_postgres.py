"""The embedded database server: it starts, asks for a password, survives crashes and dies with its parent."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from woodoo.domain.errors import ConfigError, RemoteDown
from woodoo.runtime.accounts import server_account
from woodoo.runtime.postgres import THROWAWAY, EmbeddedPostgres, reachable, throwaway


def server(folder: Path, **options: object) -> EmbeddedPostgres:
    return EmbeddedPostgres(folder / "pg" / "data", settings=THROWAWAY, **options)  # type: ignore[arg-type]


def ask(url: str, query: str = "SELECT 1") -> object:
    with psycopg.connect(url, connect_timeout=300, autocommit=True) as connection:
        cursor = connection.execute(query)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def wait_for_end(pid: int, seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return
        if state in "ZX":
            return
        time.sleep(0.05)
    pytest.fail(f"process {pid} is still there after {seconds} s")


@pytest.mark.parametrize("version", [16, 18])
def test_it_starts_and_stops(folder: Path, version: int) -> None:
    postgres = server(folder, version=version)
    url = postgres.start()
    try:
        assert str(ask(url, "SHOW server_version")).startswith(str(version))
        assert ask(url, "SELECT current_database()") == "woodoo"
        assert ask(url, "SHOW server_encoding") == "UTF8"
        pid = postgres.pid
        assert pid is not None
    finally:
        postgres.stop()
    assert not postgres.running
    with pytest.raises(psycopg.OperationalError):
        ask(url)
    wait_for_end(pid)


def test_data_is_there_after_a_restart(folder: Path) -> None:
    with server(folder) as postgres:
        ask(postgres.url(), "CREATE TABLE kept AS SELECT 42 AS answer")
    with server(folder) as postgres:
        assert ask(postgres.url(), "SELECT answer FROM kept") == 42


def test_existing_data_keeps_its_version(folder: Path) -> None:
    with server(folder, version=16):
        pass
    with server(folder) as postgres:
        assert str(ask(postgres.url(), "SHOW server_version")).startswith("16")


def test_it_listens_on_no_port_unless_told(folder: Path) -> None:
    with server(folder) as postgres:
        assert ask(postgres.url(), "SHOW listen_addresses") == ""
    with server(folder, port=0) as postgres:
        assert postgres.port
        assert ask(postgres.url(), "SHOW listen_addresses") == "127.0.0.1"
        password = urlsplit(postgres.url()).password
        assert ask(f"postgresql://woodoo:{password}@127.0.0.1:{postgres.port}/woodoo") == 1


def test_it_refuses_a_wrong_password(folder: Path) -> None:
    with server(folder, port=0) as postgres:
        place = parse_qs(urlsplit(postgres.url()).query)["host"][0]
        for host in ("127.0.0.1", place):
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                psycopg.connect(host=host, port=postgres.port, user="woodoo", password="wrong", dbname="woodoo")


def test_its_password_is_readable_by_its_owner_alone(folder: Path) -> None:
    with server(folder) as postgres:
        assert stat.S_IMODE(postgres.password_file.stat().st_mode) == 0o600
        assert stat.S_IMODE(postgres.socket_dir.stat().st_mode) == 0o700
        assert urlsplit(postgres.url()).password not in postgres.log_file.read_text()
        arguments = Path(f"/proc/{postgres.pid}/cmdline").read_text()
        assert str(urlsplit(postgres.url()).password) not in arguments


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to give up")
def test_it_runs_without_rights(folder: Path) -> None:
    with server(folder) as postgres:
        account = server_account()
        assert account is not None
        status = Path(f"/proc/{postgres.pid}/status").read_text()
        assert f"Uid:\t{account.uid}\t{account.uid}" in status
        assert "CapEff:\t0000000000000000" in status


def test_it_comes_back_after_kill_9(folder: Path) -> None:
    postgres = EmbeddedPostgres(folder / "pg" / "data")  # as in service: what is committed is on the disk
    ask(postgres.start(), "CREATE TABLE kept AS SELECT 1 AS answer")
    killed = postgres.pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    wait_for_end(killed)
    deadline = time.monotonic() + 300
    while postgres.running and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not postgres.running
    assert (postgres.data_dir / "postmaster.pid").exists()  # what the dead one left

    with postgres:
        assert postgres.pid != killed
        assert ask(postgres.url(), "SELECT answer FROM kept") == 1


def test_a_stranger_under_the_old_process_id_is_no_obstacle(folder: Path) -> None:
    postgres = server(folder)
    with postgres:
        pass
    (postgres.data_dir / "postmaster.pid").write_text(f"{os.getpid()}\n{postgres.data_dir}\n1\n5432\n")
    with postgres:
        assert ask(postgres.url()) == 1


def test_an_interrupted_first_start_is_begun_again(folder: Path) -> None:
    postgres = server(folder)
    remains = postgres.data_dir.parent / "data.new"
    remains.mkdir(parents=True)
    postgres.data_dir.parent.chmod(0o711)
    (remains / "PG_VERSION").write_text("18\n")
    with postgres:
        assert ask(postgres.url()) == 1
    assert not remains.exists()


def test_two_instances_live_side_by_side(folder: Path) -> None:
    with server(folder / "a") as one, server(folder / "b") as other:
        ask(one.url(), "CREATE TABLE only_here (id int)")
        with pytest.raises(psycopg.errors.UndefinedTable):
            ask(other.url(), "SELECT * FROM only_here")


def test_a_second_server_on_the_same_data_is_refused(folder: Path) -> None:
    with server(folder) as postgres:
        with pytest.raises(ConfigError, match="Another process already runs"):
            server(folder).start()
        assert ask(postgres.url()) == 1


def test_a_command_uses_the_running_server_or_one_of_its_own(folder: Path) -> None:
    with server(folder) as postgres:
        before = postgres.pid
        with reachable(server(folder)) as url:
            assert ask(url) == 1
        assert postgres.pid == before
        assert postgres.running
    mine = server(folder)
    with reachable(mine) as url:
        assert ask(url) == 1
    assert not mine.answers()


def test_it_outlives_the_thread_that_started_it(folder: Path) -> None:
    postgres = server(folder)
    thread = threading.Thread(target=postgres.start)
    thread.start()
    thread.join()
    try:
        time.sleep(0.5)  # the kernel signals the end of a parent's thread at once
        assert postgres.running
        assert ask(postgres.url()) == 1
    finally:
        postgres.stop()


PARENT = """
import sys, time
from woodoo.runtime.postgres import EmbeddedPostgres
postgres = EmbeddedPostgres(sys.argv[1])
postgres.start()
print(postgres.pid, flush=True)
time.sleep(3600)
"""


def test_it_ends_when_its_parent_is_killed(folder: Path) -> None:
    data = folder / "pg" / "data"
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(data)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert ask(EmbeddedPostgres(data).url()) == 1
    parent.kill()
    parent.wait()
    wait_for_end(pid)
    with EmbeddedPostgres(data) as postgres:  # and can be started at once by the next
        assert ask(postgres.url()) == 1


def test_a_restart_waits_for_a_server_that_is_still_stopping(folder: Path) -> None:
    data = folder / "pg" / "data"
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(data)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    int(parent.stdout.readline())
    parent.kill()  # without waiting
    with EmbeddedPostgres(data) as postgres:
        assert ask(postgres.url()) == 1
    parent.wait()


def test_a_forked_child_does_not_stop_its_parents_server(folder: Path) -> None:
    with server(folder) as postgres:
        child = os.fork()
        if child == 0:
            try:
                postgres.stop()
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        assert postgres.running
        assert ask(postgres.url()) == 1


def test_a_long_path_gets_a_short_socket(folder: Path) -> None:
    deep = folder / ("x" * 60) / ("y" * 60)
    with EmbeddedPostgres(deep / "data", settings=THROWAWAY) as postgres:
        assert len(str(postgres.socket_dir)) < 92
        assert ask(postgres.url()) == 1
        place = postgres.socket_dir
    if not place.is_relative_to(folder):
        place.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="root can enter every folder, its servers' account cannot")
def test_a_folder_its_account_cannot_reach_is_named(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(ConfigError, match="cannot reach") as caught:
        EmbeddedPostgres(closed / "data").start()
    assert "WOODOO_HOME" in caught.value.fix


def test_a_server_that_cannot_start_names_its_log(folder: Path) -> None:
    postgres = EmbeddedPostgres(folder / "data", settings={"shared_buffers": "nonsense"})
    with pytest.raises(RemoteDown, match="shared_buffers") as caught:
        postgres.start()
    assert str(postgres.log_file) in caught.value.fix
    assert not postgres.running


def test_a_throwaway_leaves_nothing_behind() -> None:
    with throwaway() as postgres:
        assert ask(postgres.url()) == 1
        place = postgres.data_dir.parent
    assert not place.exists()
