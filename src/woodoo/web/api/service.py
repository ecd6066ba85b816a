"""The service itself: whether it is well, how all connections are doing; and the webhooks of each."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Query as Asked
from ninja import Router, Schema
from pydantic import Field

from woodoo import __version__
from woodoo.chores.webhooks import NAME, store_follows
from woodoo.connections.hook import hook_address, renew_secret
from woodoo.connections.models import Change, Connection
from woodoo.engine import chores

from .. import second_factor
from ..completeness import told_of
from ..course import told
from ..doors import forget_doors
from ..health import workers_alive
from ..reach import Role
from ..tallies import last_ping, tally_lines
from ..webhook_words import webhook_card
from .answers import says
from .door import ADMINISTRATOR, OWNER, VIEWER, ApiRequest
from .shapes import ConnectionId, get_connection, reached

router = Router(tags=["Service"])


class Who(Schema):
    """What the token at hand may do."""

    name: str
    role: str = Field(description="On all connections: nobody, viewer, operator or administrator.")
    on_connections: dict[int, str]
    personal_data: bool


class ServiceTold(Schema):
    """Whether the service is well."""

    version: str
    workers: int = Field(description="Worker processes that have given a sign of life within a minute.")


class CourseFilter(Schema):
    """Of what, and how much of it."""

    connection: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    span: Literal["3h", "24h", "7d", "30d"] = "24h"


class LineTold(Schema):
    """One line of a chart."""

    name: str
    tone: str
    values: list[float | None] = Field(description="By point in time; null where nothing was counted.")


class ChartTold(Schema):
    """Lines over the same points in time."""

    name: str
    title: str
    unit: Literal["records", "ms"]
    lines: list[LineTold]


class CourseTold(Schema):
    """How work went."""

    span: str
    step: int = Field(description="Seconds from one point to the next.")
    times: list[int] = Field(description="Where each begins, in seconds since 1970.")
    charts: list[ChartTold]


class CompletenessTold(Schema):
    """As of when all orders of a store are accounted for."""

    complete_as_of: datetime | None
    unknown: str = Field(description="Why nobody can tell; empty where it is known.")
    late: bool
    counted_at: datetime | None
    gap: str | None
    gap_since: datetime | None
    facts: list[str]
    troubles: list[str]


class WebhookTold(Schema):
    """A webhook, or a topic without one."""

    topic: str
    word: str
    well: bool
    why: str


class HookProblem(Schema):
    """Something that is wrong with the webhooks."""

    message: str
    fix: str
    grave: bool


class Refusals(Schema):
    """Deliveries that brought no work, for one reason."""

    label: str
    fix: str
    refused: bool
    count: int
    last_at: datetime


class WebhooksTold(Schema):
    """How the webhooks of a connection stand."""

    looked_at: datetime | None
    managed: bool
    lines: list[WebhookTold]
    problems: list[HookProblem]
    told: int | None = Field(description="Deliveries of the last day.")
    missed: int | None = Field(description="Changes only the poll found.")
    since: datetime | None
    last_ping: datetime | None
    refusals: list[Refusals]


class Soon(Schema):
    """A worker does it within seconds."""

    queued: bool


class SecondFactorTold(Schema):
    """Who has to have a second factor in the panel."""

    asked_of: Literal["nobody", "administrators", "everybody"]
    forced: bool = Field(description="WOODOO_SECOND_FACTOR decides it; it cannot be changed here.")


class SecondFactorWish(Schema):
    """Who is to have a second factor."""

    asked_of: Literal["nobody", "administrators", "everybody"]


class ChangesFilter(Schema):
    """Which changes."""

    connection: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50
    before: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = Field(default=None, description="Only older than that.")


class ChangeTold(Schema):
    """Something that somebody changed."""

    id: int
    at: datetime
    who: str = Field(description="A person, or 'token NAME'; empty: Woodoo itself.")
    how: str = Field(description="panel, api, command; empty: Woodoo itself.")
    connection_id: int | None
    what: str
    before: dict[str, Any]
    after: dict[str, Any]


class NewSecret(Schema):
    """A webhook secret, told this once."""

    secret: str
    hook_url: str


@router.get("/me", auth=VIEWER, response=says(Who), operation_id="read_token")
def me(request: ApiRequest) -> dict[str, Any]:
    """Say what the token at hand may do."""
    reach = request.auth
    single = {number: role.word for number, role in reach.on_connections.items()}
    return {
        "name": reach.name,
        "role": reach.role.word,
        "on_connections": single,
        "personal_data": reach.personal_data,
    }


@router.get("/service", auth=VIEWER, response=says(ServiceTold), operation_id="read_service")
def service(request: ApiRequest) -> dict[str, Any]:
    """Say which version runs, and how many workers."""
    return {"version": __version__, "workers": workers_alive()}


@router.get("/course", auth=VIEWER, response=says(CourseTold), operation_id="read_course")
def course(request: ApiRequest, asked: Asked[CourseFilter]) -> dict[str, Any]:
    """Tell how work went in the course of time: records, how long news took, how fast both sides answered."""
    ids = reached(request.auth, asked.connection)
    found = Connection.objects.all() if ids is None else Connection.objects.filter(pk__in=ids)
    return told(list(found.values_list("pk", flat=True)), asked.span, whole=ids is None)


@router.get("/changes", auth=ADMINISTRATOR, response=says(list[ChangeTold]), operation_id="list_changes")
def changes(request: ApiRequest, asked: Asked[ChangesFilter]) -> Any:
    """Say who changed what, the newest first; secrets are only said to have been changed."""
    among, found = request.auth.connections(Role.ADMINISTRATOR), Change.objects.order_by("-pk")
    found = found if among is None else found.filter(connection_id__in=among)
    found = found.filter(connection_id=asked.connection) if asked.connection else found
    return list((found.filter(pk__lt=asked.before) if asked.before else found)[: asked.limit])


@router.get("/second-factor", auth=OWNER, response=says(SecondFactorTold), operation_id="read_second_factor")
def read_second_factor(request: ApiRequest) -> dict[str, Any]:
    """Say who has to have a second factor in the panel."""
    return {"asked_of": second_factor.asked_of() or "nobody", "forced": second_factor.is_forced()}


@router.put("/second-factor", auth=OWNER, response=says(SecondFactorTold), operation_id="change_second_factor")
def change_second_factor(request: ApiRequest, body: SecondFactorWish) -> dict[str, Any]:
    """Choose who has to have a second factor in the panel: who has none is led to set it up."""
    second_factor.ask_of("" if body.asked_of == "nobody" else body.asked_of)
    return read_second_factor(request)


@router.get(
    "/connections/{connection_id}/completeness",
    auth=VIEWER,
    response=says(CompletenessTold),
    operation_id="read_completeness",
)
def completeness(request: ApiRequest, connection_id: ConnectionId) -> dict[str, Any]:
    """Say as of when all orders of the store are accounted for."""
    on = get_connection(connection_id)
    told = told_of([on])[on.pk]
    troubles = [f"{trouble.what} fails: {trouble.message} {trouble.fix}".strip() for trouble in told.troubles]
    return {**told.to_json(), "unknown": told.unknown, "troubles": troubles}


@router.get(
    "/connections/{connection_id}/webhooks", auth=VIEWER, response=says(WebhooksTold), operation_id="read_webhooks"
)
def webhooks(request: ApiRequest, connection_id: ConnectionId) -> dict[str, Any]:
    """Say how the webhooks stand, and which deliveries brought no work."""
    on, card = get_connection(connection_id), webhook_card(connection_id)
    same = ("looked_at", "managed", "lines", "problems", "told", "missed", "since")
    return {
        **{name: getattr(card, name) for name in same},
        "last_ping": last_ping(on.pk),
        "refusals": tally_lines(on.pk),
    }


@router.post(
    "/connections/{connection_id}/webhooks/look",
    auth=ADMINISTRATOR,
    response=says(Soon),
    operation_id="look_after_webhooks",
)
def look(request: ApiRequest, connection_id: ConnectionId) -> dict[str, bool]:
    """Have a worker look after the webhooks now."""
    chores.soon(get_connection(connection_id).pk, NAME)
    return {"queued": True}


@router.post(
    "/connections/{connection_id}/webhooks/secret",
    auth=ADMINISTRATOR,
    response=says(NewSecret),
    operation_id="renew_webhook_secret",
)
def secret(request: ApiRequest, connection_id: ConnectionId) -> dict[str, str]:
    """Make a new webhook secret and tell it this once; the store's webhooks follow."""
    on = get_connection(connection_id)
    made = renew_secret(on, told=store_follows(on))
    forget_doors()
    chores.soon(on.pk, NAME)
    return {"secret": made, "hook_url": hook_address(on.hook_token)}
