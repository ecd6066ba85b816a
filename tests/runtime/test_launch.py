"""Child processes: with the rights, the folder and the end that were asked for."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from woodoo.runtime.launch import Child, Launch


def test_it_gives_the_program_its_environment_and_nothing_else() -> None:
    launch = Launch([sys.executable, "-c", "import os; print(sorted(os.environ))"], {"ONLY": "this"})
    said = launch.run().stdout
    assert "ONLY" in said
    assert "HOME" not in said


def test_it_reports_a_program_that_is_not_there() -> None:
    result = Launch(["/nowhere/program"], {}).run()
    assert result.returncode == 126
    assert "No such file" in result.stdout


def test_it_passes_input_and_exit_code_on() -> None:
    result = Launch([sys.executable, "-c", "import sys; print(input()); sys.exit(7)"], {}).run(stdin="hello\n")
    assert (result.returncode, result.stdout) == (7, "hello\n")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to give up")
def test_it_gives_up_rights_for_good() -> None:
    script = "import os; print(os.getresuid(), os.getresgid(), os.getgroups())"
    result = Launch(["/usr/bin/env", "python3", "-c", script], {"PATH": "/usr/bin:/bin"}, uid=60914, gid=60915).run()
    if "No such file" in result.stdout:
        result = Launch(["/usr/bin/id"], {}, uid=60914, gid=60915).run()
        assert result.stdout.startswith("uid=60914 gid=60915 groups=60915")
    else:
        assert result.stdout == "(60914, 60914, 60914) (60915, 60915, 60915) [60915]\n"


def test_a_child_that_will_not_listen_is_killed_in_the_end(tmp_path: Path) -> None:
    script = (
        "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); print('up', flush=True); time.sleep(3600)"
    )
    log = tmp_path / "log"
    with log.open("wb") as output:
        child = Child.start(Launch([sys.executable, "-c", script], {}), output)
    while b"up" not in log.read_bytes():
        time.sleep(0.02)
    child.stop((signal.SIGINT, 0.3))
    assert child.returncode == -signal.SIGKILL


def test_a_child_that_ends_by_itself_says_so(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as output:
        child = Child.start(Launch([sys.executable, "-c", "raise SystemExit(3)"], {}), output)
    assert child.ended.wait(300)
    assert child.returncode == 3
    child.stop()  # nothing left to do
