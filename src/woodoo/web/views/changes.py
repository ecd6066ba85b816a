"""Who changed what, newest first, with what it was before."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_safe

from woodoo.connections.models import Change, Connection

from ..access import Role, needs, reach_of, reached
from ..change_words import Word, in_words
from ..overview import connection_statuses
from ..pages import page
from ..stored_words import said as titled
from ..worklist import Query

#: Changes on one page.
PAGE = 50
#: How somebody acted (`connections.audit`) → its word.
_HOW = {"panel": _("panel"), "api": _("API"), "command": _("command line")}


@dataclass(frozen=True)
class Row:
    """A change as the page shows it."""

    change: Change
    who: str
    how: str
    where: str
    values: list[Word]


@require_safe
@needs(Role.ADMINISTRATOR)
def change_list(request: HttpRequest) -> HttpResponse:
    """Show the changes of the connections the reader sets up, and of the installation to those who set up all."""
    query, among = Query.of(request.GET), reach_of(request.user).connections(Role.ADMINISTRATOR)
    names = {one.pk: one.name for one in reached(request, Role.ADMINISTRATOR)}
    rows = Change.objects.all() if among is None else Change.objects.filter(connection_id__in=among)
    if query.connection:
        rows = rows.filter(connection_id=query.connection)
    found, older = _page_of(rows, request)
    context = {
        "section": "changes",
        "rows": [_row(one, names) for one in found],
        "connections": names.items(),
        "query": query,
        "older": older,
    }
    return page(request, "changes.html", context)


@require_safe
@needs(Role.ADMINISTRATOR)
def connection_changes(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Show the changes of one connection."""
    found = get_object_or_404(Connection, pk=connection_id)
    rows, older = _page_of(Change.objects.filter(connection_id=found.pk), request)
    context = {
        "section": "connections",
        "connection": found,
        "status": connection_statuses([found])[found.pk],
        "rows": [_row(one, {found.pk: found.name}) for one in rows],
        "older": older,
    }
    return page(request, "connection_changes.html", context)


def _page_of(rows: QuerySet[Change], request: HttpRequest) -> tuple[list[Change], int | None]:
    """Return one page of changes, newest first, and where the next one begins."""
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows.order_by("-pk")[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None


def _row(one: Change, names: dict[int, str]) -> Row:
    gone = gettext("A connection that is gone")
    where = names.get(one.connection_id, gone) if one.connection_id else gettext("Installation")
    return Row(one, titled(one.who), gettext(_HOW.get(one.how, one.how)), where, in_words(one.before, one.after))
