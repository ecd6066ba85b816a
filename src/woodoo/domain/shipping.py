"""How goods get to the buyer in the store: zones, and the ways of shipping each of them offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """A way of shipping that every store has (woocommerce `includes/shipping`)."""

    FLAT_RATE = "flat_rate"
    FREE_SHIPPING = "free_shipping"
    LOCAL_PICKUP = "local_pickup"


@dataclass(frozen=True, order=True)
class Location:
    """A part of the world: kind "continent" ("EU"), "country" ("ES"), "state" ("ES:M") or "postcode" ("28*")."""

    kind: str
    code: str


#: The zone of whatever no other zone reaches.
REST_OF_WORLD = "0"


@dataclass(frozen=True)
class Zone:
    """Where some ways of shipping reach. Its locations are those of the store, empty for the rest of the world."""

    zone_id: str
    name: str
    locations: frozenset[Location] = frozenset()


@dataclass(frozen=True)
class ZoneMethod:
    """One way of shipping in one zone."""

    zone_id: str
    instance_id: str
    #: Such as "flat_rate"; those of plugins have other names.
    kind: str
    title: str
    enabled: bool = True
    #: As the store keeps them: "cost", "min_amount", "requires", "tax_status".
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """How orders and the settings name it: "flat_rate:3"."""
        return f"{self.kind}:{self.instance_id}"

    @property
    def external_id(self) -> str:
        """How links name it."""
        return f"{self.zone_id}/{self.instance_id}"
