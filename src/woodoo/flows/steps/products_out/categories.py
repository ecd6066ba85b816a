"""Finds or makes the categories of a batch of products; those of the store follow when Odoo renames or moves theirs.

Decides that a category of the store is renamed, or put below another one, only where Odoo owns categories, where it was
renamed or moved there since it was linked, where it stands for one category of Odoo alone, and where no other one of
the store is called so in that place: that one is taken then. So its address, its picture and its place in menus stay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ....domain.ownership import Group, Owner, print_of
from ....domain.product import CATEGORY, Category
from ....domain.text import same_name
from ....engine.flow import LinkVals
from ...sides import Sides
from .rules import categories_meant

#: Way down to a category → its id in the store.
Found = Mapping[tuple[str, ...], str]
#: In place of an id of Odoo: several of its categories are one in the store.
SEVERAL = 0


def ensure_categories(sides: Sides, categories: Sequence[Category]) -> Found:
    """Return the store's ids of these categories, by their ways down the tree.

    Raises:
        DataError: the store refuses one, naming it.
    """
    kind, model = _kind_and_model(sides)
    ways = {one.odoo_ids: one.path for one in categories if one.odoo_ids}
    links = sides.links.find_by_odoo(model, {step for ids in ways for step in ids}, kind=kind)
    if sides.owners.may_write(Group.CATEGORIES, Owner.STORE):
        for ids, path in ways.items():
            if any(one in links and links[one].odoo_hash != said for one, said in _said(ids, path).items()):
                _follow(sides, ids, path, links)
    paths = [one.path[: depth + 1] for one in categories for depth in range(len(one.path))]
    found = sides.store.catalogue.ensure_categories(dict.fromkeys(paths))
    _remember(sides, (kind, model), ways, found)
    return found


def _kind_and_model(sides: Sides) -> tuple[str, str]:
    """Return the kind of the links, and the model of Odoo they lead to."""
    public = categories_meant(sides) == "public"
    return (f"public_{CATEGORY}", "product.public.category") if public else (CATEGORY, "product.category")


def _said(ids: Sequence[int], path: Sequence[str]) -> dict[int, str]:
    """Return the print of what Odoo says of each category on a way: its name, and which one is above it."""
    return {one: print_of([name, above]) for one, name, above in zip(ids, path, (0, *ids), strict=False)}


def _follow(sides: Sides, ids: Sequence[int], path: Sequence[str], links: Mapping[int, LinkVals]) -> None:
    """Rename and move the store's categories on a way, from the top down."""
    catalogue, parent = sides.store.catalogue, ""
    for depth, (odoo_id, said) in enumerate(_said(ids, path).items()):
        name, link = path[depth], links.get(odoo_id)
        terms = {one.external_id: (one.parent_id, same_name(one.name)) for one in catalogue.categories()}
        moved = link is not None and link.odoo_hash != said and link.external_id in terms
        if link and moved and (parent, same_name(name)) not in terms.values():
            sides.still_ours()
            catalogue.change_category(link.external_id, name, parent)
        way = tuple(path[: depth + 1])
        parent = catalogue.ensure_categories([way])[way]


def _remember(
    sides: Sides, leads: tuple[str, str], ways: Mapping[tuple[int, ...], tuple[str, ...]], found: Found
) -> None:
    """Link each category on the ways with that of the store, where that is news."""
    kind, model = leads
    wanted: dict[str, LinkVals] = {}
    for ids, path in ways.items():
        for depth, (odoo_id, said) in enumerate(_said(ids, path).items()):
            number = found[path[: depth + 1]]
            link = LinkVals(kind, number, model, odoo_id, path[depth], odoo_hash=said)
            alone = wanted.get(number, link).odoo_id == odoo_id
            wanted[number] = link if alone else replace(link, odoo_id=SEVERAL)
    there = sides.links.find(kind, list(wanted))
    news = []
    for number, link in wanted.items():
        kept = there.get(number)
        if kept is None or (kept.odoo_id == link.odoo_id and kept.odoo_hash != link.odoo_hash):
            news.append(link)
        elif kept.odoo_id not in (link.odoo_id, SEVERAL):
            news.append(replace(link, odoo_id=SEVERAL))
    sides.links.upsert(news)
