"""Which flows of a connection are on: what each does, what it needs, and where its details are set."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from woodoo.checkup import needs_look
from woodoo.checkup.book import Health
from woodoo.checkup.findings import Finding
from woodoo.connections.changing import Meanwhile, replace_settings
from woodoo.connections.models import Connection
from woodoo.connections.settings import ConnectionSettings
from woodoo.domain.errors import ConfigError, WoodooError

from ..access import Role, needs
from ..choices import Choices
from ..configuration import ConfigurationForm
from ..configuration.cards import problems_of
from ..configuration.section import Section
from ..configuration.sections import FEATURES
from ..configuration.sections_features import Feature
from ..overview import connection_statuses
from ..pages import page
from .connections import _saved

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Row:
    """One line of the page: a switch, a field beside the switches, or what is set elsewhere."""

    field: BoundField
    feature: Feature | None = None
    #: Whether all it needs is there, as of the last look.
    need: Finding | None = None


@dataclass(frozen=True)
class SetElsewhere:
    """Something that goes over, and is decided by settings of more than yes and no."""

    title: str | Promise
    sentence: str | Promise
    #: Card of the Configuration page.
    card: str
    is_on: Callable[[ConnectionSettings], bool]


ELSEWHERE = (
    SetElsewhere(
        _("Payments: store → Odoo"),
        _("A paid order is registered in the journal of its payment method, with the transaction as memo."),
        "orders",
        lambda settings: settings.take_orders and "payment" in settings.order_becomes,
    ),
    SetElsewhere(
        _("Status of orders: store → Odoo"),
        _("How far an order goes in Odoo follows its status in the store, by a table."),
        "orders",
        lambda settings: settings.take_orders and any(step != "ignore" for step in settings.status_steps.values()),
    ),
)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Role.ADMINISTRATOR)
def features(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Show the switches; store what is chosen."""
    found = get_object_or_404(Connection, pk=connection_id)
    form = ConfigurationForm(found.settings, Choices(), request.POST if request.method == "POST" else None, of=FEATURES)
    if request.method == "POST" and form.is_valid():
        try:
            again = replace_settings(found, form.stored_form())
        except Meanwhile:
            form.changed_meanwhile()
        else:
            log.info("settings changed", extra={"connection": found.pk})
            messages.success(request, _saved(again))
            return redirect("features", connection_id=found.pk)
    looked = _looked(found)
    needs_of = {one.key: one for one in looked.findings}
    context = {
        "section": "connections",
        "connection": found,
        "status": connection_statuses([found])[found.pk],
        "form": form,
        "cards": [(section, list(_rows(form, section, needs_of))) for section in FEATURES],
        "looked": looked,
        "elsewhere": _elsewhere(found),
        "mistakes": problems_of(form),
    }
    return page(request, "features.html", context)


@require_POST
@needs(Role.ADMINISTRATOR)
def features_look(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Look now on both sides for what each flow needs."""
    from woodoo import wiring

    found = get_object_or_404(Connection, pk=connection_id)
    try:
        wiring.look_for_needs(found.pk)
    except WoodooError as error:
        messages.error(request, str(error))
    return redirect("features", connection_id=found.pk)


def _looked(found: Connection) -> Health:
    try:
        return needs_look.needs_of(found.pk, found.rules)
    except ConfigError:
        return Health(None, ())


def _rows(form: ConfigurationForm, section: Section, needs_of: Mapping[str, Finding]) -> Iterator[Row]:
    for part in section.parts:
        yield Row(form[part.name], part if isinstance(part, Feature) else None, needs_of.get(part.name))


def _elsewhere(found: Connection) -> list[tuple[SetElsewhere, bool | None]]:
    """Return what is set on other pages; whether it is on is not known where the settings cannot be read."""
    try:
        rules = found.rules
    except ConfigError:
        return [(one, None) for one in ELSEWHERE]
    return [(one, one.is_on(rules)) for one in ELSEWHERE]
