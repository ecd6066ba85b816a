"""Orders the store has no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.mapping.orders import make_rules
from woodoo.domain.errors import SyncConflict
from woodoo.domain.mark import GONE
from woodoo.engine.flow import LinkVals, OutcomeKind
from woodoo.flows.context import Context
from woodoo.flows.gone import NothingLeft, what_of_gone
from woodoo.flows.order import sync_orders
from woodoo.stores.base import Fetched

SALE = LinkVals("order", "105", "sale.order", 7, "S00007")
INVOICE = LinkVals("invoice", "105", "account.move", 9, "INV/9")


class Odoo:
    """Has some documents, and counts how often it is asked."""

    def __init__(self, **documents: tuple[str, str]) -> None:
        self.documents = documents
        self.asked = 0

    def search_read(self, model: str, domain: Any, fields: Any) -> list[dict[str, Any]]:
        self.asked += 1
        ((_, _, ids),) = domain
        rows = {int(key.split("_")[-1]): vals for key, vals in self.documents.items()}
        wanted = {"sale.order": "sale", "account.move": "move"}[model]
        found = {i: rows[i] for i in ids if f"{wanted}_{i}" in self.documents}
        return [{"id": one, "name": name, "state": state} for one, (name, state) in found.items()]


def context(odoo: Odoo, *links: LinkVals) -> Context:
    def find(kind: str, external_ids: Sequence[str]) -> Mapping[str, LinkVals]:
        return {link.external_id: link for link in links if link.kind == kind and link.external_id in external_ids}

    store = SimpleNamespace(fetch_orders=lambda ids: Fetched(missing=frozenset(ids)))
    links_of = SimpleNamespace(find=find, upsert=lambda links: None)
    return Context(cast(Any, store), cast(Any, odoo), make_rules(), cast(Any, links_of))


def test_an_order_odoo_never_had_needs_nothing():
    odoo = Odoo()
    (error,) = what_of_gone(context(odoo), ["105"]).values()
    assert isinstance(error, NothingLeft)
    assert error.message == "Order 105 is not in the store any more; Odoo has nothing of it."
    assert odoo.asked == 0


def test_an_order_that_stands_in_odoo_is_for_a_person():
    odoo = Odoo(sale_7=("S00007", "sale"), move_9=("INV/9", "posted"))
    (error,) = what_of_gone(context(odoo, SALE, INVOICE), ["105"]).values()
    assert isinstance(error, SyncConflict)
    assert error.message == (
        "Order 105 is not in the store any more, but in Odoo stands the sales order S00007 and the invoice INV/9."
    )
    assert len(error.choices) == 2


@pytest.mark.parametrize(
    ("documents", "says"),
    [
        ({"sale_7": ("S00007", "cancel")}, "Odoo has only S00007 of it, cancelled"),
        ({"sale_7": ("S00007", "cancel"), "move_9": ("INV/9", "cancel")}, "only S00007 and INV/9 of it, cancelled"),
        ({}, "Odoo has nothing of it"),
    ],
)
def test_what_is_cancelled_or_deleted_in_odoo_needs_nothing(documents: dict[str, tuple[str, str]], says: str):
    (error,) = what_of_gone(context(Odoo(**documents), SALE, INVOICE), ["105"]).values()
    assert isinstance(error, NothingLeft)
    assert says in error.message


def test_an_invoice_that_stands_beside_a_cancelled_order_is_for_a_person():
    odoo = Odoo(sale_7=("S00007", "cancel"), move_9=(False, "draft"))  # type: ignore[arg-type]
    (error,) = what_of_gone(context(odoo, SALE, INVOICE), ["105"]).values()
    assert "in Odoo stands the invoice draft." in error.message


def test_many_orders_take_two_reads():
    odoo = Odoo(sale_7=("S00007", "sale"))
    links = [LinkVals("order", str(number), "sale.order", 7) for number in range(100)]
    assert len(what_of_gone(context(odoo, *links), map(str, range(200)))) == 200
    assert odoo.asked == 1


def test_the_record_rests_or_is_parked_and_is_known_as_gone_either_way():
    outcomes = sync_orders(context(Odoo(sale_7=("S00007", "sale")), SALE), ["105", "106"])
    assert {record: (one.kind, one.seen, one.title) for record, one in outcomes.items()} == {
        "105": (OutcomeKind.PARKED, GONE, ""),
        "106": (OutcomeKind.SKIPPED, GONE, ""),
    }
