"""Makes draft invoices come to the cents the shop has charged, where Odoo rounds otherwise.

| what is moved                               | how                                                                |
|---------------------------------------------|--------------------------------------------------------------------|
| a tax                                       | its line; up to 15 the receivable line too, from 16 on that follows |
| a tax of less than half a cent on each line | up to 15 its line is made, for Odoo has made none                  |
| the untaxed amount (prices include the tax) | the largest product line, against the tax lines: the total stays    |

The last step before posting: any later change of a line makes Odoo compute all of them anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..domain.errors import DataError, WoodooError
from ..domain.money import ZERO, round_money, to_decimal
from .records import Records

#: Fields of the lines that are moved.
_FIELDS = ("move_id", "tax_line_id", "tax_ids", "amount_currency", "balance")


@dataclass(frozen=True)
class Wanted:
    """What a draft invoice shall come to, in its currency; positive on invoices and on credit notes alike."""

    #: By the id of the tax; those not named stay.
    taxes: Mapping[int, Decimal]
    #: None leaves the product lines alone.
    untaxed: Decimal | None = None


@dataclass(frozen=True)
class _Line:
    """A journal item. Amounts are signed, in the document's and in the company's currency."""

    odoo_id: int
    tax_id: int | None
    is_taxed: bool
    amount_currency: Decimal
    balance: Decimal
    #: What a line that is not there yet is made with.
    made_with: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> _Line:
        # Floats of RPC carry noise far below a cent.
        amount, balance = (round_money(to_decimal(row[name]), 6) for name in ("amount_currency", "balance"))
        tax_id, taxed = row["tax_line_id"] or None, bool(row["tax_ids"])
        return cls(row["id"], tax_id, taxed, amount.normalize() + ZERO, balance.normalize() + ZERO)

    def moved(self, amount: Decimal, balance: Decimal) -> dict[str, float]:
        """Return the values after adding to both amounts."""
        new_balance = self.balance + balance
        return {
            "amount_currency": float(self.amount_currency + amount),
            "debit": float(max(new_balance, ZERO)),
            "credit": float(max(-new_balance, ZERO)),
        }


#: A line and what is added to it, in the document's currency.
_Change = tuple[_Line, Decimal]


def override_taxes(
    records: Records, targets: Mapping[int, Wanted], *, credit_notes: bool = False, company_digits: int = 2
) -> Mapping[int, WoodooError]:
    """Set what each draft invoice comes to. Returns errors by invoice id.

    All are invoices, or all `credit_notes`. `company_digits` are the decimals of the company's currency. Up to three
    calls to read all, one to write each invoice that differs; three more where a tax has no line.
    """
    if not targets:
        return {}
    dialect = records.client.dialect
    tax_lines = _lines_by_move(records, targets, dialect.tax_line_domain)
    products: Mapping[int, list[_Line]] = {}
    if moving := [move_id for move_id, wanted in targets.items() if wanted.untaxed is not None]:
        products = _lines_by_move(records, moving, dialect.product_line_domain)
    open_lines: Mapping[int, list[_Line]] = {}
    if not dialect.tax_line_rebalances:
        domain = (("account_internal_type", "in", ("receivable", "payable")),)
        open_lines = _lines_by_move(records, targets, domain)
    # Taxes stand on the credit side (negative) of invoices and on the debit side of credit notes.
    sign = 1 if credit_notes else -1
    errors: dict[int, WoodooError] = {}
    for move_id, wanted in targets.items():
        try:
            lines = tax_lines.get(move_id, [])
            if not dialect.tax_line_rebalances:
                lines = [*lines, *_missing_tax_lines(records, move_id, lines, wanted, credit_notes=credit_notes)]
            changes = _changes(lines, products.get(move_id, []), wanted, sign)
            commands = _commands(changes, open_lines.get(move_id, []), company_digits)
            if commands:
                records.write("account.move", [move_id], {"line_ids": commands})
        except DataError as error:
            errors[move_id] = error
    return errors


def _missing_tax_lines(
    records: Records, move_id: int, lines: Sequence[_Line], wanted: Wanted, *, credit_notes: bool
) -> list[_Line]:
    """Return lines to be made for taxes that come to something, but to less than half a cent on each line.

    Odoo makes no tax line of nothing (up to 15, addons/account/models/account_move.py, `_recompute_tax_lines`).
    """
    known = {line.tax_id for line in lines}
    missing = [tax_id for tax_id, amount in wanted.taxes.items() if amount and tax_id not in known]
    if not missing:
        return []
    owner = "refund_tax_id" if credit_notes else "invoice_tax_id"
    parts = records.search_read(
        "account.tax.repartition.line",
        [(owner, "in", missing), ("repartition_type", "=", "tax")],
        [owner, "account_id", "tag_ids"],
        order="id",
    )
    products = records.search_read(
        "account.move.line",
        [("move_id", "=", move_id), ("tax_ids", "in", missing)],
        ["tax_ids", "account_id", "partner_id", "currency_id"],
        order="id",
    )
    names = {row["id"]: row["name"] for row in records.search_read("account.tax", [("id", "in", missing)], ["name"])}
    made: dict[int, _Line] = {}
    for part in parts:
        tax_id = part[owner]
        base = next((row for row in products if tax_id in row["tax_ids"]), None)
        if base is not None and tax_id not in made:
            made[tax_id] = _Line(0, tax_id, False, ZERO, ZERO, _tax_line_vals(names[tax_id], part, base))
    return list(made.values())


def _tax_line_vals(name: str, part: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "account_id": part["account_id"] or base["account_id"],
        "partner_id": base["partner_id"],
        "currency_id": base["currency_id"],
        "tax_repartition_line_id": part["id"],
        "tax_tag_ids": [[6, 0, part["tag_ids"]]],
        "exclude_from_invoice_tab": True,
    }


def _lines_by_move(
    records: Records, move_ids: Iterable[int], domain: Sequence[tuple[str, str, Any]]
) -> dict[int, list[_Line]]:
    rows = records.search_read("account.move.line", [("move_id", "in", list(move_ids)), *domain], _FIELDS)
    found: dict[int, list[_Line]] = {}
    for row in rows:
        found.setdefault(row["move_id"], []).append(_Line.of(row))
    return found


def _changes(tax_lines: Sequence[_Line], products: Sequence[_Line], wanted: Wanted, sign: int) -> list[_Change]:
    """Return what is added to which line. Of several lines of one tax, the largest one takes the cents."""
    changes: list[_Change] = []
    for tax_id, amount in wanted.taxes.items():
        lines = [line for line in tax_lines if line.tax_id == tax_id]
        if not lines and amount:
            raise DataError(
                f"The invoice has no line for the tax {tax_id}, which should come to {abs(amount)}.",
                where="account.move.line -> tax_line_id",
                fix="Check the tax's setup in Odoo: it must put its amount into the journal. From Odoo 16 on, where "
                "the tax is less than half a cent on each line, enter the order by hand.",
            )
        if lines:
            changes.append((_largest(lines), sign * amount - _sum(lines)))
    taxed = [line for line in products if line.is_taxed]
    if wanted.untaxed is not None and taxed:
        changes.append((_largest(taxed), sign * wanted.untaxed - _sum(products)))
    return [(line, difference) for line, difference in changes if difference]


def _commands(changes: Sequence[_Change], open_lines: Sequence[_Line], company_digits: int) -> list[list[Any]]:
    """Return the commands on `line_ids` that make the changes, and move the open line against them if it is given."""
    if not changes:
        return []
    if not open_lines:
        return [
            [1, line.odoo_id, {"amount_currency": float(line.amount_currency + difference)}]
            for line, difference in changes
        ]
    rate = _rate([line for line, _ in changes] + list(open_lines))
    balances = [round_money(difference * rate, company_digits) for _, difference in changes]
    commands: list[list[Any]] = [
        [0, 0, {**line.made_with, **line.moved(difference, balance)}]
        if line.made_with
        else [1, line.odoo_id, line.moved(difference, balance)]
        for (line, difference), balance in zip(changes, balances, strict=True)
    ]
    amount, balance = sum((difference for _, difference in changes), ZERO), sum(balances, ZERO)
    if amount or balance:
        line = _largest(open_lines)
        commands.append([1, line.odoo_id, line.moved(-amount, -balance)])
    return commands


def _rate(lines: Sequence[_Line]) -> Decimal:
    """Return how much of the company's currency one of the document's is."""
    line = _largest(lines)
    return line.balance / line.amount_currency if line.amount_currency else Decimal(1)


def _largest(lines: Sequence[_Line]) -> _Line:
    return max(lines, key=lambda line: abs(line.amount_currency))


def _sum(lines: Iterable[_Line]) -> Decimal:
    return sum((line.amount_currency for line in lines), ZERO)
