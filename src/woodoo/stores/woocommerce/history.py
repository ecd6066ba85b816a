"""Lists the orders of the shop's past, page by page, and passes over none while orders come, change and go.

Decides how: ascending by id, from a place in the list (`offset`) that still holds an order seen before. New orders are
added at the end. Where orders were deleted meanwhile, all behind them has moved up and that place holds one not seen
yet: then the walk steps back until it meets one it knows. `wc/v3` has no filter for ids, so the beginning of a range of
ids is found by halving the list.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from ...domain.errors import ConfigError, WoodooError
from ...domain.history import OrderRange
from ..base import Changed, OrderPage
from .answers import Answer
from .changes import DRAFTS, read_change
from .client import PAGE, WooClient, read_rows, total_pages
from .errors import Refused

#: What a light row has.
LIGHT = "id,date_modified_gmt,status"
#: Orders asked for at the end of the list.
NEWEST = 50


@dataclass(frozen=True)
class _Place:
    """How far a walk has come: the last id seen, and where in the list it stood."""

    last_id: int
    offset: int

    @classmethod
    def read(cls, cursor: str) -> _Place:
        last_id, _, offset = cursor.partition("@")
        return cls(int(last_id), int(offset))

    def write(self) -> str:
        return f"{self.last_id}@{self.offset}"


@dataclass(frozen=True)
class _Rows:
    """One answer: the readable rows, ascending, and how many the list has in all (None: not told)."""

    changes: list[Changed]
    total: int | None

    @property
    def ids(self) -> list[int]:
        return [int(change.external_id) for change in self.changes]

    def is_last(self, end: int) -> bool:
        """Whether nothing can follow the place `end` of the list."""
        return end >= self.total if self.total is not None else len(self.changes) < PAGE


def list_orders(client: WooClient, wanted: OrderRange, cursor: str, *, with_refunds: bool = False) -> OrderPage:
    """Read the next page of a range.

    Raises:
        ConfigError: where the shop does not list by id, or takes no notice of `offset`.
    """
    fields = f"{LIGHT},refunds" if with_refunds else LIGHT
    place = _Place.read(cursor) if cursor else _beginning(client, wanted)
    offset, covered, back = place.offset, 0, 1
    before: list[int] = []
    while True:
        rows = _read(client, wanted, offset, fields=fields)
        known = offset <= covered or (bool(rows.ids) and rows.ids[0] <= place.last_id)
        if not known:  # what was here has moved up, or is hidden
            offset, back = max(0, offset - back), back * 2
            continue
        covered = offset + PAGE
        fresh = [change for change in rows.changes if int(change.external_id) > place.last_id]
        ended = rows.is_last(covered)
        if fresh or ended:
            reached = _Place(max([place.last_id, *rows.ids]), covered - 1)
            return replace(_page(wanted, fresh, ended, reached), total=rows.total)
        if rows.ids and rows.ids == before:
            raise _unordered("it takes no notice of offset")
        before, offset = rows.ids, covered


def newest_orders(client: WooClient, above: int) -> OrderPage:
    """Read the end of the list: every order above that id, and some dozens before.

    Orders that are added meanwhile shift the rest to later pages, where it is met twice at worst.
    """
    params = {"_fields": LIGHT, "status": "any", "orderby": "id", "order": "desc", "per_page": NEWEST}
    found: dict[str, Changed] = {}
    page = 1
    while True:
        answer = client.request("GET", "orders", params={**params, "page": page})
        changes = [change for row in read_rows(answer, "orders") if (change := read_change(row)) is not None]
        found |= {change.external_id: change for change in changes}
        lowest = min((int(change.external_id) for change in changes), default=0)
        if lowest <= above or page >= (total_pages(answer) or page):
            break
        page += 1
    orders, drafts = _apart(found.values())
    return OrderPage(orders, "", drafts)


def count_orders(client: WooClient, wanted: OrderRange) -> int:
    """Return how many orders the store has in a range, drafts of carts included.

    Raises:
        WoodooError: where the store does not know one of the statuses.
    """
    try:
        total = _total(client, wanted)
    except Refused as error:
        if "status" not in (error.data.get("params") or {}):
            raise
        raise WoodooError(
            f"The store has no order status {' or '.join(repr(one) for one in wanted.statuses)}.",
            fix="Write statuses as the store's API does, such as completed or processing.",
        ) from error
    if not wanted.by_id or not total:
        return total
    begin = _places_before(client, wanted, wanted.first_id or 0, total)
    return _places_before(client, wanted, (wanted.last_id or 2**63 - 1) + 1, total) - begin


def _beginning(client: WooClient, wanted: OrderRange) -> _Place:
    if not wanted.first_id:
        return _Place(0, 0)
    before = _places_before(client, wanted, wanted.first_id, _total(client, wanted))
    return _Place(wanted.first_id - 1, max(0, before - 1))


def _page(wanted: OrderRange, fresh: list[Changed], ended: bool, place: _Place) -> OrderPage:
    last = wanted.last_id
    if last is not None and place.last_id >= last:
        fresh, ended = [change for change in fresh if int(change.external_id) <= last], True
    orders, drafts = _apart(fresh)
    return OrderPage(orders, "" if ended else place.write(), drafts)


def _apart(changes: Iterable[Changed]) -> tuple[tuple[Changed, ...], tuple[Changed, ...]]:
    """Return the orders, and the carts that are none yet."""
    rows = list(changes)
    return tuple(one for one in rows if one.status not in DRAFTS), tuple(one for one in rows if one.status in DRAFTS)


def _places_before(client: WooClient, wanted: OrderRange, order_id: int, total: int) -> int:
    """Return how many orders of the list have smaller ids, by halving it: 17 light requests for 100,000 orders."""
    low, high = 0, total
    while low < high:
        middle = (low + high) // 2
        found = _read(client, wanted, middle, size=1).ids
        if found and found[0] < order_id:
            low = middle + 1
        else:
            high = middle
    return low


def _total(client: WooClient, wanted: OrderRange) -> int:
    rows = _read(client, wanted, 0, size=1)
    if rows.total is None:
        raise _unordered("it does not say how many orders it has (X-WP-Total)")
    return rows.total


def _read(client: WooClient, wanted: OrderRange, offset: int, *, size: int = PAGE, fields: str = LIGHT) -> _Rows:
    params = {**_filter(wanted), "_fields": fields, "per_page": size, "offset": offset}
    answer = client.request("GET", "orders", params=params)
    changes = [change for row in read_rows(answer, "orders") if (change := read_change(row)) is not None]
    rows = _Rows(changes, _header_total(answer))
    if rows.ids != sorted(rows.ids):
        raise _unordered("it takes no notice of orderby=id")
    return rows


def _filter(wanted: OrderRange) -> dict[str, object]:
    """Return the parameters of a list. `after` and `before` are exclusive and know whole seconds, naive in GMT."""
    second = timedelta(seconds=1)
    return {
        "status": wanted.statuses or "any",
        "orderby": "id",
        "order": "asc",
        "after": wanted.begin - second if wanted.begin else None,
        "before": wanted.end,
        "dates_are_gmt": True,
    }


def _header_total(answer: Answer) -> int | None:
    total = answer.headers.get("x-wp-total", "")
    return int(total) if total.isdecimal() else None


def _unordered(why: str) -> ConfigError:
    return ConfigError(
        f"The store cannot list its orders one after the other: {why}.",
        where="orders",
        fix="Look for a plugin of the store that changes the REST API's queries.",
    )
