"""How stock figures are made for a store, and when they are looked at.

Decides the defaults: everything that is free in all warehouses of the company, with the guard on, and products the
store keeps no figure for are given one.
"""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel, Field

from woodoo.mapping.stock.decision import Backorders, Unmanaged, Wish
from woodoo.mapping.stock.figure import Basis, FigureRules


class StockSettings(BaseModel):
    """What is sent as stock."""

    stock_figure: Basis = Field(
        "free",
        description="Which figure of Odoo the store gets: free (on hand, without what is reserved or has to leave by "
        "confirmed moves), forecast (with what is to come), or on_hand.",
    )
    stock_warehouse_ids: tuple[int, ...] = Field(
        (),
        description="Odoo warehouses (stock.warehouse) whose stock the store sells. Empty, with no locations either: "
        "all of the company.",
    )
    stock_location_ids: tuple[int, ...] = Field(
        (),
        description="Odoo locations (stock.location) whose stock the store sells, with all below them; beside the "
        "warehouses.",
    )
    stock_buffer: int = Field(0, ge=0, description="How many pieces of each product are kept back from the store.")
    stock_buffer_map: dict[str, int] = Field(
        default_factory=dict, description="SKU → how many pieces of it are kept back, in place of the general number."
    )
    stock_category_buffer_map: dict[str, int] = Field(
        default_factory=dict,
        description="Id of an Odoo product category (product.category) → how many pieces are kept back of each product "
        "in it or below, in place of the general number.",
    )
    stock_share: float = Field(
        100,
        gt=0,
        le=100,
        description="Percentage of the figure this store may sell, where several stores sell from one Odoo.",
    )
    stock_guard: bool = Field(
        True,
        description="Take off what the store has sold and Odoo does not know yet, so that nothing is sold twice.",
    )
    stock_backorders: Backorders = Field(
        "leave",
        description="Whether products may be sold without stock: leave (as the store has it), no, notify or yes. With "
        "notify and yes figures may be below zero.",
    )
    stock_low_amount: int | None = Field(
        None, ge=0, description="From how many pieces on the store warns of low stock. Empty: as the store has it."
    )
    stock_unmanaged: Unmanaged = Field(
        "manage",
        description="Products the store keeps no figure for, and variations that share that of their product: manage "
        "(switch a figure of their own on), status (only in stock or not), or report.",
    )
    stock_poll_seconds: int = Field(
        3,
        ge=1,
        le=86_400,
        description="Seconds between two looks at what moved in Odoo's stock. On Odoo Online never less than 10.",
    )
    stock_compare_seconds: int = Field(
        21_600,
        ge=300,
        le=2_592_000,
        description="Seconds between two comparisons of all figures of both sides.",
    )

    @property
    def figure_rules(self) -> FigureRules:
        """How the figures are made."""
        return FigureRules(
            basis=self.stock_figure,
            buffer=Decimal(self.stock_buffer),
            buffers={sku: Decimal(count) for sku, count in self.stock_buffer_map.items()},
            category_buffers={int(one): Decimal(count) for one, count in self.stock_category_buffer_map.items()},
            share=Decimal(str(self.stock_share)) / 100,
            below_zero=self.stock_backorders in ("notify", "yes"),
        )

    @property
    def stock_wish(self) -> Wish:
        """What is wanted beside the figure."""
        return Wish(self.stock_unmanaged, self.stock_backorders, self.stock_low_amount)
