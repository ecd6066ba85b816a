"""Sends invented orders through the whole flow into a real Odoo, and judges what has become of each.

Nothing is mocked but the store's HTTP: `shapes` invents the orders, the flow is the one the service runs. What counts
is what Odoo then shows: the invoice's net, each tax, total and what is open on it, all to the cent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, cast

from ..connections.settings import ConnectionSettings
from ..domain.errors import WoodooError
from ..domain.money import ZERO, round_money, to_decimal
from ..domain.order import Order
from ..engine.flow import LinkVals, Outcome, OutcomeKind
from ..flows.context import Context
from ..flows.order import sync_orders
from ..flows.rules import load_rules
from ..mapping.amounts.order_pricing import price_order
from ..mapping.amounts.priced import Priced
from ..mapping.amounts.totals import Targets, order_targets
from ..mapping.rules import Rules
from ..odoo.client import connect
from ..odoo.endpoint import Endpoint
from ..odoo.records import Records
from ..stores.base import Fetched, Store
from .odoo.fixtures import Admin, ensure_currencies, ensure_products, ensure_stacked_taxes, prepare
from .shapes import CURRENCIES, RATES, SKUS

#: How much of each currency one of the company's is.
EXCHANGE = {"USD": Decimal("1.0834"), "CAD": Decimal("1.4721"), "JPY": Decimal("163.37"), "KWD": Decimal("0.3319")}
DISCOUNT_SKU = "WOODOO-DISCOUNT"
#: What the orders of a run are told apart by in Odoo.
_PREFIX = "PROOF-{run}-"


@dataclass(frozen=True)
class Verdict:
    """What became of one order."""

    number: str
    #: How its taxes were made to fit, and how its lines are priced; empty where it was refused.
    technique: str = ""
    lines: tuple[str, ...] = ()
    #: Why it is not complete in Odoo.
    refused: str = ""
    #: What a posted invoice shows otherwise than the store.
    differs: str = ""
    #: By how much its sales order is off.
    order_off: Decimal = ZERO


@dataclass
class _HeldStore:
    """A store that has exactly the orders it was given."""

    orders: Mapping[str, Order] = field(default_factory=dict)

    def fetch_orders(self, external_ids: Sequence[str]) -> Fetched[Order]:
        return Fetched(found={one: self.orders[one] for one in external_ids})


class _NoLinks:
    """Nothing was brought over before."""

    def find(self, kind: str, external_ids: Sequence[str]) -> Mapping[str, LinkVals]:
        return {}

    def upsert(self, links: Iterable[LinkVals]) -> None:
        """Forget them: each order is brought over once."""


class Proof:
    """A real Odoo with everything the invented orders need, and the flow in front of it.

    Without `pins` an Odoo whose lines can carry their taxes is treated as one from before 19.
    """

    def __init__(
        self, endpoint: Endpoint, admin: Admin, run: str, *, included: bool, pins: bool = True, **settings: Any
    ) -> None:
        self.odoo = Records(connect(endpoint), 1, namespace=f"woodoo_proof_{run}")
        self._prefix = _PREFIX.format(run=run)
        self._store = _HeldStore()
        made = _settings(admin, included=included).model_copy(
            update={"order_number_format": f"{self._prefix}{{number}}", "namespace": self.odoo.namespace, **settings}
        )
        rules = load_rules(self.odoo, made, self.odoo.namespace)
        precision = replace(rules.precision, can_pin=pins and rules.precision.can_pin)
        self.rules: Rules = replace(rules, precision=precision)

    def send(self, orders: Sequence[Order]) -> Iterator[Verdict]:
        """Bring a batch over and yield what became of each order."""
        self._store.orders = {order.external_id: order for order in orders}
        context = Context(cast(Store, self._store), self.odoo, self.rules, _NoLinks())
        outcomes = sync_orders(context, list(self._store.orders))
        sales, invoices = self._sale_orders(orders), self._invoices(orders)
        for order in orders:
            outcome = outcomes[order.external_id]
            reference = self.rules.reference(order)
            yield self._verdict(order, outcome, sales.get(reference, {}), invoices.get(reference, {}))

    def _verdict(self, order: Order, outcome: Outcome, sale: Mapping[str, Any], invoice: Mapping[str, Any]) -> Verdict:
        try:
            targets = order_targets(order)
            priced = price_order(order, targets, self.rules, self.rules.currencies[order.currency].digits)
        except WoodooError:  # the flow has met the same, and says so in its outcome
            return Verdict(order.number, refused=outcome.message)
        lines = tuple(line.technique for line in priced.lines)
        off = round_money(to_decimal(sale["amount_total"]), priced.digits) - targets.total if sale else ZERO
        posted = invoice.get("state") == "posted"
        return Verdict(
            order.number,
            priced.tax_technique,
            lines,
            refused="" if outcome.kind is OutcomeKind.DONE and posted else outcome.message or "not posted",
            differs=_differs(targets, priced, invoice) if posted else "",
            order_off=off,
        )

    def _sale_orders(self, orders: Sequence[Order]) -> dict[str, dict[str, Any]]:
        references = [self.rules.reference(order) for order in orders]
        rows = self.odoo.search_read(
            "sale.order", [("client_order_ref", "in", references)], ["client_order_ref", "amount_total"]
        )
        return {row["client_order_ref"]: row for row in rows}

    def _invoices(self, orders: Sequence[Order]) -> dict[str, dict[str, Any]]:
        """Return the invoices by reference, with what each tax comes to."""
        references = [self.rules.reference(order) for order in orders]
        fields = ["ref", "state", "amount_untaxed", "amount_total", "amount_residual", "payment_state"]
        rows = self.odoo.search_read(
            "account.move", [("ref", "in", references), ("move_type", "=", "out_invoice")], fields
        )
        by_id = {row["id"]: {**row, "taxes": Counter[int](), "balance": ZERO} for row in rows}
        for line in self.odoo.search_read(
            "account.move.line",
            [("move_id", "in", list(by_id))],
            ["move_id", "tax_line_id", "amount_currency", "balance"],
        ):
            move = by_id[line["move_id"]]
            move["balance"] += to_decimal(line["balance"])
            if line["tax_line_id"]:
                move["taxes"][line["tax_line_id"]] -= to_decimal(line["amount_currency"])
        return {row["ref"]: row for row in by_id.values()}


def _differs(targets: Targets, priced: Priced, invoice: Mapping[str, Any]) -> str:
    """Say in words what a posted invoice shows otherwise than the store; empty where it is equal in all."""
    pairs = {
        "untaxed": (targets.untaxed, invoice["amount_untaxed"]),
        "total": (targets.total, invoice["amount_total"]),
        "open": (ZERO, invoice["amount_residual"]),
        "debit less credit": (ZERO, invoice["balance"]),
        **{
            f"tax {tax_id}": (priced.taxes.get(tax_id, ZERO), invoice["taxes"].get(tax_id, ZERO))
            for tax_id in {**priced.taxes, **invoice["taxes"]}
        },
    }
    return "; ".join(
        f"{name} {store} in the store, {odoo} in Odoo"
        for name, (store, odoo) in pairs.items()
        if round_money(to_decimal(odoo), priced.digits) != store
    )


def _settings(admin: Admin, *, included: bool) -> ConnectionSettings:
    """Prepare an Odoo for the shapes, and return settings that map everything they use."""
    ensure_currencies(admin, EXCHANGE)
    shop = prepare(admin, dict.fromkeys(SKUS, Decimal(10)), currencies=CURRENCIES)
    plain = {(percent.normalize(), kind): tax for (percent, kind), tax in shop.taxes.items()}
    stacked = ensure_stacked_taxes(admin, {Decimal(rate.percent) for rate in RATES if rate.stacked})
    taxes = {
        str(rate.rate_id): (stacked if rate.stacked else plain)[Decimal(rate.percent).normalize(), included]
        for rate in RATES
    }
    given = {
        "tax_map": taxes,
        "journal_map": {"stripe": shop.journals["Stripe"]},
        "shipping_product_id": shop.shipping_product_id,
        "fee_product_id": shop.fee_product_id,
        "discount_product_id": ensure_products(admin, [DISCOUNT_SKU], storable=False)[DISCOUNT_SKU],
        "pricelist_map": dict(shop.pricelists),
        "timezone": "Europe/Madrid",
    }
    return ConnectionSettings.parse(given, connection="Proof")
