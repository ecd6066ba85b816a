"""What is to be done in Odoo for one product of the store, or why nothing is.

| the product                           | Odoo has it | then                                                 |
|---------------------------------------|-------------|------------------------------------------------------|
| grouped, external, a bundle, …        |             | left out: Odoo has no such product                   |
| variable, without a variation         |             | left out until it has one                            |
| in the trash, or deleted              | yes         | archived, where the store owns names and that is set |
|                                       | no          | left out                                             |
| any other                             | no          | made with its variants where that is switched on     |
|                                       | yes         | each group by its owner (`domain.ownership.decide`)  |
| … one variant among others over there | yes         | left out: it would change the others, too            |
| … with a variation Odoo lacks         | yes         | made where it may be                                 |
| … without a variation it once had     | yes         | its variant is archived, as a product is             |

Groups that Odoo owns are not written here: where the store changed one of them, or nothing is known of it yet, the flow
from Odoo to the store looks at the product (`ProductPlan.told`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ...domain.money import round_money
from ...domain.ownership import Group, Look, Owner, decide, print_of
from ...domain.product import PRODUCT, VARIANT, Kind, Product, Variant, number_text, values_of
from .held import FINEST, held
from .matching import Match, match_product
from .never_had import ever_had, with_codes_of_odoo
from .product_rules import ProductRules
from .product_template import odoo_price
from .refusals import refuse_lost_comma, refuse_options, refuse_taken_codes, refuse_unreadable
from .seen import Known, OdooTemplate, OdooVariant, Prints, Seen

GroupValues = Mapping[Group, Mapping[str, Any]]
#: Groups this flow carries; stock has one of its own.
GROUPS = (Group.NAMES, Group.PRICES, Group.CATEGORIES, Group.IMAGES)
#: What a product is in a shop that Odoo has nothing for, by the store's own word.
_OTHER = {
    "grouped": "it only shows other products together",
    "external": "it is sold in another shop",
}


@dataclass(frozen=True)
class Nothing:
    """Why nothing is done, in a sentence."""

    product: Product
    reason: str
    match: Match = field(default_factory=Match)


@dataclass(frozen=True)
class Change:
    """A group of one record that somebody changed on the side that does not own it."""

    group: Group
    side: Owner
    detail: str
    repaired: bool


@dataclass(frozen=True)
class ProductPlan:
    """What is to be done in Odoo."""

    product: Product
    match: Match
    #: The product is made, with all its variants and all groups.
    create: bool = False
    #: Groups to write of the product, and of each variant by its external id.
    groups: frozenset[Group] = frozenset()
    variant_groups: Mapping[str, frozenset[Group]] = field(default_factory=dict)
    #: Variations of which Odoo has no variant yet.
    new: tuple[Variant, ...] = ()
    #: Variants whose variation is gone from the store.
    gone: tuple[OdooVariant, ...] = ()
    archive: bool = False
    unarchive: bool = False
    #: Archived variants of variations the store has (again).
    back: tuple[OdooVariant, ...] = ()
    #: The flow from Odoo to the store has to look at it.
    told: bool = False
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()
    #: Which codes and descriptions the store has or had of the product and its variants, by external id.
    had: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def writes(self) -> bool:
        """Whether anything is written to Odoo."""
        return bool(
            self.create or self.groups or self.variant_groups or self.new or self.gone or self.archive
            or self.unarchive or self.back
        )  # fmt: skip

    def writes_of(self, external_id: str) -> frozenset[Group]:
        """Return the groups that are written of a variant."""
        return self.variant_groups.get(external_id, frozenset())


def plan_product(product: Product, seen: Seen, rules: ProductRules) -> ProductPlan | Nothing:
    """Decide what is to be done for a product as the store has it now.

    Raises:
        DataError: where a person has to mend it first.
    """
    if product.kind is Kind.OTHER:
        why = _OTHER.get(product.store_type, "what it is made of cannot be told")
        kind = product.store_type or "unknown"
        return Nothing(product, f"It is no product that Odoo has ({kind}): {why}.")
    if product.status == "trash":
        return _trashed(product, seen, rules)
    if product.kind is Kind.VARIABLE and not product.variants:
        return Nothing(product, "It has no variations yet, so there is nothing to sell.")
    match = match_product(product, seen, rules.sku_field)
    if match.template is None:
        return _missing(product, rules)
    if product.kind is Kind.SIMPLE and len([one for one in match.template.variants if one.active]) > 1:
        name = match.variants[product.external_id].shown
        return Nothing(product, f"In Odoo it is {name}, one variant of several, so nothing is taken over.", match)
    return _existing(product, match, seen, rules)


def _trashed(product: Product, seen: Seen, rules: ProductRules) -> ProductPlan | Nothing:
    known = seen.known.get(product.external_id, Known())
    template = seen.templates.get(known.template_id)
    if template is None:
        return Nothing(product, "It is in the store's trash, and Odoo does not have it.")
    match = Match(template)
    if not template.active:
        return Nothing(product, "It was deleted in the store and is archived in Odoo.", match)
    if not (rules.take and rules.archive and rules.owners.of(Group.NAMES) is Owner.STORE):
        detail = "deleted in the store, for sale in Odoo"
        told = (Change(Group.NAMES, Owner.STORE, detail, repaired=False),)
        return ProductPlan(product, match, changes=told, notes=("It was deleted in the store and stays in Odoo.",))
    return ProductPlan(product, match, archive=True)


def _missing(product: Product, rules: ProductRules) -> ProductPlan | Nothing:
    if not rules.create:
        sku = f"with the SKU {product.sku}" if product.sku else "like it (it has no SKU)"
        return Nothing(product, f"Odoo has no product {sku}, and creating products in Odoo is switched off.")
    refuse_unreadable(product)
    refuse_options(product)
    notes = (*_without_sku(product), *untold_tax(product, rules))
    had = ever_had(product, Known())
    return ProductPlan(product, Match(), create=True, new=product.variants, notes=notes, had=had)


def untold_tax(product: Product, rules: ProductRules) -> tuple[str, ...]:
    """Say that no single tax can be told for a product's tax class, so that its taxes in Odoo are not set by it."""
    if product.tax_status != "taxable" or product.tax_class in rules.taxes or not rules.has_rates:
        return ()
    names = rules.untold_taxes.get(product.tax_class, ())
    meant = f"several taxes in Odoo ({', '.join(names)})" if names else "no tax in Odoo that is known"
    held = "with" if rules.prices_include_tax else "without"
    note = (
        f"Its tax class ({product.tax_class or 'standard'}) stands for {meant}, so its taxes in Odoo are not set by "
        f"it, and its price is taken as the store has it, {held} tax: look at both in Odoo."
    )
    return (note,)


def _without_sku(product: Product) -> tuple[str, ...]:
    if product.kind is Kind.SIMPLE:
        return () if product.sku else ("It has no SKU in the store, so orders cannot tell it.",)
    bare = [one for one in product.variants if not one.sku]
    if not bare:
        return ()
    names = ", ".join(shown_values(one) for one in bare[:5])
    more = f" and {len(bare) - 5} more" if len(bare) > 5 else ""
    return (f"These variations have no SKU in the store, so orders cannot tell them: {names}{more}.",)


def shown_values(variant: Variant) -> str:
    """Name a variation by what the buyer chooses: "Red, XL"."""
    return ", ".join(option for _, option in variant.values) or f"#{variant.external_id.rpartition('/')[2]}"


def _existing(product: Product, match: Match, seen: Seen, rules: ProductRules) -> ProductPlan:
    assert match.template is not None
    known = seen.known.get(product.external_id, Known())
    template = match.template
    names_taken = rules.take and rules.owners.of(Group.NAMES) is Owner.STORE
    had, without_sku = ever_had(product, known), _without_sku(product)
    if rules.owners.of(Group.NAMES) is Owner.STORE:
        product = with_codes_of_odoo(product, match, had)
    compared = _compare(product, match, known, rules, had)
    missing = [one for one in product.variants if one.external_id not in match.variants]
    new = missing if rules.create else []
    notes = list(without_sku)
    if missing and not new:
        names = ", ".join(map(shown_values, missing))
        notes.append(f"Odoo has no variant for {names}, and creating products in Odoo is switched off.")
    if rules.take and rules.owners.of(Group.PRICES) is Owner.STORE:
        notes += (*untold_tax(product, rules), *_off(product, match, compared, rules))
    if new:
        refuse_options(product)
    if new or compared.groups:
        refuse_unreadable(product)
    _refuse_lost_commas(product, match, known, compared, rules)
    renamed = [one for one, found in compared.groups.items() if Group.NAMES in found]
    refuse_taken_codes(product, match, seen, renamed, rules.sku_field)
    there = {one.odoo_id for one in match.variants.values()}
    gone = [one for one in template.variants if one.active and one.odoo_id not in there and _was_linked(one, known)]
    archives = names_taken and rules.archive
    return ProductPlan(
        product,
        match,
        groups=frozenset(compared.groups.pop(product.external_id, ())),
        variant_groups={one: frozenset(found) for one, found in compared.groups.items()},
        had=had,
        new=tuple(new),
        gone=tuple(gone) if archives and product.variants else (),
        unarchive=archives and not template.active,
        back=_back(product, match) if archives and template.active else (),
        told=compared.told,
        changes=tuple(compared.changes.values()),
        notes=tuple(notes),
    )


def _refuse_lost_commas(product: Product, match: Match, known: Known, compared: _Compared, rules: ProductRules) -> None:
    """Look at prices that were looked at before: the first one may be anything, such as Odoo's own of 1.00."""
    assert match.template is not None
    records: tuple[Product | Variant, ...] = (product, *product.variants)
    for record in records:
        odoo, price = match.variants.get(record.external_id), record.prices.regular
        looked_at = Group.PRICES in known.prints.get(link_key(record), Prints()).odoo
        if odoo and price and looked_at and Group.PRICES in compared.groups.get(record.external_id, ()):
            wanted = round_money(odoo_price(price, product.tax_class, rules), FINEST)
            refuse_lost_comma(product, price, wanted, match.template.price_of(odoo))


def _back(product: Product, match: Match) -> tuple[OdooVariant, ...]:
    """Return archived variants whose variations the store sells (again)."""
    sold = {one.external_id for one in product.variants if one.status != "private"} | {product.external_id}
    return tuple(one for external_id, one in match.variants.items() if not one.active and external_id in sold)


def _off(product: Product, match: Match, compared: _Compared, rules: ProductRules) -> Iterator[str]:
    """Say which variants' prices Odoo still has otherwise than the store, though they are not written any more."""
    assert match.template is not None
    for variant in product.variants:
        odoo = match.variants.get(variant.external_id)
        price = variant.prices.regular
        if odoo is None or price is None or Group.PRICES in compared.groups.get(variant.external_id, ()):
            continue
        digits = rules.price_digits if rules.price_digits is not None else FINEST
        both = odoo_price(price, product.tax_class, rules), match.template.price_of(odoo)
        wanted, there = (round_money(one, digits) for one in both)
        if wanted != there:
            yield price_off(variant, wanted, there)


def price_off(variant: Variant, store: Decimal, odoo: Decimal) -> str:
    """Say that no sum of what a variant's values add gives its price."""
    return (
        f"{shown_values(variant)} costs {number_text(store)} in the store and {number_text(odoo)} in Odoo, where a "
        "price is the sum of what its values add; a price list can hold it."
    )


@dataclass
class _Compared:
    #: What is to be written, by external id.
    groups: dict[str, set[Group]] = field(default_factory=dict)
    changes: dict[Group, Change] = field(default_factory=dict)
    told: bool = False


def _compare(
    product: Product, match: Match, known: Known, rules: ProductRules, had: Mapping[str, frozenset[str]]
) -> _Compared:
    """Look at each group of the product and of each variant, and decide by its owner."""
    found = _Compared()
    for record, odoo in _pairs(product, match):
        store = held(record, product.tax_class, rules, had[record.external_id])
        key = record.external_id if isinstance(record, Variant) else product.external_id
        prints = known.prints.get(link_key(record), Prints())
        for group in GROUPS:
            values = store.get(group, {})
            if not values:
                continue
            ours = {name: odoo.get(group, {}).get(name) for name in values}
            look = Look(
                odoo=print_of(odoo.get(group, {})),
                store=print_of(values),
                known_odoo=prints.odoo.get(group, ""),
                known_store=prints.store.get(group, ""),
                equal=values == ours,
            )
            owner = rules.owners.of(group)
            decision = decide(owner, look, repair=rules.repair)
            writes = decision.write is Owner.ODOO and rules.take
            if writes:
                found.groups.setdefault(key, set()).add(group)
            if owner is Owner.ODOO and look.store != look.known_store and not _echo(record, group, known):
                found.told |= rules.send
            if decision.drift is Owner.ODOO or (decision.drift is Owner.STORE and not rules.send):
                detail = "; ".join(
                    _difference(name, ours[name], values[name]) for name in values if values[name] != ours[name]
                )
                found.changes[group] = Change(group, decision.drift, detail, repaired=writes)
    return found


def _echo(record: Product | Variant, group: Group, known: Known) -> bool:
    """Whether the store has what the flow from Odoo has left there."""
    sent = known.sent.get(link_key(record), {}).get(group)
    return sent is not None and sent == print_of(values_of(record, group))


def _was_linked(variant: OdooVariant, known: Known) -> bool:
    return variant.odoo_id in known.variant_ids.values()


def _pairs(product: Product, match: Match) -> Iterator[tuple[Product | Variant, GroupValues]]:
    """Yield what the store has and what Odoo has of it: of the product, and of its variants."""
    assert match.template is not None
    own = match.variants.get(product.external_id)
    yield product, group_values(match.template, own.odoo_id if own else 0)
    for variant in product.variants:
        if odoo := match.variants.get(variant.external_id):
            yield variant, match.template.variant_values.get(odoo.odoo_id, {})


def group_values(template: OdooTemplate, variant_id: int) -> dict[Group, Mapping[str, Any]]:
    """Return what Odoo has of a product; with what its only variant says, where it is sold as it is."""
    of_variant = template.variant_values.get(variant_id, {})
    return {group: {**of_variant.get(group, {}), **template.values.get(group, {})} for group in GROUPS}


def link_key(record: Product | Variant) -> str:
    """Return under which link, "kind:external id", the prints of a record are kept."""
    kind = PRODUCT if isinstance(record, Product) else VARIANT
    return f"{kind}:{record.external_id}"


def _difference(name: str, odoo: object, store: object) -> str:
    return f"{name.replace('_', ' ')}: {_short(odoo)} in Odoo, {_short(store)} in the store"


def _short(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value or "nothing")
    return text if len(text) <= 60 else f"{text[:59]}…"
