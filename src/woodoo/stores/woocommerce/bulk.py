"""Reads many records by their ids without losing one.

Decides what a missing row means: what a list leaves out is asked for in the trash and then one by one. And what a
failing list means: it is halved until the record the shop fails on stands alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from ...domain.errors import ConfigError, DataError, RemoteDown, RemoteError
from ..base import Fetched
from .client import PAGE, JsonObject, WooClient, chunks
from .errors import NotFound

T = TypeVar("T")

#: Decimals asked for: more than WooCommerce stores, so that nothing is rounded on the way.
DECIMALS = 8
#: Failing requests without one success after which the shop, not a record, is at fault.
GIVE_UP = 12


def is_id(text: str) -> bool:
    """Say whether the store may have a record of this id; anything else would spoil the whole list."""
    return text.isascii() and text.isdecimal() and 0 < int(text) < 2**63 and not text.startswith("0")


def read_each(ids: Iterable[str], where: str, read: Callable[[str], T], record: str = "Order #{}") -> Fetched[T]:
    """Read something of each record by a request of its own; what goes wrong with one costs no other.

    Args:
        ids: the records.
        where: what is asked for, `{}` being the id: for messages.
        read: reads it of one.
        record: how messages name the record where the error does not.

    Raises:
        RemoteDown: where the shop cannot be reached.
    """
    found: dict[str, T] = {}
    missing: set[str] = set()
    broken: dict[str, DataError] = {}
    for one in dict.fromkeys(ids):
        try:
            found[one] = read(one)
        except RemoteDown:
            raise
        except NotFound:
            missing.add(one)
        except DataError as error:
            broken[one] = error
        except (ConfigError, RemoteError) as error:
            name = error.record or record.format(one)
            broken[one] = DataError(error.message, record=name, where=where.format(one), fix=error.fix)
    return Fetched(found, frozenset(missing), broken)


def fetch_rows(
    client: WooClient,
    path: str,
    ids: Sequence[str],
    fields: str | None = None,
    more: Mapping[str, object] | None = None,
) -> tuple[dict[str, JsonObject], dict[str, DataError]]:
    """Read up to a hundred records: the list, then the trash, then one by one what is still missing."""
    params: dict[str, object] = {**({"_fields": fields} if fields else {"dp": DECIMALS}), **(more or {})}
    rows, failed = _fetch_listed(client, path, ids, {**params, "status": "any"})
    left = [one for one in ids if one not in rows and one not in failed]
    if left:
        trashed, more = _fetch_listed(client, path, left, {**params, "status": "trash"})
        rows, failed = rows | trashed, failed | more
    for one in [one for one in left if one not in rows and one not in failed]:
        try:
            row = client.get(f"{path}/{one}", params)
        except NotFound:
            continue
        except RemoteDown:
            raise
        except RemoteError as error:
            if not rows:
                raise
            failed[one] = _store_fails(path, one, error)
            continue
        if isinstance(row, dict) and str(row.get("id")) == one:
            rows[one] = row
    return rows, failed


def still_listed(client: WooClient, path: str, ids: Sequence[str], **params: object) -> dict[str, JsonObject]:
    """Return which of these records the list shows, by their ids; a hundred a request."""
    rows: dict[str, JsonObject] = {}
    for chunk in chunks([one for one in dict.fromkeys(ids) if is_id(one)], PAGE):
        listed = client.rows(path, {**params, "include": chunk, "per_page": PAGE})
        rows |= {str(row.get("id")): row for row in listed if str(row.get("id")) in chunk}
    return rows


def ask_each(client: WooClient, path: str, ids: Sequence[str], fields: str) -> dict[str, JsonObject]:
    """Return which of these records there are, asked for one by one; of those the shop fails on, only the id.

    Raises:
        RemoteDown: where it cannot be reached.
        ConfigError: where the records may not be read.
    """
    rows: dict[str, JsonObject] = {}
    for one in ids:
        try:
            row = client.get(f"{path}/{one}", {"_fields": fields})
        except NotFound:
            continue
        except RemoteDown:
            raise
        except RemoteError:
            row = {}
        rows[one] = row if isinstance(row, dict) and str(row.get("id")) == one else {"id": one}
    return rows


def _fetch_listed(
    client: WooClient, path: str, ids: Sequence[str], params: Mapping[str, object]
) -> tuple[dict[str, JsonObject], dict[str, DataError]]:
    """Read a list of ids. Where the shop fails on the whole, halve until the record it fails on stands alone.

    Raises:
        RemoteError: where it fails on all of them: then the shop is at fault, not a record.
    """
    rows: dict[str, JsonObject] = {}
    failed: dict[str, DataError] = {}
    answered = failures = 0
    pending = [ids]
    while pending:
        chunk = pending.pop()
        try:
            listed = client.rows(path, {**params, "include": chunk, "per_page": PAGE})
        except RemoteDown:
            raise
        except RemoteError as error:
            failures += 1
            if len(ids) == 1 or (not answered and failures >= GIVE_UP):
                raise
            if len(chunk) > 1:
                half = len(chunk) // 2
                pending += [chunk[half:], chunk[:half]]
            elif not answered and not pending:
                raise
            else:
                failed[chunk[0]] = _store_fails(path, chunk[0], error)
            continue
        answered += 1
        rows.update({str(row.get("id")): row for row in listed})
    return rows, failed


def _store_fails(path: str, external_id: str, error: RemoteError) -> DataError:
    name = f"{path.removesuffix('s').capitalize()} #{external_id}"
    return DataError(
        f"{name}: the store itself fails on it: {error.message}",
        record=name,
        where=f"{path}/{external_id}",
        fix=error.fix,
    )
