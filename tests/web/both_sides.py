"""A store and an Odoo that answer what the configuration page asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from woodoo.domain.errors import ConfigError
from woodoo.odoo.client import FieldInfo
from woodoo.stores.base import StoreChoice, StoreTaxRate


class FakeStore:
    """A shop with one tax rate, two payment methods, one way of shipping and a status of a plugin."""

    def identify(self) -> Any:
        return SimpleNamespace(currency="EUR")

    def tax_rates(self) -> list[StoreTaxRate]:
        return [StoreTaxRate("1", "IVA", Decimal("21.0000"), "ES", "", "standard", compound=False)]

    def payment_methods(self) -> list[StoreChoice]:
        return [StoreChoice("stripe", "Credit card"), StoreChoice("bacs", "Bank transfer")]

    def shipping_methods(self) -> list[StoreChoice]:
        return [StoreChoice("flat_rate:1", "Flat rate (Spain)")]

    def order_statuses(self) -> list[StoreChoice]:
        return [StoreChoice("processing", "Processing"), StoreChoice("shipped", "Shipped")]


def _field(name: str, kind: str = "char", string: str = "", *, readonly: bool = False) -> FieldInfo:
    return FieldInfo(name, kind, string or name, required=False, readonly=readonly, relation="", selection=())


class FakeOdoo:
    """Answers each model with what it has, whatever is asked; models that are not there as Odoo does."""

    client = SimpleNamespace(dialect=SimpleNamespace(product_tags=True))
    rows: Mapping[str, list[dict[str, Any]]] = {
        "account.tax": [{"id": 7, "name": "IVA 21 %", "amount": 21.0}, {"id": 8, "name": "Exempt", "amount": 0.0}],
        "account.journal": [{"id": 9, "name": "Stripe", "code": "STR"}, {"id": 10, "name": "Sales", "code": "INV"}],
        "account.account": [{"id": 70, "name": "Sales of goods", "code": "7000"}],
        "account.payment.term": [{"id": 2, "name": "30 days"}],
        "account.fiscal.position": [{"id": 6, "name": "Export"}],
        "account.analytic.account": [{"id": 4, "name": "Web shop", "code": ""}],
        "product.product": [{"id": 17, "name": "Shipping", "default_code": "SHIP"}],
        "delivery.carrier": [{"id": 21, "name": "Parcel"}],
        "stock.warehouse": [{"id": 1, "name": "Main"}],
        "res.currency": [{"id": 1, "name": "EUR"}, {"id": 2, "name": "USD"}, {"id": 3, "name": "CHF"}],
        "res.company": [{"id": 1, "currency_id": 1}],
        "res.lang": [{"id": 1, "name": "Spanish", "code": "es_ES"}],
        "product.pricelist": [
            {"id": 4, "name": "Export", "currency_id": 2},
            {"id": 5, "name": "Retail EUR", "currency_id": 1},
        ],
        "stock.location": [{"id": 8, "name": "Stock", "complete_name": "WH/Stock"}],
        "product.category": [{"id": 7, "name": "Mugs", "complete_name": "All / Mugs"}],
        "crm.team": [{"id": 3, "name": "Website"}],
        "product.tag": [{"id": 41, "name": "Web"}],
        "res.partner.category": [{"id": 8, "name": "Web account"}],
        "crm.tag": [{"id": 5, "name": "Web"}, {"id": 6, "name": "Gift"}],
    }
    #: Archived, or of another kind: only read by id.
    hidden: Mapping[tuple[str, int], str] = {("account.journal", 12): "Old PayPal"}

    def __init__(self, without: Iterable[str] = (), failing: Mapping[str, Exception] | None = None) -> None:
        self.without = set(without)
        self.failing = dict(failing or {})

    def search_read(self, model: str, domain: Any, fields: Any, **_: Any) -> list[dict[str, Any]]:
        if model in self.failing:
            raise self.failing[model]
        if model in self.without:
            raise ConfigError(f"Odoo does not know the model {model}.", where=model, fix="Install the app of it.")
        return self.rows[model]

    def read(self, model: str, ids: Sequence[int], fields: Any) -> list[dict[str, Any]]:
        return [{"id": one, "name": self.hidden[model, one]} for one in ids if (model, one) in self.hidden]

    def fields(self, model: str) -> dict[str, FieldInfo]:
        if model == "product.product":
            found = [_field("default_code"), _field("barcode"), _field("x_sku"), _field("name")]
        else:
            found = [_field("note", "html", "Terms"), _field("x_day", "date", "Delivery day"), _field("name")]
            found += [_field("x_words", "text", "Shop's words"), _field("amount_words", readonly=True)]
        return {one.name: one for one in found}
