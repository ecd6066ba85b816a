"""From connected to live: the checklist that checks itself, and the switch."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from woodoo.connections.models import Connection
from woodoo.domain.errors import WoodooError

from .. import golive as rules
from ..access import Role, needs
from ..doors import forget_doors
from ..golive import LOOK, MUST, OK, Point
from ..overview import connection_statuses
from ..pages import page

log = logging.getLogger(__name__)
Text = str | Promise

#: Point → its title; the address where it is mended, and what the link says; what a tick says.
TITLES: dict[str, tuple[Text, str, Text, Text]] = {
    "test": (
        gettext_lazy("Both sides answer, and let Woodoo work"),
        "connection",
        gettext_lazy("Connection test"),
        "",
    ),
    "mappings": (
        gettext_lazy("What past orders use is mapped"),
        "mapping",
        gettext_lazy("Mappings"),
        gettext_lazy("Accept the gaps"),
    ),
    "rehearsal": (
        gettext_lazy("The newest orders would come over"),
        "rehearsal",
        gettext_lazy("Dry run"),
        gettext_lazy("Accept as it is"),
    ),
    "hygiene": (
        gettext_lazy("Products and customers are tidy"),
        "hygiene",
        gettext_lazy("Clean-up"),
        gettext_lazy("Accept as it is"),
    ),
    "news": (
        gettext_lazy("The store tells what is new"),
        "connection",
        gettext_lazy("Monitor"),
        gettext_lazy("Accept as it is"),
    ),
    "trial": (
        gettext_lazy("A test order goes all the way"),
        "connection#trials",
        gettext_lazy("Test runs"),
        gettext_lazy("Accept as it is"),
    ),
    "alerts": (
        gettext_lazy("Somebody is told when something is wrong"),
        "connection-alerts",
        gettext_lazy("Alerts"),
        gettext_lazy("Accept without"),
    ),
    "key": (
        gettext_lazy("Encryption key and backup are safe"),
        "",
        "",
        gettext_lazy("Both are kept apart from this machine"),
    ),
    "features": (
        gettext_lazy("What is switched on is what is wished"),
        "features",
        gettext_lazy("Features"),
        gettext_lazy("It is as wished"),
    ),
    "history": (
        gettext_lazy("Orders of the past are decided about"),
        "history",
        gettext_lazy("History"),
        gettext_lazy("None is needed"),
    ),
    "stock": (
        gettext_lazy("Who owns stock is decided"),
        "configuration#ownership",
        gettext_lazy("Settings"),
        gettext_lazy("It is as wished"),
    ),
}


@dataclass(frozen=True)
class Line:
    """One point on the page."""

    point: Point
    title: Text
    url: str
    link: Text
    tick: Text

    @property
    def mark(self) -> str:
        """Which sign stands before it: "ok", "warn" or "bad"."""
        if self.point.state == OK or self.point.accepted_by:
            return "ok"
        return "warn" if self.point.state == LOOK else "bad"

    @property
    def can_tick(self) -> bool:
        return self.point.state != OK and self.point.name not in MUST and not self.point.accepted_by


@require_safe
@needs(Role.VIEWER)
def golive(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Show how each point stands."""
    on = get_object_or_404(Connection, pk=connection_id)
    lines = [_line(on, point) for point in rules.checklist(on)]
    waiting = sum(not line.point.is_right for line in lines)
    context = {
        "section": "connections",
        "connection": on,
        "status": connection_statuses([on])[on.pk],
        "lines": lines,
        "waiting": waiting,
        "right": len(lines) - waiting,
        "first": _first_day(on),
    }
    return page(request, "golive.html", context)


def _first_day(on: Connection) -> str:
    given = on.settings.get("orders_from")
    try:
        return str(given) if given else rules.today(on).isoformat()
    except WoodooError:  # settings that cannot be read; the checklist tells
        return ""


def _line(on: Connection, point: Point) -> Line:
    title, name, link, tick = TITLES[point.name]
    view, hash_, anchor = name.partition("#")
    url = f"{reverse(view, args=[on.pk])}{hash_}{anchor}" if view else ""
    return Line(point, title, url, link, tick)


@require_POST
@needs(Role.ADMINISTRATOR)
def check(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Ask both sides, and show how each point stands now."""
    on = get_object_or_404(Connection, pk=connection_id)
    rules.check(on)
    return redirect("golive", connection_id=on.pk)


@require_POST
@needs(Role.ADMINISTRATOR)
def tick(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Write down that a point is accepted as it is, or done; or take that back."""
    on = get_object_or_404(Connection, pk=connection_id)
    name, yes = request.POST.get("point", ""), "back" not in request.POST
    try:
        rules.accept(on, name, who=request.user.get_username(), yes=yes)
    except WoodooError as error:
        messages.error(request, str(error))
    return redirect(
        f"{reverse('golive', args=[on.pk])}#point-{name}" if name in TITLES else reverse("golive", args=[on.pk])
    )


@require_POST
@needs(Role.ADMINISTRATOR)
def switch(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Switch the connection on, for orders placed from a day on."""
    on = get_object_or_404(Connection, pk=connection_id)
    try:
        first = date.fromisoformat(request.POST.get("first", ""))
    except ValueError:
        messages.error(request, _("Give the first day as 2025-01-31."))
        return redirect("golive", connection_id=on.pk)
    try:
        begun = rules.switch_on(on, first, who=request.user.get_username())
    except WoodooError as error:
        messages.error(request, str(error))
        return redirect("golive", connection_id=on.pk)
    forget_doors()
    log.info("went live", extra={"connection": on.pk})
    messages.success(
        request, _("%(name)s is live: orders placed from %(day)s on come over.") % {"name": on.name, "day": first}
    )
    if begun:
        messages.info(request, _("Import %(number)d fetches those placed before now.") % {"number": begun.pk})
    return redirect("connection", connection_id=on.pk)
