"""A delivery method of Odoo becomes shipping methods of the store, and orders that use them come back with it.

```
read delivery methods → read zones and methods of the store → plan each → make zones and methods, change, switch off
→ note prints → map the new methods in the settings, so that orders name the delivery method
```

Decides that nothing of the store is deleted, and that a method somebody has made by hand is taken, not doubled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ..domain.errors import ConfigError, RemoteDown, WoodooError
from ..domain.ownership import Group, read_prints
from ..domain.shipping import Zone, ZoneMethod
from ..engine.flow import LinkVals, Outcome, OutcomeKind
from ..mapping.proposals import Proposal
from ..mapping.shipping.delivery_carrier import DeliveryCarrier, WantedMethods, wanted_methods
from ..mapping.shipping.shipping_plan import Known, ShippingPlan, plan_shipping
from ..odoo.company import read_company
from .planned import PlansInWords
from .sides import Sides
from .steps.carriers import MODEL, read_carriers
from .steps.shipping_writes import KIND, carry_out, keys_of

_GONE = WantedMethods(left="Odoo does not have it any more, or it belongs to another company.")


@dataclass
class Seen:
    """Both sides, as of the beginning of a batch and of what was made since."""

    carriers: Mapping[int, DeliveryCarrier]
    zones: list[Zone]
    methods: dict[str, ZoneMethod]
    #: Links by delivery method.
    links: Mapping[int, Sequence[LinkVals]]
    #: `ZoneMethod.external_id` → the delivery method it stands for.
    owners: dict[str, int] = field(default_factory=dict)


def sync_shipping_methods(sides: Sides, records: Sequence[str]) -> dict[str, Outcome]:
    """Bring the methods of these delivery methods (`delivery.carrier` ids) to where they should be, one by one."""
    seen = observe(sides, records)
    found: dict[str, Outcome] = {}
    mapped: dict[str, int] = {}
    for record in records:
        try:
            plan = _plan(sides, seen, int(record))
            outcome, methods, made = carry_out(sides.store.shipping, int(record), plan)
        except RemoteDown:
            raise
        except WoodooError as error:
            found[record] = Outcome.from_error(error, title=_label(record))
            continue
        found[record] = outcome
        seen.zones += [made] if made else []
        seen.methods |= {method.external_id: method for method in methods}
        seen.owners |= {link.external_id: link.odoo_id for link in outcome.links}
        # At once: a run that is cut off must not make them again.
        sides.links.upsert(outcome.links)
        if int(record) in seen.carriers and outcome.kind == OutcomeKind.DONE:
            mapped |= keys_of(seen.carriers[int(record)], methods)
        sides.still_ours()
    _map(sides, seen, mapped)
    return found


def plan_shipping_methods(sides: Sides, records: Sequence[str]) -> PlansInWords:
    """Say what would be done, writing nothing."""
    seen = observe(sides, records)
    plans, failures = {}, {}
    for record in records:
        try:
            plans[record] = _plan(sides, seen, int(record)).shown()
        except WoodooError as error:
            failures[record] = error
    return PlansInWords(plans, failures)


def observe(sides: Sides, records: Sequence[str]) -> Seen:
    """Read both sides.

    Raises:
        ConfigError: where Odoo has no delivery methods, the store no shipping, or the two count in other currencies.
    """
    ids = [int(record) for record in records]
    carriers = read_carriers(sides, ids)
    _check_currencies(sides)
    store = sides.store.shipping
    zones = list(store.zones())
    methods = {method.external_id: method for method in store.methods(zone.zone_id for zone in zones)}
    leading = [link for link in sides.links.leading_to(MODEL, ids) if link.kind == KIND]
    linked = sides.links.find(KIND, list(methods))
    by_carrier = {one: [link for link in leading if link.odoo_id == one] for one in ids}
    return Seen(carriers, zones, methods, by_carrier, {one: link.odoo_id for one, link in linked.items()})


def _plan(sides: Sides, seen: Seen, odoo_id: int) -> ShippingPlan:
    settings = sides.settings
    carrier = seen.carriers.get(odoo_id)
    known = [_known(link) for link in seen.links.get(odoo_id, ())]
    wanted = _GONE
    if carrier is None:
        carrier = DeliveryCarrier(odoo_id, "", "", active=True, price=Decimal(0))
    else:
        pickups, rest = frozenset(settings.pickup_carrier_ids), settings.carriers_for_the_rest
        wanted = wanted_methods(carrier, pickups=pickups, for_the_rest=rest)
    return plan_shipping(
        carrier, wanted, seen.zones, list(seen.methods.values()), known, seen.owners, repair=settings.repair_drift
    )


def _known(link: LinkVals) -> Known:
    zone, _, instance = link.external_id.partition("/")
    odoo, store = read_prints(link.odoo_hash), read_prints(link.store_hash)
    return Known(zone, instance, odoo.get(Group.PRICES, ""), store.get(Group.PRICES, ""), link.odoo_seen)


def _check_currencies(sides: Sides) -> None:
    """Refuse a store whose prices are in another currency than those of Odoo's delivery methods."""
    store = sides.memory.get("identity", sides.store.identify, life=3_600)
    company = sides.memory.get("company", lambda: read_company(sides.odoo))
    if store.currency != company.currency:
        raise ConfigError(
            f"Odoo's delivery methods have prices in {company.currency}, the store's prices are in {store.currency}, "
            "and shipping costs are not converted.",
            where=MODEL,
            fix="Enter the shipping methods in the store by hand, and switch shipping methods off in the features.",
        )


def _map(sides: Sides, seen: Seen, keys: Mapping[str, int]) -> None:
    """Let orders with these methods come over with their delivery method; what people have mapped stays."""
    new = {key: odoo_id for key, odoo_id in keys.items() if key not in sides.settings.shipping_map}
    if not new:
        return
    proposals = [
        Proposal("shipping_map", key, seen.carriers[one].name, one, seen.carriers[one].name, "Woodoo made it of it")
        for key, one in new.items()
    ]
    sides.take_into_maps(sides.connection_id, proposals)


def _label(record: str) -> str:
    return f"Delivery method {record}"
