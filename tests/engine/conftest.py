"""A flow that does as it is told, and an engine that knows no flow of an earlier test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from woodoo.engine import breaker, db, pump

from .helpers import ScriptedFlow, use


@pytest.fixture
def flow(db_committed: None) -> Iterator[ScriptedFlow]:
    """A flow for the lane `orders` of every connection, one slot, batches of 50."""
    scripted = ScriptedFlow()
    use(scripted, slots=1)
    yield scripted
    pump.stopping.clear()
    pump.forget_turns()


@pytest.fixture
def long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection rests sixty times as long, so that no machine is so slow that the rest is over within the test."""
    monkeypatch.setattr(breaker, "FIRST_PAUSE", breaker.FIRST_PAUSE * 60)
    monkeypatch.setattr(breaker, "LONGEST_PAUSE", breaker.LONGEST_PAUSE * 60)


@pytest.fixture
def db_committed(transactional_db: None) -> Iterator[None]:
    """A database in which the test commits for real: leases and locks mean nothing otherwise.

    Django empties its own tables between tests; those of Procrastinate are not managed by it.
    """
    forget_jobs_and_workers()
    yield
    forget_jobs_and_workers()


def forget_jobs_and_workers() -> None:
    db.change("DELETE FROM procrastinate_jobs")
    db.change("DELETE FROM procrastinate_workers")
