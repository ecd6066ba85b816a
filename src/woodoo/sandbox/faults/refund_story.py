"""What happens to three paid orders that are in Odoo: money goes back, in the store and in Odoo.

| order     | it was       | at first                                       | later                         |
|-----------|--------------|------------------------------------------------|-------------------------------|
| returned  | delivered    | a piece is refunded and restocked, by provider |                               |
| shortened | not yet sent | a piece is refunded, to be paid back by hand   | an amount is, by the provider |
| credited  | not yet sent |                                                | its invoice is credited       |

So the flow makes credit notes, reconciles and pays them back, shrinks a delivery, makes a return, and makes a refund in
the store that moves money.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from ...odoo.client import connect
from ...odoo.records import Records
from ..store.orders.checkout import Checkout, Wish
from .story import POLICY, Story

PHASES = ("refunds", "later refunds")
_VARIATION, _PRODUCT = 42, 40


class RefundStory(Story):
    """The orders of one trial, and what is given back on them."""

    phases: ClassVar[tuple[str, ...]] = PHASES
    lane: ClassVar[str] = "refunds"
    flow: ClassVar[str] = "refund"
    hears_back: ClassVar[bool] = True
    policy: ClassVar[Mapping[str, Any]] = {
        **POLICY,
        "send_refunds": True,
        "send_refunds_from": "2020-01-01",
        "refund_money": True,
    }

    def open(self) -> list[str]:
        """Place the orders; one has been sent."""
        self._store.let_pay_back("stripe")
        for name in ("returned", "shortened", "credited"):
            wishes = [Wish(_VARIATION, 2), Wish(_PRODUCT)]
            self._place(name, Checkout(wishes, self._address(name, "Calle Mayor 1"), payment_method="stripe"))
        self._store.set_status(self._number("returned"), "completed")
        return list(self.orders)

    def _begin(self) -> None:
        self._give_back("returned", restock=True, by_gateway=True)
        self._give_back("shortened", restock=False)

    def _go_on(self) -> None:
        self._store.refund(self._number("shortened"), amount=Decimal("2.00"), by_gateway=True)
        self._credit("credited")

    def _give_back(self, name: str, **how: Any) -> None:
        """Refund one piece of an order's first line."""
        line = self._store.shop.tables["orders"][self._number(name)]["line_items"][0]
        taxes = [
            {"id": int(rate), "refund_total": str(_half(tax))} for rate, tax in line["taxes"].items() if Decimal(tax)
        ]
        wanted = {"id": line["id"], "quantity": 1, "refund_total": str(_half(line["total"])), "refund_tax": taxes}
        self._store.refund(self._number(name), lines=[wanted], **how)

    def _credit(self, name: str) -> None:
        """Credit an order's invoice as a person does in Odoo."""
        odoo = Records(connect(self._shared.endpoint), 1, namespace="")
        dialect = odoo.client.dialect
        reference = f"{self._trial}-{self._number(name)}"
        (invoice,) = odoo.search_read(
            "account.move", [("ref", "=", reference), ("move_type", "=", "out_invoice")], ["journal_id"]
        )
        vals: dict[str, Any] = {"reason": "taken back", "journal_id": invoice["journal_id"]}
        if dialect.reversal_mode_field:
            vals["refund_method"] = "refund"
        context = {"active_model": "account.move", "active_ids": [invoice["id"]]}
        wizard = odoo.create("account.move.reversal", [vals], context)
        odoo.action("account.move.reversal", dialect.reversal_method, wizard, context=context)
        made = odoo.search("account.move", [("reversed_entry_id", "=", invoice["id"])])
        odoo.write("account.move", made, {"ref": f"{reference} taken back"})
        odoo.action("account.move", "action_post", made)

    def read_store(self) -> dict[str, list[str]]:
        """Return the refunds of each order, and what went back on the shelf."""
        tables = self._store.shop.tables
        found, shelf = [], []
        for order_id, name in self.orders.items():
            order = tables["orders"][int(order_id)]
            shelf += [f"{name}: {order['status']}, {_restocked(line)} back" for line in order["line_items"]]
            for refund in tables["refunds"].values():
                if refund["parent_id"] == int(order_id):
                    lines = [(line["quantity"], line["total"]) for line in refund["line_items"]]
                    told = (refund["amount"], refund["refunded_payment"], lines)
                    found.append(f"{name}: {json.dumps(told)}")
        return {"refund in the store": sorted(found), "goods in the store": sorted(shelf)}

    def _number(self, name: str) -> int:
        return next(int(order) for order, known in self.orders.items() if known == name)


def _half(amount: str) -> Decimal:
    return (Decimal(amount) / 2).quantize(Decimal("0.01"))


def _restocked(line: Mapping[str, Any]) -> str:
    return next((str(one["value"]) for one in line["meta_data"] if one["key"] == "_restock_refunded_items"), "0")
