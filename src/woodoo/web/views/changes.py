"""Who changed what, newest first, with what it was before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from woodoo.connections.models import Change

from ..access import Role, needs, reach_of, reached
from ..pages import page
from ..worklist import Query

#: Changes on one page.
PAGE = 50


@dataclass(frozen=True)
class Row:
    """A change as the page shows it."""

    change: Change
    where: str
    #: Name, what it was, what it is.
    values: list[tuple[str, Any, Any]]


@require_safe
@needs(Role.ADMINISTRATOR)
def change_list(request: HttpRequest) -> HttpResponse:
    """Show the changes of the connections the reader sets up, and of the installation to those who set up all."""
    query, among = Query.of(request.GET), reach_of(request.user).connections(Role.ADMINISTRATOR)
    names = {one.pk: one.name for one in reached(request, Role.ADMINISTRATOR)}
    rows = Change.objects.all() if among is None else Change.objects.filter(connection_id__in=among)
    if query.connection:
        rows = rows.filter(connection_id=query.connection)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows.order_by("-pk")[: PAGE + 1])
    context = {
        "section": "changes",
        "rows": [_row(one, names) for one in found[:PAGE]],
        "connections": names.items(),
        "query": query,
        "older": found[PAGE - 1].pk if len(found) > PAGE else None,
    }
    return page(request, "changes.html", context)


def _row(one: Change, names: dict[int, str]) -> Row:
    where = names.get(one.connection_id, "A connection that is gone") if one.connection_id else "Installation"
    named = {**one.before, **one.after}
    values = [(name, one.before.get(name), one.after.get(name)) for name in named if named[name] not in ("", [])]
    return Row(one, where, values)
