"""Why records are held up, put so that those with the same cause can be counted and mended together.

Decides what of a message is the cause, and what is only this record's own:

| in the message                     | is left out                      | example                                  |
|------------------------------------|----------------------------------|------------------------------------------|
| the record's name                  | in front, else everywhere        | Order #1054, orders/1054                 |
| what follows the words in `_OWN`   | everywhere: the record's figures | "does not add up in the store …"         |
| names of documents, amounts, days  | where a document is at fault     | "its payment … was cancelled"            |
| names of products, settings, taxes | never: they are what to mend     | "product SKU TSHIRT-M-BLK was not found" |

No cause names a customer, so it can be told where personal data must not go.
"""

from __future__ import annotations

import re

from .errors import WoodooError

_LABEL = re.compile(r"\b(Order|Refund|Customer|Product) #?\S+?(?=[\s,.:;]|$)")
_PATH = re.compile(r"\b(orders|customers|products)/\d+\b")
#: What follows is about this record alone: figures, customers, lines.
_OWN = (
    "customers in Odoo have the e-mail address of this order",
    "customers in Odoo have the VAT number of this order",
    "customers in Odoo have the e-mail address of this account",
    "customers in Odoo have the VAT number of this account",
    "its customer is archived in Odoo",
    "does not add up in the store",
    "Its taxes are not those of its tax rates",
    "differs from the store",
    "was changed in the store",
    "but not all of it can be cancelled in Odoo",
    "was not confirmed",
    "was not invoiced",
    "is posted over",
    "its sales order would come to",
)
#: Causes in which amounts of both sides, or within one, are not equal.
MISMATCHES = (
    "does not add up in the store",
    "Its taxes are not those of its tax rates",
    "differs from the store",
    "its sales order would come to",
)
#: Places that are documents and amounts of one record, not something many records share.
_DOCUMENTS = (
    *("sale.order", "account.move", "account.payment", "stock.", "res.currency", "res.company", "res.partner"),
    *("links", "line_items", "tax_lines", "total"),
)
_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_NAME = re.compile(r"\b(?=[\w/-]*\d)[A-Z]\w*(?:[/-]\w+)+|\b[A-Z]{1,6}\d{3,}\b")
_NUMBER = re.compile(r"(?<![\w/-])-?\d+(?:[.,]\d+)*(?![\w/]| ?%)")
#: Sums written out, such as "… + … tax = …".
_AGAIN = re.compile(r"…(?:[\s,+=()]*(?:tax\b)?[\s=]*…)+")
_LONGEST = 300


def cause_of(error: BaseException) -> str:
    """Return what an error says without what is this record's own: the same for all records with that cause."""
    if not isinstance(error, WoodooError):
        return f"Woodoo made a mistake ({type(error).__name__})"
    text = _without_name(error.message, error.record)
    text = _PATH.sub(r"\1", _LABEL.sub("", text, count=1))
    text = _without_own_figures(text)
    if error.where.startswith(_DOCUMENTS):
        text = _AGAIN.sub("…", _NUMBER.sub("…", _NAME.sub("…", _DAY.sub("…", text))))
    text = " ".join(text.replace(" failed to sync because ", " ").split()).lstrip(" :,.;")
    return (text[:1].upper() + text[1:])[:_LONGEST]


def _without_name(text: str, record: str) -> str:
    """Leave out a record's name; named once more after that, it is one of those to be mended."""
    if not record:
        return text
    return text.removeprefix(record) if text.startswith(record) else text.replace(record, "")


def _without_own_figures(text: str) -> str:
    for words in _OWN:
        head, found, _ = text.partition(words)
        if found:
            return f"{head}{found}"
    return text
