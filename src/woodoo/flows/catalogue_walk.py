"""The whole catalogue of Odoo as the engine walks it: page by page, to be sent, or to be told what that would do.

Decides which templates are looked at: all that may be sold and all that are linked, for what is archived has to be
taken off sale; the flow itself says of each whether it goes to the store.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..domain.history import OrderRange
from ..domain.product import PRODUCT
from ..engine.registry import Listing
from .preview import Preview
from .products import plan_batch
from .sides import Sides
from .steps.products_out.observe import TEMPLATE
from .steps.products_out.rules import load_catalogue_rules

#: Templates to a page, and those planned together in a dry run.
PAGE, TOGETHER = 500, 100


@dataclass(frozen=True)
class CatalogueWalk:
    """The products of one connection (`woodoo.engine.registry.Archive`)."""

    sides: Callable[[], Sides]

    def count(self) -> int:
        """Return about how many products that is."""
        sides = self.sides()
        return sides.odoo.count(TEMPLATE, _domain(0, sides))

    def list(self, wanted: OrderRange, cursor: str) -> Listing:
        """Read the page of templates that begins at `cursor`."""
        sides = self.sides()
        after = int(json.loads(cursor)["after"]) if cursor else 0
        context = {"active_test": False}
        ids = sides.odoo.search(TEMPLATE, _domain(after, sides), limit=PAGE, order="id", context=context)
        linked = sides.links.find_by_odoo(TEMPLATE, ids, kind=PRODUCT)
        live = set(sides.odoo.search(TEMPLATE, [("id", "in", ids), ("sale_ok", "=", True)])) if ids else set()
        records = [str(one) for one in ids if one in live or one in linked]
        on = json.dumps({"after": ids[-1]}) if len(ids) == PAGE else ""
        return Listing(records, 0, on)

    def try_out(self, listing: Listing, findings: Mapping[str, Any]) -> dict[str, Any]:
        """Plan a page, writing nothing, and return that added to earlier findings."""
        preview = Preview.from_json(findings)
        sides = self.sides()
        rules = load_catalogue_rules(sides)
        for start in range(0, len(listing.records), TOGETHER):
            planned = plan_batch(sides, listing.records[start : start + TOGETHER], rules)
            for plan in planned.plans.values():
                preview.create += plan.main.create
                preview.complete += plan.changes and not plan.main.create
                preview.there += not plan.changes
            for record, reason in planned.seen.skipped.items():
                preview.skip(record, reason)
            for record, error in planned.seen.failures.items():
                preview.park(record, error.message, [error.record, planned.seen.titles.get(record, "")])
        return preview.to_json()


def _domain(after: int, sides: Sides) -> list[Any]:
    company = ["|", ("company_id", "=", False), ("company_id", "=", sides.odoo.company_id)]
    return [("id", ">", after), *(company if sides.odoo.company_id else [])]
