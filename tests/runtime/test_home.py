"""The home folder and the secrets in it."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from threading import Barrier, Thread

import pytest

from woodoo.domain.errors import ConfigError
from woodoo.runtime import home


def test_home_is_where_the_variable_says(folder: Path) -> None:
    assert home.home() == folder / "home"
    assert home.ensure_home().is_dir()


def test_home_has_a_default_for_each_kind_of_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WOODOO_HOME", raising=False)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert home.home() == Path("/var/lib/woodoo")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("HOME", "/home/anna")
    assert home.home() == Path("/home/anna/.local/share/woodoo")


def test_a_secret_is_made_once_and_closed_to_others(folder: Path) -> None:
    first = home.secret("key")
    assert len(first) >= 32
    assert home.secret("key") == first
    file = folder / "home" / "secrets" / "key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in file.parent.iterdir()] == ["key"]


def test_an_empty_secret_is_an_error_and_never_replaced(folder: Path) -> None:
    home.secret("key")
    file = folder / "home" / "secrets" / "key"
    file.write_text("")
    with pytest.raises(ConfigError, match="is empty"):
        home.secret("key")
    assert file.read_text() == ""


def test_all_who_make_a_secret_at_once_get_the_same(folder: Path) -> None:
    start, seen = Barrier(8), []

    def take() -> None:
        start.wait()
        seen.append(home.secret_file(folder / "shared"))

    threads = [Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert len(set(seen)) == 1


def test_a_home_that_cannot_be_made_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "file").write_text("")
    monkeypatch.setenv("WOODOO_HOME", str(folder / "file" / "home"))
    with pytest.raises(ConfigError, match="cannot be created"):
        home.ensure_home()
