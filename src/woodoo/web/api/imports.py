"""Imports of history, and whole catalogues: begun, tried out, followed, paused, resumed and stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import Http404
from ninja import Router, Schema, Status
from pydantic import Field

from woodoo import catalogues, importing
from woodoo.engine import imports
from woodoo.engine.models import Import

from .answers import says
from .door import OPERATOR, VIEWER, ApiRequest
from .shapes import ConnectionId, ImportId, get_connection

router = Router(tags=["Imports"])

#: Imports shown, the newest ones.
SHOWN = 50


class Progress(Schema):
    """How far an import has come."""

    total: int
    listed: int
    known: int = Field(description="Of those listed: brought over as of their last change already.")
    queued: int
    running: int
    done: int
    skipped: int
    parked: int
    failed: int
    through: int
    percent: int
    per_second: float
    seconds_left: float | None


class ImportTold(Schema):
    """An import."""

    id: int
    connection_id: int
    title: str
    dry_run: bool
    state: str = Field(description="listing, working, paused, done, stopped or failed.")
    progress: Progress
    findings: dict[str, Any] | None = Field(description="Of a dry run: what it has found so far.")
    message: str
    fix: str
    started_by: str
    created_at: datetime
    finished_at: datetime | None


class NewImport(Schema):
    """What to import."""

    what: Literal["orders", "products_to_store", "products_from_store"] = "orders"
    from_day: Annotated[str, Field(max_length=20)] = Field("", description="First day, as 2025-01-31.")
    to_day: Annotated[str, Field(max_length=20)] = Field("", description="Last day; empty: until now.")
    ids: Annotated[str, Field(max_length=60)] = Field("", description="1000-2000 in place of days.")
    statuses: Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=40)] = Field(
        default_factory=list, description="Only orders in these statuses; none: in any."
    )
    dry_run: bool = Field(False, description="Only tell what would be done.")


@router.get(
    "/connections/{connection_id}/imports", auth=VIEWER, response=says(list[ImportTold]), operation_id="list_imports"
)
def list_imports(request: ApiRequest, connection_id: ConnectionId) -> list[dict[str, Any]]:
    """Name the imports of a connection, newest first, and how far each has come."""
    found = Import.objects.filter(connection_id=get_connection(connection_id).pk)
    return [_told(one) for one in found.order_by("-pk")[:SHOWN]]


@router.post(
    "/connections/{connection_id}/imports", auth=OPERATOR, response=says(ImportTold, 201), operation_id="start_import"
)
def start_import(request: ApiRequest, connection_id: ConnectionId, body: NewImport) -> Status[Any]:
    """Begin an import, or a dry run; a running worker carries it out, behind the news."""
    return Status(201, _told(_begun(connection_id, body, request.auth.name)))


@router.get("/imports/{import_id}", auth=VIEWER, response=says(ImportTold), operation_id="read_import")
def read_import(request: ApiRequest, import_id: ImportId) -> dict[str, Any]:
    """Say how far an import has come."""
    return _told(_get(import_id))


@router.post("/imports/{import_id}/pause", auth=OPERATOR, response=says(ImportTold), operation_id="pause_import")
def pause_import(request: ApiRequest, import_id: ImportId) -> dict[str, Any]:
    """Have an import wait; what is queued keeps its place."""
    return _changed(import_id, imports.pause)


@router.post("/imports/{import_id}/resume", auth=OPERATOR, response=says(ImportTold), operation_id="resume_import")
def resume_import(request: ApiRequest, import_id: ImportId) -> dict[str, Any]:
    """Let an import go on that was paused or has failed."""
    return _changed(import_id, imports.resume)


@router.post("/imports/{import_id}/stop", auth=OPERATOR, response=says(ImportTold), operation_id="stop_import")
def stop_import(request: ApiRequest, import_id: ImportId) -> dict[str, Any]:
    """End an import: what it has not come to is left out. What was brought over stays."""
    return _changed(import_id, imports.stop)


def _begun(connection_id: int, body: NewImport, by: str) -> Import:
    on = get_connection(connection_id)
    if body.what == "orders":
        wanted = importing.read_wanted(
            on, from_day=body.from_day, to_day=body.to_day, ids=body.ids, statuses=body.statuses
        )
        return importing.start_import(on, wanted, started_by=by, dry_run=body.dry_run)
    way = catalogues.SEND if body.what == "products_to_store" else catalogues.TAKE
    return catalogues.begin(on, way, started_by=by, dry_run=body.dry_run)


def _get(import_id: int) -> Import:
    found = Import.objects.filter(pk=import_id).first()
    if found is None:
        raise Http404
    return found


def _changed(import_id: int, change: Callable[[int], Import]) -> dict[str, Any]:
    return _told(change(_get(import_id).pk))


def _told(one: Import) -> dict[str, Any]:
    far = imports.progress(one)
    same = ("id", "connection_id", "title", "dry_run", "state", "message", "fix", "started_by", "created_at")
    return {
        **{name: getattr(one, name) for name in same},
        "finished_at": one.finished_at,
        "progress": {**asdict(far), "through": far.through, "percent": far.percent},
        "findings": one.result if one.dry_run else None,
    }
