"""The store's past as a flow sees it: what of a page is to be looked at, and what would become of it.

Decides that what was brought over as of its last change need not be looked at again; the poll goes by the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..domain.history import OrderRange
from ..engine.registry import Listing
from ..stores.base import Changed, Store
from .context import Context, Links
from .order import Planned
from .preview import Preview
from .table import Flow

#: Orders planned together in a dry run.
TOGETHER = 50


def not_done(links: Links, flow: Flow, changes: Iterable[Changed]) -> list[str]:
    """Return those that have not been brought over as of the change that was seen."""
    seen = list(changes)
    found = links.find(flow.resource, [change.external_id for change in seen])
    done = {record: link.store_hash for record, link in found.items()}
    return [c.external_id for c in seen if done.get(c.external_id) != c.modified_at.isoformat()]


@dataclass(frozen=True)
class History:
    """The past of one connection for one flow (`woodoo.engine.registry.Archive`)."""

    flow: Flow
    store: Store
    links: Links
    #: Both sides and the rules as they are now. Asked for each page of a dry run: settings may change while it goes on.
    context: Callable[[], Context]

    def count(self, wanted: OrderRange) -> int:
        """Return about how many orders that is."""
        return self.store.count_orders(wanted)

    def list(self, wanted: OrderRange, cursor: str) -> Listing:
        """Read the page that begins at `cursor`."""
        page = self.store.orders_in(wanted, cursor)
        records = not_done(self.links, self.flow, page.orders)
        return Listing(records, len(page.orders) - len(records), page.cursor)

    def try_out(self, listing: Listing, findings: Mapping[str, Any]) -> dict[str, Any]:
        """Plan a page, writing nothing, and return that added to earlier findings."""
        preview = Preview.from_json(findings)
        preview.there += listing.known
        context = self.context()
        for start in range(0, len(listing.records), TOGETHER):
            planned = self.flow.plan(context, listing.records[start : start + TOGETHER])
            assert isinstance(planned, Planned)
            preview.add(planned)
        return preview.to_json()
