"""Imports of history: begin one, or a dry run, and follow them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_POST, require_safe

from woodoo import importing
from woodoo.connections.models import Connection
from woodoo.domain.errors import WoodooError

from ..access import Role, needs
from ..overview import connection_statuses
from ..pages import is_fragment, page
from .imports import has_begun, rows_of

#: What WooCommerce itself has; others are among the settings.
STATUSES = {
    "pending": gettext_noop("Pending payment"),
    "on-hold": gettext_noop("On hold"),
    "processing": gettext_noop("Processing"),
    "completed": gettext_noop("Completed"),
    "cancelled": gettext_noop("Cancelled"),
    "refunded": gettext_noop("Refunded"),
    "failed": gettext_noop("Failed"),
}


@require_safe
@needs(Role.VIEWER)
def history(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Show the imports of a connection, or the live part of the page."""
    return _show(request, get_object_or_404(Connection, pk=connection_id))


def _show(request: HttpRequest, found: Connection, given: Mapping[str, Any] | None = None) -> HttpResponse:
    rows = rows_of(found, products=False)
    if is_fragment(request):
        return page(request, "parts/imports.html", {"rows": rows, "connection": found})
    context = {
        "section": "connections",
        "connection": found,
        "status": connection_statuses([found])[found.pk],
        "rows": rows,
        "given": given or {},
        "statuses": _statuses(found),
        "zone": found.settings.get("timezone") or "UTC",
    }
    return page(request, "history.html", context)


def _statuses(found: Connection) -> list[tuple[str, str]]:
    """Return the statuses to choose from with their words: those of WooCommerce, then those the settings name."""
    own = found.settings.get("status_steps")
    others = sorted(set(own if isinstance(own, dict) else ()) - {*STATUSES, "checkout-draft"})
    return [(name, gettext(STATUSES[name])) for name in STATUSES] + [(name, name) for name in others]


@require_POST
@needs(Role.OPERATOR)
def start(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Begin an import or a dry run; where it cannot begin, say why and keep what was typed."""
    found = get_object_or_404(Connection, pk=connection_id)
    given: dict[str, Any] = {name: request.POST.get(name, "").strip()[:60] for name in ("from", "to", "ids")}
    given["statuses"] = [text for text in request.POST.getlist("status")[:40] if text]
    try:
        wanted = importing.read_wanted(
            found, from_day=given["from"], to_day=given["to"], ids=given["ids"], statuses=given["statuses"]
        )
        made = importing.start_import(
            found, wanted, started_by=request.user.get_username(), dry_run="dry_run" in request.POST
        )
    except WoodooError as error:
        messages.error(request, f"{error.message} {error.fix}".strip())
        return _show(request, found, given)
    messages.success(request, has_begun(made))
    return redirect("history", connection_id=found.pk)
