"""The overview: how every connection is doing, and what needs a person."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from woodoo.engine.models import Work

from ..access import Role, needs, reached
from ..overview import cards
from ..pages import is_fragment, page
from ..words import ATTENTION

_SHOWN = 8


@require_safe
@needs(Role.VIEWER)
def home(request: HttpRequest) -> HttpResponse:
    """Show the overview, or its live part."""
    connections = list(reached(request))
    attention = Work.objects.filter(state__in=ATTENTION, connection_id__in=[c.pk for c in connections])
    context = {
        "section": "home",
        "cards": cards(connections),
        "attention": list(attention.order_by("-updated_at")[:_SHOWN]),
    }
    return page(request, "parts/overview.html" if is_fragment(request) else "home.html", context)
