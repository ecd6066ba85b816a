"""The client against real Odoo servers, over every protocol they speak."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from woodoo.domain.errors import ConfigError, DataError
from woodoo.odoo.checks import State, check
from woodoo.odoo.client import OdooClient, connect
from woodoo.odoo.company import read_company, user_companies
from woodoo.odoo.endpoint import Endpoint
from woodoo.odoo.errors import Conflict, ResultLost
from woodoo.odoo.invoice_taxes import Wanted, override_taxes
from woodoo.odoo.records import Records, Row
from woodoo.odoo.workflows import (
    PaymentGroup,
    confirm_orders,
    ensure_invoices,
    find_payments,
    post_invoices,
    register_payments,
    restore_order_dates,
)
from woodoo.sandbox.odoo.fixtures import Admin, Shop, prepare

SPOKEN = [("19", "json2"), ("19", "jsonrpc"), ("19", "xmlrpc"), ("14", "jsonrpc"), ("14", "xmlrpc")]
PLACED = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)
TAX_21 = (Decimal(21), False)

_namespaces = count(1)


@pytest.fixture(scope="module", params=SPOKEN, ids=["-".join(pair) for pair in SPOKEN])
def spoken(request: pytest.FixtureRequest) -> Iterator[tuple[OdooClient, Admin]]:
    version, protocol = request.param
    endpoint: Endpoint = request.getfixturevalue(f"odoo{version}")
    admin: Admin = request.getfixturevalue(f"admin{version}")
    with connect(endpoint, protocol=protocol) as client:
        assert client.dialect  # asked once for each client, so not counted below
        yield client, admin


@pytest.fixture(scope="module")
def client(spoken: tuple[OdooClient, Admin]) -> OdooClient:
    return spoken[0]


@pytest.fixture(scope="module")
def shop(spoken: tuple[OdooClient, Admin]) -> Shop:
    return prepare(spoken[1], {"CLIENT-TEST": Decimal("8.26")})


@pytest.fixture
def records(client: OdooClient) -> Records:
    """A connection of its own: nothing was created under its namespace yet."""
    company_id = user_companies(client)[0][0]
    return Records(client, company_id, namespace=f"woodoo_{client.protocol}_{next(_namespaces)}")


# --- finding out who answers ---------------------------------------------------------------------------------------


def test_it_takes_json2_where_it_exists(odoo19: Endpoint) -> None:
    with connect(odoo19) as client:
        assert (client.protocol, client.version, client.edition) == ("json2", (19, 0), "community")


def test_it_takes_jsonrpc_on_14_even_beside_other_databases(odoo14: Endpoint) -> None:
    with connect(odoo14) as client:
        assert (client.protocol, client.version, client.edition) == ("jsonrpc", (14, 0), "community")


def test_it_refuses_json2_where_there_is_none(odoo14: Endpoint) -> None:
    with pytest.raises(ConfigError, match="does not speak JSON-2"):
        connect(odoo14, protocol="json2")


#: Fields of apps these databases do not have: the online shop of Odoo.
WITHOUT_APPS = {"product_public_categories": False, "product_published": False, "move_kit_part": False}


def test_what_the_models_have_agrees_with_the_table(client: OdooClient) -> None:
    assert client.dialect == dataclasses.replace(client.version_dialect, **WITHOUT_APPS)


# --- what goes wrong -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("version", "protocol"), SPOKEN)
def test_a_wrong_key_is_named_and_not_tried_again(version: str, protocol: Any, request: pytest.FixtureRequest) -> None:
    endpoint: Endpoint = request.getfixturevalue(f"odoo{version}")
    with connect(dataclasses.replace(endpoint, secret="wrong-key"), protocol=protocol) as client:
        with pytest.raises(ConfigError, match="does not accept the API key of the user") as caught:
            client.call("res.partner", "search_count", domain=[])
        assert endpoint.login in caught.value.message
        assert "wrong-key" not in str(caught.value)
        tried = client.calls
        with pytest.raises(ConfigError):
            client.call("res.partner", "search_count", domain=[])
        assert client.calls == tried


# Over JSON-RPC Odoo 14 answers this with a bare HTTP 500, so there XML-RPC is chosen: see the next test.
@pytest.mark.parametrize(("version", "protocol"), [pair for pair in SPOKEN if pair != ("14", "jsonrpc")])
def test_a_wrong_database_is_named(version: str, protocol: Any, request: pytest.FixtureRequest) -> None:
    endpoint = dataclasses.replace(request.getfixturevalue(f"odoo{version}"), database="nowhere")
    with (
        pytest.raises(ConfigError, match="no database 'nowhere'"),
        connect(endpoint, protocol=protocol) as client,
    ):
        client.call("res.partner", "search_count", domain=[])


@pytest.mark.parametrize("version", ["19", "14"])
def test_a_wrong_database_is_named_over_the_protocol_it_chooses(version: str, request: pytest.FixtureRequest) -> None:
    endpoint = dataclasses.replace(request.getfixturevalue(f"odoo{version}"), database="nowhere")
    with pytest.raises(ConfigError, match="no database 'nowhere'"), connect(endpoint) as client:
        client.call("res.partner", "search_count", domain=[])


def test_missing_rights_say_which_role_helps(client: OdooClient) -> None:
    with pytest.raises(ConfigError, match="You are not allowed to create"):
        client.call("res.users", "create", vals_list=[{"name": "x", "login": "x"}])


def test_an_unknown_model_says_which_app_is_missing(client: OdooClient) -> None:
    with pytest.raises(ConfigError, match=r"does not know the model sale\.nothing\.") as caught:
        client.call("sale.nothing", "search", domain=[])
    assert "Sales" in caught.value.fix


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("search_read", {"domain": [], "fields": ["nope"]}),
        ("search", {"domain": [["nope", "=", 1]]}),
        ("create", {"vals_list": [{"name": "x", "nope": 1}]}),
        ("load", {"fields": ["id", "nope"], "data": [["woodoo_x.res_partner_1", "1"]]}),
    ],
)
def test_an_unknown_field_is_named(client: OdooClient, method: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as caught:
        client.call("res.partner", method, **arguments)
    assert caught.value.where == "res.partner -> nope"


def test_a_company_the_user_may_not_work_in_is_named(client: OdooClient) -> None:
    with pytest.raises(ConfigError) as caught:
        Records(client, 4711).count("res.partner", [])
    assert caught.value.where == "odoo_company_id"


def test_a_record_that_is_gone_is_a_matter_of_data(client: OdooClient) -> None:
    with pytest.raises(DataError, match="gone"):
        client.call("res.partner", "write", ids=[999_999], vals={"name": "x"})


# --- records -------------------------------------------------------------------------------------------------------


def test_many2one_fields_are_bare_ids(records: Records) -> None:
    [company] = records.search_read("res.company", [("id", "=", records.company_id)], ["currency_id", "parent_id"])
    assert isinstance(company["currency_id"], int)
    assert company["parent_id"] is False
    assert records.read("res.company", [company["id"]], ["currency_id"])[0]["currency_id"] == company["currency_id"]


def test_create_once_gives_the_same_id_and_writes_nothing(records: Records) -> None:
    first = records.ensure("res.partner", [Row("res_partner_1", {"name": "Zoë & Söhne <KG>", "comment": "a\x01b\nc"})])
    again = records.ensure("res.partner", [Row("res_partner_1", {"name": "Somebody else", "comment": ""})])
    assert first.ids == again.ids
    [partner] = records.read("res.partner", first.ids.values(), ["name"])
    assert partner["name"] == "Zoë & Söhne <KG>"
    assert records.external_ids("res.partner", [partner["id"], 1]) == {partner["id"]: "res_partner_1"}


def test_bad_rows_are_taken_out_and_the_others_go_on(records: Records) -> None:
    names = ["First", "Customer 1", "Customer 2", "", "Nowhere", "Customer 5"]
    countries = ["", "", "", "", 999_999, ""]
    rows = [
        Row(f"res_partner_{n}", {"name": name, "is_company": True, "country_id/.id": country})
        for n, (name, country) in enumerate(zip(names, countries, strict=True))
    ]
    before = records.client.calls
    result = records.ensure("res.partner", rows)
    assert set(result.ids) == {"res_partner_0", "res_partner_1", "res_partner_2", "res_partner_5"}
    assert "name" in result.errors["res_partner_3"].message
    assert result.errors["res_partner_4"].where == "res.partner -> country_id"
    assert all(isinstance(error, DataError) for error in result.errors.values())
    assert records.client.calls - before <= 3
    made = [row["name"] for row in records.read("res.partner", result.ids.values(), ["name"])]
    assert made == ["First", "Customer 1", "Customer 2", "Customer 5"]


def test_two_at_once_create_one_record(records: Records) -> None:
    rows = [Row(f"res_partner_race_{n}", {"name": f"Race {n}"}) for n in range(8)]
    with ThreadPoolExecutor(4) as pool:
        results = [future.result() for future in [pool.submit(records.ensure, "res.partner", rows) for _ in range(4)]]
    assert not any(result.errors for result in results)
    assert len({tuple(result.ids.items()) for result in results}) == 1
    assert records.count("res.partner", [("name", "=like", "Race %"), ("id", "in", list(results[0].ids.values()))]) == 8


def test_different_values_go_on_many_records_in_one_call(records: Records) -> None:
    made = records.ensure("res.partner", [Row(f"res_partner_u{n}", {"name": f"U{n}"}) for n in range(5)])
    ids = list(made.ids.values())
    before = records.client.calls
    assert records.update("res.partner", {odoo_id: {"ref": f"REF {odoo_id}"} for odoo_id in ids}) == {}
    assert records.client.calls - before == 1
    assert [row["ref"] for row in records.read("res.partner", ids, ["ref"])] == [f"REF {odoo_id}" for odoo_id in ids]


def test_an_update_of_a_record_that_is_gone_is_reported_alone(records: Records) -> None:
    made = records.ensure("res.partner", [Row("res_partner_v", {"name": "V"})]).ids["res_partner_v"]
    errors = records.update("res.partner", {999_999: {"ref": "a"}, made: {"ref": "b"}})
    assert list(errors) == [999_999]
    assert records.read("res.partner", [made], ["ref"])[0]["ref"] == "b"


def test_the_company_tells_what_decides_amounts(records: Records) -> None:
    company = read_company(records)
    assert (company.currency, company.currency_digits) == ("EUR", 2)
    by_version = {19: ("round_globally", None), 14: ("round_per_line", 2)}
    assert (company.rounding_method, company.price_digits) == by_version[records.client.version[0]]


def test_a_check_finds_the_connection_fit(client: OdooClient) -> None:
    found = check(client)
    assert [c for c in found if c.state is State.ERROR] == []
    assert {"version", "login", "company", "apps", "rights"} <= {c.name for c in found}


# --- from order to cash --------------------------------------------------------------------------------------------


def order_row(shop: Shop, records: Records, number: int, partner_id: int, price: str = "8.26") -> Row:
    dialect = records.client.dialect
    line = {
        "product_id/.id": shop.products["CLIENT-TEST"],
        "name": f"Line of {number}",
        "product_uom_qty": Decimal(2),
        "price_unit": Decimal(price),
        f"{dialect.order_line_taxes}/.id": str(shop.taxes[TAX_21]),
    }
    header = {
        "partner_id/.id": partner_id,
        "partner_invoice_id/.id": partner_id,
        "partner_shipping_id/.id": partner_id,
        "client_order_ref": f"{records.namespace}-{number}",
        "date_order": PLACED,
        "pricelist_id/.id": shop.pricelists["EUR"],
        "user_id/.id": "",
    }
    return Row(f"sale_order_{number}", header, {"order_line": [line, {**line, "product_uom_qty": Decimal(1)}]})


def invoice_row(shop: Shop, records: Records, number: int, order: dict[str, Any]) -> Row:
    lines = [
        {
            "product_id/.id": shop.products["CLIENT-TEST"],
            "name": f"Line of {number}",
            "quantity": quantity,
            "price_unit": Decimal("8.26"),
            "tax_ids/.id": str(shop.taxes[TAX_21]),
            "sale_line_ids/.id": line_id,
        }
        for quantity, line_id in zip((2, 1), sorted(order["order_line"]), strict=True)
    ]
    header = {
        "move_type": "out_invoice",
        "partner_id/.id": order["partner_id"],
        "invoice_date": PLACED.date(),
        "ref": f"{records.namespace}-{number}",
        "invoice_origin": order["name"],
    }
    return Row(f"account_move_{number}", header, {"invoice_line_ids": lines})


def run_chain(records: Records, shop: Shop, numbers: range) -> dict[str, Any]:
    """Bring the orders from customer to paid invoice, reading the states first as a flow does."""
    settled = records.client.dialect.settled_payment_states
    partners = records.ensure("res.partner", [Row(f"res_partner_{n}", {"name": f"Buyer {n}"}) for n in numbers])
    rows = [order_row(shop, records, n, partners.ids[f"res_partner_{n}"]) for n in numbers]
    orders = records.ensure("sale.order", rows)
    assert not partners.errors
    assert not orders.errors
    fields = ["name", "state", "order_line", "partner_id", "amount_total"]
    by_id = {row["id"]: row for row in records.read("sale.order", orders.ids.values(), fields)}
    drafts = [odoo_id for odoo_id, row in by_id.items() if row["state"] == "draft"]
    assert not confirm_orders(records, drafts).errors
    assert not restore_order_dates(records, dict.fromkeys(drafts, PLACED))
    bills = [invoice_row(shop, records, n, by_id[orders.ids[f"sale_order_{n}"]]) for n in numbers]
    invoices = ensure_invoices(records, bills)
    assert not invoices.errors
    moves = records.read("account.move", invoices.ids.values(), ["state", "payment_state", "amount_total"])
    assert not post_invoices(records, [m["id"] for m in moves if m["state"] == "draft"]).errors
    unpaid = tuple(m["id"] for m in moves if m["payment_state"] not in settled)
    if unpaid:
        group = PaymentGroup(shop.journals["Stripe"], date(2026, 3, 5), unpaid)
        assert not register_payments(records, [group]).errors
    return {"orders": orders.ids, "invoices": invoices.ids, "paid": unpaid}


def test_a_batch_goes_from_order_to_cash_and_a_repeat_doubles_nothing(records: Records, shop: Shop) -> None:
    numbers = range(1, 11)
    before = records.client.calls
    first = run_chain(records, shop, numbers)
    calls = records.client.calls - before
    second = run_chain(records, shop, numbers)

    assert calls <= 12
    assert (second["orders"], second["invoices"], second["paid"]) == (first["orders"], first["invoices"], ())
    references = [f"{records.namespace}-{n}" for n in numbers]
    orders = records.search_read(
        "sale.order",
        [("client_order_ref", "in", references)],
        ["state", "date_order", "order_line", "invoice_status", "amount_total", "invoice_ids"],
    )
    assert len(orders) == len(numbers)
    assert {order["state"] for order in orders} == {"sale"}
    assert {order["date_order"] for order in orders} == {"2026-03-04 09:30:00"}
    assert {len(order["order_line"]) for order in orders} == {2}
    assert {order["invoice_status"] for order in orders} == {"invoiced"}
    assert {round(order["amount_total"], 2) for order in orders} == {Decimal("29.98")} or {
        round(order["amount_total"], 2) for order in orders
    } == {29.98}
    moves = records.read("account.move", first["invoices"].values(), ["state", "payment_state", "amount_residual"])
    assert {move["state"] for move in moves} == {"posted"}
    assert {move["payment_state"] for move in moves} <= set(records.client.dialect.settled_payment_states)
    assert sorted(i for order in orders for i in order["invoice_ids"]) == sorted(first["invoices"].values())
    payments = find_payments(records, first["invoices"].values())
    assert {len(found) for found in payments.values()} == {1}
    assert len({found[0] for found in payments.values()}) == len(numbers)
    rows = records.read("account.payment", [found[0] for found in payments.values()], ["amount", "date"])
    assert {row["date"] for row in rows} == {"2026-03-05"}


def test_orders_done_twice_at_once_are_done_once(records: Records, shop: Shop) -> None:
    partner = records.ensure("res.partner", [Row("res_partner_1", {"name": "Twice"})]).ids["res_partner_1"]
    ids = list(records.ensure("sale.order", [order_row(shop, records, n, partner) for n in range(4)]).ids.values())
    with ThreadPoolExecutor(2) as pool:
        results = [future.result() for future in [pool.submit(confirm_orders, records, ids) for _ in range(2)]]
    assert [sorted(result.done) for result in results] == [sorted(ids), sorted(ids)]
    assert {row["state"] for row in records.read("sale.order", ids, ["state"])} == {"sale"}
    moves = records.search_read("stock.picking", [("sale_id", "in", ids)], ["sale_id"])
    assert sorted(move["sale_id"] for move in moves) == sorted(ids)


def test_one_bad_order_does_not_hold_up_the_confirmation_of_the_others(records: Records, shop: Shop) -> None:
    partner = records.ensure("res.partner", [Row("res_partner_1", {"name": "Mixed"})]).ids["res_partner_1"]
    ids = list(records.ensure("sale.order", [order_row(shop, records, n, partner) for n in range(5)]).ids.values())
    records.action("sale.order", "action_cancel", [ids[2]], context=records.client.dialect.order_cancel_context)
    result = confirm_orders(records, ids)
    assert sorted(result.done) == sorted(set(ids) - {ids[2]})
    assert list(result.errors) == [ids[2]]
    assert isinstance(result.errors[ids[2]], DataError)


def test_one_bad_invoice_does_not_hold_up_posting_or_paying(records: Records, shop: Shop) -> None:
    rows = [
        Row(
            f"account_move_{n}",
            {"move_type": "out_invoice", "partner_id/.id": 1, "invoice_date": PLACED.date()},
            {"invoice_line_ids": [{"name": "x", "quantity": 1, "price_unit": 10, "tax_ids/.id": ""}] if n else []},
        )
        for n in range(4)
    ]
    ids = ensure_invoices(records, rows).ids
    empty = ids["account_move_0"]
    posted = post_invoices(records, ids.values())
    assert list(posted.errors) == [empty]
    group = PaymentGroup(shop.journals["Bank"], PLACED.date(), tuple(ids.values()))
    paid = register_payments(records, [group])
    assert list(paid.errors) == [empty]
    assert sorted(paid.done) == sorted(set(ids.values()) - {empty})


def plain_invoices(records: Records, count: int, **header: Any) -> list[int]:
    """Create draft invoices of one untaxed line each."""
    vals = {"move_type": "out_invoice", "partner_id/.id": 1, "invoice_date": PLACED.date(), **header}
    line = {"name": "x", "quantity": 1, "price_unit": 10, "tax_ids/.id": ""}
    rows = [Row(f"account_move_{n}", vals, {"invoice_line_ids": [line]}) for n in range(count)]
    return list(ensure_invoices(records, rows).ids.values())


def test_on_14_a_draft_whose_number_was_taken_gets_the_next_one(odoo14: Endpoint) -> None:
    with connect(odoo14) as client:
        records = Records(client, user_companies(client)[0][0], namespace=f"woodoo_number_{next(_namespaces)}")
        first, second, third = plain_invoices(records, 3, invoice_date=date(2025, 7, 1))
        assert not post_invoices(records, [first]).errors
        [taken] = records.read("account.move", [first], ["name"])
        records.write("account.move", [second], {"name": taken["name"]})
        result = post_invoices(records, [second, third])
        assert sorted(result.done) == [second, third]
        moves = records.read("account.move", [first, second, third], ["name", "state"])
        assert {move["state"] for move in moves} == {"posted"}
        assert len({move["name"] for move in moves}) == 3


def test_workers_with_orders_of_their_own_do_not_hinder_each_other(records: Records, shop: Shop) -> None:
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(run_chain, records, shop, range(n, n + 4)) for n in (100, 200, 300)]
        made = [odoo_id for run in runs for odoo_id in run.result()["invoices"].values()]
    moves = records.read("account.move", made, ["name", "payment_state"])
    assert len({move["name"] for move in moves}) == 12
    assert {move["payment_state"] for move in moves} <= set(records.client.dialect.settled_payment_states)


def test_one_invoice_that_cannot_be_created_does_not_hold_up_the_others(records: Records, shop: Shop) -> None:
    line = {"name": "x", "product_id/.id": shop.products["CLIENT-TEST"], "quantity": 1, "price_unit": 10}
    header = {"move_type": "out_invoice", "partner_id/.id": 1, "invoice_date": PLACED.date()}
    sales, bank = (
        records.search("account.journal", [("type", "=", kind), ("company_id", "=", records.company_id)], limit=1)[0]
        for kind in ("sale", "bank")
    )
    rows = [
        Row(
            f"account_move_{n}",
            {**header, "journal_id/.id": bank if n == 2 else sales},
            {"invoice_line_ids": [{**line, "tax_ids/.id": ""}]},
        )
        for n in range(5)
    ]
    result = ensure_invoices(records, rows)
    assert set(result.errors) == {"account_move_2"}
    assert len(result.ids) == 4


def test_paying_what_is_paid_pays_nothing_twice(records: Records, shop: Shop) -> None:
    chain = run_chain(records, shop, range(1, 3))
    group = PaymentGroup(shop.journals["Stripe"], PLACED.date(), tuple(chain["invoices"].values()))
    again = register_payments(records, [group])
    assert again.errors == {}
    payments = find_payments(records, chain["invoices"].values())
    assert {len(found) for found in payments.values()} == {1}


@pytest.mark.parametrize("move_type", ["out_invoice", "out_refund"])
def test_taxes_of_a_draft_come_to_the_cent_that_is_asked_for(records: Records, shop: Shop, move_type: str) -> None:
    tax = shop.taxes[TAX_21]
    lines = [{"name": n, "quantity": 1, "price_unit": p, "tax_ids/.id": tax} for n, p in (("a", 24.79), ("b", 4.13))]
    header = {"move_type": move_type, "partner_id/.id": 1, "invoice_date": PLACED.date()}
    rows = [Row(f"account_move_{n}", header, {"invoice_line_ids": lines}) for n in range(2)]
    ids = list(ensure_invoices(records, rows).ids.values())
    wanted = {ids[0]: Wanted({tax: Decimal("6.10")}), ids[1]: Wanted({tax: Decimal("6.05")})}
    assert override_taxes(records, wanted, credit_notes=move_type == "out_refund") == {}
    assert not post_invoices(records, ids).errors
    moves = records.read("account.move", ids, ["amount_untaxed", "amount_tax", "amount_total", "state"])
    amounts = [
        (m["state"], round(m["amount_untaxed"], 2), round(m["amount_tax"], 2), round(m["amount_total"], 2))
        for m in moves
    ]
    assert amounts == [("posted", 28.92, 6.10, 35.02), ("posted", 28.92, 6.05, 34.97)]


def test_an_answer_xmlrpc_cannot_carry_is_work_that_was_done(odoo14: Endpoint) -> None:
    with connect(odoo14, protocol="xmlrpc") as client:
        records = Records(client, user_companies(client)[0][0], namespace=f"woodoo_lost_{next(_namespaces)}")
        ids = plain_invoices(records, 1)
        with pytest.raises(ResultLost):
            client.call("account.move", "action_post", ids=ids)
        assert records.read("account.move", ids, ["state"])[0]["state"] == "posted"
        assert not issubclass(ResultLost, Conflict)
