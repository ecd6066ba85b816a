"""Shipping zones, where they reach, and the methods they offer."""

from __future__ import annotations

from typing import Any

import pytest

from woodoo.stores.woocommerce.client import WooClient
from woodoo.stores.woocommerce.shipping import WooShipping

from .store_target import Target


@pytest.fixture
def zone(shop: Target) -> dict[str, Any]:
    return shop.make("shipping/zones", {"name": shop.sku("Zone"), "order": 7})


def _add(shop: Target, zone: dict[str, Any], **body: Any) -> dict[str, Any]:
    answer = shop.call("POST", f"shipping/zones/{zone['id']}/methods", body)
    assert answer.status == 200, answer.body
    made: dict[str, Any] = answer.body
    return made


def _path(zone: dict[str, Any], method: dict[str, Any]) -> str:
    return f"shipping/zones/{zone['id']}/methods/{method['instance_id']}"


def _values(method: dict[str, Any]) -> dict[str, str]:
    return {name: setting["value"] for name, setting in method["settings"].items()}


def test_a_zone_can_be_there_twice(shop: Target, zone: dict[str, Any]) -> None:
    assert shop.make("shipping/zones", {"name": zone["name"]})["id"] != zone["id"]
    assert shop.make("shipping/zones", {"name": ""})["name"] == "Everywhere"


def test_where_a_zone_reaches_is_a_bare_list(shop: Target, zone: dict[str, Any]) -> None:
    path = f"shipping/zones/{zone['id']}/locations"

    def reaches(sent: Any) -> list[tuple[str, str]]:
        answer = shop.call("PUT", path, sent)
        assert answer.status == 200
        return [(row["code"], row["type"]) for row in shop.get(path)]

    listed = [{"code": "ES"}, {"code": "FR:75", "type": "state"}, {"code": "28*", "type": "postcode"}]
    assert reaches(listed) == [("ES", "country"), ("FR:75", "state"), ("28*", "postcode")]
    assert reaches([{"code": "XX"}, {"code": "x", "type": "planet"}]) == [("XX", "country")]
    assert reaches({"locations": [{"code": "ES"}]}) == []


def test_the_rest_of_the_world_stays_as_it_is(shop: Target) -> None:
    locations = shop.call("PUT", "shipping/zones/0/locations", [{"code": "ES"}])
    assert locations.error == (403, "woocommerce_rest_shipping_zone_locations_invalid_zone")
    assert shop.call("PUT", "shipping/zones/0", {"name": "x"}).error == (
        403,
        "woocommerce_rest_shipping_zone_invalid_zone",
    )


def test_a_method_is_made_with_its_settings(shop: Target, zone: dict[str, Any]) -> None:
    plain = _add(shop, zone, method_id="flat_rate")
    assert (plain["title"], plain["enabled"], plain["order"]) == ("Flat rate", True, 1)
    assert _values(plain)["cost"] == "0"
    sent = {"title": "Express & co", "cost": "9,90", "tax_status": "none", "unheard_of": "x"}
    own = _add(shop, zone, method_id="flat_rate", settings=sent, enabled=False, order=1)
    assert own["title"] == "Flat rate"
    read = shop.get(_path(zone, own))
    assert (read["title"], read["enabled"]) == ("Express &amp; co", False)
    assert _values(read) == {**_values(read), "title": "Express &amp; co", "cost": "9,90", "tax_status": "none"}
    free = _add(shop, zone, method_id="free_shipping", settings={"requires": "min_amount", "min_amount": "50"})
    assert (_values(free)["requires"], _values(free)["min_amount"]) == ("min_amount", "50")


def test_methods_stand_in_their_order(shop: Target, zone: dict[str, Any]) -> None:
    first, second = _add(shop, zone, method_id="flat_rate"), _add(shop, zone, method_id="local_pickup")
    shop.put(_path(zone, first), {"order": 9})
    rows = shop.get(f"shipping/zones/{zone['id']}/methods")
    assert [row["instance_id"] for row in rows] == [second["instance_id"], first["instance_id"]]


def test_a_method_is_changed_but_never_its_kind(shop: Target, zone: dict[str, Any]) -> None:
    method = _add(shop, zone, method_id="flat_rate")
    path = _path(zone, method)
    assert _values(shop.put(path, {"settings": {"cost": "4.95"}}))["cost"] == "4.95"
    assert shop.put(path, {"enabled": False})["enabled"] is False
    assert shop.put(path, {"method_id": "free_shipping"})["method_id"] == "flat_rate"
    bad = shop.call("PUT", path, {"settings": {"tax_status": "sometimes"}})
    assert bad.error == (400, "rest_setting_value_invalid")
    unknown = shop.call("POST", f"shipping/zones/{zone['id']}/methods", {"method_id": "teleport"})
    assert unknown.error == (500, "woocommerce_rest_shipping_zone_not_created")


def test_a_method_goes_for_good(shop: Target, zone: dict[str, Any]) -> None:
    path = _path(zone, _add(shop, zone, method_id="flat_rate"))
    assert shop.call("DELETE", path).error == (501, "rest_trash_not_supported")
    assert shop.call("DELETE", path, force="true").status == 200
    assert shop.call("GET", path).error == (404, "woocommerce_rest_shipping_zone_method_invalid")


def test_woodoo_reads_a_method_as_it_was_written(shop: Target, zone: dict[str, Any]) -> None:
    with WooClient(shop.https_url, shop.key, shop.secret, ca_bundle=str(shop.ca_file or "")) as client:
        shipping, number = WooShipping(client), str(zone["id"])
        wanted = {"title": "Express & co", "cost": "4.95"}
        made = shipping.create_method(number, "flat_rate", wanted)
        assert (made.title, {name: made.settings[name] for name in wanted}) == ("Express & co", wanted)
        changed = shipping.change_method(number, made.instance_id, {"title": "Slow & sure"}, enabled=False)
        assert (changed.title, changed.settings["cost"], changed.enabled) == ("Slow & sure", "4.95", False)
        assert list(shipping.methods([number])) == [changed]
