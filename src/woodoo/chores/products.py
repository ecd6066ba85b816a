"""Asks Odoo which products changed and rings for them, and has all of them compared with the store now and then.

Decides which changes count: those of templates and variants, and of what products are described by, whose own date does
not move with it (attributes, their values, categories). And that without leave to create, only products the store has
are rung for. What was deleted in Odoo leaves no trace there: with each look a piece of the linked products is looked
for by their ids. Where most of a piece is gone, nothing is rung for: the comparison of all will tell.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..connections.settings import ConnectionSettings
from ..domain.calls import NullRecorder
from ..domain.product import PRODUCT
from ..engine import chores
from ..engine.cursors import get_cursor, set_cursor
from ..engine.links import Links
from ..engine.work import enqueue
from ..flows.steps.look_again import TEMPLATE, marked_to_look
from ..flows.table import FLOWS
from ..live import Live
from ..odoo.records import Records
from .odoo_news import MANY, News, Row, take_news

NAME, COMPARE = "products", "products_compare"
FLOW = FLOWS["products"]
_COMPARED, _GONE = "products:compared", "products:gone"
#: Products marked for comparison in one turn.
_PIECE = 500
#: Links that are looked for in Odoo with each look; of so many products at least half have to be there.
_LOOKED_FOR, _ENOUGH = 1000, 20
_DESCRIBED = "product.template.attribute.line"


def seconds(settings: ConnectionSettings) -> float | None:
    """Return how often Odoo is asked; None: not at all."""
    return settings.products_seconds if settings.send_products else None


def compare_seconds(settings: ConnectionSettings) -> float | None:
    """Return how often all is compared; None: never."""
    return settings.products_compare_seconds if settings.send_products else None


def follow_products(live: Live) -> Mapping[str, int]:
    """Ring for the products that changed in Odoo, and for those that were deleted there.

    Raises:
        WoodooError: where Odoo does not answer, or products may not be read.
    """
    odoo = live.odoo(NullRecorder())
    return {**take_news(live, odoo, FLOW, NAME, _news(odoo)), "gone": _ring_for_gone(live, odoo)}


def _ring_for_gone(live: Live, odoo: Records) -> int:
    """Ring once for each of the next linked products that Odoo does not have any more; return how many."""
    number = live.connection.pk
    kept = json.loads(get_cursor(number, _GONE) or "{}")
    told: set[int] = set(kept.get("told", ()))
    links, after = Links(number).walk([TEMPLATE], int(kept.get("after", 0)), _LOOKED_FOR)
    ids = {link.odoo_id for link in links if link.kind == PRODUCT}
    there = odoo.search(TEMPLATE, [("id", "in", sorted(ids))], context={"active_test": False}) if ids else []
    gone = ids - set(there)
    new = gone - told if len(ids) < _ENOUGH or len(gone) * 2 <= len(ids) else set()
    if new:
        records = [str(one) for one in sorted(new)]
        enqueue(number, FLOW.lane, FLOW.name, records, source="odoo", topic=f"{TEMPLATE}: deleted")
    now = {"after": after if len(links) == _LOOKED_FOR else 0, "told": sorted((told - ids) | (told & gone) | new)}
    if now != kept:
        set_cursor(number, _GONE, json.dumps(now, separators=(",", ":")))
    return len(new)


def _news(odoo: Records) -> list[News]:
    models = [
        News(TEMPLATE, ("active",), lambda live, _, rows: _known(live, (row["id"] for row in rows))),
        News("product.product", ("product_tmpl_id", "active"), _of_variants),
        News("product.attribute", ("name",), _with_attributes),
        News("product.attribute.value", ("name", "attribute_id"), _with_values),
        News("product.category", ("name", "parent_id"), _below("categ_id")),
    ]
    if odoo.client.dialect.product_public_categories:
        models.append(News("product.public.category", ("name", "parent_id"), _below("public_categ_ids")))
    return models


def _of_variants(live: Live, odoo: Records, rows: Sequence[Row]) -> Iterable[str]:
    return _known(live, (row["product_tmpl_id"] for row in rows if row["product_tmpl_id"]))


def _with_attributes(live: Live, odoo: Records, rows: Sequence[Row]) -> Iterable[str]:
    return _described(live, odoo, [("attribute_id", "in", [row["id"] for row in rows])])


def _with_values(live: Live, odoo: Records, rows: Sequence[Row]) -> Iterable[str]:
    return _described(live, odoo, [("value_ids", "in", [row["id"] for row in rows])])


def _described(live: Live, odoo: Records, domain: Sequence[Any]) -> Iterable[str]:
    lines = odoo.search_read(_DESCRIBED, domain, ["product_tmpl_id"])
    return _linked(live, {row["product_tmpl_id"] for row in lines})


def _below(field: str) -> Any:
    def records(live: Live, odoo: Records, rows: Sequence[Row]) -> Iterable[str]:
        return _linked(live, odoo.search(TEMPLATE, [(field, "child_of", [row["id"] for row in rows])]))

    return records


def _known(live: Live, template_ids: Iterable[int]) -> list[str]:
    """Return those that may go to the store."""
    ids = sorted(set(template_ids))
    return [str(one) for one in ids] if live.settings.create_products else _linked(live, ids)


def _linked(live: Live, template_ids: Iterable[int]) -> list[str]:
    found = Links(live.connection.pk).find_by_odoo(TEMPLATE, list(template_ids), kind=PRODUCT)
    return [str(one) for one in found]


def compare_products(live: Live) -> Mapping[str, int]:
    """Have the next linked products read from the store and compared; ask for the next turn until all have been."""
    number = live.connection.pk
    links = Links(number)
    found, after = links.walk([TEMPLATE], int(get_cursor(number, _COMPARED) or 0), _PIECE)
    ids = [link.odoo_id for link in found if link.kind == PRODUCT]
    links.upsert(marked_to_look(links, ids))
    if ids:
        records = [str(one) for one in ids]
        enqueue(number, FLOW.lane, FLOW.name, records, source="reconcile", behind=len(ids) > MANY // 10)
    on = after if len(found) == _PIECE else 0
    set_cursor(number, _COMPARED, str(on))
    if on:
        chores.hint(number, COMPARE, delay=0.0, gap=0.0)
    return {"compared": len(ids)}
