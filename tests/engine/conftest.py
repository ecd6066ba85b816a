"""A flow that does as it is told, and an engine that knows no flow of an earlier test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from woodoo.engine import db, pump, registry

from .helpers import ScriptedFlow, use


@pytest.fixture
def flow(db_committed: None) -> Iterator[ScriptedFlow]:
    """A flow for the lane `orders` of every connection, one slot, batches of 50."""
    scripted = ScriptedFlow()
    use(scripted, slots=1)
    yield scripted
    registry._resolver = None
    registry._polls = dict
    pump.stopping.clear()


@pytest.fixture
def db_committed(transactional_db: None) -> None:
    """A database in which the test commits for real: leases and locks mean nothing otherwise.

    Django empties its own tables between tests; those of Procrastinate are not managed by it.
    """
    db.change("DELETE FROM procrastinate_jobs")
    db.change("DELETE FROM procrastinate_workers")
