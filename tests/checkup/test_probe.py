"""What a server says to anybody: its time, and when its certificate ends, trusted or not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from pytest_httpserver import HTTPServer

from tests.stores.tls import Authority
from woodoo.checkup.probe import Probe, probe


def test_the_end_of_a_certificate_is_read_whoever_issued_it(tmp_path: Path) -> None:
    with HTTPServer(host="localhost", ssl_context=Authority(tmp_path).context("localhost", days=(-1, 9))) as server:
        found = probe(f"https://localhost:{server.port}", whose="The store's address")
    assert found.certificate_ends is not None
    assert timedelta(days=8) < found.certificate_ends - datetime.now(UTC) < timedelta(days=9)
    assert found.time is not None


def test_what_does_not_answer_says_nothing() -> None:
    assert probe("http://127.0.0.1:1", whose="The store's address") == Probe()
