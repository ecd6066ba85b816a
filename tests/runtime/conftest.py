"""Folders the database server's account can reach, unlike those of `tmp_path` when root runs the tests."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="woodoo-test-"))
    made.chmod(0o711 if os.geteuid() == 0 else 0o700)
    monkeypatch.setenv("WOODOO_HOME", str(made / "home"))
    yield made
    shutil.rmtree(made, ignore_errors=True)
