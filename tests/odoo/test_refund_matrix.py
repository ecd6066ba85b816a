"""Refunds, returns and cancellations of every kind on a real Odoo end as the table says, and repeats change nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import zip_longest
from typing import Any

import pytest
from tests.odoo.refund_books import Books
from tests.odoo.refund_cases import RefundBench, Refunded
from tests.odoo.refund_matrix import (
    BASE,
    CASES,
    WITH_FEE,
    WITH_TAX,
    WITHOUT_TAX,
    Case,
    Credited,
    Deleted,
    End,
    Event,
    Invoiced,
    Returned,
    Status,
)
from tests.odoo.shop import cents
from tests.odoo.test_cancellations import asks_to_invoice
from tests.odoo.test_refund_goods import Case as Goods
from tests.odoo.test_refund_goods import _return_by_hand
from tests.odoo.test_refunds_back import Way

from woodoo.engine.flow import Outcome, OutcomeKind
from woodoo.odoo.deliveries import deliver_orders
from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.odoo.fixtures import Admin

UNPAID = {"payment_method": "bacs", "payment_method_title": "Bank", "date_paid": None, "date_paid_gmt": None}
#: Settings the flow of orders heeds, of those cases change.
OF_ORDERS = ("take_refunds", "refund_before_invoice", "cancel_invoiced", "cancel_delivered")
#: What either flow may say; first what counts most.
SAID = {OutcomeKind.PARKED: "parked", OutcomeKind.RETRY: "waits"}


class Story:
    """All cases at once: each round is an event of each case, and then a run of both flows over all of them."""

    def __init__(self, shop: RefundBench, admin: Admin, cases: Iterable[Case]) -> None:
        self.shop = shop
        self.goods = Goods(shop.bench, admin, None, [])  # type: ignore[arg-type]
        self.way = Way(shop.bench, shop.double, shop.bench.settings, shop.bench.links)
        self.cases = {shop.copy(case.order, **({} if case.paid else UNPAID)): case for case in cases}
        self.invoiced: set[str] = set()
        #: What the flow of orders said last, and that of refunds.
        self.said: dict[str, tuple[Outcome, ...]] = {}

    def tell(self) -> None:
        self.bring(self.cases)
        sent = [record for record, case in self.cases.items() if case.sent == "all"]
        orders = [self.shop.bench.links.known["order", record].odoo_id for record in sent]
        assert not deliver_orders(self.shop.bench.odoo, orders).errors
        for record, case in self.cases.items():
            if case.sent == "part":
                self.goods.deliver(record, 2, 1)
        for happening in zip_longest(*(case.events for case in self.cases.values())):
            there = {record: one for record, one in zip(self.cases, happening, strict=True) if one is not None}
            for record, events in there.items():
                for event in events if isinstance(events, tuple) else (events,):
                    self.happen(record, event)
            self.run(there)
            # The store rings for what was refunded there.
            self.run(record for record in there if self.cases[record].direction == "Odoo → store")

    def run(self, records: Iterable[str]) -> None:
        """Run the flow of orders, then that of refunds, with the settings of each case."""
        records = list(records)
        self.bring(records)
        for same, settings in self._alike(records, lambda record: self.cases[record].settings):
            found = self.shop.sync(*same, **settings)
            self.said |= {record: (*self.said[record][:1], one) for record, one in found.items()}

    def bring(self, records: Iterable[str]) -> None:
        for same, settings in self._alike(records, self._of_order):
            self.said |= {record: (one,) for record, one in self.shop.bring(*same, **settings).items()}

    def _of_order(self, record: str) -> Mapping[str, Any]:
        """Return the settings of a case that the flow of orders heeds."""
        case = self.cases[record]
        brought = {} if record in self.invoiced else dict(case.brought)
        return brought | {name: value for name, value in case.settings.items() if name in OF_ORDERS}

    def _alike(
        self, records: Iterable[str], settings: Callable[[str], Mapping[str, Any]]
    ) -> Iterator[tuple[list[str], Mapping[str, Any]]]:
        """Yield the orders with the same settings together."""
        groups: dict[str, tuple[list[str], Mapping[str, Any]]] = {}
        for record in records:
            wanted = settings(record)
            groups.setdefault(repr(wanted), ([], wanted))[0].append(record)
        yield from groups.values()

    def happen(self, record: str, event: Event) -> None:
        shop = self.shop
        match event:
            case Refunded(amount="rest"):
                left = cents(shop.order(record)["total"]) - sum(shop.amounts(record).values())
                shop.refund(record, replace(event, amount=str(left)))
            case Refunded():
                shop.refund(record, event)
            case Status(name):
                shop.set_status(record, name)
            case Deleted():
                shop.delete_refund(record, next(iter(shop.amounts(record))))
            case Invoiced():
                self.invoiced.add(record)
            case Credited(pieces, post):
                self.way.credit(record, pieces, post=post)
            case Returned():
                _return_by_hand(self.goods, record)
                self.goods.deliver(record)

    def ends(self) -> tuple[dict[str, End], list[Any]]:
        books = Books(self.shop, list(self.cases))
        return books.ends({record: _said(outcomes) for record, outcomes in self.said.items()}), books.stamps()


@pytest.fixture(scope="module")
def shop(odoo: Endpoint, admin: Admin) -> Iterator[RefundBench]:
    with RefundBench.open(odoo, admin, "refund_matrix", (WITHOUT_TAX, WITH_TAX, WITH_FEE)) as bench:
        bench.settings = {**BASE, "refund_product_id": bench.bench.shop.fee_product_id}
        bench.double.let_pay_back("stripe")
        yield bench


@pytest.mark.long("19-often", "14-often")
@pytest.mark.parametrize(
    "cases", [[c for c in CASES if not c.long], [c for c in CASES if c.long]], ids=["often", "rare"]
)
def test_every_case_ends_as_the_table_says_and_nothing_changes_when_it_is_repeated(
    shop: RefundBench, admin: Admin, cases: list[Case]
) -> None:
    story = Story(shop, admin, cases)
    story.tell()
    found, stamps = story.ends()
    release = "14" if shop.bench.odoo.client.version[0] < 17 else "19"
    wrong = [_difference(case, case.end_on(release), found[record]) for record, case in story.cases.items()]
    assert not [one for one in wrong if one], "\n".join(one for one in wrong if one)
    assert_taxes(shop, story)
    # Every event once more, then with Woodoo's own database lost.
    for lost in (False, True):
        if lost:
            shop.bench.links.known.clear()
        story.run(story.cases)
        assert story.ends()[1] == stamps
    assert story.ends()[0] == found
    asks = [record for record, end in found.items() if end.order.endswith("to invoice")]
    done = [record for record in story.cases if record not in asks and ("order", record) in shop.bench.links.known]
    assert not asks_to_invoice(shop.bench, *_sale_orders(shop, done)), "none of these is to be invoiced any more"
    assert all(asks_to_invoice(shop.bench, one) for one in _sale_orders(shop, asks))


def _said(outcomes: Iterable[Outcome]) -> str:
    kinds = {outcome.kind for outcome in outcomes}
    return next((words for kind, words in SAID.items() if kind in kinds), "done")


def _difference(case: Case, wanted: End, found: End) -> str:
    names = [name for name in vars(found) if getattr(found, name) != getattr(wanted, name)]
    told = "; ".join(f"{name} is {getattr(found, name)!r}, not {getattr(wanted, name)!r}" for name in names)
    return f"{case.name} ({case.order}, paid {case.paid}, sent {case.sent}): {told}" if told else ""


def assert_taxes(shop: RefundBench, story: Story) -> None:
    """Compare each credit note with the refund it stands for: its amount, and its tax by rate where that has lines."""
    compared: dict[str, int] = defaultdict(int)
    for record, case in story.cases.items():
        if case.direction != "store → Odoo":
            continue
        for refund_id, amount in shop.amounts(record).items():
            if (link := shop.bench.links.known.get(("credit_note", refund_id))) is None:
                continue
            (note,) = shop.bench.odoo.read("account.move", [link.odoo_id], ["amount_total"])
            assert cents(note["amount_total"]) == amount, (record, refund_id)
            if wanted := shop.wanted_taxes(refund_id):
                assert shop.taxes(link.odoo_id) == wanted, (record, refund_id)
                compared["taxes"] += 1
            compared["amounts"] += 1
    assert compared["amounts"] > len(story.cases) / 3
    assert compared["taxes"] > len(story.cases) / 6


def _sale_orders(shop: RefundBench, records: Iterable[str]) -> list[int]:
    links = [shop.bench.links.known["order", record] for record in records]
    return [link.odoo_id for link in links if link.odoo_model == "sale.order"]
