"""Looks at what changed in Odoo of products whose fields belong to the store: somebody changed them on the wrong side.

Decides that only products the store has are rung for, and only where products are taken over and the store owns a group
of fields; what Odoo owns is read by the flow to the store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..connections.settings import ConnectionSettings
from ..domain.calls import NullRecorder
from ..domain.ownership import Owner
from ..domain.product import PRODUCT, VARIANT, split_variant
from ..engine.links import Links
from ..flows.table import FLOWS
from ..live import Live
from ..mapping.products_in.product_plan import GROUPS
from ..odoo.records import Records
from .odoo_news import News, Row, take_news

NAME = "taken_products"
_NEWS = (
    News(
        "product.template",
        ("name", "description_sale", "list_price", "categ_id", "active"),
        lambda *a: _of(PRODUCT, *a),
    ),
    News("product.product", ("default_code", "barcode", "weight", "active"), lambda *a: _of(VARIANT, *a)),
)


def seconds(settings: ConnectionSettings) -> float | None:
    """Return how often to look; None: never."""
    owned = any(settings.ownership.of(group) is Owner.STORE for group in GROUPS)
    return settings.odoo_poll_seconds if settings.take_products and owned else None


def follow_taken_products(live: Live) -> Mapping[str, int]:
    """Ring for products of the store that were changed in Odoo."""
    return take_news(live, live.odoo(NullRecorder()), FLOWS["product"], NAME, _NEWS)


def _of(kind: str, live: Live, odoo: Records, rows: Sequence[Row]) -> list[str]:
    """Return the store's products these records are."""
    model = "product.template" if kind == PRODUCT else "product.product"
    links = Links(live.connection.pk).leading_to(model, [row["id"] for row in rows])
    return [split_variant(link.external_id)[0] for link in links if link.kind == kind]
