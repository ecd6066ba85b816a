"""Records as lines of a file for a spreadsheet, with their documents in Odoo.

Decides that no line names a customer: who opens such a file later may be somebody else than who asked for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.utils.translation import gettext_lazy

from woodoo.connections.models import Connection
from woodoo.engine.models import Link, Work

from .kinds import kinds_by_store_id
from .words import flow_word, state_word
from .worklist import Query, every_page

COLUMNS = (
    gettext_lazy("Connection"),
    gettext_lazy("Kind"),
    gettext_lazy("Id"),
    gettext_lazy("Record"),
    gettext_lazy("State"),
    gettext_lazy("What happened"),
    gettext_lazy("What to do"),
    gettext_lazy("In Odoo"),
    gettext_lazy("Attempts"),
    gettext_lazy("First seen"),
    gettext_lazy("Last change"),
    gettext_lazy("Finished"),
)


def record_lines(query: Query) -> Iterator[Sequence[object]]:
    """Yield a line for each record that fits, read while they are sent. Times are in UTC."""
    names = dict(Connection.objects.values_list("pk", "name"))
    for rows in every_page(query):
        documents = _documents(rows)
        for work in rows:
            yield (
                names.get(work.connection_id, ""),
                flow_word(work.flow),
                work.record,
                work.name,
                state_word(work.state).label,
                work.message,
                work.fix,
                ", ".join(documents.get((work.connection_id, work.lane, work.record), ())),
                work.attempts,
                work.created_at,
                work.updated_at,
                work.finished_at,
            )


def _documents(rows: Sequence[Work]) -> Mapping[tuple[int, str, str], list[str]]:
    """Return the names of the documents in Odoo of these records, by connection, lane and id; nobody's name."""
    links = Link.objects.filter(
        connection_id__in={work.connection_id for work in rows}, external_id__in={work.record for work in rows}
    )
    named = links.exclude(odoo_model="res.partner").exclude(odoo_name__in=("", "draft")).order_by("pk")
    found: dict[tuple[int, str], list[tuple[str, str]]] = {}
    for connection_id, record, kind, name in named.values_list("connection_id", "external_id", "kind", "odoo_name"):
        found.setdefault((connection_id, record), []).append((kind, name))
    return {
        (work.connection_id, work.lane, work.record): list(
            dict.fromkeys(
                name
                for kind, name in found.get((work.connection_id, work.record), ())
                if kind in kinds_by_store_id(work.lane)
            )
        )
        for work in rows
    }
