"""What the company itself has set that decides amounts: currency, rounding, precision of prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, cast

from ..domain.errors import ConfigError
from .client import OdooClient
from .records import Records

#: What Odoo comes with (addons/product/data/product_data.xml).
DEFAULT_PRICE_DIGITS = 2
#: Dates up to which no customer invoice can be posted under its own date, in one version or another: Odoo refuses it
#: or moves its date (addons/account/models/company.py, account_move.py `_get_violated_lock_dates`).
LOCKS = frozenset({"fiscalyear_lock_date", "tax_lock_date", "period_lock_date", "sale_lock_date", "hard_lock_date"})
#: Those of them that stop payments, too. Odoo 14 refuses the payment, 19 books it on the last
#: day of a later month while the payment itself still shows its own day.
PAYMENT_LOCKS = frozenset({"fiscalyear_lock_date", "period_lock_date", "hard_lock_date"})


@dataclass(frozen=True)
class Company:
    """A company in Odoo."""

    odoo_id: int
    name: str
    currency_id: int
    #: ISO 4217.
    currency: str
    currency_digits: int
    #: How taxes are summed: each line by itself, or once per document.
    rounding_method: Literal["round_per_line", "round_globally"]
    #: Decimals a unit price may have; None where Odoo keeps prices as given.
    price_digits: int | None
    #: The last day for which customer invoices are locked, and what Odoo calls that lock; None where nothing is.
    locked_until: date | None = None
    locked_by: str = ""
    #: The same for payments.
    payments_locked_until: date | None = None
    payments_locked_by: str = ""


def read_company(records: Records) -> Company:
    """Read the company the records belong to.

    Raises:
        ConfigError: where the user may not see the company.
    """
    # By name: all fields of a company take Odoo seconds, for the choices some of them offer.
    found = records.client.call("res.company", "fields_get", allfields=sorted(LOCKS), attributes=["string"])
    locks = {name: str(info["string"]) for name, info in found.items()}
    rows = records.read("res.company", [records.company_id or 0], ["name", "currency_id", _ROUNDING, *sorted(locks)])
    if not rows:
        raise ConfigError(
            f"Odoo shows no company with the id {records.company_id}.",
            where="odoo_company_id",
            fix="Choose the company in the connection's settings.",
        )
    row = rows[0]
    until, by = _latest(row, locks)
    paid_until, paid_by = _latest(row, {name: locks[name] for name in locks.keys() & PAYMENT_LOCKS})
    currency = records.read("res.currency", [row["currency_id"]], ["name", "decimal_places"])[0]
    return Company(
        row["id"],
        row["name"],
        currency_id=currency["id"],
        currency=currency["name"],
        currency_digits=int(currency["decimal_places"]),
        rounding_method=cast(Literal["round_per_line", "round_globally"], row[_ROUNDING]),
        price_digits=read_price_digits(records),
        locked_until=until,
        locked_by=by,
        payments_locked_until=paid_until,
        payments_locked_by=paid_by,
    )


def _latest(row: Mapping[str, Any], locks: Mapping[str, str]) -> tuple[date | None, str]:
    """Return the last of the lock dates (field → label) that are set, with what Odoo calls it."""
    until, by = max(((row[name], locks[name]) for name in sorted(locks) if row[name]), default=("", ""))
    return (date.fromisoformat(until) if until else None), by


def read_price_digits(records: Records) -> int | None:
    """Return how many decimals Odoo keeps of a unit price ("Product Price"), None where it keeps all.

    Read from the field itself, for `decimal.precision` is not shown to every user.
    """
    client = records.client
    if client.dialect.price_unrounded:
        return None
    answer = client.call("sale.order.line", "fields_get", allfields=["price_unit"], attributes=["digits"])
    digits = answer.get("price_unit", {}).get("digits")
    return int(digits[1]) if digits else DEFAULT_PRICE_DIGITS


def user_companies(client: OdooClient) -> Sequence[tuple[int, str]]:
    """Return (id, name) of the companies the API user may work in, its own one first."""
    records = Records(client)
    user = records.read("res.users", [client.uid], ["company_id", "company_ids"])[0]
    rows = records.read("res.company", user["company_ids"], ["name"])
    return sorted(((row["id"], row["name"]) for row in rows), key=lambda pair: pair[0] != user["company_id"])


_ROUNDING = "tax_calculation_rounding_method"
