"""The health check of a connection, and the look for what its flows need."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Router, Schema
from pydantic import Field

from woodoo.checkup import book, needs_look

from .answers import says
from .door import OPERATOR, VIEWER, ApiRequest
from .shapes import ConnectionId, get_connection

router = Router(tags=["Connections"])


class Finding(Schema):
    """One point of a health check."""

    key: str
    title: str
    state: str = Field(description="ok, warn or bad.")
    seen: str
    fix: str


class Health(Schema):
    """What a health check found."""

    at: datetime | None = Field(description="null: not checked yet.")
    state: str = Field(description="The worst of it: ok, warn or bad; empty before the first.")
    findings: list[Finding]


@router.get(
    "/connections/{connection_id}/health", auth=VIEWER, response=says(Health), operation_id="read_connection_health"
)
def read_health(request: ApiRequest, connection_id: ConnectionId) -> Any:
    """Say what the last health check of a connection found; a worker does one every quarter of an hour."""
    number = get_connection(connection_id).pk
    return book.health_of([number])[number]


@router.post(
    "/connections/{connection_id}/health", auth=OPERATOR, response=says(Health), operation_id="check_connection_health"
)
def check_health(request: ApiRequest, connection_id: ConnectionId) -> Any:
    """Look at everything now: both systems, rights, webhooks, clocks, certificates, keys, queue, disk, versions."""
    from woodoo import wiring

    found = get_connection(connection_id)
    book.note(found.pk, wiring.examine(found))
    return book.health_of([found.pk])[found.pk]


@router.get(
    "/connections/{connection_id}/needs", auth=VIEWER, response=says(Health), operation_id="read_connection_needs"
)
def read_needs(request: ApiRequest, connection_id: ConnectionId) -> Any:
    """Say whether each flow has what it needs, as of the last look: `key` is its switch. A worker looks every hour."""
    found = get_connection(connection_id)
    return needs_look.needs_of(found.pk, found.rules)


@router.post(
    "/connections/{connection_id}/needs", auth=OPERATOR, response=says(Health), operation_id="check_connection_needs"
)
def check_needs(request: ApiRequest, connection_id: ConnectionId) -> Any:
    """Look now on both sides for what each flow needs: apps, rights, versions, statuses, settings."""
    from woodoo import wiring

    found = get_connection(connection_id)
    wiring.look_for_needs(found.pk)
    return needs_look.needs_of(found.pk, found.rules)
