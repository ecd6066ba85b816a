"""Order meta data of the two plugins that show tracking numbers: `_wc_shipment_tracking_items`.

Decides that an entry of ours is known by its id, made of shipment and number, and that entries of others stay. Forms
are those the plugins write themselves (woocommerce-shipment-tracking `WC_Shipment_Tracking_Actions::add_tracking_item`,
woo-advanced-shipment-tracking `WC_Advanced_Shipment_Tracking_Actions::add_tracking_item`):

| field                                             | Shipment Tracking         | Advanced Shipment Tracking |
|---------------------------------------------------|---------------------------|----------------------------|
| tracking_number, date_shipped (Unix), tracking_id | yes                       | yes                        |
| tracking_provider                                 | short name, where mapped  | the same                   |
| custom_tracking_provider, custom_tracking_link    | name and link, where not  | the same                   |
| products_list (product, item_id, qty)             |                           | what the shipment holds    |
| status_shipped                                    |                           | 1: shipped                 |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import md5
from typing import Any

from ...domain.fulfilment import Shipment, Tracking

KEY = "_wc_shipment_tracking_items"
#: What ids of ours begin with.
_OURS = "woodoo"


def tracking_items(
    plugin: str, shipments: Sequence[Shipment], present: Any, days: Mapping[str, int]
) -> list[dict[str, Any]]:
    """Return the entries an order is to have: those of others first, as they are."""
    rows = present if isinstance(present, list) else list(present.values()) if isinstance(present, dict) else []
    others = [row for row in rows if not (isinstance(row, dict) and str(row.get("tracking_id")).startswith(_OURS))]
    own = [
        _item(plugin, shipment, tracking, days.get(shipment.key, 0))
        for shipment in shipments
        if not shipment.returned
        for tracking in shipment.trackings
    ]
    return [*others, *own]


def _item(plugin: str, shipment: Shipment, tracking: Tracking, day: int) -> dict[str, Any]:
    item: dict[str, Any] = {
        "tracking_provider": shipment.provider,
        "custom_tracking_provider": "" if shipment.provider else shipment.carrier,
        "custom_tracking_link": "" if shipment.provider else tracking.url,
        "tracking_number": tracking.number,
        "date_shipped": str(day),
        "tracking_id": _OURS + _hash(f"{shipment.key}-{tracking.number}")[len(_OURS) :],
    }
    if plugin == "ast":
        products = [{"product": "", "item_id": i.line_id, "qty": f"{i.quantity.normalize():f}"} for i in shipment.items]
        item |= {"products_list": products, "status_shipped": "1"}
    return item


def _hash(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()
