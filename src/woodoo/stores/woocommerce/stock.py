"""The stock of a shop: figures read and written a hundred at a time, and what its orders hold.

Decides how many requests that takes: products a hundred a request, variations a hundred a request for each variable
product (`/products/batch` does not take variations). A figure WooCommerce ignores, for it manages no stock of the
product, is not told as an error: the answer shows it (`manage_stock`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from ...domain.errors import OutcomeUnknown, RemoteDown, WoodooError
from ...domain.stock import Managed, SoldOrder, StockChange, StoreStock
from ..base import NO_TIME
from .bulk import is_id, still_listed
from .changes import DRAFTS, read_change, walk_changes
from .client import PAGE, JsonObject, WooClient, chunks
from .errors import NotFound
from .orders import plain_text

_STOCK = "id,name,sku,type,parent_id,manage_stock,stock_quantity,stock_status,backorders"
_SOLD = "id,status,date_modified_gmt,line_items"
#: Where an order line keeps how much of it was taken out of the stock (includes/wc-stock-functions.php).
_REDUCED = "_reduced_stock"


class WooStock:
    """Implements `stores.stock.StockStore`. Safe for threads."""

    def __init__(self, client: WooClient) -> None:
        self.client = client

    def read_stock(self, external_ids: Sequence[str]) -> Mapping[str, StoreStock]:
        """Read products a hundred a request, variations a hundred a request and variable product."""
        found: dict[str, StoreStock] = {}
        for path, ids in _by_path(external_ids).items():
            try:
                rows = still_listed(self.client, path, list(ids), _fields=_STOCK, **_any(path))
            except NotFound:  # the variable product itself is gone
                continue
            found |= {ids[one]: _stock(row, ids[one]) for one, row in rows.items()}
        return found

    def find_skus(self, skus: Sequence[str]) -> Mapping[str, Sequence[StoreStock]]:
        """Ask for a hundred SKUs a request, variations among them; for one with a comma alone, else it would be two."""
        found: dict[str, dict[str, StoreStock]] = defaultdict(dict)
        wanted: dict[str, list[str]] = defaultdict(list)
        for sku in dict.fromkeys(filter(None, skus)):
            wanted[sku.lower()].append(sku)
        asked = [same[0] for same in wanted.values()]
        plain = [sku for sku in asked if "," not in sku]
        for chunk in [*chunks(plain, PAGE), *([sku] for sku in asked if "," in sku)]:
            params = {"sku": ",".join(chunk), "_fields": _STOCK, "status": "any"}
            for row in self.client.iterate("products", params):
                same = wanted.get(str(row.get("sku") or "").lower(), ())
                if same and row.get("type") != "variable":
                    stock = _stock(row, _external_id(row))
                    for sku in same:
                        found[sku][stock.external_id] = stock
        return {sku: list(owners.values()) for sku, owners in found.items()}

    def write_stock(self, changes: Sequence[StockChange]) -> dict[str, StoreStock | WoodooError]:
        """Write a hundred a request: simple products together, variations of one variable product together."""
        by_id = {change.external_id: change for change in changes}
        done: dict[str, StoreStock | WoodooError] = {}
        for path, ids in _by_path(by_id).items():
            for chunk in chunks(list(ids), PAGE):
                done |= self._write(path, {one: by_id[ids[one]] for one in chunk})
        return done

    def _write(self, path: str, changes: Mapping[str, StockChange]) -> dict[str, StoreStock | WoodooError]:
        update = [{"id": int(one), **payload(change)} for one, change in changes.items()]
        try:
            items = self.client.batch(path, update=update, size=PAGE).update
        except (RemoteDown, OutcomeUnknown):
            raise
        except WoodooError as error:
            return {change.external_id: error for change in changes.values()}
        return {
            change.external_id: item.error or _stock(item.data or {}, change.external_id)
            for change, item in zip(changes.values(), items, strict=True)
            if not isinstance(item.error, NotFound)
        }

    def sold_orders(self, statuses: Sequence[str]) -> Sequence[SoldOrder]:
        """Read them a hundred a request."""
        params = {"status": ",".join(sorted(statuses)), "_fields": _SOLD, "orderby": "id", "order": "asc"}
        return [_sold(row) for row in self.client.iterate("orders", params)]

    def sold_since(self, since: datetime) -> Sequence[SoldOrder]:
        """Read them a hundred a request; one small request where nothing was sold."""
        rows = {str(row.get("id")): row for row in walk_changes(self.client, "orders", since, fields=_SOLD)}
        return [_sold(row) for row in rows.values() if row.get("status") not in DRAFTS]

    def sold_by(self, external_ids: Sequence[str]) -> Sequence[SoldOrder]:
        """Read them a hundred a request."""
        rows = still_listed(self.client, "orders", external_ids, _fields=_SOLD, status="any")
        return [_sold(row) for row in rows.values()]


def payload(change: StockChange) -> JsonObject:
    """Return a change as the API takes it."""
    wanted: JsonObject = {}
    if change.manage:
        wanted["manage_stock"] = True
    if change.quantity is not None:
        wanted["stock_quantity"] = change.quantity
    if change.delta is not None:
        wanted["inventory_delta"] = change.delta
    if change.backorders:
        wanted["backorders"] = change.backorders
    if change.low_amount is not None:
        wanted["low_stock_amount"] = change.low_amount
    if change.status:
        wanted["stock_status"] = change.status
    return wanted


def _by_path(external_ids: Iterable[str]) -> dict[str, dict[str, str]]:
    """Sort records by the route they are under: route → the store's id → the id they go by."""
    paths: dict[str, dict[str, str]] = defaultdict(dict)
    for external_id in external_ids:
        parent, _, one = external_id.rpartition("/")
        if is_id(one) and (not parent or is_id(parent)):
            paths[f"products/{parent}/variations" if parent else "products"][one] = external_id
    return paths


def _any(path: str) -> dict[str, object]:
    """Private and draft products are listed, too; variations are, whatever their status."""
    return {"status": "any"} if path == "products" else {}


def _external_id(row: JsonObject) -> str:
    return f"{row['parent_id']}/{row['id']}" if row.get("type") == "variation" else str(row.get("id"))


def _stock(row: JsonObject, external_id: str) -> StoreStock:
    kept = row.get("manage_stock")
    managed = Managed.PARENT if kept == "parent" else Managed.OWN if kept is True else Managed.NO
    return StoreStock(
        external_id=external_id,
        managed=managed,
        quantity=_number(row.get("stock_quantity")),
        status=str(row.get("stock_status") or ""),
        backorders=str(row.get("backorders") or ""),
        sku=str(row.get("sku") or ""),
        name=plain_text(row.get("name") or ""),
    )


def _sold(row: JsonObject) -> SoldOrder:
    goods: dict[str, Decimal] = defaultdict(Decimal)
    for line in row.get("line_items") or ():
        product, variation = str(line.get("product_id") or ""), str(line.get("variation_id") or "")
        if is_id(product):
            goods[f"{product}/{variation}" if is_id(variation) else product] += _taken(line)
    change = read_change({key: value for key, value in row.items() if key != "line_items"})
    modified = change.modified_at if change else NO_TIME
    return SoldOrder(str(row.get("id")), str(row.get("status") or ""), modified, dict(goods))


def _taken(line: Mapping[str, Any]) -> Decimal:
    """Return how much of a line the store has taken out of its stock; where it does not say, all of it."""
    for entry in line.get("meta_data") or ():
        if isinstance(entry, dict) and entry.get("key") == _REDUCED:
            return _number(entry.get("value")) or Decimal(0)
    return _number(line.get("quantity")) or Decimal(0)


def _number(value: object) -> Decimal | None:
    try:
        return None if value is None or value == "" else Decimal(str(value))
    except InvalidOperation:
        return None
