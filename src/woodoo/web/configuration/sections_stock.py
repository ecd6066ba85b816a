"""The section on stock: which figure the store gets, and how much of it."""

from __future__ import annotations

from .kinds import Fraction, Number, Pick, Several, Switch
from .section import Section
from .tables import AnotherRow, Table

FIGURES = {
    "free": "Free: neither reserved nor sold",
    "forecast": "Forecast: with what is to come",
    "on_hand": "On hand: as it lies in the warehouse",
}
BACKORDERS = {"leave": "As the store has it", "no": "No", "notify": "Yes, and the buyer is told", "yes": "Yes"}
UNMANAGED = {
    "manage": "Switch stock management on",
    "status": "Only say in stock or out of stock",
    "report": "Report them",
}

STOCK = Section(
    "stock",
    "Stock",
    "Counts where stock goes to the store.",
    (
        Pick("stock_figure", "Figure of Odoo", "", words=FIGURES),
        Several("stock_warehouse_ids", "Warehouses", "None ticked, and no locations either: all.", "warehouses"),
        Number("stock_buffer", "Kept back of each product", "In pieces."),
        Switch(
            "stock_guard",
            "Take off what is sold and not in Odoo yet",
            "Orders of the store that wait, are parked or are still quotations. Off: their goods may be sold twice.",
        ),
        Pick("stock_backorders", "May be sold without stock", "", words=BACKORDERS),
    ),
    (
        Several(
            "stock_location_ids",
            "Locations",
            "Beside the warehouses; with all below them.",
            "stock_locations",
        ),
        Table(
            "SKU",
            (Number("stock_buffer_map", "Kept back of it"),),
            "In place of what is kept back of each product.",
            another=AnotherRow("SKU"),
        ),
        Table(
            "Category",
            (Number("stock_category_buffer_map", "Kept back of each product in it"),),
            another=AnotherRow("Category", form=r"[1-9][0-9]{0,9}", source="product_categories"),
        ),
        Fraction("stock_share", "Share of this store in percent", "Where several stores sell from one Odoo."),
        Pick("stock_unmanaged", "Products without a figure in the store", "", words=UNMANAGED),
        Number("stock_low_amount", "Low stock from", "In pieces. Empty: as the store has it."),
        Number("stock_poll_seconds", "Seconds between looks at stock", "How often Odoo is asked what moved."),
        Number("stock_compare_seconds", "Seconds between comparisons", "How often all figures are compared."),
    ),
    "locations, what is kept back, share, pace",
)
