"""The dry run of the newest orders: the outcome each would have, by reason, with the setting that mends it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from woodoo import surveys
from woodoo.connections.models import Connection
from woodoo.engine import surveys as kept
from woodoo.engine.models import Finding
from woodoo.flows.rehearsal import KINDS

from ..access import Role, needs
from ..configuration.places import Place, place_on_page
from ..csv import csv_file
from ..links import store_order_url
from ..overview import connection_statuses
from ..pages import is_fragment, page
from ..stored_words import said
from ..words import choices_of
from .surveys import survey_row

#: Orders on a page.
SHOWN = 50
#: Outcome → the colour of its pill, its word, what it means.
OUTCOMES: dict[str, tuple[str, str | Promise, str | Promise]] = {
    "parked": ("parked", _("Parked"), _("Would wait for a person")),
    "failed": ("failed", _("Failed"), _("Could not be looked at")),
    "skipped": ("skipped", _("Left out"), _("Would be left out, for the reason told")),
    "create": ("done", _("Made"), _("Would be made in Odoo")),
    "complete": ("running", _("Completed"), _("Is in Odoo, and would be completed or changed there")),
    "there": ("done", _("There"), _("Is in Odoo as it should be")),
}
#: Of the file.
COLUMNS = (
    *(_("Order"), _("Id"), _("Placed"), _("Status"), _("Outcome"), _("Total"), "Odoo", _("Currency")),
    *(_("Documents"), _("Says"), _("What to do"), _("Address")),
)


@dataclass(frozen=True)
class Tile:
    """How many orders have one outcome."""

    name: str
    colour: str
    word: str | Promise
    meaning: str | Promise
    count: int


@dataclass(frozen=True)
class Group:
    """Orders with the same reason."""

    cause: kept.Cause
    colour: str
    word: str | Promise
    #: Where it is mended; None: not on the Configuration page.
    place: Place | None
    choices: list[str]
    query: str


@dataclass(frozen=True)
class OrderLine:
    """One order of the list."""

    found: Finding
    colour: str
    word: str | Promise
    #: In the store's back office.
    url: str
    place: Place | None


@require_safe
@needs(Role.VIEWER)
def rehearsal(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Show what the last dry run has found, or the live part of the page while one goes on."""
    on = get_object_or_404(Connection, pk=connection_id)
    last = kept.newest(on.pk, surveys.REHEARSAL.name)
    context: dict[str, object] = {"connection": on, "kind": surveys.REHEARSAL}
    if last:
        context |= {"survey": survey_row(last), **_found(request, on, last.pk)}
    if is_fragment(request):
        return page(request, "parts/rehearsal.html", context)
    context |= {"section": "connections", "status": connection_statuses([on])[on.pk]}
    return page(request, "rehearsal.html", context)


def _found(request: HttpRequest, on: Connection, import_id: int) -> dict[str, object]:
    kind = request.GET.get("kind", "")
    kind = kind if kind in OUTCOMES else ""
    cause = request.GET.get("cause", "").replace("\x00", "")[:400]
    counts = kept.counts(import_id)
    rows = kept.findings(import_id, *([kind] if kind else []))
    rows = rows.filter(cause=cause) if cause else rows
    start = _start(request.GET.get("from", ""))
    some = list(rows[start : start + SHOWN + 1])
    same = {name: value for name, value in (("kind", kind), ("cause", cause)) if value}
    return {
        "tiles": [Tile(name, *OUTCOMES[name], counts.get(name, 0)) for name in KINDS],
        "groups": [_group(one) for one in kept.causes(import_id, "parked", "failed", "skipped", "create") if one.cause],
        "lines": [_line(on, one) for one in some[:SHOWN]],
        "next": urlencode({**same, "from": start + SHOWN}) if len(some) > SHOWN else "",
        "only": kind,
        "only_word": OUTCOMES[kind][1] if kind else "",
        "cause": cause,
        "query": urlencode(same),
        "blocked": counts.get("parked", 0) + counts.get("failed", 0),
        "looked_at": sum(counts.values()),
    }


def _start(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else 0


def _group(one: kept.Cause) -> Group:
    colour, word, _meaning = OUTCOMES[one.kind]
    if one.kind == "create":
        colour, word = "waiting", _("Held back")
    query = urlencode({"kind": one.kind, "cause": one.cause})
    return Group(one, colour, word, place_on_page(one.place), choices_of("", one.fix), query)


def _line(on: Connection, found: Finding) -> OrderLine:
    colour, word, _meaning = OUTCOMES.get(found.kind, ("ready", found.kind, ""))
    url = store_order_url(on.store_platform, on.store_url, found.record)
    return OrderLine(found, colour, word, url, place_on_page(found.place))


@require_safe
@needs(Role.VIEWER)
def as_csv(request: HttpRequest, connection_id: int) -> StreamingHttpResponse:
    """Send the outcome of each order as a file."""
    on = get_object_or_404(Connection, pk=connection_id)
    last = kept.newest(on.pk, surveys.REHEARSAL.name)
    return csv_file("dry-run.csv", [str(name) for name in COLUMNS], _cells(on, last.pk) if last else ())


def _cells(on: Connection, import_id: int) -> Iterator[list[object]]:
    for one in kept.in_pieces(kept.findings(import_id)):
        facts = one.facts
        yield [
            said(one.title),
            one.record,
            facts.get("at"),
            facts.get("status"),
            str(OUTCOMES[one.kind][1]) if one.kind in OUTCOMES else one.kind,
            *(Decimal(facts[name]) if facts.get(name) else None for name in ("total", "odoo")),
            facts.get("currency"),
            ", ".join(facts.get("documents", ())),
            one.message,
            one.fix,
            store_order_url(on.store_platform, on.store_url, one.record),
        ]
