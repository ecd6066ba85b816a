"""Asks Odoo which contacts changed, and rings for those whose account in the store may have to change with them.

Decides that nothing is rung for while what goes to the account is as it was: contacts are written all day long for
reasons of their own. A company rings for its people, an address for whom it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..connections.settings import ConnectionSettings
from ..domain.calls import NullRecorder
from ..domain.ownership import print_of
from ..engine.cursors import get_cursor, set_cursor
from ..engine.links import Links
from ..engine.work import FEW, enqueue
from ..flows.customers import linked_accounts, why_no_account
from ..flows.steps.accounts import KIND, MODEL, say_of
from ..flows.steps.contacts import FIELDS, read_contacts
from ..flows.table import FLOWS
from ..live import Live
from ..mapping.customers.account_plan import known_prints
from ..mapping.customers.contact import Contact, contact_card
from ..odoo.records import Records
from .odoo_news import News, Row, take_news

NAME = "contacts"
#: For which tag all who bear it were rung for.
_BEGUN = "contacts:begun"
#: What is read of a contact; a change of anything else rings for nobody, whatever its `write_date`.
_FIELDS = tuple(name for name in FIELDS if name != "write_date")


def look_at_contacts(live: Live) -> Mapping[str, int]:
    """Ring for the contacts that changed since the last look, as far as that matters to their accounts."""
    _begin(live)
    news = News(MODEL, _FIELDS, _concerned)
    return take_news(live, live.odoo(NullRecorder()), FLOWS["customers"], NAME, [news])


def _begin(live: Live) -> None:
    """Ring once for all who bear the tag for an account, for they may have got it long ago."""
    settings, number, flow = live.settings, live.connection.pk, FLOWS["customers"]
    tag = str(settings.account_tag_id or "") if settings.create_accounts else ""
    if not tag or get_cursor(number, _BEGUN) == tag:
        return
    domain = [("category_id", "in", [settings.account_tag_id]), ("email", "!=", False), ("type", "=", "contact")]
    tagged = [str(one) for one in live.odoo(NullRecorder()).search(MODEL, domain)]
    enqueue(number, flow.lane, flow.name, tagged, source="odoo", topic=MODEL, behind=len(tagged) > FEW)
    set_cursor(number, _BEGUN, tag)


def wants_contacts(settings: ConnectionSettings) -> bool:
    """Say whether changes of contacts matter."""
    return FLOWS["customers"].wanted(settings)


def _concerned(live: Live, odoo: Records, rows: Sequence[Row]) -> Iterable[str]:
    """Return the contacts to ring for."""
    settings, links = live.settings, Links(live.connection.pk)
    # An address stands for whom it belongs to, a company for itself and its people.
    own = {row["id"] if row["type"] == "contact" or not row["parent_id"] else row["parent_id"] for row in rows}
    companies = {row["id"] for row in rows if row["is_company"]} | (own - {row["id"] for row in rows})
    people = [("parent_id", "in", sorted(companies)), ("type", "=", "contact")]
    below = odoo.search(MODEL, people) if companies else []
    leading = links.leading_to(MODEL, own | set(below))
    linked = linked_accounts(leading)
    prints = {link.odoo_id: known_prints(link.odoo_hash, "")[0] for link in leading if link.kind == KIND}
    wanted = set(linked) | (own if settings.create_accounts else set())
    contacts = read_contacts(odoo, wanted)
    return [
        str(odoo_id)
        for odoo_id, contact in contacts.items()
        if (_differs(contact, prints.get(odoo_id, ""), settings) if odoo_id in linked else _new(contact, settings))
    ]


def _differs(contact: Contact, known: str, settings: ConnectionSettings) -> bool:
    return settings.send_customers and print_of(contact_card(contact, say_of(settings).fields)) != known


def _new(contact: Contact, settings: ConnectionSettings) -> bool:
    return bool(contact.person["active"]) and not why_no_account(contact, settings)
