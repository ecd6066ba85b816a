"""The server's programs: used in place, or copied where its account cannot reach them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from woodoo.domain.errors import ConfigError
from woodoo.runtime import accounts, binaries
from woodoo.runtime.postgres import THROWAWAY, EmbeddedPostgres


def test_a_version_the_package_lacks_is_named() -> None:
    with pytest.raises(ConfigError, match="no PostgreSQL 9"):
        binaries.binaries_for(None, 9)


def test_an_unknown_account_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("WOODOO_PG_USER", "nobody-of-this-name")
    with pytest.raises(ConfigError, match="nobody-of-this-name"):
        accounts.server_account()


def test_root_is_no_account_for_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("WOODOO_PG_USER", "root")
    with pytest.raises(ConfigError, match="root"):
        accounts.server_account()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts the server as somebody else")
def test_programs_in_a_closed_folder_are_copied_once_with_their_libraries(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = accounts.server_account()
    assert account is not None
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    inside = binaries._packaged(18)
    packaged = closed / inside.parent.name / inside.name
    shutil.copytree(inside, packaged, symlinks=True)
    libraries = inside.parent.with_name(f"{inside.parent.name}.libs")
    shutil.copytree(libraries, closed / libraries.name)
    (closed / libraries.name).chmod(0o700)
    monkeypatch.setattr(binaries, "_packaged", lambda major: packaged)

    found = binaries.binaries_for(account, 18)

    assert found.root.is_relative_to(folder / "home")
    assert account.reaches(found.root)
    again = binaries.binaries_for(account, 18)
    assert again == found
    assert len(list((folder / "home" / "postgres-programs").iterdir())) == 1
    shutil.rmtree(closed)
    said = subprocess.run([found.program("postgres"), "--version"], capture_output=True, text=True, check=True)
    assert " 18." in said.stdout
    with EmbeddedPostgres(folder / "pg" / "data", settings=THROWAWAY) as server:
        assert server.answers()
