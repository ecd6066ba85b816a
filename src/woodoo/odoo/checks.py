"""Is this Odoo fit for work? One sentence for each point, and what to do where the answer is no."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from ..domain.errors import ConfigError
from .client import OdooClient
from .company import Company, read_company, user_companies
from .records import Records


class State(StrEnum):
    OK = "ok"
    #: Works, but somebody should look at it.
    WARNING = "warning"
    #: Orders cannot come over like this.
    ERROR = "error"


@dataclass(frozen=True)
class Check:
    """One point that was looked at."""

    #: Short and stable, for screens and tests: "version", "login", "rights".
    name: str
    state: State
    message: str
    #: What to do; empty where all is well.
    fix: str = ""


#: What orders need: the model, the app it comes with, and what the user must be allowed to do.
NEEDED = (
    ("res.partner", "Contacts", ("read", "write", "create")),
    ("sale.order", "Sales", ("read", "write", "create")),
    ("sale.order.line", "Sales", ("read", "write", "create")),
    ("product.product", "Sales", ("read",)),
    ("account.move", "Invoicing", ("read", "write", "create")),
    ("account.payment", "Invoicing", ("read", "write", "create")),
    ("account.payment.register", "Invoicing", ("read", "write", "create")),
    ("account.journal", "Invoicing", ("read",)),
    ("account.tax", "Invoicing", ("read",)),
)
#: What products need that are to be made or changed in Odoo.
NEEDED_FOR_PRODUCTS = ("product.template", "product.product", "product.attribute", "product.category")
#: Apps that add something where they are there.
OPTIONAL = (
    ("stock.picking", "Inventory", "Orders come over, but stock and deliveries do not."),
    ("delivery.carrier", "Delivery Costs", "Shipping is put on a plain service line."),
)
_ROLES = {
    "Contacts": "Contact Creation",
    "Sales": "Sales / User: All Documents",
    "Invoicing": "Accounting / Billing",
}


def check(client: OdooClient, company_id: int | None = None, *, products: bool = False) -> list[Check]:
    """Look at everything an order needs. Without a company, the user's own one is looked at.

    `products`: also at what products need that come from the store.

    Raises:
        RemoteError: where Odoo cannot be asked at all.
    """
    found = [_version(client), *_encryption(client)]
    login = _guarded("login", lambda: _login(client))
    found.append(login)
    if login.state is State.ERROR:
        return found
    company = _guarded("company", lambda: _company(client, company_id))
    found.append(company)
    present, apps = _apps(client)
    found.append(apps)
    found += _optional(client)
    if company.state is State.ERROR:
        return found
    records = Records(client, company_id or user_companies(client)[0][0])
    found.append(_guarded("rights", lambda: _rights(records, present)))
    if products:
        found.append(_guarded("product_rights", lambda: product_rights(records)))
    return [*found, *_amounts(records)]


def _version(client: OdooClient) -> Check:
    text = f"Odoo {client.server_version} ({client.edition.title()}), spoken with over {_PROTOCOLS[client.protocol]}."
    if client.protocol != "json2" and client.version_dialect.has_json2:
        return Check(
            "version",
            State.WARNING,
            f"{text} Odoo is going to remove this protocol.",
            "Let /json/2 pass through the proxy in front of Odoo.",
        )
    return Check("version", State.OK, text)


def _encryption(client: OdooClient) -> list[Check]:
    end = client.endpoint
    if end.is_encrypted or end.is_local:
        return []
    fix = "Put Odoo behind https and enter that address."
    return [Check("encryption", State.WARNING, "The API key travels to Odoo unencrypted.", fix)]


def _login(client: OdooClient) -> Check:
    user = Records(client).read("res.users", [client.uid], ["name", "login", "email"])[0]
    who = f"Logged in to '{client.endpoint.database}' as {user['name']} ({user['login']})."
    if client.endpoint.login and client.endpoint.login.lower() != str(user["login"]).lower():
        # JSON-2 asks for the key alone.
        return Check(
            "login",
            State.WARNING,
            f"{who} The login that was entered is '{client.endpoint.login}', but the key belongs to this user.",
            "Enter the login the key belongs to, or a key of that user.",
        )
    if not user["email"]:
        return Check(
            "login",
            State.WARNING,
            f"{who} The user has no e-mail address, without which Odoo refuses to post some documents.",
            "Give the API user an e-mail address in Odoo.",
        )
    return Check("login", State.OK, who)


def _company(client: OdooClient, company_id: int | None) -> Check:
    companies = dict(user_companies(client))
    if company_id is None:
        company_id = next(iter(companies))
    if company_id not in companies:
        return Check(
            "company",
            State.ERROR,
            f"The API user may not work in the company with the id {company_id}.",
            "Allow the company in the user's settings in Odoo, or choose another company.",
        )
    others = len(companies) - 1
    more = f" The user may also work in {others} other companies, which are left alone." if others else ""
    return Check("company", State.OK, f"Working in {companies[company_id]}.{more}")


def _apps(client: OdooClient) -> tuple[list[str], Check]:
    missing = {app for model, app, _ in NEEDED if not exists(client, model)}
    present = [model for model, app, _ in NEEDED if app not in missing]
    if missing:
        names = ", ".join(sorted(missing))
        return present, Check("apps", State.ERROR, f"Odoo lacks the apps {names}.", f"Install {names} in Odoo.")
    return present, Check("apps", State.OK, "Sales and Invoicing are installed.")


def _optional(client: OdooClient) -> Iterable[Check]:
    for model, app, without in OPTIONAL:
        name = app.lower().replace(" ", "_")
        if exists(client, model):
            yield Check(name, State.OK, f"{app} is installed.")
        else:
            yield Check(name, State.WARNING, f"{app} is not installed. {without}", f"Install {app} in Odoo if wanted.")


def _rights(records: Records, models: Iterable[str]) -> Check:
    missing = []
    roles = set()
    for model, app, operations in NEEDED:
        for operation in operations if model in models else ():
            if not allowed(records, model, operation):
                missing.append(f"{operation} {model}")
                roles.add(_ROLES[app])
    if not missing:
        return Check("rights", State.OK, "The API user may do everything orders need.")
    wanted = " and ".join(f"'{role}'" for role in sorted(roles))
    return Check("rights", State.ERROR, f"The API user may not {', '.join(missing)}.", f"Give it the role {wanted}.")


def product_rights(records: Records) -> Check:
    """Say whether the user may make and change products (api-facts C.4: a group of its own from 18 on)."""
    missing = [
        f"{operation} {model}"
        for model in NEEDED_FOR_PRODUCTS
        for operation in ("create", "write")
        if not allowed(records, model, operation)
    ]
    if not missing:
        return Check("product_rights", State.OK, "The API user may make and change products.")
    wanted = records.client.dialect.product_role
    fix = f"Give it the role {wanted}, or switch off products from the store."
    return Check("product_rights", State.ERROR, f"The API user may not {', '.join(missing)}.", fix)


def allowed(records: Records, model: str, operation: str) -> bool:
    """Say whether the user may read, write or create records of a model that is there."""
    # The one form that works from 14 to 19 (odoo/orm/models.py).
    answer = records.client.call(
        model, "check_access_rights", context=records.context, operation=operation, raise_exception=False
    )
    return bool(answer)


def _amounts(records: Records) -> list[Check]:
    try:
        company = read_company(records)
    except ConfigError as error:
        return [Check("amounts", State.ERROR, error.message, error.fix)]
    return [_rounding(company, records.client.dialect.can_pin_taxes), _precision(company)]


def _rounding(company: Company, can_pin: bool) -> Check:
    if company.rounding_method == "round_per_line":
        return Check("rounding", State.OK, "Odoo rounds taxes line by line, as WooCommerce does unless set otherwise.")
    if can_pin:
        return Check(
            "rounding",
            State.OK,
            "Odoo rounds taxes once per document. Where that differs by a cent, Woodoo gives the taxes of each line.",
        )
    return Check(
        "rounding",
        State.WARNING,
        "Odoo rounds taxes once per document, WooCommerce line by line unless set otherwise; totals of orders may "
        "differ by a cent.",
        "Set 'Round per line' in Odoo's accounting settings, or 'Round tax at subtotal level' in WooCommerce.",
    )


def _precision(company: Company) -> Check:
    digits = company.price_digits
    if digits is None:
        return Check("price_precision", State.OK, "Odoo keeps prices as exact as they come.")
    if digits >= company.currency_digits + 4:
        return Check("price_precision", State.OK, f"Odoo keeps prices with {digits} decimals.")
    return Check(
        "price_precision",
        State.WARNING,
        f"Odoo keeps prices with {digits} decimals only, so some lines have to be split to come to the same total.",
        "As an administrator, set the decimal accuracy of 'Product Price' to 6 in Odoo's technical settings.",
    )


def exists(client: OdooClient, model: str) -> bool:
    """Say whether Odoo has a model, which is: whether its app is installed."""
    try:
        client.call(model, "fields_get", allfields=["id"], attributes=["type"])
    except ConfigError as error:
        if error.where != model:
            raise
        return False
    return True


def _guarded(name: str, look: Callable[[], Check]) -> Check:
    """Turn what is wrong with the setup into a check; what is wrong with the line goes on up."""
    try:
        return look()
    except ConfigError as error:
        return Check(name, State.ERROR, error.message, error.fix)


_PROTOCOLS = {"json2": "JSON-2", "jsonrpc": "JSON-RPC", "xmlrpc": "XML-RPC"}
