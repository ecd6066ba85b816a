"""The steps of a test run, one function each: it does one thing, looks, and says what it saw.

Decides what counts as well: amounts to the cent, each document once, and a status or a figure that has really arrived
on the other side. What a step raises is told at the step.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..domain.calls import NullRecorder
from ..domain.errors import DataError, WoodooError
from ..domain.money import round_money
from ..domain.new_refund import NewRefund
from ..domain.order import Order
from ..domain.refund import RefundLine
from ..engine.flow import OutcomeKind
from ..engine.models import Chore, Event
from ..flows.products import sync_products
from ..flows.table import FLOWS
from ..odoo.changing import cancel_orders
from ..odoo.deliveries import deliver_orders
from ..stores.trials import TrialOrder
from .bench import Bench

#: What the test product costs, and how many are ordered first and in the end.
PRICE, FIRST, THEN = Decimal("12.10"), 1, 3
#: Seconds within which a webhook is expected.
HOOK_SECONDS = 30.0


@dataclass(frozen=True)
class Said:
    """What a step saw. Not well: it works, but somebody should look at it."""

    seen: str
    well: bool = True
    fix: str = ""


def both_answer(bench: Bench) -> Said:
    """Ask both sides who they are."""
    shop = bench.store.identify()
    company = bench.odoo.search_read("res.company", [("id", "=", bench.odoo.company_id)], ["name"])
    name = company[0]["name"] if company else bench.live.connection.odoo_database
    return Said(f"WooCommerce {shop.version} at {shop.url}, and Odoo {bench.odoo.client.server_version} ({name}).")


def make_product(bench: Bench) -> Said:
    """Make a product nobody sees in the store, and have its match in Odoo as the settings say."""
    settings = bench.live.settings
    bench.product_id = bench.shop.make_product(bench.mark, PRICE, with_stock=settings.send_stock)
    bench.note("product", bench.product_id)
    if settings.create_odoo_products:
        bench.settle("product", bench.product_id)
        bench.odoo_product_id = _odoo_product(bench)
        return Said(f"Product {bench.product_id} of the store became product {bench.odoo_product_id} of Odoo.")
    dialect = bench.odoo.client.dialect
    goods = settings.send_stock or (settings.send_fulfilment and bench.trial.books)
    kind = dialect.product_storable if goods else dialect.product_service
    vals = {"name": bench.mark.name, "list_price": float(PRICE), "default_code": bench.mark.sku, **kind}
    if settings.sku_field != "default_code":
        vals[settings.sku_field] = bench.mark.sku
    (bench.odoo_product_id,) = bench.odoo.create("product.product", [vals])
    both = f"Product {bench.product_id} of the store and product {bench.odoo_product_id} of Odoo"
    return Said(f"{both}, both with the SKU {bench.mark.sku}.")


def _odoo_product(bench: Bench) -> int:
    field = bench.live.settings.sku_field
    found = bench.odoo.search("product.product", [(field, "=", bench.mark.sku)])
    if len(found) != 1:
        raise DataError(
            f"Odoo has {len(found)} products with the SKU {bench.mark.sku}, not one.",
            where=f"product.product -> {field}",
            fix="See the journey of the product.",
        )
    return found[0]


def place_order(bench: Bench) -> Said:
    """Place an order that waits for its payment, for a customer of its own."""
    settings = bench.live.settings
    method = next(iter(settings.journal_map), "")
    if not method and bench.trial.books:
        method = next((one.key for one in bench.store.payment_methods()), "")
    shipping = next(iter(settings.shipping_map), "")
    if not shipping and (settings.shipping_product_id or settings.default_carrier_id):
        shipping = "flat_rate"
    bench.order_id = bench.shop.make_order(bench.mark, TrialOrder(bench.product_id, FIRST, method, shipping))
    bench.ordered_at = time.monotonic()
    for flow in ("order", "refund", "fulfil"):
        bench.note(flow, bench.order_id)
    order = bench.order()
    tax = _money(order, order.total_tax)
    return Said(f"{order.label} over {_money(order, order.total)}, of which {tax} tax, status {order.status}.")


def plan_it(bench: Bench) -> Said:
    """See what Woodoo would do, writing nothing."""
    planned = FLOWS["order"].plan(bench.context(), [bench.order_id])
    for error in planned.failures.values():
        raise error
    plan = planned.shown()[bench.order_id]
    steps = ", ".join(step.do for step in plan.steps)
    return Said(f"{plan.summary}: {steps}." if steps else plan.summary)


def import_it(bench: Bench) -> Said:
    """Bring the order over as every order comes over."""
    return Said(bench.settle("order", bench.order_id).message)


def compare_totals(bench: Bench) -> Said:
    """Compare the order with what it became in Odoo, to the cent."""
    order = bench.order()
    _, document = bench.document()
    pairs = (
        ("net", order.total - order.total_tax, document["amount_untaxed"]),
        ("tax", order.total_tax, document["amount_tax"]),
        ("total", order.total, document["amount_total"]),
    )
    shown = []
    for name, store, odoo in pairs:
        here, there = (round_money(Decimal(str(one)), order.currency_digits) for one in (store, odoo))
        if here != there:
            raise DataError(
                f"The {name} is {here} {order.currency} in the store and {there} in Odoo ({document['name']}).",
                fix="Compare taxes and rounding of both sides; the journey of the order shows the arithmetic.",
            )
        shown.append(f"{name} {here}")
    return Said(f"{document['name']}: {', '.join(shown)} {order.currency} on both sides.")


def change_it(bench: Bench) -> Said:
    """Have more pieces ordered in the store, bring the change over, and compare again."""
    if bench.trial.books:
        return Said("Left as it is: its invoice is posted.")
    bench.shop.change_quantity(bench.mark, bench.order_id, THEN)
    bench.settle("order", bench.order_id)
    return Said(f"{THEN} pieces in place of {FIRST}. {compare_totals(bench).seen}")


def come_again(bench: Bench) -> Said:
    """Bring it over once more; nothing may be there twice."""
    message = bench.settle("order", bench.order_id).message
    partners = bench.partners()
    model, document = bench.document()
    found = bench.odoo.count(model, [("partner_id", "in", partners), *_INVOICES.get(model, ())])
    if found != 1:
        raise DataError(
            f"Odoo has {found} documents of the order, not one.",
            where=model,
            fix="Look whether another connection or another connector writes orders of this store to this Odoo.",
        )
    return Said(f"{document['name']} is there once. {message}")


_INVOICES: Mapping[str, tuple[Any, ...]] = {"account.move": (("move_type", "=", "out_invoice"),)}


def hear_the_webhook(bench: Bench) -> Said:
    """Wait for the webhook that tells of the order."""
    while not (event := _event(bench)):
        if time.monotonic() - bench.ordered_at > HOOK_SECONDS:
            return Said(
                f"No webhook came within {HOOK_SECONDS:.0f} seconds; the polls find orders all the same.",
                well=False,
                fix="Look at the part on webhooks of this page. Shops without visitors send their webhooks late: "
                "have WP-Cron run by a cron job.",
            )
        bench.go_on()
        time.sleep(0.5)
    return Said(f"The store's webhook {event.topic} arrived.")


def _event(bench: Bench) -> Event | None:
    lane, number = FLOWS["order"].lane, bench.live.connection.pk
    found = Event.objects.filter(connection_id=number, lane=lane, record=bench.order_id, source="webhook")
    return found.order_by("pk").first()


def has_webhooks(bench: Bench) -> bool:
    """Say whether the store has a webhook for orders that is on, by the last look after them."""
    row = Chore.objects.filter(connection_id=bench.live.connection.pk, name="webhooks").first()
    found = row.found.get("webhooks") or () if row else ()
    return any(
        str(one.get("topic", "")).startswith("order.")
        and (one.get("status") == "active" or one.get("do") in ("create", "activate"))
        for one in found
    )


def send_stock(bench: Bench) -> Said:
    """Send Odoo's figure of the test product, of which it has none."""
    message = bench.settle("update_stock", str(bench.odoo_product_id)).message
    stock = bench.live.sides(NullRecorder()).stock.read_stock([bench.product_id]).get(bench.product_id)
    if stock is None:
        raise DataError(f"Product {bench.product_id} is not in the store any more.", fix="Run the tests again.")
    return Said(f"{message} The store has {stock.quantity} now.")


def send_product(bench: Bench) -> Said:
    """Change the test product in Odoo, send it to the store, and see the change there."""
    template = bench.odoo.read("product.product", [bench.odoo_product_id], ["product_tmpl_id"])[0]["product_tmpl_id"]
    wanted = f"{bench.mark.name}, changed in Odoo"
    bench.odoo.write("product.template", [template], {"name": wanted})
    bench.note("products", str(template))
    outcome = sync_products(bench.live.sides(NullRecorder()), [str(template)], trial=bench.mark.sku)[str(template)]
    if outcome.kind is not OutcomeKind.DONE:
        raise DataError(outcome.message, where=outcome.where, fix=outcome.fix)
    there = bench.store.catalogue.fetch_products([bench.product_id]).found.get(bench.product_id)
    if there is None or there.name != wanted:
        raise DataError(
            f"The product is '{there.name if there else 'gone'}' in the store, not '{wanted}'. {outcome.message}",
            where=f"products/{bench.product_id} -> name",
            fix="See whether a plugin of the store changes products.",
        )
    return Said(f"Product {bench.product_id} is '{there.name}' in the store. {outcome.message}")


def tell_status(bench: Bench) -> Said:
    """Cancel the order in Odoo, or have its payment told, and see the status in the store."""
    settings = bench.live.settings
    if bench.trial.books:
        wanted = settings.paid_status
    else:
        bench.document()
        link = bench.links.find("order", [bench.order_id])[bench.order_id]
        for error in cancel_orders(bench.odoo, [link.odoo_id]).errors.values():
            raise error
        wanted = "cancelled"
    message = bench.settle("fulfil", bench.order_id).message
    status = bench.order().status
    if status != wanted:
        raise DataError(
            f"The order is '{status}' in the store, not '{wanted}'. {message}",
            where=f"orders/{bench.order_id} -> status",
            fix="See whether a plugin of the store changes the status of orders.",
        )
    return Said(f"The order is '{status}' in the store. {message}")


def deliver_it(bench: Bench) -> Said:
    """Deliver the order in Odoo, with a tracking number where there is a field for it, and see it in the store."""
    bench.document()
    sale_order = bench.links.find("order", [bench.order_id])[bench.order_id].odoo_id
    row = bench.odoo.read("sale.order", [sale_order], ["picking_ids"])[0]
    if not row["picking_ids"]:
        raise DataError("Odoo made no delivery of the order.", where="sale.order -> picking_ids")
    number = f"TEST-{bench.mark.token}".upper()
    tracked = bench.odoo.client.dialect.picking_carrier
    if tracked:
        bench.odoo.write("stock.picking", row["picking_ids"], {"carrier_tracking_ref": number})
    for error in deliver_orders(bench.odoo, [sale_order]).errors.values():
        raise error
    (delivery,) = bench.odoo.read("stock.picking", row["picking_ids"][:1], ["name"])
    message = bench.settle("fulfil", bench.order_id).message
    told, wanted = _told_of_it(bench), number if tracked else str(delivery["name"])
    if wanted not in told:
        raise DataError(
            f"The store has nothing of delivery {delivery['name']} ({wanted}). {message}",
            where=f"orders/{bench.order_id}",
            fix="See the journey of the order's deliveries.",
        )
    return Said(
        f"{delivery['name']} stands on the order in the store{f', with {number}' if tracked else ''}. {message}"
    )


def _told_of_it(bench: Bench) -> str:
    """Return what stands on the order in the store of its deliveries."""
    order, store = bench.order(), bench.store.fulfilments
    told = [*store.customer_notes(order.external_id), str(order.meta)]
    if bench.live.settings.store_fulfillments and store.available(order):
        told.append(str(store.read([order.external_id]).found.get(order.external_id, ())))
    return " ".join(told)


def refund_it(bench: Bench) -> Said:
    """Refund all of the order in the store, and see its credit note."""
    order = bench.order()
    lines = [
        RefundLine("product", "", one.external_id, one.name, one.quantity, one.total, one.total_tax, one.taxes)
        for one in order.lines
    ]
    lines += [
        RefundLine("shipping", "", one.external_id, one.title, Decimal(0), one.total, one.total_tax, one.taxes)
        for one in order.shipping_lines
    ]
    wanted = NewRefund(order.external_id, order.total, "Test run of Woodoo", f"test/{bench.mark.token}", tuple(lines))
    refund = bench.store.refunds.create(order, wanted)
    message = bench.settle("refund", order.external_id).message
    domain = [("partner_id", "in", bench.partners()), ("move_type", "=", "out_refund")]
    notes = bench.odoo.search_read("account.move", domain, ["name", "amount_total", "state"])
    total = round_money(order.total, order.currency_digits)
    amounts = [round_money(Decimal(str(note["amount_total"])), order.currency_digits) for note in notes]
    if amounts != [total]:
        raise DataError(
            f"Refund {refund.external_id} over {total} {order.currency} became credit notes over "
            f"{', '.join(map(str, amounts)) or 'nothing'}. {message}",
            where="account.move",
            fix="See the journey of the order's refunds.",
        )
    return Said(f"Refund {refund.external_id} became the credit note {notes[0]['name']} over {total} {order.currency}.")


def _money(order: Order, amount: Decimal) -> str:
    return f"{round_money(amount, order.currency_digits)} {order.currency}"


def error_said(error: Exception) -> tuple[str, str]:
    """Return what an error says, and what to do."""
    if isinstance(error, WoodooError):
        return error.message, error.fix
    return f"Woodoo made a mistake ({type(error).__name__}); the details are in the log.", ""
