"""Imports of history: begin one, or a dry run; follow, pause, resume and stop them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from woodoo import importing
from woodoo.connections.models import Connection
from woodoo.domain.errors import WoodooError
from woodoo.engine import imports
from woodoo.engine.models import Import

from ..access import Role, needs
from ..overview import connection_statuses
from ..pages import is_fragment, page
from ..words import span

#: Imports shown, the newest ones.
SHOWN = 10
#: State → the state of work in whose colour it is shown.
COLOURS = {
    "listing": "running",
    "working": "running",
    "paused": "waiting",
    "done": "done",
    "stopped": "skipped",
    "failed": "failed",
}
#: What WooCommerce itself has; others are among the settings.
STATUSES = ("pending", "on-hold", "processing", "completed", "cancelled", "refunded", "failed")
_CHANGES: Mapping[str, Callable[[int], Import]] = {
    "pause": imports.pause,
    "resume": imports.resume,
    "stop": imports.stop,
}
_DONE = {"pause": "is paused", "resume": "goes on", "stop": "is stopped; what it has brought over stays"}


@dataclass(frozen=True)
class Row:
    """One import as the page shows it."""

    one: Import
    far: imports.Progress
    colour: str
    left: str

    @property
    def can_pause(self) -> bool:
        return self.one.state in ("listing", "working")

    @property
    def can_resume(self) -> bool:
        return self.one.state in ("paused", "failed")

    @property
    def can_stop(self) -> bool:
        return self.can_pause or self.can_resume


@require_safe
@needs(Role.VIEWER)
def history(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Show the imports of a connection, or the live part of the page."""
    return _show(request, get_object_or_404(Connection, pk=connection_id))


def _show(request: HttpRequest, found: Connection, given: Mapping[str, Any] | None = None) -> HttpResponse:
    rows = [_row(one) for one in Import.objects.filter(connection_id=found.pk).order_by("-pk")[:SHOWN]]
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


def _row(one: Import) -> Row:
    far = imports.progress(one)
    return Row(one, far, COLOURS.get(one.state, "ready"), span(far.seconds_left))


def _statuses(found: Connection) -> list[str]:
    """Return the statuses to choose from: those of WooCommerce, then those of plugins that the settings name."""
    own = found.settings.get("status_steps")
    return [*STATUSES, *sorted(set(own if isinstance(own, dict) else ()) - {*STATUSES, "checkout-draft"})]


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
    kind = "Dry run" if made.dry_run else "Import"
    messages.success(request, f"{kind} {made.pk} has begun: {made.title}.")
    return redirect("history", connection_id=found.pk)


@require_POST
@needs(Role.OPERATOR)
def change(request: HttpRequest, import_id: int, what: str) -> HttpResponse:
    """Pause, resume or stop an import and go back to where it is shown."""
    found = get_object_or_404(Import, pk=import_id)
    do = _CHANGES.get(what)
    try:
        if do is None:
            messages.warning(request, "Nothing was changed: an import can be paused, resumed and stopped.")
        else:
            do(found.pk)
            messages.success(request, f"Import {found.pk} {_DONE[what]}.")
    except WoodooError as error:
        messages.warning(request, f"{error.message} It has gone on since this page was shown.")
    return redirect("history", connection_id=found.connection_id)
