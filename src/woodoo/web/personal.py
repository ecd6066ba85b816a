"""What Woodoo itself keeps of one customer, found by the e-mail address: told as a whole, or erased.

Decides what belongs to a person. Store and Odoo keep their own; Woodoo has copies of what went by:

| what                                     | found by                                                              |
|------------------------------------------|-----------------------------------------------------------------------|
| events, attempts, calls, records         | the address in them                                                   |
| records                                  | the address among the words they are found by (`engine.finding`)      |
| orders in answers of the store           | their billing address                                                 |
| the account of the store                 | the `customer_id` of these orders, or the account with that address   |
| the contact of Odoo                      | the links of these orders and of the account                          |
| alerts, and what was sent of them        | the address, or what a record of the person is called or held up by   |

What is erased of a record is what `engine.ledger.erase` blanks: contents and names go, that and when it was worked on
stays. A request about several people is blanked as a whole; what is told of it is only the part with the address.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q

from woodoo.alerts.models import Alert, Message
from woodoo.connections import audit
from woodoo.connections.models import Connection
from woodoo.domain.errors import WoodooError
from woodoo.engine import db, finding
from woodoo.engine.ledger import erase as erase_record
from woodoo.engine.models import Call, Event, Link, Run, Work

_ORDERS, _ACCOUNTS, _CONTACTS = "orders", "customers_in", "customers"
_PARTNER = "res.partner"
#: Kinds of links whose store record is the account.
_OF_ACCOUNT = ("account", "customer")


@dataclass
class Found:
    """What there is of a person."""

    email: str
    #: Records on the to-do list: (connection, lane, record).
    records: set[tuple[int, str, str]] = field(default_factory=set)
    events: list[int] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)
    runs: list[int] = field(default_factory=list)
    links: list[int] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """How many there are of each."""
        return {name: len(getattr(self, name)) for name in ("records", "events", "calls", "runs", "links")}

    def __bool__(self) -> bool:
        return any(self.counts.values())


def find(email: str) -> Found:
    """Find what is kept of the person with an e-mail address, on all connections. Reads all that is kept.

    Raises:
        WoodooError: this is no e-mail address.
    """
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as exc:
        raise WoodooError(f"'{email[:100]}' is no e-mail address.", fix="Write it as ana@example.com.") from exc
    found = Found(address)
    _direct(found)
    found.records |= set(finding.by_person(address))
    _orders_in_answers(found)
    _account_and_contact(found)
    _of_records(found)
    return found


def export(email: str) -> dict[str, Any]:
    """Return all that is kept of a person, to be handed over; nothing in it is about anybody else.

    Raises:
        WoodooError: this is no e-mail address.
    """
    found = find(email)
    audit.note("personal data told", after=found.counts)
    names = dict(Connection.objects.values_list("pk", "name"))
    return {
        "email": found.email,
        "records": _records(found, names),
        "events": [_event(one) for one in Event.objects.filter(pk__in=found.events).order_by("pk")],
        "attempts": list(
            Run.objects.filter(pk__in=found.runs).order_by("pk").values("started_at", "outcome", "message", "plan")
        ),
        "calls": [_call(one, found.email) for one in Call.objects.filter(pk__in=found.calls).order_by("pk")],
        "links": list(
            Link.objects.filter(pk__in=found.links)
            .order_by("pk")
            .values("kind", "external_id", "odoo_model", "odoo_id", "odoo_name")
        ),
    }


def erase(email: str) -> dict[str, int]:
    """Blank all that is kept of a person, and return how much of each there was.

    Raises:
        WoodooError: this is no e-mail address.
    """
    found = find(email)
    words = _words_of(found)
    with transaction.atomic():
        _blank_alerts(words)
        for connection_id, lane, record in sorted(found.records):
            erase_record(connection_id, record, lane=lane)
        db.change(
            "UPDATE engine_event SET raw = '', headers = '{}', erased_at = now() WHERE id = ANY(%s)", [found.events]
        )
        db.change(
            """UPDATE engine_call SET request = NULL, response = NULL, summary = '', error = '', erased_at = now()
                WHERE id = ANY(%s)""",
            [found.calls],
        )
        db.change(
            """UPDATE engine_run SET plan = NULL, message = '', fix = '', traceback = '', erased_at = now()
                WHERE id = ANY(%s)""",
            [found.runs],
        )
        db.change("UPDATE engine_link SET odoo_name = '' WHERE id = ANY(%s)", [found.links])
        _blank_findings(found)
        # Whose it was is not kept: that would be personal data again.
        audit.note("personal data erased", after=found.counts)
    return found.counts


def _words_of(found: Found) -> list[str]:
    """Return what stands for the person in texts: the address, names of contacts, sentences about one record alone."""
    words = {found.email}
    for work in _works(found):
        words |= {work.title} if work.lane in (_ACCOUNTS, _CONTACTS) else set()
        words |= set() if work.cause else {work.message}
    return [word.lower() for word in words if word]


def _blank_alerts(words: Sequence[str]) -> None:
    """Blank alerts that name the person, and messages that told of them. One that is open is written anew."""
    for alert in Alert.objects.exclude(text="", detail="").iterator():
        if _names(f"{alert.text}\n{alert.detail}", words):
            Alert.objects.filter(pk=alert.pk).update(text="", detail="")
    for message in Message.objects.iterator():
        if _names(message.body, words):
            Message.objects.filter(pk=message.pk).update(body="Erased on request.\n")


def _names(text: str, words: Sequence[str]) -> bool:
    return any(word in text.lower() for word in words)


def _blank_findings(found: Found) -> None:
    """Blank what dry runs said of the person's orders."""
    for connection_id, lane, record in sorted(found.records):
        if lane == "orders":
            db.change(
                """UPDATE engine_finding f SET message = '' FROM engine_import i
                    WHERE i.id = f.import_id AND i.connection_id = %s AND f.record = %s""",
                [connection_id, record],
            )
    like = f"%{_for_like(found.email)}%"
    db.change("UPDATE engine_finding SET message = '' WHERE lower(message) LIKE %s", [like])


def _direct(found: Found) -> None:
    """Find what the address stands in. Bodies are bytes, and JSON text may be in either case."""
    params = {"like": f"%{_for_like(found.email)}%"}
    for number, *record in db.rows(
        """SELECT id, connection_id, lane, record FROM engine_event
            WHERE raw <> '' AND lower(encode(raw, 'escape')) LIKE %(like)s""",
        params,
    ):
        found.events.append(number)
        found.records.add((record[0], record[1], record[2]))
    for number, *record in db.rows(
        """SELECT r.id, w.connection_id, w.lane, w.record FROM engine_run r JOIN engine_work w ON w.id = r.work_id
            WHERE lower(COALESCE(r.plan::text, '') || r.message || r.traceback) LIKE %(like)s""",
        params,
    ):
        found.runs.append(number)
        found.records.add((record[0], record[1], record[2]))
    found.records |= {
        (number, lane, record)
        for number, lane, record in db.rows(
            """SELECT connection_id, lane, record FROM engine_work
                WHERE lower(title || message || cause) LIKE %(like)s""",
            params,
        )
    }
    found.calls += [
        number
        for (number,) in db.rows(
            """SELECT id FROM engine_call
                WHERE lower(COALESCE(request::text, '') || COALESCE(response::text, '') || error) LIKE %(like)s""",
            params,
        )
    ]


def _orders_in_answers(found: Found) -> None:
    """Find orders and accounts in answers of the store, which were often asked for by the hundred."""
    calls = Call.objects.filter(pk__in=found.calls, system="store").values_list("connection_id", "response")
    for connection_id, response in calls.iterator(100):
        for lane, record in _records_in(response, found.email):
            found.records.add((connection_id, lane, record))


def _records_in(body: Any, email: str) -> Iterator[tuple[str, str]]:
    if isinstance(body, list):
        for one in body:
            yield from _records_in(one, email)
    if not isinstance(body, dict):
        return
    billing = body.get("billing")
    if isinstance(billing, dict) and _same(billing.get("email"), email) and body.get("number") is not None:
        yield _ORDERS, str(body.get("id"))
    if _same(body.get("email"), email) and "id" in body:
        yield _ACCOUNTS, str(body["id"])
    for one in body.values():
        if isinstance(one, list | dict) and one is not billing:
            yield from _records_in(one, email)


def _account_and_contact(found: Found) -> None:
    """Go on from orders to the account and the contact, where the orders lead to one."""
    for connection_id, raw in Event.objects.filter(pk__in=found.events).values_list("connection_id", "raw"):
        try:
            body = json.loads(bytes(raw))
        except ValueError:
            continue
        billing = body.get("billing") if isinstance(body, dict) else None
        own = isinstance(billing, dict) and _same(billing.get("email"), found.email)
        if own and str(body.get("customer_id") or "0") != "0":
            found.records.add((connection_id, _ACCOUNTS, str(body["customer_id"])))
    for connection_id, external in {(number, record) for number, lane, record in found.records if lane == _ACCOUNTS}:
        mine = Link.objects.filter(connection_id=connection_id, kind__in=_OF_ACCOUNT, external_id=external)
        for number in mine.filter(odoo_model=_PARTNER).values_list("odoo_id", flat=True):
            found.records.add((connection_id, _CONTACTS, str(number)))


def _of_records(found: Found) -> None:
    """Add all events, attempts, calls and links of the records that were found."""
    for connection_id, lane, record in found.records:
        of = {"connection_id": connection_id, "lane": lane, "record": record}
        found.events += Event.objects.filter(**of).exclude(raw=b"").values_list("pk", flat=True)
        work = Work.objects.filter(**of).first()
        if work:
            runs = list(work.runs.values_list("pk", "batch"))
            found.runs += [number for number, _ in runs]
            calls = Call.objects.filter(batch__in=[batch for _, batch in runs], connection_id=connection_id)
            found.calls += calls.filter(Q(records=[record])).values_list("pk", flat=True)
        found.links += _links_of(connection_id, lane, record).values_list("pk", flat=True)
    there = {(w.connection_id, w.lane, w.record) for w in _works(found)}
    found.records &= there
    for name in ("events", "runs", "calls", "links"):
        setattr(found, name, sorted(set(getattr(found, name))))


def _links_of(connection_id: int, lane: str, record: str) -> Any:
    links = Link.objects.filter(connection_id=connection_id)
    if lane == _CONTACTS:
        return links.filter(odoo_model=_PARTNER, odoo_id=int(record) if record.isdigit() else 0)
    return links.filter(external_id=record, kind__in=_OF_ACCOUNT if lane == _ACCOUNTS else _kinds_of(lane))


def _kinds_of(lane: str) -> Sequence[str]:
    from .kinds import kinds_by_store_id

    return kinds_by_store_id(lane)


def _works(found: Found) -> Any:
    wanted = Q(pk=0)
    for connection_id, lane, record in found.records:
        wanted |= Q(connection_id=connection_id, lane=lane, record=record)
    return Work.objects.filter(wanted).order_by("pk")


def _records(found: Found, names: Mapping[int, str]) -> list[dict[str, Any]]:
    works = list(_works(found))
    people = finding.people_of([work.pk for work in works])
    return [_record(work, names, people.get(work.pk, [])) for work in works]


def _record(work: Work, names: Mapping[int, str], found_by: Sequence[str]) -> dict[str, Any]:
    same = ("lane", "record", "title", "state", "message", "created_at")
    told = {name: getattr(work, name) for name in same}
    return {"connection": names.get(work.connection_id, "gone"), **told, "found_by": list(found_by)}


def _event(one: Event) -> dict[str, Any]:
    return {"received_at": one.received_at, "source": one.source, "topic": one.topic, "body": one.payload}


def _call(one: Call, email: str) -> dict[str, Any]:
    """Return a call, of one about several records only what the address stands in."""
    alone = len(one.records) == 1
    bodies = {"request": one.request, "response": one.response}
    told = bodies if alone else {name: _own_part(body, email) for name, body in bodies.items()}
    return {"at": one.started_at, "system": one.system, "asked": one.summary, **told}


def _own_part(body: Any, email: str) -> Any:
    if isinstance(body, Mapping):
        return {name: _own_part(value, email) for name, value in body.items()} if _holds(body, email) else {}
    if isinstance(body, list):
        return [_own_part(one, email) for one in body if _holds(one, email)]
    return body


def _holds(body: Any, email: str) -> bool:
    if isinstance(body, str):
        return email in body.lower()
    inner: Iterable[Any] = body.values() if isinstance(body, Mapping) else body if isinstance(body, list) else ()
    return any(_holds(one, email) for one in inner)


def _same(value: Any, email: str) -> bool:
    return isinstance(value, str) and value.strip().lower() == email


def _for_like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
