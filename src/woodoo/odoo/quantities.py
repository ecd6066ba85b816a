"""How much of which product lies where: `product.product` quantities, at chosen places.

Decides that places are always given as locations: a warehouse is its stock location, for the context keys of
warehouses differ between versions and without any Odoo up to 17 counts every company (api-facts C.5).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..domain.errors import ConfigError
from ..domain.stock import Quantities
from .records import Records

#: Read of a product for its figure. Computed: only what is asked for costs anything.
QUANTITIES = ("qty_available", "free_qty", "virtual_available", "outgoing_qty")


@dataclass(frozen=True)
class Goods:
    """A product, as far as stock is concerned."""

    odoo_id: int
    name: str
    sku: str
    active: bool
    #: Odoo counts it: neither a service nor something that is just sold.
    counted: bool
    category_id: int
    quantities: Quantities | None = None


def stock_locations(records: Records, warehouses: Sequence[int], locations: Sequence[int]) -> tuple[int, ...]:
    """Return the locations whose stock counts: those given, and those of the warehouses; else all of the company.

    Raises:
        ConfigError: one of them is not there, or there is none at all.
    """
    wanted: list[Any] = [("company_id", "=", records.company_id)]
    if warehouses or locations:
        wanted = [("id", "in", list(warehouses))]
    rows = records.search_read("stock.warehouse", wanted, ["lot_stock_id"])
    found = [row["lot_stock_id"] for row in rows]
    missing = set(warehouses) - {row["id"] for row in rows}
    if missing:
        raise _gone("warehouse", "stock.warehouse", min(missing), "stock_warehouse_ids")
    there = set(records.search("stock.location", [("id", "in", list(locations))])) if locations else set()
    if set(locations) - there:
        raise _gone("location", "stock.location", min(set(locations) - there), "stock_location_ids")
    if not found and not there:
        raise ConfigError(
            "The company has no warehouse in Odoo, so there is no stock to send.",
            where="stock.warehouse",
            fix="Make a warehouse in Odoo, or choose locations in 'stock_location_ids'.",
        )
    return tuple(sorted({*found, *there}))


def read_goods(
    records: Records,
    ids: Iterable[int],
    *,
    sku_field: str = "default_code",
    locations: Sequence[int] = (),
) -> dict[int, Goods]:
    """Read products, with their quantities where locations are given; those that are gone are left out."""
    storable = records.client.dialect.product_storable
    fields = ["display_name", sku_field, "active", "categ_id", *storable, *(QUANTITIES if locations else ())]
    rows = records.read("product.product", ids, fields, _at(locations))
    return {
        row["id"]: Goods(
            odoo_id=row["id"],
            name=str(row["display_name"]),
            sku=str(row[sku_field] or "").strip(),
            active=bool(row["active"]),
            counted=all(row[name] == value for name, value in storable.items()),
            category_id=row["categ_id"] or 0,
            quantities=_quantities(row) if locations else None,
        )
        for row in rows
    }


def read_quantities(records: Records, ids: Iterable[int], locations: Sequence[int]) -> dict[int, Quantities]:
    """Read how much there is of these products now; one call for five hundred."""
    rows = records.read("product.product", ids, QUANTITIES, _at(locations))
    return {row["id"]: _quantities(row) for row in rows}


def sharing_skus(records: Records, skus: Iterable[str], sku_field: str) -> dict[str, list[tuple[int, str]]]:
    """Return which products have these SKUs: ids and names, several where a SKU is shared."""
    wanted = sorted(set(skus) - {""})
    found: dict[str, list[tuple[int, str]]] = {}
    if wanted:
        for row in records.search_read("product.product", [(sku_field, "in", wanted)], [sku_field, "display_name"]):
            found.setdefault(str(row[sku_field]).strip(), []).append((row["id"], str(row["display_name"])))
    return found


def read_category_parents(records: Records) -> Mapping[int, int]:
    """Return each product category's parent; 0: none."""
    rows = records.search_read("product.category", [], ["parent_id"])
    return {row["id"]: row["parent_id"] or 0 for row in rows}


def confirmed_orders(records: Records, ids: Iterable[int], *, delivered: bool) -> frozenset[int]:
    """Return which of these sales orders are confirmed; `delivered`: and have no open delivery any more."""
    wanted = sorted(set(ids))
    if not wanted:
        return frozenset()
    dialect = records.client.dialect
    states = list(dialect.order_confirmed_states)
    confirmed = frozenset(records.search("sale.order", [("id", "in", wanted), ("state", "in", states)]))
    if delivered and confirmed:
        open_ = [("sale_id", "in", sorted(confirmed)), ("state", "not in", ("done", "cancel"))]
        confirmed -= {row["sale_id"] for row in records.search_read("stock.picking", open_, ["sale_id"])}
    return confirmed


def _at(locations: Sequence[int]) -> dict[str, Any]:
    return {"location": list(locations)} if locations else {}


def _quantities(row: Mapping[str, Any]) -> Quantities:
    """Floats of JSON become decimals here; rounding is left to the figure."""
    on_hand, free, forecast, outgoing = (Decimal(str(row[name] or 0)) for name in QUANTITIES)
    return Quantities(on_hand=on_hand, unreserved=free, forecast=forecast, outgoing=outgoing)


def _gone(what: str, model: str, number: int, setting: str) -> ConfigError:
    return ConfigError(
        f"The {what} no. {number} of the settings is not there in Odoo, or belongs to another company.",
        where=f"{model} ({setting})",
        fix=f"Choose another one in '{setting}'.",
    )
