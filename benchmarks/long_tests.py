"""The long tests with all of their parameters: `make test` tries each on one release of Odoo only."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from .figures import CannotRun, Figure
from .screen import say, step
from .stage import Stage


def measure(stage: Stage) -> Iterator[Figure]:
    """Run them, name those that went wrong, and count."""
    with tempfile.TemporaryDirectory(prefix="woodoo-long-tests-") as folder, step("pytest --long -m long"):
        cases = _run(Path(folder) / "results.xml")
    wrong = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    for case in wrong:
        say(f"    {case.get('classname')}::{case.get('name')}")
    yield Figure("Long tests, all of their parameters", len(cases), "tests")
    yield Figure("Long tests that went wrong", len(wrong), "tests", "== 0")


def _run(results: Path) -> list[ElementTree.Element]:
    command = [sys.executable, "-m", "pytest", "--long", "-m", "long", "-q", f"--junitxml={results}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not results.exists() or done.returncode not in (0, 1):
        raise CannotRun(f"The long tests did not come to their end: {done.stdout[-500:]}{done.stderr[-500:]}")
    return list(ElementTree.parse(results).getroot().iter("testcase"))
