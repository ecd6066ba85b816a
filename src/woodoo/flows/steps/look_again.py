"""Has products read from the store the next time they are looked at, though nothing has changed in Odoo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Protocol

from ...domain.product import PRODUCT
from ...engine.flow import LinkVals
from ...mapping.catalogue.known import Known

TEMPLATE = "product.template"


class Finds(Protocol):
    """Links, looked up from Odoo's side."""

    def find_by_odoo(self, odoo_model: str, odoo_ids: Iterable[int], *, kind: str = "") -> Mapping[int, LinkVals]:
        """Return the links of those Odoo records."""


def marked_to_look(links: Finds, template_ids: Iterable[int]) -> list[LinkVals]:
    """Return the links of these products so that the store is read before anything else is done with them."""
    return [
        replace(link, odoo_seen=replace(known, look=True).odoo_seen)
        for link in links.find_by_odoo(TEMPLATE, template_ids, kind=PRODUCT).values()
        for known in [Known.of(link.external_id, link.odoo_hash, link.store_hash, link.odoo_seen)]
    ]
