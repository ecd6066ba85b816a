"""Makes the taxes of draft invoices come to the cent the shop has charged, where Odoo rounds otherwise.

The last step before posting: any later change of a line makes Odoo compute the taxes anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..domain.errors import DataError, WoodooError
from ..domain.money import ZERO, round_money, to_decimal
from .records import Records

#: Fields of the lines that are moved.
_FIELDS = ("move_id", "tax_line_id", "amount_currency", "balance")


@dataclass(frozen=True)
class _Line:
    """A journal item. Amounts are signed, in the document's and in the company's currency."""

    odoo_id: int
    amount_currency: Decimal
    balance: Decimal

    def moved(self, amount: Decimal, balance: Decimal) -> dict[str, float]:
        """Return the values after adding to both amounts."""
        new_balance = self.balance + balance
        return {
            "amount_currency": float(self.amount_currency + amount),
            "debit": float(max(new_balance, ZERO)),
            "credit": float(max(-new_balance, ZERO)),
        }


def override_taxes(
    records: Records,
    targets: Mapping[int, Mapping[int, Decimal]],
    *,
    credit_notes: bool = False,
    company_digits: int = 2,
) -> Mapping[int, WoodooError]:
    """Set what each tax of each draft invoice comes to. Returns errors by invoice id.

    `targets` gives per invoice and per tax id the amount in the document's currency, positive on invoices and on
    credit notes alike; taxes not named stay. All are invoices, or all `credit_notes`. `company_digits` are the decimals
    of the company's currency. One call to read all, one to write each invoice that differs.
    """
    if not targets:
        return {}
    dialect = records.client.dialect
    tax_lines = _lines_by_move(records, targets, dialect.tax_line_domain)
    others: Mapping[int, list[dict[str, Any]]] = {}
    if not dialect.tax_line_rebalances:
        domain = (("account_internal_type", "in", ("receivable", "payable")),)
        others = _lines_by_move(records, targets, domain)
    # Taxes stand on the credit side (negative) of invoices and on the debit side of credit notes.
    sign = 1 if credit_notes else -1
    errors: dict[int, WoodooError] = {}
    for move_id, amounts in targets.items():
        wanted = {tax_id: sign * amount for tax_id, amount in amounts.items()}
        try:
            commands = _commands(tax_lines.get(move_id, []), others.get(move_id, []), wanted, company_digits)
            if commands:
                records.write("account.move", [move_id], {"line_ids": commands})
        except DataError as error:
            errors[move_id] = error
    return errors


def _lines_by_move(
    records: Records, move_ids: Mapping[int, Any], domain: Sequence[tuple[str, str, Any]]
) -> dict[int, list[dict[str, Any]]]:
    rows = records.search_read("account.move.line", [("move_id", "in", list(move_ids)), *domain], _FIELDS)
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["move_id"], []).append(row)
    return found


def _commands(
    tax_rows: Sequence[Mapping[str, Any]],
    other_rows: Sequence[Mapping[str, Any]],
    wanted: Mapping[int, Decimal],
    company_digits: int,
) -> list[list[Any]]:
    """Return the commands on `line_ids` that move the tax lines, and the open line against them where it is given."""
    commands: list[list[Any]] = []
    moved_amount = moved_balance = ZERO
    for tax_id, amount in wanted.items():
        lines = [_line(row) for row in tax_rows if row["tax_line_id"] == tax_id]
        if not lines and amount:
            raise DataError(
                f"The invoice has no line for the tax {tax_id}, which should come to {abs(amount)}.",
                where="account.move.line -> tax_line_id",
                fix="Check the tax's setup in Odoo: it must put its amount into the journal.",
            )
        if not lines:
            continue
        # Several lines of one tax: the largest one takes the cents.
        line = max(lines, key=lambda one: abs(one.amount_currency))
        total = sum((one.amount_currency for one in lines), ZERO)
        difference = amount - total
        if not difference:
            continue
        balance = _in_company_currency(difference, line, company_digits)
        commands.append([1, line.odoo_id, line.moved(difference, balance)])
        moved_amount += difference
        moved_balance += balance
    if commands and other_rows:
        open_line = max((_line(row) for row in other_rows), key=lambda one: abs(one.amount_currency))
        commands.append([1, open_line.odoo_id, open_line.moved(-moved_amount, -moved_balance)])
    elif commands:
        commands = [[1, odoo_id, {"amount_currency": vals["amount_currency"]}] for _, odoo_id, vals in commands]
    return commands


def _in_company_currency(difference: Decimal, line: _Line, digits: int) -> Decimal:
    if not line.amount_currency or line.amount_currency == line.balance:
        return difference
    return round_money(difference * line.balance / line.amount_currency, digits)


def _line(row: Mapping[str, Any]) -> _Line:
    # Floats of RPC carry noise far below a cent.
    amount, balance = (round_money(to_decimal(row[name]), 6) for name in ("amount_currency", "balance"))
    return _Line(row["id"], amount.normalize() + ZERO, balance.normalize() + ZERO)
