"""What a shop's own Odoo holds before its first order comes: taxes, products, journals, a carrier, pricelists.

Decides nothing about orders; it does by hand of an administrator what a shop owner has done before he connects
anything. Everything is made once: a second call finds what the first has made.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.error import HTTPError

from woodoo.domain.errors import RemoteError
from woodoo.sandbox.odoo.server import Server

#: Percentages of the taxes most samples use.
RATES = tuple(map(Decimal, ("21", "10", "4", "20", "5.5", "5", "9.975", "8.875", "7.25", "0")))
JOURNALS: Mapping[str, tuple[str, str]] = {
    "Bank": ("BNK1", "bank"),
    "Stripe": ("STRIP", "bank"),
    "PayPal": ("PAYPL", "bank"),
    "Cash": ("CSHW", "cash"),
}
SHIPPING_SKU, FEE_SKU = "WOODOO-SHIPPING", "WOODOO-FEE"


@dataclass(frozen=True)
class Admin:
    """Calls to one Odoo database with an administrator's rights.

    On purpose not Woodoo's own client: what prepares a test must not depend on what it tests.
    """

    url: str
    database: str
    login: str
    #: API key or password; JSON-2 takes a key only.
    secret: str = field(repr=False)

    @classmethod
    def of(cls, server: Server) -> Admin:
        """Return the administrator of a sandbox's database."""
        return cls(server.url, server.database, server.admin_login, server.admin_key)

    def call(self, model: str, method: str, *, ids: Sequence[int] = (), **arguments: Any) -> Any:
        """Call a public method of a model with named arguments.

        Raises:
            RemoteError: Odoo refused; the message holds its words.
        """
        if self._json2:
            body = {**arguments, **({"ids": list(ids)} if ids else {})}
            return self._post(f"/json/2/{model}/{method}", body)
        positional: list[Any] = [list(ids)] if ids else []
        if method == "create":  # Odoo looks at its first positional argument
            positional.append(arguments.pop("vals_list"))
        if method == "write":  # some models of Odoo 14 call it otherwise than `vals`, res.company for one
            positional.append(arguments.pop("vals"))
        return self._legacy("object", "execute_kw", *self._login, model, method, positional, arguments)

    def search_read(self, model: str, domain: Sequence[Any], fields: Sequence[str]) -> list[dict[str, Any]]:
        """Read the records of a model that fit."""
        return list(self.call(model, "search_read", domain=list(domain), fields=list(fields)))

    def create(self, model: str, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Make records and return their ids."""
        return list(self.call(model, "create", vals_list=[dict(row) for row in rows])) if rows else []

    def write(self, model: str, ids: Sequence[int], vals: Mapping[str, Any]) -> None:
        """Change records."""
        self.call(model, "write", ids=ids, vals=dict(vals))

    def fields(self, model: str) -> set[str]:
        """Return the names of a model's fields: how releases differ is asked, not assumed."""
        return set(self.call(model, "fields_get", attributes=["type"]))

    @cached_property
    def _json2(self) -> bool:
        """Whether this Odoo (19 and later) has JSON-2 for this key."""
        try:
            self._post("/json/2/res.users/context_get", {})
        except RemoteError:
            return False
        return True

    @cached_property
    def _login(self) -> tuple[str, int, str]:
        uid = self._legacy("common", "authenticate", self.database, self.login, self.secret, {})
        if not uid:
            raise RemoteError(f"Odoo does not let {self.login} in.", where=self.url)
        return self.database, int(uid), self.secret

    def _legacy(self, service: str, method: str, *arguments: Any) -> Any:
        params = {"service": service, "method": method, "args": arguments}
        answer = self._post("/jsonrpc", {"jsonrpc": "2.0", "method": "call", "id": 1, "params": params})
        if "error" in answer:
            raise RemoteError(f"Odoo refused: {answer['error']['data']['message']}", where=self.url)
        return answer.get("result")

    def _post(self, path: str, body: Mapping[str, Any]) -> Any:
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"bearer {self.secret}",
            "X-Odoo-Database": self.database,
        }
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=120) as response:
                return json.load(response)
        except HTTPError as exc:
            said = exc.read().decode(errors="replace")[:500]
            raise RemoteError(f"Odoo refused (HTTP {exc.code}): {said}", where=path) from exc
        except json.JSONDecodeError as exc:
            raise RemoteError("Odoo's answer is not JSON.", where=path) from exc


@dataclass(frozen=True)
class Shop:
    """The Odoo ids of what `prepare` has made or found."""

    #: (percentage, whether included in prices) -> account.tax
    taxes: Mapping[tuple[Decimal, bool], int]
    #: default_code -> product.product
    products: Mapping[str, int]
    #: name -> account.journal
    journals: Mapping[str, int]
    #: currency -> product.pricelist
    pricelists: Mapping[str, int]
    carrier_id: int
    shipping_product_id: int
    fee_product_id: int


def prepare(
    admin: Admin,
    skus: Mapping[str, Decimal] | Iterable[str] = (),
    *,
    rates: Iterable[Decimal] = RATES,
    currencies: Iterable[str] = ("EUR", "USD", "CAD"),
) -> Shop:
    """Make everything an order may refer to.

    Args:
        admin: who does it.
        skus: of the products, with their net prices in EUR where a mapping is given.
        rates: percentages; each tax is made in both forms, on top of and included in prices.
        currencies: for which a pricelist shall be there.
    """
    services = ensure_products(admin, [SHIPPING_SKU, FEE_SKU], storable=False)
    return Shop(
        taxes=ensure_taxes(admin, rates),
        products=ensure_products(admin, skus),
        journals=ensure_journals(admin),
        pricelists=ensure_pricelists(admin, currencies),
        carrier_id=ensure_carrier(admin, services[SHIPPING_SKU]),
        shipping_product_id=services[SHIPPING_SKU],
        fee_product_id=services[FEE_SKU],
    )


def ensure_taxes(admin: Admin, rates: Iterable[Decimal] = RATES) -> dict[tuple[Decimal, bool], int]:
    """Make sales taxes of these percentages, each on top of prices and included in them."""
    return _sales_taxes(admin, rates, "", {})


def ensure_stacked_taxes(admin: Admin, rates: Iterable[Decimal]) -> dict[tuple[Decimal, bool], int]:
    """Make sales taxes that later ones are computed on top of; they come before all others."""
    return _sales_taxes(admin, rates, " stacked", {"include_base_amount": True, "sequence": 0})


def _sales_taxes(
    admin: Admin, rates: Iterable[Decimal], suffix: str, more: Mapping[str, Any]
) -> dict[tuple[Decimal, bool], int]:
    has_override = "price_include_override" in admin.fields("account.tax")  # 18 and later
    wanted = {_tax_name(rate, included) + suffix: (rate, included) for rate in rates for included in (False, True)}
    # Documents show the sum of a tax under the name of its group.
    groups = _ensure(admin, "account.tax.group", "name", wanted, lambda name: {"name": name})

    def vals(name: str) -> dict[str, Any]:
        rate, included = wanted[name]
        override = {"price_include_override": "tax_included" if included else "tax_excluded"}
        return {
            "name": name,
            "amount": float(rate),
            "amount_type": "percent",
            "type_tax_use": "sale",
            "description": f"{rate.normalize():f}%",
            "tax_group_id": groups[name],
            **(override if has_override else {"price_include": included}),
            **more,
        }

    ids = _ensure(admin, "account.tax", "name", wanted, vals, [("type_tax_use", "=", "sale")])
    return {wanted[name]: found for name, found in ids.items()}


def ensure_currencies(admin: Admin, exchange: Mapping[str, Decimal]) -> None:
    """Activate currencies, at so much of each for one of the company's; rates that are there stay."""
    domain = [("name", "in", list(exchange)), ("active", "in", [True, False])]
    rows = admin.search_read("res.currency", domain, ["name", "active"])
    sleeping = [row["id"] for row in rows if not row["active"]]
    if sleeping:
        admin.write("res.currency", sleeping, {"active": True})
    known = {row["currency_id"][0] for row in admin.search_read("res.currency.rate", [], ["currency_id"])}
    missing = [row for row in rows if row["id"] not in known]
    admin.create(
        "res.currency.rate",
        [{"name": "2020-01-01", "currency_id": row["id"], "rate": float(exchange[row["name"]])} for row in missing],
    )


def ensure_products(
    admin: Admin, skus: Mapping[str, Decimal] | Iterable[str], *, storable: bool = True
) -> dict[str, int]:
    """Make products with these internal references, invoiced as ordered and without taxes of their own."""
    prices = dict(skus) if isinstance(skus, Mapping) else dict.fromkeys(skus, Decimal(10))
    kind: dict[str, Any] = {"type": "service"}
    if storable:
        with_flag = "is_storable" in admin.fields("product.template")  # 18 and later
        kind = {"type": "consu", "is_storable": True} if with_flag else {"type": "product"}

    def vals(sku: str) -> dict[str, Any]:
        return {
            "name": f"Product {sku}",
            "default_code": sku,
            "list_price": float(prices[sku]),
            "invoice_policy": "order",
            "taxes_id": [(6, 0, [])],
            **kind,
        }

    return _ensure(admin, "product.product", "default_code", prices, vals)


def set_stock(admin: Admin, quantities: Mapping[int, Decimal]) -> None:
    """Set how many pieces of products (by product.product id) are in the first warehouse."""
    location = admin.search_read("stock.warehouse", [], ["lot_stock_id"])[0]["lot_stock_id"][0]
    rows = [
        {"product_id": product, "location_id": location, "inventory_quantity": float(quantity)}
        for product, quantity in quantities.items()
    ]
    made = admin.call("stock.quant", "create", vals_list=rows, context={"inventory_mode": True})
    if "inventory_quantity_set" in admin.fields("stock.quant"):  # 15 and later: typed, then applied
        admin.call("stock.quant", "action_apply_inventory", ids=made)


def ensure_journals(admin: Admin, journals: Mapping[str, tuple[str, str]] = JOURNALS) -> dict[str, int]:
    """Make journals for incoming money: name -> (short code, "bank" or "cash")."""

    def vals(name: str) -> dict[str, Any]:
        code, kind = journals[name]
        return {"name": name, "code": code, "type": kind}

    return _ensure(admin, "account.journal", "name", journals, vals, [("type", "in", ["bank", "cash"])])


def ensure_pricelists(admin: Admin, currencies: Iterable[str]) -> dict[str, int]:
    """Make a pricelist for each currency that has none; an order's currency comes from its pricelist."""
    wanted = list(currencies)
    known = {row["name"]: row["id"] for row in admin.search_read("res.currency", [("name", "in", wanted)], ["name"])}
    found: dict[str, int] = {}
    for row in admin.search_read("product.pricelist", [], ["currency_id"]):
        found.setdefault(row["currency_id"][1], row["id"])
    missing = [name for name in wanted if name not in found]
    made = admin.create("product.pricelist", [{"name": f"Shop {n}", "currency_id": known[n]} for n in missing])
    return {**found, **dict(zip(missing, made, strict=True))}


def ensure_carrier(admin: Admin, product_id: int, name: str = "Shop delivery") -> int:
    """Make a carrier with a fixed price of nothing; the shop says what shipping costs."""

    def vals(carrier: str) -> dict[str, Any]:
        return {"name": carrier, "product_id": product_id, "delivery_type": "fixed", "fixed_price": 0.0}

    return _ensure(admin, "delivery.carrier", "name", [name], vals)[name]


def _ensure(
    admin: Admin,
    model: str,
    key: str,
    wanted: Iterable[str],
    vals: Any,
    domain: Sequence[Any] = (),
) -> dict[str, int]:
    """Find records by the value of one field and make, in one call, those that are missing."""
    values = list(wanted)
    rows = admin.search_read(model, [*domain, (key, "in", values)], [key])
    found = {row[key]: row["id"] for row in rows}
    missing = [value for value in values if value not in found]
    made = admin.create(model, [vals(value) for value in missing])
    return {**found, **dict(zip(missing, made, strict=True))}


def _tax_name(rate: Decimal, included: bool) -> str:
    return f"Shop {rate.normalize():f}%" + (" included" if included else "")
