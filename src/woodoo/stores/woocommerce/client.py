"""The REST API of one shop: read, write, lists page by page, many writes in one.

Decides how lists and batches are cut: a hundred rows to a page, fifty writes to a batch, each item judged alone. What
goes wrong on the line, and what is sent again, is decided in transport.py.
"""

from __future__ import annotations

import copy
import json as jsonlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import TracebackType
from typing import Any, TypeVar

from ...domain.calls import CallRecorder, NullRecorder
from ...domain.errors import RemoteError, WoodooError
from . import auth, errors
from .answers import Answer
from .transport import MAX_WAIT, TIMEOUT, Ask, Transport

#: What the API allows on one page and in one batch.
PAGE = 100
#: Items of one batch call: PHP's time limit is reached long before the limit of 100.
BATCH = 50

T = TypeVar("T")
JsonObject = dict[str, Any]


@dataclass(frozen=True)
class BatchItem:
    """What became of one item of a batch: the record, or why the store refused it."""

    data: JsonObject | None = None
    error: WoodooError | None = None


@dataclass(frozen=True)
class BatchResult:
    """The items of a batch, each list in the order it was given."""

    create: Sequence[BatchItem] = ()
    update: Sequence[BatchItem] = ()
    delete: Sequence[BatchItem] = ()


class WooClient:
    """A client of one shop, for any number of threads; connections are kept and reused.

    Raises, from every method that sends: the errors of `woodoo.domain.errors`, with `side="store"`.
    """

    def __init__(
        self,
        url: str,
        key: str,
        secret: str,
        *,
        ca_bundle: str = "",
        recorder: CallRecorder | None = None,
        timeout: float = TIMEOUT,
        max_wait: float = MAX_WAIT,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Prepare a client; nothing is sent yet.

        Args:
            url: the shop's address, in any form a person pastes.
            key, secret: the consumer key (ck_…) and secret (cs_…).
            ca_bundle: a file of certificates to trust beside the system's, or their PEM text.
            timeout: seconds to wait for an answer.
            max_wait: seconds one request may spend in waiting for the shop to recover.

        Raises:
            ConfigError: for an address, a key or a CA bundle that cannot be used.
        """
        self._transport = Transport(
            url, key, secret, ca_bundle=ca_bundle, timeout=timeout, max_wait=max_wait, sleep=sleep
        )
        self._recorder: CallRecorder = recorder or NullRecorder()

    @property
    def url(self) -> str:
        """The shop's address: scheme, host, folder."""
        return self._transport.url

    @property
    def calls(self) -> int:
        """How many requests have been sent, repeated ones included, by this client and its copies."""
        return self._transport.calls

    @property
    def scheme(self) -> auth.Scheme:
        """The way the key is carried at present."""
        return self._transport.scheme

    def picture(self, src: str) -> bytes:
        """Return the bytes of a picture of the shop, as images.py allows."""
        return self._transport.picture(src)

    def clock(self) -> datetime | None:
        """Return what time it is for the shop, in UTC, by its last answer; None where none told."""
        return self._transport.clock()

    def recording(self, recorder: CallRecorder) -> WooClient:
        """Return this client, its connections shared, telling `recorder` of each call."""
        twin = copy.copy(self)
        twin._recorder = recorder
        return twin

    def close(self) -> None:
        """Close the connections, of all copies."""
        self._transport.close()

    def __enter__(self) -> WooClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def get(self, path: str, params: Mapping[str, object] | None = None) -> Any:
        """Read `path` below `wp-json/wc/v3/` and return the JSON value."""
        return self.request("GET", path, params=params).data

    def post(self, path: str, json: Any, params: Mapping[str, object] | None = None) -> Any:
        """Create; never sent twice. Raises `OutcomeUnknown` where it may have been carried out."""
        return self.request("POST", path, params=params, json=json).data

    def put(self, path: str, json: Any, params: Mapping[str, object] | None = None) -> Any:
        """Change. Raises `OutcomeUnknown` where it may have been carried out."""
        return self.request("PUT", path, params=params, json=json).data

    def delete(self, path: str, params: Mapping[str, object] | None = None) -> Any:
        """Trash, or with `force=True` delete for good. Raises `OutcomeUnknown` as `post`."""
        return self.request("DELETE", path, params=params).data

    def rows(self, path: str, params: Mapping[str, object] | None = None) -> list[JsonObject]:
        """Read one page of a list."""
        return read_rows(self.request("GET", path, params=params), path)

    def pages(
        self, path: str, params: Mapping[str, object] | None = None, *, per_page: int = PAGE
    ) -> Iterator[list[JsonObject]]:
        """Yield the pages of a list, one request each, until the store has no more."""
        number, before = 1, None
        while True:
            answer = self.request("GET", path, params={**(params or {}), "per_page": per_page, "page": number})
            rows = read_rows(answer, path)
            if not rows or rows == before:  # past the end; or a route that knows no pages
                return
            yield rows
            if number >= (total_pages(answer) or number + (len(rows) >= per_page)):
                return
            number, before = number + 1, rows

    def iterate(self, path: str, params: Mapping[str, object] | None = None) -> Iterator[JsonObject]:
        """Yield the records of a list, reading pages as they are needed."""
        for rows in self.pages(path, params):
            yield from rows

    def by_ids(
        self, path: str, ids: Iterable[str], params: Mapping[str, object] | None = None
    ) -> Iterator[list[JsonObject]]:
        """Yield the records with these ids, a hundred at a time; ids the list does not show are left out."""
        for chunk in chunks(list(ids), PAGE):
            yield self.rows(path, {**(params or {}), "include": chunk, "per_page": PAGE})

    def batch(
        self,
        path: str,
        *,
        create: Sequence[JsonObject] = (),
        update: Sequence[JsonObject] = (),
        delete: Sequence[int | str] = (),
        size: int = BATCH,
    ) -> BatchResult:
        """Write many records through `<path>/batch`; each item is judged alone.

        Deletions are for good. On `OutcomeUnknown` part of the items may be written: read back.
        """
        jobs = [(kind, item) for kind, items in _kinds(create, update, delete) for item in items]
        done: dict[str, list[BatchItem]] = {"create": [], "update": [], "delete": []}
        for chunk in chunks(jobs, min(size, PAGE)):
            body: dict[str, list[Any]] = {}
            for kind, item in chunk:
                body.setdefault(kind, []).append(item)
            data = self.post(f"{path}/batch", body)
            for kind, sent in body.items():
                rows = data.get(kind) if isinstance(data, dict) else None
                done[kind] += _batch_items(rows, sent, f"{path}/batch")
        return BatchResult(**done)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, object] | None = None,
        json: Any = None,
        timeout: float | None = None,
    ) -> Answer:
        """Send one request and return its successful answer."""
        content = None if json is None else jsonlib.dumps(json, default=_plain).encode()
        ask = Ask(method, path.strip("/"), auth.encode_params(params or {}), content, timeout)
        return self._transport.request(ask, self._recorder)


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Cut a sequence into pieces of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _kinds(
    create: Sequence[Any], update: Sequence[Any], delete: Sequence[Any]
) -> tuple[tuple[str, Sequence[Any]], ...]:
    return (("create", create), ("update", update), ("delete", delete))


def _batch_items(rows: object, sent: list[Any], where: str) -> list[BatchItem]:
    if not isinstance(rows, list) or len(rows) != len(sent):
        raise RemoteError(
            f"The store's answer to {where} does not fit what was sent.",
            where=where,
            fix="Look for a plugin of the store that changes batch answers.",
        )
    return [_batch_item(row, where) for row in rows]


def _batch_item(row: Any, where: str) -> BatchItem:
    error = row.get("error") if isinstance(row, dict) else None
    if not isinstance(error, dict):
        return BatchItem(data=row)
    answer = Answer(200, {}, data=error)
    status = int(answer.error_data.get("status") or 400)
    place = f"{where} (id {row['id']})" if row.get("id") else where
    return BatchItem(
        error=errors.item_error(answer.code, answer.message, answer.error_data, status=status, where=place)
    )


def read_rows(answer: Answer, path: str) -> list[JsonObject]:
    """Return the records of a list's answer.

    Raises:
        RemoteError: where it is something else.
    """
    data = answer.data
    if isinstance(data, list) and all(isinstance(row, dict) for row in data):
        return data
    raise RemoteError(
        f"The store answers {path} with something that is no list of records.",
        where=path,
        fix="Look for a plugin of the store that changes the REST API.",
    )


def total_pages(answer: Answer) -> int | None:
    """Return how many pages a list has; None where no header says so."""
    total = answer.headers.get("x-wp-totalpages", "")
    return int(total) if total.isdecimal() else None


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be sent as JSON")
