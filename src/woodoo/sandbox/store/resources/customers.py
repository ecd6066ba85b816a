"""Registered customers in the API. Their list knows no time filter and passes over it in silence."""

from __future__ import annotations

import copy
import hashlib
import re

from .. import metadata
from ..listing import by_ids, ordered, page
from ..rest import Api, Request, Response, RestError, links
from ..schema import EMAIL
from ..state import Record, Shop
from ..texts import name_kept
from .batch import batch_handler

ONE = r"/customers/(?P<id>[\d]+)"
BILLING = (
    "first_name", "last_name", "company", "address_1", "address_2", "city", "postcode", "country", "state",
    "email", "phone",
)  # fmt: skip
SHIPPING = tuple(name for name in BILLING if name != "email")
SORTERS = {
    "date": lambda row: row["first_name"].lower(),
    "name": lambda row: f"{row['first_name']} {row['last_name']}".strip().lower() or row["username"],
    "id": lambda row: row["id"],
    "registered_date": lambda row: row["date_created"],
}


def register(api: Api) -> None:
    """Enter the customer routes."""
    api.add("/customers", "GET", list_customers)
    api.add("/customers", "POST", create_customer)
    api.add(ONE, "GET", lambda request: Response(customer_view(request, _one(request))))
    api.add(ONE, "POST PUT PATCH", update_customer)
    api.add(ONE, "DELETE", delete_customer)
    api.add("/customers/batch", "POST PUT PATCH", batch_handler(api, "/customers", ONE, "id", "customer"))


def _one(request: Request) -> Record:
    row = request.shop.tables["customers"].get(request.number("id"))
    if row is None:
        raise RestError(404, "wc_user_invalid_id", "Invalid user ID.", allow=False)
    return row


def customer_view(request: Request, row: Record) -> Record:
    """Return a customer as the API shows one."""
    shop = request.shop
    digest = hashlib.sha256(row["email"].strip().lower().encode()).hexdigest()
    return {
        "id": row["id"],
        **shop.stamps("date_created", row["date_created"]),
        **shop.stamps("date_modified", row["date_modified"]),
        "email": row["email"],
        "first_name": row["first_name"],
        "last_name": row["last_name"],
        "role": row["role"],
        "username": row["username"],
        "billing": dict(row["billing"]),
        "shipping": dict(row["shipping"]),
        "is_paying_customer": row["is_paying_customer"],
        "avatar_url": f"https://secure.gravatar.com/avatar/{digest}?s=96&d=mm&r=g",
        "meta_data": metadata.shown(row["meta_data"]),
        "_links": links(request, "customers", row["id"], "GET POST PUT PATCH DELETE"),
    }


def list_customers(request: Request) -> Response:
    params = request.params
    rows = by_ids(request, request.shop.tables["customers"].values())
    role = params.get("role") or "customer"
    if role != "all":
        rows = [r for r in rows if r["role"] == role]
    if params.get("email"):
        rows = [r for r in rows if r["email"].lower() == params["email"].lower()]
    if params.get("search"):
        text = params["search"].lower().strip("*")
        rows = [r for r in rows if text in f"{r['email']} {r['username']} {r['first_name']} {r['last_name']}".lower()]
    request.params["orderby"] = params.get("orderby") or "name"
    if not request.has("order"):
        request.params["order"] = "asc"
    return page(request, ordered(request, rows, SORTERS), lambda row: customer_view(request, row))


def new_customer(shop: Shop, email: str) -> Record:
    """Return a customer who is not yet kept."""
    return {
        "id": 0,
        "date_created": shop.now(),
        "date_modified": shop.now(),
        "email": email,
        "first_name": "",
        "last_name": "",
        "role": "customer",
        "username": "",
        "billing": dict.fromkeys(BILLING, ""),
        "shipping": dict.fromkeys(SHIPPING, ""),
        "is_paying_customer": False,
        "meta_data": [],
    }


def create_customer(request: Request) -> Response:
    shop, params = request.shop, request.params
    if params.get("id"):
        raise RestError(400, "woocommerce_rest_customer_exists", "Cannot create existing resource.")
    email = str(params.get("email") or "")
    if not email:
        raise RestError(400, "registration-error-invalid-email", "Please provide a valid email address.")
    if not EMAIL.fullmatch(email):
        raise RestError(400, "customer_invalid_email", "Invalid email address")
    _check_email(shop, email, 0)
    row = new_customer(shop, email)
    row["username"] = _username(shop, str(params.get("username") or ""), email)
    if not params.get("password"):
        metadata.put(shop, row["meta_data"], "default_password_nag", "1")
    _apply(request, row)
    row["id"] = shop.next_id("user")
    shop.tables["customers"][row["id"]] = row
    shop.announce("customer.created", row["id"])
    shop.announce("customer.updated", row["id"])
    shop.touch()
    location = {"Location": request.link(f"customers/{row['id']}")}
    return Response(customer_view(request, row), 201, location)


def update_customer(request: Request) -> Response:
    row = _one(request)
    draft = copy.deepcopy(row)
    if request.has("username") and request.params["username"] != row["username"]:
        raise RestError(400, "woocommerce_rest_customer_invalid_argument", "Username isn't editable.")
    if request.params.get("email"):
        if request.params["email"].lower() != row["email"].lower():
            owner = _owner(request.shop, request.params["email"])
            if owner is not None:
                raise RestError(400, "woocommerce_rest_customer_invalid_email", "Email address is invalid.")
        draft["email"] = request.params["email"]
    _apply(request, draft)
    row.update(draft)
    row["date_modified"] = request.shop.now()
    request.shop.announce("customer.updated", row["id"])
    request.shop.touch()
    return Response(customer_view(request, row))


def delete_customer(request: Request) -> Response:
    """Delete a customer for good; orders keep their data and become a guest's."""
    shop = request.shop
    row = _one(request)
    if not request.params.get("force"):
        raise RestError(501, "woocommerce_rest_trash_not_supported", "Customers do not support trashing.")
    del shop.tables["customers"][row["id"]]
    for order in shop.tables["orders"].values():
        if order["customer_id"] == row["id"]:
            order["customer_id"] = 0
    shop.announce("customer.deleted", row["id"])
    shop.touch()
    return Response(customer_view(request, row))


def _owner(shop: Shop, email: str) -> Record | None:
    return next((r for r in shop.tables["customers"].values() if r["email"].lower() == email.lower()), None)


def _check_email(shop: Shop, email: str, own_id: int) -> None:
    owner = _owner(shop, email)
    if owner is not None and owner["id"] != own_id:
        message = f"An account is already registered with {email}. Please log in or use a different email address."
        raise RestError(400, "registration-error-email-exists", message)


def _username(shop: Shop, wanted: str, email: str) -> str:
    if not wanted:
        return _free_username(shop, email.partition("@")[0])
    if not re.fullmatch(r"[\w.@-]+", wanted, re.ASCII):
        message = "Please provide a valid account username."
        raise RestError(400, "registration-error-invalid-username", message)
    if any(row["username"].lower() == wanted.lower() for row in shop.tables["customers"].values()):
        message = "An account is already registered with that username. Please choose another."
        raise RestError(400, "registration-error-username-exists", message)
    return wanted


def _free_username(shop: Shop, wanted: str) -> str:
    taken = {row["username"] for row in shop.tables["customers"].values()}
    name, number = wanted, 1
    while name in taken:
        name, number = f"{wanted}{number}", number + 1
    return name


def _apply(request: Request, row: Record) -> None:
    params = request.params
    for name in ("first_name", "last_name"):
        if params.get(name) is not None:
            row[name] = name_kept(str(params[name]))
    for group in ("billing", "shipping"):
        for name, value in (params.get(group) or {}).items():
            if name in row[group] and value is not None:
                row[group][name] = str(value)
    metadata.merge(request.shop, row["meta_data"], params.get("meta_data"))
