"""The deliveries of an order, as the store is told of them.

Decides what of a delivery is how much of a line of the order:

| what moved                            | counts as                                                                    |
|---------------------------------------|------------------------------------------------------------------------------|
| the product of the line               | as many pieces                                                               |
| other products (a kit of Odoo's)      | the whole kits that have left by then, less those that had left before       |
| parts of a bundle without a line      | themselves, and the bundle once its parts have left                          |
| more than was ordered                 | what was ordered, with a remark                                              |
| a line the store's order does not have| nothing, with a remark                                                       |

Everything is counted in the order in which it left. What has come back is still told as sent, until all of a delivery
is back.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal

from ...domain.fulfilment import Shipment, ShippedItem, Tracking
from ...domain.order import Order, OrderLine
from .lines import match_lines
from .rules import FulfilRules
from .seen import Delivery, OdooLine, OdooOrder

ZERO = Decimal(0)
#: What stands between two tracking numbers; blanks are part of some carriers' numbers, unless there are several words.
_BETWEEN = re.compile(r"[,;|\n\r\t]+|\s{2,}|\s\+\s|\s/\s")


@dataclass
class Shipments:
    """What an order's deliveries come to."""

    shipments: list[Shipment] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def shipments_of(order: Order, seen: OdooOrder, rules: FulfilRules) -> Shipments:
    """Return the shipments of an order, in the order in which they left, and what is to be remarked about them."""
    found = Shipments()
    if not seen.deliveries:
        return found
    count = _Count(order, seen)
    for delivery in sorted(seen.deliveries, key=lambda one: (one.done_at, one.odoo_id)):
        items, remarks = count.items(delivery)
        trackings = _trackings(delivery, rules)
        provider = rules.providers.get(str(delivery.carrier_id or ""), "")
        found.shipments.append(
            Shipment(
                f"{rules.namespace}.stock_picking_{delivery.odoo_id}",
                delivery.name,
                delivery.done_at,
                delivery.carrier,
                provider,
                trackings,
                items,
                returned=delivery.all_back,
            )
        )
        found.remarks += [*remarks, *_about_carrier(delivery, trackings, provider), *_about_returns(delivery)]
    return found


class _Count:
    """Counts what leaves, delivery by delivery."""

    def __init__(self, order: Order, seen: OdooOrder) -> None:
        self.order = order
        self.demand = seen.demand
        self.odoo_lines = {line.odoo_id: line for line in seen.lines}
        self.matched = match_lines(order.lines, seen.lines)
        #: (line, product) of Odoo → pieces that have left.
        self.moved: defaultdict[tuple[int, int], Decimal] = defaultdict(Decimal)
        #: Line of Odoo → kits that have left.
        self.kits: defaultdict[int, Decimal] = defaultdict(Decimal)
        #: Line of the order → pieces that were told.
        self.told: defaultdict[str, Decimal] = defaultdict(Decimal)

    def items(self, delivery: Delivery) -> tuple[tuple[ShippedItem, ...], list[str]]:
        """Return what of the order's lines a delivery holds, and remarks."""
        remarks: list[str] = []
        quantities: defaultdict[str, Decimal] = defaultdict(Decimal)
        for line_id, products in _by_line(delivery).items():
            sold = self.odoo_lines.get(line_id)
            record = self.matched.get(line_id)
            quantity = self._pieces(sold, line_id, products)
            if record is None:
                if sold is not None and not sold.is_delivery and quantity:
                    remarks.append(_no_line(delivery, sold))
            else:
                quantities[record] += quantity
        for bundle in self._bundles():
            quantities[bundle.external_id] += self._of_bundle(bundle, quantities)
        items = []
        for line in self.order.lines:
            quantity = quantities.get(line.external_id, ZERO)
            room = max(ZERO, line.quantity - self.told[line.external_id])
            if quantity > room:
                remarks.append(_too_many(delivery, line, quantity, room))
                quantity = room
            if quantity > 0:
                self.told[line.external_id] += quantity
                items.append(ShippedItem(line.external_id, quantity, line.name))
        return tuple(items), remarks

    def _pieces(self, line: OdooLine | None, line_id: int, products: Mapping[int, Decimal]) -> Decimal:
        """Return how many pieces of a line of Odoo a delivery holds."""
        for product, quantity in products.items():
            self.moved[line_id, product] += quantity
        if line is None or set(products) == {line.product_id}:
            return sum(products.values(), ZERO)
        parts = {product: wanted for (one, product), wanted in self.demand.items() if one == line_id and wanted}
        shares = [self.moved[line_id, product] / wanted for product, wanted in parts.items()]
        whole = _floor(min(shares, default=ZERO) * line.ordered)
        new = max(ZERO, whole - self.kits[line_id])
        self.kits[line_id] += new
        return new

    def _bundles(self) -> list[OrderLine]:
        """Return the bundles that have no line in Odoo, only their parts."""
        has_line = set(self.matched.values())
        return [line for line in self.order.lines if line.is_bundle and line.external_id not in has_line]

    def _of_bundle(self, bundle: OrderLine, now: Mapping[str, Decimal]) -> Decimal:
        parts = [line for line in self.order.lines if line.part_of == bundle.external_id and line.quantity]
        shares = [(self.told[p.external_id] + now.get(p.external_id, ZERO)) / p.quantity for p in parts]
        whole = _floor(min(*shares, Decimal(1)) * bundle.quantity) if shares else ZERO
        return max(ZERO, whole - self.told[bundle.external_id])


def _by_line(delivery: Delivery) -> dict[int, dict[int, Decimal]]:
    found: dict[int, dict[int, Decimal]] = {}
    for moved in delivery.moved:
        products = found.setdefault(moved.line_id, {})
        products[moved.product_id] = products.get(moved.product_id, ZERO) + moved.quantity
    return found


def _floor(quantity: Decimal) -> Decimal:
    return quantity.quantize(Decimal("0.000001")).to_integral_value(ROUND_FLOOR)


# Tracking


def _trackings(delivery: Delivery, rules: FulfilRules) -> tuple[Tracking, ...]:
    numbers = tracking_numbers(delivery.tracking)
    urls = _urls(delivery.tracking_url)
    template = rules.links.get(str(delivery.carrier_id or ""), "")
    found = []
    for position, number in enumerate(numbers):
        one = urls[position] if len(urls) == len(numbers) else next((url for url in urls if number in url), "")
        if not one and len(numbers) > 1 and len(urls) == 1 and not template:
            one = urls[0]
        found.append(Tracking(number, one or template.replace("{number}", number)))
    return tuple(found)


def tracking_numbers(text: str) -> tuple[str, ...]:
    """Return the numbers of a text that holds several, each once."""
    parts = (" ".join(part.split()) for part in _BETWEEN.split(text))
    return tuple(dict.fromkeys(part for part in parts if part))


def _urls(text: str) -> Sequence[str]:
    """Return the addresses of a text: one, or (several packages) a list of names and addresses as JSON."""
    if text.startswith("["):
        try:
            rows = json.loads(text)
        except ValueError:
            return ()
        return tuple(str(row[-1] if isinstance(row, list) and row else row) for row in rows)
    return (text,) if text else ()


# Remarks


def _about_carrier(delivery: Delivery, trackings: Sequence[Tracking], provider: str) -> list[str]:
    if trackings and not delivery.carrier:
        return [f"{delivery.name} has the tracking number {trackings[0].number} and no carrier in Odoo."]
    if delivery.carrier and trackings and not provider:
        return [f"The carrier {delivery.carrier} of {delivery.name} is not mapped: the store shows it by its name."]
    return []


def _about_returns(delivery: Delivery) -> list[str]:
    back = sum((moved.returned for moved in delivery.moved), ZERO)
    if not back:
        return []
    part = "All" if delivery.all_back else "A part"
    return [f"{part} of {delivery.name} has come back."]


def _no_line(delivery: Delivery, line: OdooLine) -> str:
    name = line.text.split("\n", 1)[0]
    return f"{delivery.name} holds '{name}', which is no line of the order in the store (any more): it is not told."


def _too_many(delivery: Delivery, line: OrderLine, quantity: Decimal, room: Decimal) -> str:
    return (
        f"{delivery.name} holds {plain(quantity)} of '{line.name}', and {plain(room)} were still to be sent: "
        f"{plain(room)} are told."
    )


def plain(quantity: Decimal) -> str:
    """Return a quantity as people write it."""
    return f"{quantity.normalize():f}"
