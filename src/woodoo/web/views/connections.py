"""Connections: how they are doing, adding and changing them, testing them, and where the store sends its news."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from woodoo.connections.changing import Meanwhile
from woodoo.connections.hook import hook_address
from woodoo.connections.models import Connection
from woodoo.connections.settings import ConnectionSettings
from woodoo.domain.errors import ConfigError, WoodooError
from woodoo.engine import breaker
from woodoo.flows.topics import followed_topics
from woodoo.stores.woocommerce.address import keys_page
from woodoo.trying import Check

from .. import saving, typed
from ..access import Role, needs, reached
from ..completeness import told_of
from ..course import DEFAULT, spans
from ..dashboard import dashboard
from ..forms import ConnectionForm, about
from ..odoo_news import odoo_news
from ..overview import connection_statuses, known_of, last_event, tallies_of
from ..pages import is_fragment, page
from ..setup import authorize
from ..tallies import last_ping, tally_lines
from ..webhook_words import topic_word, webhook_card

log = logging.getLogger(__name__)


@require_safe
@needs(Role.VIEWER)
def connection_list(request: HttpRequest) -> HttpResponse:
    """Show all connections."""
    found = list(reached(request))
    statuses = connection_statuses(found)
    rows = [(one, statuses[one.pk]) for one in found]
    return page(request, "connections.html", {"section": "connections", "rows": rows})


@require_safe
@needs(Role.VIEWER)
def connection(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Show how one connection is doing."""
    return show_connection(request, get_object_or_404(Connection, pk=connection_id))


def show_connection(request: HttpRequest, found: Connection, new_secret: str = "") -> HttpResponse:
    """Show the page of a connection, with its new webhook secret where it was made this moment."""
    try:
        rules = found.rules
    except ConfigError:
        rules, poll_seconds = ConnectionSettings.parse({}, connection=found.name), None
    else:
        poll_seconds = rules.poll_seconds
    topics = [topic_word(topic) for topic in followed_topics(rules)]
    known = known_of([found])
    context = {
        "section": "connections",
        "connection": found,
        "board": dashboard([found.pk], known.last_done, known.records),
        "of": f"&connection={found.pk}",
        "spans": spans(),
        "span": DEFAULT,
        "status": known.statuses[found.pk],
        "tallies": tallies_of(known.counts[found.pk]),
        "completeness": told_of([found])[found.pk],
        "hook_url": hook_address(found.hook_token),
        "webhooks": webhook_card(found.pk),
        "odoo_news": odoo_news(found),
        "first_topic": topics[0],
        "more_topics": topics[1:],
        "new_secret": new_secret,
        "poll_seconds": poll_seconds or "…",
        "last_event": last_event(found.pk),
        "last_ping": last_ping(found.pk),
        "refusals": tally_lines(found.pk),
        "test_now": request.GET.get("test") == "1",
    }
    return page(request, "connection.html", context)


@sensitive_post_parameters("store_key", "store_secret", "store_password", "webhook_secret", "odoo_key")
@require_http_methods(["GET", "HEAD", "POST"])
@needs(Role.ADMINISTRATOR, everywhere=True)
def connection_add(request: HttpRequest) -> HttpResponse:
    """Add a connection on one page, once both sides were tried; step by step it is in setup.py."""
    data = request.POST if request.method == "POST" else None
    new = Connection()
    hosts = about(new, data)
    form = ConnectionForm(data, typed=typed.kept(request, hosts), initial={"enabled": False})
    if data is None:
        return _show_new(request, form)
    right = form.is_valid()
    typed.keep(request, hosts, form.typed_secrets())
    if not right:
        return _show_new(request, _again(form, new, request))
    tried = saving.try_changed(form)
    if saving.failed(tried) and "anyway" not in data:
        return _show_new(request, _again(form, new, request), tried)
    saving.keep(form, tried)
    typed.forget(request)
    log.info("connection added", extra={"connection": form.instance.pk})
    said = gettext("%(name)s is saved. Next: what stands for what.")
    messages.success(request, said % {"name": form.instance.name})
    return redirect("mapping", connection_id=form.instance.pk)


def _show_new(
    request: HttpRequest, form: ConnectionForm, tried: Mapping[str, list[Check]] | None = None
) -> HttpResponse:
    context = {"section": "connections", "form": form, "groups": form.groups(), "tried": tried or {}}
    return page(request, "connection_form.html", {**context, "refused": bool(tried)})


@sensitive_post_parameters("store_key", "store_secret", "store_password", "webhook_secret", "odoo_key")
@require_http_methods(["GET", "HEAD", "POST"])
@needs(Role.ADMINISTRATOR)
def connection_edit(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Change addresses, keys and the switch of a connection; a side that is spoken to in another way is tried first."""
    found = get_object_or_404(Connection, pk=connection_id)
    data = request.POST if request.method == "POST" else None
    hosts = about(found, data)
    handed = authorize.handed_to(cast(User, request.user), found.pk) if data is None else {}
    typed.keep(request, hosts, handed)
    form = ConnectionForm(data, instance=found, typed=typed.kept(request, hosts))
    if data is None:
        return _show_form(request, connection_id, form, handed=bool(handed))
    right = form.is_valid()
    typed.keep(request, hosts, form.typed_secrets())
    if (side := request.POST.get("test", "")) in form.SIDES:
        return _test_typed(request, connection_id, form, side)
    if not right:
        return _show_form(request, connection_id, form)
    tried = saving.try_changed(form)
    if saving.failed(tried) and "anyway" not in request.POST:
        return _show_form(request, connection_id, _again(form, found, request), tried=tried)
    try:
        again = saving.keep(form, tried).retried
    except Meanwhile:
        form.changed_meanwhile()
        return _show_form(request, connection_id, form)
    typed.forget(request)
    log.info("connection changed", extra={"connection": connection_id})
    messages.success(request, _saved(again))
    return redirect(f"{reverse('connection-edit', args=[connection_id])}?test=1")


def _again(form: ConnectionForm, found: Connection, request: HttpRequest) -> ConnectionForm:
    """Return the form once more, with what was typed."""
    return ConnectionForm(
        request.POST, instance=found, typed={**typed.kept(request, about(found, request.POST)), **form.typed_secrets()}
    )


def _test_typed(request: HttpRequest, connection_id: int, form: ConnectionForm, side: str) -> HttpResponse:
    """Try one side as it stands in the form, saved or not."""
    wrong = form.problems_of(side)
    tried = {} if wrong else {side: saving.try_side(form.candidate(), side)}
    if is_fragment(request):
        problems = [
            Check(str(form.fields[name].label), False, str(form.errors[name][0]))
            for name in form.SIDES[side]
            if name in form.errors
        ]
        return page(request, "parts/checks.html", {"checks": tried.get(side, problems)})
    if not wrong:
        form = _again(form, form.instance, request)
    return _show_form(request, connection_id, form, tried=tried, only_tested=True)


def _show_form(
    request: HttpRequest,
    connection_id: int,
    form: ConnectionForm,
    *,
    tried: Mapping[str, list[Check]] | None = None,
    only_tested: bool = False,
    handed: bool = False,
) -> HttpResponse:
    # Read again: the form writes what was typed onto its instance even where it is not right.
    stored = get_object_or_404(Connection, pk=connection_id)
    context = {
        "section": "connections",
        "form": form,
        "groups": form.groups(),
        "connection": stored,
        "status": connection_statuses([stored])[stored.pk],
        "keys_page": keys_page(stored.store_url),
        "why_not": authorize.why_not(stored.store_url),
        "handed": handed,
        "said_no": request.GET.get("success") == "0",
        "test_now": request.method == "GET" and request.GET.get("test") == "1",
        "tried": tried or {},
        "refused": bool(tried) and not only_tested,
    }
    return page(request, "connection_form.html", context)


def _saved(again: int) -> str:
    if not again:
        return gettext("Saved.")
    said = ngettext(
        "Saved. %(count)s record that waited is tried again.",
        "Saved. %(count)s records that waited are tried again.",
        again,
    )
    return said % {"count": again}


@require_safe
@needs(Role.ADMINISTRATOR)
def connection_ask(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Lead the reader to the store, which asks its manager whether Woodoo may have a new key (setup/authorize.py)."""
    found = get_object_or_404(Connection, pk=connection_id)
    if authorize.why_not(found.store_url):
        return redirect("connection-edit", connection_id=found.pk)
    return redirect(authorize.begin_again(cast(User, request.user), found))


@require_POST
@needs(Role.ADMINISTRATOR)
def connection_test(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Ask both sides everything the connection needs, and show what they say."""
    from woodoo.wiring import check_connection

    found = get_object_or_404(Connection, pk=connection_id)
    if (side := request.POST.get("side", "")) in ConnectionForm.SIDES:
        return page(request, "parts/checks.html", {"checks": saving.try_side(found, side)})
    try:
        return page(request, "parts/checks.html", {"checks": check_connection(found)})
    except WoodooError as error:
        return page(request, "parts/checks.html", {"failure": error})


@require_POST
@needs(Role.OPERATOR)
def try_now(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Have a side that was down asked for a sign of life now, whatever is left of the rest."""
    found = get_object_or_404(Connection, pk=connection_id)
    if breaker.try_now(found.pk):
        log.info("rest ended by a person", extra={"connection": found.pk})
        said = gettext("%(name)s is tried now. Where it fails again, it rests longer.")
        messages.success(request, said % {"name": found.name})
    else:
        messages.info(request, gettext("%(name)s does not rest any more.") % {"name": found.name})
    return redirect("connection", found.pk)
