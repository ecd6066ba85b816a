"""How every page is put together: what it may show its reader, and that nobody keeps a copy of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from .access import Role, reach_of


def page(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Render a template of `templates/web` with the reader's rights; browsers and proxies keep no copy."""
    given = context or {}
    response = render(request, f"web/{template}", {**rights(request, _about(given)), **given}, status=status)
    response["Cache-Control"] = "no-store"
    return response


def rights(request: HttpRequest, connection_id: int | None = None) -> dict[str, Any]:
    """Return what templates need to know of their reader: on a connection, or the most there is anywhere."""
    reach = reach_of(request.user)
    role = reach.highest if connection_id is None else reach.on(connection_id)
    return {
        "role": reach.highest.word,
        "reach": reach,
        "can_operate": role >= Role.OPERATOR,
        "can_set_up": role >= Role.ADMINISTRATOR,
        "can_set_up_all": reach.role >= Role.ADMINISTRATOR,
        "can_see_data": role > Role.NOBODY and reach.reads_data(connection_id),
    }


def _about(context: dict[str, Any]) -> int | None:
    """Return which connection a page is about."""
    if work := context.get("work"):
        return int(work.connection_id)
    connection = context.get("connection")
    return int(connection.pk) if connection and connection.pk else None


def is_fragment(request: HttpRequest) -> bool:
    """Return whether htmx asks for the live part of a page only."""
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers


def note(request: HttpRequest, title: str, text: str, *, status: int) -> HttpResponse:
    """Show one sentence on a page of its own."""
    return page(request, "message.html", {"title": title, "text": text}, status=status)
