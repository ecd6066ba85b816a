"""What each flow needs: seen on both sides, judged by the settings as they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from unittest import mock

import pytest

from woodoo.checkup import needs, needs_look
from woodoo.checkup.findings import BAD, OK, WARN
from woodoo.connections.features import Features
from woodoo.connections.models import Connection
from woodoo.connections.settings import ConnectionSettings
from woodoo.domain.errors import ConfigError, RemoteDown
from woodoo.stores.base import StoreChoice, StoreVersions

WHOLE = needs.Seen(
    models=needs.models(),
    product_role="'Product / Manager'",
    store_version="10.3.1",
    statuses=frozenset({"processing", "completed"}),
    shows_pictures=True,
)
READY: dict[str, Any] = {
    "tax_map": {"1": 7},
    "journal_map": {"stripe": 9},
    "send_products": True,
    "account_tag_id": 8,
    "send_refunds_from": date(2026, 12, 1),
}


def judged(seen: needs.Seen = WHOLE, **settings: Any) -> dict[str, Any]:
    rules = ConnectionSettings.model_validate({**READY, **settings})
    return {one.key: one for one in needs.judge(seen, rules)}


def test_every_switch_that_is_a_flow_is_looked_after() -> None:
    # The two others are about products that are gone, and about changes of the side that has no say.
    switches = {name for name, one in Features.model_fields.items() if one.annotation is bool}
    assert set(needs.NEEDS) == switches - {"archive_deleted_products", "repair_drift"} | {
        "send_refunds", "send_returns", "take_refunds",
    }  # fmt: skip


def test_where_all_is_there_all_is_well() -> None:
    states = {name: one.state for name, one in judged().items()}
    # Customers belong to one side, so one of both ways is always shut.
    assert {name for name, state in states.items() if state != OK} == {"send_customers"}


@pytest.mark.parametrize(
    ("switch", "seen", "says"),
    [
        ("send_stock", {"models": WHOLE.models - {"stock.quant"}}, "Odoo lacks the app Inventory. Install Inventory"),
        ("send_shipping_methods", {"models": WHOLE.models - {"delivery.carrier"}}, "Install Delivery Costs in Odoo."),
        ("send_fulfilment", {"refused": frozenset({"read stock.picking"})}, "Give it the role 'Inventory / User'"),
        ("take_products", {"refused": frozenset({"create product.template"})}, "the role 'Product / Manager' in Odoo"),
        ("send_status", {"statuses": frozenset({"processing"})}, "The store has no status 'completed'."),
        ("send_images", {"shows_pictures": False}, "Set WOODOO_URL to an address the store reaches"),
    ],
)
def test_what_is_missing_is_named_with_what_to_do(switch: str, seen: dict[str, Any], says: str) -> None:
    found = judged(replace(WHOLE, **seen))[switch]
    assert found.state == BAD
    assert says in f"{found.seen} {found.fix}"


@pytest.mark.parametrize(
    ("switch", "settings"),
    [
        ("take_orders", {"journal_map": {}}),
        ("take_orders", {"tax_map": {}}),
        ("create_accounts", {"account_tag_id": None}),
        ("send_refunds", {"send_refunds_from": None}),
        ("take_customers", {"owners": {"customers": "odoo"}}),
        ("send_stock", {"owners": {"stock": "store"}}),
    ],
)
def test_settings_are_judged_as_they_are_now(switch: str, settings: dict[str, Any]) -> None:
    assert judged()[switch].state == OK
    assert judged(**settings)[switch].state == BAD


def test_an_older_woocommerce_tells_shipments_by_notes() -> None:
    found = judged(replace(WHOLE, store_version="9.8.2"))["send_fulfilment"]
    assert (found.state, "WooCommerce 9.8.2 has no fulfillments of its own" in found.seen) == (WARN, True)
    assert judged(replace(WHOLE, store_version="9.8.2"), tracking_plugin="ast")["send_fulfilment"].state == OK


def test_what_cannot_be_asked_is_not_known_rather_than_missing() -> None:
    found = judged(needs.Seen(odoo_problem="Odoo does not answer.", statuses=WHOLE.statuses, shows_pictures=True))
    assert (found["send_stock"].state, found["send_stock"].seen) == (
        WARN, "Odoo could not be asked: Odoo does not answer.",
    )  # fmt: skip
    assert found["send_status"].state == OK


# Looking


def live(shop: Connection, *, odoo: Any = None) -> Any:
    store = mock.Mock(order_statuses=lambda: [StoreChoice("completed", "Completed")])
    client = odoo or mock.Mock(dialect=mock.Mock(product_role="'Sales / Administrator'"))
    return mock.Mock(
        connection=shop,
        store=lambda _: store,
        store_versions=lambda: StoreVersions("9.1.0"),
        odoo=mock.Mock(side_effect=odoo) if isinstance(odoo, Exception) else lambda _: mock.Mock(client=client),
    )


@pytest.fixture
def shop(db: None) -> Connection:
    return Connection.objects.create(
        name="Shop", store_url="https://shop.example.com", odoo_url="https://o.example.com"
    )


def test_what_was_seen_is_kept_and_judged_when_it_is_shown(shop: Connection) -> None:
    with (
        mock.patch("woodoo.checkup.needs_look.checks.exists", side_effect=lambda _, model: model != "delivery.carrier"),
        mock.patch("woodoo.checkup.needs_look.checks.allowed", side_effect=lambda _, model, op: op != "write"),
    ):
        needs_look.note(shop.pk, needs_look.look(live(shop)))
    known = needs_look.needs_of(shop.pk, ConnectionSettings.model_validate(READY))
    found = {one.key: one for one in known.findings}
    assert known.at is not None
    assert found["send_shipping_methods"].state == BAD
    assert "write res.partner" in found["take_customers"].seen
    assert found["send_stock"].state == OK


def test_a_side_that_is_down_costs_only_what_is_asked_of_it(shop: Connection) -> None:
    needs_look.note(shop.pk, needs_look.look(live(shop, odoo=RemoteDown("Odoo does not answer.", side="odoo"))))
    found = {one.key: one for one in needs_look.needs_of(shop.pk, ConnectionSettings()).findings}
    assert "Odoo does not answer." in found["send_stock"].seen
    assert found["send_status"].state in (OK, BAD)
    assert needs_look.look(live(shop, odoo=ConfigError("The key is wrong.")))["odoo_problem"] == "The key is wrong."


def test_before_the_first_look_nothing_is_claimed(shop: Connection) -> None:
    assert needs_look.needs_of(shop.pk, ConnectionSettings()) == needs_look.Health(None, ())
