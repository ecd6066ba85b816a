"""The health check of a connection."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Router, Schema
from pydantic import Field

from woodoo.checkup import book

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
