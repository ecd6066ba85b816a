"""Shipping zones and methods of a shop, the double's and a real one's, as Woodoo reads and writes them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from woodoo.domain.shipping import Location
from woodoo.stores.woocommerce.client import WooClient
from woodoo.stores.woocommerce.shipping import WooShipping

from .store_target import MARK, Target


@pytest.fixture
def shipping(shop: Target) -> Iterator[WooShipping]:
    with WooClient(shop.https_url, shop.key, shop.secret, ca_bundle=str(shop.ca_file or "")) as client:
        yield WooShipping(client)


def test_a_zone_is_made_with_its_places_and_read_again(shop: Target, shipping: WooShipping) -> None:
    places = frozenset({Location("country", "PT"), Location("state", "ES:M"), Location("postcode", "28*")})
    made = shipping.create_zone(f"{MARK} zone", places)
    shop.made.append(f"shipping/zones/{made.zone_id}")
    zones = {zone.zone_id: zone for zone in shipping.zones()}
    assert zones[made.zone_id].locations == places
    assert zones["0"].locations == frozenset()


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("flat_rate", {"title": "Parcel & more", "cost": "5.95", "tax_status": "none"}),
        ("free_shipping", {"title": "Parcel & more", "requires": "min_amount", "min_amount": "50.00"}),
        ("local_pickup", {"title": "Parcel & more", "cost": "0.00", "tax_status": "taxable"}),
    ],
)
def test_methods_are_made_changed_and_switched(
    shop: Target, shipping: WooShipping, kind: str, settings: dict[str, str]
) -> None:
    zone = shipping.create_zone(f"{MARK} zone", [Location("country", "PT")])
    shop.made.append(f"shipping/zones/{zone.zone_id}")
    made = shipping.create_method(zone.zone_id, kind, settings)
    assert (made.kind, made.title, made.enabled) == (kind, "Parcel & more", True)
    assert made.settings.items() >= {name: value for name, value in settings.items() if name != "title"}.items()
    name = "min_amount" if kind == "free_shipping" else "cost"
    changed = shipping.change_method(zone.zone_id, made.instance_id, {name: "7.50"}, enabled=False)
    assert (Decimal(changed.settings[name]), changed.title) == (Decimal("7.50"), "Parcel & more")
    (again,) = shipping.methods([zone.zone_id])
    assert (again.key, again.enabled, again.settings[name]) == (made.key, False, "7.50")
    shipping.change_method(zone.zone_id, made.instance_id, {}, enabled=True)
    assert shipping.methods([zone.zone_id])[0].enabled


def test_a_zone_that_is_gone_has_no_methods(shipping: WooShipping) -> None:
    assert list(shipping.methods(["99999999"])) == []
