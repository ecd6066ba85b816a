"""Settings of a connection: all of them, its flows and switches, and what Woodoo would map."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ninja import Body, Router, Schema
from pydantic import Field, JsonValue

from woodoo.connections.changing import change_settings
from woodoo.connections.features import Features
from woodoo.connections.settings import ConnectionSettings
from woodoo.domain.errors import ConfigError, WoodooError
from woodoo.flows.table import FLOWS
from woodoo.mapping.proposals import fingerprint

from ..saving import save_settings
from ..words import flow_word
from .answers import says
from .door import ADMINISTRATOR, VIEWER, ApiRequest
from .shapes import Anyway, ConnectionId, get_connection

router = Router(tags=["Settings"])

#: Settings that switch something on or off.
SWITCHES = tuple(name for name, field in Features.model_fields.items() if field.annotation is bool)


class Settings(Schema):
    """All settings as they are in force, and which of them are not the defaults."""

    settings: ConnectionSettings
    changed: list[str]


class SettingsSaved(Settings):
    """Settings that were saved."""

    retried: int = Field(description="Records that waited and are tried again.")
    notes: list[str] = Field(description="What the store does not list and is kept all the same.")
    unchecked: list[str] = Field(description="Sides that could not be asked, where it is saved all the same.")


class FlowState(Schema):
    """A flow, and whether it is on."""

    name: str
    kind: str = Field(description="What its records are.")
    lane: str
    on: bool
    help: str


class Flows(Schema):
    """The flows of a connection, and the switches that decide about them."""

    flows: list[FlowState]
    switches: dict[str, bool]


class SwitchesSaved(Flows):
    """Switches that were changed."""

    retried: int


class Proposal(Schema):
    """What would be mapped to what, and why."""

    kind: str
    key: str
    title: str
    odoo_id: int | None
    name: str
    reason: str


class Proposals(Schema):
    """What Woodoo would map; `seen` goes back with it when it is taken."""

    proposals: list[Proposal]
    seen: str


class TakeProposals(Schema):
    """The proposals that were looked at."""

    seen: str = Field(max_length=100)


class Taken(Schema):
    """What was written into the settings."""

    taken: int
    retried: int


@router.get(
    "/connections/{connection_id}/settings", auth=ADMINISTRATOR, response=says(Settings), operation_id="read_settings"
)
def read_settings(request: ApiRequest, connection_id: ConnectionId) -> dict[str, Any]:
    """Show all settings of a connection."""
    return _settings(connection_id)


@router.patch(
    "/connections/{connection_id}/settings",
    auth=ADMINISTRATOR,
    response=says(SettingsSaved),
    operation_id="change_settings",
)
def patch_settings(
    request: ApiRequest, connection_id: ConnectionId, body: Body[dict[str, JsonValue]], anyway: Anyway = False
) -> dict[str, Any]:
    """Set some settings, by name; null means the default. All are checked before one is stored.

    Both sides are asked whether the records, statuses and methods that are newly named are there.
    """
    saved = save_settings(get_connection(connection_id), body, anyway=anyway)
    return {**_settings(connection_id), **asdict(saved)}


@router.get("/connections/{connection_id}/flows", auth=VIEWER, response=says(Flows), operation_id="list_flows")
def list_flows(request: ApiRequest, connection_id: ConnectionId) -> dict[str, Any]:
    """Say which flows are on, and how the switches stand."""
    return _flows(connection_id)


@router.patch(
    "/connections/{connection_id}/switches",
    auth=ADMINISTRATOR,
    response=says(SwitchesSaved),
    operation_id="change_switches",
)
def patch_switches(request: ApiRequest, connection_id: ConnectionId, body: Body[dict[str, bool]]) -> dict[str, Any]:
    """Switch things on or off, such as send_stock."""
    if unknown := next((name for name in body if name not in SWITCHES), None):
        raise ConfigError(
            f"There is no switch '{unknown}'.", where="settings", fix=f"There are: {', '.join(SWITCHES)}."
        )
    retried = change_settings(get_connection(connection_id).pk, body)
    return {**_flows(connection_id), "retried": retried}


@router.get(
    "/connections/{connection_id}/proposals",
    auth=ADMINISTRATOR,
    response=says(Proposals),
    operation_id="read_proposals",
)
def read_proposals(request: ApiRequest, connection_id: ConnectionId) -> dict[str, Any]:
    """Ask both sides, and propose taxes, journals and delivery methods for what is not mapped yet."""
    from woodoo import wiring

    found = wiring.propose(get_connection(connection_id))
    return {"proposals": found, "seen": fingerprint(found)}


@router.post(
    "/connections/{connection_id}/proposals",
    auth=ADMINISTRATOR,
    response=says(Taken),
    operation_id="take_proposals",
)
def take_proposals(request: ApiRequest, connection_id: ConnectionId, body: TakeProposals) -> dict[str, int]:
    """Write what was looked at into the settings, if it still is what is proposed. Nothing is overwritten."""
    from woodoo import wiring

    on = get_connection(connection_id)
    found = wiring.propose(on)
    if fingerprint(found) != body.seen:
        raise WoodooError("What is proposed has changed meanwhile.", fix="Look at it again, then take it.")
    taken, retried = wiring.take_proposals(on, found)
    return {"taken": taken, "retried": retried}


def _settings(connection_id: int) -> dict[str, Any]:
    on = get_connection(connection_id)
    return {"settings": on.rules, "changed": sorted(on.settings)}


def _flows(connection_id: int) -> dict[str, Any]:
    rules = get_connection(connection_id).rules
    flows = [
        {
            "name": flow.name,
            "kind": flow_word(flow.name),
            "lane": flow.lane,
            "on": flow.wanted(rules),
            "help": flow.help,
        }
        for flow in FLOWS.values()
    ]
    return {"flows": flows, "switches": {name: getattr(rules, name) for name in SWITCHES}}
