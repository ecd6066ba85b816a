"""What is to be done with the shipping methods of the store for a delivery method of Odoo.

| the store has                                        | what follows                                                |
|------------------------------------------------------|-------------------------------------------------------------|
| the method of an earlier run, in the right zone      | compared; what differs is written, a change there is drift  |
| one of the same kind and title in that zone          | taken for it, whoever made it                               |
| one that another delivery method has                 | parked: two of one name in one zone cannot be told apart    |
| none                                                 | made; its zone, too, where none reaches just these places   |
| one in a zone it does not belong to any more         | switched off, never deleted                                 |
| one in its zone, whose places somebody changed there | stays in it, and that is told                               |
| one whose delivery method is archived, gone, or left | the same                                                    |
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from ...domain.errors import DataError
from ...domain.ownership import Decision, Look, Owner, decide, print_of
from ...domain.plan import Plan, Step
from ...domain.shipping import REST_OF_WORLD, Location, Zone, ZoneMethod
from .delivery_carrier import (
    DeliveryCarrier,
    WantedMethod,
    WantedMethods,
    broader,
    normal_locations,
    normal_title,
    same_settings,
)

#: In place of a print: the method was switched off because Odoo does not have or offer it any more.
OFF = "off"


@dataclass(frozen=True)
class Known:
    """A method that an earlier run linked, with the prints of both sides as of then."""

    zone_id: str
    instance_id: str
    odoo: str = ""
    store: str = ""
    #: Print of the places it was made for.
    places: str = ""


@dataclass(frozen=True)
class MethodPlan:
    """One method of the store and what becomes of it."""

    wanted: WantedMethod
    #: As it is; None: to be made.
    there: ZoneMethod | None = None
    decision: Decision = field(default_factory=Decision)
    #: Names of the settings that differ.
    differs: tuple[str, ...] = ()
    #: To be offered again.
    switch_on: bool = False

    @property
    def odoo_print(self) -> str:
        return print_of(dict(self.wanted.settings))

    @property
    def writes(self) -> bool:
        """Whether anything is written on a method that is there."""
        return self.there is not None and (self.decision.write is Owner.STORE or self.switch_on)


@dataclass(frozen=True)
class ShippingPlan:
    """What becomes of one delivery method."""

    label: str
    wanted: WantedMethods
    #: The zone it belongs to; None: to be made.
    zone: Zone | None = None
    methods: tuple[MethodPlan, ...] = ()
    #: To be switched off.
    off: tuple[ZoneMethod, ...] = ()
    notes: tuple[str, ...] = ()

    def shown(self) -> Plan:
        """Return the plan in words."""
        steps: list[Step] = []
        if self.methods and self.zone is None:
            steps.append(
                Step("Create the shipping zone", "no zone reaches just these places", detail=self.wanted.zone_name)
            )
        for one in self.methods:
            if one.there is None:
                steps.append(Step("Create a shipping method", "the zone has none of this name", detail=one.wanted.kind))
            elif one.writes:
                steps.append(
                    Step("Change the shipping method", "Odoo has the say", detail=", ".join(one.differs) or "on")
                )
        steps += [
            Step("Switch the shipping method off", self.wanted.left or "it moved", detail=m.key) for m in self.off
        ]
        return Plan(
            self.label,
            self.wanted.left or ("" if steps else "Both sides say the same."),
            tuple(steps),
            notes=self.notes,
        )


def plan_shipping(
    carrier: DeliveryCarrier,
    wanted: WantedMethods,
    zones: Sequence[Zone],
    methods: Sequence[ZoneMethod],
    known: Sequence[Known],
    owners: Mapping[str, int],
    *,
    repair: bool,
) -> ShippingPlan:
    """Decide on one delivery method.

    Args:
        carrier: as Odoo has it.
        wanted: what it becomes.
        zones, methods: those of the store.
        known: the methods that earlier runs linked to it.
        owners: `ZoneMethod.external_id` → the delivery method each method of the store is linked to.
        repair: what was changed in the store is written over.

    Raises:
        DataError: where another delivery method has the same name in the same zone.
    """
    mine = {f"{one.zone_id}/{one.instance_id}": one for one in known}
    there = {method.external_id: method for method in methods}
    if wanted.left or not carrier.active:
        off = tuple(there[one] for one in mine if one in there and there[one].enabled)
        left = wanted.left if carrier.active else "It is archived in Odoo."
        return ShippingPlan(carrier.label, WantedMethods(left=left), off=off)
    zone = _zone_kept(wanted, zones, known, there) or _zone(wanted, zones)
    plans = []
    for method in wanted.methods:
        found = _find(method, zone, there, mine, owners, carrier) if zone else None
        plans.append(_compare(method, found, mine.get(found.external_id) if found else None, repair=repair))
    kept = {plan.there.external_id for plan in plans if plan.there}
    off = tuple(there[one] for one in mine if one in there and one not in kept and there[one].enabled)
    return ShippingPlan(carrier.label, wanted, zone, tuple(plans), off, _notes(wanted, zone, zones))


def _zone(wanted: WantedMethods, zones: Sequence[Zone]) -> Zone | None:
    places = normal_locations(wanted.locations)
    if not places:
        return next((zone for zone in zones if zone.zone_id == REST_OF_WORLD), None)
    same = [zone for zone in zones if normal_locations(zone.locations) == places]
    return same[0] if same else None


def places_print(locations: Collection[Location]) -> str:
    """Return a print of the places of a zone."""
    return print_of(sorted([one.kind, one.code] for one in normal_locations(locations)))


def _zone_kept(
    wanted: WantedMethods, zones: Sequence[Zone], known: Sequence[Known], there: Mapping[str, ZoneMethod]
) -> Zone | None:
    """Return the zone its methods stand in, where Odoo has changed none of its places since they were made.

    Somebody else may have changed the zone: another one beside it would come after it, and none of its buyers there.
    """
    places = places_print(wanted.locations)
    kept = {
        one.zone_id
        for one in known
        if one.places == places and one.odoo != OFF and f"{one.zone_id}/{one.instance_id}" in there
    }
    return next((zone for zone in zones if zone.zone_id in kept), None)


def _find(
    wanted: WantedMethod,
    zone: Zone,
    there: Mapping[str, ZoneMethod],
    mine: Mapping[str, Known],
    owners: Mapping[str, int],
    carrier: DeliveryCarrier,
) -> ZoneMethod | None:
    """Return the method of the store that is this one: by link, else by kind and title."""
    same = [m for m in there.values() if m.zone_id == zone.zone_id and m.kind == wanted.kind]
    linked = [method for method in same if method.external_id in mine]
    if linked:
        return linked[0]
    title = normal_title(wanted.settings["title"])
    named = [method for method in same if normal_title(method.title) == title]
    free = [method for method in named if owners.get(method.external_id, carrier.odoo_id) == carrier.odoo_id]
    if named and not free:
        other = owners[named[0].external_id]
        raise DataError(
            f"{carrier.label}: delivery method {other} of Odoo has the same name in the same zone of the store, so the "
            "two could not be told apart on orders.",
            record=carrier.label,
            where="delivery.carrier -> name",
            fix="Give one of them another name, or other countries; then retry.",
        )
    return free[0] if free else None


def _compare(wanted: WantedMethod, there: ZoneMethod | None, known: Known | None, *, repair: bool) -> MethodPlan:
    if there is None:
        return MethodPlan(wanted)
    differs = same_settings(wanted.settings, {**there.settings, "title": there.title})
    plan = MethodPlan(wanted, there, differs=differs)
    # One that was switched off because Odoo did not offer it is offered again; whatever else people switch is theirs.
    on = bool(known and known.odoo == OFF and not there.enabled)
    look = Look(
        plan.odoo_print, method_print(there), known.odoo if known else "", known.store if known else "", not differs
    )
    return MethodPlan(wanted, there, decide(Owner.ODOO, look, repair=repair), differs, on)


def method_print(method: ZoneMethod) -> str:
    """Return a print of what of a method Woodoo writes."""
    names = ("cost", "tax_status", "requires", "min_amount")
    return print_of({"title": method.title, **{name: method.settings.get(name, "") for name in names}})


def _notes(wanted: WantedMethods, zone: Zone | None, zones: Sequence[Zone]) -> tuple[str, ...]:
    if zone is not None and normal_locations(zone.locations) != normal_locations(wanted.locations):
        note = (
            f"Somebody changed the zone {zone.name} in the store: it reaches other places than Odoo says. It stays so; "
            "change the zone, or the countries in Odoo."
        )
        return (note,)
    if zone is not None or not wanted.locations:
        return ()
    others = [one.name for one in zones if broader(wanted.locations, one.locations)]
    if not others:
        return ()
    note = (
        f"The zone {others[0]} reaches some of these places, too. The store takes the first zone that fits: drag the "
        "new one above it (WooCommerce > Settings > Shipping)."
    )
    return (note,)
