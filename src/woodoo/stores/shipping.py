"""What flows of shipping methods may ask of a store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from ..domain.shipping import Location, Zone, ZoneMethod


class ShippingStore(Protocol):
    """Shipping zones and their methods. Raises the errors of `woodoo.domain.errors`.

    `settings` are those of `ZoneMethod`, and "title".
    """

    def zones(self) -> Sequence[Zone]:
        """Read all zones, that of the rest of the world too; one request and one for each zone.

        Raises:
            ConfigError: where shipping is switched off in the store.
        """

    def methods(self, zone_ids: Iterable[str]) -> Sequence[ZoneMethod]:
        """Read the methods of zones, switched on or not; one request a zone."""

    def create_zone(self, name: str, locations: Iterable[Location]) -> Zone:
        """Make a zone that reaches these places, behind those there are."""

    def create_method(self, zone_id: str, kind: str, settings: Mapping[str, str]) -> ZoneMethod:
        """Add a method to a zone."""

    def change_method(
        self, zone_id: str, instance_id: str, settings: Mapping[str, str], *, enabled: bool | None = None
    ) -> ZoneMethod:
        """Change a method's settings, and whether it is offered."""
