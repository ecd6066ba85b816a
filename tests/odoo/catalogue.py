"""A catalogue in a real Odoo in front of the store double, without engine: what flows of products are tried on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from woodoo.connections.maps import take_into_maps
from woodoo.connections.settings import ConnectionSettings
from woodoo.engine import work
from woodoo.engine.flow import LinkVals, Outcome
from woodoo.flows.planned import PlansInWords
from woodoo.flows.products import plan_products, sync_products
from woodoo.flows.sides import Sides
from woodoo.odoo.client import connect
from woodoo.odoo.endpoint import Endpoint
from woodoo.odoo.records import Records
from woodoo.sandbox.odoo.fixtures import Admin
from woodoo.sandbox.store.double import StoreDouble
from woodoo.stores.woocommerce.client import WooClient
from woodoo.stores.woocommerce.store import WooCommerceStore


@dataclass
class KeptLinks:
    """Links as the engine keeps them, for as long as the test lasts."""

    rows: dict[tuple[str, str, str], LinkVals] = field(default_factory=dict)

    def find(self, kind: str, external_ids: Sequence[str], *, odoo_model: str = "") -> Mapping[str, LinkVals]:
        wanted = set(external_ids)
        return {one.external_id: one for one in self.rows.values() if one.kind == kind and one.external_id in wanted}

    def find_by_odoo(self, odoo_model: str, odoo_ids: Iterable[int], *, kind: str = "") -> Mapping[int, LinkVals]:
        wanted = set(odoo_ids)
        rows = [one for one in self.rows.values() if one.odoo_model == odoo_model and one.odoo_id in wanted]
        return {one.odoo_id: one for one in rows if not kind or one.kind == kind}

    def upsert(self, links: Iterable[LinkVals]) -> None:
        for link in links:
            key = (link.kind, link.external_id, link.odoo_model)
            old = self.rows.pop(key, link)
            names = ("odoo_name", "odoo_xmlid", "store_hash", "odoo_hash", "odoo_seen")
            self.rows[key] = replace(link, **{name: getattr(link, name) or getattr(old, name) for name in names})

    def forget(self, kind: str, external_ids: Iterable[str]) -> int:
        wanted = set(external_ids)
        keys = [key for key, one in self.rows.items() if one.kind == kind and one.external_id in wanted]
        for key in keys:
            del self.rows[key]
        return len(keys)

    def forget_odoo(self, odoo_model: str, odoo_ids: Iterable[int]) -> int:
        wanted = set(odoo_ids)
        keys = [key for key, one in self.rows.items() if one.odoo_model == odoo_model and one.odoo_id in wanted]
        for key in keys:
            del self.rows[key]
        return len(keys)


@dataclass
class CatalogueBench:
    """A real Odoo with products, an empty shop, and both sides as flows see them."""

    admin: Admin
    odoo: Records
    shop: StoreDouble
    client: WooClient
    settings: ConnectionSettings
    links: KeptLinks = field(default_factory=KeptLinks)

    @classmethod
    def set_up(
        cls, endpoint: Endpoint, admin: Admin, shop: StoreDouble, namespace: str, **settings: Any
    ) -> CatalogueBench:
        given = {"send_products": True, "create_products": True, "description_field": "description_sale", **settings}
        return cls(
            admin,
            Records(connect(endpoint), 1, namespace=namespace),
            shop,
            WooClient(shop.url, shop.key, shop.secret),
            ConnectionSettings(**given),
        )

    def sides(self, **changes: Any) -> Sides:
        store = WooCommerceStore(self.client)
        settings = self.settings.model_copy(update=changes)
        return Sides(store, self.odoo, settings, self.links, todo=work, take_into_maps=take_into_maps)

    def sync(self, templates: Iterable[int], **changes: Any) -> dict[int, Outcome]:
        """Bring these products to the store, with settings changed as given, and keep what is to be kept."""
        outcomes = sync_products(self.sides(**changes), [str(one) for one in templates])
        for outcome in outcomes.values():
            self.links.upsert(outcome.links)
        return {int(record): outcome for record, outcome in outcomes.items()}

    def plan(self, templates: Iterable[int], **changes: Any) -> PlansInWords:
        return plan_products(self.sides(**changes), [str(one) for one in templates])

    def calls(self) -> int:
        """How many requests the store has got."""
        return self.client.calls

    def product(self, external_id: str) -> dict[str, Any]:
        """Return a product as the shop keeps it."""
        return dict(self.shop.shop.tables["products"][int(external_id)])

    def by_sku(self, sku: str) -> dict[str, Any]:
        """Return the one product or variation with a SKU that is not in the trash."""
        rows = [r for r in self.shop.shop.tables["products"].values() if r["sku"] == sku and r["status"] != "trash"]
        assert len(rows) == 1, f"{len(rows)} products have the SKU {sku}"
        return dict(rows[0])

    def variations(self, external_id: str) -> list[dict[str, Any]]:
        rows = self.shop.shop.tables["products"].values()
        return [dict(row) for row in rows if row["type"] == "variation" and row["parent_id"] == int(external_id)]

    # --- Odoo -------------------------------------------------------------------------------------------------------

    def make(self, **vals: Any) -> int:
        """Make a product in Odoo and return its template."""
        return self.admin.create("product.template", [{"sale_ok": True, "taxes_id": [(6, 0, [])], **vals}])[0]

    def make_attribute(
        self, name: str, values: Sequence[str], create_variant: str = "always"
    ) -> tuple[int, dict[str, int]]:
        """Make an attribute and return it with its values by name."""
        vals = {"name": name, "create_variant": create_variant, "value_ids": [(0, 0, {"name": v}) for v in values]}
        attribute = self.admin.create("product.attribute", [vals])[0]
        rows = self.admin.search_read("product.attribute.value", [("attribute_id", "=", attribute)], ["name"])
        return attribute, {row["name"]: row["id"] for row in rows}

    def make_variable(self, name: str, lines: Mapping[int, Sequence[int]], prefix: str, **vals: Any) -> int:
        """Make a product with variants, each with a SKU of its own."""
        commands = [(0, 0, {"attribute_id": one, "value_ids": [(6, 0, list(ids))]}) for one, ids in lines.items()]
        template = self.make(name=name, attribute_line_ids=commands, **vals)
        for number, variant in enumerate(self.variants(template)):
            self.admin.write("product.product", [variant], {"default_code": f"{prefix}-{number}"})
        return template

    def variants(self, template: int, *, archived: bool = False) -> list[int]:
        domain: list[Any] = [("product_tmpl_id", "=", template)]
        domain += [("active", "in", [True, False])] if archived else []
        return [row["id"] for row in self.admin.search_read("product.product", domain, ["id"])]
