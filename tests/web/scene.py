"""A small shop's life in the database: connections, orders in every state, and the calls made for them."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from woodoo.connections.models import Connection
from woodoo.domain.history import OrderRange
from woodoo.domain.search import FoundBy
from woodoo.engine import finding
from woodoo.engine.flow import Outcome, OutcomeKind
from woodoo.engine.models import Breaker, Call, Drift, Event, Import, Link, Run, Work

SECRETS = {
    "store_key": "ck_0f3b6d8e",
    "store_secret": "cs_71b2aa90",
    "odoo_key": "odoo-key-5512",
    "webhook_secret": "hook-secret-of-the-shop-0001",
}


def connection(name: str = "Shop NL", **fields: Any) -> Connection:
    """A connection with all its secrets."""
    given = {
        "store_url": "https://shop.example.com",
        "odoo_url": "https://example.odoo.com",
        "odoo_database": "example",
        "odoo_login": "woodoo@example.com",
        **SECRETS,
        **fields,
    }
    return Connection.objects.create(name=name, **given)


def work(to: Connection, record: str, state: str = "done", **fields: Any) -> Work:
    """One order on the to-do list."""
    moment = fields.pop("at", timezone.now())
    lease = {"lease_token": uuid.uuid4(), "lease_until": moment + timedelta(minutes=1)} if state == "running" else {}
    given = {"title": f"Order #{record}", "updated_at": moment, "created_at": moment - timedelta(minutes=1)}
    if state == "done":
        given["finished_at"] = moment
    given |= {"lane": "orders", "flow": "order", **lease, **fields}
    found_by = given.pop("found_by", FoundBy())
    made = Work.objects.create(connection_id=to.pk, record=record, state=state, **given)
    outcome = Outcome(OutcomeKind.DONE, title=made.title, found_by=found_by)
    finding.note(to.pk, made.lane, {made.pk: outcome})
    return made


def run(of: Work, outcome: str = "done", *, at: datetime | None = None, seconds: float = 1.4, **fields: Any) -> Run:
    """One attempt at it."""
    start = at or of.updated_at - timedelta(seconds=seconds)
    given = {"batch": uuid.uuid4(), "attempt": 1, "generation": 1, "message": of.message, "fix": of.fix}
    ended = start + timedelta(seconds=seconds) if outcome else None
    return Run.objects.create(work=of, outcome=outcome, started_at=start, ended_at=ended, **{**given, **fields})


def call(during: Run, summary: str, *, system: str = "odoo", **fields: Any) -> Call:
    """One remote call of an attempt, about its record alone."""
    given = {
        "batch": during.batch,
        "connection_id": during.work.connection_id,
        "records": [during.work.record],
        "status": "200",
        "started_at": during.started_at,
        "duration_ms": 84,
        "request": {"ids": [1]},
        "response": [{"id": 1, "name": "Ana García"}],
    }
    return Call.objects.create(system=system, summary=summary, **{**given, **fields})


def history(of: Connection, state: str = "listing", **fields: Any) -> Import:
    """An import of a year."""
    wanted = {"begin": None, "end": "2025-12-31T23:00:00+00:00", "first_id": None, "last_id": None, "statuses": []}
    given = {"title": "orders of 2025-01-01 to 2025-12-31", "total": 1240, "started_by": "ana", "wanted": wanted}
    given |= {"lane": "orders", "flow": "order"}
    return Import.objects.create(connection_id=of.pk, state=state, **{**given, **fields})


def catalogue(of: Connection, state: str = "listing", *, way: str = "send", **fields: Any) -> Import:
    """A whole catalogue on its way."""
    flow, lane, title = {
        "send": ("products", "catalogue", "products of Odoo"),
        "take": ("product", "products_in", "products of the store"),
    }[way]
    return history(
        of, state, **{"flow": flow, "lane": lane, "title": title, "wanted": OrderRange().to_json(), **fields}
    )


def drift(of: Connection, record: str = "7", **fields: Any) -> Drift:
    """A price somebody changed in the store although Odoo has the say."""
    given = {
        "title": "Product MUG",
        "group": "prices",
        "side": "store",
        "detail": "regular price: 12.50 in Odoo, 11.00 in the store",
    }
    return Drift.objects.create(connection_id=of.pk, lane="catalogue", record=record, **{**given, **fields})


def event(about: Work, topic: str = "order.updated", *, source: str = "webhook", at: datetime | None = None) -> Event:
    """News of the store about it."""
    return Event.objects.create(
        connection_id=about.connection_id,
        source=source,
        topic=topic,
        lane=about.lane,
        record=about.record,
        raw=b"{}",
        received_at=at or about.updated_at - timedelta(seconds=3),
    )


PLAN = {
    "title": "Order #1054",
    "summary": "Create, confirm, invoice and pay.",
    "currency": "EUR",
    "steps": [
        {
            "do": "Use the customer",
            "why": "one customer in Odoo has this e-mail address",
            "model": "res.partner",
            "detail": "Ana García Ruiz",
        },
        {
            "do": "Create the sales order",
            "why": "Odoo has none with its external id",
            "model": "sale.order",
            "detail": "3 lines, reference NL-1054, prices net, the store's tax amounts on the lines",
        },
        {"do": "Confirm the sales order", "why": "the order is 'processing'", "model": "sale.order", "detail": ""},
        {"do": "Create the invoice", "why": "the order is paid", "model": "account.move", "detail": "dated 2026-11-20"},
        {
            "do": "Post the invoice",
            "why": "its totals equal the store's to the cent",
            "model": "account.move",
            "detail": "",
        },
        {
            "do": "Register the payment in Stripe",
            "why": "'stripe' is mapped to Stripe",
            "model": "account.payment",
            "detail": "72.55 EUR on 2026-11-20, 'pi_3QH8'",
        },
    ],
    "totals": [
        {"name": "Untaxed", "store": "60.79", "odoo": "60.79", "equal": True},
        {"name": "IVA 21 %", "store": "9.14", "odoo": "9.14", "equal": True},
        {"name": "IVA 10 %", "store": "2.62", "odoo": "2.62", "equal": True},
        {"name": "Total", "store": "72.55", "odoo": "72.55", "equal": True},
    ],
    "notes": ["One cent of IVA 21 % is pinned on the line Camiseta, as the store rounded it."],
}
_UNKNOWN_SKU = (
    "Order #1054 failed to sync because product SKU TSHIRT-M-BLK was not found in Odoo product.product -> default_code."
)
_GIVE_SKU = "Give the product in Odoo this internal reference, then retry."


def busy_shop() -> Connection:
    """A shop on an ordinary day, with one order whose story is worth reading. Returns its connection."""
    now = timezone.now()
    nl = connection("Shop NL", store_url="https://shop.example.nl", odoo_url="https://example.odoo.com")
    es = connection(
        "Tienda España", store_url="https://tienda.example.es", odoo_url="https://odoo.example.es", odoo_database="prod"
    )
    Breaker.objects.create(
        connection_id=es.pk,
        failures=4,
        side="odoo",
        reason="https://odoo.example.es refused the connection.",
        since=now - timedelta(minutes=11),
        paused_until=now + timedelta(seconds=70),
    )
    for number in range(1030, 1053):
        work(nl, str(number), at=now - timedelta(minutes=3 * (1056 - number)), message=_done_message(number))
    for number in (871, 872, 873):
        work(es, str(number), "waiting", at=now - timedelta(minutes=10), message="Odoo does not answer.", attempts=0)
    work(nl, "1061", "ready", at=now - timedelta(seconds=2))
    work(nl, "1060", "running", at=now - timedelta(seconds=1))
    work(
        nl,
        "1059",
        "waiting",
        at=now - timedelta(seconds=40),
        attempts=2,
        due_at=now + timedelta(minutes=4),
        message="Order #1059 could not be posted: another user is changing the same record in Odoo.",
    )
    work(
        nl,
        "1058",
        "failed",
        at=now - timedelta(minutes=25),
        attempts=4,
        message="Order #1058 could not be invoiced: Odoo answered with an error of its own four times.",
        fix="Look at the last call below, mend what it names in Odoo, then retry.",
    )
    work(
        nl,
        "1057",
        "parked",
        at=now - timedelta(minutes=6),
        message="Order #1057 was paid with 'klarna', which is mapped to no journal.",
        fix="Map the payment method under Configuration → Payments; the order then goes on by itself.",
    )
    work(nl, "1056", "skipped", at=now - timedelta(minutes=9), message="Its status 'pending' is not brought over.")
    mended_order(nl, now - timedelta(minutes=4))
    return nl


def mended_order(nl: Connection, at: datetime) -> Work:
    """An order that was parked for an unknown SKU, mended by a person and then brought over."""
    order = work(nl, "1054", at=at, message="S00187, invoice INV/2026/00412 over 72.55 EUR, paid in Stripe", attempts=1)
    event(order, "order.created", at=at - timedelta(minutes=14))
    event(order, "order.updated", at=at - timedelta(minutes=13, seconds=59))
    event(order, "order.updated", at=at - timedelta(minutes=13, seconds=58))
    unequal = {**PLAN, "summary": "Cannot be planned yet.", "steps": [], "totals": [], "notes": []}
    first = run(
        order,
        "parked",
        at=at - timedelta(minutes=13, seconds=57),
        seconds=0.31,
        message=_UNKNOWN_SKU,
        fix=_GIVE_SKU,
        plan=unequal,
    )
    call(first, "GET orders?include=1054", system="store", duration_ms=142)
    call(first, "product.product search_read default_code in 3 SKUs", duration_ms=38)
    event(order, "", source="retry", at=at - timedelta(seconds=3))
    second = run(order, "done", at=at - timedelta(seconds=2), seconds=1.92, plan=PLAN, attempt=1)
    call(second, "GET orders?include=1054", system="store", duration_ms=137, response=_order_payload())
    call(second, "product.product search_read default_code in 3 SKUs", duration_ms=41)
    call(
        second,
        "sale.order load 1 row",
        duration_ms=388,
        request={
            "model": "sale.order",
            "method": "load",
            "fields": ["id", "partner_id/.id", "client_order_ref", "order_line/product_id/.id"],
            "data": [["woodoo_1.sale_order_1054", "41", "NL-1054", "17"]],
        },
        response={"ids": [187], "messages": []},
    )
    call(second, "sale.order action_confirm 1 record", duration_ms=212, records=[])
    call(second, "account.move load 1 row", duration_ms=301)
    call(second, "account.move action_post 1 record", duration_ms=264, records=[])
    call(second, "account.payment.register action_create_payments 1 record", duration_ms=402)
    for kind, model, number, name in (
        ("order", "sale.order", 187, "S00187"),
        ("invoice", "account.move", 412, "INV/2026/00412"),
        ("order", "res.partner", 41, "Ana García Ruiz"),
    ):
        Link.objects.create(
            connection_id=nl.pk, kind=kind, external_id="1054", odoo_model=model, odoo_id=number, odoo_name=name
        )
    # Records of other orders in the same batch.
    for number in ("1050", "1051", "1052"):
        other = Work.objects.get(connection_id=nl.pk, record=number) if number else order
        run(other, "done", at=second.started_at, batch=second.batch)
    return order


def _done_message(number: int) -> str:
    total = f"{20 + number % 7 * 13}.{number % 10}5"
    return f"S{number - 867:05d}, invoice INV/2026/{number - 642:05d} over {total} EUR, paid in Stripe"


def _order_payload() -> list[dict[str, Any]]:
    return [
        {
            "id": 1054,
            "number": "1054",
            "status": "processing",
            "currency": "EUR",
            "total": "72.55",
            "billing": {"first_name": "Ana", "last_name": "García Ruiz", "email": "ana@example.com"},
        }
    ]
