"""Which models of Odoo are followed for changes that people make there, one row each.

Decides what of a model is read, which of our links its records belong to, and which orders are looked at again for it.

| model           | belongs to              | what counts                    | orders that are rung for               |
|-----------------|-------------------------|--------------------------------|----------------------------------------|
| sale.order      | the order               | state, total                   | all but those left out                 |
| account.move    | its invoice             | state, payment, total          | all but those left out                 |
| account.payment | its payment             | whether it stands              | all but those left out                 |
| stock.picking   | the order it delivers   | whether all of it has left     | all but those left out                 |
| res.partner     | the orders' customer    | what documents take from it    | those that are parked or have failed   |

An order that was left out, by a person or by the rules, stays so whatever happens in Odoo: whoever skips a record to
see to it by hand does that there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..engine.models import State
from ..mapping.documents.sign import (
    INVOICE_FIELDS,
    PARTNER_FIELDS,
    PAYMENT_FIELDS,
    SALE_ORDER_FIELDS,
    Sign,
    delivered_sign,
    invoice_sign,
    partner_sign,
    payment_sign,
    sale_order_sign,
)
from ..mapping.policy import Do
from ..odoo.deliveries import ENDED, undelivered
from ..odoo.records import Records

Row = Mapping[str, Any]

#: Links whose external id is that of an order.
ORDER_KINDS = frozenset({"order", "invoice", "payment", "order_customer"})
_RESTING = frozenset({State.DONE, State.PARKED, State.FAILED})
_WAITING = frozenset({State.PARKED, State.FAILED})


@dataclass(frozen=True)
class Followed:
    """One model."""

    model: str
    fields: Sequence[str]
    domain: Sequence[Any]
    #: The step of an order for which it matters; None: always.
    step: Do | None
    #: It is asked in each poll whose number leaves this rest when divided by that: the costs are spread.
    every: int
    rest: int
    #: Returns what the records are like now, by the id of what our links lead to.
    look: Callable[[Records, Sequence[Row]], Mapping[int, Sign]]
    #: The model our links lead to, and the field that holds its id.
    linked: str
    owner: str = "id"
    #: States in which an order is rung.
    rings: Collection[str] = _RESTING

    def wanted(self, steps: Collection[Do]) -> bool:
        """Say whether it matters to orders that go that far."""
        return self.step is None or self.step in steps

    def read(self, records: Records, ids: Sequence[int]) -> list[dict[str, Any]]:
        """Read records by id, archived ones too; those that are gone are left out."""
        if not ids:
            return []
        domain = [("id", "in", sorted(ids))]
        return records.search_read(self.model, domain, list(self.fields), context={"active_test": False})


def _by_id(sign: Callable[[Row], Sign]) -> Callable[[Records, Sequence[Row]], Mapping[int, Sign]]:
    return lambda records, rows: {row["id"]: sign(row) for row in rows}


def _deliveries(records: Records, rows: Sequence[Row]) -> Mapping[int, Sign]:
    orders = {row["sale_id"] for row in rows}
    left = undelivered(records, orders)
    return {odoo_id: delivered_sign(odoo_id not in left) for odoo_id in orders}


FOLLOWED: Mapping[str, Followed] = {
    one.model: one
    for one in (
        Followed("sale.order", SALE_ORDER_FIELDS, (), Do.ORDER, 1, 0, _by_id(sale_order_sign), "sale.order"),
        Followed(
            "account.move",
            INVOICE_FIELDS,
            (("move_type", "=", "out_invoice"),),
            Do.INVOICE,
            2,
            0,
            _by_id(invoice_sign),
            "account.move",
        ),
        Followed(
            "account.payment",
            PAYMENT_FIELDS,
            (("partner_type", "=", "customer"),),
            Do.PAYMENT,
            6,
            1,
            _by_id(payment_sign),
            "account.payment",
        ),
        Followed(
            "stock.picking",
            ("sale_id", "state"),
            (("sale_id", "!=", False), ("state", "in", ENDED)),
            Do.DELIVERY,
            6,
            3,
            _deliveries,
            "sale.order",
            "sale_id",
        ),
        Followed("res.partner", PARTNER_FIELDS, (), None, 6, 5, _by_id(partner_sign), "res.partner", rings=_WAITING),
    )
}
