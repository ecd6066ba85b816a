"""What is to be done about one product in the store, and why: created, changed by groups of fields, or taken off sale.

| the store                 | Odoo                     | what follows                                    |
|---------------------------|--------------------------|-------------------------------------------------|
| does not have it          | for sale                 | created, where that is allowed; else skipped    |
| had it, deleted it        | for sale                 | created again, where allowed; else parked       |
| has it                    | for sale                 | each group by its owner (`domain/ownership.py`) |
| has it                    | archived or not for sale | only its status changes, as set                 |
| has it, of the other kind | simple or variable       | its kind changes; variations of what is simple  |
|                           |                          | now are deleted, for they would hold its SKU    |
| has a variation           | its variant is archived  | private, as set                                 |
| has a variation           | never had it             | left alone, and told                            |

What Odoo never had anything in is left as the store has it (`Known.filled`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ...domain.errors import WoodooError
from ...domain.ownership import Group, Look, Owner, decide, print_of
from ...domain.picture import Picture
from ...domain.product import Kind, Product, Values, Variant, key_of, values_of
from ...domain.text import same_name
from ...domain.trial import SKU_START
from ..images import plan_images
from .known import Known
from .refusals import refuse_kind, refuse_new, store_lost_it
from .rules import CatalogueRules

#: Groups a variation has fields in.
VARIANT_GROUPS = (Group.NAMES, Group.PRICES, Group.IMAGES)
#: Fields Odoo has no word for.
NOT_ODOOS = frozenset({"visibility", "tax_status"})
PRICE_FIELDS = frozenset({"regular", "sale", "sale_from", "sale_until"})
#: What may be empty in Odoo without meaning that it has to be empty in the store.
MAY_BE_EMPTY = ("description", "short_description", "sku", "barcode", "weight", "dimensions", "categories", "tags")
_NOTHING: tuple[Any, ...] = ("", [], ["", "", ""])


class Skipped(Exception):
    """Nothing is to be done about the product, for the reason given."""


@dataclass(frozen=True)
class Subject:
    """One product, as far as it is known on both sides."""

    product: Product
    for_sale: bool = True
    known: Known | None = None
    #: What is known of its variants, by id of `product.product`.
    variants: Mapping[int, Known] = field(default_factory=dict)
    #: Archived variants of Odoo, with their options.
    archived: Mapping[int, Values] = field(default_factory=dict)
    #: As the store has it now; None: it was not asked.
    store: Product | None = None
    #: Variations of the store that were linked at some time.
    linked: frozenset[str] = frozenset()
    #: The store was asked and has it no more.
    missing: bool = False
    #: Why some prices cannot be said.
    problems: tuple[WoodooError, ...] = ()
    #: What a person should know of its prices.
    notes: tuple[str, ...] = ()
    #: Mark → a picture of Odoo, of the product and its variants.
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    #: Odoo has a gallery: its pictures are all there are.
    gallery: bool = False


@dataclass(frozen=True)
class Drifted:
    """That a group of fields was changed on the wrong side."""

    group: Group
    side: Owner
    detail: str
    repaired: bool


@dataclass(frozen=True)
class Part:
    """What is to be written of the product itself, or of one of its variants."""

    record: Product | Variant
    external_id: str = ""
    groups: frozenset[Group] = frozenset()
    leave: frozenset[str] = frozenset()
    #: Groups both sides agree on afterwards: their prints are kept.
    settled: frozenset[Group] = frozenset()
    known: Known | None = None
    #: As the store had it, where it was looked at.
    store: Product | Variant | None = None

    @property
    def create(self) -> bool:
        return not self.external_id


@dataclass(frozen=True)
class ProductPlan:
    """What is to be done about one product."""

    subject: Subject
    main: Part
    variants: tuple[Part, ...] = ()
    #: Variations to be private, to be deleted.
    retired: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    trash: bool = False
    drifts: tuple[Drifted, ...] = ()
    notes: tuple[str, ...] = ()
    #: As Odoo says it, without what the store has beside.
    origin: Product | None = None
    #: Its prices go at their hour, and that has not come since they were looked at.
    prices_wait: bool = False
    #: The number it had in the store before it was deleted there.
    forgotten: str = ""
    #: What was known of its variants, by id of `product.product`.
    known_variants: Mapping[int, Known] = field(default_factory=dict)

    @property
    def product(self) -> Product:
        return self.subject.product

    @property
    def changes(self) -> bool:
        """Whether anything is written to the store."""
        parts = [self.main, *self.variants]
        return bool(self.retired or self.deleted or self.trash or any(one.create or one.groups for one in parts))


def variants_print(product: Product) -> str:
    """Return the print of which variants a product has, and of what kind it is."""
    return print_of([product.kind, sorted([one.odoo_id, [list(pair) for pair in one.key]] for one in product.variants)])


def needs_look(subject: Subject, rules: CatalogueRules) -> bool:
    """Say whether the store has to be asked before anything is planned: else its answers to writes are enough."""
    known, product = subject.known, subject.product
    if known is None:
        return False
    if known.look or not subject.for_sale:
        return known.look
    if known.variants != variants_print(product):
        return True
    if any(one.odoo_id not in subject.variants or subject.variants[one.odoo_id].look for one in product.variants):
        return True
    if rules.owners.may_write(Group.IMAGES, Owner.STORE) and _pictures_changed(subject, rules):
        return True
    changed = known.odoo.get(Group.NAMES) != print_of(values_of(product, Group.NAMES))
    return known.extra and changed and rules.owners.may_write(Group.NAMES, Owner.STORE)


def _pictures_changed(subject: Subject, rules: CatalogueRules) -> bool:
    """Say whether Odoo has other pictures than the last time: what the store has is needed to tell which are new."""
    pairs: list[tuple[Product | Variant, Known | None]] = [(subject.product, subject.known)]
    pairs += [(one, subject.variants.get(one.odoo_id)) for one in subject.product.variants]
    none = print_of(values_of(Product(""), Group.IMAGES))
    return Group.IMAGES in rules.groups and any(
        known is not None and known.odoo.get(Group.IMAGES, none) != print_of(values_of(record, Group.IMAGES))
        for record, known in pairs
    )


def prices_wait(subject: Subject, rules: CatalogueRules) -> bool:
    """Say whether the prices of a product the store has were looked at since the hour at which they go."""
    known = subject.known
    return bool(rules.prices_due and known and known.priced >= rules.prices_due.isoformat())


def plan_product(subject: Subject, rules: CatalogueRules) -> ProductPlan:
    """Return what is to be done.

    Raises:
        Skipped: nothing, and why.
        DataError: a person has to decide or mend something first.
    """
    if subject.product.sku.startswith(SKU_START) and subject.product.sku != rules.trial:
        raise Skipped("It belongs to a test run, which makes and deletes it by itself.")
    if subject.known is None:
        return _created(subject, rules, "The store does not have it")
    lost = subject.missing or (subject.store is not None and subject.store.status == "trash")
    if lost and not subject.for_sale:
        raise Skipped("It is archived in Odoo or not for sale there, and the store has deleted it.")
    if lost and not rules.create:
        raise store_lost_it(subject.product, subject.known.external_id)
    if subject.missing:
        again = replace(subject, known=None, variants={}, store=None)
        plan = _created(again, rules, "The store has deleted it")
        return replace(plan, forgotten=subject.known.external_id, known_variants=subject.variants)
    if subject.store is not None:
        refuse_kind(subject.product, subject.store)
    if not subject.for_sale:
        return _off_sale(subject, rules)
    return _changed(subject, rules)


def _created(subject: Subject, rules: CatalogueRules, why: str) -> ProductPlan:
    product = subject.product
    if not subject.for_sale:
        raise Skipped(f"{why}, and it is archived in Odoo or not for sale there.")
    if not rules.create or rules.sent == "linked":
        raise Skipped(f"{why}, and new products are not created there (settings -> create_products).")
    refuse_new(product)
    if subject.problems:
        raise subject.problems[0]
    leave = NOT_ODOOS | _unknown_tax(product)
    main = Part(product, "", _given(product, rules), leave, frozenset(rules.groups))
    variants = tuple(_new_variant(one, rules) for one in product.variants)
    return ProductPlan(subject, main, variants, origin=product, notes=subject.notes)


def _new_variant(variant: Variant, rules: CatalogueRules) -> Part:
    groups = frozenset(group for group in rules.groups if group in VARIANT_GROUPS)
    given = groups if variant.image else groups - {Group.IMAGES}
    return Part(variant, "", given, frozenset(), groups)


def _given(product: Product, rules: CatalogueRules) -> frozenset[Group]:
    """Return the groups a new product begins with; whoever owns them, it has to begin with something."""
    return frozenset(rules.groups) if product.images else frozenset(rules.groups) - {Group.IMAGES}


def _off_sale(subject: Subject, rules: CatalogueRules) -> ProductPlan:
    """Change the status of a product that is not for sale any more, and nothing else."""
    product, known = subject.product, subject.known
    assert known is not None
    if rules.archived_status == "keep" or not rules.owners.may_write(Group.NAMES, Owner.STORE):
        raise Skipped("It is archived in Odoo or not for sale there; in the store it stays as it is.")
    unchanged = known.odoo.get(Group.NAMES) == print_of(values_of(product, Group.NAMES))
    there = subject.store.status if subject.store else ""
    settled = frozenset({Group.NAMES})
    main = Part(product, known.external_id, frozenset(), frozenset(), settled, known, subject.store)
    if there == product.status or (unchanged and not there):
        return ProductPlan(subject, main)
    if product.status == "trash":
        return ProductPlan(subject, main, trash=True)
    others = frozenset(values_of(product, Group.NAMES)) - {"status"}
    return ProductPlan(subject, replace(main, groups=settled, leave=others | {"type"}))


def _changed(subject: Subject, rules: CatalogueRules) -> ProductPlan:
    known, store = subject.known, subject.store
    assert known is not None
    product = _with_pictures(_with_extras(subject.product, store, known), store, gallery=subject.gallery)
    turned = store is not None and store.kind is not product.kind
    leave = _left(product, known, rules)
    groups = _groups(product, known, store, subject, rules)
    main, drifts = _part(product, known, store, groups, leave, rules, origin=subject.product, forced=turned)
    parts, retired, notes = _variants(subject, rules)
    found = list(drifts)
    variants = []
    for part, more in parts:
        variants.append(part)
        found += more
    deleted = tuple(v.external_id for v in store.variants) if store and turned and product.kind is Kind.SIMPLE else ()
    return ProductPlan(
        replace(subject, product=product),
        main,
        tuple(variants),
        retired,
        deleted,
        drifts=_joined(found),
        notes=(*subject.notes, *notes),
        prices_wait=prices_wait(subject, rules),
        origin=subject.product,
        known_variants=subject.variants,
    )


def _groups(
    record: Product | Variant,
    known: Known,
    store: Product | Variant | None,
    subject: Subject,
    rules: CatalogueRules,
) -> list[Group]:
    """Return the groups that are looked at: pictures where there are any, prices where their hour has come."""
    pictured = bool(store) or Group.IMAGES in known.odoo or _has_pictures(record)
    without = {Group.PRICES} if prices_wait(subject, rules) else set()
    without |= set() if pictured else {Group.IMAGES}
    return [group for group in rules.groups if group not in without]


def _has_pictures(record: Product | Variant) -> bool:
    return bool(record.images if isinstance(record, Product) else record.image)


def _with_pictures(product: Product, store: Product | None, *, gallery: bool) -> Product:
    """Take pictures the store has already from there, and keep those that only the store has."""
    if store is None:
        return product
    return replace(product, images=plan_images(product.images, store.images, gallery=gallery))


def _with_picture(variant: Variant, store: Variant | None) -> Variant:
    if store is None:
        return variant
    images = plan_images([variant.image] if variant.image else [], [store.image] if store.image else [])
    return replace(variant, image=images[0] if images else None)


def _part(
    record: Product | Variant,
    known: Known,
    store: Product | Variant | None,
    groups: list[Group],
    leave: frozenset[str],
    rules: CatalogueRules,
    *,
    origin: Product | Variant | None = None,
    forced: bool = False,
) -> tuple[Part, list[Drifted]]:
    """Return what is written of a record that the store has, group by group."""
    write: set[Group] = set()
    settled: set[Group] = set()
    drifts: list[Drifted] = []
    for group in groups:
        owner = rules.owners.of(group)
        mine, theirs = values_of(record, group, without=leave), values_of(store, group, without=leave) if store else {}
        look = Look(
            odoo=print_of(values_of(origin or record, group)),
            store=print_of(values_of(store, group)) if store else known.store.get(group, ""),
            known_odoo=known.odoo.get(group, ""),
            known_store=known.store.get(group, ""),
            equal=store is not None and mine == theirs,
        )
        decision = decide(owner, look, repair=rules.repair)
        writes = decision.write is Owner.STORE or (forced and owner is Owner.ODOO)
        if writes:
            write.add(group)
        if decision.drift is not None:
            repaired = writes and decision.drift is Owner.STORE
            drifts.append(Drifted(group, decision.drift, _difference(record, store, group, leave), repaired))
        if owner is Owner.ODOO and (decision.drift is None or writes):
            settled.add(group)
    part = Part(record, known.external_id, frozenset(write), leave, frozenset(settled), known, store)
    return part, drifts


def _variants(
    subject: Subject, rules: CatalogueRules
) -> tuple[list[tuple[Part, list[Drifted]]], tuple[str, ...], tuple[str, ...]]:
    """Return what is written of each variant, which variations are retired, and what is told of others."""
    product, store = subject.product, subject.store
    if product.kind is not Kind.VARIABLE:
        return [], (), ()
    there = {one.external_id: one for one in store.variants} if store else {}
    matched = match_variants(product, subject.variants, there) if store else {}
    parts: list[tuple[Part, list[Drifted]]] = []
    for variant in product.variants:
        known = subject.variants.get(variant.odoo_id)
        external_id = matched.get(variant.odoo_id, "") if store else known.external_id if known else ""
        if not external_id:
            refuse_new(replace(product, variants=(variant,)))
            parts.append((_new_variant(variant, rules), []))
            continue
        if known is None or known.external_id != external_id:
            known = Known(external_id)
        seen = there.get(external_id)
        pictured = _with_picture(variant, seen)
        groups = [one for one in _groups(pictured, known, seen, subject, rules) if one in VARIANT_GROUPS]
        parts.append(_part(pictured, known, seen, groups, _left(variant, known, rules), rules, origin=variant))
    rest = {one: there[one] for one in there if one not in matched.values()}
    keys = {key_of(values) for values in subject.archived.values()}
    ours = [one for one, variant in rest.items() if one in subject.linked or variant.key in keys]
    named = sorted(", ".join(option for _, option in rest[one].values) or "any" for one in rest if one not in ours)
    note = f"The store has variations Odoo does not have; they are left alone: {'; '.join(named)}." if named else ""
    may = rules.archived_variants == "private" and rules.owners.may_write(Group.NAMES, Owner.STORE)
    retired = tuple(one for one in ours if may and rest[one].status == "publish")
    return parts, retired, (note,) if note else ()


def match_variants(product: Product, known: Mapping[int, Known], there: Mapping[str, Variant]) -> dict[int, str]:
    """Return the variation of each variant: the linked one, else that with its SKU, else that with its options."""
    found = {one.odoo_id: known[one.odoo_id].external_id for one in product.variants if one.odoo_id in known}
    found = {odoo_id: external_id for odoo_id, external_id in found.items() if external_id in there}
    by_sku = {one.sku.casefold(): number for number, one in there.items() if one.sku}
    by_key = {one.key: number for number, one in there.items()}
    for variant in product.variants:
        for number in (by_sku.get(variant.sku.casefold()) if variant.sku else None, by_key.get(variant.key)):
            if number and variant.odoo_id not in found and number not in found.values():
                found[variant.odoo_id] = number
    return found


def _with_extras(product: Product, store: Product | None, known: Known) -> Product:
    """Keep what the store has of attributes: which are the product's own there, and those Odoo never had."""
    if store is None:
        return product
    there = {same_name(one.name): one for one in store.attributes}
    ours = tuple(
        replace(one, external_id=there[name].external_id, own=there[name].own) if name in there else one
        for one in product.attributes
        for name in [same_name(one.name)]
    )
    had = {name.removeprefix("attribute:") for name in known.filled if name.startswith("attribute:")}
    had |= {same_name(one.name) for one in ours}
    extras = (replace(one, variation=False) for name, one in there.items() if name not in had)
    return replace(product, attributes=(*ours, *extras))


def has_extras(product: Product, store: Product) -> bool:
    """Say whether the store has attributes that only it can tell of: a product's own, or those Odoo does not have."""
    ours = {same_name(one.name) for one in product.attributes}
    return any(one.own or same_name(one.name) not in ours for one in store.attributes)


def filled(record: Product | Variant, known: Known | None) -> frozenset[str]:
    """Return in which fields Odoo has something now, or had once."""
    values = {**values_of(record, Group.NAMES), **values_of(record, Group.CATEGORIES)}
    now = {name for name in MAY_BE_EMPTY if values.get(name, "") not in _NOTHING}
    if isinstance(record, Product):
        now |= {f"attribute:{same_name(one.name)}" for one in record.attributes}
    return frozenset(now) | (known.filled if known else frozenset())


def _left(record: Product | Variant, known: Known, rules: CatalogueRules) -> frozenset[str]:
    """Return the fields that stay as the store has them."""
    had = filled(record, known)
    leave = {name for name in MAY_BE_EMPTY if name not in had}
    if record.prices.regular is None:
        leave |= PRICE_FIELDS
    if isinstance(record, Product):
        leave |= NOT_ODOOS | _unknown_tax(record)
        if rules.status in ("draft", "pending", "private"):
            leave.add("status")
    return frozenset(leave)


def _unknown_tax(product: Product) -> frozenset[str]:
    return frozenset({"tax_class"}) if product.tax_class == "?" else frozenset()


_SHOWN = 60


def _difference(record: Product | Variant, store: Product | Variant | None, group: Group, leave: frozenset[str]) -> str:
    """Say what differs: "regular: 12.5 in Odoo, 11 in the store"."""
    if store is None:
        return f"{group.value} changed in Odoo"
    mine, theirs = values_of(record, group, without=leave), values_of(store, group, without=leave)
    if group is Group.IMAGES:
        return f"{len(mine['images'])} pictures wanted, {len(theirs['images'])} others in the store"
    said = [f"{name}: {_shown(mine[name])} in Odoo, {_shown(theirs[name])} in the store" for name in mine
            if mine[name] != theirs.get(name)]  # fmt: skip
    of = f"{', '.join(option for _, option in record.values)}: " if isinstance(record, Variant) else ""
    return of + "; ".join(said)


def _shown(value: object) -> str:
    text = str(value) or "nothing"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _joined(drifts: list[Drifted]) -> tuple[Drifted, ...]:
    """Return one drift a group, what differs of each variant joined."""
    found: dict[Group, Drifted] = {}
    for one in drifts:
        before = found.get(one.group)
        detail = f"{before.detail}; {one.detail}" if before else one.detail
        repaired = one.repaired and (before.repaired if before else True)
        found[one.group] = replace(one, detail=detail, repaired=repaired)
    return tuple(found.values())
