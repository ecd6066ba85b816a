"""The sandbox gives what it promises: clean databases, a connector's user without rights, a shop's basics."""

from __future__ import annotations

import os
from decimal import Decimal

import pytest

from woodoo.domain.errors import ConfigError, RemoteError
from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.odoo import find, new_database, using
from woodoo.sandbox.odoo import server as servers
from woodoo.sandbox.odoo.fixtures import Admin, prepare, set_stock

#: What the connector does to which model.
NEEDED = {
    "res.partner": ("read", "write", "create"),
    "sale.order": ("read", "write", "create"),
    "sale.order.line": ("read", "write", "create", "unlink"),
    "account.move": ("read", "write", "create"),
    "account.payment": ("read", "write", "create"),
    "account.payment.register": ("read", "write", "create"),
    "stock.picking": ("read", "write"),
    "stock.quant": ("read",),
    "product.product": ("read", "write", "create"),
    "product.template": ("read", "write", "create"),
    "account.tax": ("read",),
    "account.journal": ("read",),
    "delivery.carrier": ("read",),
    "product.pricelist": ("read",),
}


@pytest.fixture(scope="module")
def connector(odoo: Endpoint) -> Admin:
    """Calls with the connector's own key, not the administrator's."""
    return Admin(odoo.url, odoo.database, odoo.login, odoo.secret)


def test_the_connectors_user_may_do_its_work(connector: Admin) -> None:
    for model, operations in NEEDED.items():
        for operation in operations:
            allowed = connector.call(model, "check_access_rights", operation=operation, raise_exception=False)
            assert allowed, f"{operation} {model}"


def test_the_connectors_user_is_no_administrator(connector: Admin, odoo: Endpoint) -> None:
    with pytest.raises(RemoteError):
        connector.create("res.users", [{"name": "Intruder", "login": "intruder@example.com"}])
    with pytest.raises(RemoteError):
        connector.search_read("ir.config_parameter", [], ["key"])


def test_the_connectors_user_can_be_answered_by_mail(connector: Admin, odoo: Endpoint) -> None:
    users = connector.search_read("res.users", [("login", "=", odoo.login)], ["email"])
    assert users[0]["email"]


def test_the_company_trades_in_euro(connector: Admin) -> None:
    companies = connector.search_read("res.company", [], ["currency_id"])
    assert [company["currency_id"][1] for company in companies] == ["EUR"]
    pricelists = connector.search_read("product.pricelist", [], ["currency_id"])
    assert {row["currency_id"][1] for row in pricelists} >= {"EUR"}


def test_a_shops_basics_are_made_once(admin: Admin) -> None:
    skus = {"SANDBOX-A": Decimal("12.34"), "SANDBOX-B": Decimal("0.99")}
    shop = prepare(admin, skus)
    assert prepare(admin, skus) == shop
    assert set(shop.products) == set(skus)
    assert set(shop.journals) == {"Bank", "Stripe", "PayPal", "Cash"}
    assert set(shop.pricelists) >= {"EUR", "USD", "CAD"}
    products = admin.search_read(
        "product.product", [("id", "=", shop.products["SANDBOX-A"])], ["list_price", "invoice_policy", "taxes_id"]
    )
    assert products[0]["list_price"] == 12.34
    assert products[0]["invoice_policy"] == "order"
    assert products[0]["taxes_id"] == []


def test_taxes_exist_in_both_forms(admin: Admin) -> None:
    taxes = prepare(admin).taxes
    rows = admin.search_read("account.tax", [("id", "in", list(taxes.values()))], ["amount", "price_include"])
    found = {row["id"]: (Decimal(str(row["amount"])), row["price_include"]) for row in rows}
    assert {found[taxes[key]] for key in taxes} == {(rate, included) for rate, included in taxes}
    assert (Decimal("9.975"), True) in taxes


def test_stock_can_be_set(admin: Admin) -> None:
    product = prepare(admin, ["SANDBOX-STOCK"]).products["SANDBOX-STOCK"]
    set_stock(admin, {product: Decimal(7)})
    rows = admin.search_read("product.product", [("id", "=", product)], ["qty_available"])
    assert rows[0]["qty_available"] == 7


sandbox_only = pytest.mark.skipif("ODOO_URL" in os.environ, reason="about the sandbox, not about an Odoo of one's own")


@sandbox_only
@pytest.mark.parametrize("version", ["19", "14"])
def test_fresh_databases_know_nothing_of_each_other(version: str) -> None:
    with using(version, fresh=True) as one, using(version, fresh=True) as other:
        assert one.database != other.database
        made = Admin.of(one).create("res.partner", [{"name": "Only here"}])
        assert made
        named = [("name", "=", "Only here")]
        assert Admin.of(one).search_read("res.partner", named, ["name"])
        assert not Admin.of(other).search_read("res.partner", named, ["name"])
    with pytest.raises(RemoteError):
        Admin.of(one).search_read("res.partner", [], ["name"])  # gone with its block


@sandbox_only
def test_users_of_a_release_share_its_server() -> None:
    with using("19") as one, using("19") as other:
        assert (one.pid, one.url) == (other.pid, other.url)
        found = find("19")
        assert found is not None
        assert found.pid == one.pid


@sandbox_only
@pytest.mark.parametrize("name", ["Upper", "a-b", "x;drop", "../up", ""])
def test_odd_database_names_are_refused(name: str) -> None:
    with using("19"), pytest.raises(ConfigError, match="not a name"):
        new_database("19", name)


@sandbox_only
def test_an_unknown_release_is_named() -> None:
    with pytest.raises(ConfigError, match="no Odoo 9"):
        servers.start("9")
