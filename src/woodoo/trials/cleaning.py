"""Takes the records of a test run away again, and says what remains.

Decides the order, so that nothing comes back meanwhile: the order goes into the store's trash, where no flow brings it
over; then Odoo's records go, then the store's. Only what carries the run's mark this moment is touched.

| in Odoo                        | what becomes of it                                                     |
|--------------------------------|------------------------------------------------------------------------|
| sales order                    | cancelled and deleted, with its deliveries; without the right to that, |
|                                | it stays cancelled                                                     |
| draft invoice, draft payment   | deleted                                                                |
| delivery that is done          | stays, of runs into the books alone                                    |
| posted invoice, payment        | stays: what is posted cannot be deleted, and its number is taken       |
| customer, addresses, product   | deleted; archived where documents point to them or the right lacks     |
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils import timezone

from ..domain.calls import NullRecorder
from ..domain.errors import ConfigError, RemoteDown, WoodooError
from ..domain.trial import TrialMark
from ..engine.models import Event, Link, State, Work
from ..engine.work import skip
from ..flows.table import FLOWS
from ..live import Live
from ..odoo.changing import cancel_orders
from ..odoo.records import Records
from ..stores.trials import TrialStore
from . import book
from .bench import partners_of
from .models import Trial

#: Seconds a batch that is at a record of the run has to end.
_PATIENCE = 60.0
_EVERYTHING = {"active_test": False}
#: How Odoo and PostgreSQL say that other records need this one.
_POINTED_AT = ("foreign key", "RESTRICT", "used in", "referenced")
#: What a record of the to-do list says once its run is over.
REASON = "It belonged to a test run and is taken away again."


def clean_up(trial: Trial, live: Live) -> list[str]:
    """Take everything of a run away and return what remains, a sentence each.

    Raises:
        WoodooError: a side does not answer, or refuses.
    """
    mark, shop, odoo = book.mark_of(trial, live.connection), live.trials(), live.odoo(NullRecorder())
    orders = shop.find_orders(mark)
    for one in orders:
        shop.trash_order(mark, one)
    _await_batches(trial)
    _forget_links(trial, odoo, mark)
    remains = clean_odoo(odoo, mark)
    _clean_store(shop, mark, orders)
    tidy(trial)
    trial.remains, trial.cleaned_at = remains, timezone.now()
    trial.save(update_fields=["remains", "cleaned_at"])
    return remains


def _clean_store(shop: TrialStore, mark: TrialMark, orders: Iterable[str]) -> None:
    for one in {*orders, *shop.find_orders(mark)}:
        shop.delete_order(mark, one)
    for one in shop.find_products(mark):
        shop.delete_product(mark, one)


def _await_batches(trial: Trial) -> None:
    """Wait until no batch is at a record of the run: what it makes is to be found."""
    deadline = time.monotonic() + _PATIENCE
    while _rows(trial).filter(state=State.RUNNING).exists() and time.monotonic() < deadline:
        time.sleep(0.3)


def _forget_links(trial: Trial, odoo: Records, mark: TrialMark) -> None:
    """Forget which records of the two sides belong together: those of the run, by either side."""
    domain = [("default_code", "=", mark.sku)]
    rows = odoo.search_read("product.product", domain, ["product_tmpl_id"], context=_EVERYTHING)
    by_model = {
        "res.partner": partners_of(odoo, mark),
        "product.product": [row["id"] for row in rows],
        "product.template": [row["product_tmpl_id"] for row in rows],
    }
    ours = Link.objects.filter(connection_id=trial.connection_id)
    for model, ids in by_model.items():
        ours.filter(odoo_model=model, odoo_id__in=ids).delete()
    orders = trial.records.get(FLOWS["order"].lane, [])
    ours.filter(odoo_model__in=("sale.order", "account.move"), external_id__in=orders).delete()


def clean_odoo(odoo: Records, mark: TrialMark) -> list[str]:
    """Take the records of a run away in Odoo and return what remains."""
    partners = partners_of(odoo, mark)
    remains = []
    if partners:
        remains += _orders(odoo, partners)
        remains += _entries(odoo, partners)
    products = odoo.search_read(
        "product.product", [("default_code", "=", mark.sku)], ["product_tmpl_id"], context=_EVERYTHING
    )
    templates = sorted({row["product_tmpl_id"] for row in products})
    remains += _away(odoo, "product.template", templates, f"Product {mark.sku}")
    remains += _away(odoo, "res.partner", sorted(partners, reverse=True), f"Customer {mark.name}")
    return remains


def _orders(odoo: Records, partners: list[int]) -> list[str]:
    """Cancel and delete the sales orders of these customers, with their deliveries."""
    deliveries = odoo.client.dialect.order_deliveries
    fields = ["name", "state", *(["picking_ids"] if deliveries else [])]
    rows = odoo.search_read("sale.order", [("partner_id", "in", partners)], fields)
    names = {row["id"]: row["name"] for row in rows}
    stand = cancel_orders(odoo, [row["id"] for row in rows if row["state"] != "cancel"]).errors if rows else {}
    said = [f"Sales order {names[one]} stays as it is: {_why(error)}" for one, error in stand.items()]
    failed = _delete(odoo, "sale.order", [one for one in names if one not in stand])
    said += [f"Sales order {names[one]} stays, cancelled: {_why(error)}" for one, error in failed.items()]
    ids = [picking for row in rows if deliveries for picking in row["picking_ids"]]
    pickings = odoo.search_read("stock.picking", [("id", "in", ids)], ["name", "state"]) if ids else []
    if done := [str(row["name"]) for row in pickings if row["state"] == "done"]:
        said.append(f"{', '.join(done)} stay: a delivery that is done cannot be deleted.")
    left = _delete(odoo, "stock.picking", [row["id"] for row in pickings if row["state"] != "done"])
    return said + [f"Its cancelled delivery stays: {_why(error)}" for error in left.values()]


def _entries(odoo: Records, partners: list[int]) -> list[str]:
    """Delete what is not posted, and name what is."""
    rows = odoo.search_read("account.move", [("partner_id", "in", partners)], ["name", "state", "move_type"])
    documents = [row for row in rows if row["move_type"] in ("out_invoice", "out_refund")]
    drafts = [row["id"] for row in documents if row["state"] != "posted"]
    failed = _delete(odoo, "account.move", drafts)
    stay = [row["name"] for row in documents if row["state"] == "posted" or row["id"] in failed]
    payments = odoo.search_read("account.payment", [("partner_id", "in", partners)], ["name", "state"])
    stay += [str(row["name"]) for row in payments if row["state"] not in ("draft", "cancel", "canceled")]
    if not stay:
        return []
    return [f"{', '.join(stay)} stay in the books: what is posted cannot be deleted."]


def _away(odoo: Records, model: str, ids: list[int], title: str) -> list[str]:
    """Delete records; archive those that cannot be deleted."""
    failed = _delete(odoo, model, ids)
    if not failed:
        return []
    try:
        odoo.write(model, failed, {"active": False})
    except WoodooError as error:
        return [f"{title} stays: {_why(error)}"]
    return [f"{title} is archived, for it cannot be deleted: {_why(next(iter(failed.values())))}"]


def _delete(odoo: Records, model: str, ids: Sequence[int]) -> Mapping[int, WoodooError]:
    """Delete records and return why some of them stay."""
    try:
        return odoo.action(model, "unlink", ids).errors if ids else {}
    except RemoteDown:
        raise
    except WoodooError as error:  # no right to delete any
        return dict.fromkeys(ids, error)


def _why(error: WoodooError) -> str:
    """Say why something stays, in few words; what Odoo itself says of it fills a screen."""
    if isinstance(error, ConfigError):
        return "the API user may not delete it."
    if any(word in error.message for word in _POINTED_AT):
        return "what stays points to it."
    said = error.message.splitlines()[0]
    return said if said.endswith((".", "!")) else f"{said}."


def tidy(trial: Trial) -> None:
    """Take the run out of the to-do list; where a step failed, its records stay there, left out, to be looked at."""
    rows = _rows(trial)
    if all(step.get("state") != "bad" for step in trial.steps):
        numbers = list(rows.exclude(state=State.RUNNING).values_list("pk", "lane", "record"))
        for _, lane, record in numbers:
            Event.objects.filter(connection_id=trial.connection_id, lane=lane, record=record).delete()
        Work.objects.filter(pk__in=[number for number, _, _ in numbers]).exclude(state=State.RUNNING).delete()
    else:
        rows.update(trial=True)
        skip(list(rows.values_list("pk", flat=True)), REASON)


def _rows(trial: Trial) -> Any:
    found = Work.objects.none()
    for lane, records in trial.records.items():
        found |= Work.objects.filter(connection_id=trial.connection_id, lane=lane, record__in=records)
    return found
