"""How every page is put together: what it may show its reader, and that nobody keeps a copy of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from .access import Role, may_see_personal_data, role_of


def page(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Render a template of `templates/web` with the reader's rights; browsers and proxies keep no copy."""
    response = render(request, f"web/{template}", {**rights(request), **(context or {})}, status=status)
    response["Cache-Control"] = "no-store"
    return response


def rights(request: HttpRequest) -> dict[str, Any]:
    """Return what templates need to know of their reader."""
    role = role_of(request.user)
    return {
        "role": role.name.lower(),
        "can_operate": role >= Role.OPERATOR,
        "can_set_up": role >= Role.ADMINISTRATOR,
        "can_set_up_all": role >= Role.ADMINISTRATOR,
        "can_see_data": role > Role.NOBODY and may_see_personal_data(request.user),
    }


def is_fragment(request: HttpRequest) -> bool:
    """Return whether htmx asks for the live part of a page only."""
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers


def note(request: HttpRequest, title: str, text: str, *, status: int) -> HttpResponse:
    """Show one sentence on a page of its own."""
    return page(request, "message.html", {"title": title, "text": text}, status=status)
