"""Carry out what was decided about the shipping methods of one delivery method."""

from __future__ import annotations

from dataclasses import replace

from ...domain.ownership import Group, write_prints
from ...domain.shipping import Zone, ZoneMethod
from ...engine.flow import DriftVals, LinkVals, Outcome, OutcomeKind
from ...mapping.shipping.delivery_carrier import DeliveryCarrier
from ...mapping.shipping.shipping_plan import OFF, MethodPlan, ShippingPlan, method_print, places_print
from ...stores.shipping import ShippingStore
from .carriers import MODEL

#: Links from a method of the store ("ZONE/INSTANCE") to the delivery method it stands for.
KIND = "shipping_method"


def carry_out(store: ShippingStore, odoo_id: int, plan: ShippingPlan) -> tuple[Outcome, list[ZoneMethod], Zone | None]:
    """Write one delivery method's methods. Returns the outcome, the methods as they are, and a zone that was made."""
    said: list[str] = []
    links: list[LinkVals] = []
    drifts: list[DriftVals] = []
    methods: list[ZoneMethod] = []
    made: Zone | None = None
    zone = plan.zone
    if plan.methods and zone is None:
        zone = made = store.create_zone(plan.wanted.zone_name, plan.wanted.locations)
        said.append(f'zone "{zone.name}" made')
    for one in plan.methods:
        assert zone is not None
        method, words = _write(store, zone, one)
        said += words
        methods.append(method)
        drifts += _drifts(one)
        links.append(_link(odoo_id, method, one, places_print(plan.wanted.locations)))
    for off in plan.off:
        store.change_method(off.zone_id, off.instance_id, {}, enabled=False)
        methods.append(replace(off, enabled=False))
        said.append(f"{off.key} switched off")
        links.append(LinkVals(KIND, off.external_id, MODEL, odoo_id, odoo_hash=write_prints({Group.PRICES: OFF})))
    shown = plan.shown()
    text = ", ".join(said) or plan.wanted.left or _nothing(plan)
    message = " ".join([f"{text[:1].upper()}{text[1:].rstrip('.')}.", *plan.notes])
    kind = OutcomeKind.SKIPPED if plan.wanted.left and not said else OutcomeKind.DONE
    return (
        Outcome(kind, message, title=plan.label, plan=shown.to_json(), links=tuple(links), drifts=tuple(drifts)),
        methods,
        made,
    )


def keys_of(carrier: DeliveryCarrier, methods: list[ZoneMethod]) -> dict[str, int]:
    """Return under which keys orders will name this delivery method."""
    return {method.key: carrier.odoo_id for method in methods if method.enabled}


def _write(store: ShippingStore, zone: Zone, one: MethodPlan) -> tuple[ZoneMethod, list[str]]:
    if one.there is None:
        method = store.create_method(zone.zone_id, one.wanted.kind, one.wanted.settings)
        return method, [f"{method.key} made"]
    if not one.writes:
        return one.there, []
    vals = {name: one.wanted.settings[name] for name in one.differs} if one.decision.write else {}
    on = True if one.switch_on else None
    method = store.change_method(one.there.zone_id, one.there.instance_id, vals, enabled=on)
    words = [f"{method.key}: {', '.join(one.differs)} written"] if vals else []
    return method, [*words, *([f"{method.key} switched on"] if one.switch_on else [])]


def _link(odoo_id: int, method: ZoneMethod, one: MethodPlan, places: str) -> LinkVals:
    """Return the link. What drifted and was not written over stays known as it was, so that it goes on being told."""
    link = LinkVals(KIND, method.external_id, MODEL, odoo_id, odoo_seen=places)
    if one.decision.drift and not one.decision.write:
        return link
    return replace(
        link,
        odoo_hash=write_prints({Group.PRICES: one.odoo_print}),
        store_hash=write_prints({Group.PRICES: method_print(method)}),
    )


def _drifts(one: MethodPlan) -> list[DriftVals]:
    if not one.decision.drift or one.there is None:
        return []
    there = {**one.there.settings, "title": one.there.title}
    detail = "; ".join(
        f"{name}: {one.wanted.settings[name]} in Odoo, {there.get(name, '')} in the store" for name in one.differs
    )
    repaired = one.decision.write is not None
    return [DriftVals(Group.PRICES.value, one.decision.drift.value, f"{one.there.key}: {detail}", repaired=repaired)]


def _nothing(plan: ShippingPlan) -> str:
    told = [one for one in plan.methods if one.decision.drift]
    return "changed in the store, and only told" if told else "both sides say the same"
