"""The list of work: what stands where, trying things again, and leaving them out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from woodoo.domain.errors import WoodooError
from woodoo.engine.models import Work
from woodoo.engine.work import FEW

from ..access import Role, needs, reach_of, reached
from ..csv import csv_file
from ..kinds import kinds_of
from ..pages import is_fragment, page
from ..pauses import next_try, pauses_of
from ..recordfile import COLUMNS, record_lines
from ..together import retry_now, skip_now
from ..unread import news_of
from ..words import flow_word, state_word
from ..worklist import PAGE, SORTS, Query, counts_at_once, found, page_of, pills, to_retry, to_skip, together, within


@require_safe
@needs(Role.VIEWER)
def work_list(request: HttpRequest) -> HttpResponse:
    """Show the list, or its live part."""
    counted_at, query = timezone.now(), _within(request, Query.of(request.GET), Role.VIEWER)
    connections = list(reached(request))
    reach = reach_of(request.user)
    names = {connection.pk: connection.name for connection in connections}
    there = found(query)
    rows, older = page_of(query, there)
    counts, of_connections = counts_at_once(query, there)
    pauses = pauses_of([number for number in names if query.connection in (None, number)], of_connections)
    told = news_of(rows, reach.reads_data)
    for row in rows:
        row.told = told.get(row.pk, "")  # type: ignore[attr-defined]
        row.connection_name = names.get(row.connection_id, "A connection that is gone")  # type: ignore[attr-defined]
        row.kind = flow_word(row.flow)  # type: ignore[attr-defined]
        row.meaning = state_word(row.state).meaning  # type: ignore[attr-defined]
        mine = reach.on(row.connection_id) >= Role.OPERATOR
        row.can_retry = mine and row.state in ("parked", "failed", "waiting")  # type: ignore[attr-defined]
        row.next_try = next_try(row, pauses.get(row.connection_id))  # type: ignore[attr-defined]
    context = {
        "section": "work",
        "query": query,
        "counted_at": counted_at.isoformat(),
        "rows": rows,
        "older": older,
        "pills": pills(query, counts, counted=not there.broad),
        "broad": there.broad,
        "sorts": [(name, words) for name, (words, _, _) in SORTS.items()],
        "together": together(query, counts),
        "cause": query.cause and (there.cause or gettext("A cause that is no more")),
        "connections": connections,
        "many_connections": len(connections) > 1,
        "kinds": kinds_of(connections, query.flow),
        "paused": [(one, pauses[one.pk]) for one in connections if one.pk in pauses],
    }
    return page(request, "parts/work_list.html" if is_fragment(request) else "work.html", context)


@require_safe
@needs(Role.VIEWER)
def export(request: HttpRequest) -> HttpResponseBase:
    """Send all that match the list's filter as a file for a spreadsheet."""
    query = _within(request, Query.of(request.GET), Role.VIEWER)
    return csv_file("woodoo-records.csv", [str(name) for name in COLUMNS], record_lines(replace(query, before=None)))


@require_POST
@needs(Role.OPERATOR)
def retry_one(request: HttpRequest, work_id: int) -> HttpResponse:
    """Try one record again and go back to its journey."""
    work = get_object_or_404(Work, pk=work_id)
    _retry(request, [work.pk])
    return redirect("journey", work_id=work.pk)


@require_POST
@needs(Role.OPERATOR)
def retry_many(request: HttpRequest) -> HttpResponse:
    """Try the chosen records again and go back to the list as it was."""
    _retry(request, _chosen(request))
    return _back_to_list(request)


@require_POST
@needs(Role.OPERATOR)
def skip_one(request: HttpRequest, work_id: int) -> HttpResponse:
    """Leave one record out for a reason and go back to its journey."""
    work = get_object_or_404(Work, pk=work_id)
    _skip(request, [work.pk])
    return redirect("journey", work_id=work.pk)


@require_POST
@needs(Role.OPERATOR)
def skip_many(request: HttpRequest) -> HttpResponse:
    """Leave the chosen records out for one reason and go back to the list as it was."""
    _skip(request, _chosen(request))
    return _back_to_list(request)


@require_POST
@needs(Role.OPERATOR)
def retry_all(request: HttpRequest) -> HttpResponse:
    """Try all that match the list's filter again and go back to where that was asked."""
    _retry(request, to_retry(_filter(request), _counted_at(request)))
    return _back_to_list(request)


@require_POST
@needs(Role.OPERATOR)
def skip_all(request: HttpRequest) -> HttpResponse:
    """Leave all that match the list's filter out for one reason and go back to where that was asked."""
    _skip(request, to_skip(_filter(request), _counted_at(request)))
    return _back_to_list(request)


def _filter(request: HttpRequest) -> Query:
    return _within(request, Query.of(QueryDict(request.POST.get("filter", ""))), Role.OPERATOR)


def _counted_at(request: HttpRequest) -> datetime | None:
    """Return when the number was counted that somebody has confirmed."""
    try:
        at = datetime.fromisoformat(request.POST.get("counted_at", ""))
    except ValueError:
        return None
    return at if at.tzinfo else None


def _within(request: HttpRequest, query: Query, role: Role) -> Query:
    return within(query, reach_of(request.user), role)


def _chosen(request: HttpRequest) -> list[int]:
    chosen = [request.POST["one"]] if "one" in request.POST else request.POST.getlist("work")
    numbers = [int(text) for text in chosen[:PAGE] if text.isascii() and text.isdigit() and len(text) < 19]
    mine = found(_within(request, Query(), Role.OPERATOR)).rows.filter(pk__in=numbers)
    return list(mine.order_by("pk").values_list("pk", flat=True))


def _back_to_list(request: HttpRequest) -> HttpResponse:
    if request.POST.get("to") == "causes":
        return redirect("causes")
    back = Query.of(QueryDict(request.POST.get("back", ""))).as_string
    return HttpResponseRedirect(reverse("work") + (f"?{back}" if back else ""))


def _retry(request: HttpRequest, numbers: list[int]) -> None:
    count = retry_now(numbers)
    if not count:
        messages.warning(request, gettext("Nothing to try again: choose a record that is not being worked on already."))
        return
    if count <= FEW:
        said = ngettext(
            "%(count)s record will be tried again now.", "%(count)s records will be tried again now.", count
        )
    else:
        said = gettext("%(count)s records will be tried again behind new orders.")
    messages.success(request, said % {"count": count})


def _skip(request: HttpRequest, numbers: list[int]) -> None:
    try:
        count = skip_now(numbers, request.POST.get("reason", ""), request.user.get_username())
    except WoodooError:
        messages.warning(request, gettext("Nothing was skipped: say why, so that others know."))
        return
    if not count:
        messages.warning(request, gettext("Nothing to skip: choose a record that is neither done nor being worked on."))
        return
    said = ngettext(
        "%(count)s record skipped. A change in the store brings it back.",
        "%(count)s records skipped. A change in the store brings one back.",
        count,
    )
    messages.success(request, said % {"count": count})
