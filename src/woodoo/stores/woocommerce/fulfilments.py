"""Shipments, status and notes of orders in WooCommerce.

Decides how a shipment becomes one of WooCommerce's fulfillments (10.2, `src/Internal/Fulfillments`; off by default):

| meta key              | holds                                                                                   |
|-----------------------|-----------------------------------------------------------------------------------------|
| `_items`              | line items and pieces; numbers, never texts                                             |
| `_tracking_number`    | all numbers of the shipment, `_tracking_url` the first link                             |
| `_shipment_provider`  | short name of the carrier, or "other" with its name in `_provider_name`                 |
| `_shipping_option`    | `manual-entry`, or `no-info` without a number: what the order's page then shows         |
| `_woodoo_delivery`    | which delivery it is, by which it is found again                                        |

Meta data without an id are dropped, so each is sent with the id 0; what a change does not send is deleted, so what
others have noted is sent along. An order with fulfillments has the meta data `_fulfillment_status`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from ...domain.errors import DataError, WoodooError
from ...domain.fulfilment import Content, Fulfilment, OrderChange, Shipment
from ...domain.money import to_decimal
from ...domain.order import Order
from ..base import Fetched
from .bulk import read_each
from .client import JsonObject, WooClient
from .errors import NoRoute, NotFound, Refused
from .known import Known
from .tracking_meta import KEY as PLUGIN_KEY
from .tracking_meta import tracking_items

STATUS_KEY, DELIVERY_KEY = "_fulfillment_status", "_woodoo_delivery"
ITEMS, NUMBER, URL, PROVIDER, NAME, OPTION = (
    "_items",
    "_tracking_number",
    "_tracking_url",
    "_shipment_provider",
    "_provider_name",
    "_shipping_option",
)
_OWN = frozenset({ITEMS, NUMBER, URL, PROVIDER, NAME, OPTION, DELIVERY_KEY})
#: Carriers WooCommerce does not know.
OTHER = "other"
#: Orders changed in one request: each change of a status sends mails.
TOGETHER = 25


class WooFulfilments:
    """Implements `stores.fulfilments.Fulfilments`."""

    def __init__(self, client: WooClient, known: Known) -> None:
        self._client = client
        self._known = known

    def available(self, order: Order) -> bool:
        known = self._known.fulfillments()
        if known is not None:
            return known
        try:
            self._client.get(f"orders/{order.external_id}/fulfillments")
        except NoRoute:
            return self._known.learn_fulfillments(there=False)
        except NotFound:
            pass
        return self._known.learn_fulfillments(there=True)

    def has_some(self, order: Order) -> bool:
        return bool(order.meta.get(STATUS_KEY))

    def read(self, order_ids: Sequence[str]) -> Fetched[tuple[Fulfilment, ...]]:
        where = "orders/{}/fulfillments"

        def read(order_id: str) -> tuple[Fulfilment, ...]:
            path = where.format(order_id)
            return _fulfilments(self._client.get(path), path, f"Order #{order_id}")

        return read_each(order_ids, where, read)

    def create(self, order_id: str, shipment: Shipment, *, mail: bool) -> None:
        body = {"status": "fulfilled", "is_fulfilled": True, "notify_customer": mail, "meta_data": _meta(shipment, {})}
        self._client.post(f"orders/{order_id}/fulfillments", body)

    def change(self, order_id: str, present: Fulfilment, shipment: Shipment, *, mail: bool) -> None:
        meta = _meta(shipment, present.more)
        body = {"status": "fulfilled", "is_fulfilled": True, "notify_customer": mail, "meta_data": meta}
        self._client.put(f"orders/{order_id}/fulfillments/{present.external_id}", body)

    def remove(self, order_id: str, fulfilment_id: str, *, mail: bool) -> None:
        params = {"notify_customer": True} if mail else None
        try:
            self._client.delete(f"orders/{order_id}/fulfillments/{fulfilment_id}", params)
        except NotFound:
            return

    def customer_notes(self, order_id: str) -> tuple[str, ...]:
        rows = self._client.rows(f"orders/{order_id}/notes", {"type": "customer"})
        return tuple(str(row.get("note") or "") for row in sorted(rows, key=lambda row: int(row.get("id") or 0)))

    def tell_customer(self, order_id: str, text: str) -> None:
        self._client.post(f"orders/{order_id}/notes", {"note": text, "customer_note": True})

    def plugin_meta(
        self, plugin: str, shipments: Sequence[Shipment], present: Mapping[str, Any], days: Mapping[str, int]
    ) -> Mapping[str, Any]:
        before = present.get(PLUGIN_KEY) or []
        items = tracking_items(plugin, shipments, before, days) if plugin != "none" else before
        return {PLUGIN_KEY: items} if items or before else {}

    def change_orders(self, changes: Sequence[OrderChange]) -> Mapping[str, WoodooError]:
        """Write them by `orders/batch`, `TOGETHER` to a request.

        Raises:
            OutcomeUnknown: some may be written; a repeat writes the same values.
        """
        result = self._client.batch("orders", update=[_order_body(change) for change in changes], size=TOGETHER)
        errors: dict[str, WoodooError] = {}
        for change, item in zip(changes, result.update, strict=True):
            if item.error is not None:
                errors[change.order_id] = item.error
            elif change.status and (item.data or {}).get("status") != change.status:
                errors[change.order_id] = _other_status(change, item.data or {})
        return errors


def _order_body(change: OrderChange) -> JsonObject:
    body: JsonObject = {"id": int(change.order_id)}
    if change.status:
        body["status"] = change.status
    if change.paid:
        body["set_paid"] = True
    if change.meta:
        body["meta_data"] = [{"key": key, "value": value} for key, value in change.meta.items()]
    return body


def _other_status(change: OrderChange, row: Mapping[str, Any]) -> Refused:
    name = f"Order #{row.get('number') or change.order_id}"
    return Refused(
        f"{name} was to become '{change.status}', and the store made it '{row.get('status')}'.",
        code="",
        record=name,
        where=f"orders/{change.order_id}",
        fix="Look for a plugin of the store that changes the status of orders, and at the statuses in the settings.",
    )


def _meta(shipment: Shipment, more: Mapping[str, Any]) -> list[JsonObject]:
    content = shipment.content
    values: dict[str, Any] = {**more, ITEMS: [_item(*item) for item in content.items], DELIVERY_KEY: shipment.key}
    values[OPTION] = "manual-entry" if content.number else "no-info"
    if content.number:
        values[NUMBER] = content.number
    if content.url:
        values[URL] = content.url
    if content.provider or content.carrier:
        values[PROVIDER] = content.provider or OTHER
    if content.carrier:
        values[NAME] = content.carrier
    return [{"id": 0, "key": key, "value": value} for key, value in values.items()]


def _item(line_id: str, quantity: Decimal) -> JsonObject:
    whole = quantity == quantity.to_integral_value()
    return {"item_id": int(line_id), "qty": int(quantity) if whole else float(quantity)}


def _fulfilments(data: object, path: str, record: str) -> tuple[Fulfilment, ...]:
    rows = data.get("fulfillments") if isinstance(data, dict) else None
    if not isinstance(rows, list):
        raise DataError(
            f"{record}: the store's answer to {path} holds no fulfillments.",
            record=record,
            where=path,
            fix="Look for a plugin of the store that changes the REST API, then try again.",
        )
    return tuple(_fulfilment(row) for row in rows if isinstance(row, dict) and not row.get("date_deleted"))


def _fulfilment(row: Mapping[str, Any]) -> Fulfilment:
    meta = {str(one.get("key")): one.get("value") for one in row.get("meta_data") or () if isinstance(one, dict)}
    provider = str(meta.get(PROVIDER) or "")
    content = Content(
        tuple(sorted(_read_items(meta.get(ITEMS)))),
        str(meta.get(NUMBER) or ""),
        str(meta.get(URL) or ""),
        "" if provider == OTHER else provider,
        str(meta.get(NAME) or "") if provider in ("", OTHER) else "",
    )
    more = {key: value for key, value in meta.items() if key not in _OWN}
    return Fulfilment(str(row.get("id") or row.get("fulfillment_id")), str(meta.get(DELIVERY_KEY) or ""), content, more)


def _read_items(value: object) -> list[tuple[str, Decimal]]:
    found = []
    for item in value if isinstance(value, list) else ():
        try:
            found.append((str(item["item_id"]), to_decimal(item["qty"])))
        except (KeyError, TypeError, ValueError):
            continue
    return found
