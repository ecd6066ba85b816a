"""Which settings are records of Odoo, what those are called, and which record a name means in another database.

Decides that a record is the same where number and name agree; else the one record of that name that may be chosen there
is meant, and where there are several, a person says which.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from ..choices import LISTS, SHARED, Listed, _of_company
from ..configuration.form import parts
from ..configuration.kinds import One, Several
from ..configuration.tables import Table

if TYPE_CHECKING:
    from woodoo.odoo.records import Records

#: Lists beside those of `choices.LISTS`.
MORE: Mapping[str, Listed] = {
    "pricelists": Listed("product.pricelist", (SHARED,)),
    "partners": Listed("res.partner"),
}
#: What a list holds, in words.
WORDS: Mapping[str, str] = {
    "taxes": "sales tax in percent of this company",
    "journals": "bank or cash journal of this company",
    "sale_journals": "sales journal of this company",
    "income_accounts": "income account",
    "payment_terms": "payment terms",
    "fiscal_positions": "fiscal position of this company",
    "analytic_accounts": "analytic account of this company",
    "service_products": "product that is a service",
    "carriers": "delivery method",
    "warehouses": "warehouse of this company",
    "stock_locations": "internal location of this company",
    "product_categories": "product category",
    "teams": "sales team",
    "tags": "tag of sales orders",
    "product_tags": "product tag",
    "partner_tags": "tag of contacts",
    "pricelists": "pricelist of this company",
    "partners": "contact",
}


@dataclass(frozen=True)
class Holds:
    """How a setting holds records: as its value, as values of its map, or as the keys of its map."""

    source: str
    how: str


@dataclass(frozen=True)
class Reference:
    """One record that a setting names."""

    setting: str
    #: Key of its map, or place in its list; empty where the setting is the record itself.
    key: str
    odoo_id: int
    source: str
    name: str = ""


@cache
def holding() -> Mapping[str, Holds]:
    """Return setting → how it holds records of Odoo."""
    found: dict[str, Holds] = {}
    for part in parts():
        if not isinstance(part, Table):
            if isinstance(part, One | Several):
                found[part.name] = Holds(part.source, "many" if isinstance(part, Several) else "one")
            continue
        by_id = part.another.source if part.another else ""
        for column in part.columns:
            if isinstance(column, One):
                found[column.name] = Holds(column.source, "values")
            elif by_id or part.keys == "carriers":
                found[column.name] = Holds(by_id or part.keys, "keys")
    return found


def references(settings: Mapping[str, Any]) -> Iterator[Reference]:
    """Yield every record that settings, as they are stored, name."""
    for setting, holds in holding().items():
        value = settings.get(setting)
        if value in (None, "", [], {}):
            continue
        if holds.how == "one" and _is_id(value):
            yield Reference(setting, "", int(value), holds.source)
        elif holds.how == "many" and isinstance(value, list | tuple):
            ids = [int(one) for one in value if _is_id(one)]
            yield from (Reference(setting, str(number), one, holds.source) for number, one in enumerate(ids))
        elif isinstance(value, dict):
            for key, one in value.items():
                if holds.how == "values" and _is_id(one):
                    yield Reference(setting, key, int(one), holds.source)
                elif holds.how == "keys" and str(key).isdigit():
                    yield Reference(setting, key, int(key), holds.source)


def _is_id(value: Any) -> bool:
    return str(value).isascii() and str(value).isdigit()


def listed(source: str) -> Listed:
    """Return what a list of records is in Odoo."""
    return LISTS.get(source) or MORE[source]


class Names:
    """Names of records, and records of a name."""

    def __init__(self, odoo: Records, company_id: int) -> None:
        self._odoo, self._company = odoo, company_id

    def of(self, wanted: Sequence[Reference]) -> dict[tuple[str, int], str]:
        """Return (list, id) → name of those that are there, may they be chosen or not.

        Raises:
            WoodooError: Odoo cannot be asked.
        """
        by_source: dict[str, set[int]] = {}
        for one in wanted:
            by_source.setdefault(one.source, set()).add(one.odoo_id)
        named: dict[tuple[str, int], str] = {}
        for source, ids in by_source.items():
            model, field = listed(source).model, name_field(source)
            domain = [("id", "in", sorted(ids)), *_archived_too(self._odoo, model)]
            rows = self._odoo.search_read(model, domain, [field])
            named |= {(source, int(row["id"])): str(row[field]) for row in rows if int(row["id"]) in ids}
        return named

    def offered(self, source: str, ids: Collection[int] = (), names: Collection[str] = ()) -> dict[int, str]:
        """Return id → name of those with these ids or names which may be chosen.

        Raises:
            WoodooError: Odoo cannot be asked.
        """
        of = listed(source)
        domain = [term for one in of.domain for term in _of_company(one, self._company)]
        by_id, by_name = ("id", "in", sorted(ids)), (name_field(source), "in", sorted(names))
        domain += ["|", by_id, by_name] if names and ids else [by_name if names else by_id]
        rows = self._odoo.search_read(of.model, domain, [name_field(source)])
        return {int(row["id"]): str(row[name_field(source)]) for row in rows}


def name_field(source: str) -> str:
    """Return the field a record is named by: with what it lies in, where one name alone says little."""
    return "complete_name" if listed(source).hint == "complete_name" else "name"


def _archived_too(odoo: Records, model: str) -> list[Any]:
    return [("active", "in", [True, False])] if "active" in odoo.fields(model) else []
