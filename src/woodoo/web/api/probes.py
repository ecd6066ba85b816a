"""The steps of setting a connection up, each tried by itself: nothing is kept, secrets go in and never come out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from ninja import Router, Schema
from pydantic import Field

from woodoo import trying
from woodoo.connections.models import Connection, check_address
from woodoo.odoo.endpoint import normalise_url
from woodoo.stores.woocommerce.address import keys_page, normalise

from .answers import Unfit, says
from .connections import Check
from .door import OWNER, ApiRequest

router = Router(tags=["Connections"])

_Text = Annotated[str, Field(min_length=1, max_length=500)]
_Secret = Annotated[str, Field(min_length=1, max_length=500, description="Goes in and never comes out.")]
_File = Annotated[str, Field(max_length=500, description="File on the server, of a private certificate authority.")]


class StoreAddress(Schema):
    """Where a store is."""

    store_url: _Text
    store_ca_bundle: _File = ""


class StoreKey(StoreAddress):
    """A key of a store."""

    store_key: _Secret
    store_secret: _Secret


class OdooAddress(Schema):
    """Where an Odoo is."""

    odoo_url: _Text
    odoo_ca_bundle: _File = ""


class OdooLogin(OdooAddress):
    """A login of an Odoo."""

    odoo_database: Annotated[str, Field(min_length=1, max_length=200)]
    odoo_login: Annotated[str, Field(min_length=1, max_length=200)]
    odoo_key: _Secret
    odoo_company_id: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


class Tried(Schema):
    """What a test has found."""

    ok: bool = Field(description="Nothing is wrong; warnings may be there.")
    checks: list[Check]


class StoreTried(Tried):
    """What is at a store's address."""

    store_url: str = Field(description="As it is to be entered: where the address leads.")
    name: str = ""
    timezone: str = ""
    keys_page: str = Field(description="Page of the store on which a key is made.")


class OdooTried(Tried):
    """What is at Odoo's address."""

    odoo_url: str = Field(description="As it is to be entered: where the address leads.")
    version: str = ""
    databases: list[str] = Field(description="Empty where Odoo does not name them.")
    odoo_database: str = Field("", description="The one that is proposed.")


class Company(Schema):
    """A company of Odoo."""

    id: int
    name: str


class LoginTried(Tried):
    """What a user of Odoo may do."""

    companies: list[Company] = Field(description="Those the user may work in, its own one first.")
    odoo_company_id: int | None = Field(description="The one that was tried.")


@router.post("/probe/store", auth=OWNER, response=says(StoreTried), operation_id="probe_store")
def probe_store(request: ApiRequest, body: StoreAddress) -> dict[str, Any]:
    """Look whether a shop answers at an address: certificate, folder, permalinks, WooCommerce."""
    url = _address("store_url", body.store_url, normalise)
    found, checks = trying.try_store_address(url, body.store_ca_bundle)
    url = found.url if found else url
    more = {"name": found.name, "timezone": found.timezone} if found else {}
    return {**_told(checks), "store_url": url, "keys_page": keys_page(url), **more}


@router.post("/probe/store-key", auth=OWNER, response=says(Tried), operation_id="probe_store_key")
def probe_store_key(request: ApiRequest, body: StoreKey) -> dict[str, Any]:
    """Look whether a store's key may do what Woodoo does."""
    return _told(trying.try_store(_connection(body)))


@router.post("/probe/odoo", auth=OWNER, response=says(OdooTried), operation_id="probe_odoo")
def probe_odoo(request: ApiRequest, body: OdooAddress) -> dict[str, Any]:
    """Look whether an Odoo answers at an address, which version it is and which databases it names."""
    url = _address("odoo_url", body.odoo_url, normalise_url)
    found, checks = trying.try_odoo_address(url, body.odoo_ca_bundle)
    if found is None:
        return {**_told(checks), "odoo_url": url, "databases": []}
    more = {"version": found.version, "databases": list(found.databases), "odoo_database": found.database}
    return {**_told(checks), "odoo_url": found.url, **more}


@router.post("/probe/odoo-login", auth=OWNER, response=says(LoginTried), operation_id="probe_odoo_login")
def probe_odoo_login(request: ApiRequest, body: OdooLogin) -> dict[str, Any]:
    """Look whether login, apps and rights of an Odoo will do, in that company or the user's own."""
    tried = _connection(body)
    companies, checks = trying.try_odoo(tried, body.odoo_company_id)
    return {
        **_told(checks),
        "companies": [{"id": number, "name": name} for number, name in companies],
        "odoo_company_id": tried.odoo_company_id if companies else None,
    }


def _connection(body: StoreKey | OdooLogin) -> Connection:
    """Return a connection with what was sent; it is not saved."""
    given = body.model_dump(exclude_none=True)
    for name, shape in (("store_url", normalise), ("odoo_url", normalise_url)):
        if name in given:
            given[name] = _address(name, given[name], shape)
    return Connection(name="What is tried", **given)


def _address(name: str, typed: str, shape: Callable[[str], str]) -> str:
    url = shape(typed)
    try:
        check_address(url)
    except ValidationError as exc:
        raise Unfit({name: exc.messages}) from exc
    return url


def _told(checks: list[trying.Check]) -> dict[str, Any]:
    return {"ok": all(one.ok is not False for one in checks), "checks": [asdict(one) for one in checks]}
