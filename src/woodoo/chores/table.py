"""The chores, one row each: what is done, how often, and which sides it has to reach."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..connections.settings import ConnectionSettings
from ..engine.registry import Chore
from ..flows.table import FLOWS
from ..live import Live
from .accounts import EVERY as ACCOUNTS_EVERY
from .accounts import walk_accounts, wants_walk
from .carriers import follow_carriers, wants_carriers
from .census import count_orders
from .contacts import look_at_contacts, wants_contacts
from .contents import compare_contents
from .customers import look_for_deleted_customers
from .odoo_changes import follow_odoo
from .odoo_records import EVERY as RECORDS_EVERY
from .odoo_records import look_after_records
from .poll import poll_orders
from .prices import NAME as PRICES
from .prices import follow_prices
from .prices import seconds as price_seconds
from .products import COMPARE as PRODUCTS_COMPARE
from .products import NAME as PRODUCTS
from .products import compare_products, follow_products
from .products import compare_seconds as products_compare_seconds
from .products import seconds as products_seconds
from .refund_news import NAME as REFUND_NEWS
from .refund_news import follow_credits
from .refund_news import seconds as refund_seconds
from .stock import COMPARE as STOCK_COMPARE
from .stock import NAME as STOCK
from .stock import follow_stock
from .stock import seconds as stock_seconds
from .stock_back import NAME as STOCK_BACK
from .stock_back import look_back
from .stock_back import seconds as back_seconds
from .stock_compare import compare_all
from .stock_compare import seconds as compare_seconds
from .store_products import count_products, poll_products
from .taken_products import NAME as TAKEN
from .taken_products import follow_taken_products
from .taken_products import seconds as taken_seconds
from .webhooks import EVERY as WEBHOOKS_EVERY
from .webhooks import look_after_webhooks

STORE, ODOO = frozenset({"store"}), frozenset({"odoo"})


def _with_products(settings: ConnectionSettings) -> bool:
    return FLOWS["product"].wanted(settings)


@dataclass(frozen=True)
class ChoreRow:
    """One chore."""

    name: str
    #: As a person calls it.
    title: str
    #: Between the beginnings of two; None: it is switched off.
    seconds: Callable[[ConnectionSettings], float | None]
    #: Does a bounded piece of it and returns what it found, as JSON, for the screen.
    run: Callable[[Live], Mapping[str, Any]]
    sides: frozenset[str]


CHORES: Mapping[str, ChoreRow] = {
    row.name: row
    for row in (
        ChoreRow(
            "poll",
            "Ask the store what changed",
            lambda s: s.poll_seconds if s.take_orders else None,
            poll_orders,
            STORE,
        ),
        ChoreRow(
            "contents",
            "Read recent and open orders again",
            lambda s: s.contents_seconds if s.take_orders else None,
            compare_contents,
            STORE,
        ),
        ChoreRow(
            "census",
            "Count the orders of the store",
            lambda s: min(60.0, s.census_seconds) if s.take_orders else None,
            count_orders,
            STORE,
        ),
        ChoreRow(
            "customers",
            "Look for deleted customer accounts",
            lambda s: min(300.0, s.census_seconds),
            look_for_deleted_customers,
            STORE,
        ),
        ChoreRow(
            "store_products",
            "Ask the store which products changed",
            lambda s: s.poll_seconds if _with_products(s) else None,
            poll_products,
            STORE,
        ),
        ChoreRow(
            "product_ids",
            "Look for products deleted in the store",
            lambda s: min(300.0, s.census_seconds) if _with_products(s) else None,
            count_products,
            STORE,
        ),
        ChoreRow(TAKEN, "Look for changes in Odoo of what the store owns", taken_seconds, follow_taken_products, ODOO),
        ChoreRow("odoo", "Ask Odoo what changed", lambda settings: settings.odoo_poll_seconds, follow_odoo, ODOO),
        ChoreRow(
            "odoo_records",
            "Look for what was deleted in Odoo",
            lambda settings: RECORDS_EVERY,
            look_after_records,
            ODOO,
        ),
        ChoreRow(STOCK, "Ask Odoo what moved in its stock", stock_seconds, follow_stock, ODOO),
        ChoreRow(STOCK_BACK, "Look back at ten minutes of Odoo's stock", back_seconds, look_back, ODOO),
        ChoreRow(STOCK_COMPARE, "Compare all stock figures", compare_seconds, compare_all, STORE | ODOO),
        ChoreRow(PRODUCTS, "Ask Odoo which products changed", products_seconds, follow_products, ODOO),
        ChoreRow(PRICES, "Look which prices are others now", price_seconds, follow_prices, ODOO),
        ChoreRow(
            PRODUCTS_COMPARE, "Compare products with the store", products_compare_seconds, compare_products, frozenset()
        ),
        ChoreRow(REFUND_NEWS, "Ask Odoo which credit notes people made", refund_seconds, follow_credits, ODOO),
        ChoreRow(
            "accounts",
            "Look through the customer accounts",
            lambda s: min(ACCOUNTS_EVERY, s.accounts_seconds) if wants_walk(s) else None,
            walk_accounts,
            STORE,
        ),
        ChoreRow(
            "contacts",
            "Ask Odoo which customers changed",
            lambda s: s.odoo_poll_seconds if wants_contacts(s) else None,
            look_at_contacts,
            ODOO,
        ),
        ChoreRow(
            "carriers",
            "Ask Odoo which delivery methods changed",
            lambda s: s.odoo_poll_seconds if wants_carriers(s) else None,
            follow_carriers,
            ODOO,
        ),
        ChoreRow("webhooks", "Look after the webhooks", lambda settings: WEBHOOKS_EVERY, look_after_webhooks, STORE),
    )
}


def chores_of(live: Live) -> tuple[Chore, ...]:
    """Return the chores of a connection, as the engine knows them."""
    return tuple(
        Chore(row.name, seconds, lambda connection_id, row=row: row.run(live), row.sides, row.title)  # type: ignore[misc]
        for row in CHORES.values()
        if (seconds := row.seconds(live.settings)) is not None
    )
