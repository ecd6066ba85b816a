"""Customer accounts of a shop: read, walked through, changed and made.

Decides what a row of `customers` means, and that no password of an account is ever chosen or kept here: WooCommerce
makes one up where none is sent (`wc_create_new_customer`). Shops that demand one (`registration_generate_password` off)
get a random one that is forgotten at once.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence

from ...domain.account import STAFF, Account
from ...domain.errors import DataError, WoodooError
from ..base import EmailTaken, Fetched
from ..customers import AccountPage, AccountsWritten, AccountVals
from .bulk import is_id
from .client import PAGE, BatchItem, JsonObject, WooClient, chunks, total_pages
from .errors import NotFound, Refused
from .orders import address_of, meta_by_key, plain_text
from .payloads import CustomerPayload, parse

#: What is read of an account; the rest of a row is links and pictures.
FIELDS = "id,email,first_name,last_name,role,billing,shipping,is_paying_customer,meta_data"
#: The e-mail address is that of another account (`wc_create_new_customer`; customers controller, `update_item`).
_TAKEN = frozenset({"registration-error-email-exists", "woocommerce_rest_customer_invalid_email"})
#: An argument that the route demands is missing: the shop does not make up passwords or user names.
_MISSING = "rest_missing_callback_param"
_MAIL = "settings/email_customer_new_account/enabled"


class WooCustomers:
    """Implements `stores.customers.CustomerStore`."""

    def __init__(self, client: WooClient) -> None:
        self.client = client

    def fetch_accounts(self, external_ids: Sequence[str]) -> Fetched[Account]:
        """Read accounts: a request a hundred, one more for each the list does not show (`role=all` may hide some)."""
        asked = list(dict.fromkeys(external_ids))
        rows: dict[str, JsonObject] = {}
        for chunk in chunks([one for one in asked if is_id(one)], PAGE):
            listed = self.client.rows(
                "customers", {"include": chunk, "per_page": PAGE, "role": "all", "_fields": FIELDS}
            )
            rows |= {str(row.get("id")): row for row in listed}
        for one in [one for one in asked if is_id(one) and one not in rows]:
            try:
                rows[one] = self.client.get(f"customers/{one}", {"_fields": FIELDS})
            except NotFound:
                continue
        found: dict[str, Account] = {}
        broken: dict[str, DataError] = {}
        for one in asked:
            if one in rows:
                try:
                    found[one] = read_account(rows[one])
                except DataError as error:
                    broken[one] = error
        return Fetched(found, frozenset(asked) - found.keys() - broken.keys(), broken)

    def every_account(self, cursor: str = "") -> AccountPage:
        """List a hundred accounts of those who are not staff, by ascending id; the cursor is a page number.

        Where accounts are deleted meanwhile, some move to a page that is over and come with the next walk.
        """
        number = int(cursor or 1)
        params = {"role": "all", "orderby": "id", "order": "asc", "per_page": PAGE, "page": number, "_fields": FIELDS}
        answer = self.client.request("GET", "customers", params=params)
        rows = [row for row in answer.data if isinstance(row, dict)] if isinstance(answer.data, list) else []
        more = number < (total_pages(answer) or number + (len(rows) >= PAGE))
        accounts = []
        for row in rows:
            if row.get("role") in STAFF:
                continue
            try:
                accounts.append(read_account(row))
            except DataError:  # said where it is fetched by itself
                accounts.append(Account(str(row.get("id"))))
        return AccountPage(tuple(accounts), str(number + 1) if more and rows else "")

    def find_account(self, email: str) -> Account | None:
        """Return the account with an e-mail address."""
        rows = self.client.rows("customers", {"email": email, "role": "all", "_fields": FIELDS})
        same = [row for row in rows if str(row.get("email") or "").lower() == email.lower()]
        return read_account(same[0]) if same else None

    def change_accounts(self, wanted: Mapping[str, AccountVals]) -> AccountsWritten:
        """Write on accounts, fifty a request."""
        rows = [{"id": int(one), **account_payload(vals)} for one, vals in wanted.items()]
        result = self.client.batch("customers", update=rows) if rows else None
        return _written(list(wanted), result.update if result else ())

    def create_accounts(self, wanted: Mapping[str, AccountVals]) -> AccountsWritten:
        """Create accounts, fifty a request; again with passwords for those the shop demands one of."""
        keys = list(wanted)
        rows = {key: account_payload(wanted[key]) for key in keys}
        made = _written(keys, self.client.batch("customers", create=list(rows.values())).create if rows else ())
        bare = [key for key, error in made.errors.items() if isinstance(error, Refused) and error.code == _MISSING]
        if not bare:
            return made
        full = [rows[key] | {"password": secrets.token_urlsafe(32)} | _user_name(made.errors[key]) for key in bare]
        again = _written(bare, self.client.batch("customers", create=full).create)
        left = {key: error for key, error in made.errors.items() if key not in bare}
        return AccountsWritten({**made.done, **again.done}, {**left, **again.errors})

    def mails_new_accounts(self) -> bool:
        """Say whether the mail "New account" is switched on; a shop that does not tell is taken to send it.

        It goes out on `woocommerce_created_customer`, which the API fires like any other way of making an account
        (woocommerce `includes/class-wc-emails.php`); no parameter of the API prevents it.
        """
        try:
            row = self.client.get(_MAIL, {"_fields": "id,value"})
        except NotFound:
            return True
        return not isinstance(row, dict) or row.get("value") != "no"

    def states(self, country: str) -> Sequence[str]:
        """Return the codes of a country's states; none where the shop does not know the country."""
        try:
            row = self.client.get(f"data/countries/{country.lower()}", {"_fields": "code,states"})
        except NotFound:
            return ()
        rows = row.get("states") if isinstance(row, dict) else None
        return [str(one["code"]) for one in rows or () if isinstance(one, dict) and one.get("code")]


def read_account(row: JsonObject) -> Account:
    """Return a row of `customers` as an account.

    Raises:
        DataError: where it cannot be read.
    """
    number = row.get("id", "?")
    payload = parse(CustomerPayload, row, record=f"Customer #{number}", where=f"customers/{number}")
    return Account(
        external_id=payload.id,
        email=payload.email.strip(),
        first_name=plain_text(payload.first_name),  # names of accounts are kept escaped: `&amp;`
        last_name=plain_text(payload.last_name),
        role=payload.role,
        is_buyer=payload.is_paying_customer,
        billing=address_of(payload.billing),
        shipping=address_of(payload.shipping),
        meta=meta_by_key(payload.meta_data),
    )


def account_payload(vals: AccountVals) -> JsonObject:
    """Return values as the API takes them. An address is merged with what is there, key by key."""
    payload: JsonObject = {name: value for name, value in vals.items() if name != "meta"}
    if vals.get("meta"):
        payload["meta_data"] = [{"key": key, "value": value} for key, value in vals["meta"].items()]
    return payload


def _user_name(error: WoodooError) -> dict[str, str]:
    """Return a user name where the shop demands one: it is seen in public, so it tells nothing of the person."""
    params = error.data.get("params") if isinstance(error, Refused) else ()
    return {"username": f"customer-{secrets.token_hex(6)}"} if "username" in (params or ()) else {}


def _written(keys: Sequence[str], items: Sequence[BatchItem]) -> AccountsWritten:
    done: dict[str, Account] = {}
    errors: dict[str, WoodooError] = {}
    for key, item in zip(keys, items, strict=True):
        if item.error is not None:
            taken = isinstance(item.error, Refused) and item.error.code in _TAKEN
            errors[key] = _email_taken() if taken else item.error
            continue
        try:
            done[key] = read_account(item.data or {})
        except DataError as error:
            errors[key] = error
    return AccountsWritten(done, errors)


def _email_taken() -> EmailTaken:
    """Return the error of an address that is taken, without the store's words: they hold the address itself."""
    return EmailTaken("The store has another account with this e-mail address.", where="customers -> email")
