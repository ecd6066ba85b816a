"""What lines are booked on and what stands on the header, in a real Odoo, with the rights of the API user."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from tests.odoo.shop import RECORDINGS, Bench, cents, recorded_orders

from woodoo.domain.errors import ConfigError, DataError
from woodoo.domain.order import Coupon, FeeLine, Order, OrderLine
from woodoo.engine.flow import Outcome, OutcomeKind
from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.odoo.fixtures import Admin, ensure_products
from woodoo.stores.woocommerce.orders import to_domain

RECORDED = recorded_orders()
#: Fields a shop has added to its documents: name → type.
ADDED = {
    "x_woo_text": "char",
    "x_woo_long": "text",
    "x_woo_html": "html",
    "x_woo_day": "date",
    "x_woo_moment": "datetime",
    "x_woo_count": "integer",
    "x_woo_weight": "float",
    "x_woo_cost": "monetary",
    "x_woo_gift": "boolean",
    "x_woo_slot": "selection",
}
META = {
    "engraving": "Für <Eva>",
    "names": ["Eva", "Ana"],
    "greeting": "A & B",
    "_delivery_day": "24.12.2026",
    "_pickup": "2026-12-24 18:30",
    "pieces": "3",
    "weight": "2,5",
    "cost": 12.34,
    "gift": "yes",
    "slot": "PM",
}
META_FIELDS = dict(zip(META, ADDED, strict=True))


def add_fields(admin: Admin) -> None:
    """Add the fields to sales orders and invoices, as somebody does in Odoo's own screens."""
    for model in ("sale.order", "account.move"):
        there = admin.fields(model)
        model_id = admin.search_read("ir.model", [("model", "=", model)], ["id"])[0]["id"]
        slots = {"selection_ids": [(0, 0, {"value": key, "name": key.upper()}) for key in ("am", "pm")]}
        vals = {"model_id": model_id, "state": "manual"}
        missing = [
            {**vals, "name": name, "field_description": name, "ttype": kind, **(slots if kind == "selection" else {})}
            for name, kind in ADDED.items()
            if name not in there
        ]
        if missing:  # all in one go: Odoo builds its models anew each time
            admin.create("ir.model.fields", missing)


def ensure(admin: Admin, model: str, vals: Mapping[str, Any]) -> int:
    """Return the record of that name, made where it is not there."""
    found = admin.search_read(model, [("name", "=", vals["name"])], ["id"])
    return int(found[0]["id"] if found else admin.create(model, [vals])[0])


def analytic_account(admin: Admin, name: str) -> int:
    """Return an analytic account. The administrator takes the right to make it; the API user does not get it."""
    group = admin.call("ir.model.data", "check_object_reference", module="analytic", xml_id="group_analytic_accounting")
    user = admin.search_read("res.users", [("login", "=", admin.login)], ["id"])[0]["id"]
    groups = "group_ids" if "group_ids" in admin.fields("res.users") else "groups_id"  # 19
    admin.write("res.users", [user], {groups: [(4, group[1])]})
    vals: dict[str, Any] = {"name": name}
    if "plan_id" in admin.fields("account.analytic.account"):  # 16 and later
        vals["plan_id"] = ensure(admin, "account.analytic.plan", {"name": "Shops"})
    return ensure(admin, "account.analytic.account", vals)


def set_up(odoo: Endpoint, admin: Admin, name: str, *orders: Order) -> Bench:
    add_fields(admin)
    return Bench.set_up(odoo, admin, {order.external_id: order for order in orders}, f"woodoo_lines_{name}")


def done(outcomes: Mapping[str, Outcome]) -> Mapping[str, Outcome]:
    assert {record: o.message for record, o in outcomes.items() if o.kind != OutcomeKind.DONE} == {}
    return outcomes


def notes_of(outcome: Outcome) -> list[str]:
    assert outcome.plan is not None
    return [note for note in outcome.plan["notes"] if not note.startswith("Rounding")]


def lines_of(bench: Bench, model: str, parent: str, odoo_id: int, *fields: str) -> list[dict[str, Any]]:
    domain: list[Any] = [(parent, "=", odoo_id), ("product_id", "!=", False)]
    return bench.odoo.search_read(f"{model}.line", domain, ["name", "product_id", *fields], order="id")


def sold(number: str, *lines: OrderLine, **changes: Any) -> Order:
    """Return a recorded order without taxes and shipping that sold just these lines."""
    total = sum((line.total for line in lines), Decimal(0)) + sum(
        (fee.total for fee in changes.get("fee_lines", ())), Decimal(0)
    )
    plain = {"shipping_lines": (), "fee_lines": (), "coupons": (), "tax_rates": (), "total_tax": Decimal(0)}
    kept = {"external_id": number, "number": number, "lines": lines, "total": total}
    return replace(RECORDED["104"], **{**plain, **kept, **changes})


def line(number: str, name: str, sku: str, total: str, **changes: Any) -> OrderLine:
    amount = Decimal(total)
    made = OrderLine(number, name, sku, "10", "", Decimal(1), amount, Decimal(0), amount)
    return replace(made, **changes)


@dataclass(frozen=True)
class Full:
    """An order that was brought over with every setting of the header."""

    bench: Bench
    settings: Mapping[str, Any]
    outcome: Outcome

    @property
    def name(self) -> str:
        return str(self.settings["order_number_format"].format(number="104"))

    def sale_order(self, *fields: str) -> dict[str, Any]:
        return self.bench.odoo.search_read("sale.order", [("name", "=", self.name)], fields)[0]

    def invoice(self, *fields: str) -> dict[str, Any]:
        domain = [("ref", "=", self.name), ("move_type", "=", "out_invoice")]
        return self.bench.odoo.search_read("account.move", domain, fields)[0]


@pytest.fixture(scope="module")
def full(odoo: Endpoint, admin: Admin) -> Full:
    ensure_field(admin, "sale.order", "x_woo_staff", "text")
    bench = set_up(odoo, admin, "header", replace(RECORDED["104"], meta=META))
    bench.store.notes = {"104": ("Call before noon", "Gift wrap & card")}
    term = ensure(admin, "account.payment.term", {"name": "Woodoo 30 days", "line_ids": [(0, 0, _days(admin))]})
    settings: dict[str, Any] = {
        "order_number_format": f"{bench.prefix}WEB-{{number}}",
        "use_order_number": True,
        "payment_term_map": {"stripe": term},
        "fiscal_position_map": {"ES": ensure(admin, "account.fiscal.position", {"name": "Woodoo Spain"})},
        "tag_ids": tuple(ensure(admin, "crm.tag", {"name": name}) for name in ("Web", "Shop")),
        "team_id": ensure(admin, "crm.team", {"name": "Web shop"}),
        "warehouse_id": ensure(admin, "stock.warehouse", {"name": "Woodoo depot", "code": "WOOD"}),
        "pricelist_id": bench.shop.pricelists["EUR"],
        "invoice_journal_id": ensure(admin, "account.journal", {"name": "Web sales", "code": "WEBS", "type": "sale"}),
        "analytic_distribution": {str(analytic_account(admin, "Web shop")): 100.0},
        "admin_notes_field": "x_woo_staff",
        "meta_fields": META_FIELDS,
    }
    return Full(bench, settings, done(bench.sync(**settings))["104"])


def ensure_field(admin: Admin, model: str, name: str, kind: str) -> None:
    if name not in admin.fields(model):
        model_id = admin.search_read("ir.model", [("model", "=", model)], ["id"])[0]["id"]
        vals = {"name": name, "model_id": model_id, "field_description": name, "ttype": kind, "state": "manual"}
        admin.create("ir.model.fields", [vals])


def _days(admin: Admin) -> dict[str, Any]:
    """Return a line of payment terms: all of it, after 30 days."""
    if "nb_days" in admin.fields("account.payment.term.line"):  # 17 and later
        return {"value": "percent", "value_amount": 100, "nb_days": 30}
    return {"value": "balance", "days": 30}


def test_a_header_takes_all_settings_at_once(full: Full) -> None:
    settings = full.settings
    single = ("team_id", "warehouse_id", "pricelist_id")
    order = full.sale_order("payment_term_id", "fiscal_position_id", "tag_ids", "client_order_ref", "state", *single)
    assert (order["client_order_ref"], order["state"]) == (full.name, "sale")
    assert order["payment_term_id"] == settings["payment_term_map"]["stripe"]
    assert order["fiscal_position_id"] == settings["fiscal_position_map"]["ES"]
    assert sorted(order["tag_ids"]) == sorted(settings["tag_ids"])
    assert [order[name] for name in single] == [settings[name] for name in single]
    assert notes_of(full.outcome) == []


def test_meta_data_and_notes_fill_the_fields_they_are_given(full: Full) -> None:
    order = full.sale_order(*ADDED, "x_woo_staff", "note")
    assert {name: order[name] for name in ADDED} == {
        "x_woo_text": "Für <Eva>",
        "x_woo_long": "Eva, Ana",
        "x_woo_html": "<p>A &amp; B</p>",
        "x_woo_day": "2026-12-24",
        "x_woo_moment": "2026-12-24 17:30:00",
        "x_woo_count": 3,
        "x_woo_weight": 2.5,
        "x_woo_cost": 12.34,
        "x_woo_gift": True,
        "x_woo_slot": "pm",
    }
    assert order["x_woo_staff"] == "Call before noon\nGift wrap & card"
    assert _words(order["note"]) == "Llamar antes Piso 2"


def test_the_invoice_has_terms_position_journal_and_note(full: Full) -> None:
    settings = full.settings
    fields = ("invoice_payment_term_id", "fiscal_position_id", "journal_id", "team_id", "narration", "state")
    invoice = full.invoice(*fields, "invoice_date", "invoice_date_due", "payment_state")
    assert (invoice["state"], invoice["payment_state"]) == ("posted", "paid")
    assert invoice["invoice_payment_term_id"] == settings["payment_term_map"]["stripe"]
    assert (invoice["invoice_date"], invoice["invoice_date_due"]) == ("2026-11-21", "2026-12-21")
    assert invoice["fiscal_position_id"] == settings["fiscal_position_map"]["ES"]
    assert (invoice["journal_id"], invoice["team_id"]) == (settings["invoice_journal_id"], settings["team_id"])
    assert _words(invoice["narration"]) == "Llamar antes Piso 2"


def test_every_line_of_order_and_invoice_names_the_analytic_account(full: Full) -> None:
    account = int(next(iter(full.settings["analytic_distribution"])))
    order, invoice = full.sale_order("id")["id"], full.invoice("id")["id"]
    if full.bench.odoo.client.dialect.analytic_distribution:
        rows = lines_of(full.bench, "sale.order", "order_id", order, "analytic_distribution")
        rows += lines_of(full.bench, "account.move", "move_id", invoice, "analytic_distribution")
        assert [row["analytic_distribution"] for row in rows] == [{str(account): 100.0}] * 4
    else:
        assert full.sale_order("analytic_account_id")["analytic_account_id"] == account
        rows = lines_of(full.bench, "account.move", "move_id", invoice, "analytic_account_id")
        assert [row["analytic_account_id"] for row in rows] == [account] * 2


def _words(text: object) -> str:
    """Return what a text of Odoo says, be it HTML or not."""
    for mark in ("<p>", "</p>", "<br>", "<br/>"):
        text = str(text).replace(mark, " ")
    return " ".join(str(text).split())


def test_terms_in_instalments_are_paid_in_full(odoo: Endpoint, admin: Admin) -> None:
    bench = set_up(odoo, admin, "instalments", RECORDED["104"])
    shares = [{"value": "percent", "value_amount": 30, "days": 0}, {"value": "balance", "days": 30}]
    if "nb_days" in admin.fields("account.payment.term.line"):  # 17 and later
        shares = [
            {"value": "percent", "value_amount": 30, "nb_days": 0},
            {"value": "percent", "value_amount": 70, "nb_days": 30},
        ]
    lines = [(0, 0, share) for share in shares]
    done(bench.sync(payment_term_id=ensure(admin, "account.payment.term", {"name": "In two parts", "line_ids": lines})))
    invoice = bench.invoices("payment_state", "amount_residual", "amount_total", "line_ids")["104"]
    assert (invoice["payment_state"], cents(invoice["amount_residual"])) == ("paid", 0)
    assert cents(invoice["amount_total"]) == RECORDED["104"].total
    domain = [("id", "in", invoice["line_ids"]), ("debit", ">", 0)]
    due = [row["date_maturity"] for row in bench.odoo.search_read("account.move.line", domain, ["date_maturity"])]
    assert sorted(due) == ["2026-11-21", "2026-12-21"]


def test_an_invoice_without_a_sales_order_takes_note_and_meta_data_itself(odoo: Endpoint, admin: Admin) -> None:
    bench = set_up(odoo, admin, "invoice", replace(RECORDED["104"], meta=META))
    bench.store.notes = {"104": ("Call before noon",)}
    changes = {
        "order_becomes": "invoice_payment",
        "meta_fields": {"_delivery_day": "x_woo_day", "pieces": "x_woo_count"},
    }
    done(bench.sync(**changes, admin_notes_field="x_woo_long"))
    invoice = bench.invoices("narration", "x_woo_day", "x_woo_count", "x_woo_long", "payment_state")["104"]
    assert _words(invoice["narration"]) == "Llamar antes Piso 2"
    assert (invoice["x_woo_day"], invoice["x_woo_count"], invoice["x_woo_long"]) == (
        "2026-12-24",
        3,
        "Call before noon",
    )
    assert invoice["payment_state"] == "paid"


def test_a_value_that_does_not_fit_is_noted_and_loses_no_order(odoo: Endpoint, admin: Admin) -> None:
    order = replace(RECORDED["104"], meta={"_delivery_day": "03/04/2026", "pieces": "three", "slot": "night"})
    bench = set_up(odoo, admin, "unfit", order)
    fields = {"_delivery_day": "x_woo_day", "pieces": "x_woo_count", "slot": "x_woo_slot", "gone": "x_woo_gift"}
    outcome = done(bench.sync(meta_fields=fields))["104"]
    assert [note.split(":")[0] for note in notes_of(outcome)] == [
        "'_delivery_day' did not go into the field 'x_woo_day' (date)",
        "'pieces' did not go into the field 'x_woo_count' (integer)",
        "'slot' did not go into the field 'x_woo_slot' (selection)",
    ]
    saved = bench.sale_orders("x_woo_day", "x_woo_count", "x_woo_slot", "x_woo_gift")["104"]
    assert (saved["x_woo_day"], saved["x_woo_count"], saved["x_woo_slot"], saved["x_woo_gift"]) == (
        False,
        0,
        False,
        False,
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"customer_note_field": "x_wo_text"}, "does not have"),
        ({"customer_note_field": "amount_total"}, "cannot take it"),
        ({"admin_notes_field": "client_order_ref"}, "fills itself"),
        ({"meta_fields": {"a": "partner_id"}}, "cannot take it"),
        ({"meta_fields": {"a": "amount_total"}}, "lets nobody change"),
        ({"meta_fields": {"a": "x_woo_text", "b": "x_woo_text"}}, "overwrite"),
        ({"sku_field": "x_barcode"}, "no field 'x_barcode'"),
        ({"sku_field": "list_price"}, "is no text"),
    ],
)
def test_a_field_that_will_not_do_is_refused_before_any_order(
    odoo: Endpoint, admin: Admin, changes: dict[str, Any], said: str
) -> None:
    bench = set_up(odoo, admin, "refused", RECORDED["104"])
    with pytest.raises(ConfigError, match=said) as refused:
        bench.context(**changes)
    assert refused.value.where.startswith("settings -> ")
    if said == "does not have":
        assert "x_woo_text" in refused.value.fix


def test_a_field_that_only_quotations_let_one_change_will_do(odoo: Endpoint, admin: Admin) -> None:
    bench = set_up(odoo, admin, "quotation", replace(RECORDED["104"], meta={"_valid": "2026-12-31"}))
    done(bench.sync(meta_fields={"_valid": "validity_date"}))
    assert bench.sale_orders("validity_date")["104"]["validity_date"] == "2026-12-31"


def test_several_analytic_accounts_are_shared_out_where_odoo_can(odoo: Endpoint, admin: Admin) -> None:
    bench = set_up(odoo, admin, "analytic", RECORDED["104"])
    shares = {str(analytic_account(admin, "Web shop")): 60.0, str(analytic_account(admin, "Depot")): 40.0}
    if not bench.odoo.client.dialect.analytic_distribution:
        with pytest.raises(ConfigError, match="one analytic account with 100 %"):
            bench.context(analytic_distribution=shares)
        return
    done(bench.sync(analytic_distribution=shares))
    invoice = bench.invoices("name")["104"]["id"]
    rows = lines_of(bench, "account.move", "move_id", invoice, "analytic_distribution")
    assert [row["analytic_distribution"] for row in rows] == [shares, shares]


def test_two_sales_orders_never_get_one_name(odoo: Endpoint, admin: Admin) -> None:
    first, second = RECORDED["76"], replace(RECORDED["77"], number="76")
    bench = set_up(odoo, admin, "names", first, second)
    changes = {"use_order_number": True}
    done(bench.sync(["76"], **changes))
    outcome = bench.sync(["77"], **changes)["77"]
    assert (outcome.kind, "has that name" in outcome.message) == (OutcomeKind.PARKED, True)
    assert isinstance(outcome.error, DataError)
    names = bench.odoo.search_read("sale.order", [("name", "=", f"{bench.prefix}76")], ["client_order_ref"])
    assert len(names) == 1


def test_unknown_products_are_sold_as_the_placeholder(odoo: Endpoint, admin: Admin) -> None:
    order = sold(
        "9101",
        line("1", "Mug", "WOO-S-001", "10"),
        line("2", "Shirt", "NOT-IN-ODOO", "7.50", options=(("Engraving", "For Eva"),)),
        line("3", "Deleted", "", "2", product_id=""),
        line("4", "Shirt, red", "", "1", parent_sku="SHIRT", variation_id="8"),
    )
    bench = set_up(odoo, admin, "placeholder", order)
    ensure_products(admin, ["WOO-S-001"])
    forget(admin, "NOT-IN-ODOO")
    parked = bench.sync()["9101"]
    assert parked.kind is OutcomeKind.PARKED
    placeholder = ensure_products(admin, ["PLACEHOLDER"], storable=False)["PLACEHOLDER"]
    outcome = done(bench.sync(placeholder_product_id=placeholder))["9101"]
    assert len([note for note in notes_of(outcome) if "placeholder product" in note]) == 3
    rows = lines_of(bench, "sale.order", "order_id", bench.sale_orders("name")["9101"]["id"])
    assert [row["product_id"] == placeholder for row in rows] == [False, True, True, True]
    assert [row["name"] for row in rows] == [
        "Mug",
        "Shirt\nSKU: NOT-IN-ODOO\nEngraving: For Eva",
        "Deleted",
        "Shirt, red",
    ]
    assert cents(bench.invoices("amount_total")["9101"]["amount_total"]) == Decimal("20.50")


def test_an_order_whose_product_was_deleted_since_comes_over_as_recorded(odoo: Endpoint, admin: Admin) -> None:
    sample = json.loads((RECORDINGS / "order_76_after_product_and_rate_deleted.json").read_text())["body"]
    order = replace(to_domain(sample, 2), external_id="9176", number="9176")
    bench = set_up(odoo, admin, "deleted", order)
    parked = bench.sync()["9176"]
    assert (parked.kind, "was deleted in the store" in parked.message) == (OutcomeKind.PARKED, True)
    placeholder = ensure_products(admin, ["PLACEHOLDER"], storable=False)["PLACEHOLDER"]
    done(bench.sync(placeholder_product_id=placeholder))
    rows = lines_of(bench, "sale.order", "order_id", bench.sale_orders("name")["9176"]["id"])
    assert [row["name"] for row in rows if row["product_id"] == placeholder] == ["Tea Green"]
    assert cents(bench.invoices("amount_total")["9176"]["amount_total"]) == order.total


def forget(admin: Admin, sku: str) -> None:
    """Take a SKU off the products that have it: setting up a bench gives every SKU a product."""
    found = admin.search_read("product.product", [("default_code", "=", sku)], ["id"])
    if found:
        admin.write("product.product", [row["id"] for row in found], {"default_code": False})


def test_skus_can_be_looked_up_in_another_field(odoo: Endpoint, admin: Admin) -> None:
    bench = set_up(odoo, admin, "barcode", sold("9102", line("1", "Mug", "8400000000123", "10")))
    forget(admin, "8400000000123")
    product = ensure_products(admin, ["WITH-BARCODE"])["WITH-BARCODE"]
    admin.write("product.product", [product], {"barcode": "8400000000123"})
    done(bench.sync(sku_field="barcode"))
    rows = lines_of(bench, "sale.order", "order_id", bench.sale_orders("name")["9102"]["id"])
    assert [row["product_id"] for row in rows] == [product]


BOX = {"is_bundle": True}


@pytest.mark.parametrize(
    ("number", "prices", "known", "names"),
    [
        ("9110", ("0", "6", "4"), True, ["Gift box", "Mug", "Tea"]),
        ("9111", ("10", "0", "0"), True, ["Gift box", "Mug", "Tea"]),
        ("9112", ("2", "5", "3"), True, ["Gift box", "Mug", "Tea"]),
        ("9113", ("0", "6", "4"), False, ["Gift box – Mug", "Gift box – Tea"]),
    ],
    ids=["parts priced", "bundle priced", "both", "bundle not in Odoo"],
)
def test_bundles_come_to_what_was_paid(
    odoo: Endpoint, admin: Admin, number: str, prices: Sequence[str], known: bool, names: list[str]
) -> None:
    order = sold(
        number,
        line("1", "Gift box", "BOX", prices[0], **BOX),
        line("2", "Mug", "WOO-S-001", prices[1], part_of="1"),
        line("3", "Tea", "WOO-S-018", prices[2], part_of="1"),
    )
    bench = set_up(odoo, admin, f"bundle{number}", order)
    if not known:
        forget(admin, "BOX")
    outcome = done(bench.sync())[number]
    rows = lines_of(bench, "sale.order", "order_id", bench.sale_orders("name")[number]["id"])
    assert [row["name"] for row in rows] == names
    assert cents(bench.invoices("amount_total")[number]["amount_total"]) == Decimal(10)
    assert len([note for note in notes_of(outcome) if "Gift box" in note]) == (0 if known else 1)


def test_shipping_and_fees_go_to_the_products_they_are_mapped_to(odoo: Endpoint, admin: Admin) -> None:
    flat, pickup = RECORDED["103"].shipping_lines[0], RECORDED["102"].shipping_lines[0]
    none, free = Decimal(0), Coupon("freeship", Decimal(0), free_shipping=True)
    order = sold(
        "9120",
        line("1", "Mug", "WOO-S-001", "10", quantity=Decimal("2.5")),
        shipping_lines=(
            replace(flat, total=none, total_tax=none, taxes=()),
            replace(pickup, total=none, total_tax=none, taxes=()),
            replace(flat, external_id="99", method_id="courier", title="Courier", total=none, total_tax=none, taxes=()),
        ),
        fee_lines=(
            FeeLine("5", "TIP", Decimal(3), none),
            FeeLine("6", "Gift card", Decimal(-4), none),
            FeeLine("7", "Packing", Decimal(1), none),
        ),
        coupons=(free,),
    )
    bench = set_up(odoo, admin, "shipping", order)
    made = ensure_products(admin, ["PICKUP", "TIP", "CARD"], storable=False)
    outcome = done(
        bench.sync(
            shipping_map={f"flat_rate:{flat.instance_id}": bench.shop.carrier_id},
            shipping_product_map={"local_pickup": made["PICKUP"]},
            default_carrier_id=bench.shop.carrier_id,
            shipping_product_id=None,
            fee_product_map={"Tip": made["TIP"], "gift CARD": made["CARD"]},
        )
    )["9120"]
    saved = bench.sale_orders("carrier_id")["9120"]
    assert saved["carrier_id"] == bench.shop.carrier_id
    rows = lines_of(bench, "sale.order", "order_id", saved["id"], "is_delivery", "product_uom_qty", "price_subtotal")
    shop = bench.shop
    assert [row["product_id"] for row in rows[1:]] == [
        shop.shipping_product_id,
        made["PICKUP"],
        shop.shipping_product_id,
        made["TIP"],
        made["CARD"],
        shop.fee_product_id,
    ]
    assert [row["is_delivery"] for row in rows] == [False, True, False, True, False, False, False]
    assert rows[1]["name"] == f"{flat.title} (freeship)"
    assert (rows[0]["product_uom_qty"], cents(rows[5]["price_subtotal"])) == (2.5, Decimal(-4))
    assert cents(bench.invoices("amount_total")["9120"]["amount_total"]) == Decimal(10)
    assert "Shipping is free by the coupon freeship." in notes_of(outcome)
