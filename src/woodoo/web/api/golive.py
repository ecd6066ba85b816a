"""From connected to live: the sheet of mappings, surveys and their findings, trouble to tidy up, the checklist."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Query, Router, Schema, Status
from pydantic import Field

from woodoo import surveys
from woodoo.connections.maps import take_rows
from woodoo.domain.errors import WoodooError
from woodoo.engine import imports
from woodoo.engine import surveys as kept
from woodoo.mapping.evidence.row import Row, Stand

from .. import golive as rules
from ..doors import forget_doors
from ..tidying import troubles_of
from .answers import says
from .door import ADMINISTRATOR, OPERATOR, VIEWER, ApiRequest
from .shapes import ConnectionId, get_connection

router = Router(tags=["Going live"])
_Kind = Literal["usage", "rehearsal", "hygiene"]
#: Findings in one answer.
MOST = 200


class Mapping(Schema):
    """Something the store has, how often it was used, and what it is in Odoo."""

    section: str = Field(
        description="taxes, payments, shipping, fees, statuses, currencies, sku, warehouse or categories."
    )
    key: str
    title: str
    stand: str = Field(description="mapped, proposed, open (a person has to choose) or wrong.")
    name: str = Field(description="What Odoo has for it, or would have.")
    reason: str
    fix: str
    setting: str
    value: int | str | None = Field(description="What is proposed.")
    orders: int | None = Field(description="Past orders that used it; null: not counted.")
    last: datetime | None


class MappingPart(Schema):
    """A proposal to take, as it was read."""

    setting: Literal["tax_map", "journal_map", "shipping_map", "pricelist_map", "sku_field", "warehouse_id"]
    key: Annotated[str, Field(max_length=200)]
    value: Annotated[int, Field(ge=1, le=2**31 - 1)] | Annotated[str, Field(max_length=100)]


class TakeMappings(Schema):
    """What to write into the settings; nothing that is set is overwritten."""

    mappings: Annotated[list[MappingPart], Field(max_length=5000)]


class MappingsTaken(Schema):
    """What was written."""

    taken: int
    retried: int


class NewSurvey(Schema):
    """A look at many records. `usage`: what past orders use; `rehearsal`: what would become of them; `hygiene`: both
    sides looked through for what holds up orders."""

    kind: _Kind
    newest: Annotated[int, Field(ge=1, le=5000)] | None = Field(
        None, description="So many of the newest orders; null: the usual number. Not for hygiene."
    )


class WouldFail(Schema):
    """Why some orders do not come over, or not yet."""

    kind: str
    cause: str
    place: str
    fix: str
    count: int
    records: list[str] = Field(description="The store's ids of the first ones.")


class SurveyTold(Schema):
    """A survey."""

    id: int = Field(description="Number of the import it is carried out as; it is paused, resumed and stopped there.")
    state: str
    looked_at: int
    total: int
    figures: dict[str, Any]
    counts: dict[str, int] = Field(description="Kind of finding → how many.")
    reasons: list[WouldFail]
    message: str
    fix: str
    created_at: datetime
    finished_at: datetime | None


class FindingTold(Schema):
    """One finding."""

    id: int
    kind: str
    record: str
    title: str
    cause: str
    message: str
    fix: str
    place: str
    facts: dict[str, Any]


class TroubleTold(Schema):
    """One kind of trouble."""

    name: str
    title: str
    about: str
    blocks: bool = Field(description="Orders wait for it.")
    count: int


class PointTold(Schema):
    """One line of the checklist."""

    name: str
    state: str = Field(description="ok, look (no hindrance) or open.")
    evidence: str
    fix: str
    at: datetime | None
    accepted_by: str
    accepted_at: datetime | None
    right: bool = Field(description="It stands in nobody's way.")


class Accept(Schema):
    """A point of the checklist that is accepted as it is, or done."""

    point: Annotated[str, Field(max_length=40)]
    yes: bool = Field(True, description="false: taken back.")


class GoLive(Schema):
    """From which day on orders come over."""

    first: date = Field(description="Orders placed from that day on, in the shop's time zone.")


class Live(Schema):
    """A connection that was switched on."""

    enabled: bool
    import_id: int | None = Field(description="The import that fetches orders of before now.")


@router.get(
    "/connections/{connection_id}/mappings",
    auth=ADMINISTRATOR,
    response=says(list[Mapping]),
    operation_id="list_mappings",
)
def list_mappings(request: ApiRequest, connection_id: ConnectionId) -> list[Row]:
    """Ask both sides what there is, and lay what past orders use beside it."""
    from woodoo import wiring

    return wiring.read_mappings(get_connection(connection_id))


@router.post(
    "/connections/{connection_id}/mappings",
    auth=ADMINISTRATOR,
    response=says(MappingsTaken),
    operation_id="take_mappings",
)
def take_mappings(request: ApiRequest, connection_id: ConnectionId, body: TakeMappings) -> dict[str, int]:
    """Write proposals into the settings."""
    rows = [Row("", one.key, "", Stand.PROPOSED, setting=one.setting, value=one.value) for one in body.mappings]
    taken, retried = take_rows(get_connection(connection_id).pk, rows)
    return {"taken": taken, "retried": retried}


@router.post(
    "/connections/{connection_id}/surveys",
    auth=OPERATOR,
    response=says(SurveyTold, 201),
    operation_id="start_survey",
)
def start_survey(request: ApiRequest, connection_id: ConnectionId, body: NewSurvey) -> Status[Any]:
    """Begin a survey; a running worker carries it out. It changes nothing on either side."""
    on = get_connection(connection_id)
    surveys.start(on, surveys.KINDS[body.kind], started_by=request.auth.name, newest=body.newest)
    return Status(201, _survey(connection_id, body.kind))


@router.get(
    "/connections/{connection_id}/surveys/{kind}",
    auth=VIEWER,
    response=says(SurveyTold),
    operation_id="read_survey",
)
def read_survey(request: ApiRequest, connection_id: ConnectionId, kind: _Kind) -> dict[str, Any]:
    """Say how far the last survey of a kind has come, and what it has found."""
    return _survey(get_connection(connection_id).pk, kind)


@router.get(
    "/connections/{connection_id}/surveys/{kind}/findings",
    auth=VIEWER,
    response=says(list[FindingTold]),
    operation_id="list_findings",
)
def list_findings(
    request: ApiRequest,
    connection_id: ConnectionId,
    kind: _Kind,
    after: Annotated[int, Query(ge=0, le=2**63 - 1, description="Those after this number.")] = 0,
    only: Annotated[str, Query(max_length=40, pattern=r"^[a-z_]*$", description="Kind of finding; empty: all.")] = "",
) -> list[Any]:
    """Name what a survey has found, up to 200 at a time, in the order in which it was found."""
    last = kept.newest(get_connection(connection_id).pk, kind)
    if last is None:
        return []
    return list(kept.findings(last.pk, *([only] if only else [])).filter(pk__gt=after)[:MOST])


@router.get(
    "/connections/{connection_id}/troubles",
    auth=VIEWER,
    response=says(list[TroubleTold]),
    operation_id="list_troubles",
)
def list_troubles(request: ApiRequest, connection_id: ConnectionId) -> list[dict[str, Any]]:
    """Name each kind of trouble that was looked for, with its count; none as long as nobody has looked."""
    plain = ("name", "blocks", "count")
    return [
        {**{name: getattr(one, name) for name in plain}, "title": str(one.title), "about": str(one.about)}
        for one in troubles_of(get_connection(connection_id), items=False)
    ]


@router.get(
    "/connections/{connection_id}/checklist",
    auth=VIEWER,
    response=says(list[PointTold]),
    operation_id="read_checklist",
)
def read_checklist(request: ApiRequest, connection_id: ConnectionId) -> list[dict[str, Any]]:
    """Say what stands between a connection and its going live, without asking either side."""
    return rules.as_data(rules.checklist(get_connection(connection_id)))


@router.post(
    "/connections/{connection_id}/checklist",
    auth=ADMINISTRATOR,
    response=says(list[PointTold]),
    operation_id="check_checklist",
)
def check_checklist(request: ApiRequest, connection_id: ConnectionId) -> list[dict[str, Any]]:
    """Ask both sides, and say how each point stands now."""
    return rules.as_data(rules.check(get_connection(connection_id)))


@router.post(
    "/connections/{connection_id}/checklist/accept",
    auth=ADMINISTRATOR,
    response=says(list[PointTold]),
    operation_id="accept_point",
)
def accept_point(request: ApiRequest, connection_id: ConnectionId, body: Accept) -> list[dict[str, Any]]:
    """Accept a point as it is, or take that back."""
    on = get_connection(connection_id)
    rules.accept(on, body.point, who=request.auth.name, yes=body.yes)
    return rules.as_data(rules.checklist(on))


@router.post("/connections/{connection_id}/live", auth=ADMINISTRATOR, response=says(Live), operation_id="go_live")
def go_live(request: ApiRequest, connection_id: ConnectionId, body: GoLive) -> dict[str, Any]:
    """Switch a connection on, for orders placed from a day on; refused as long as a point is not right."""
    on = get_connection(connection_id)
    begun = rules.switch_on(on, body.first, who=request.auth.name)
    forget_doors()
    return {"enabled": True, "import_id": begun.pk if begun else None}


def _survey(connection_id: int, kind: str) -> dict[str, Any]:
    last = kept.newest(connection_id, kind)
    if last is None:
        raise WoodooError("Nobody has looked yet.", fix="Begin a survey of this kind.")
    far = imports.progress(last)
    named = kept.causes(last.pk, "parked", "failed", "skipped") if kind == "rehearsal" else []
    return {
        "id": last.pk,
        "state": last.state,
        "looked_at": far.listed,
        "total": far.total,
        "figures": last.result,
        "counts": kept.counts(last.pk),
        "reasons": [
            {
                **{name: getattr(one, name) for name in ("kind", "cause", "place", "fix", "count")},
                "records": [record for record, _ in one.named],
            }
            for one in named
        ],
        "message": last.message,
        "fix": last.fix,
        "created_at": last.created_at,
        "finished_at": last.finished_at,
    }
