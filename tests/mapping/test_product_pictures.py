"""What the plan of a product says of its pictures and of prices that wait for their hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from woodoo.domain.ownership import Group, Owner, Owners, print_of
from woodoo.domain.picture import Picture, make_mark
from woodoo.domain.product import Image, Kind, Prices, Product, Variant, values_of
from woodoo.mapping.catalogue.known import Known
from woodoo.mapping.catalogue.product_plan import ProductPlan, Subject, needs_look, plan_product, variants_print
from woodoo.mapping.catalogue.rules import GROUPS, CatalogueRules
from woodoo.mapping.images import wanted_images

RULES = CatalogueRules(create=True, groups=GROUPS)
RED, BLUE = (Picture("product", 1, make_mark(name), "image/png") for name in ("red", "blue"))
THEIRS = Image("9", "https://shop.example.com/team.jpg")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def mug(*pictures: Picture, **more: object) -> Product:
    product = Product("Mug", odoo_id=1, odoo_variant_id=2, sku="MUG-1", prices=Prices(Decimal(5)))
    return replace(product, images=wanted_images(pictures, "Mug"), **more)  # type: ignore[arg-type]


def in_store(product: Product, *images: Image) -> Product:
    return replace(product, external_id="7", images=images)


def there(picture: Picture, number: str) -> Image:
    return Image(number, f"https://shop.example.com/mug-wd{picture.mark}.png")


def known(product: Product, store: Product, **more: str) -> Known:
    """Return what is remembered after both sides were as given."""
    return Known(
        "7",
        {group: print_of(values_of(product, group)) for group in GROUPS},
        {group: print_of(values_of(store, group)) for group in GROUPS},
        variants=variants_print(product),
        **more,
    )


def planned(product: Product, before: Product, store: Product, *, look: bool = True) -> ProductPlan:
    subject = Subject(product, known=known(before, store), variants={2: Known("7", {Group.NAMES: "x"})})
    return plan_product(replace(subject, store=store if look else None), RULES)


def test_a_new_product_begins_with_its_pictures() -> None:
    plan = plan_product(Subject(mug(RED, BLUE)), RULES)
    assert Group.IMAGES in plan.main.groups
    assert Group.IMAGES not in plan_product(Subject(mug()), RULES).main.groups


def test_the_store_is_looked_at_when_odoo_has_another_picture_and_not_otherwise() -> None:
    store = in_store(mug(), there(RED, "5"))
    same = Subject(mug(RED), known=known(mug(RED), store), variants={2: Known("7", {Group.NAMES: "x"})})
    assert not needs_look(same, RULES)
    assert needs_look(replace(same, product=mug(BLUE)), RULES)
    assert needs_look(replace(same, product=mug()), RULES)
    theirs = replace(RULES, owners=Owners({Group.IMAGES: Owner.STORE}))
    assert not needs_look(replace(same, product=mug(BLUE)), theirs)


def test_without_a_change_nothing_is_written() -> None:
    store = in_store(mug(), there(RED, "5"), THEIRS)
    assert not planned(mug(RED), mug(RED), store, look=False).changes
    assert not planned(mug(RED), mug(RED), store).changes


def test_another_picture_takes_the_place_of_the_first() -> None:
    plan = planned(mug(BLUE), mug(RED), in_store(mug(), there(RED, "5"), THEIRS))
    assert plan.main.groups == {Group.IMAGES}
    assert isinstance(plan.main.record, Product)
    assert [one.external_id or one.checksum for one in plan.main.record.images] == [BLUE.mark, "9"]


def test_a_picture_that_is_gone_in_odoo_goes_and_those_of_the_shop_stay() -> None:
    plan = planned(mug(), mug(RED), in_store(mug(), there(RED, "5"), THEIRS))
    assert isinstance(plan.main.record, Product)
    assert plan.main.record.images == (THEIRS,)
    assert not planned(mug(), mug(), in_store(mug(), THEIRS)).changes


def test_a_picture_taken_away_in_the_store_is_drift_and_comes_back() -> None:
    subject = Subject(
        mug(RED),
        known=known(mug(RED), in_store(mug(), there(RED, "5"))),
        variants={2: Known("7", {Group.NAMES: "x"})},
        store=in_store(mug()),
    )
    plan = plan_product(subject, RULES)
    assert [(one.group, one.side, one.repaired) for one in plan.drifts] == [(Group.IMAGES, Owner.STORE, True)]
    told = plan_product(subject, replace(RULES, repair=False))
    assert told.drifts
    assert not told.changes


def test_a_variation_gets_and_loses_a_picture_of_its_own() -> None:
    red = Variant((("Glaze", "red"),), odoo_id=3, sku="R", prices=Prices(Decimal(5)))
    vase = Product("Vase", Kind.VARIABLE, odoo_id=1, variants=(red,))
    own = replace(vase, variants=(replace(red, image=wanted_images([RED], "Vase")[0]),))
    bare = replace(vase, external_id="7", variants=(replace(red, external_id="7/8"),))
    full = replace(bare, variants=(replace(bare.variants[0], image=there(RED, "5")),))

    def variant(product: Product, before: Product, store: Product) -> ProductPlan:
        seen = Known("7/8", {group: print_of(values_of(before.variants[0], group)) for group in GROUPS},
                     {group: print_of(values_of(store.variants[0], group)) for group in GROUPS})  # fmt: skip
        subject = Subject(product, known=known(before, store), variants={3: seen}, store=store)
        assert needs_look(subject, RULES)
        return plan_product(subject, RULES)

    gets, loses = variant(own, vase, bare), variant(vase, own, full)
    assert gets.variants[0].groups == loses.variants[0].groups == {Group.IMAGES}
    assert isinstance(gets.variants[0].record, Variant)
    assert isinstance(loses.variants[0].record, Variant)
    assert gets.variants[0].record.image
    assert loses.variants[0].record.image is None


def test_prices_wait_until_their_hour_has_come_since_they_were_looked_at() -> None:
    store = in_store(mug())
    dearer = mug(prices=Prices(Decimal(6)))
    subject = Subject(dearer, known=known(mug(), store), variants={2: Known("7", {Group.NAMES: "x"})}, store=store)
    daily = replace(RULES, prices_due=NOW)

    def groups(priced: datetime) -> frozenset[Group]:
        assert subject.known is not None
        return plan_product(
            replace(subject, known=replace(subject.known, priced=priced.isoformat())), daily
        ).main.groups

    assert groups(NOW + timedelta(hours=1)) == frozenset()
    assert groups(NOW - timedelta(hours=1)) == {Group.PRICES}
    assert plan_product(subject, RULES).main.groups == {Group.PRICES}
