"""Runs the command line within the test, on the test's own database."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from unittest import mock

import pytest

from woodoo.cli import output
from woodoo.cli.main import guarded

from ..web.both_sides import FakeOdoo, FakeStore


@dataclass
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str


@pytest.fixture
def woodoo(db: None, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """Run `woodoo` with these arguments; `given` is what is typed."""

    def run(*arguments: str, given: str = "") -> Said:
        monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        monkeypatch.setattr(output.out, "_file", None)
        code = guarded(list(arguments))
        said = capfd.readouterr()
        return Said(code, said.out, said.err)

    return run


@pytest.fixture
def both_sides() -> Iterator[mock.Mock]:
    """A store and an Odoo that answer; what builds the Odoo is given."""
    with (
        mock.patch("woodoo.wiring.build_store", return_value=FakeStore()),
        mock.patch("woodoo.wiring.build_odoo", return_value=FakeOdoo()) as built,
    ):
        yield built
