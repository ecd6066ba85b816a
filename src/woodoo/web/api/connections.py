"""Connections: named, added, changed and tested, and how each is doing."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.forms import model_to_dict
from ninja import Router, Schema, Status
from pydantic import Field

from woodoo.connections.hook import hook_address
from woodoo.connections.models import Connection
from woodoo.engine import breaker

from ..forms import ConnectionForm
from ..overview import cards
from ..reach import Role
from ..saving import save_connection
from .answers import Unfit, says
from .door import ADMINISTRATOR, OPERATOR, OWNER, VIEWER, ApiRequest
from .shapes import Anyway, ConnectionId, get_connection

router = Router(tags=["Connections"])

_Text = Annotated[str, Field(max_length=500)]
_Secret = Annotated[str, Field(max_length=500, description="Goes in and never comes out.")]


class Pause(Schema):
    """A side that does not answer."""

    side: str
    reason: str
    since: datetime | None
    next_try: datetime | None = Field(description="null: any moment.")
    waiting: int = Field(description="Records that would go if it answered.")


class ConnectionStatus(Schema):
    """How one connection is doing."""

    id: int
    name: str
    state: str = Field(description="on, paused (a side is down) or off.")
    pauses: list[Pause]
    counts: dict[str, int] = Field(description="State of work → records.")
    last_done: datetime | None
    last_event: datetime | None
    complete_as_of: datetime | None = Field(description="As of when all orders of the store are accounted for.")
    late: bool
    counted_at: datetime | None
    gap: str | None
    gap_since: datetime | None
    facts: list[str]


class ConnectionDetails(Schema):
    """A connection without its secrets."""

    id: int
    name: str
    enabled: bool
    store_platform: str
    store_url: str
    store_login: str
    store_ca_bundle: str
    odoo_url: str
    odoo_database: str
    odoo_login: str
    odoo_company_id: int
    odoo_ca_bundle: str
    secrets: dict[str, bool] = Field(description="Secret → whether one is stored.")
    hook_url: str | None = Field(description="Where the store's webhooks go; for administrators.")
    unchecked: str = Field(description="What was not tried, or failed, when it was saved; empty once a test passed.")
    created_at: datetime
    updated_at: datetime


class _Fields(Schema):
    store_ca_bundle: _Text | None = None
    store_login: Annotated[str, Field(max_length=200)] | None = None
    odoo_company_id: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    odoo_ca_bundle: _Text | None = None
    enabled: bool | None = None
    webhook_secret: Annotated[str, Field(min_length=16, max_length=200)] | None = None
    store_password: _Secret | None = None


class NewConnection(_Fields):
    """A connection to add."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    store_url: _Text
    store_key: _Secret
    store_secret: _Secret
    odoo_url: _Text
    odoo_database: Annotated[str, Field(max_length=200)]
    odoo_login: Annotated[str, Field(max_length=200)]
    odoo_key: _Secret


class ConnectionChange(_Fields):
    """What to change of a connection; what is left out stays as it is."""

    name: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    store_url: _Text | None = None
    store_key: _Secret | None = None
    store_secret: _Secret | None = None
    odoo_url: _Text | None = None
    odoo_database: Annotated[str, Field(max_length=200)] | None = None
    odoo_login: Annotated[str, Field(max_length=200)] | None = None
    odoo_key: _Secret | None = None


class Changed(Schema):
    """A connection that was changed."""

    connection: ConnectionDetails
    retried: int = Field(description="Records that waited and are tried again.")
    unchecked: list[str] = Field(description="What a side said against it, where it is saved all the same.")


class Check(Schema):
    """One answer of the connection test."""

    name: str
    ok: bool | None = Field(description="null: a warning.")
    message: str
    fix: str


class Rested(Schema):
    """Whether a connection that rested is tried now."""

    rested: bool


@router.get("/connections", auth=VIEWER, response=says(list[ConnectionStatus]), operation_id="list_connections")
def list_connections(request: ApiRequest) -> list[dict[str, Any]]:
    """Name the connections and how each is doing."""
    among = request.auth.connections()
    found = Connection.objects.order_by("name")
    return [card.to_json() for card in cards(list(found if among is None else found.filter(pk__in=among)))]


@router.post("/connections", auth=OWNER, response=says(ConnectionDetails, 201), operation_id="add_connection")
def add_connection(request: ApiRequest, body: NewConnection, anyway: Anyway = False) -> Status[Any]:
    """Add a connection, once both sides were tried."""
    defaults = {"enabled": True, "odoo_company_id": 1}
    form = ConnectionForm({**defaults, **body.model_dump(exclude_none=True)})
    if not form.is_valid():
        raise Unfit(form.errors)
    save_connection(form, anyway=anyway)
    return Status(201, _details(form.instance, administrator=True))


@router.get(
    "/connections/{connection_id}", auth=VIEWER, response=says(ConnectionDetails), operation_id="read_connection"
)
def read_connection(request: ApiRequest, connection_id: ConnectionId) -> dict[str, Any]:
    """Show addresses and logins of a connection."""
    return _details(get_connection(connection_id), administrator=request.auth.on(connection_id) >= Role.ADMINISTRATOR)


@router.get(
    "/connections/{connection_id}/status",
    auth=VIEWER,
    response=says(ConnectionStatus),
    operation_id="read_connection_status",
)
def read_status(request: ApiRequest, connection_id: ConnectionId) -> dict[str, Any]:
    """Say how a connection is doing."""
    return cards([get_connection(connection_id)])[0].to_json()


@router.patch(
    "/connections/{connection_id}", auth=ADMINISTRATOR, response=says(Changed), operation_id="change_connection"
)
def change_connection(
    request: ApiRequest, connection_id: ConnectionId, body: ConnectionChange, anyway: Anyway = False
) -> dict[str, Any]:
    """Change addresses, keys or the switch; a side that is spoken to in another way is tried before it is saved.

    A kept secret is not sent to a new address.
    """
    found = get_connection(connection_id)
    stored = {name: value for name, value in model_to_dict(found).items() if name in ConnectionForm.Meta.fields}
    form = ConnectionForm({**stored, **body.model_dump(exclude_none=True)}, instance=found)
    if not form.is_valid():
        raise Unfit(form.errors)
    saved = save_connection(form, anyway=anyway)
    details = _details(form.instance, administrator=True)
    return {"connection": details, "retried": saved.retried, "unchecked": saved.unchecked}


@router.post(
    "/connections/{connection_id}/test",
    auth=ADMINISTRATOR,
    response=says(list[Check]),
    operation_id="test_connection",
)
def test_connection(request: ApiRequest, connection_id: ConnectionId) -> Any:
    """Ask both sides everything a connection needs. Changes nothing."""
    from woodoo import wiring

    return wiring.check_connection(get_connection(connection_id))


@router.post("/connections/{connection_id}/try", auth=OPERATOR, response=says(Rested), operation_id="try_connection")
def try_connection(request: ApiRequest, connection_id: ConnectionId) -> dict[str, bool]:
    """Ask a side that was down once more now, whatever is left of the connection's rest."""
    return {"rested": breaker.try_now(get_connection(connection_id).pk)}


def _details(of: Connection, *, administrator: bool) -> dict[str, Any]:
    plain = ("name", "enabled", "store_platform", "store_url", "store_login", "store_ca_bundle", "odoo_url")
    more = ("odoo_database", "odoo_login", "odoo_company_id", "odoo_ca_bundle", "unchecked", "created_at", "updated_at")
    # Whether there is one can be told without opening it.
    secrets = {name: bool(of.__dict__.get(name)) for name in (*ConnectionForm.SENT_TO, "webhook_secret")}
    return {
        "id": of.pk,
        **{name: getattr(of, name) for name in plain + more},
        "secrets": secrets,
        "hook_url": hook_address(of.hook_token) if administrator else None,
    }
