"""Records on the to-do list: found, looked at in full, tried again, left out, brought over, planned."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import Http404
from ninja import Query as Asked
from ninja import Router, Schema, Status
from ninja.errors import HttpError
from pydantic import Field

from woodoo.connections.models import Connection
from woodoo.domain.errors import ConfigError, WoodooError
from woodoo.engine.held import is_key
from woodoo.engine.models import Call, Work
from woodoo.flows.table import FLOWS

from .. import together
from ..journey import EventEntry, RunEntry, call_is_about, tell
from ..kinds import store_page_of
from ..money import card_of, has_money, look
from ..reach import Reach, Role
from ..words import LONGEST_REASON, flow_word
from ..worklist import Query, exact_counts, position, rows_of, within
from .answers import says
from .door import OPERATOR, VIEWER, ApiRequest
from .shapes import CallId, ConnectionId, Count, FlowName, RecordId, WorkId, WorkState, get_connection

router = Router(tags=["Work"])

_Reason = Annotated[str, Field(min_length=1, max_length=LONGEST_REASON)]


class Filter(Schema):
    """Which records."""

    state: WorkState | Literal["attention"] | None = Field(default=None, description="attention: parked and failed.")
    connection: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    flow: FlowName | None = None
    text: Annotated[str, Field(max_length=100)] | None = Field(
        default=None,
        description="Beginnings of words: order number, SKU, document in Odoo, and for tokens that may read personal "
        "data name or e-mail address of the customer. Also the id of the record, and any part of the title or message "
        "of records that are parked, failed or tried again.",
    )
    cause: Annotated[str, Field(pattern="^[0-9a-f]{12}$")] | None = Field(default=None, description="Key of a cause.")
    since: date | None = Field(default=None, description="Changed last on this day or later; days are those of UTC.")
    until: date | None = Field(default=None, description="Changed last on this day or before.")

    def query(self, reach: Reach, role: Role = Role.VIEWER) -> Query:
        """Return it as the panel asks for it, within what is reached in that role."""
        query = Query(
            state=self.state or "",
            connection=self.connection,
            flow=self.flow or "",
            text=(self.text or "").strip(),
            cause=self.cause if self.cause and is_key(self.cause) else "",
            since=self.since,
            until=self.until,
        )
        return within(query, reach, role)


class Page(Filter):
    """Which records, how many of them, and in which order."""

    sort: Literal["new", "old", "oldest"] | None = Field(
        default=None,
        description="oldest: by the last change, oldest first; new, old: as they came on the list. Default: latest "
        "change first.",
    )
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    before: Annotated[str, Field(max_length=100)] | None = Field(None, description="`next` of the page before.")


class Record(Schema):
    """A record on the to-do list."""

    id: int
    connection_id: int
    flow: str
    kind: str = Field(description="What it is, in words.")
    record: str = Field(description="Its id in the store, or in Odoo where the flow goes by that.")
    title: str
    state: str
    message: str
    error_kind: str
    fix: str
    place: str
    attempts: int
    import_id: int | None
    due_at: datetime
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None

    @staticmethod
    def resolve_kind(work: Work) -> str:
        """Name the flow in words."""
        return flow_word(work.flow)

    @staticmethod
    def resolve_title(work: Work) -> str:
        """Name it, also where nothing of it was read yet."""
        return work.name


class Records(Schema):
    """A page of records."""

    records: list[Record]
    next: str | None = Field(description="Give it as `before` for the next page; null on the last one.")


class CallLine(Schema):
    """A request that was made, without what was asked and answered."""

    id: int
    system: str
    summary: str
    status: str
    started_at: datetime
    duration_ms: int | None


class Entry(Schema):
    """Something that happened to a record: news of it, or an attempt at it."""

    at: datetime
    kind: Literal["event", "run"]
    title: str
    detail: str = ""
    times: int = 1
    outcome: str | None = None
    message: str = ""
    fix: str = ""
    number: int | None = Field(None, description="Of the attempt, counted from the first.")
    milliseconds: float | None = None
    plan: dict[str, Any] | None = Field(None, description="What was planned, with a reason for each step.")
    calls: list[CallLine] = Field(default_factory=list)


class OdooLink(Schema):
    """A record in Odoo that stands for it."""

    model: str
    what: str
    name: str
    url: str


class JourneyTold(Schema):
    """All that is known of a record."""

    record: Record
    entries: list[Entry] = Field(description="Oldest first.")
    earlier: int = Field(description="How many entries before those are left out.")
    totals: list[dict[str, Any]] = Field(description="Amounts of both sides.")
    currency: str
    odoo: list[OdooLink]
    store_url: str = Field(description="Its page in the store's back office; empty where it has none.")


class Amount(Schema):
    """One amount of an order, as decimal strings in its currency."""

    name: str = Field(description="Total, Tax, Refunded, Paid (less refunds) or Open.")
    store: str
    odoo: str | None = Field(description="null: Odoo has none yet.")
    equal: bool | None


class MoneyTold(Schema):
    """What an order comes to on both sides."""

    at: datetime | None = Field(description="null: nobody has compared yet.")
    currency: str
    totals: list[Amount]
    notes: list[str]
    problem: str = Field(description="Why it could not be compared the last time.")
    old: bool = Field(description="Something happened since.")


class CallBodies(CallLine):
    """A request and its answer, secrets left out. Personal data."""

    error: str
    request: Any
    response: Any
    erased_at: datetime | None


class Reason(Schema):
    """Why records are left out."""

    reason: _Reason


class ToSync(Schema):
    """Records to bring over as they are now."""

    flow: FlowName = "order"
    records: Annotated[list[RecordId], Field(min_length=1, max_length=1000)]
    again: bool = Field(False, description="Make orders anew that were deleted in Odoo.")


class ToPlan(Schema):
    """Records to plan."""

    flow: FlowName = "order"
    records: Annotated[list[RecordId], Field(min_length=1, max_length=50)]


class Planned(Schema):
    """What would be done for a record, or why nothing can be."""

    record: str
    plan: dict[str, Any] | None
    message: str = ""
    fix: str = ""
    where: str = ""


class ToPrepare(Schema):
    """Many records to try again or to leave out."""

    action: Literal["retry", "skip"]
    filter: Filter = Field(default_factory=lambda: Filter())
    reason: Annotated[str, Field(max_length=LONGEST_REASON)] = Field("", description="Needed to leave out.")


class Prepared(Schema):
    """What was counted, and what came of it."""

    id: UUID
    action: str
    count: int
    reason: str
    prepared_at: datetime
    confirmed_at: datetime | None
    done: int | None = Field(description="Records it was in the end; null until it is done.")

    @staticmethod
    def resolve_count(action: Any) -> int:
        """Count the records."""
        return len(action.numbers)


@router.get("/work", auth=VIEWER, response=says(Records), operation_id="list_work")
def list_work(request: ApiRequest, asked: Asked[Page]) -> dict[str, Any]:
    """Find records. A page far down costs no more than the first."""
    query = replace(asked.query(request.auth), sort=asked.sort or "")
    if asked.before:
        begins = position(asked.before)
        if begins is None:
            raise HttpError(422, "`before` is not the `next` of a page.")
        query = _before(query, begins)
    found, more = rows_of(query, asked.limit)
    return {"records": found, "next": f"{found[-1].updated_at.isoformat()},{found[-1].pk}" if more else None}


@router.get("/work/counts", auth=VIEWER, response=says(dict[str, int]), operation_id="count_work")
def count_work(request: ApiRequest, asked: Asked[Filter]) -> dict[str, int]:
    """Count records in each state, whatever state the filter names."""
    return exact_counts(asked.query(request.auth))


@router.get("/work/{work_id}", auth=VIEWER, response=says(JourneyTold), operation_id="read_work")
def read_work(request: ApiRequest, work_id: WorkId) -> dict[str, Any]:
    """Tell everything of one record: events, attempts with plans and calls, and what it is on both sides."""
    work = _get(work_id)
    personal = request.auth.reads_data(work.connection_id)
    on = Connection.objects.filter(pk=work.connection_id).first()
    told = tell(work, on, with_personal_data=personal)
    return {
        "record": work,
        "entries": [_entry(one, personal) for one in told.entries],
        "earlier": told.earlier,
        "totals": list(told.totals),
        "currency": told.currency,
        "odoo": told.records,
        "store_url": store_page_of(work, on) if on else "",
    }


@router.get("/work/{work_id}/money", auth=VIEWER, response=says(MoneyTold), operation_id="read_money")
def read_money(request: ApiRequest, work_id: WorkId) -> Any:
    """Tell what an order came to on both sides when they were asked last: total, tax, refunded, paid, open."""
    work, on = _with_money(work_id)
    return card_of(work, on)


@router.post("/work/{work_id}/money", auth=VIEWER, response=says(MoneyTold), operation_id="compare_money")
def compare_money(request: ApiRequest, work_id: WorkId) -> Any:
    """Ask both sides what an order comes to; at most every ten seconds."""
    work, on = _with_money(work_id)
    return look(work, on)


def _with_money(work_id: int) -> tuple[Work, Connection]:
    """Return an order and its connection.

    Raises:
        Http404: the record is no order.
    """
    work = _get(work_id)
    on = Connection.objects.filter(pk=work.connection_id).first()
    if on is None or not has_money(work):
        raise Http404
    return work, on


@router.get("/work/{work_id}/calls/{call_id}", auth=VIEWER, response=says(CallBodies), operation_id="read_call")
def read_call(request: ApiRequest, work_id: WorkId, call_id: CallId) -> Call:
    """Show what one call asked and what was answered. Takes a token that may read personal data."""
    if not request.auth.personal_data:
        raise HttpError(403, "This token may not read personal data.")
    work, found = _get(work_id), Call.objects.filter(pk=call_id).first()
    if found is None or not call_is_about(found, work):
        raise Http404
    return found


@router.post("/work/{work_id}/retry", auth=OPERATOR, response=says(Count), operation_id="retry_work")
def retry_one(request: ApiRequest, work_id: WorkId) -> dict[str, int]:
    """Try a record again now. Always safe; one that is being worked on is not touched."""
    return {"count": together.retry_now([_get(work_id).pk])}


@router.post("/work/{work_id}/skip", auth=OPERATOR, response=says(Count), operation_id="skip_work")
def skip_one(request: ApiRequest, work_id: WorkId, body: Reason) -> dict[str, int]:
    """Leave a record out until something happens to it."""
    return {"count": together.skip_now([_get(work_id).pk], body.reason, request.auth.name)}


@router.post("/bulk", auth=OPERATOR, response=says(Prepared, 201), operation_id="prepare_bulk")
def prepare_bulk(request: ApiRequest, body: ToPrepare) -> Status[Any]:
    """Count all that match and can be tried again, or left out. Nothing is done until it is confirmed."""
    query = body.filter.query(request.auth, Role.OPERATOR)
    return Status(201, together.prepare(body.action, query, reason=body.reason, by=request.auth.name))


@router.get("/bulk/{action_id}", auth=OPERATOR, response=says(Prepared), operation_id="read_bulk")
def read_bulk(request: ApiRequest, action_id: UUID) -> Any:
    """Say what was counted, and what came of it."""
    return _prepared(action_id, request)


@router.post("/bulk/{action_id}/confirm", auth=OPERATOR, response=says(Prepared), operation_id="confirm_bulk")
def confirm_bulk(request: ApiRequest, action_id: UUID) -> Any:
    """Do what was counted, once. To be repeated until an answer comes: what was done is not done again."""
    return together.confirm(_prepared(action_id, request))


@router.post("/connections/{connection_id}/sync", auth=OPERATOR, response=says(Count), operation_id="sync_records")
def sync(request: ApiRequest, connection_id: ConnectionId, body: ToSync) -> dict[str, int]:
    """Bring records over as they are now; a running worker takes them at once."""
    from woodoo import wiring

    on, records = _on(connection_id, body.flow), list(dict.fromkeys(body.records))
    if body.flow == "order":
        return {"count": wiring.sync_orders(on, records, again=body.again)}
    return {"count": wiring.sync_records(on, FLOWS[body.flow], records)}


@router.post(
    "/connections/{connection_id}/plan", auth=OPERATOR, response=says(list[Planned]), operation_id="plan_records"
)
def plan(request: ApiRequest, connection_id: ConnectionId, body: ToPlan) -> list[dict[str, Any]]:
    """Tell what bringing records over would do. Changes nothing."""
    from woodoo import wiring

    found = wiring.plan_records(_on(connection_id, body.flow), FLOWS[body.flow], list(dict.fromkeys(body.records)))
    return [_planned(record, one, request.auth.personal_data) for record, one in found]


def _on(connection_id: int, flow: str) -> Connection:
    on = get_connection(connection_id)
    if not FLOWS[flow].wanted(on.rules):
        raise ConfigError(
            f"{flow} is switched off on {on.name}.",
            where="settings",
            fix="Switch it on under Configuration of the connection.",
        )
    return on


def _planned(record: str, found: Any, personal: bool) -> dict[str, Any]:
    if isinstance(found, WoodooError):
        return {"record": record, "plan": None, "message": found.message, "fix": found.fix, "where": found.where}
    return {"record": record, "plan": _shown(found.to_json(), personal)}


def _get(work_id: int) -> Work:
    found = Work.objects.filter(pk=work_id).first()
    if found is None:
        raise Http404
    return found


def _before(query: Query, begins: tuple[datetime, int]) -> Query:
    return replace(query, before=begins)


def _prepared(action_id: UUID, request: ApiRequest) -> Any:
    found = together.find(action_id, request.auth.name)
    if found is None:
        raise Http404
    return found


def _entry(one: EventEntry | RunEntry, personal: bool) -> dict[str, Any]:
    if isinstance(one, EventEntry):
        return {"at": one.at, "kind": "event", "title": one.title, "detail": one.detail, "times": one.times}
    return {
        "at": one.at,
        "kind": "run",
        "title": one.label,
        "outcome": one.run.outcome or "running",
        "message": one.run.message,
        "fix": one.run.fix,
        "number": one.number,
        "milliseconds": one.milliseconds,
        "plan": _shown(one.plan, personal) if one.plan else None,
        "calls": one.calls,
    }


def _shown(plan: Any, personal: bool) -> dict[str, Any]:
    """Return a plan as its reader may see it: details name customers."""
    if personal:
        return dict(plan)
    return {**plan, "steps": [{**step, "detail": ""} for step in plan.get("steps", ())]}
