"""Looks back at ten minutes of Odoo's stock, each minute, for what the look of every few seconds has passed over.

| what                          | for                                                                                 |
|-------------------------------|-------------------------------------------------------------------------------------|
| quants changed in ten minutes | long transactions: written a while ago, to be seen since just now (`odoo/feed.py`)   |
| moves changed in ten minutes  | the same, cancelled moves, drafts that were confirmed, quants that Odoo has removed  |

Decides that what was counted or delivered by the thousand is not looked at twice: what the quick look has rung for
does not ring here (`odoo_news.py`), nor does a move that is done, where what it did is in a quant. And that the two
looks share no cursor, so that neither waits for the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ..connections.settings import ConnectionSettings
from ..domain.calls import NullRecorder
from ..live import Live
from ..odoo.records import Records
from .odoo_news import Row, take_news
from .stock import FLOW, MOVES, QUANTS, asked_lately, products_of
from .stock import seconds as quick_seconds

NAME = "stock_back"
#: Seconds between two of them, and where Odoo allows few requests.
EVERY, MODEST = 60.0, 200.0
_WRITTEN = ("product_id", "write_date")


def seconds(settings: ConnectionSettings) -> float | None:
    """Return how often Odoo is looked at; None: not at all. Never more often than by the quick look."""
    quick = quick_seconds(settings)
    return None if quick is None else max(EVERY, quick)


def look_back(live: Live) -> Mapping[str, int]:
    """Ring for the products whose stock moved without the quick look having seen it.

    Raises:
        WoodooError: where Odoo does not answer, or the user may not see its stock.
    """
    odoo = live.odoo(NullRecorder())
    if asked_lately(live, odoo, "stock:asked back", MODEST):
        return {}
    return take_news(live, odoo, FLOW, NAME, [QUANTS, _MOVES], back=True)


def _products(live: Live, odoo: Records, rows: Sequence[Row]) -> Iterable[str]:
    return products_of(live, odoo, _not_in_quants(odoo, rows))


_MOVES = replace(MOVES, records=_products)


def _not_in_quants(odoo: Records, rows: Sequence[Row]) -> list[Row]:
    """Return the moves without those that are done and have left a quant of the product as new as they are."""
    done = [row for row in rows if row["state"] == "done" and row["product_id"]]
    if not done:
        return list(rows)
    products = sorted({row["product_id"] for row in done})
    domain = [("product_id", "in", products), ("write_date", ">=", min(row["write_date"] for row in done))]
    written: dict[int, str] = {}
    for quant in odoo.search_read("stock.quant", [*domain, ("location_id.usage", "=", "internal")], _WRITTEN):
        written[quant["product_id"]] = max(quant["write_date"], written.get(quant["product_id"], ""))
    return [row for row in rows if row["state"] != "done" or written.get(row["product_id"], "") < row["write_date"]]
