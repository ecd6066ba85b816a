"""From connected to live with the past of a real shop and a real Odoo: evidence, dry run, clean-up, the switch."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.odoo.shop import RECORDINGS, Bench, recorded_orders

from woodoo import importing, surveys, wiring
from woodoo.connections.changing import change_settings
from woodoo.connections.maps import take_rows
from woodoo.connections.models import Connection
from woodoo.domain.order import Order
from woodoo.engine import db, import_walk, pump
from woodoo.engine import surveys as kept
from woodoo.engine.models import Finding, Import, Work
from woodoo.engine.work import enqueue
from woodoo.mapping.evidence.row import Row, Stand
from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.odoo.fixtures import Admin
from woodoo.sandbox.store.double import StoreDouble
from woodoo.web import golive
from woodoo.web.tidying import troubles_of

OWN_DATABASE = True
MODELS = ("res.partner", "sale.order", "account.move", "account.payment", "product.product", "ir.model.data")


class Shop:
    """A shop with recorded orders whose connection is switched off, and whose taxes and journals are not mapped."""

    def __init__(self, connection: Connection, orders: dict[str, Order], admin: Admin, whole: dict[str, Any]) -> None:
        self.connection, self.orders, self.admin = connection, orders, admin
        #: Settings in which everything is mapped.
        self.whole = whole

    def look(self, kind: surveys.Kind, newest: int | None = None) -> Import:
        """Have a survey carried out, as workers do."""
        made = surveys.start(self.connection, kind, started_by="ana", newest=newest)
        while made.finished_at is None:
            import_walk.ring_due()
            import_walk.walk(made.pk)
            made.refresh_from_db()
            assert made.message == ""
        return made

    def rows(self) -> dict[tuple[str, str], Row]:
        self.connection.refresh_from_db()
        return {(row.section, row.key): row for row in wiring.read_mappings(self.connection)}

    def in_odoo(self) -> dict[str, int]:
        return {model: len(self.admin.call(model, "search_read", domain=[], fields=["id"])) for model in MODELS}

    def outcomes(self, made: Import) -> dict[str, Finding]:
        return {one.record: one for one in kept.findings(made.pk)}


@pytest.fixture
def shop(transactional_db: None, odoo: Endpoint, admin: Admin) -> Iterator[Shop]:
    db.change("DELETE FROM procrastinate_jobs")
    orders = recorded_orders()
    bench = Bench.set_up(odoo, admin, orders, "golive")
    whole: dict[str, Any] = json.loads(bench.settings.model_dump_json())
    settings = whole | {"tax_map": {}, "journal_map": {}}
    with StoreDouble() as store:
        bodies = [json.loads(path.read_text())["body"] for path in sorted(RECORDINGS.glob("order_[0-9]*.json"))]
        store.load_recorded_orders([body for body in bodies if str(body.get("id")) in orders])
        connection = Connection.objects.create(
            name="Going live",
            store_url=store.url,
            store_key=store.key,
            store_secret=store.secret,
            odoo_url=odoo.url,
            odoo_database=odoo.database,
            odoo_login=odoo.login,
            odoo_key=odoo.secret,
            enabled=False,
            settings=settings,
        )
        wiring.install()
        yield Shop(connection, orders, admin, whole)
    db.change("DELETE FROM procrastinate_jobs")


def test_a_shop_is_mapped_tried_tidied_and_goes_live(shop: Shop) -> None:
    before = shop.in_odoo()
    _evidence(shop)
    held = _tried_with_gaps(shop)
    _take_what_is_proposed(shop)
    _map_what_is_open(shop)
    done = _tried_again(shop, held)
    _trouble(shop)
    assert shop.in_odoo() == before
    assert not Work.objects.exists()
    _goes_live(shop, done)


def _evidence(shop: Shop) -> None:
    """What past orders use stands beside what it is in Odoo."""
    read = shop.look(surveys.USAGE, 5000)
    assert read.listed == len(shop.orders)
    rows, used = shop.rows(), list(shop.orders.values())
    for rate_id in {rate.rate_id for order in used for rate in order.tax_rates}:
        count = sum(any(rate.rate_id == rate_id for rate in order.tax_rates) for order in used)
        row = rows["taxes", rate_id]
        assert (row.orders, row.stand in (Stand.PROPOSED, Stand.OPEN)) == (count, True)
    for method in {order.payment_method for order in used} - {""}:
        count = sum(order.payment_method == method for order in used)
        assert rows["payments", method].orders == count
    for status in {order.status for order in used}:
        assert rows["statuses", status].orders == sum(order.status == status for order in used)
    assert rows["sku", "sku"].stand is Stand.MAPPED
    assert "SKUs sold are in default_code" in rows["sku", "sku"].reason


def _tried_with_gaps(shop: Shop) -> dict[str, Finding]:
    """What is not mapped parks orders, each reason once, with the place that mends it."""
    found = shop.outcomes(shop.look(surveys.REHEARSAL, 2000))
    assert found.keys() == shop.orders.keys()
    parked = {record: one for record, one in found.items() if one.kind == "parked"}
    assert parked
    assert all(one.place and one.cause for one in parked.values())
    return parked


def _take_what_is_proposed(shop: Shop) -> None:
    """All proposals are taken at once, and stand there as mapped afterwards."""
    rows = shop.rows()
    taken, _ = take_rows(shop.connection.pk, list(rows.values()))
    assert taken == sum(row.stand is Stand.PROPOSED for row in rows.values())
    assert taken
    assert not any(row.stand is Stand.PROPOSED for row in shop.rows().values())


def _map_what_is_open(shop: Shop) -> None:
    """A person chooses what Woodoo does not propose: as the bench had it."""
    change_settings(shop.connection.pk, {name: shop.whole[name] for name in ("tax_map", "journal_map")})
    gaps = [row for row in shop.rows().values() if row.is_gap and row.is_used and row.section == "taxes"]
    assert not gaps


def _tried_again(shop: Shop, held: dict[str, Finding]) -> dict[str, Finding]:
    """With all mapped fewer wait, and each outcome is that of the dry run of an import."""
    found = shop.outcomes(shop.look(surveys.REHEARSAL, 2000))
    days = sorted(order.created_at.date().isoformat() for order in shop.orders.values())
    wanted = importing.read_wanted(shop.connection, from_day=days[0], to_day="")
    *_, (_, told) = importing.try_out(Connection.objects.get(pk=shop.connection.pk), wanted)
    by_kind = {kind: sum(one.kind == kind for one in found.values()) for kind in ("create", "skipped", "parked")}
    assert by_kind == {kind: told[kind] for kind in by_kind}
    assert by_kind["parked"] < len(held)
    for one in found.values():
        if one.kind == "create":
            assert one.facts["equal"], one.facts
            assert one.facts["documents"]
    return found


def _trouble(shop: Shop) -> None:
    """SKUs that Odoo does not know are named; the store's own products are those the double has."""
    shop.look(surveys.HYGIENE)
    found = {one.name: one for one in troubles_of(shop.connection)}
    assert "odoo-doubles" in found
    assert "unknown" in found


def _goes_live(shop: Shop, tried: dict[str, Finding]) -> None:
    """Orders placed before the day are left out, unless somebody asks for them."""
    for point in golive.checklist(shop.connection):
        if point.name not in golive.MUST:
            golive.accept(shop.connection, point.name, who="ana")
    golive.check(shop.connection)
    tomorrow = (timezone.now() + timedelta(days=1)).date()
    golive.switch_on(shop.connection, tomorrow, who="ana")
    shop.connection.refresh_from_db()
    assert shop.connection.enabled
    one, other = [record for record, found in tried.items() if found.kind == "create"][:2]
    enqueue(shop.connection.pk, "orders", "order", [one], source="poll")
    wiring.sync_orders(shop.connection, [other])
    while pump.drain(shop.connection.pk, "orders"):
        pass
    states = dict(Work.objects.values_list("record", "state"))
    assert states == {one: "skipped", other: "done"}
    assert "from when on orders come over" in Work.objects.get(record=one).message
