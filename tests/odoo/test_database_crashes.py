"""PostgreSQL crashes under two workers that are at a real Odoo: the books are what they would have been.

A short form of `python -m woodoo.sandbox losses`, which `make bench` carries out in full.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

#: Seconds after which it is taken never to end.
PATIENCE = 1800


@pytest.mark.long("19")
@pytest.mark.skipif(bool(os.environ.get("ODOO_URL")), reason="reads all books, which need a database of their own")
@pytest.mark.parametrize("version", ["19", "14"])
def test_nothing_is_lost_doubled_or_different_in_odoo_when_postgresql_crashes(version: str) -> None:
    command = [sys.executable, "-m", "woodoo.sandbox", "losses", "--version", version]
    command += ["--only", "crashed", "--moments", "1"]
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert ended.returncode == 0, ended.stderr
    (row,) = json.loads(ended.stdout)["rows"]
    assert (row["kind"], row["runs"], row["points"]) == ("database crashed", 1, 2)
    assert (row["lost"], row["doubled"], row["differing"]) == (0, 0, 0)
