"""What a switch of the page Features lacks, in the reader's language.

Decides that each sentence is said by itself, for several may stand one after the other, and that one nobody knows here
stays in English.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext_noop as _

from .stored_words import rows, said_by

_SENTENCES = re.compile(r"(?<=\.)\s+(?=[A-Z])")
#: As `woodoo.checkup.needs` says them.
_WORDS = rows(
    (r"Odoo lacks the app (?P<name>.+)\.", _("Odoo lacks the app %(name)s.")),
    (r"Install (?P<name>.+) in Odoo\.", _("Install %(name)s in Odoo.")),
    (
        r"Images belong to the store, so nothing of them is written\.",
        _("Images belong to the store, so nothing of them is written."),
    ),
    (
        r"Stock figures belong to the store, so nothing of them is written\.",
        _("Stock figures belong to the store, so nothing of them is written."),
    ),
    (
        r"Customers belong to the store, so nothing of them is written\.",
        _("Customers belong to the store, so nothing of them is written."),
    ),
    (
        r"Customers belong to Odoo, so nothing of them is written\.",
        _("Customers belong to Odoo, so nothing of them is written."),
    ),
    (
        r"Statuses of orders belong to the store, so nothing of them is written\.",
        _("Statuses of orders belong to the store, so nothing of them is written."),
    ),
    (
        r"Make Odoo their owner \(Configuration → Who has the say\), or leave this off\.",
        _("Make Odoo their owner (Configuration → Who has the say), or leave this off."),
    ),
    (
        r"Make the store their owner \(Configuration → Who has the say\), or leave this off\.",
        _("Make the store their owner (Configuration → Who has the say), or leave this off."),
    ),
    (
        r"The store can hardly fetch pictures from Woodoo, whose address \(WOODOO_URL\) is that of one machine alone\.",
        _("The store can hardly fetch pictures from Woodoo, whose address (WOODOO_URL) is that of one machine alone."),
    ),
    (
        r"Set WOODOO_URL to an address the store reaches, or enter a WordPress login for pictures \(tab Connection\)\.",
        _("Set WOODOO_URL to an address the store reaches, or enter a WordPress login for pictures (tab Connection)."),
    ),
    (
        r"The day from which on credit notes and returns are refunded is not set\.",
        _("The day from which on credit notes and returns are refunded is not set."),
    ),
    (r"Enter it below\.", _("Enter it below.")),
    (
        r"Changes of products do not go to the store, so a product that was made there stays as it was made\.",
        _("Changes of products do not go to the store, so a product that was made there stays as it was made."),
    ),
    (r"Switch on Products: Odoo → store as well\.", _("Switch on Products: Odoo → store as well.")),
    (
        r"The tag of the contacts that get an account is not chosen\.",
        _("The tag of the contacts that get an account is not chosen."),
    ),
    (r"Choose it under Details\.", _("Choose it under Details.")),
    (r"No tax of the store is mapped to one of Odoo\.", _("No tax of the store is mapped to one of Odoo.")),
    (
        r"No payment method of the store has a journal in Odoo\.",
        _("No payment method of the store has a journal in Odoo."),
    ),
    (r"Map them under Mappings\.", _("Map them under Mappings.")),
    (
        r"Orders do not go to Odoo, so there is nothing to give back\.",
        _("Orders do not go to Odoo, so there is nothing to give back."),
    ),
    (r"Switch on Orders: store → Odoo as well\.", _("Switch on Orders: store → Odoo as well.")),
    (r"The API user may not (?P<what>.+)\.", _("The API user may not %(what)s.")),
    (r"Give it the role (?P<role>.+) in Odoo\.", _("Give it the role %(role)s in Odoo.")),
)


def need_said(text: str) -> str:
    """Return what a switch lacks, or what to do about it, in the reader's language."""
    return " ".join(said_by(_WORDS, one) or one for one in _SENTENCES.split(text))
