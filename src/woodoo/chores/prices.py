"""Rings for products whose price in the store is another one now: a rule of a pricelist was changed, begins or ends.

Decides which products that are: those the rule is about, as far as the store has them. Or, where prices go once a day,
all of them when their hour has come. A rule that was deleted leaves no trace, so then all are rung for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ..connections.prices import prices_due
from ..connections.settings import ConnectionSettings
from ..domain.calls import NullRecorder
from ..domain.ownership import Group, Owner
from ..domain.product import PRODUCT
from ..engine.cursors import get_cursor, set_cursor
from ..engine.links import Links
from ..engine.work import enqueue
from ..flows.price_book import RULE_FIELDS
from ..flows.steps.products_out.observe import TEMPLATE
from ..flows.table import FLOWS
from ..live import Live
from ..odoo.records import Records
from ..odoo.wire import utc_text
from .odoo_news import MANY, News, Row, take_news

NAME = "prices"
FLOW = FLOWS["products"]
RULE = "product.pricelist.item"
#: What is remembered between two looks: up to when days were looked at, the hour that was kept, the rules there were.
_CURSOR = "prices:looked"
_WALK = 1000


def seconds(settings: ConnectionSettings) -> float | None:
    """Return how often Odoo is asked; None: not at all."""
    wanted = settings.send_products and settings.ownership.of(Group.PRICES) is Owner.ODOO
    return settings.products_seconds if wanted and (_chosen(settings) or settings.prices_when == "daily") else None


def follow_prices(live: Live, *, now: datetime | None = None) -> Mapping[str, int]:
    """Ring for products whose price may be another one now.

    Raises:
        WoodooError: where Odoo does not answer, or pricelists may not be read.
    """
    moment = now or datetime.now(UTC)
    number, settings = live.connection.pk, live.settings
    kept: dict[str, Any] = json.loads(get_cursor(number, _CURSOR) or "{}")
    due = prices_due(settings, moment)
    if due is not None:
        rung = ring(live, every_linked(live)) if kept.get("due", "") < due.isoformat() else 0
        set_cursor(number, _CURSOR, json.dumps({**kept, "due": due.isoformat()}))
        return {"rung": rung}
    odoo = live.odoo(NullRecorder())
    pricelists = needed(odoo, _chosen(settings))
    rules = News(RULE, RULE_FIELDS, concerned, lambda _: [("pricelist_id", "in", pricelists)])
    found = take_news(live, odoo, FLOW, NAME, [rules])
    there = odoo.search(RULE, [("pricelist_id", "in", pricelists)])
    lost = set(kept.get("rules", ())) - set(there)
    turned = _turned(odoo, pricelists, kept["until"], utc_text(moment)) if "until" in kept else []
    rung = ring(live, every_linked(live) if lost else concerned(live, odoo, turned))
    set_cursor(number, _CURSOR, json.dumps({"until": utc_text(moment), "rules": sorted(there)}, separators=(",", ":")))
    return {**found, "rung": found["rung"] + rung, "turned": len(turned), "deleted": len(lost)}


def _chosen(settings: ConnectionSettings) -> list[int]:
    return [one for one in (settings.price_pricelist_id, settings.sale_pricelist_id) if one]


def needed(odoo: Records, chosen: Iterable[int]) -> list[int]:
    """Return these pricelists and those they stand on."""
    found: set[int] = set()
    wanted = set(chosen)
    while wanted - found:
        found |= wanted
        domain = [("pricelist_id", "in", sorted(wanted)), ("base_pricelist_id", "!=", False)]
        wanted = {row["base_pricelist_id"] for row in odoo.search_read(RULE, domain, ["base_pricelist_id"])}
    return sorted(found)


def _turned(odoo: Records, pricelists: Sequence[int], since: str, until: str) -> Sequence[Row]:
    """Return the rules that began or ended since the last look; a rule holds at its end."""
    domain = [
        ("pricelist_id", "in", list(pricelists)),
        "|", "&", ("date_start", ">", since), ("date_start", "<=", until),
        "&", ("date_end", ">=", since), ("date_end", "<", until),
    ]  # fmt: skip
    return odoo.search_read(RULE, domain, RULE_FIELDS)


def concerned(live: Live, odoo: Records, rules: Sequence[Row]) -> list[str]:
    """Return the products the store has that these rules are about."""
    if any(not (row["product_id"] or row["product_tmpl_id"] or row["categ_id"]) for row in rules):
        return every_linked(live)
    templates = {row["product_tmpl_id"] for row in rules if row["product_tmpl_id"]}
    variants = [row["product_id"] for row in rules if row["product_id"] and not row["product_tmpl_id"]]
    if variants:
        templates |= {row["product_tmpl_id"] for row in odoo.read("product.product", variants, ["product_tmpl_id"])}
    categories = [row["categ_id"] for row in rules if row["categ_id"]]
    if categories:
        templates |= set(odoo.search(TEMPLATE, [("categ_id", "child_of", categories)]))
    found = Links(live.connection.pk).find_by_odoo(TEMPLATE, sorted(templates), kind=PRODUCT)
    return [str(one) for one in sorted(found)]


def every_linked(live: Live) -> list[str]:
    """Return all products the store has."""
    links, found, after = Links(live.connection.pk), list[str](), 0
    while True:
        page, after = links.walk([TEMPLATE], after, _WALK)
        found += [str(link.odoo_id) for link in page if link.kind == PRODUCT]
        if len(page) < _WALK:
            return found


def ring(live: Live, records: Sequence[str]) -> int:
    """Put products on the to-do list, behind the news where they are many."""
    if records:
        enqueue(
            live.connection.pk, FLOW.lane, FLOW.name, records, source="odoo", topic=RULE, behind=len(records) > MANY
        )
    return len(records)
