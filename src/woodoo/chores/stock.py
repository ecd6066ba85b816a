"""Asks Odoo what moved in its stock, every few seconds, and rings for the products.

Decides what is asked how often, so that a move is in the store within seconds and an idle Odoo hardly notices:

| what                                                   | for                                        | every      |
|--------------------------------------------------------|--------------------------------------------|------------|
| quants changed within the last seconds                 | receipts, deliveries, counts, reservations | look       |
| moves with a higher number than the last (primary key) | what is sold or bought, not reserved yet   | 2nd look   |
| orders counted against figures, in Woodoo's own books  | those that have reached Odoo since         | 5th look   |

Quants are few, one for each product and place; moves are many and have no index on `write_date` (api-facts D.4). What
comes too late for that is found each minute (`stock_back.py`), by a chore of its own, so that the ten minutes it reads
hold no look up; what nothing of this shows the comparison finds (`stock_compare.py`).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from ..connections.settings import ConnectionSettings
from ..connections.stock import StockSettings
from ..domain.calls import NullRecorder
from ..domain.ownership import Group, Owner, print_of
from ..engine import chores
from ..engine.cursors import get_cursor, set_cursor
from ..engine.work import enqueue, noted, rested_at
from ..flows.steps.stock_figures import LANE, kits_of
from ..flows.table import FLOWS
from ..live import Live
from ..mapping.stock.decision import Memo
from ..odoo.limiter import requests_per_second
from ..odoo.records import Records
from .odoo_news import MANY, News, Row, leave_word, take_news

NAME, COMPARE = "stock", "stock_compare"
#: Cursor of the comparison: how far it has come.
WALK = "stock:compare"
FLOW = FLOWS["update_stock"]
#: How much of the quants is read again with each look.
SHORT = timedelta(seconds=20)
_MOVES, _ORDERS = 2, 5
#: Seconds between two looks where Odoo allows few requests.
MODEST = 10.0
_JUST_NOW = 0.5
#: New moves read at once.
_MOST = 2000
#: Moves of which nothing is to be sent: nothing has come of them yet, or it is in the quants.
_SETTLED = ["draft", "done", "cancel"]
_TURN, _LAST_MOVE, _SETTINGS = "stock:turn", "stock:move", "stock:settings"


def seconds(settings: ConnectionSettings) -> float | None:
    """Return how often Odoo is looked at; None: not at all."""
    return settings.stock_poll_seconds if is_sent(settings) else None


def is_sent(settings: ConnectionSettings) -> bool:
    """Say whether stock goes to the store."""
    return settings.send_stock and settings.ownership.may_write(Group.STOCK, Owner.STORE)


def follow_stock(live: Live) -> Mapping[str, int]:
    """Ring for the products whose stock moved.

    Raises:
        WoodooError: where Odoo does not answer, or the user may not see its stock.
    """
    number = live.connection.pk
    odoo = live.odoo(NullRecorder())
    if _too_soon(live, odoo):
        return {}
    turn = int(get_cursor(number, _TURN) or 0)
    found = take_news(live, odoo, FLOW, NAME, [QUANTS], overlap=SHORT)
    if turn % _MOVES == 0:
        found["rung"] += _ring_new_moves(live, odoo)
    if turn % _ORDERS == 0:
        found["rung"] += _ring_for_orders(number)
        _compare_after_change(live)
    set_cursor(number, _TURN, str((turn + 1) % (_MOVES * _ORDERS)))
    return found


def _too_soon(live: Live, odoo: Records) -> bool:
    return asked_lately(live, odoo, "stock:asked", MODEST)


def asked_lately(live: Live, odoo: Records, what: str, seconds: float) -> bool:
    """Say whether an Odoo that allows few requests was asked this within these seconds."""
    if not requests_per_second(odoo.client.endpoint):
        return False
    asked = live.memory.get(what, time.monotonic, life=seconds)
    return time.monotonic() - asked > _JUST_NOW


def products_of(live: Live, odoo: Records, rows: Sequence[Row]) -> Iterable[str]:
    """Return the products of these rows, and the kits they are part of."""
    moved = {row["product_id"] for row in rows if row["product_id"]}
    kits = kits_of(live.sides(NullRecorder()))
    return map(str, moved | kits.holding(moved))


def _in_stock(live: Live) -> Sequence[Any]:
    return [("company_id", "=", live.connection.odoo_company_id), ("location_id.usage", "=", "internal")]


def _begun(live: Live) -> Sequence[Any]:
    return [("company_id", "=", live.connection.odoo_company_id), ("state", "!=", "draft")]


QUANTS = News("stock.quant", ("product_id", "quantity", "reserved_quantity"), products_of, _in_stock, whole=True)
MOVES = News("stock.move", ("product_id", "state", "product_uom_qty"), products_of, _begun, whole=True)


def _ring_new_moves(live: Live, odoo: Records) -> int:
    """Ring for the products of moves that were made since the last look; found by their number.

    Of thousands that are done already, as a count of the whole stock makes them, not one is read.
    """
    number = live.connection.pk
    mine: list[Any] = [("company_id", "=", live.connection.odoo_company_id)]
    last = get_cursor(number, _LAST_MOVE)
    (newest,) = odoo.search("stock.move", mine, limit=1, order="id desc") or (0,)
    if not last or newest <= int(last):
        if str(newest) != last:
            set_cursor(number, _LAST_MOVE, str(newest))
        return 0
    domain = [("id", ">", int(last)), ("id", "<=", newest), ("state", "not in", _SETTLED), *mine]
    rows = odoo.search_read("stock.move", domain, ["write_date", *MOVES.fields], limit=_MOST)
    rung = _ring(number, products_of(live, odoo, rows), "stock.move") if rows else 0
    leave_word(number, FLOW, MOVES.model, rows)
    set_cursor(number, _LAST_MOVE, str(rows[-1]["id"] if len(rows) == _MOST else newest))
    return rung


def _ring_for_orders(number: int) -> int:
    """Ring for products against which orders are counted that something has happened to since."""
    held = {record: memo for record, text in noted(number, LANE, '"orders":["').items() if (memo := Memo.read(text))}
    if not held:
        return 0
    orders = sorted({order for memo in held.values() for order in memo.orders})
    rested = {one: moment.timestamp() for one, moment in rested_at(number, "orders", orders).items()}
    late = [record for record, memo in held.items() if any(rested.get(one, 0.0) >= memo.at for one in memo.orders)]
    return _ring(number, late, "orders")


def _ring(number: int, records: Iterable[str], topic: str) -> int:
    wanted = sorted(set(records))
    if not wanted:
        return 0
    return enqueue(number, FLOW.lane, FLOW.name, wanted, source="odoo", topic=topic, behind=len(wanted) > MANY)


def _compare_after_change(live: Live) -> None:
    """Have all figures compared where what they depend on was set anew, and once in the beginning."""
    settings = live.settings
    names = [name for name in StockSettings.model_fields if not name.endswith("_seconds")]
    now = print_of([str(getattr(settings, name)) for name in [*names, "sku_field"]])
    if get_cursor(live.connection.pk, _SETTINGS) != now:
        set_cursor(live.connection.pk, WALK, "")
        chores.soon(live.connection.pk, COMPARE)
        set_cursor(live.connection.pk, _SETTINGS, now)
