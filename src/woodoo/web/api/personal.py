"""What Woodoo itself keeps of one customer.

Decides that it is asked for by POST, so that no customer stands in the address of a request.
"""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Router, Schema
from ninja.errors import HttpError
from pydantic import Field

from .. import personal
from .answers import says
from .door import OWNER, ApiRequest

router = Router(tags=["Personal data"])


class Whose(Schema):
    """The customer's e-mail address."""

    email: Annotated[str, Field(min_length=3, max_length=254)]


class Kept(Schema):
    """How much is kept."""

    records: int
    events: int
    calls: int
    runs: int
    links: int


class Told(Schema):
    """All that is kept of a customer; nothing in it is about anybody else."""

    email: str
    records: list[dict[str, Any]]
    events: list[dict[str, Any]]
    attempts: list[dict[str, Any]]
    calls: list[dict[str, Any]]
    links: list[dict[str, Any]]


@router.post("/person/find", auth=OWNER, response=says(Kept), operation_id="find_person")
def find(request: ApiRequest, body: Whose) -> dict[str, int]:
    """Say how much is kept of a customer."""
    return personal.find(body.email).counts


@router.post("/person/export", auth=OWNER, response=says(Told), operation_id="export_person")
def export(request: ApiRequest, body: Whose) -> dict[str, Any]:
    """Tell all that is kept of a customer. Takes a token that may read personal data."""
    if not request.auth.personal_data:
        raise HttpError(403, "This token may not read personal data.")
    return personal.export(body.email)


@router.post("/person/erase", auth=OWNER, response=says(Kept), operation_id="erase_person")
def erase(request: ApiRequest, body: Whose) -> dict[str, int]:
    """Erase all that is kept of a customer. Store and Odoo keep their own."""
    return personal.erase(body.email)
