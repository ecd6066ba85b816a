"""Refunds of WooCommerce: read for many orders at once, amounts with the sign a person gives them.

Decides how they are read: the list over all orders (`/refunds`, since 9.0) gives a hundred for each request; where it
does not show a refund that an order names, the order's own list (`/orders/<id>/refunds`) is asked and counts.

WooCommerce keeps the amount of a refund positive and the amounts of its lines negative
(`includes/rest-api/Controllers/Version2/class-wc-rest-order-refunds-v2-controller.php`); here all are positive.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from ...domain.errors import RemoteDown, RemoteError
from ...domain.money import ZERO
from ...domain.new_refund import NewRefund
from ...domain.order import LineTax, Order
from ...domain.refund import Refund, RefundKind, RefundLine
from ..base import Fetched
from ..refunds import MARK_KEY
from .bulk import DECIMALS, read_each
from .client import JsonObject, WooClient
from .errors import NoRoute, NotFound
from .new_refunds import create_refund
from .orders import meta_by_key, plain_text
from .payloads import FeeLinePayload, LineItemPayload, PricedPayload, RefundPayload, ShippingLinePayload, parse

#: Key of a refund line's meta data: the line of the order it gives back.
LINE_KEY = "_refunded_item_id"


class WooRefunds:
    """Implements `stores.refunds.Refunds`."""

    def __init__(self, client: WooClient) -> None:
        self._client = client

    def read(self, orders: Sequence[Order]) -> Fetched[tuple[Refund, ...]]:
        wanted = {order.external_id: order for order in orders}
        rows = self._listed(wanted.values())

        def read(order_id: str) -> tuple[Refund, ...]:
            own = rows.get(order_id, {})
            if set(wanted[order_id].refund_ids) - own.keys():
                own = self._of_order(order_id)
            return read_refunds(own.values(), wanted[order_id])

        return read_each(wanted, "orders/{}/refunds", read)

    def paying_back(self) -> frozenset[str]:
        rows = self._client.rows("payment_gateways", {"_fields": "id,method_supports"})
        return frozenset(str(row.get("id")) for row in rows if "refunds" in (row.get("method_supports") or ()))

    def create(self, order: Order, refund: NewRefund) -> Refund:
        return read_refunds([create_refund(self._client, order, refund)], order)[0]

    def _listed(self, orders: Iterable[Order]) -> dict[str, dict[str, JsonObject]]:
        """Return what the list over all orders shows: order → refund → row; nothing where there is no such list."""
        ids = [refund_id for order in orders for refund_id in order.refund_ids]
        rows: dict[str, dict[str, JsonObject]] = defaultdict(dict)
        try:
            for listed in self._client.by_ids("refunds", ids, {"dp": DECIMALS}):
                for row in listed:
                    rows[str(row.get("parent_id"))][str(row.get("id"))] = row
        except RemoteDown:
            raise
        except (NoRoute, NotFound, RemoteError):
            return {}
        return rows

    def _of_order(self, order_id: str) -> dict[str, JsonObject]:
        rows = self._client.iterate(f"orders/{order_id}/refunds", {"dp": DECIMALS})
        return {str(row.get("id")): row for row in rows}


def read_refunds(rows: Iterable[JsonObject], order: Order) -> tuple[Refund, ...]:
    """Read the refunds of an order as the store sent them, oldest first.

    Raises:
        DataError: naming the order, the refund, the field and what is in it.
    """
    return tuple(sorted((_refund(row, order) for row in rows), key=lambda refund: int(refund.external_id)))


def _refund(row: Mapping[str, object], order: Order) -> Refund:
    where = f"orders/{order.external_id}/refunds/{row.get('id', '?')}"
    payload = parse(RefundPayload, row, record=order.label, where=where)
    mark = meta_by_key(payload.meta_data).get(MARK_KEY)
    return Refund(
        external_id=payload.id,
        order_id=order.external_id,
        amount=payload.amount,
        reason=plain_text(payload.reason),
        created_at=payload.date_created_gmt,
        by_gateway=payload.refunded_payment,
        lines=(
            *(_line("product", line, line.name, line.quantity) for line in payload.line_items),
            *(_line("shipping", line, line.method_title) for line in payload.shipping_lines),
            *(_line("fee", line, line.name) for line in payload.fee_lines),
        ),
        mark=mark if isinstance(mark, str) else "",
    )


def _line(
    kind: RefundKind, line: LineItemPayload | ShippingLinePayload | FeeLinePayload, name: str, quantity: Decimal = ZERO
) -> RefundLine:
    return RefundLine(
        kind=kind,
        external_id=line.id,
        of=_order_line(line),
        name=plain_text(name),
        quantity=-quantity + ZERO,
        total=-line.total + ZERO,
        total_tax=-line.total_tax + ZERO,
        taxes=tuple(LineTax(tax.id, -tax.total + ZERO) for tax in line.taxes if tax.total),
    )


def _order_line(line: PricedPayload) -> str:
    value = meta_by_key(line.meta_data).get(LINE_KEY)
    return str(value) if isinstance(value, int | str) and str(value).isdecimal() else ""
