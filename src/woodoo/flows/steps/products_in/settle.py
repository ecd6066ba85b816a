"""Keep for the flow from Odoo to the store what both sides hold, once a product was made or changed in Odoo from there.

Decides that what Woodoo itself has just written to Odoo is no change of Odoo's: without this the other flow would send
it back, in the form Odoo gave it, or tell of it as a change on the wrong side.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ....domain.errors import DataError
from ....domain.ownership import Group, print_of
from ....domain.product import PRODUCT, VARIANT, Product, Variant, values_of
from ....engine.flow import LinkVals
from ....mapping.catalogue.known import Known
from ....mapping.catalogue.product_plan import filled, has_extras, variants_print
from ....mapping.catalogue.rules import CatalogueRules
from ....mapping.catalogue.template import store_product
from ....odoo.products import read_products
from ...sides import Sides
from ..products_out.observe import pictured, pictures_of, template_of
from ..products_out.prices import prices_of, read_prices
from ..products_out.rules import fields_to_read, load_catalogue_rules
from .batch import Progress

#: Kind and external id of a link.
Key = tuple[str, str]


def settled_links(sides: Sides, written: Iterable[Progress]) -> dict[Key, LinkVals]:
    """Return the links of products that were written to Odoo, with the prints of what was written; four reads."""
    made = [one for one in written if one.plan.create or one.plan.new or sides.settings.send_products]
    if not made:
        return {}
    rules = load_catalogue_rules(sides)
    rows = read_products(sides.odoo, [one.template_id for one in made], fields_to_read(rules), [rules.sku_field])
    prices = prices_of(read_prices(sides, rows))
    names = [v.external_id for one in made for v in one.product.variants]
    known = {(PRODUCT, one): link for one, link in sides.links.find(PRODUCT, [p.record for p in made]).items()}
    known |= {(VARIANT, one): link for one, link in sides.links.find(VARIANT, names).items()}
    ours: dict[int, Product] = {}
    for progress in [one for one in made if one.template_id in rows.templates]:
        try:
            template = template_of(rows, progress.template_id, rules)
            ours[progress.template_id] = store_product(template, rules, prices)
        except DataError:  # it cannot go to the store as it is in Odoo; the flow that sends says so
            continue
    if Group.IMAGES in rules.groups and ours:
        pictures = pictures_of(sides, ours.values())
        ours = {one: pictured(product, pictures[one]) for one, product in ours.items()}
    found: dict[Key, LinkVals] = {}
    for progress in [one for one in made if one.template_id in ours]:
        found |= _links(progress, ours[progress.template_id], known, rules)
    return found


def _links(
    progress: Progress, ours: Product, known: Mapping[Key, LinkVals], rules: CatalogueRules
) -> dict[Key, LinkVals]:
    plan, product = progress.plan, progress.product
    main = LinkVals(PRODUCT, product.external_id, "product.template", progress.template_id, ours.name)
    groups = frozenset(rules.groups) if plan.create else plan.groups
    old = _known(main, known)
    seen = replace(
        _settled(old, product, ours, groups),
        filled=filled(ours, old),
        variants=variants_print(ours),
        extra=has_extras(ours, product),
        # What Odoo owns of it was changed in the store: the other flow still has to look.
        look=old.look or plan.told,
    )
    found = {(PRODUCT, product.external_id): _with(main, seen)}
    by_id = {one.odoo_id: one for one in ours.variants}
    made = {one.external_id for one in plan.new}
    for variant in product.variants:
        odoo_id = progress.variant_ids.get(variant.external_id, 0)
        if odoo_id not in by_id:
            continue
        mine = by_id[odoo_id]
        link = LinkVals(VARIANT, variant.external_id, "product.product", odoo_id, mine.sku)
        new = variant.external_id in made
        groups = frozenset(rules.groups) if new else plan.writes_of(variant.external_id)
        old = _known(link, known)
        seen = replace(_settled(old, variant, mine, groups), filled=filled(mine, old))
        found[VARIANT, variant.external_id] = _with(link, seen)
    return found


def _known(link: LinkVals, known: Mapping[Key, LinkVals]) -> Known:
    """Return what was known of a record, as long as it is the same one in Odoo."""
    old = known.get((link.kind, link.external_id))
    if old is None or old.odoo_id != link.odoo_id:
        return Known(link.external_id)
    return Known.of(old.external_id, old.odoo_hash, old.store_hash, old.odoo_seen)


def _settled(known: Known, theirs: Product | Variant, ours: Product | Variant, groups: frozenset[Group]) -> Known:
    odoo = {group: print_of(values_of(ours, group)) for group in groups}
    store = {group: print_of(values_of(theirs, group)) for group in groups}
    return replace(known, odoo={**known.odoo, **odoo}, store={**known.store, **store})


def _with(link: LinkVals, known: Known) -> LinkVals:
    return replace(link, store_hash=known.store_hash, odoo_hash=known.odoo_hash, odoo_seen=known.odoo_seen)
