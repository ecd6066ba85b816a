"""What is kept of test runs: begin one, note how its steps go, end it.

Decides that a connection has one test run at a time, and that the newest ten are kept.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ..connections.models import Connection
from ..domain.errors import WoodooError
from ..domain.trial import TrialMark
from ..engine import chores, db
from ..live import namespace_of
from .models import Trial

#: The chore that carries test runs out.
CHORE = "test_run"
#: Runs that are kept.
KEPT = 10
#: Small letters and digits that cannot be taken for each other.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def start(connection: Connection, *, started_by: str, books: bool = False) -> Trial:
    """Begin a test run, which a worker carries out.

    Raises:
        WoodooError: the connection is switched off, or is at one.
    """
    if not connection.enabled:
        raise WoodooError(
            f"Connection {connection.name} is switched off, so nothing can be tried on it.",
            fix="Switch it on in the panel, under Connection; then run the tests again.",
        )
    token = "".join(secrets.choice(_LETTERS) for _ in range(8))
    try:
        with transaction.atomic():
            made = Trial.objects.create(connection_id=connection.pk, token=token, books=books, started_by=started_by)
            chores.soon(connection.pk, CHORE)
    except IntegrityError as error:
        raise WoodooError(
            f"Connection {connection.name} is at a test run already.", fix="Wait for its end, or stop it."
        ) from error
    made.refresh_from_db()
    _forget_old(connection.pk)
    return made


def clean(connection: Connection) -> None:
    """Have what earlier runs have left behind taken away now, and a run that is under way ended."""
    Trial.objects.filter(connection_id=connection.pk, state__in=[Trial.State.WAITING, Trial.State.RUNNING]).update(
        stopping=True
    )
    Trial.objects.filter(connection_id=connection.pk).exclude(remains=[]).update(cleaned_at=None)
    chores.soon(connection.pk, CHORE)


def latest(connection_id: int, limit: int = KEPT) -> Sequence[Trial]:
    """Return the test runs of a connection, newest first."""
    return list(Trial.objects.filter(connection_id=connection_id).order_by("-pk")[:limit])


def find(connection_id: int, number: int) -> Trial | None:
    return Trial.objects.filter(connection_id=connection_id, pk=number).first()


def mark_of(trial: Trial, connection: Connection) -> TrialMark:
    """Return what the records of a run are known by."""
    return TrialMark(namespace_of(connection), trial.token, trial.books)


def note_steps(trial: Trial, steps: Sequence[Mapping[str, Any]]) -> None:
    """Write down how the steps stand."""
    trial.steps = [dict(step) for step in steps]
    trial.save(update_fields=["steps"])


def note_record(trial: Trial, lane: str, record: str) -> None:
    """Write down that a record of the to-do list belongs to the run, and that it counts nowhere."""
    known = trial.records.setdefault(lane, [])
    if record not in known:
        known.append(record)
        trial.save(update_fields=["records"])
    set_aside(trial)


def set_aside(trial: Trial) -> None:
    """Have what the to-do list holds of the run count nowhere, whatever rang for it: also what other lanes have."""
    for lane, records in trial.records.items():
        db.change(
            "UPDATE engine_work SET trial = true WHERE connection_id = %s AND lane = %s AND record = ANY(%s)"
            " AND NOT trial",
            [trial.connection_id, lane, list(records)],
        )


def end(trial: Trial, state: Trial.State) -> None:
    """Write down how a run ended."""
    trial.state, trial.finished_at = state, timezone.now()
    trial.save(update_fields=["state", "finished_at"])


def _forget_old(connection_id: int) -> None:
    ended = Trial.objects.filter(connection_id=connection_id, cleaned_at__isnull=False).order_by("-pk")
    Trial.objects.filter(pk__in=[one.pk for one in ended[KEPT:]]).delete()
