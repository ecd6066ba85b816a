"""The journey of one record, and what was asked and answered on the way."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from woodoo.connections.models import Connection
from woodoo.engine.held import others_with
from woodoo.engine.models import Call, Work

from ..access import Role, needs, reach_of, refused
from ..configuration.places import place_on_page
from ..journey import call_is_about, tell
from ..kinds import odoo_model_of, store_page_of
from ..money import card_of, has_money, look
from ..pages import is_fragment, page
from ..pauses import next_try, pauses_of
from ..unread import news_of
from ..words import RETRYABLE, SKIPPABLE, choices_of, flow_word

#: In these states something is about to happen, so the page keeps looking.
_MOVING = ("ready", "running", "waiting")


@require_safe
@needs(Role.VIEWER)
def journey(request: HttpRequest, work_id: int) -> HttpResponse:
    """Show what happened to one record, or the live part of it."""
    work = get_object_or_404(Work, pk=work_id)
    connection = Connection.objects.filter(pk=work.connection_id).first()
    reach = reach_of(request.user)
    told = tell(work, connection, with_personal_data=reach.reads_data(work.connection_id))
    cause_key, same_cause = others_with(work)
    context = {
        "section": "work",
        "work": work,
        "connection": connection,
        "connection_name": connection.name if connection else gettext("A connection that is gone"),
        "kind": flow_word(work.flow),
        "said": news_of([work], reach.reads_data).get(work.pk, ""),
        "id_of": gettext("Odoo id") if odoo_model_of(work) else gettext("Store id"),
        "store_url": store_page_of(work, connection) if connection else "",
        "can_retry": work.state in RETRYABLE,
        "can_skip": work.state in SKIPPABLE,
        "choices": choices_of(work.error_kind, work.fix),
        "place": place_on_page(work.place),
        "cause_key": cause_key,
        "same_cause": same_cause,
        "next_try": next_try(work, pauses_of([work.connection_id]).get(work.connection_id)),
        "live": work.state in _MOVING,
        "entries": told.entries,
        "earlier": told.earlier,
        "money": card_of(work, connection),
        "totals": told.totals,
        "totals_agree": told.totals_agree,
        "totals_differ": told.totals_differ,
        "totals_of": told.totals_of,
        "totals_in": told.totals_in,
        "totals_at": told.totals_at,
        "currency": told.currency,
        "records": told.records,
        "main_record": told.main_record,
    }
    return page(request, "parts/journey_live.html" if is_fragment(request) else "journey.html", context)


@require_POST
@needs(Role.VIEWER)
def money(request: HttpRequest, work_id: int) -> HttpResponse:
    """Ask both sides what an order comes to, and show it."""
    work = get_object_or_404(Work, pk=work_id)
    connection = Connection.objects.filter(pk=work.connection_id).first()
    if connection is None or not has_money(work):
        raise Http404
    card = look(work, connection)
    if not is_fragment(request):
        return redirect("journey", work_id=work.pk)
    return page(request, "parts/money.html", {"work": work, "money": card})


@require_safe
@needs(Role.VIEWER)
def call(request: HttpRequest, work_id: int, call_id: int) -> HttpResponse:
    """Show what one call asked and what was answered, to those who may see personal data."""
    work = get_object_or_404(Work, pk=work_id)
    if not reach_of(request.user).reads_data(work.connection_id):
        return refused(request)
    found = get_object_or_404(Call, pk=call_id)
    if not call_is_about(found, work):
        raise Http404
    return page(request, "parts/call.html", {"call": found})
