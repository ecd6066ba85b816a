"""Puts the parts together: from a stored connection to flows, chores and the connection test.

Decides that a mapping that seems to be missing is looked up afresh before a record is parked for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .alerts import rounds
from .checkup import book as health
from .checkup import findings, needs_look
from .checkup import look as checkup
from .checkup.findings import Finding
from .chores.table import chores_of
from .connections.maps import take_into_maps
from .connections.models import Connection
from .domain.calls import CallRecorder, NullRecorder
from .domain.errors import ConfigError, WoodooError
from .domain.plan import Plan
from .engine import registry
from .engine.flow import Batch, Handler, Item, Outcome, OutcomeKind
from .engine.links import Links
from .engine.registry import Chore
from .engine.work import asked_for, enqueue
from .flows import money
from .flows.catalogue_walk import CatalogueWalk
from .flows.context import Context
from .flows.history import History
from .flows.hygiene import Hygiene
from .flows.policy_check import check_policies
from .flows.proposals import read_proposals
from .flows.rehearsal import Rehearsal
from .flows.rules import load_rules
from .flows.sheet import read_sheet
from .flows.shelf_walk import ShelfWalk
from .flows.sides import Sides
from .flows.steps.carriers import NO_APP, NO_APP_FIX
from .flows.table import FLOWS, Flow
from .flows.tax_check import check_tax_rates
from .flows.usage import UsageSurvey
from .live import Live, build_odoo, build_store, live_connection, namespace_of
from .mapping.documents.money import Money
from .mapping.evidence.row import Row
from .mapping.proposals import Proposal
from .mapping.rules import Rules
from .odoo import checks
from .odoo.records import Records
from .stores.base import Store, StoreIdentity
from .surveys import usage_of
from .trials import chore as trials

__all__ = ["build_odoo", "build_store", "live_connection", "namespace_of"]


@dataclass(frozen=True)
class Check:
    """One answer of the connection test. `ok` is None for a warning."""

    name: str
    ok: bool | None
    message: str
    fix: str = ""


def install() -> None:
    """Tell the engine which flows there are. May be called again."""
    alerts = registry.Watch("alerts", rounds.SECONDS, rounds.watch)
    lanes = {flow.name: flow.lane for flow in FLOWS.values()}
    registry.register(lanes_of, connections=enabled_connections, watches=(alerts,), flows=lanes)


def lanes_of(connection_id: int) -> registry.Lanes:
    """Return what the engine has to know of a connection.

    Raises:
        ConfigError: where the connection is gone or its settings cannot be used.
    """
    live = live_connection(connection_id)
    return registry.Lanes(
        handlers={flow.lane: _handler(live, flow) for flow in FLOWS.values()},
        bulk=frozenset(flow.lane for flow in FLOWS.values() if flow.bulk),
        slots=live.settings.odoo_slots,
        batch_size=live.settings.batch_size,
        sizes={flow.lane: flow.batch for flow in FLOWS.values() if flow.batch},
        enabled=live.connection.enabled,
        chores=(
            *chores_of(live),
            trials.chore_of(live),
            Chore(health.CHORE, health.EVERY, _check_health, frozenset(), "Health check"),
            Chore(needs_look.CHORE, needs_look.EVERY, _look_for_needs, frozenset({"odoo", "store"}), "What flows need"),
        ),
        knock=live.knock,
        archives={
            **{flow.lane: _history(live, flow) for flow in FLOWS.values() if flow.past},
            FLOWS["products"].lane: _catalogue(live),
            FLOWS["product"].lane: _shelf(live),
        },
        surveys=_surveys(live),
        secrets=live.connection.known_secrets,
    )


def enabled_connections() -> Sequence[int]:
    """Return the connections that are switched on."""
    return list(Connection.objects.filter(enabled=True).order_by("pk").values_list("pk", flat=True))


def sync_orders(connection: Connection, external_ids: Sequence[str], *, again: bool = False) -> int:
    """Put orders on the to-do list, as if an event had come, and return how many there were.

    `again` forgets which documents were made for them, so that what was deleted in Odoo is made anew.
    """
    flow = FLOWS["order"]
    if again:
        for kind in ("order", "invoice"):
            Links(connection.pk).forget(kind, external_ids)
    return enqueue(connection.pk, flow.lane, flow.name, external_ids, source="manual")


def plan_orders(connection: Connection, external_ids: Sequence[str]) -> list[tuple[str, Plan | WoodooError]]:
    """Plan orders without writing anything: the dry run. Returns a plan, or why there is none, for each."""
    return _plan_by_rules(connection, FLOWS["order"], external_ids)


def _plan_by_rules(connection: Connection, flow: Flow, records: Sequence[str]) -> list[tuple[str, Plan | WoodooError]]:
    live = live_connection(connection.pk)
    odoo = live.odoo(NullRecorder())
    rules, _ = live.rules(odoo, younger_than=0)
    context = Context(live.store(NullRecorder()), odoo, rules, Links(connection.pk))
    planned = flow.plan(context, records)
    shown: dict[str, Plan | WoodooError] = {**planned.shown(), **planned.failures}
    return [(record, shown[record]) for record in records if record in shown]


def look_at_money(connection: Connection, order_id: str) -> Money:
    """Ask both sides what an order comes to: total, tax, refunded, paid, open.

    Raises:
        WoodooError: a side cannot be asked, or the store does not have the order.
    """
    live = live_connection(connection.pk)
    odoo = live.odoo(NullRecorder())
    rules, _ = live.rules(odoo)
    return money.look_at_money(Context(live.store(NullRecorder()), odoo, rules, Links(connection.pk)), order_id)


def sync_records(connection: Connection, flow: Flow, records: Sequence[str]) -> int:
    """Put records of a flow on the to-do list, as if an event had come, and return how many there were."""
    return enqueue(connection.pk, flow.lane, flow.name, records, source="manual")


def plan_records(connection: Connection, flow: Flow, records: Sequence[str]) -> list[tuple[str, Plan | WoodooError]]:
    """Plan records of a flow without writing anything. Returns a plan, or why there is none, for each."""
    if flow.with_rules:
        return _plan_by_rules(connection, flow, records)
    planned = flow.plan(sides_of(live_connection(connection.pk), NullRecorder()), records)
    shown: dict[str, Plan | WoodooError] = {**planned.shown(), **planned.failures}
    return [(record, shown[record]) for record in records if record in shown]


def propose(connection: Connection) -> tuple[Proposal, ...]:
    """Return what Woodoo would map of all that is not mapped yet, and why.

    Raises:
        WoodooError: where a side does not answer, or the settings as they are cannot be used.
    """
    odoo = build_odoo(connection)
    rules = load_rules(odoo, connection.rules, namespace_of(connection))
    return read_proposals(build_store(connection), odoo, rules)


def take_proposals(connection: Connection, proposals: Sequence[Proposal]) -> tuple[int, int]:
    """Write what is proposed into the settings, leaving what is mapped as it is.

    Returns how much that was, and how many records that waited are tried again for it.
    """
    return take_into_maps(connection.pk, proposals)


def check_connection(connection: Connection) -> list[Check]:
    """Try both sides and the settings, and say of each thing whether it is right and what to do if not.

    A connection that was saved without being tried counts as tried once nothing is wrong.
    """
    found = _check(connection)
    if connection.unchecked and all(one.ok is not False for one in found):
        Connection.objects.filter(pk=connection.pk).update(unchecked="")
        connection.unchecked = ""
    return found


def _check(connection: Connection) -> list[Check]:
    of_store, found = check_store(connection)
    odoo, of_odoo = check_odoo(connection)
    found += of_odoo
    if of_store is None or odoo is None or any(one.ok is False for one in found):
        return found
    shop, store = of_store
    try:
        rules = load_rules(odoo, connection.rules, namespace_of(connection))
        found.append(Check("Settings", True, "What the settings point at is there in Odoo."))
        found.append(_check_currency(store, rules))
        right, message, fix = check_tax_rates(shop, odoo, rules, prices_include_tax=store.prices_include_tax)
        found.append(Check("Tax rates", right, message, fix))
        if connection.rules.send_shipping_methods and not odoo.client.dialect.order_carrier:
            found.append(Check("Shipping methods", False, NO_APP, NO_APP_FIX))
        found.append(Check("Policies", *check_policies(shop.payment_methods(), rules)))
    except WoodooError as error:
        found.append(Check("Settings", False, error.message, error.fix))
    return found


def check_store(connection: Connection) -> tuple[tuple[Store, StoreIdentity] | None, list[Check]]:
    """Try the store's side alone: its address, and what its key may do. Changes nothing there."""
    try:
        shop = build_store(connection)
        store = shop.identify()
        detail = f"WooCommerce {store.version} at {store.url}, prices in {store.currency}"
        found = [Check("Store", True, f"{detail} with {store.currency_digits} decimals.")]
        shop.check_writing()
        return (shop, store), found
    except WoodooError as error:
        return None, [Check("Store", False, error.message, error.fix)]


def check_odoo(connection: Connection) -> tuple[Records | None, list[Check]]:
    """Try Odoo's side alone: address, database, login, apps, rights."""
    try:
        odoo = build_odoo(connection)
        found = checks.check(odoo.client, odoo.company_id, products=connection.rules.takes_products)
    except WoodooError as error:
        return None, [Check("Odoo", False, error.message, error.fix)]
    right = {checks.State.OK: True, checks.State.ERROR: False}
    return odoo, [Check(f"Odoo: {one.name}", right.get(one.state), one.message, one.fix) for one in found]


def examine(connection: Connection) -> list[Finding]:
    """Look at everything a connection and the installation need to be well: the health check.

    Raises:
        ConfigError: where the connection cannot even be read.
    """
    live = live_connection(connection.pk)
    states = {True: findings.OK, None: findings.WARN, False: findings.BAD}
    tested = [
        Finding(one.name.lower().replace(": ", "_").replace(" ", "_"), one.name, states[one.ok], one.message, one.fix)
        for one in check_connection(connection)
    ]
    return [*tested, *checkup.examine(live)]


def look_for_needs(connection_id: int) -> None:
    """Look on both sides for what each flow needs, and keep what was seen.

    Raises:
        ConfigError: where the connection cannot even be read.
    """
    needs_look.note(connection_id, _look_for_needs(connection_id))


def _look_for_needs(connection_id: int) -> dict[str, Any]:
    return needs_look.look(live_connection(connection_id))


def _check_health(connection_id: int) -> dict[str, Any]:
    return health.as_json(examine(live_connection(connection_id).connection))


def _check_currency(store: StoreIdentity, rules: Rules) -> Check:
    """Refuse a store whose amounts Odoo cannot hold: another currency than Odoo has, or more decimals."""
    currency = rules.currencies.get(store.currency)
    if currency is None:
        message = f"The store's prices are in {store.currency}, which is not an active currency in Odoo."
        return Check("Currency", False, message, f"Activate {store.currency} in Odoo.")
    if store.currency_digits > currency.digits:
        return Check(
            "Currency",
            False,
            f"The store keeps {store.currency} with {store.currency_digits} decimals, Odoo with {currency.digits}, so "
            "Odoo cannot hold the store's amounts.",
            f"Set the number of decimals in WooCommerce to {currency.digits}, or give the currency in Odoo a finer "
            "rounding factor.",
        )
    detail = f"with {store.currency_digits} decimals in the store and {currency.digits} in Odoo"
    return Check("Currency", True, f"Amounts in {store.currency} come over {detail}.")


def sides_of(live: Live, recorder: CallRecorder, renew: Callable[[], None] = lambda: None) -> Sides:
    """Return both sides of a connection, as flows that do not go by the rules of orders see them."""
    return live.sides(recorder, renew)


def _handler(live: Live, flow: Flow) -> Handler:
    """Return what the engine calls for the records of a flow."""
    work = _by_rules(live, flow) if flow.with_rules else _by_sides(live, flow)

    def handle(items: Sequence[Item], batch: Batch) -> Mapping[int, Outcome]:
        if flow.wanted(live.settings):
            return work(items, batch)
        off = Outcome(OutcomeKind.SKIPPED, "This is switched off in the features of the connection.")
        return dict.fromkeys((item.work_id for item in items), off)

    return handle


def _by_sides(live: Live, flow: Flow) -> Handler:
    def handle(items: Sequence[Item], batch: Batch) -> dict[int, Outcome]:
        outcomes = flow.sync(sides_of(live, batch.recorder, batch.renew), [item.record for item in items])
        return {item.work_id: outcomes[item.record] for item in items if item.record in outcomes}

    return handle


def _by_rules(live: Live, flow: Flow) -> Handler:
    def handle(items: Sequence[Item], batch: Batch) -> dict[int, Outcome]:
        records = [item.record for item in items]
        odoo = live.odoo(batch.recorder)
        rules, fresh = live.rules(odoo)
        asked = _asked_for(live, flow, records)
        context = Context(live.store(batch.recorder), odoo, rules, Links(live.connection.pk), batch.renew, asked)
        outcomes = dict(flow.sync(context, records))
        doubtful = [record for record, outcome in outcomes.items() if isinstance(outcome.error, ConfigError)]
        if doubtful and not fresh:
            rules, _ = live.rules(odoo, younger_than=0)
            outcomes |= flow.sync(replace(context, rules=rules), doubtful)
        return {item.work_id: outcomes[item.record] for item in items}

    return handle


def _asked_for(live: Live, flow: Flow, records: Sequence[str]) -> frozenset[str] | None:
    """Return which orders a person asked for; None where it does not matter."""
    if live.settings.orders_from is None or flow.name != "order":
        return None
    return asked_for(live.connection.pk, flow.lane, records)


def history_of(connection_id: int) -> History:
    """Return the past of a connection's orders.

    Raises:
        ConfigError: where the connection is gone or its settings cannot be used.
    """
    return _history(live_connection(connection_id), FLOWS["order"])


def _history(live: Live, flow: Flow) -> History:
    store, links = live.store(NullRecorder()), Links(live.connection.pk)

    def context() -> Context:
        odoo = live.odoo(NullRecorder())
        rules, _ = live.rules(odoo)
        return Context(store, odoo, rules, links)

    return History(flow, store, links, context)


def _surveys(live: Live) -> dict[str, registry.Survey]:
    """Return what can be looked at before a connection goes live, by the names of `woodoo.surveys`."""
    store, settings = live.store(NullRecorder()), live.settings

    def odoo() -> Records:
        return live.odoo(NullRecorder())

    def context(fresh: bool) -> Context:
        both = odoo()
        rules, _ = live.rules(both, younger_than=0) if fresh else live.rules(both)
        return Context(store, both, rules, Links(live.connection.pk), asked_for=frozenset())

    return {
        "usage": UsageSurvey(store, odoo, settings.sku_field),
        "rehearsal": Rehearsal(store, context),
        "hygiene": Hygiene(store, odoo, settings.sku_field, namespace_of(live.connection)),
    }


def read_mappings(connection: Connection) -> list[Row]:
    """Return everything that is mapped or could be, beside what past orders use.

    Raises:
        WoodooError: where a side does not answer, or the settings as they are cannot be used.
    """
    odoo = build_odoo(connection)
    rules = load_rules(odoo, connection.rules, namespace_of(connection))
    usage, skus, _ = usage_of(connection)
    chosen = "sku_field" in connection.settings
    return read_sheet(build_store(connection), odoo, rules, usage, skus, sku_field_chosen=chosen)


def catalogue_of(connection_id: int) -> CatalogueWalk:
    """Return the products of a connection's Odoo.

    Raises:
        ConfigError: where the connection is gone or its settings cannot be used.
    """
    return _catalogue(live_connection(connection_id))


def _catalogue(live: Live) -> CatalogueWalk:
    return CatalogueWalk(lambda: sides_of(live, NullRecorder()))


def shelf_of(connection_id: int) -> ShelfWalk:
    """Return the products of a connection's store.

    Raises:
        ConfigError: where the connection is gone or its settings cannot be used.
    """
    return _shelf(live_connection(connection_id))


def _shelf(live: Live) -> ShelfWalk:
    return ShelfWalk(lambda: sides_of(live, NullRecorder()))
