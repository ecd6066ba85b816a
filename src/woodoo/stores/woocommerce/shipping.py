"""Shipping zones of a shop and their methods.

Decides what a row means. Zones and methods have no key of their own by which a repeated creation could be noticed, so
whoever makes one looks first (`mapping/shipping/shipping_plan.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import unescape

from ...domain.errors import ConfigError
from ...domain.shipping import REST_OF_WORLD, Location, Zone, ZoneMethod
from .client import JsonObject, WooClient
from .errors import NoRoute, NotFound
from .orders import plain_text

_METHOD = "instance_id,title,enabled,method_id,settings"


class WooShipping:
    """Implements `stores.shipping.ShippingStore`."""

    def __init__(self, client: WooClient) -> None:
        self.client = client

    def zones(self) -> Sequence[Zone]:
        """Read all zones with where they reach."""
        try:
            rows = list(self.client.iterate("shipping/zones", {"_fields": "id,name"}))
        except (NotFound, NoRoute) as error:
            raise ConfigError(
                "Shipping is switched off in the store, so it has no shipping methods.",
                where="shipping/zones",
                fix="Choose countries to ship to in WooCommerce > Settings > General > Shipping location(s).",
            ) from error
        return [self._zone(row) for row in rows]

    def methods(self, zone_ids: Iterable[str]) -> Sequence[ZoneMethod]:
        """Read the methods of zones; a zone that is gone has none."""
        found: list[ZoneMethod] = []
        for zone_id in zone_ids:
            try:
                rows = self.client.rows(f"shipping/zones/{zone_id}/methods", {"_fields": _METHOD})
            except NotFound:
                continue
            found += [_method(zone_id, row) for row in rows]
        return found

    def create_zone(self, name: str, locations: Iterable[Location]) -> Zone:
        """Make a zone, then say where it reaches."""
        row = self.client.post("shipping/zones", {"name": name})
        zone_id = str(row["id"])
        places = sorted(set(locations))
        body = [{"type": one.kind, "code": one.code} for one in places]
        self.client.put(f"shipping/zones/{zone_id}/locations", body)
        return Zone(zone_id, name, frozenset(places))

    def create_method(self, zone_id: str, kind: str, settings: Mapping[str, str]) -> ZoneMethod:
        """Add a method; it is offered at once."""
        row = self.client.post(f"shipping/zones/{zone_id}/methods", {"method_id": kind, "settings": dict(settings)})
        return _method(zone_id, row)

    def change_method(
        self, zone_id: str, instance_id: str, settings: Mapping[str, str], *, enabled: bool | None = None
    ) -> ZoneMethod:
        """Change a method; settings that are not named stay."""
        body: JsonObject = {"settings": dict(settings)} if settings else {}
        if enabled is not None:
            body["enabled"] = enabled
        return _method(zone_id, self.client.put(f"shipping/zones/{zone_id}/methods/{instance_id}", body))

    def _zone(self, row: JsonObject) -> Zone:
        zone_id = str(row["id"])
        name = plain_text(str(row.get("name") or ""))
        if zone_id == REST_OF_WORLD:
            return Zone(zone_id, name)
        places = self.client.rows(f"shipping/zones/{zone_id}/locations", {"_fields": "code,type"})
        return Zone(zone_id, name, frozenset(Location(str(one["type"]), str(one["code"])) for one in places))


def _method(zone_id: str, row: JsonObject) -> ZoneMethod:
    """Read a method. Its texts are kept escaped, and the answer to a change of its title has the title from before."""
    settings = row.get("settings")
    rows = settings if isinstance(settings, dict) else {}
    values = {name: unescape(str(one.get("value") or "")) for name, one in rows.items() if isinstance(one, dict)}
    return ZoneMethod(
        zone_id,
        str(row["instance_id"]),
        str(row.get("method_id") or ""),
        plain_text(values.get("title", str(row.get("title") or ""))),
        bool(row.get("enabled")),
        values,
    )
