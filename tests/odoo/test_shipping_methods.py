"""Delivery methods of a real Odoo become shipping methods of a store: found, made once, switched off, mapped."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from tests.odoo.both_ways import BothWays, both_ways

from woodoo.chores.carriers import follow_carriers
from woodoo.connections.models import Connection
from woodoo.engine.flow import OutcomeKind
from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.odoo.fixtures import Admin

pytestmark = pytest.mark.django_db
OWN_DATABASE = True
NUMBERS = count(1)


@pytest.fixture
def shop(odoo: Endpoint, admin: Admin) -> Iterator[BothWays]:
    """A store with its demo zones (Spain; France and Germany; North America) that follows Odoo."""
    with both_ways(odoo, admin, f"ship{next(NUMBERS)}", {"send_shipping_methods": True}) as found:
        currency = found.odoo.search_read("res.company", [("id", "=", 1)], ["currency_id"])[0]["currency_id"]
        (code,) = found.odoo.read("res.currency", [currency], ["name"])
        found.store.set_option("woocommerce_currency", code["name"])
        yield found


def country(shop: BothWays, *codes: str) -> list[int]:
    return shop.odoo.search("res.country", [("code", "in", codes)])


def carrier(shop: BothWays, name: str, *codes: str, **more: Any) -> int:
    """Enter a delivery method with a fixed price, as an administrator does."""
    (product,) = shop.admin.create("product.product", [{"name": name, "type": "service", "taxes_id": [(5, 0, 0)]}])
    vals = {"name": name, "delivery_type": "fixed", "fixed_price": 5.95, "product_id": product}
    (made,) = shop.admin.create("delivery.carrier", [{**vals, "country_ids": [(6, 0, country(shop, *codes))], **more}])
    return made


def methods(shop: BothWays) -> dict[str, dict[str, Any]]:
    """Return title and kind → the method as the store has it, in all zones."""
    return {f"{one['title']} {one['method_id']}": one for one in every_method(shop)}


def every_method(shop: BothWays) -> list[dict[str, Any]]:
    """Return the methods of all zones, several of one title, too."""
    found = []
    for zone in shop.person.rows("shipping/zones"):
        for one in shop.person.rows(f"shipping/zones/{zone['id']}/methods"):
            values = {name: setting["value"] for name, setting in one["settings"].items()}
            found.append({**values, **one, "zone": zone["name"]})
    return found


def test_a_fixed_price_is_a_flat_rate_beside_free_shipping_and_its_orders_come_over_with_it(shop: BothWays) -> None:
    one = carrier(shop, "Parcel Plus", "ES", free_over=True, amount=60)
    outcome = shop.one("shipping_methods", str(one))
    assert outcome.kind == OutcomeKind.DONE, outcome.message
    found = methods(shop)
    flat, free = found["Parcel Plus flat_rate"], found["Parcel Plus free_shipping"]
    assert (Decimal(flat["cost"]), flat["tax_status"], flat["zone"]) == (Decimal("5.95"), "none", "Spain")
    assert (Decimal(free["min_amount"]), free["requires"]) == (60, "min_amount")
    mapped = Connection.objects.get(pk=shop.connection.pk).settings["shipping_map"]
    assert mapped == {f"flat_rate:{flat['instance_id']}": one, f"free_shipping:{free['instance_id']}": one}
    # Again: nothing made, nothing written.
    assert shop.one("shipping_methods", str(one)).message == "Both sides say the same."
    assert methods(shop).keys() == found.keys()
    shop.admin.write("delivery.carrier", [one], {"fixed_price": 7.5, "name": "Parcel Max"})
    assert "written" in shop.one("shipping_methods", str(one)).message
    flat = methods(shop)["Parcel Max flat_rate"]
    assert Decimal(flat["cost"]) == Decimal("7.5")


def test_zones_are_found_by_their_places_or_made_and_methods_of_people_are_taken(shop: BothWays) -> None:
    europe, alps = carrier(shop, "EU flat rate", "DE", "FR"), carrier(shop, "Alps", "AT", "CH")
    before = methods(shop)["EU flat rate flat_rate"]["instance_id"]
    outcomes = shop.sync("shipping_methods", str(europe), str(alps))
    assert {one.kind for one in outcomes.values()} == {OutcomeKind.DONE}
    found = methods(shop)
    assert found["EU flat rate flat_rate"]["instance_id"] == before
    assert Decimal(found["EU flat rate flat_rate"]["cost"]) == Decimal("5.95")
    assert found["Alps flat_rate"]["zone"] == "Austria, Switzerland"
    zones = [zone["name"] for zone in shop.person.rows("shipping/zones")]
    shop.sync("shipping_methods", str(alps))
    assert [zone["name"] for zone in shop.person.rows("shipping/zones")] == zones
    twin = carrier(shop, "Alps", "CH", "AT")
    parked = shop.one("shipping_methods", str(twin))
    assert parked.kind == OutcomeKind.PARKED
    assert f"delivery method {alps} of Odoo has the same name" in parked.message


def test_pickup_rules_no_countries_states_and_postcodes(shop: BothWays) -> None:
    pickup = carrier(shop, "Fetch it", "ES", fixed_price=0)
    rules = carrier(shop, "By weight", "ES", delivery_type="base_on_rule")
    nowhere = carrier(shop, "Anywhere")
    madrid = shop.odoo.search("res.country.state", [("country_id.code", "=", "ES"), ("code", "=", "M")])
    state = carrier(shop, "Moto", "ES", state_ids=[(6, 0, madrid)])
    if "zip_prefix_ids" in shop.admin.fields("delivery.carrier"):
        (prefix,) = shop.admin.create("delivery.zip.prefix", [{"name": "08"}])
        codes, wanted = {"zip_prefix_ids": [(6, 0, [prefix])]}, "08*"
    else:
        codes, wanted = {"zip_from": "08000", "zip_to": "08999"}, "08000...08999"
    near = carrier(shop, "Near", "ES", **codes)
    shop.set(pickup_carrier_ids=[pickup])
    found = shop.sync("shipping_methods", *map(str, (pickup, rules, nowhere, state, near)))
    assert {r: o.kind for r, o in found.items() if o.kind != OutcomeKind.DONE} == {
        str(rules): OutcomeKind.SKIPPED,
        str(nowhere): OutcomeKind.SKIPPED,
    }
    assert "by rules" in found[str(rules)].message
    assert "no countries" in found[str(nowhere)].message
    assert "drag the new one above" in found[str(near)].message
    there = methods(shop)
    assert there["Fetch it local_pickup"]["zone"] == "Spain"
    places = {}
    for zone in shop.person.rows("shipping/zones"):
        rows = shop.person.rows(f"shipping/zones/{zone['id']}/locations")
        places[zone["id"]] = {(row["type"], row["code"]) for row in rows}
    assert {("state", "ES:M")} in places.values()
    assert {("country", "ES"), ("postcode", wanted)} in places.values()
    shop.set(carriers_for_the_rest=True)
    assert shop.one("shipping_methods", str(nowhere)).kind == OutcomeKind.DONE
    assert "not covered" in methods(shop)["Anywhere flat_rate"]["zone"]


def test_archived_and_deleted_ones_are_switched_off_not_deleted_and_come_back(shop: BothWays) -> None:
    one, other = carrier(shop, "Bike", "ES"), carrier(shop, "Van", "ES")
    shop.sync("shipping_methods", str(one), str(other))
    follow_carriers(shop.live)
    shop.rung("shipping_methods")
    shop.admin.write("delivery.carrier", [one], {"active": False})
    shop.admin.call("delivery.carrier", "unlink", ids=[other])
    follow_carriers(shop.live)
    assert {str(one), str(other)} <= set(shop.rung("shipping_methods"))
    shop.sync("shipping_methods", str(one), str(other))
    found = methods(shop)
    assert [found[f"{name} flat_rate"]["enabled"] for name in ("Bike", "Van")] == [False, False]
    follow_carriers(shop.live)
    assert str(other) not in shop.rung("shipping_methods"), "a deletion is told once"
    shop.admin.write("delivery.carrier", [one], {"active": True})
    assert "switched on" in shop.one("shipping_methods", str(one)).message
    assert methods(shop)["Bike flat_rate"]["enabled"]


def test_a_method_moves_loses_its_free_side_is_renamed_and_deleted_and_its_mapping_stays(shop: BothWays) -> None:
    one = carrier(shop, "Courier", "ES", free_over=True, amount=60)
    shop.one("shipping_methods", str(one))
    there = methods(shop)
    flat, free = (there[f"Courier {kind}"]["instance_id"] for kind in ("flat_rate", "free_shipping"))

    def mapped() -> set[str]:
        found = Connection.objects.get(pk=shop.connection.pk).settings["shipping_map"]
        return {key for key, odoo_id in found.items() if odoo_id == one}

    def on(number: int) -> tuple[str, bool]:
        (found,) = [row for row in every_method(shop) if row["instance_id"] == number]
        return found["zone"], found["enabled"]

    def cost(number: int) -> Decimal:
        return next(Decimal(row["cost"]) for row in every_method(shop) if row["instance_id"] == number)

    # No longer free above an amount, and then again.
    shop.admin.write("delivery.carrier", [one], {"free_over": False})
    shop.one("shipping_methods", str(one))
    assert (on(flat), on(free)) == (("Spain", True), ("Spain", False))
    shop.admin.write("delivery.carrier", [one], {"free_over": True, "amount": 80})
    shop.one("shipping_methods", str(one))
    assert (on(free), Decimal(methods(shop)["Courier free_shipping"]["min_amount"])) == (("Spain", True), 80)
    shop.admin.write("delivery.carrier", [one], {"free_over": False})

    # To other countries and back: what is there is used again, and orders of both name the delivery method.
    shop.admin.write("delivery.carrier", [one], {"country_ids": [(6, 0, country(shop, "PT"))]})
    shop.one("shipping_methods", str(one))
    (moved,) = [row for row in every_method(shop) if row["title"] == "Courier" and row["zone"] == "Portugal"]
    assert (on(flat)[1], on(moved["instance_id"])[1]) == (False, True)
    shop.admin.write("delivery.carrier", [one], {"country_ids": [(6, 0, country(shop, "ES"))]})
    shop.one("shipping_methods", str(one))
    assert (on(flat), on(moved["instance_id"])[1]) == (("Spain", True), False)
    assert {f"flat_rate:{flat}", f"free_shipping:{free}", f"flat_rate:{moved['instance_id']}"} <= mapped()

    # Somebody adds a country to the zone: the method stays in it, no second zone comes after it.
    zones = shop.person.rows("shipping/zones")
    spain = next(zone["id"] for zone in zones if zone["name"] == "Spain")
    path = f"shipping/zones/{spain}"
    shop.person.put(f"{path}/locations", [{"code": code, "type": "country"} for code in ("ES", "AD")])
    shop.admin.write("delivery.carrier", [one], {"fixed_price": 6.5})
    told = shop.one("shipping_methods", str(one))
    assert "Somebody changed the zone Spain in the store" in told.message
    assert len(shop.person.rows("shipping/zones")) == len(zones)
    assert (on(flat), cost(flat)) == (("Spain", True), Decimal("6.5"))
    shop.person.put(f"{path}/locations", [{"code": "ES", "type": "country"}])

    # Renamed on both sides: one method; deleted in the store: made once more, and the old key stays mapped.
    shop.person.put(f"{path}/methods/{flat}", {"settings": {"title": "By bike"}})
    shop.admin.write("delivery.carrier", [one], {"name": "Fast courier"})
    shop.one("shipping_methods", str(one))
    assert "Fast courier flat_rate" in methods(shop)
    assert on(flat) == ("Spain", True)
    shop.person.delete(f"{path}/methods/{flat}", {"force": True})
    assert "made" in shop.one("shipping_methods", str(one)).message
    (again,) = [row["instance_id"] for row in every_method(shop) if row["title"] == "Fast courier" and row["enabled"]]
    assert {f"flat_rate:{flat}", f"flat_rate:{again}"} <= mapped()
    assert shop.one("shipping_methods", str(one)).message == "Both sides say the same."


def test_what_people_change_in_the_store_is_drift_and_their_switch_is_theirs(shop: BothWays) -> None:
    one = carrier(shop, "Letter", "ES")
    shop.one("shipping_methods", str(one))
    made = methods(shop)["Letter flat_rate"]
    zone = next(z["id"] for z in shop.person.rows("shipping/zones") if z["name"] == "Spain")
    path = f"shipping/zones/{zone}/methods/{made['instance_id']}"
    shop.person.put(path, {"settings": {"cost": "1.00"}, "enabled": False})
    shop.set(repair_drift=False)
    assert "only told" in shop.one("shipping_methods", str(one)).message
    shop.set(repair_drift=True)
    shop.one("shipping_methods", str(one))
    row = methods(shop)["Letter flat_rate"]
    assert (Decimal(row["cost"]), row["enabled"]) == (Decimal("5.95"), False)
    assert shop.drifts() == [(str(one), "prices", "store", True)]


def test_a_price_that_holds_its_tax_is_sent_without_and_other_currencies_are_refused(shop: BothWays) -> None:
    (tax,) = shop.admin.create(
        "account.tax",
        [
            {"name": f"Incl 21 {shop.connection.name}", "amount": 21, "type_tax_use": "sale"}
            | (
                {"price_include_override": "tax_included"}
                if "price_include_override" in shop.admin.fields("account.tax")
                else {"price_include": True}
            )
        ],
    )
    one = carrier(shop, "Gross", "ES", fixed_price=12.1)
    product = shop.read("delivery.carrier", one, "product_id")["product_id"]
    shop.admin.write("product.product", [product], {"taxes_id": [(6, 0, [tax])]})
    shop.one("shipping_methods", str(one))
    row = methods(shop)["Gross flat_rate"]
    assert (Decimal(row["cost"]), row["tax_status"]) == (10, "taxable")
    shop.store.set_option("woocommerce_currency", "JPY")
    shop.live.memory.forget()
    with pytest.raises(Exception, match="not converted"):
        shop.sync("shipping_methods", str(one))
