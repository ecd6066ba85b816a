"""Attributes and options of the store follow when Odoo renames those they stand for, and keep their addresses.

Decides what is remembered of them: a link from each attribute and value of Odoo to that of the store, with the print of
its name on either side. One of the store that stands for several of Odoo is not renamed with one of them. Nothing is
asked of the store where no name has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ....domain.errors import DataError
from ....domain.ownership import Group, Owner, print_of
from ....domain.product import ATTRIBUTE, OPTION
from ....domain.text import same_name
from ....engine.flow import LinkVals
from ....mapping.catalogue.renames import Linked, Renames, plan_renames
from ....odoo.products import AttributeRow
from ....stores.catalogue import StoreTerm
from ...sides import Sides
from .batch import Going, ProductBatch
from .categories import SEVERAL

MODELS = {ATTRIBUTE: "product.attribute", OPTION: "product.attribute.value"}


@dataclass
class _List:
    """One list of the store in which names may have to be changed: the attributes, or the options of one."""

    kind: str
    #: The attribute whose options these are.
    number: str = ""
    wanted: dict[int, str] = field(default_factory=dict)
    links: dict[int, LinkVals] = field(default_factory=dict)
    there: dict[str, str] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        return any(print_of(self.wanted[one]) != link.odoo_hash for one, link in self.links.items())


def follow_attributes(sides: Sides, batch: ProductBatch) -> None:
    """Rename attributes and options of the store as Odoo has renamed those they stand for.

    What the store refuses takes out only the products that have it.
    """
    rows = batch.attributes
    if not rows or not sides.owners.may_write(Group.NAMES, Owner.STORE):
        return
    of_values = {value: one for one, row in rows.items() for value in row.values}
    attributes = _List(ATTRIBUTE, wanted={one: row.name for one, row in rows.items()})
    attributes.links = dict(sides.links.find_by_odoo(MODELS[ATTRIBUTE], attributes.wanted, kind=ATTRIBUTE))
    lists = [attributes, *_options(sides, rows)]
    if not any(one.changed for one in lists):
        return
    names = {one.external_id: one.name for one in sides.store.catalogue.attributes(fresh=True)}
    for one in lists:
        if one.changed:
            of = {number: number if one.kind == ATTRIBUTE else of_values[number] for number in one.links}
            owners = {number: rows[attribute] for number, attribute in of.items()}
            _follow(sides, batch, one, names, owners)


def _follow(
    sides: Sides, batch: ProductBatch, one: _List, names: Mapping[str, str], owners: Mapping[int, AttributeRow]
) -> None:
    """Rename what Odoo has renamed in one list of the store; `owners`: the attribute of each, by id of Odoo."""
    if one.kind == ATTRIBUTE:
        one.there = dict(names)
    elif one.number in names:
        one.there = {term.external_id: term.name for term in sides.store.catalogue.terms(one.number, fresh=True)}
    word = "attribute" if one.kind == ATTRIBUTE else f"option of {names.get(one.number, one.number)}"
    linked = {
        number: Linked(_last(link.external_id), link.odoo_hash, link.store_hash) for number, link in one.links.items()
    }
    plan = plan_renames(word, one.wanted, linked, one.there)
    refused = _rename(sides, one, plan)
    for number, note in plan.left.items():
        _tell(batch, owners[number], note)
    for number, error in refused.items():
        _drop(batch, owners[number], error)


def _options(sides: Sides, rows: Mapping[int, AttributeRow]) -> list[_List]:
    """Return the options that are linked, by attribute of the store."""
    values = {value: name for row in rows.values() for value, name in row.values.items()}
    found: dict[str, _List] = {}
    links = sides.links.find_by_odoo(MODELS[OPTION], values, kind=OPTION)
    for value, link in links.items():
        number = link.external_id.partition("/")[0]
        one = found.setdefault(number, _List(OPTION, number))
        one.wanted[value], one.links[value] = values[value], link
    return list(found.values())


def _last(external_id: str) -> str:
    """Return the id in its own list: of the option "4/17", 17."""
    return external_id.rpartition("/")[2]


def _rename(sides: Sides, one: _List, plan: Renames) -> dict[int, DataError]:
    """Rename in the store, and remember that at once; return what was refused, by id of Odoo."""
    catalogue = sides.store.catalogue
    refused: Mapping[str, DataError] = {}
    if plan.names:
        sides.still_ours()
        refused = (
            catalogue.rename_attributes(plan.names)
            if one.kind == ATTRIBUTE
            else catalogue.rename_terms(one.number, plan.names)
        )
    news = []
    failed: dict[int, DataError] = {}
    for odoo_id, link in one.links.items():
        number, name = _last(link.external_id), one.wanted[odoo_id]
        if number in refused:
            failed[odoo_id] = refused[number]
        elif number in plan.names or one.there.get(number) == name:
            news.append(replace(link, odoo_name=name, odoo_hash=print_of(name), store_hash=print_of(name)))
    sides.links.upsert(news)
    sides.links.forget(one.kind, [one.links[odoo_id].external_id for odoo_id in plan.left])
    return failed


def _having(batch: ProductBatch, row: AttributeRow) -> Iterable[Going]:
    name = same_name(row.name)
    return [going for going in batch if any(same_name(one.name) == name for one in going.plan.product.attributes)]


def _tell(batch: ProductBatch, row: AttributeRow, note: str) -> None:
    for going in _having(batch, row) if note else ():
        going.plan = replace(going.plan, notes=(*going.plan.notes, note))


def _drop(batch: ProductBatch, row: AttributeRow, error: DataError) -> None:
    for going in _having(batch, row):
        batch.drop(going, error)


def remember_attributes(sides: Sides, batch: ProductBatch, goings: Iterable[Going]) -> None:
    """Link the attributes and values of these products with those of the store that are called so."""
    names = {same_name(one.name) for going in goings for one in going.plan.product.attributes if not one.own}
    rows = {number: row for number, row in batch.attributes.items() if same_name(row.name) in names}
    if not rows:
        return
    catalogue = sides.store.catalogue
    by_name = {same_name(one.name): one for one in reversed(catalogue.attributes())}
    found = {number: by_name[same_name(row.name)] for number, row in rows.items() if same_name(row.name) in by_name}
    _remember(sides, ATTRIBUTE, {number: (rows[number].name, term) for number, term in found.items()})
    values: dict[int, tuple[str, StoreTerm]] = {}
    for number, term in found.items():
        options = {same_name(one.name): one for one in reversed(catalogue.terms(term.external_id))}
        for value, name in rows[number].values.items():
            option = options.get(same_name(name))
            if option:
                external_id = f"{term.external_id}/{option.external_id}"
                values[value] = (name, replace(option, external_id=external_id))
    _remember(sides, OPTION, values)


def _remember(sides: Sides, kind: str, found: Mapping[int, tuple[str, StoreTerm]]) -> None:
    """Link each one of Odoo with that of the store, where that is news; what it was linked with before, no longer."""
    model = MODELS[kind]
    wanted: dict[str, LinkVals] = {}
    for odoo_id, (name, term) in found.items():
        said, seen = print_of(name), print_of(term.name)
        link = LinkVals(kind, term.external_id, model, odoo_id, name, store_hash=seen, odoo_hash=said)
        alone = term.external_id not in wanted
        wanted[term.external_id] = link if alone else replace(link, odoo_id=SEVERAL)
    there = sides.links.find(kind, list(wanted))
    others = {one.odoo_id for number, one in there.items() if one.odoo_id not in (wanted[number].odoo_id, SEVERAL)}
    still = _called(sides, model, others)
    news = []
    for number, link in wanted.items():
        kept = there.get(number)
        if kept and kept.odoo_id != link.odoo_id:
            shared = kept.odoo_id == SEVERAL or still.get(kept.odoo_id) == same_name(link.odoo_name)
            link = replace(link, odoo_id=SEVERAL) if shared else link
        if kept is None or (kept.odoo_id, kept.odoo_hash, kept.store_hash) != (
            link.odoo_id, link.odoo_hash, link.store_hash,
        ):  # fmt: skip
            news.append(link)
    before = sides.links.find_by_odoo(model, found, kind=kind)
    moved = [one.external_id for odoo_id, one in before.items() if one.external_id != found[odoo_id][1].external_id]
    sides.links.forget(kind, [one for one in moved if one not in wanted])
    sides.links.upsert(news)


def _called(sides: Sides, model: str, ids: Iterable[int]) -> dict[int, str]:
    """Return what these of Odoo are called, as far as they are there."""
    numbers = sorted(ids)
    rows = sides.odoo.read(model, numbers, ["name"], context={"active_test": False}) if numbers else []
    return {row["id"]: same_name(str(row["name"])) for row in rows}
