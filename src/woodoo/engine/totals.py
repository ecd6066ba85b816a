"""How many records there are in each state, exactly, without counting the many that are done.

Decides where each number comes from, and that keeping it makes no worker wait for another:

| records       | number                                                                                   |
|---------------|------------------------------------------------------------------------------------------|
| all of a flow | added up: triggers of the to-do list write a row for each statement that adds or deletes |
|               | records, in its transaction; `fold` puts these rows together                             |
| not done      | counted, in an index of these alone                                                      |
| done          | what is left                                                                             |

One statement reads all of it, so that the numbers are those of one moment.
"""

from __future__ import annotations

from collections.abc import Iterable

from woodoo.engine import db

_READ = """
    WITH undone AS MATERIALIZED (
        SELECT connection_id, flow, state, trial, count(*) AS records FROM engine_work
         WHERE connection_id = ANY(%(ids)s)
           AND state IN ('ready', 'running', 'waiting', 'parked', 'failed', 'skipped')
           AND (%(trials)s OR NOT trial) AND (%(flow)s = '' OR flow = %(flow)s)
         GROUP BY connection_id, flow, state, trial
    ), parts AS (
        SELECT connection_id, flow, trial, records FROM engine_total
         WHERE connection_id = ANY(%(ids)s) AND (%(trials)s OR NOT trial) AND (%(flow)s = '' OR flow = %(flow)s)
         UNION ALL SELECT connection_id, flow, trial, -records FROM undone
    )
    SELECT connection_id, flow, state, records, trial FROM undone
     UNION ALL SELECT connection_id, flow, 'done', sum(records)::bigint, trial FROM parts
                GROUP BY connection_id, flow, trial HAVING sum(records) <> 0
"""
_FOLD = """
    WITH many AS (
        SELECT connection_id, flow, trial FROM engine_total GROUP BY connection_id, flow, trial HAVING count(*) > 1
    ), gone AS (
        DELETE FROM engine_total t USING many m
         WHERE (t.connection_id, t.flow, t.trial) = (m.connection_id, m.flow, m.trial)
        RETURNING t.connection_id, t.flow, t.trial, t.records
    )
    INSERT INTO engine_total (connection_id, flow, trial, records)
    SELECT connection_id, flow, trial, sum(records) FROM gone
     GROUP BY connection_id, flow, trial HAVING sum(records) <> 0
"""


def records(connection_ids: Iterable[int]) -> list[tuple[int, str, str, int]]:
    """Return (connection, flow, state, count) of all records of these connections but those of test runs."""
    return [row[:4] for row in db.rows(_READ, {"ids": list(connection_ids), "flow": "", "trials": False})]


def with_trials(connection_ids: Iterable[int], flow: str = "") -> list[tuple[int, str, str, int, bool]]:
    """Return (connection, flow, state, count, of a test run) of all records, or of those of one flow."""
    return db.rows(_READ, {"ids": list(connection_ids), "flow": flow, "trials": True})


def fold() -> int:
    """Put the rows of each flow together, one process at a time, and return how many are left of those it touched."""
    return db.change(_FOLD)
