"""A large installation, made within the database: 1,000,000 records of 100 stores, a third of them with their story."""

from __future__ import annotations

from woodoo.domain.mark import GONE
from woodoo.engine import course, db

#: Of all records, so many have attempts, calls, events and links.
STORIES = 3

_FLOWS = """(CASE WHEN n %% 100 < 70 THEN 'order' WHEN n %% 100 < 85 THEN 'update_stock'
                  WHEN n %% 100 < 90 THEN 'product' WHEN n %% 100 < 94 THEN 'fulfil'
                  WHEN n %% 100 < 98 THEN 'customer' ELSE 'refund' END)"""
_LANES = {
    "order": "orders",
    "update_stock": "stock",
    "product": "products_in",
    "fulfil": "fulfilment",
    "customer": "customers_in",
    "refund": "refunds",
}
_LANE = "CASE flow " + " ".join(f"WHEN '{flow}' THEN '{lane}'" for flow, lane in _LANES.items()) + " END"
#: Nineteen in twenty are done; every fiftieth waits for a person.
_STATE = """(CASE WHEN n %% 1000 < 20 THEN 'parked' WHEN n %% 1000 < 25 THEN 'failed' WHEN n %% 1000 < 30 THEN 'waiting'
                  WHEN n %% 1000 < 50 THEN 'skipped' WHEN n %% 10000 = 9999 THEN 'ready' ELSE 'done' END)"""
#: Two in five records are of the first store.
_STORE = "CASE WHEN n %% 5 < 2 THEN %(first)s ELSE %(first)s + 1 + (n %% (%(stores)s - 1)) END"

#: Earlier records changed earlier: the last one now, the first a year ago.
_WORK = f"""
    INSERT INTO engine_work (connection_id, lane, flow, record, title, state, attempts, crashes,
                             generation, message, error_kind, fix, cause,
                             place, due_at, created_at, updated_at, finished_at)
    SELECT store, {_LANE}, flow, n::text,
           CASE WHEN flow IN ('order', 'fulfil', 'refund') THEN 'Order #' || n ELSE initcap(flow) || ' ' || n END,
           state, 1, 0, 1,
           CASE WHEN state IN ('parked', 'failed')
                THEN 'Order #' || n || ' failed to sync because product SKU SKU-' || why || ' was not found in Odoo.'
                WHEN state = 'done' THEN 'S' || n || ', invoice INV/2026/' || n || ' over 35.00 EUR, paid in Stripe'
                ELSE '' END,
           CASE WHEN state IN ('parked', 'failed') THEN 'DataError' ELSE '' END,
           CASE WHEN state IN ('parked', 'failed') THEN 'Give the product this reference, then retry.' ELSE '' END,
           CASE WHEN state IN ('parked', 'failed') THEN 'SKU SKU-' || why || ' was not found in Odoo.' ELSE '' END,
           '', moment, moment - interval '1 minute', moment, CASE WHEN state IN ('done', 'skipped') THEN moment END
      FROM (SELECT n, {_STORE} AS store, {_FLOWS} AS flow, {_STATE} AS state, n / 1000 %% 40 AS why,
                   now() - (%(records)s - n) * (interval '365 days' / %(records)s) AS moment
              FROM generate_series(1, %(records)s) AS n) AS one"""
_WORDS = """
    INSERT INTO engine_searchwords (work_id, words, person_at)
    SELECT id, array_to_tsvector(ARRAY['~' || connection_id, 'order', record, 's' || record, 'inv/2026/' || record,
                     'inv', '2026', 'sku-' || id %% 5000, 'sku', (id %% 5000)::text,
                     '@given' || id %% 300, '@family' || id %% 20000,
                     '@given' || id %% 300 || '.' || id || '@example.com', '@example', '@com']), now()
      FROM engine_work"""
_STORY = "FROM engine_work w WHERE w.id %% %(every)s = 0"
_EVENTS = f"""
    INSERT INTO engine_event (connection_id, source, topic, lane, record, generation, raw, headers, received_at)
    SELECT connection_id, 'webhook', 'order.updated', lane, record, 1,
           convert_to(repeat('{{"a": 1}}', 40), 'UTF8'), '{{}}',
           updated_at - interval '4 seconds' {_STORY}"""
_RUNS = f"""
    INSERT INTO engine_run (work_id, batch, attempt, generation, started_at, ended_at, outcome, message,
                            error_kind, fix, traceback, plan)
    SELECT id, gen_random_uuid(), 1, 1, updated_at - interval '2 seconds', updated_at,
           CASE WHEN state IN ('ready', 'waiting') THEN 'retry' WHEN state = 'failed' THEN 'retry' ELSE state END,
           message, error_kind, fix, '',
           '{{"title": "Order", "summary": "Bring the order to Odoo", "currency": "EUR", "notes": [],
             "steps": [{{"do": "Create the sales order", "why": "Odoo has none", "model": "sale.order", "detail": ""}}],
             "totals": [{{"name": "Total", "store": "35.00", "odoo": "35.00", "equal": true}}]}}'::jsonb {_STORY}"""
_CALLS = """
    INSERT INTO engine_call (batch, connection_id, records, system, summary, status, error, started_at, duration_ms,
                             request, response)
    SELECT r.batch, w.connection_id, ARRAY[w.record], CASE WHEN k = 1 THEN 'store' ELSE 'odoo' END,
           'sale.order load 1 row', '200', '', r.started_at, 40 + w.id %% 400, '{"ids": [1]}', '[{"id": 1}]'
      FROM engine_run r JOIN engine_work w ON w.id = r.work_id, generate_series(1, 2) AS k"""
_LINKS = f"""
    INSERT INTO engine_link (connection_id, kind, external_id, odoo_model, odoo_id, odoo_name, odoo_xmlid, store_hash,
                             odoo_hash)
    SELECT connection_id, 'order', record, 'sale.order', id, 'S' || record, '', '', '' {_STORY} AND flow = 'order'"""
#: Every order has a customer; one in fifty has deleted the account since.
_CUSTOMERS = """
    INSERT INTO engine_link (connection_id, kind, external_id, odoo_model, odoo_id, odoo_name, odoo_xmlid, store_hash,
                             odoo_hash, updated_at)
    SELECT connection_id, 'customer', record, 'res.partner', id, 'Given Family', '',
           CASE WHEN id %% 50 = 0 THEN %(gone)s ELSE md5(record) END, '', updated_at
      FROM engine_work WHERE flow = 'order'"""
_DRIFTS = f"""
    INSERT INTO engine_drift (connection_id, lane, record, title, "group", side, detail, times,
                              repaired)
    SELECT connection_id, lane, record, title, 'prices', 'store', 'regular price: 12.50 in Odoo, 11.00 in the store',
           1, false
      {_STORY} AND flow = 'product'"""
_ALERTS = """
    INSERT INTO alerts_alert (connection_id, kind, key, title, text, detail, fix, count, told_count, resolved_at,
                              news_at)
    SELECT %(first)s + n %% %(stores)s, 'records', n::text, 'Records wait: product SKU not found', '', '', '', 1, 0,
           CASE WHEN n > 300 THEN now() END, NULL
      FROM generate_series(1, 5000) AS n"""
_CHANGES = """
    INSERT INTO connections_change (connection_id, who, how, what, before, after, at)
    SELECT %(first)s + n %% %(stores)s, 'ana', 'panel', 'settings changed', '{}', '{"poll_seconds": 60}',
           now() - n * interval '1 minute'
      FROM generate_series(1, 50000) AS n"""
#: By how many seconds what is so old is counted together, as `engine.course` has folded it.
_LATER = " ".join(
    f"WHEN {{at}} < date_bin('{size} s', now() - interval '{hours} h', '{course.ORIGIN}') THEN {size}"
    for hours, size in reversed(course.LATER)
)
_SECONDS = f"CASE {_LATER} ELSE {course.SHORT} END"
_BIN = f"date_bin(make_interval(secs => seconds), at, '{course.ORIGIN}')"
_COUNTED = (
    "connection_id, name, seconds, at, done, skipped, parked, failed, retried, timed, milliseconds, within, done_at"
)
#: What was brought over when.
_COURSE = f"""
    INSERT INTO engine_course ({_COUNTED})
    SELECT connection_id, flow, seconds, {_BIN}, count(*) FILTER (WHERE state = 'done'),
           count(*) FILTER (WHERE state = 'skipped'), count(*) FILTER (WHERE state = 'parked'),
           count(*) FILTER (WHERE state = 'failed'), 0, count(*), count(*) * 4000,
           array_fill(0::bigint, ARRAY[6]) || array_fill(count(*), ARRAY[8]), max(at) FILTER (WHERE state = 'done')
      FROM (SELECT connection_id, flow, state, updated_at AS at, {_SECONDS.format(at="updated_at")} AS seconds
              FROM engine_work) AS w
     WHERE state IN ('done', 'skipped', 'parked', 'failed') GROUP BY 1, 2, 3, 4 ORDER BY 4"""
#: Stores and Odoo are asked what is new around the clock, twice in five minutes.
_ANSWERS = f"""
    INSERT INTO engine_course ({_COUNTED})
    SELECT store, side, seconds, begins, times, 0, 0, 0, 0, times, times * 240,
           array_fill(0::bigint, ARRAY[2]) || array_fill(times, ARRAY[12]), NULL::timestamptz
      FROM (SELECT seconds, {_BIN} AS begins, 2 * count(*) AS times
              FROM (SELECT at, {_SECONDS.format(at="at")} AS seconds
                      FROM generate_series(now() - interval '400 days', now(), interval '5 minutes') AS at) AS one
             GROUP BY 1, 2) AS stretches,
           generate_series(%(first)s, %(first)s + %(stores)s - 1) AS store, unnest(ARRAY['odoo', 'store']) AS side
     ORDER BY begins"""
_ANSWERS_TOGETHER = f"""
    INSERT INTO engine_course ({_COUNTED})
    SELECT {course.TOGETHER}, name, seconds, at, sum(done), 0, 0, 0, 0, sum(timed), sum(milliseconds),
           array_fill(0::bigint, ARRAY[2]) || array_fill(sum(timed)::bigint, ARRAY[12]), NULL::timestamptz
      FROM engine_course WHERE name IN ('odoo', 'store') GROUP BY name, seconds, at"""
_CHORES = """
    INSERT INTO engine_chore (connection_id, name, due_at, began_at, ended_at, well_at, found, failures, failing_since)
    SELECT store, name, now() + interval '1 minute', now(), now(), now(),
           CASE WHEN name = 'health' THEN '{"findings": []}' ELSE '{"orders": 3}' END::jsonb,
           CASE WHEN name = 'poll' AND store %% 33 = 0 THEN 3 ELSE 0 END, now() - interval '1 hour'
      FROM generate_series(%(first)s, %(first)s + %(stores)s - 1) AS store,
           unnest(ARRAY['poll', 'contents', 'census', 'customers', 'products', 'prices', 'stock', 'health',
                        'webhooks', 'odoo', 'refunds', 'carriers']) AS name"""
_COMPLETENESS = """
    INSERT INTO engine_completeness (connection_id, lane, complete_at, counted_at, in_store, before, gap)
    SELECT store, 'orders', now(), now(), 7000, 100, '{}'
      FROM generate_series(%(first)s, %(first)s + %(stores)s - 1) AS store"""
#: Of a few stores a side does not answer.
_BREAKERS = """
    INSERT INTO engine_breaker (connection_id, failures, paused_until, side, reason, since)
    SELECT store, 3, now() + interval '1 day', 'store', 'The store did not answer.', now() - interval '1 hour'
      FROM generate_series(%(first)s, %(first)s + %(stores)s - 1, 33) AS store"""
#: Of one store: an import of the past of which nothing was done yet, and news that wait for a side that was down.
_QUEUE = """
    INSERT INTO engine_work (connection_id, lane, flow, record, title, state, priority, attempts, crashes, generation,
                             message, error_kind, fix, cause, place, due_at, created_at, updated_at)
    SELECT %(store)s, 'orders', 'order', (1000000000 + n)::text, CASE WHEN n %% 6 = 0 THEN 'Order #' || n ELSE '' END,
           CASE WHEN n %% 6 = 0 THEN 'waiting' ELSE 'ready' END, CASE WHEN n %% 6 = 0 THEN 0 ELSE 10 END,
           CASE WHEN n %% 6 = 0 THEN 1 ELSE 0 END, 0, 1,
           CASE WHEN n %% 6 = 0 THEN 'Odoo did not answer within 120 seconds.' ELSE '' END,
           CASE WHEN n %% 6 = 0 THEN 'RemoteDown' ELSE '' END, '', '', '', moment, moment - interval '1 minute', moment
      FROM (SELECT n, now() - (%(records)s - n) * (interval '1 day' / %(records)s) AS moment
              FROM generate_series(1, %(records)s) AS n) AS one"""
_TABLES = ("work", "searchwords", "event", "run", "call", "link", "drift")


def fill(records: int, stores: int, first: int) -> None:
    """Fill the tables for stores that are numbered from `first`, as a year of work leaves them."""
    numbers = {"records": records, "stores": stores, "first": first, "every": STORIES, "gone": GONE}
    now = (_CHORES, _COMPLETENESS, _BREAKERS)
    for statement in (
        _WORK,
        _EVENTS,
        _RUNS,
        _LINKS,
        _CUSTOMERS,
        _DRIFTS,
        _ALERTS,
        _CHANGES,
        _COURSE,
        _ANSWERS,
        _ANSWERS_TOGETHER,
        *now,
    ):
        db.change(statement, numbers)
    db.change(_CALLS)
    # The index of words is built at once, as it would be for an installation that is updated.
    db.change("DROP INDEX engine_searchwords_words")
    db.change(_WORDS)
    db.change("CREATE INDEX engine_searchwords_words ON engine_searchwords USING gin (words)")
    for name in _TABLES:
        db.change(f"VACUUM ANALYZE engine_{name}")
    db.change("VACUUM ANALYZE")


def queue(records: int, store: int) -> None:
    """Let so many records of a store wait, as they came in within a day; all of it after what was done last."""
    db.change(_QUEUE, {"records": records, "store": store})
    db.change("VACUUM ANALYZE engine_work")
    db.change("VACUUM ANALYZE engine_total")
