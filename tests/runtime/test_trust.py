"""Certificates of the machine are read once, and anew when they change."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import pytest

from woodoo.runtime import trust


@pytest.fixture
def named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of certificates the environment names: one of the machine's own authorities."""
    file = tmp_path / "authorities.pem"
    file.write_text(ssl.DER_cert_to_PEM_cert(_authorities()[0]))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return file


def _authorities() -> list[bytes]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(ssl.get_default_verify_paths().openssl_cafile)
    return context.get_ca_certs(binary_form=True)


def test_all_clients_share_what_was_read() -> None:
    first = trust.of_machine()
    assert first is trust.of_machine()
    assert first.verify_mode == ssl.CERT_REQUIRED
    assert first.check_hostname


def test_a_file_the_environment_names_is_trusted_instead(named: Path) -> None:
    assert len(trust.of_machine().get_ca_certs()) == 1


def test_a_file_that_was_replaced_is_read_anew(named: Path) -> None:
    before = trust.of_machine()
    named.write_text("".join(ssl.DER_cert_to_PEM_cert(one) for one in _authorities()[:2]))
    os.utime(named, (1, 1))  # however coarse the clock of the file system is
    assert trust.of_machine() is not before
    assert len(trust.of_machine().get_ca_certs()) == 2
