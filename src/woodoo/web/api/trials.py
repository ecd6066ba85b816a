"""Test runs of a connection: begun, followed, cleaned up."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import Http404
from ninja import Path, Router, Schema, Status
from ninja.errors import HttpError
from pydantic import Field

from woodoo.trials import book
from woodoo.trials.models import Trial

from ..reach import Role
from .answers import says
from .door import OPERATOR, VIEWER, ApiRequest
from .shapes import ConnectionId, get_connection

router = Router(tags=["Test runs"])

TrialId = Annotated[int, Path(ge=1, le=2**63 - 1, description="Number of the test run.")]


class TrialStep(Schema):
    """A step of a test run."""

    name: str
    title: str
    state: str = Field(description="waiting, running, ok, warn, bad or left_out.")
    seconds: float | None
    seen: str = Field(description="What was seen, or why it was left out.")
    fix: str


class TrialTold(Schema):
    """A test run."""

    id: int
    connection_id: int
    books: bool = Field(description="Invoice and payment were made, too, and stay.")
    state: str = Field(description="waiting, running, passed, failed or interrupted.")
    steps: list[TrialStep]
    remains: list[str] = Field(description="What could not be taken away, and why.")
    cleaned_at: datetime | None
    started_by: str
    created_at: datetime
    finished_at: datetime | None


class NewTrial(Schema):
    """How far a test run is to go."""

    books: bool = Field(
        False, description="Invoice, pay and refund its order, too; takes the role administrator. They stay."
    )


@router.get(
    "/connections/{connection_id}/tests", auth=VIEWER, response=says(list[TrialTold]), operation_id="list_test_runs"
)
def list_trials(request: ApiRequest, connection_id: ConnectionId) -> list[Any]:
    """Name the test runs of a connection, newest first."""
    return list(book.latest(get_connection(connection_id).pk))


@router.post(
    "/connections/{connection_id}/tests", auth=OPERATOR, response=says(TrialTold, 201), operation_id="start_test_run"
)
def start_trial(request: ApiRequest, connection_id: ConnectionId, body: NewTrial) -> Status[Any]:
    """Begin a test run with marked records, which are taken away again; a running worker carries it out."""
    if body.books and request.auth.on(connection_id) < Role.ADMINISTRATOR:
        raise HttpError(403, "Into the books it takes the role administrator.")
    made = book.start(get_connection(connection_id), started_by=request.auth.name, books=body.books)
    return Status(201, made)


@router.get(
    "/connections/{connection_id}/tests/{trial_id}", auth=VIEWER, response=says(TrialTold), operation_id="read_test_run"
)
def read_trial(request: ApiRequest, connection_id: ConnectionId, trial_id: TrialId) -> Trial:
    """Say how a test run goes, step by step."""
    found = book.find(get_connection(connection_id).pk, trial_id)
    if found is None:
        raise Http404
    return found


@router.delete(
    "/connections/{connection_id}/tests",
    auth=OPERATOR,
    response=says(list[TrialTold]),
    operation_id="clean_test_runs",
)
def clean_trials(request: ApiRequest, connection_id: ConnectionId) -> list[Any]:
    """End the test run that is under way, and have a worker take away what runs have left behind."""
    found = get_connection(connection_id)
    book.clean(found)
    return list(book.latest(found.pk))
