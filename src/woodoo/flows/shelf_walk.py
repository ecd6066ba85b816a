"""The whole catalogue of the store as the engine walks it: page by page, to be taken over, or only planned.

Decides that the pages go from the last to the first: what is deleted meanwhile moves the products behind it forward, to
pages that are still to come, so none is passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..domain.history import OrderRange
from ..engine.registry import Listing
from ..mapping.products_in.product_plan import Nothing
from .preview import Preview
from .product import plan_batch
from .sides import Sides


@dataclass(frozen=True)
class ShelfWalk:
    """The products of one store (`woodoo.engine.registry.Archive`)."""

    sides: Callable[[], Sides]

    def count(self) -> int:
        """Return how many products that is."""
        return self.sides().store.catalogue.count_products()

    def list(self, wanted: OrderRange, cursor: str) -> Listing:
        """Read the page whose number stands in `cursor`; the last one first."""
        catalogue = self.sides().store.catalogue
        page = int(cursor) if cursor else catalogue.product_page(1)[1]
        rows, _ = catalogue.product_page(page)
        return Listing([row.external_id for row in rows], 0, str(page - 1) if page > 1 else "")

    def try_out(self, listing: Listing, findings: Mapping[str, Any]) -> dict[str, Any]:
        """Plan a page, writing nothing, and return that added to earlier findings."""
        preview = Preview.from_json(findings)
        planned = plan_batch(self.sides(), listing.records)
        for record, plan in planned.plans.items():
            if isinstance(plan, Nothing):
                preview.skip(record, plan.reason)
                continue
            preview.create += plan.create
            preview.complete += plan.writes and not plan.create
            preview.there += not plan.writes
        for record, error in planned.failures.items():
            preview.park(record, error.message, [error.record, f"Product #{record}"])
        return preview.to_json()
