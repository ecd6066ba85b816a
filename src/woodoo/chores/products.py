"""Asks Odoo which products changed and rings for them, and has all of them compared with the store now and then.

Decides which changes count: those of templates and variants, and of what products are described by, whose own date does
not move with it (attributes, their values, categories). And that without leave to create, only products the store has
are rung for.
"""

from __future__ import annotations

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
_COMPARED = "products:compared"
#: Products marked for comparison in one turn.
_PIECE = 500
_DESCRIBED = "product.template.attribute.line"


def seconds(settings: ConnectionSettings) -> float | None:
    """Return how often Odoo is asked; None: not at all."""
    return settings.products_seconds if settings.send_products else None


def compare_seconds(settings: ConnectionSettings) -> float | None:
    """Return how often all is compared; None: never."""
    return settings.products_compare_seconds if settings.send_products else None


def follow_products(live: Live) -> Mapping[str, int]:
    """Ring for the products that changed in Odoo.

    Raises:
        WoodooError: where Odoo does not answer, or products may not be read.
    """
    odoo = live.odoo(NullRecorder())
    return take_news(live, odoo, FLOW, NAME, _news(odoo))


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
