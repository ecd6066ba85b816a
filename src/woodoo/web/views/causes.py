"""What holds records up, each cause once: how many, where it is mended, and all of them brought back together."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from woodoo.connections.models import Connection
from woodoo.engine.held import Held, held_up
from woodoo.engine.work import FEW

from ..access import Role, needs, reached
from ..configuration.places import Place, place_on_page
from ..pages import is_fragment, page
from ..pauses import pauses_of
from ..words import choices_of
from ..worklist import Query

#: Causes on the page.
MOST = 50


@dataclass(frozen=True)
class Row:
    """A cause as it is shown."""

    held: Held
    connection: Connection | None
    #: The query string of the list of its records.
    query: str
    #: Where on the Configuration page it is mended.
    place: Place | None
    #: What a person can choose between; nothing where one thing is to be done.
    choices: list[str]
    #: So many that they wait behind new orders.
    many: bool

    @property
    def mended_there(self) -> bool:
        """Whether only the configuration can mend it."""
        return self.place is not None and self.held.place.startswith("settings")

    @property
    def more(self) -> int:
        """How many records are not named."""
        return self.held.count - len(self.held.records)


@require_safe
@needs(Role.VIEWER)
def causes(request: HttpRequest) -> HttpResponse:
    """Show the causes of all connections, or of one; or the live part of the page."""
    counted_at, query = timezone.now(), Query.of(request.GET)
    connections = {connection.pk: connection for connection in reached(request)}
    found = held_up(query.connection, among=list(connections), most=MOST)
    paused = pauses_of([query.connection] if query.connection else connections)
    context = {
        "section": "work",
        "query": query,
        "counted_at": counted_at.isoformat(),
        "connections": list(connections.values()),
        "many_connections": len(connections) > 1,
        "rows": [_row(held, connections.get(held.connection_id)) for held in found],
        "waiting": sum(held.count for held in found),
        "cut": len(found) >= MOST,
        "paused": [(connections[pk], pause) for pk, pause in paused.items() if pk in connections],
    }
    return page(request, "parts/causes.html" if is_fragment(request) else "causes.html", context)


def _row(held: Held, connection: Connection | None) -> Row:
    query = urlencode({"connection": held.connection_id, "cause": held.key})
    place = place_on_page(held.place) if connection else None
    return Row(held, connection, query, place, choices_of(held.error_kind, held.fix), held.count > FEW)
