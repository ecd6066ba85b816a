"""What the Odoo sandbox finds out about a machine before it installs anything."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from woodoo.domain.errors import ConfigError
from woodoo.sandbox.odoo import machine
from woodoo.sandbox.odoo.apt import debian_mirror, sources
from woodoo.sandbox.odoo.folders import Folders
from woodoo.sandbox.odoo.places import DockerPlace
from woodoo.sandbox.odoo.releases import release

DEB822 = """\
Types: deb
# a comment
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
"""


@pytest.fixture
def etc(tmp_path: Path) -> Path:
    (tmp_path / "sources.list.d").mkdir()
    return tmp_path


def test_it_reads_the_mirror_from_a_deb822_file(etc: Path) -> None:
    (etc / "sources.list.d" / "debian.sources").write_text(DEB822)
    assert debian_mirror("bookworm", etc) == "http://mirror.example/debian"


def test_it_reads_the_mirror_from_a_one_line_file(etc: Path) -> None:
    (etc / "sources.list").write_text(
        "# deb http://old.example/debian bookworm main\n"
        "deb-src http://src.example/debian bookworm main\n"
        "deb [arch=amd64 signed-by=/usr/share/keyrings/x.gpg] http://one.example/debian bookworm main contrib\n"
    )
    assert debian_mirror("bookworm", etc) == "http://one.example/debian"


def test_sources_of_others_are_not_taken_for_debian(etc: Path) -> None:
    (etc / "sources.list.d" / "other.list").write_text("deb https://other.example/apt other-bookworm main\n")
    (etc / "sources.list.d" / "node.sources").write_text(
        "Types: deb\nURIs: https://node.example\nSuites: nodistro\nComponents: main\n"
    )
    assert len(list(sources(etc))) == 2
    assert debian_mirror("bookworm", etc) is None


def test_a_disabled_source_does_not_count(etc: Path) -> None:
    (etc / "sources.list.d" / "debian.sources").write_text("Enabled: no\n" + DEB822)
    assert debian_mirror("bookworm", etc) is None


def test_continued_lines_belong_to_their_field(etc: Path) -> None:
    (etc / "sources.list.d" / "debian.sources").write_text(
        "Types: deb\nURIs:\n http://a.example/debian\n http://b.example/debian\nSuites: bookworm\nComponents:\n main\n"
    )
    assert [source.uri for source in sources(etc)] == ["http://a.example/debian", "http://b.example/debian"]


def test_a_machine_that_cannot_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "os_release", lambda: {"ID": "fedora", "PRETTY_NAME": "Fedora Linux 44"})
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(machine, "docker_answers", lambda: False)
    with pytest.raises(ConfigError) as caught:
        machine.way()
    said = str(caught.value)
    for words in ("Fedora Linux 44", "root", "no Docker engine answers", "ODOO_URL, ODOO_DB, ODOO_LOGIN and ODOO_KEY"):
        assert words in said


def test_a_docker_engine_serves_where_debian_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "missing_for_debian", lambda: ["it takes root"])
    monkeypatch.setattr(machine, "docker_answers", lambda: True)
    assert machine.way() == "docker"


def test_a_docker_client_without_its_engine_does_not_count(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    client = tmp_path / "docker"
    client.write_text("#!/bin/sh\necho 'Cannot connect to the Docker daemon' >&2\nexit 1\n")
    client.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert machine.docker_answers() is False
    client.write_text("#!/bin/sh\necho 28.0.1\n")
    assert machine.docker_answers() is True


def test_the_image_is_fetched_once_and_run_without_rights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    client = tmp_path / "docker"
    client.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\n')
    client.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    folders = Folders(tmp_path / "sandbox")
    folders.create()
    place = DockerPlace(release("19"), folders)

    place.install()
    place.install()
    assert place.odoo("--version", name="server").run().returncode == 0

    pulled, run = (tmp_path / "calls").read_text().splitlines()
    assert pulled == "pull odoo:19"
    assert run.startswith("run --rm")
    assert run.endswith("--entrypoint=odoo --name=woodoo-sandbox-19-server odoo:19 --version")
    assert "--user=0" not in run
    assert f"--volume={place.data}:/var/lib/odoo" in run
