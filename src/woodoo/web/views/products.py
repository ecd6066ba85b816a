"""The whole catalogue: send Odoo's products to the store, take the store's over to Odoo, or try what that would do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from woodoo import catalogues
from woodoo.catalogues import SEND, TAKE, WAYS
from woodoo.connections.models import Connection
from woodoo.connections.settings import ConnectionSettings
from woodoo.domain.errors import ConfigError, WoodooError

from ..access import Role, needs
from ..overview import connection_statuses
from ..pages import is_fragment, page
from .imports import has_begun, rows_of


@dataclass(frozen=True)
class Switch:
    """A switch of the connection that decides what comes of it."""

    on: bool
    #: What that means.
    yes: str
    no: str


@dataclass(frozen=True)
class Card:
    """One direction, as the page offers it."""

    way: str
    title: str
    text: str
    button: str
    switches: tuple[Switch, ...]
    #: It may begin; a dry run always may.
    can_begin: bool


@require_safe
@needs(Role.VIEWER)
def products(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Show both directions and what was brought over, or the live part of the page."""
    found = get_object_or_404(Connection, pk=connection_id)
    rows = rows_of(found, products=True)
    if is_fragment(request):
        return page(request, "parts/imports.html", {"rows": rows, "connection": found, "of_products": True})
    context = {
        "section": "connections",
        "connection": found,
        "status": connection_statuses([found])[found.pk],
        "rows": rows,
        "of_products": True,
        "cards": list(_cards(found)),
    }
    return page(request, "products.html", context)


def _cards(found: Connection) -> Iterator[Card]:
    try:
        settings = found.rules
    except ConfigError:
        settings = ConnectionSettings.parse({}, connection=found.name)
    yield Card(
        SEND.name,
        gettext("Odoo → store"),
        gettext(
            "Every product of Odoo that is for sale, with its variants, attributes, categories, prices and pictures."
        ),
        gettext("Create products and variants") if settings.create_products else gettext("Update products"),
        (
            Switch(
                settings.send_products, gettext("Products go to the store"), gettext("Products do not go to the store")
            ),
            Switch(
                settings.create_products,
                gettext("What the store lacks is created"),
                gettext("What the store lacks is left out"),
            ),
            Switch(settings.send_images, gettext("With pictures"), gettext("Without pictures")),
        ),
        SEND.wanted(settings),
    )
    yield Card(
        TAKE.name,
        gettext("Store → Odoo"),
        gettext("Every product of the store, simple and variable, with its category, prices and pictures."),
        gettext("Create products and variants") if settings.create_odoo_products else gettext("Update products"),
        (
            Switch(
                settings.take_products,
                gettext("What the store owns is taken over"),
                gettext("Changes are not taken over"),
            ),
            Switch(
                settings.create_odoo_products,
                gettext("What Odoo lacks is created"),
                gettext("What Odoo lacks is left out"),
            ),
        ),
        TAKE.wanted(settings),
    )


@require_POST
@needs(Role.OPERATOR)
def start(request: HttpRequest, connection_id: int, way: str) -> HttpResponse:
    """Begin to bring a catalogue over, or a dry run of it; where it cannot begin, say why."""
    found = get_object_or_404(Connection, pk=connection_id)
    if way not in WAYS:
        raise Http404
    dry_run = "dry_run" in request.POST
    try:
        made = catalogues.begin(found, WAYS[way], started_by=request.user.get_username(), dry_run=dry_run)
    except WoodooError as error:
        messages.error(request, f"{error.message} {error.fix}".strip())
    else:
        messages.success(request, has_begun(made))
    return redirect("products", connection_id=found.pk)
