"""The overview: how all connections are doing, and what needs a person."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from woodoo.engine.models import Work

from ..access import Role, needs, reach_of, reached
from ..course import DEFAULT, spans
from ..dashboard import dashboard
from ..overview import cards, known_of, troubled_first
from ..pages import is_fragment, page
from ..words import ATTENTION

#: Records that need a person, and connections, shown at most.
_SHOWN, _CONNECTIONS = 8, 12


@require_safe
@needs(Role.VIEWER)
def home(request: HttpRequest) -> HttpResponse:
    """Show the overview, or its live part."""
    connections = list(reached(request))
    ids = [one.pk for one in connections]
    known = known_of(connections)
    shown = troubled_first(connections, known)[:_CONNECTIONS] if len(connections) > _CONNECTIONS else connections
    context = {
        "section": "home",
        "cards": cards(shown, known),
        "more_connections": len(connections) - len(shown),
        "attention": _attention(ids),
        "board": dashboard(ids, known.last_done, known.records, whole=reach_of(request.user).connections() is None),
        "of": "",
        "spans": spans(),
        "span": DEFAULT,
    }
    return page(request, "parts/overview.html" if is_fragment(request) else "home.html", context)


def _attention(connection_ids: Sequence[int]) -> list[Work]:
    """Return the records that came to need a person last, of each state from its own index."""
    found = Work.objects.filter(connection_id__in=connection_ids, trial=False).order_by("-updated_at", "-pk")
    some = [work for state in ATTENTION for work in found.filter(state=state)[:_SHOWN]]
    return sorted(some, key=lambda work: (work.updated_at, work.pk), reverse=True)[:_SHOWN]
