"""What needs a person: causes, differences between both sides, and alerts with the channels they go to."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import Http404
from ninja import Path, Router, Schema, Status
from ninja import Query as Asked
from pydantic import Field

from woodoo.alerts import channels
from woodoo.alerts.kinds import EVERYWHERE
from woodoo.alerts.standing import standings
from woodoo.alerts.trial import try_channels
from woodoo.engine.drift import find_drifts
from woodoo.engine.held import held_up

from ..alertlist import Row, every_alert
from ..words import choices_of
from .answers import says
from .door import ADMINISTRATOR, VIEWER, ApiRequest
from .shapes import ConnectionId, get_connection, reached

router = Router(tags=["What needs a person"])

_Mark = Annotated[str, Path(pattern="^[0-9a-f]{16}$", description="What tells the channel from others.")]


class OnConnection(Schema):
    """Of which connection; left out: of all that are reached."""

    connection: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


class DriftFilter(OnConnection):
    """Which differences."""

    ended: bool = Field(False, description="What was put right, too.")
    limit: Annotated[int, Field(ge=1, le=1000)] = 200


class HeldRecord(Schema):
    """A record that is held up."""

    work_id: int
    name: str


class Cause(Schema):
    """What holds records up: parked and failed ones together."""

    key: str = Field(description="For the filter of the work list, and for bulk actions.")
    connection_id: int
    cause: str
    place: str
    fix: str
    choices: list[str] = Field(description="Where a person is to choose.")
    count: int
    failed: int
    since: datetime
    until: datetime
    records: list[HeldRecord] = Field(description="Those that wait longest.")


class Difference(Schema):
    """A group of fields that was changed on the side that does not own it."""

    id: int
    connection_id: int
    lane: str
    record: str
    title: str
    group: str
    side: str
    detail: str
    times: int
    repaired: bool
    since: datetime
    seen_at: datetime
    ended_at: datetime | None


class AlertTold(Schema):
    """Something that needs, or needed, a person."""

    connection_id: int | None = Field(description="null: all connections.")
    kind: str
    title: str
    lines: list[str]
    count: int
    link: str
    first_at: datetime
    last_at: datetime
    told_at: datetime | None
    resolved_at: datetime | None


class ChannelTold(Schema):
    """A way to reach somebody, its passwords left out."""

    mark: str
    service: str
    address: str
    sent_at: datetime | None = None
    failing_since: datetime | None = None
    error: str = ""


class NewChannel(Schema):
    """An address in the form of Apprise."""

    address: Annotated[str, Field(min_length=3, max_length=2000)]


class Tested(Schema):
    """What came of a test message."""

    mark: str
    error: str = Field(description="Empty where it was handed over.")


@router.get("/causes", auth=VIEWER, response=says(list[Cause]), operation_id="list_causes")
def list_causes(request: ApiRequest, asked: Asked[OnConnection]) -> list[dict[str, Any]]:
    """Say what holds records up, each cause once, those with most records first."""
    found = held_up(among=reached(request.auth, asked.connection))
    return [
        {**{name: getattr(held, name) for name in Cause.model_fields if name != "choices"}}
        | {"choices": choices_of(held.error_kind, held.fix)}
        for held in found
    ]


@router.get("/drift", auth=VIEWER, response=says(list[Difference]), operation_id="list_drift")
def list_drift(request: ApiRequest, asked: Asked[DriftFilter]) -> Any:
    """Say where both sides differ because somebody changed what belongs to the other side."""
    return find_drifts(among=reached(request.auth, asked.connection), ended=asked.ended, most=asked.limit)


@router.get("/alerts", auth=VIEWER, response=says(list[AlertTold]), operation_id="list_alerts")
def list_alerts(request: ApiRequest, asked: Asked[OnConnection]) -> list[dict[str, Any]]:
    """Name what is open, then what was."""
    return [_alert(row) for row in every_alert(reached(request.auth, asked.connection))]


def _alert(row: Row) -> dict[str, Any]:
    one = row.alert
    number = None if one.connection_id == EVERYWHERE else one.connection_id
    same = ("kind", "title", "count", "first_at", "last_at", "told_at", "resolved_at")
    return {
        **{name: getattr(one, name) for name in same},
        "connection_id": number,
        "lines": row.lines,
        "link": row.link,
    }


@router.get(
    "/connections/{connection_id}/channels",
    auth=ADMINISTRATOR,
    response=says(list[ChannelTold]),
    operation_id="list_channels",
)
def list_channels(request: ApiRequest, connection_id: ConnectionId) -> list[dict[str, Any]]:
    """Name the channels of a connection and how they are doing."""
    on = get_connection(connection_id)
    return [
        {**_channel(one.channel), "sent_at": one.sent_at, "failing_since": one.failing_since, "error": one.error}
        for one in standings(on)
    ]


@router.post(
    "/connections/{connection_id}/channels",
    auth=ADMINISTRATOR,
    response=says(ChannelTold, 201),
    operation_id="add_channel",
)
def add_channel(request: ApiRequest, connection_id: ConnectionId, body: NewChannel) -> Status[Any]:
    """Add a channel. Test it afterwards."""
    return Status(201, _channel(channels.add(get_connection(connection_id), body.address)))


@router.delete(
    "/connections/{connection_id}/channels/{mark}",
    auth=ADMINISTRATOR,
    response=says(None, 204),
    operation_id="remove_channel",
)
def remove_channel(request: ApiRequest, connection_id: ConnectionId, mark: _Mark) -> Status[Any]:
    """Take a channel away."""
    if not channels.remove(get_connection(connection_id), mark):
        raise Http404
    return Status(204, None)


@router.post(
    "/connections/{connection_id}/channels/{mark}/test",
    auth=ADMINISTRATOR,
    response=says(Tested),
    operation_id="test_channel",
)
def test_channel(request: ApiRequest, connection_id: ConnectionId, mark: _Mark) -> dict[str, str]:
    """Send a test message to a channel."""
    results = try_channels(get_connection(connection_id), mark)
    if not results:
        raise Http404
    return {"mark": mark, "error": results[0][1]}


def _channel(one: channels.Channel) -> dict[str, Any]:
    return {"mark": one.mark, "service": one.service, "address": one.masked}
