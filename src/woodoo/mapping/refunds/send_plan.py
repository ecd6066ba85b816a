"""What is asked when something is sent to the store, and what comes of it: the settings, and one order's plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ...domain.errors import DataError, WoodooError
from ...domain.new_refund import NewRefund
from ...domain.order import Order
from ...domain.refund import Refund
from . import sending_refusals as refuse
from .echo import reason_of
from .odoo_credits import CreditNote, OdooCredits, Return
from .refundable import refundable
from .sending_lines import Lines
from .sending_money import who_pays
from .sending_rules import SendRules


@dataclass(frozen=True)
class Sending:
    """A refund that is to be made."""

    refund: NewRefund
    #: What it stands for.
    source: CreditNote | Return
    #: What becomes of the money, in words.
    money: str
    remark: str = ""


@dataclass(frozen=True)
class SendPlan:
    """What is sent for one order, and what is known of what was."""

    send: tuple[Sending, ...] = ()
    #: Refund → what it stands for: the key of a credit note or return.
    standing: Mapping[str, str] = field(default_factory=dict)
    #: Key of a credit note → refund of the return of its goods, which is its, too.
    covered: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[WoodooError, ...] = ()
    remarks: tuple[str, ...] = ()

    def get(self, key: str) -> Sending | None:
        """Return what is to be made for a credit note or return."""
        return next((one for one in self.send if one.source.key == key), None)

    def refusal(self, source: CreditNote | Return) -> WoodooError | None:
        """Return why a credit note or return is not sent."""
        return next((error for error in self.errors if error.where == refuse.place(source)), None)

    def refund_of(self, key: str) -> str:
        """Return the refund that stands for a credit note or return; empty where there is none."""
        return next((refund for refund, of in self.standing.items() if of == key), "")


@dataclass
class Planning:
    """One order, while it is planned; what is planned takes from what is left."""

    order: Order
    #: Of the store, with those that are planned.
    refunds: list[Refund]
    seen: OdooCredits
    rules: SendRules
    standing: Mapping[str, str]
    #: Key → refund that stood for it, by what earlier runs have kept.
    sent: Mapping[str, str]
    #: Key of a credit note → refund of the return of its goods.
    covered: Mapping[str, str]
    send: list[Sending] = field(default_factory=list)
    errors: list[WoodooError] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def was_deleted(self, key: str) -> bool:
        """Say whether a refund stood for a credit note or return that the store has no more."""
        return key in self.sent and self.sent[key] not in {refund.external_id for refund in self.refunds}

    def attempt(self, look: Callable[[], None]) -> None:
        """Go on with the others where one is refused."""
        try:
            look()
        except DataError as error:
            self.errors.append(error)

    def add(self, source: CreditNote | Return, amount: Decimal, lines: Lines, *, said: str, settled: bool) -> None:
        """Plan a refund.

        Raises:
            SyncConflict: so much is not left of the order.
        """
        left = refundable(self.order, self.refunds)
        if amount > left.amount:
            raise refuse.too_much(self.order, source, amount, left.amount)
        by_gateway, money = who_pays(self.order, self.rules, settled=settled)
        restock = self.rules.restock and any(line.quantity for line in lines.lines)
        refund = NewRefund(
            order_id=self.order.external_id,
            amount=amount,
            reason=reason_of(source.name, said),
            mark=f"{self.rules.namespace}/{source.key}",
            lines=lines.lines,
            by_gateway=by_gateway,
            restock=restock,
        )
        self.send.append(Sending(refund, source, money, lines.remark))
        self.refunds.append(
            Refund("", refund.order_id, amount, refund.reason, self.order.modified_at, by_gateway, lines.lines)
        )
