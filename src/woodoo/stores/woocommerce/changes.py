"""Finds what changed in the shop since a moment, lightly, and passes over nothing while changes go on.

Decides how a poll pages: by time of change, not by page number, for a record that changes moves to the end and would
shift the pages (woocommerce `modified_after`, `dates_are_gmt`; what they really do is in docs/facts.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from ...domain.errors import ConfigError, DataError
from ..base import NO_TIME, Changed
from .bulk import is_id
from .client import PAGE, JsonObject, WooClient, read_rows, total_pages
from .payloads import ChangedPayload, parse

#: Statuses of carts that are not orders yet.
DRAFTS = frozenset({"checkout-draft", "auto-draft"})
#: What is read of a record at least, to walk on by.
LIGHT = "id,date_modified_gmt,status"
_SECOND = timedelta(seconds=1)


def read_change(row: JsonObject) -> Changed | None:
    """Read a light row. Without a readable time it counts as changed long ago; without an id it is no record."""
    try:
        payload = parse(ChangedPayload, row, record="", where="orders")
    except DataError:
        external_id = str(row.get("id", ""))
        return Changed(external_id, NO_TIME, "") if is_id(external_id) else None
    refunds = None if payload.refunds is None else frozenset(refund.id for refund in payload.refunds)
    return Changed(payload.id, payload.date_modified_gmt or NO_TIME, payload.status, refunds)


def walk_changes(client: WooClient, path: str, since: datetime | None, fields: str = LIGHT) -> Iterator[JsonObject]:
    """Yield light rows by time of change; a record that moves during the walk is met again, none is passed over.

    `modified_after` means strictly later and knows whole seconds only. So each step asks from a second before
    the last one seen, and hands on only rows of seconds that the page shows completely.
    """
    after = None if since is None else _floor(since) - _SECOND
    while True:
        params = {**_changes(after), "_fields": fields, "per_page": PAGE, "page": 1}
        answer = client.request("GET", path, params=params)
        rows = read_rows(answer, path)
        _check_filter(rows, after)
        # A page may be short and not the last: plugins hide rows.
        if not rows or (len(rows) < PAGE and (total_pages(answer) or 1) <= 1):
            yield from rows
            return
        last = max(_modified(row) for row in rows)
        complete = [row for row in rows if _modified(row) < last]
        yield from complete
        if complete:
            after = last - _SECOND
        else:
            yield from _whole_second(client, path, last, rows, fields)
            after = last


def _check_filter(rows: list[JsonObject], after: datetime | None) -> None:
    """Stop where the store takes no notice of `modified_after`: the walk would never end."""
    if after and any(NO_TIME < _modified(row) <= after for row in rows):
        raise ConfigError(
            "The store cannot tell what has changed: it takes no notice of modified_after.",
            where="orders",
            fix="Update WooCommerce to 5.8 or newer; else look for a plugin that changes the REST API's queries.",
        )


def _whole_second(
    client: WooClient, path: str, moment: datetime, rows: list[JsonObject], fields: str
) -> Iterator[JsonObject]:
    """Yield every record changed in one second, however many.

    Read from the last page to the first: a record that changes meanwhile leaves the set and the rest moves
    towards the first page, which is still to come.
    """
    seen = {row.get("id") for row in rows}
    yield from rows
    second = _changes(moment - _SECOND, until=moment + _SECOND)
    params = {**second, "_fields": fields, "orderby": "id", "per_page": PAGE}
    answer = client.request("GET", path, params=params)
    for page in range(total_pages(answer) or 1, 0, -1):
        for row in client.rows(path, {**params, "page": page}):
            if row.get("id") not in seen:
                seen.add(row.get("id"))
                yield row


def _changes(after: datetime | None, until: datetime | None = None) -> dict[str, object]:
    """Return the parameters of a poll. The times go naive and in GMT, with the flag; a zone would shift them."""
    return {
        "status": "any",
        "orderby": "modified",
        "order": "asc",
        "modified_after": after,
        "modified_before": until,
        "dates_are_gmt": True,
    }


def _modified(row: JsonObject) -> datetime:
    changed = read_change(row)
    return changed.modified_at if changed else NO_TIME


def _floor(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)
