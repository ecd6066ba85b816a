"""Small pieces that several subjects of the API share."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import Http404
from ninja import Path, Query, Schema
from pydantic import AfterValidator, Field

from woodoo.connections.models import Connection
from woodoo.flows.table import FLOWS

from ..reach import Reach

_MOST_INT, _MOST_BIG = 2**31 - 1, 2**63 - 1

#: Numbers in addresses.
ConnectionId = Annotated[int, Path(ge=1, le=_MOST_INT, description="Number of the connection.")]
WorkId = Annotated[int, Path(ge=1, le=_MOST_BIG, description="Number of the record on the to-do list.")]
CallId = Annotated[int, Path(ge=1, le=_MOST_BIG, description="Number of the call.")]
ImportId = Annotated[int, Path(ge=1, le=_MOST_BIG, description="Number of the import.")]
#: Saves what could not be tried, or failed.
Anyway = Annotated[
    bool,
    Query(description="Save although a side cannot be asked. The connection's page says so until a test succeeds."),
]
#: Id of a record in the store or in Odoo.
RecordId = Annotated[str, Field(pattern=r"^[0-9]{1,18}$", examples=["1054"])]
WorkState = Literal["parked", "failed", "waiting", "ready", "running", "done", "skipped"]


def _known_flow(name: str) -> str:
    if name not in FLOWS:
        raise ValueError(f"there is no such flow; there are: {', '.join(FLOWS)}")
    return name


FlowName = Annotated[
    str,
    AfterValidator(_known_flow),
    Field(description="Kind of record, by the flow that looks after it.", json_schema_extra={"enum": list(FLOWS)}),
]


class Count(Schema):
    """How many records it was."""

    count: int


def get_connection(connection_id: int) -> Connection:
    """Return a connection.

    Raises:
        Http404: there is none.
    """
    found = Connection.objects.filter(pk=connection_id).first()
    if found is None:
        raise Http404
    return found


def reached(reach: Reach, connection_id: int | None) -> list[int] | None:
    """Return the connections a list may show: those reached, or the one that is asked for; None: all."""
    among = reach.connections()
    if connection_id is None:
        return among
    return [connection_id] if among is None or connection_id in among else []
