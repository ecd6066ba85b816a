"""What an order means in Odoo, as short marks by parts: kept with the link, compared when the order comes again.

The marks are made from the order alone, so a setting that changes later does not make old orders look changed; and
from what Odoo gets of it, so that a paid, completed or refunded order looks as before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

from ...domain.customer import Address
from ...domain.order import FeeLine, Order, OrderLine, ShippingLine
from ..customers.customer_keys import email_of
from ..rules import Rules

#: Another way of making the marks gets another number; marks made in another way say nothing.
VERSION = "2"
#: Marks of the lines, and what stands for one that cannot be made.
_LINE_MARKS, _NONE = 4, "-"


class Part(StrEnum):
    """A part of an order that can be changed by itself."""

    #: Products, quantities, prices, taxes, shipping, fees, discounts, currency.
    LINES = "lines"
    #: Whose order it is.
    CUSTOMER = "customer"
    BILLING = "billing"
    SHIPPING = "shipping"
    #: E-mail addresses and telephone numbers.
    CONTACT = "contact"
    #: Number, date, customer's note, payment method, meta data that is carried over.
    HEADER = "header"


class Doing(StrEnum):
    """What Woodoo last did to the document as a whole; marked before it begins, so that a cut-off run is finished."""

    OPEN = "open"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    #: Could not be cancelled, but its invoice was credited because the store has cancelled it.
    CREDITED = "credited"
    #: Cancelled only to be written anew and confirmed again.
    REOPENING = "reopening"
    #: The same after its invoice was credited: it gets another invoice.
    REISSUING = "reissuing"
    #: Has another invoice than the first one, whose payment a person matches.
    REISSUED = "reissued"


@dataclass(frozen=True)
class Fingerprint:
    """The marks of one order, and what Woodoo was doing to it."""

    marks: Mapping[Part, str] = field(default_factory=dict)
    doing: Doing = Doing.OPEN
    #: Ids of the refunds it was written without, because they came before its invoice, and how amounts of them without
    #: lines were taken out ("spread" or "product").
    refunds: frozenset[str] = frozenset()
    amounts_as: str = "spread"
    #: How many invoices of it were credited before the one it has now; told from the second on.
    again: int = 0

    def text(self) -> str:
        """Return it as the link keeps it: "2 lines:ab12… … state:open"."""
        marks = (f"{part}:{self.marks[part]}" for part in Part if part in self.marks)
        refunds = [f"refunds:{','.join(sorted(self.refunds))}", f"amounts:{self.amounts_as}"] if self.refunds else []
        again = [f"again:{self.again}"] if self.again > 1 else []
        return " ".join((VERSION, *marks, *refunds, *again, f"state:{self.doing}"))

    @classmethod
    def read(cls, text: str) -> Fingerprint | None:
        """Read what a link keeps; None where nothing is kept, or marks of another kind."""
        version, *words = text.split() or [""]
        if version != VERSION:
            return None
        found = dict(word.partition(":")[::2] for word in words)
        state = found.pop("state", Doing.OPEN)
        refunds = frozenset(filter(None, found.pop("refunds", "").split(",")))
        amounts_as = found.pop("amounts", "spread")
        again = found.pop("again", "")
        marks = {Part(name): mark for name, mark in found.items() if name in set(Part)}
        return cls(marks, Doing(state), refunds, amounts_as, int(again) if again.isdigit() else 0)

    def changed_since(self, written: Fingerprint) -> frozenset[Part]:
        """Return the parts that are not as they were written."""
        return frozenset(
            part for part, mark in self.marks.items() if _differ(part, mark, written.marks.get(part, mark))
        )

    def taking(self, other: Fingerprint, parts: Iterable[Part]) -> Fingerprint:
        """Return these marks with those parts as in `other`."""
        taken = {part: other.marks[part] for part in parts}
        lines = other if Part.LINES in taken else self
        return replace(self, marks={**self.marks, **taken}, refunds=lines.refunds, amounts_as=lines.amounts_as)

    def only_products_renamed(self, written: Fingerprint) -> bool:
        """Say whether its lines are another only in how the store calls their products.

        A line shows the SKU its product has today, none where the product was deleted; the order stays what it was. A
        product counts as the same while its id is, or (deleted) while the line is.
        """
        now, before = (one.marks.get(Part.LINES, "").split(".") for one in (self, written))
        if len(now) != _LINE_MARKS or len(before) != _LINE_MARKS or now == before or now[0] != before[0]:
            return False
        return now[2] == before[2] if now[2] != _NONE else now[3] == before[3]

    @property
    def digest(self) -> str:
        """What tells one invoice of the order from another one: lines, customer and billing address."""
        lines = self.marks.get(Part.LINES, "").split(".")[:2]
        return _mark(*lines, *(self.marks.get(part, "") for part in (Part.CUSTOMER, Part.BILLING)))

    def while_(self, doing: Doing) -> Fingerprint:
        return replace(self, doing=doing)


def fingerprint(order: Order, rules: Rules, refunds: Iterable[str] = ()) -> Fingerprint:
    """Return the marks of an order as the store has it now, or (taken out of it already) less these `refunds` (ids)."""
    return Fingerprint(
        {
            Part.LINES: _line_marks(order),
            Part.CUSTOMER: _customer(order),
            Part.BILLING: _mark(*_place(order.billing)),
            Part.SHIPPING: _mark(*_place(order.shipping)),
            Part.CONTACT: _mark(*_contact(order.billing), *_contact(order.shipping)),
            Part.HEADER: _mark(
                order.number,
                order.created_at.isoformat(),
                order.customer_note.strip(),
                order.payment_method,
                *(f"{key}={order.meta.get(key, '')}" for key in sorted(rules.meta_fields)),
            ),
        },
        refunds=frozenset(refunds),
        amounts_as=rules.refunds.amount_refund_as,
    )


def _customer(order: Order) -> str:
    """Return a mark of the account and one of the e-mail address, with a dash where there is none.

    WooCommerce ties past guest orders to an account once it is opened, and an address may be corrected: it is another
    customer only where neither is the same.
    """
    texts = (order.customer_id, email_of(order))
    return ".".join(_mark(text) if text else _NONE for text in texts)


def _differ(part: Part, mark: str, before: str) -> bool:
    if part is Part.LINES:
        return mark.split(".")[:2] != before.split(".")[:2]
    if part is not Part.CUSTOMER or mark == before:
        return mark != before
    return not any(new == old != _NONE for new, old in zip(mark.split("."), before.split("."), strict=False))


def _line_marks(order: Order) -> str:
    """Return marks of the amounts and texts, of the SKUs, of the products (a dash: one was deleted), of the lines.

    Only the first two say what the order is; the others tell another product from the same one under another SKU.
    """
    products = [f"{line.name}\t{line.product_id}" for line in order.lines]
    return ".".join(
        (
            _mark(*_lines(order)),
            _mark(*sorted(f"{line.name}\t{line.sku}\t{_plain(line.quantity)}" for line in order.lines)),
            _mark(*sorted(products)) if all(line.product_id for line in order.lines) else _NONE,
            _mark(*sorted(line.external_id for line in order.lines)),
        )
    )


def _lines(order: Order) -> Iterable[str]:
    """Return a text for everything an amount of the order comes from. In which sequence it stands does not matter."""
    taxes = {id(line): [f"{t.rate_id}={_plain(t.amount)}" for t in line.taxes if t.amount] for line in _all(order)}
    rows = [
        *(
            ["product", o.name, *map("=".join, o.options), _plain(o.quantity), _plain(o.total), *taxes[id(o)]]
            for o in order.lines
        ),
        *(
            ["shipping", s.method_id, s.instance_id, s.title, _plain(s.total), *taxes[id(s)]]
            for s in order.shipping_lines
        ),
        *(["fee", f.name, _plain(f.total), *taxes[id(f)]] for f in order.fee_lines),
    ]
    exempt = "exempt" if order.is_vat_exempt else ""
    return (order.currency, exempt, _plain(order.total), _plain(order.total_tax), *sorted("\t".join(r) for r in rows))


def _all(order: Order) -> tuple[OrderLine | ShippingLine | FeeLine, ...]:
    return (*order.lines, *order.shipping_lines, *order.fee_lines)


def _place(address: Address) -> tuple[str, ...]:
    """Return name and place as they are compared: whatever the spelling of cases and blanks."""
    fields = (
        address.name,
        address.company,
        address.address_1,
        address.address_2,
        address.postcode,
        address.city,
        address.state,
        address.country,
    )
    return tuple(" ".join(text.split()).casefold() for text in fields)


def _contact(address: Address) -> tuple[str, str]:
    return address.email.strip().lower(), "".join(address.phone.split())


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def _mark(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode("utf-8", "replace")).hexdigest()[:12]
