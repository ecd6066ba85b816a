"""What delivery methods become, and what is to be done with the methods of the store."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from woodoo.domain.errors import DataError
from woodoo.domain.ownership import Owner
from woodoo.domain.shipping import Kind, Location, Zone, ZoneMethod
from woodoo.mapping.shipping.delivery_carrier import (
    DeliveryCarrier,
    ProductTax,
    WantedMethods,
    broader,
    same_settings,
    wanted_methods,
)
from woodoo.mapping.shipping.shipping_plan import OFF, Known, ShippingPlan, method_print, plan_shipping

PARCEL = DeliveryCarrier(3, "Parcel", "fixed", active=True, price=Decimal("5.95"), countries={"ES": "Spain"})
SPAIN = Zone("1", "Iberia", frozenset({Location("country", "ES")}))
REST = Zone("0", "Locations not covered by your other zones")
FLAT = ZoneMethod("1", "7", "flat_rate", "Parcel", True, {"cost": "5.95", "tax_status": "none"})


def wanted(carrier: DeliveryCarrier = PARCEL, *, pickups: Any = (), rest: bool = False) -> WantedMethods:
    return wanted_methods(carrier, pickups=frozenset(pickups), for_the_rest=rest)


def planned(
    carrier: DeliveryCarrier = PARCEL, *methods: ZoneMethod, known: Any = (), owners: Any = None, repair: bool = True
) -> ShippingPlan:
    return plan_shipping(carrier, wanted(carrier), [REST, SPAIN], methods, known, owners or {}, repair=repair)


def test_a_fixed_price_is_a_flat_rate_and_free_shipping_beside_it_from_an_amount() -> None:
    (flat,) = wanted().methods
    assert (flat.kind, flat.settings) == (Kind.FLAT_RATE, {"title": "Parcel", "cost": "5.95", "tax_status": "none"})
    flat, free = wanted(replace(PARCEL, free_from=Decimal("50"))).methods
    assert (free.kind, free.settings["min_amount"], free.settings["requires"]) == (
        Kind.FREE_SHIPPING, "50.00", "min_amount",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"delivery_type": "base_on_rule"}, "by rules"),
        ({"delivery_type": "dhl"}, "provider"),
        ({"countries": {}}, "no countries"),
        ({"price": Decimal("-1")}, "negative"),
        ({"states": [("ES", "")]}, "states"),
        ({"zip_prefixes": ["2[0-9]"]}, "pattern"),
        ({"zip_from": "28000"}, "one end"),
        ({"taxes": [ProductTax("fixed", Decimal(1), included=True)]}, "no percentage"),
    ],
)
def test_what_the_store_cannot_say_is_left_with_the_reason(changes: dict[str, Any], reason: str) -> None:
    assert reason in wanted(replace(PARCEL, **changes)).left


def test_pickup_counts_before_the_way_of_pricing() -> None:
    (method,) = wanted(replace(PARCEL, delivery_type="base_on_rule"), pickups={3}).methods
    assert method.kind == Kind.LOCAL_PICKUP


def test_places_are_countries_or_their_states_with_postcodes_in_the_store_s_form() -> None:
    carrier = replace(PARCEL, states=[("ES", "M")], zip_prefixes=["28", "08001$"])
    assert wanted(carrier).locations == {
        Location("state", "ES:M"), Location("postcode", "28*"), Location("postcode", "08001"),
    }  # fmt: skip
    ranged = wanted(replace(PARCEL, zip_from="28000", zip_to="28999"))
    assert ranged.locations == {Location("country", "ES"), Location("postcode", "28000...28999")}
    assert ranged.zone_name == "Spain (part)"
    assert wanted(replace(PARCEL, countries={}), rest=True).locations == frozenset()
    assert "postcodes" in wanted(replace(PARCEL, countries={}, zip_prefixes=["28"]), rest=True).left


@pytest.mark.parametrize(
    ("taxes", "cost", "status"),
    [
        ([], "12.10", "none"),
        ([ProductTax("percent", Decimal(21), included=False)], "12.10", "taxable"),
        ([ProductTax("percent", Decimal(21), included=True)], "10.00", "taxable"),
        ([ProductTax("percent", Decimal(10), included=True)], "11.00", "taxable"),
        ([ProductTax("percent", Decimal(7), included=True)], "11.3084", "taxable"),
    ],
)
def test_the_store_adds_taxes_so_prices_go_without_them(taxes: Any, cost: str, status: str) -> None:
    (method,) = wanted(replace(PARCEL, price=Decimal("12.10"), taxes=taxes)).methods
    assert (method.settings["cost"], method.settings["tax_status"]) == (cost, status)


def test_numbers_are_compared_as_numbers_and_formulas_as_texts() -> None:
    assert same_settings({"cost": "5.00"}, {"cost": "5"}) == ()
    assert same_settings({"cost": "5.00"}, {"cost": "5 * [qty]"}) == ("cost",)
    assert same_settings({"cost": "5.00"}, {}) == ("cost",)


def test_a_method_somebody_made_is_taken_by_kind_and_title_whatever_its_capitals() -> None:
    plan = planned(PARCEL, replace(FLAT, title=" PARCEL"), replace(FLAT, instance_id="8", kind="local_pickup"))
    assert (plan.zone, plan.methods[0].there and plan.methods[0].there.instance_id) == (SPAIN, "7")
    assert plan.off == ()


def test_without_one_it_is_made_in_a_zone_of_just_these_places() -> None:
    assert planned().methods[0].there is None
    france = planned(replace(PARCEL, countries={"FR": "France"}))
    assert (france.zone, france.wanted.zone_name) == (None, "France")
    assert [step.do for step in france.shown().steps] == ["Create the shipping zone", "Create a shipping method"]


def test_a_change_in_the_store_is_drift_and_one_in_odoo_is_written() -> None:
    first = planned(PARCEL, FLAT)
    known = Known("1", "7", first.methods[0].odoo_print, method_print(FLAT))
    assert first.methods[0].decision.write is None
    changed = replace(FLAT, settings={**FLAT.settings, "cost": "1"})
    drift = planned(PARCEL, changed, known=[known]).methods[0]
    assert (drift.decision.drift, drift.decision.write, drift.differs) == (Owner.STORE, Owner.STORE, ("cost",))
    assert planned(PARCEL, changed, known=[known], repair=False).methods[0].decision.write is None
    dearer = planned(replace(PARCEL, price=Decimal(7)), FLAT, known=[known]).methods[0]
    assert (dearer.decision.drift, dearer.decision.write) == (None, Owner.STORE)


def test_archived_left_and_moved_ones_are_switched_off_and_come_back() -> None:
    known = [Known("1", "7", "x", "y")]
    assert [m.key for m in planned(replace(PARCEL, active=False), FLAT, known=known).off] == ["flat_rate:7"]
    assert [m.key for m in planned(replace(PARCEL, delivery_type="base_on_rule"), FLAT, known=known).off]
    moved = planned(replace(PARCEL, countries={"FR": "France"}), FLAT, known=known)
    assert ([m.key for m in moved.off], moved.methods[0].there) == (["flat_rate:7"], None)
    off = replace(FLAT, enabled=False)
    assert planned(replace(PARCEL, active=False), off, known=known).off == ()
    assert planned(PARCEL, off, known=[Known("1", "7", OFF)]).methods[0].switch_on
    assert not planned(PARCEL, off, known=known).methods[0].switch_on, "people switched it off"


def test_two_of_one_name_in_one_zone_are_refused() -> None:
    with pytest.raises(DataError, match="delivery method 9 of Odoo has the same name"):
        planned(PARCEL, FLAT, owners={"1/7": 9})


def test_an_older_zone_of_the_same_country_is_told() -> None:
    near = replace(PARCEL, zip_prefixes=["08"])
    assert "Iberia" in planned(near).notes[0]
    assert planned(replace(PARCEL, countries={"FR": "France"})).notes == ()
    assert broader({Location("country", "FR")}, {Location("continent", "EU")})
