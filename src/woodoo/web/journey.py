"""Tells what happened to one record, from the store's news to the documents in Odoo.

Decides what of it a reader without the right to personal data sees: that something happened, when and with what
outcome, but no names and no contents.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from woodoo.connections.models import Connection
from woodoo.engine.models import Call, Event, Link, Run, Work

from .kinds import links_about, odoo_model_of
from .links import MAIN_MODELS, MODEL_WORDS, model_word, odoo_record_url

#: Entries shown; a record that is touched every minute has thousands.
MOST_EVENTS = 40
MOST_RUNS = 25

#: Outcome of a run → the state it is drawn as, and its word.
OUTCOMES = {
    "": ("running", _("Running")),
    "done": ("done", _("Done")),
    "skipped": ("skipped", _("Skipped")),
    "parked": ("parked", _("Parked")),
    "retry": ("failed", _("Did not work")),
    "down": ("waiting", _("No answer")),
    "lost": ("skipped", _("Interrupted")),
}
#: Outcomes of runs that may have stopped before they compared anything, so that older totals are no longer news.
_HELD_BACK = {"parked", "retry"}
_RUN_ICONS = {
    "running": "loader",
    "done": "check",
    "skipped": "ban",
    "parked": "alert-triangle",
    "failed": "x",
    "waiting": "hourglass",
}
_TOPICS = {
    "created": _("The store reported a new record"),
    "updated": _("The store reported a change"),
    "deleted": _("The store reported that it was deleted"),
    "restored": _("The store reported that it is back"),
}
_CREATED = {
    "order": _("The store reported a new order"),
    "product": _("The store reported a new product"),
    "customer": _("The store reported a new customer"),
}
_SOURCES = {
    "poll": (_("Asking the store showed a change"), "clock"),
    "odoo": (_("Its records in Odoo were changed there"), "user"),
    "manual": (_("A person asked for it"), "user"),
    "import": (_("An import of history came to it"), "hourglass"),
    "retry": (_("A person asked to try it again"), "user"),
    "skip": (_("A person chose to skip it"), "ban"),
    "settings": (_("The connection's settings were changed"), "settings"),
    "flow": (_("Another record of it was looked at"), "route"),
    "contents": (_("Reading it again showed a change the store did not date"), "clock"),
    "census": (_("Counting the store's orders showed a difference"), "clock"),
    "drift": (_("It was changed on the side that does not own it"), "route"),
    "reconcile": (_("Comparing both sides showed a difference"), "route"),
}


@dataclass
class EventEntry:
    """One or more equal events in a row."""

    at: datetime
    title: str
    detail: str
    icon: str
    times: int = 1
    kind: str = "event"


@dataclass(frozen=True)
class RunEntry:
    """One attempt, with its plan and its calls."""

    at: datetime
    run: Run
    #: Counted from the record's first one; the engine's own count begins anew with every event.
    number: int
    state: str
    label: str
    icon: str
    milliseconds: float | None
    plan: Mapping[str, Any]
    calls: Sequence[Call]
    #: How many records went in the same batch.
    together: int
    open: bool
    kind: str = "run"

    @property
    def others(self) -> int:
        return self.together - 1


@dataclass(frozen=True)
class OdooRecord:
    """A document in Odoo that stands for the record."""

    model: str
    what: str
    name: str
    url: str


@dataclass(frozen=True)
class Journey:
    """Everything the page of one record shows."""

    entries: list[EventEntry | RunEntry] = field(default_factory=list)
    #: Entries before those shown.
    earlier: int = 0
    totals: Sequence[Mapping[str, Any]] = ()
    #: The attempt the totals are of, where a later one was held back before it compared any; else 0.
    totals_of: int = 0
    #: The attempt they are of in any case, and when that was.
    totals_in: int = 0
    totals_at: datetime | None = None
    currency: str = ""
    records: list[OdooRecord] = field(default_factory=list)

    @property
    def main_record(self) -> OdooRecord | None:
        return next((r for m in MAIN_MODELS for r in self.records if r.model == m and r.url), None)

    @property
    def totals_agree(self) -> bool:
        return bool(self.totals) and not self.totals_of and all(total.get("equal") for total in self.totals)

    @property
    def totals_differ(self) -> bool:
        return not self.totals_of and any(total.get("equal") is False for total in self.totals)


def tell(work: Work, connection: Connection | None, *, with_personal_data: bool) -> Journey:
    """Put the journey of one record together, oldest entry first."""
    events = Event.objects.filter(connection_id=work.connection_id, lane=work.lane, record=work.record)
    newest_events = list(events.defer("raw").order_by("-pk")[:MOST_EVENTS])
    runs = list(work.runs.defer("traceback").order_by("-pk")[:MOST_RUNS])
    all_runs = work.runs.count()
    earlier = max(0, events.count() - MOST_EVENTS) + max(0, all_runs - MOST_RUNS)
    entries: list[EventEntry | RunEntry] = [
        *_event_entries(reversed(newest_events)),
        *_run_entries(work, runs, all_runs),
    ]
    entries.sort(key=lambda entry: entry.at)
    newer = next((n for n, run in enumerate(runs) if run.plan and run.plan.get("totals")), len(runs))
    compared = runs[newer] if newer < len(runs) else None
    plan: Mapping[str, Any] = (compared.plan or {}) if compared else {}
    return Journey(
        _merged(entries),
        earlier,
        plan.get("totals", ()),
        all_runs - newer if any(run.outcome in _HELD_BACK for run in runs[:newer]) else 0,
        all_runs - newer if compared else 0,
        (compared.ended_at or compared.started_at) if compared else None,
        plan.get("currency", ""),
        _odoo_records(work, connection, with_personal_data),
    )


def _event_entries(events: Iterable[Event]) -> list[EventEntry]:
    entries = []
    for event in events:
        title, icon = _SOURCES.get(event.source, ("", "webhook"))
        topic = event.topic if event.source in ("webhook", "import", "odoo") else ""
        entries.append(
            EventEntry(event.received_at, gettext(title) if title else _topic_words(event.topic), topic, icon)
        )
    return entries


def _topic_words(topic: str) -> str:
    resource, _dot, event = topic.partition(".")
    if event == "woocommerce_order_refunded":
        return gettext("The store reported a refund")
    if event == "created" and resource in _CREATED:
        return gettext(_CREATED[resource])
    return gettext(_TOPICS.get(event, _("The store reported something")))


def _merged(entries: list[EventEntry | RunEntry]) -> list[EventEntry | RunEntry]:
    """Fold equal events that follow each other into one line with a count."""
    merged: list[EventEntry | RunEntry] = []
    for entry in entries:
        last = merged[-1] if merged else None
        if (
            isinstance(entry, EventEntry)
            and isinstance(last, EventEntry)
            and (last.title, last.detail) == (entry.title, entry.detail)
        ):
            last.times += 1
            last.at = entry.at
        else:
            merged.append(entry)
    return merged


def _run_entries(work: Work, runs: Sequence[Run], newest: int) -> list[RunEntry]:
    batches = [run.batch for run in runs]
    calls = _calls(work, batches)
    sizes = Counter(dict(Run.objects.filter(batch__in=batches).values_list("batch").annotate(Count("pk"))))
    entries = []
    for place, run in enumerate(runs):
        state, label = OUTCOMES.get(run.outcome, ("skipped", run.outcome or _("Skipped")))
        took = (run.ended_at - run.started_at).total_seconds() * 1000 if run.ended_at else None
        entries.append(
            RunEntry(
                at=run.started_at,
                run=run,
                number=newest - place,
                state=state,
                label=gettext(label),
                icon=_RUN_ICONS.get(state, "check"),
                milliseconds=took,
                plan=run.plan or {},
                calls=calls[run.batch],
                together=sizes[run.batch],
                open=place == 0,
            )
        )
    return entries


def _calls(work: Work, batches: Sequence[UUID]) -> Mapping[UUID, list[Call]]:
    """Return the calls of those batches that were about this record, without their contents."""
    found = Call.objects.filter(batch__in=batches, connection_id=work.connection_id).filter(
        Q(records__contains=[work.record]) | Q(records=[])
    )
    calls: dict[UUID, list[Call]] = defaultdict(list)
    for call in found.defer("request", "response").order_by("pk"):
        calls[call.batch].append(call)
    return calls


def _odoo_records(work: Work, connection: Connection | None, with_personal_data: bool) -> list[OdooRecord]:
    links = Link.objects.filter(connection_id=work.connection_id).filter(links_about(work)).order_by("pk")
    order = list(MODEL_WORDS)
    records = []
    own = odoo_model_of(work)
    if own and not links and connection:  # it is there, and not in the store (yet)
        what, number = model_word(own), int(work.record)
        url = odoo_record_url(connection.odoo_url, own, number, database=connection.odoo_database)
        return [OdooRecord(own, what, f"{what} {number}", url)]
    for link in {(link.odoo_model, link.odoo_id): link for link in reversed(links)}.values():
        what = model_word(link.odoo_model)
        named = link.odoo_name and (with_personal_data or link.odoo_model != "res.partner")
        name = link.odoo_name if named else f"{what} {link.odoo_id}"
        url = _odoo_url(connection, link) if connection else ""
        records.append(OdooRecord(link.odoo_model, what, name, url))
    records.sort(key=lambda r: (order.index(r.model) if r.model in order else 99, r.name))
    return records


def _odoo_url(connection: Connection, link: Link) -> str:
    return odoo_record_url(connection.odoo_url, link.odoo_model, link.odoo_id, database=connection.odoo_database)


def call_is_about(call: Call, work: Work) -> bool:
    """Return whether a call belongs to one of the runs of that record."""
    return (
        call.connection_id == work.connection_id
        and (not call.records or work.record in call.records)
        and work.runs.filter(batch=call.batch).exists()
    )
