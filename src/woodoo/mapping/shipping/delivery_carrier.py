"""What a delivery method of Odoo becomes in the store: methods of a shipping zone.

| in Odoo                                       | in the store                                            |
|-----------------------------------------------|---------------------------------------------------------|
| fixed price                                   | a flat rate                                             |
| fixed price, free from an amount              | the same, and free shipping from that amount beside it  |
| one the settings name as pickup               | local pickup                                            |
| price by rules, price of a provider           | nothing: the store has no such price                    |
| countries, states, postcodes                  | the zone of just these places                           |
| none of these                                 | the zone of the rest, where the settings say so         |

The store adds taxes on top of a price: one that holds its taxes in Odoo is sent without them, one whose product has no
taxes as not taxable.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ...domain.shipping import Kind, Location

#: Decimals of a price without its taxes: enough for the store to come back to the cent.
_NET_DIGITS = Decimal("0.0001")


@dataclass(frozen=True)
class ProductTax:
    """A tax of the product a delivery is booked on."""

    #: "percent", "fixed", …
    kind: str
    #: 21 means 21 %.
    amount: Decimal
    included: bool


@dataclass(frozen=True)
class DeliveryCarrier:
    """A `delivery.carrier` as it is now."""

    odoo_id: int
    name: str
    delivery_type: str
    active: bool
    #: In the currency of the company, as Odoo charges it: with its margin.
    price: Decimal
    #: Free from this amount on, in the same currency; None: never.
    free_from: Decimal | None = None
    #: ISO codes; names for the zone.
    countries: Mapping[str, str] = field(default_factory=dict)
    #: (country code, the store's code of the state); the code is empty where the store has none.
    states: Sequence[tuple[str, str]] = ()
    #: Prefixes, those that end in "$" whole postcodes.
    zip_prefixes: Sequence[str] = ()
    zip_from: str = ""
    zip_to: str = ""
    taxes: Sequence[ProductTax] = ()

    @property
    def label(self) -> str:
        """How messages name it."""
        return f"Delivery method {self.odoo_id}"


@dataclass(frozen=True)
class WantedMethod:
    """A method as the store should have it."""

    kind: Kind
    #: Such as "title", "cost", "tax_status".
    settings: Mapping[str, str]


@dataclass(frozen=True)
class WantedMethods:
    """What a delivery method becomes, or why it becomes nothing (`left`)."""

    #: Where; empty: the rest of the world.
    locations: frozenset[Location] = frozenset()
    zone_name: str = ""
    methods: tuple[WantedMethod, ...] = ()
    left: str = ""


def wanted_methods(carrier: DeliveryCarrier, *, pickups: Collection[int], for_the_rest: bool) -> WantedMethods:
    """Return what the store should offer for a delivery method."""
    left = _why_not(carrier, pickups, for_the_rest)
    if left:
        return WantedMethods(left=left)
    locations, wrong = _locations(carrier)
    if wrong:
        return WantedMethods(left=wrong)
    return WantedMethods(locations, _zone_name(carrier), _methods(carrier, pickups))


def same_settings(wanted: Mapping[str, str], there: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the settings that differ; numbers are compared as numbers."""
    return tuple(name for name, value in wanted.items() if _plain(value) != _plain(there.get(name, "")))


def normal_title(text: str) -> str:
    """Return a title as it is compared."""
    return " ".join(text.split()).casefold()


def normal_locations(locations: Collection[Location]) -> frozenset[Location]:
    """Return locations as they are compared: capitals and blanks of postcodes do not matter."""
    return frozenset(Location(one.kind, "".join(one.code.split()).upper()) for one in locations)


def broader(locations: Collection[Location], others: Collection[Location]) -> bool:
    """Say whether another zone may take buyers away from this one: it names one of its countries, or a continent."""
    countries = {one.code.split(":")[0].upper() for one in locations if one.kind in ("country", "state")}
    return any(
        one.kind == "continent" or (one.kind in ("country", "state") and one.code.split(":")[0].upper() in countries)
        for one in others
    )


def _why_not(carrier: DeliveryCarrier, pickups: Collection[int], for_the_rest: bool) -> str:
    pickup = carrier.odoo_id in pickups
    if carrier.delivery_type == "base_on_rule" and not pickup:
        return "Its price goes by rules, which no shipping method of the store can say."
    if carrier.delivery_type not in ("fixed", "base_on_rule") and not pickup:
        return f"Its price is asked of a provider ({carrier.delivery_type}), which the store cannot do."
    if any(tax.included and tax.kind != "percent" for tax in carrier.taxes):
        return "Its product holds a tax in its price that is no percentage, so its price without tax is not known."
    if carrier.price < 0:
        return "Its price is negative."
    if not (carrier.countries or carrier.states) and not for_the_rest:
        return "It has no countries, and the settings do not send such to the zone of the rest (carriers_for_the_rest)."
    if not (carrier.countries or carrier.states) and (carrier.zip_prefixes or carrier.zip_from or carrier.zip_to):
        return "It has postcodes, but no countries, and the store knows postcodes of countries only."
    return ""


def _methods(carrier: DeliveryCarrier, pickups: Collection[int]) -> tuple[WantedMethod, ...]:
    priced = {
        "title": carrier.name,
        "cost": _money(_net(carrier)),
        "tax_status": "taxable" if carrier.taxes else "none",
    }
    if carrier.odoo_id in pickups:
        return (WantedMethod(Kind.LOCAL_PICKUP, priced),)
    flat = WantedMethod(Kind.FLAT_RATE, priced)
    if carrier.free_from is None:
        return (flat,)
    free = {"title": carrier.name, "requires": "min_amount", "min_amount": _money(carrier.free_from)}
    return (flat, WantedMethod(Kind.FREE_SHIPPING, free))


def _net(carrier: DeliveryCarrier) -> Decimal:
    percent = sum((tax.amount for tax in carrier.taxes if tax.included), Decimal(0))
    return (carrier.price / (1 + percent / 100)).quantize(_NET_DIGITS) if percent else carrier.price


def _locations(carrier: DeliveryCarrier) -> tuple[frozenset[Location], str]:
    """Return where it reaches, or why that cannot be said in the store."""
    if any(not code for _, code in carrier.states):
        return frozenset(), "The store does not know one of its states."
    states = [Location("state", f"{country}:{code}") for country, code in carrier.states]
    # With states in Odoo, addresses without one of them are not reached (delivery_carrier.py `_match_address`).
    places = states or [Location("country", code) for code in carrier.countries]
    codes: list[str] = []
    for prefix in carrier.zip_prefixes:
        plain, exact = prefix.removesuffix("$"), prefix.endswith("$")
        if not re.fullmatch(r"[\w -]+", plain):
            return frozenset(), f"Its postcode prefix {prefix!r} is a pattern the store does not know."
        codes.append(plain if exact else f"{plain}*")
    if carrier.zip_from or carrier.zip_to:
        if not (carrier.zip_from and carrier.zip_to):
            return frozenset(), "It names only one end of its range of postcodes."
        codes.append(f"{carrier.zip_from}...{carrier.zip_to}")
    return frozenset([*places, *(Location("postcode", code.upper()) for code in codes)]), ""


def _zone_name(carrier: DeliveryCarrier) -> str:
    names = sorted(carrier.countries.values())
    name = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    part = " (part)" if carrier.states or carrier.zip_prefixes or carrier.zip_from else ""
    return f"{name}{part}"


def _money(amount: Decimal) -> str:
    text = f"{amount:f}"
    whole, _, cents = text.partition(".")
    return f"{whole}.{cents.rstrip('0').ljust(2, '0')}"


def _plain(value: str) -> object:
    text = " ".join(value.split())
    return Decimal(text) if re.fullmatch(r"\d+(\.\d+)?", text) else text
