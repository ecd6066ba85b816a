"""Names of records and imports, and what was changed, which are stored in English, in the reader's language.

Decides that only what Woodoo itself has put together is known here; a name that fits no row stays as it is, and so does
everything the engine says of a record: messages, plans and calls are kept as they were written.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from woodoo.engine.names import UNREAD

Rows = tuple[tuple[re.Pattern[str], str], ...]


def rows(*patterns: tuple[str, str]) -> Rows:
    """Return how texts look → how they are said; what has a name in the pattern is put in under that name."""
    return tuple((re.compile(pattern, re.DOTALL), words) for pattern, words in patterns)


def said_by(known: Rows, text: str) -> str:
    """Return a text in the reader's language, by the first row that fits; empty where none does."""
    for pattern, words in known:
        if found := pattern.fullmatch(text):
            return gettext(words) % found.groupdict()
    return ""


#: Names of records, of imports, of totals, notes on amounts, and what the log of changes calls what was done.
_NAMES = rows(
    (r"Order (?P<name>#?\S.*)", _("Order %(name)s")),
    (r"Refunds of order (?P<name>.+)", _("Refunds of order %(name)s")),
    (r"Product (?P<name>.+)", _("Product %(name)s")),
    (r"Customer (?P<name>.+)", _("Customer %(name)s")),
    (r"Contact (?P<name>.+)", _("Contact %(name)s")),
    (r"Delivery method (?P<name>.+)", _("Delivery method %(name)s")),
    (r"the last order", _("the last order")),
    (r"the last (?P<count>\d+) orders", _("the last %(count)s orders")),
    (r"the order with the id (?P<name>\S+)", _("the order with the id %(name)s")),
    (r"orders with ids (?P<first>\S+) to (?P<last>\S+)", _("orders with ids %(first)s to %(last)s")),
    (r"orders of the beginning to now", _("all orders until now")),
    (r"orders of the beginning to (?P<last>\S+)", _("orders until %(last)s")),
    (r"orders of (?P<first>\S+) to now", _("orders since %(first)s")),
    (r"orders of (?P<first>\S+) to (?P<last>\S+)", _("orders of %(first)s to %(last)s")),
    (r"orders of (?P<day>\S+)", _("orders of %(day)s")),
    (r"products of Odoo", _("products of Odoo")),
    (r"products of the store", _("products of the store")),
    (r"products and customers of both sides", _("products and customers of both sides")),
    (r"Untaxed", _("Untaxed")),
    (r"Tax", _("Tax")),
    (r"Total", _("Total")),
    (r"Odoo has nothing of this order yet\.", _("Odoo has nothing of this order yet.")),
    (r"There is no invoice yet\.", _("There is no invoice yet.")),
    (r"The invoice is a draft\.", _("The invoice is a draft.")),
    (
        r"Without (?P<amount>\S+) that were refunded before the invoice, and are not in it\.",
        _("Without %(amount)s that were refunded before the invoice, and are not in it."),
    ),
    (r"1 credit note is a draft and not counted\.", _("1 credit note is a draft and not counted.")),
    (
        r"(?P<count>\d+) credit notes are a draft and not counted\.",
        _("%(count)s credit notes are drafts and not counted."),
    ),
    (r"(?P<name>.+), on the command line", _("%(name)s, on the command line")),
    (r"settings changed", _("settings changed")),
    (r"connection changed", _("connection changed")),
    (r"connection (?P<name>.+) added", _("connection %(name)s added")),
    (r"saved without being tried", _("saved without being tried")),
    (r"saved although a test failed", _("saved although a test failed")),
    (r"checklist: (?P<name>\w+) accepted", _("checklist: %(name)s accepted")),
    (r"checklist: (?P<name>\w+) taken back", _("checklist: %(name)s taken back")),
    (r"alerts tested", _("alerts tested")),
    (r"account (?P<name>.+) made", _("account %(name)s made")),
    (r"account (?P<name>.+) switched on", _("account %(name)s switched on")),
    (r"account (?P<name>.+) switched off", _("account %(name)s switched off")),
    (r"role of (?P<name>.+) changed", _("role of %(name)s changed")),
    (r"password of (?P<name>.+) changed", _("password of %(name)s changed")),
    (r"password of (?P<name>.+) renewed", _("password of %(name)s renewed")),
    (r"second factor of (?P<name>.+) set up", _("second factor of %(name)s set up")),
    (r"second factor of (?P<name>.+) taken away", _("second factor of %(name)s taken away")),
    (r"who has to have a second factor", _("who has to have a second factor")),
    (r"too many wrong codes for (?P<name>.+)", _("too many wrong codes for %(name)s")),
    (r"token (?P<name>.+) made", _("token %(name)s made")),
    (r"token (?P<name>.+) revoked", _("token %(name)s revoked")),
    (r"personal data told", _("personal data told")),
    (r"personal data erased", _("personal data erased")),
    (r"1 record tried again", _("1 record tried again")),
    (r"(?P<count>\d+) records tried again", _("%(count)s records tried again")),
    (r"1 record skipped", _("1 record skipped")),
    (r"(?P<count>\d+) records skipped", _("%(count)s records skipped")),
)


def said(name: str) -> str:
    """Return a stored name in the reader's language; what follows a comma, the statuses of an import, stays."""
    if name.endswith(UNREAD):
        return gettext("%(name)s (could not be read)") % {"name": said(name.removesuffix(UNREAD))}
    beginning, _comma, rest = name.rpartition(", ")
    if known := said_by(_NAMES, name):
        return known
    known = said_by(_NAMES, beginning)
    return f"{known}, {rest}" if known else name
