"""Orders: made, changed, paid, refunded; what stock and time do meanwhile."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from .store_target import Target


@pytest.fixture
def goods(shop: Target) -> dict[str, Any]:
    """A product of which ten are in stock, untaxed so that amounts are plain."""
    return shop.product("4.00", manage_stock=True, stock_quantity=10, tax_status="none")


def _stock(shop: Target, product: dict[str, Any]) -> int:
    return int(shop.get(f"products/{product['id']}")["stock_quantity"])


def _meta(line: dict[str, Any]) -> dict[str, Any]:
    return {entry["key"]: entry["value"] for entry in line["meta_data"]}


@pytest.mark.parametrize(
    ("status", "method", "taken", "paid"),
    [
        ("pending", "stripe", 0, False),
        ("processing", "stripe", 3, True),
        ("processing", "cod", 3, False),
        ("completed", "cod", 3, True),
        ("on-hold", "bacs", 3, False),
        ("cancelled", "stripe", 0, False),
        ("failed", "stripe", 0, False),
    ],
)
def test_a_status_takes_stock_and_tells_when_it_was_paid(
    shop: Target, goods: dict[str, Any], status: str, method: str, taken: int, paid: bool
) -> None:
    order = shop.order({"product_id": goods["id"], "quantity": 3}, status=status, payment_method=method)
    assert (order["status"], _stock(shop, goods)) == (status, 10 - taken)
    assert (order["date_paid_gmt"] is not None) is paid
    assert _meta(order["line_items"][0]).get("_reduced_stock") == (str(taken) if taken else None)


def test_set_paid_pays_and_takes_stock(shop: Target, goods: dict[str, Any]) -> None:
    line = {"product_id": goods["id"], "quantity": 1}
    order = shop.order(line, set_paid=True, transaction_id="t1", payment_method="stripe")
    assert (order["status"], order["transaction_id"], _stock(shop, goods)) == ("processing", "t1", 9)


@pytest.mark.parametrize(
    ("status", "back"), [("cancelled", True), ("pending", True), ("failed", False), ("refunded", False)]
)
def test_what_gives_stock_back(shop: Target, goods: dict[str, Any], status: str, back: bool) -> None:
    order = shop.order({"product_id": goods["id"], "quantity": 3}, status="processing", payment_method="stripe")
    shop.put(f"orders/{order['id']}", {"status": status})
    assert _stock(shop, goods) == (10 if back else 7)


def test_more_than_there_is_can_be_ordered(shop: Target, goods: dict[str, Any]) -> None:
    shop.order({"product_id": goods["id"], "quantity": 14}, status="processing")
    assert _stock(shop, goods) == -4


def test_a_line_of_something_unknown_is_empty(shop: Target) -> None:
    order = shop.order({"product_id": 99999999, "quantity": 1}, {"sku": shop.sku("none"), "quantity": 2})
    assert [(i["product_id"], i["sku"], i["name"], i["quantity"]) for i in order["line_items"]] == [
        (0, None, "", 1),
        (0, None, "", 2),
    ]
    assert order["total"] == "0.00"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (
            {"line_items": [{"name": "thing", "quantity": 1, "total": "3"}]},
            "woocommerce_rest_required_product_reference",
        ),
        ({"customer_id": 99999999}, "woocommerce_rest_invalid_customer_id"),
        ({"coupon_lines": [{"code": "no-such-code"}]}, "woocommerce_rest_invalid_coupon"),
        ({"status": "sold"}, "rest_invalid_param"),
        ({"line_items": [{"product_id": 1, "quantity": 1.5}]}, "rest_invalid_param"),
    ],
)
def test_what_an_order_may_not_say(shop: Target, body: dict[str, Any], error: str) -> None:
    answer = shop.call("POST", "orders", body)
    if draft := answer.body["data"].get("new_draft_order_id"):
        shop.made.append(f"orders/{draft}")
    assert answer.error == (400, error)


@pytest.mark.parametrize(
    ("sent", "subtotal", "total"),
    [
        ({}, "8.00", "8.00"),
        ({"total": "3.00"}, "8.00", "3.00"),
        ({"total": "30.00"}, "30.00", "30.00"),
        ({"subtotal": "20.00", "total": "15.00"}, "20.00", "15.00"),
    ],
)
def test_amounts_of_a_line(
    shop: Target, goods: dict[str, Any], sent: dict[str, str], subtotal: str, total: str
) -> None:
    order = shop.order({"product_id": goods["id"], "quantity": 2, **sent})
    line = order["line_items"][0]
    assert (line["subtotal"], line["total"], order["total"]) == (subtotal, total, total)
    assert line["price"] == float(Decimal(total) / 2)


def test_a_changed_quantity_moves_stock_but_not_money(shop: Target, goods: dict[str, Any]) -> None:
    order = shop.order({"product_id": goods["id"], "quantity": 3}, status="processing")
    line = {"id": order["line_items"][0]["id"], "quantity": 1}
    changed = shop.put(f"orders/{order['id']}", {"line_items": [line]})
    assert (changed["total"], _stock(shop, goods)) == ("12.00", 9)
    assert _meta(changed["line_items"][0])["_reduced_stock"] == "1"


def test_a_line_added_to_an_order_in_work_takes_stock_and_is_noted_by_its_author(
    shop: Target, goods: dict[str, Any]
) -> None:
    order = shop.order(status="processing")
    changed = shop.put(f"orders/{order['id']}", {"line_items": [{"product_id": goods["id"], "quantity": 2}]})
    assert (_meta(changed["line_items"][0])["_reduced_stock"], _stock(shop, goods)) == ("2", 8)
    notes = {note["note"]: note["author"] for note in shop.get(f"orders/{order['id']}/notes")}
    assert notes[f"Adjusted stock: {goods['name']} (10&rarr;8)"] != "WooCommerce"


def test_taking_the_coupons_away_gives_back_what_they_took(shop: Target, goods: dict[str, Any]) -> None:
    coupon = shop.make("coupons", {"code": shop.sku("C"), "discount_type": "percent", "amount": "10"})
    line = {"product_id": goods["id"], "quantity": 2}
    order = shop.order(line, status="processing", coupon_lines=[{"code": coupon["code"]}])
    assert (order["total"], order["discount_total"]) == ("7.20", "0.80")
    changed = shop.put(f"orders/{order['id']}", {"coupon_lines": []})
    assert (changed["total"], changed["discount_total"], changed["coupon_lines"]) == ("8.00", "0.00", [])


def test_lines_are_added_without_and_removed_by_their_id(shop: Target, goods: dict[str, Any]) -> None:
    order = shop.order({"product_id": goods["id"], "quantity": 1})
    added = shop.put(f"orders/{order['id']}", {"line_items": [{"product_id": goods["id"], "quantity": 2}]})
    assert [line["quantity"] for line in added["line_items"]] == [1, 2]
    first = {"id": added["line_items"][0]["id"], "product_id": None}
    left = shop.put(f"orders/{order['id']}", {"line_items": [first]})
    assert ([line["quantity"] for line in left["line_items"]], left["total"]) == ([2], "8.00")


def test_meta_data_is_kept_by_key(shop: Target) -> None:
    order = shop.order(meta_data=[{"key": "n", "value": 5}, {"key": "o", "value": {"a": True}}])
    changed = shop.put(f"orders/{order['id']}", {"meta_data": [{"key": "n", "value": 6}]})
    found = {e["key"]: e["value"] for e in changed["meta_data"] if e["key"] in ("n", "o")}
    assert found == {"n": "6", "o": {"a": True}}


@pytest.mark.parametrize(
    ("sent", "value", "displayed"),
    [
        ("Ana\nLuis", "Ana\nLuis", "Ana Luis"),
        ("a\r\n\r\nb", "a\r\n\r\nb", "a b"),
        ("<b>x</b> & y", "<b>x</b> & y", "x &amp; y"),
        ("<p>Roses<br />\nred</p>", "<p>Roses<br />\nred</p>", "Roses red"),
        ("R&D &amp; more", "R&D &amp; more", "R&amp;D &amp; more"),
        ("<3 you", "<3 you", "&lt;3 you"),
        ("100%25 wool 50%", "100% wool 50%", "100% wool 50%"),
        ("  two  blanks\t", "  two  blanks\t", "two blanks"),
        (2.5, "2.5", "2.5"),
        ({"a": 1}, {"a": 1}, {"a": 1}),
    ],
)
def test_what_buyers_wrote_is_displayed_in_one_line(
    shop: Target, goods: dict[str, Any], sent: Any, value: Any, displayed: Any
) -> None:
    meta = [{"key": "Words", "value": sent}, {"key": "_internal", "value": "<i>\nx</i> y"}]
    order = shop.order({"product_id": goods["id"], "quantity": 1, "meta_data": meta})
    words, internal = order["line_items"][0]["meta_data"]
    assert (words["value"], words["display_value"], words["display_key"]) == (value, displayed, "Words")
    assert (internal["value"], internal["display_value"]) == ("<i>\nx</i> y", "x y")


def test_a_post_sent_twice_makes_two_orders(shop: Target, goods: dict[str, Any]) -> None:
    line = {"product_id": goods["id"], "quantity": 1}
    assert shop.order(line)["id"] != shop.order(line)["id"]


def test_trash_hides_an_order_from_lists_only(shop: Target) -> None:
    order = shop.order()
    path = f"orders/{order['id']}"
    assert shop.call("DELETE", path).body["status"] == "pending"
    assert shop.get(path)["status"] == "trash"
    assert shop.get("orders", include=order["id"]) == []
    assert [row["id"] for row in shop.get("orders", include=order["id"], status="trash")] == [order["id"]]
    assert shop.call("DELETE", path).error == (410, "woocommerce_rest_already_trashed")


def test_drafts_are_in_the_list(shop: Target) -> None:
    order = shop.order(status="checkout-draft")
    assert [row["status"] for row in shop.get("orders", include=order["id"])] == ["checkout-draft"]


def test_a_batch_of_orders_names_what_failed(shop: Target) -> None:
    order = shop.order()
    jobs = [{"id": order["id"], "meta_data": [{"key": "k", "value": "v"}]}, {"id": 99999999, "status": "completed"}]
    answer = shop.call("POST", "orders/batch", {"update": jobs})
    good, bad = answer.body["update"]
    assert good["id"] == order["id"]
    assert bad["error"]["code"] == "woocommerce_rest_shop_order_invalid_id"


def test_notes_do_not_move_the_order(shop: Target) -> None:
    order = shop.order()
    note = shop.call("POST", f"orders/{order['id']}/notes", {"note": "packed"})
    assert (note.status, note.body["note"], note.body["customer_note"]) == (201, "packed", False)
    assert shop.get(f"orders/{order['id']}")["date_modified_gmt"] == order["date_modified_gmt"]
    assert "packed" in [n["note"] for n in shop.get(f"orders/{order['id']}/notes")]


# -- refunds --------------------------------------------------------------------------------------------------------


@pytest.fixture
def sold(shop: Target, goods: dict[str, Any]) -> dict[str, Any]:
    """An order of four pieces, 16.00 in all, paid."""
    return shop.order({"product_id": goods["id"], "quantity": 4}, status="completed", payment_method="bacs")


def _refund(shop: Target, order: dict[str, Any], **body: Any) -> Any:
    return shop.call("POST", f"orders/{order['id']}/refunds", {"api_refund": False, **body})


@pytest.mark.parametrize(
    ("quantity", "more", "amount", "status", "stock", "kind"),
    [
        (1, {}, "4.00", "completed", 7, "partial"),
        (4, {}, "16.00", "refunded", 10, "full"),
        (1, {"api_restock": False}, "4.00", "completed", 6, "partial"),
        (1, {"amount": "5.50"}, "5.50", "completed", 7, "partial"),
    ],
)
def test_a_refund_by_line(
    shop: Target,
    goods: dict[str, Any],
    sold: dict[str, Any],
    quantity: int,
    more: dict[str, Any],
    amount: str,
    status: str,
    stock: int,
    kind: str,
) -> None:
    line = {"id": sold["line_items"][0]["id"], "quantity": quantity, "refund_total": 4.0 * quantity}
    made = _refund(shop, sold, line_items=[line], **more)
    assert (made.status, made.body["amount"]) == (201, amount)
    item = made.body["line_items"][0]
    assert (item["quantity"], item["total"], item["price"]) == (-quantity, f"-{4 * quantity}.00", 4)
    assert _meta(item)["_refunded_item_id"] == str(line["id"])
    assert _meta(made.body)["_refund_type"] == kind
    order = shop.get(f"orders/{sold['id']}")
    assert (order["status"], order["total"], _stock(shop, goods)) == (status, "16.00", stock)
    assert order["refunds"] == [{"id": made.body["id"], "reason": "", "total": f"-{amount}"}]


@pytest.mark.parametrize(("body", "amount"), [({"amount": "5"}, "5.00"), ({}, "0.00"), ({"amount": "0"}, "0.00")])
def test_a_refund_of_an_amount_has_no_lines_and_moves_no_stock(
    shop: Target, goods: dict[str, Any], sold: dict[str, Any], body: dict[str, str], amount: str
) -> None:
    made = _refund(shop, sold, **body)
    assert (made.status, made.body["amount"], made.body["line_items"]) == (201, amount, [])
    assert _stock(shop, goods) == 6


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"amount": "9999"}, "Invalid refund amount."),
        ({"amount": "1", "api_refund": True}, "The payment gateway for this order does not support automatic refunds."),
    ],
)
def test_refunds_that_are_refused(shop: Target, sold: dict[str, Any], body: dict[str, Any], message: str) -> None:
    made = _refund(shop, sold, **body)
    assert made.error == (500, "woocommerce_rest_cannot_create_order_refund")
    assert (made.body["message"], made.body["data"]) == (message, 500)
    assert shop.get(f"orders/{sold['id']}")["refunds"] == []


def test_the_status_refunded_makes_a_refund_without_lines(
    shop: Target, goods: dict[str, Any], sold: dict[str, Any]
) -> None:
    shop.put(f"orders/{sold['id']}", {"status": "refunded"})
    (made,) = shop.get(f"orders/{sold['id']}/refunds")
    assert (made["amount"], made["reason"], made["line_items"]) == ("16.00", "Order fully refunded.", [])
    assert _stock(shop, goods) == 6


def test_the_list_of_all_refunds_names_their_orders(shop: Target, sold: dict[str, Any]) -> None:
    made = _refund(shop, sold, amount="1.00").body
    rows = {row["id"]: row["parent_id"] for row in shop.get("refunds", per_page=20)}
    assert rows[made["id"]] == sold["id"]


def test_a_deleted_refund_leaves_the_orders_time(shop: Target, sold: dict[str, Any]) -> None:
    made = _refund(shop, sold, amount="1.00").body
    before = shop.get(f"orders/{sold['id']}")["date_modified_gmt"]
    assert shop.call("DELETE", f"orders/{sold['id']}/refunds/{made['id']}", force="true").status == 200
    order = shop.get(f"orders/{sold['id']}")
    assert (order["refunds"], order["date_modified_gmt"]) == ([], before)
