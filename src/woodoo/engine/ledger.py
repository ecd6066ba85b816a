"""Keeps every request to a store or an Odoo with its answer, so that a person can see what happened to a record.

Decides that a request is written down before it goes out, without secrets, and that what it says of a person can be
erased at once; what becomes old goes by itself (retention.py).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import Jsonb

from woodoo.engine import db
from woodoo.engine.redact import redact

__all__ = ["PERSONAL_DATA", "LedgerRecorder", "erase", "redact"]

#: Permission of those who may see bodies of events, plans, requests and answers.
PERSONAL_DATA = "engine.view_personal_data"

#: Characters of JSON kept of one request or answer; of a longer one, its beginning.
LARGEST = 200_000
_BEGINNING = 4_000
_LONGEST_SUMMARY, _LONGEST_ERROR = 500, 4_000


class LedgerRecorder:
    """Writes the calls of one batch into the ledger (`woodoo.domain.calls.CallRecorder`)."""

    def __init__(
        self, batch_id: UUID, connection_id: int, *, secrets: Sequence[str] = (), records: Sequence[str] = ()
    ) -> None:
        """Begin.

        Args:
            batch_id: the batch; any new UUID for calls outside a batch, such as a connection test.
            connection_id: whose calls they are.
            secrets: texts that must not be written down, wherever they turn up.
            records: what all calls are about; empty: every record of the batch.
        """
        self.batch_id = batch_id
        self.connection_id = connection_id
        self._secrets = tuple(secrets)
        self._records = list(records)
        self._about = threading.local()

    def begin(self, *, system: str, summary: str, request: Any) -> int:
        """Write down that a request goes out, and return the number of the call."""
        ((number,),) = db.rows(
            """INSERT INTO engine_call (batch, connection_id, records, system, summary, request, status, error)
               SELECT %s, %s, %s::text[], %s, %s, %s, '', ''
                WHERE set_config('synchronous_commit', 'off', true) IS NOT NULL
               RETURNING id""",
            [
                self.batch_id,
                self.connection_id,
                getattr(self._about, "records", self._records),
                system,
                redact(summary, self._secrets)[:_LONGEST_SUMMARY],
                self._fit(request),
            ],
        )
        return int(number)

    def end(self, token: int, *, status: str, response: Any = None, error: str = "") -> None:
        """Write down the answer to call number `token`."""
        db.change(
            """UPDATE engine_call SET status = %s, response = %s, error = %s,
                      duration_ms = (extract(epoch FROM clock_timestamp() - started_at) * 1000)::int
                WHERE id = %s AND set_config('synchronous_commit', 'off', true) IS NOT NULL""",
            [
                redact(status, self._secrets),
                self._fit(response),
                redact(error, self._secrets)[:_LONGEST_ERROR],
                token,
            ],
        )

    @contextmanager
    def about(self, records: Sequence[str]) -> Iterator[None]:
        """Say which records the calls within are about."""
        before = getattr(self._about, "records", self._records)
        self._about.records = list(records)
        try:
            yield
        finally:
            self._about.records = before

    def _fit(self, body: Any) -> Jsonb | None:
        """Return a body without secrets and of bearable size."""
        if body is None:
            return None
        size = _size(body)
        if size > LARGEST:
            # Answers of a whole batch are: all of it would be searched for secrets to keep a little.
            beginning = json.dumps(redact(body, self._secrets, most=_BEGINNING), ensure_ascii=False)[:_BEGINNING]
            return Jsonb({"shortened": True, "characters": size, "beginning": beginning})
        return Jsonb(redact(body, self._secrets))


def _size(body: Any) -> int:
    """Return how many characters a body has as JSON."""
    try:
        return len(json.dumps(body, ensure_ascii=False, default=str))
    except (TypeError, ValueError, RecursionError):  # names that are no text, a nest without end
        return len(json.dumps(redact(body), ensure_ascii=False))


def erase(connection_id: int, record: str, *, lane: str = "orders") -> int:
    """Blank everything kept of one record that may speak of a person, and return how many rows it was.

    That is: bodies of its events, plans and messages of its runs, requests and answers of calls about it — whole
    ones, where a call was about several records — and its titles and names. What happened and when stays.
    """
    params = {"id": connection_id, "record": record, "lane": lane}
    with transaction.atomic():
        return sum(db.change(statement, params) for statement in _ERASE)


_RUNS_OF_RECORD = """SELECT r.id, r.batch FROM engine_run r JOIN engine_work w ON w.id = r.work_id
                      WHERE w.connection_id = %(id)s AND w.lane = %(lane)s AND w.record = %(record)s"""
_ERASE = (
    """UPDATE engine_event SET raw = '', headers = '{}', erased_at = now()
        WHERE connection_id = %(id)s AND lane = %(lane)s AND record = %(record)s AND erased_at IS NULL""",
    f"""UPDATE engine_call SET request = NULL, response = NULL, summary = '', error = '', erased_at = now()
         WHERE connection_id = %(id)s AND erased_at IS NULL
           AND (records @> ARRAY[%(record)s]
                OR (records = '{{}}' AND batch IN (SELECT batch FROM ({_RUNS_OF_RECORD}) AS own)))""",  # noqa: S608
    f"""UPDATE engine_run SET plan = NULL, message = '', fix = '', traceback = '', erased_at = now()
         WHERE erased_at IS NULL AND id IN (SELECT id FROM ({_RUNS_OF_RECORD}) AS own)""",  # noqa: S608
    """UPDATE engine_work SET title = '', cause = '', updated_at = now(),
              message = CASE WHEN state IN ('parked', 'failed') THEN 'Its details were erased on request.' ELSE '' END,
              fix = CASE WHEN state IN ('parked', 'failed')
                         THEN 'Skip it, or retry it to see what is wrong; a retry reads it from the store again.'
                         ELSE '' END
        WHERE connection_id = %(id)s AND lane = %(lane)s AND record = %(record)s""",
    """DELETE FROM engine_searchwords WHERE work_id IN (
           SELECT id FROM engine_work WHERE connection_id = %(id)s AND lane = %(lane)s AND record = %(record)s)""",
    """UPDATE engine_drift SET title = '' WHERE connection_id = %(id)s AND lane = %(lane)s AND record = %(record)s""",
    """UPDATE engine_link SET odoo_name = '' WHERE connection_id = %(id)s
          AND (external_id = %(record)s OR (%(lane)s <> 'orders' AND odoo_id::text = %(record)s))""",
)
