"""What is to be tidied up before orders come: each kind of trouble with its count, its first records and their links.

Decides which of them hold up orders:

| trouble                                              | holds up orders                                        |
|------------------------------------------------------|--------------------------------------------------------|
| products of the store without a SKU, or with one     | yes, unless a placeholder product is set; those Odoo   |
| that Odoo does not know                              | does not know: unless products are made in Odoo        |
| a SKU that several products have                     | yes                                                    |
| SKUs of past orders that Odoo does not know          | no: the product may be sold no more                    |
| customers that share an e-mail address               | in Odoo: theirs; in the store: no                      |
| products of Odoo without a SKU                       | no: they cannot be sold in the store                   |
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from woodoo import surveys
from woodoo.connections.models import Connection
from woodoo.connections.settings import ConnectionSettings
from woodoo.engine import surveys as kept
from woodoo.engine.models import Finding
from woodoo.flows import hygiene, usage

from .links import odoo_record_url, store_customer_url, store_product_url

#: Records shown of each kind; the file has them all.
SHOWN = 20
Text = str | Promise


@dataclass(frozen=True)
class Owner:
    """A record, and where it is."""

    title: str
    url: str


@dataclass(frozen=True)
class Item:
    """One trouble: a record, or what several have in common."""

    label: str
    owners: Sequence[Owner]
    #: Owners that are not named.
    more: int = 0
    #: What else is said.
    says: str = ""


@dataclass(frozen=True)
class Trouble:
    """One kind of trouble."""

    name: str
    title: Text
    #: Why it matters, and what to do.
    about: Text
    #: It holds up orders.
    blocks: bool
    count: int
    items: Sequence[Item]

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.items)


@dataclass(frozen=True)
class _Kind:
    title: Text
    about: Text
    blocks: Callable[[ConnectionSettings], bool]
    #: Kind of finding.
    finding: str
    #: "all" of that kind, those "shared" by several, those "lost" on the other side, or "sold" and unknown to Odoo.
    which: str


_KINDS: dict[str, _Kind] = {
    "odoo-doubles": _Kind(
        _("SKUs that several products in Odoo have"),
        _("Orders with them wait: nobody can tell which product is meant. Leave the SKU on one of them."),
        lambda settings: True,
        hygiene.ODOO_SKU,
        "shared",
    ),
    "store-doubles": _Kind(
        _("SKUs that several products of the store have"),
        _("Both would be the same product in Odoo. Give each its own."),
        lambda settings: True,
        hygiene.STORE_SKU,
        "shared",
    ),
    "bare": _Kind(
        _("Products of the store without a SKU"),
        _("Orders with them wait. Give each a SKU, a variation its own; or choose a placeholder product."),
        lambda settings: settings.placeholder_product_id is None,
        hygiene.STORE_BARE,
        "all",
    ),
    "unknown": _Kind(
        _("Products of the store that Odoo does not know"),
        _("Orders with them wait. Give the product in Odoo the same SKU, or have them made: Products, store → Odoo."),
        lambda settings: settings.placeholder_product_id is None and not settings.create_odoo_products,
        hygiene.STORE_SKU,
        "lost",
    ),
    "sold-unknown": _Kind(
        _("SKUs of past orders that Odoo does not know"),
        _("Only matters where the product is still sold, or where past orders are to be imported."),
        lambda settings: False,
        usage.SKU,
        "sold",
    ),
    "odoo-emails": _Kind(
        _("Contacts in Odoo that share an e-mail address"),
        _("Where several could be the customer of an order, it waits. Merge them in Odoo."),
        lambda settings: False,
        hygiene.ODOO_EMAIL,
        "shared",
    ),
    "store-emails": _Kind(
        _("Accounts of the store that share an e-mail address"),
        _("Their orders belong to one customer in Odoo. Fine, if it is one person."),
        lambda settings: False,
        hygiene.STORE_EMAIL,
        "shared",
    ),
    "odoo-bare": _Kind(
        _("Products of Odoo without a SKU"),
        _("They are for sale in Odoo, but cannot be in the store."),
        lambda settings: False,
        hygiene.ODOO_BARE,
        "all",
    ),
}
NAMES = tuple(_KINDS)
_SAME = _("same address %(mark)s")


def troubles_of(on: Connection, *, items: bool = True) -> list[Trouble]:
    """Return every kind of trouble that was looked for, those that hold up orders first; without `items` counted only.

    Raises:
        ConfigError: where the settings cannot be used.
    """
    settings = on.rules
    found = [_trouble(on, name, settings, items=items) for name in _KINDS]
    return sorted((one for one in found if one), key=lambda one: (not one.count, not one.blocks))


def _survey(on: Connection, kind: _Kind) -> int | None:
    """Return the survey a kind is told by: the last one that came to its end."""
    lane = surveys.USAGE.name if kind.which == "sold" else surveys.HYGIENE.name
    last = kept.through(on.pk, lane)
    return last.pk if last else None


def _trouble(on: Connection, name: str, settings: ConnectionSettings, *, items: bool) -> Trouble | None:
    kind = _KINDS[name]
    survey = _survey(on, kind)
    if survey is None:
        return None
    blocks = kind.blocks(settings)
    if kind.which == "shared":
        some = kept.shared(survey, kind.finding, limit=SHOWN) if items else ()
        shown = [_shared_item(on, kind, one) for one in some]
        return Trouble(name, kind.title, kind.about, blocks, kept.count_shared(survey, kind.finding), shown)
    rows = _rows(on, kind, survey)
    shown = [_item(on, kind, one) for one in rows[:SHOWN]] if items else []
    return Trouble(name, kind.title, kind.about, blocks, rows.count(), shown)


def _rows(on: Connection, kind: _Kind, survey: int) -> Any:
    if kind.which == "lost":
        lost = kept.only_in(survey, hygiene.STORE_SKU, hygiene.ODOO_SKU)
        return lost.filter(**{f"facts__{hygiene.HOLDS_VARIATIONS}__isnull": True})
    rows = kept.findings(survey, kind.finding)
    if kind.which == "shared":
        return kept.members(survey, kind.finding)
    if kind.which == "sold":
        unknown = rows.exclude(facts__fields__contains=[on.rules.sku_field])
        return unknown.order_by("record", "pk").distinct("record")
    return rows


def _shared_item(on: Connection, kind: _Kind, one: kept.Shared) -> Item:
    owners = [
        Owner(title or str(facts.get("id", "")), _url(on, kind.finding, str(facts.get("id", ""))))
        for title, facts in zip(one.titles, one.facts, strict=True)
    ]
    # Nobody reads prints of addresses; whose it is stands with the records.
    label = "" if kind.finding in (hygiene.ODOO_EMAIL, hygiene.STORE_EMAIL) else one.record
    return Item(label, owners, one.count - len(owners))


def _item(on: Connection, kind: _Kind, one: Finding) -> Item:
    number = str(one.facts.get("id") or one.facts.get("product") or "")
    label = one.record if kind.which in ("lost", "sold") else ""
    owner = Owner(one.title or number, _url(on, kind.finding, number))
    return Item(label, [owner], says=str(one.facts.get("status") or ""))


def _url(on: Connection, finding: str, number: str) -> str:
    if finding in (hygiene.ODOO_SKU, hygiene.ODOO_BARE) and number.isdigit():
        return odoo_record_url(on.odoo_url, "product.product", int(number), database=on.odoo_database)
    if finding == hygiene.ODOO_EMAIL and number.isdigit():
        return odoo_record_url(on.odoo_url, "res.partner", int(number), database=on.odoo_database)
    if finding == hygiene.STORE_EMAIL:
        return store_customer_url(on.store_platform, on.store_url, number)
    return store_product_url(on.store_platform, on.store_url, number)


def cells(on: Connection, name: str) -> Iterator[list[object]]:
    """Yield the rows of the file of one kind of trouble: what it is, whose it is, and where.

    Raises:
        KeyError: there is no such kind.
    """
    kind = _KINDS[name]
    survey = _survey(on, kind)
    if survey is None:
        return
    hidden = kind.finding in (hygiene.ODOO_EMAIL, hygiene.STORE_EMAIL)
    for one in _rows(on, kind, survey).iterator(chunk_size=2000):
        number = str(one.facts.get("id") or one.facts.get("product") or "")
        shared = _SAME % {"mark": one.record[:8]} if hidden else one.record
        yield [shared, number, one.title, one.facts.get("status", ""), _url(on, kind.finding, number)]


HEAD = ("SKU", _("Id"), _("Name"), _("Status"), _("Address"))
