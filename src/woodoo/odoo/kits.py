"""Kits: products that are sold as one and leave as their components (`mrp.bom` of the type phantom).

Decides nothing about how many kits there are: Odoo computes that from the components. It only says which products are
kits, and of which a component is part, for a kit's figure moves with its components'.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..domain.errors import ConfigError
from .records import Records

#: Kits within kits that are followed.
DEPTH = 4


@dataclass(frozen=True)
class Kits:
    """The kits of a database."""

    products: frozenset[int] = frozenset()
    #: Component → the kits it is part of.
    of: Mapping[int, frozenset[int]] = field(default_factory=dict)

    def holding(self, components: Iterable[int]) -> frozenset[int]:
        """Return the kits that hold any of these, at any depth."""
        found: set[int] = set()
        level = set(components)
        for _ in range(DEPTH):
            level = {kit for one in level for kit in self.of.get(one, ())} - found
            found |= level
        return frozenset(found)


def read_kits(records: Records) -> Kits:
    """Read which products are kits; none where Manufacturing is not installed or the user may not see its recipes."""
    try:
        boms = records.search_read("mrp.bom", [("type", "=", "phantom")], ["product_id", "product_tmpl_id"])
        lines = records.search_read("mrp.bom.line", [("bom_id.type", "=", "phantom")], ["bom_id", "product_id"])
    except ConfigError:
        return Kits()
    templates = {bom["product_tmpl_id"] for bom in boms if not bom["product_id"]}
    variants: dict[int, set[int]] = {}
    if templates:
        domain = [("product_tmpl_id", "in", sorted(templates))]
        for row in records.search_read("product.product", domain, ["product_tmpl_id"]):
            variants.setdefault(row["product_tmpl_id"], set()).add(row["id"])
    made = {
        bom["id"]: {bom["product_id"]} if bom["product_id"] else variants.get(bom["product_tmpl_id"], set())
        for bom in boms
    }
    of: dict[int, set[int]] = {}
    for line in lines:
        of.setdefault(line["product_id"], set()).update(made.get(line["bom_id"], ()))
    return Kits(frozenset().union(*made.values()), {one: frozenset(kits) for one, kits in of.items()})
