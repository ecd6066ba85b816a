"""How much of a move makes one piece of the order's line: another unit, or a part of a kit (`mrp.bom`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ....domain.errors import ConfigError
from ....domain.money import to_decimal
from ....odoo.records import Records

Row = Mapping[str, Any]


class Parts:
    """The kits and units of a batch of moves, read only where some differ from the order's lines."""

    def __init__(self, odoo: Records, moves: Sequence[Row], lines: Mapping[int, Row]) -> None:
        self.odoo, self.lines = odoo, lines
        self.uom = odoo.client.dialect.order_line_uom
        parts = [row for row in moves if self._is_part(row)]
        self.recipes = self._read_recipes(parts)
        self.factors = self._read_factors(moves)

    def why_unclear(self, move: Row) -> str:
        """Say why it cannot be told; empty where it can."""
        if self._is_part(move) and (move["sale_line_id"], move["product_id"]) not in self.recipes:
            return "the kit's parts are kits themselves or stand in its recipe twice, or it cannot be read (mrp.bom)."
        return ""

    def per(self, move: Row) -> Decimal:
        """Return how much of a move, in its unit, makes one piece of its line."""
        line = self.lines[move["sale_line_id"]]
        if not self._is_part(move):
            return self._convert(Decimal(1), line[self.uom], move["product_uom"])
        part, recipe = self.recipes[move["sale_line_id"], move["product_id"]]
        kits = self._convert(Decimal(1), line[self.uom], recipe["product_uom_id"])
        held = to_decimal(part["product_qty"]) / to_decimal(recipe["product_qty"])
        return kits * self._convert(held, part["product_uom_id"], move["product_uom"])

    def _is_part(self, move: Row) -> bool:
        return bool(move["product_id"] != self.lines[move["sale_line_id"]]["product_id"])

    def _read_recipes(self, moves: Sequence[Row]) -> dict[tuple[int, int], tuple[Row, Row]]:
        """Return line of the recipe and recipe, by line of the order and part."""
        wanted = {row["bom_line_id"] for row in moves if row.get("bom_line_id")}
        try:
            fields = ["bom_id", "product_id", "product_qty", "product_uom_id"]
            parts = {row["id"]: row for row in self.odoo.read("mrp.bom.line", wanted, fields)} if wanted else {}
            fields = ["type", "product_id", "product_tmpl_id", "product_qty", "product_uom_id"]
            found = self.odoo.read("mrp.bom", {row["bom_id"] for row in parts.values()}, fields) if parts else []
        except ConfigError:
            return {}
        recipes = {row["id"]: row for row in found}
        made = {self.lines[row["sale_line_id"]]["product_id"] for row in moves}
        templates = {
            row["id"]: row["product_tmpl_id"]
            for row in self.odoo.read("product.product", made if recipes else (), ["product_tmpl_id"])
        }
        answer: dict[tuple[int, int], list[tuple[Row, Row]]] = defaultdict(list)
        for row in moves:
            key = row["sale_line_id"], row["product_id"]
            part = parts.get(row.get("bom_line_id") or 0)
            recipe = recipes.get(part["bom_id"]) if part else None
            kit = self.lines[row["sale_line_id"]]["product_id"]
            if (
                part
                and recipe
                and recipe["product_tmpl_id"] == templates.get(kit)
                and (part, recipe) not in answer[key]
            ):
                answer[key].append((part, recipe))
        return {key: found[0] for key, found in answer.items() if len(found) == 1}

    def _read_factors(self, moves: Iterable[Row]) -> dict[int, Decimal]:
        ids = {
            unit
            for row in moves
            for unit in (row["product_uom"], self.lines[row["sale_line_id"]][self.uom])
            if row["product_uom"] != self.lines[row["sale_line_id"]][self.uom]
        }
        ids |= {one["product_uom_id"] for pair in self.recipes.values() for one in pair}
        ids |= {row["product_uom"] for row in moves if self._is_part(row)} if self.recipes else set()
        ids |= {self.lines[line][self.uom] for line, _ in self.recipes}
        return {row["id"]: to_decimal(row["factor"]) for row in self.odoo.read("uom.uom", ids, ["factor"])}

    def _convert(self, quantity: Decimal, unit: int, other: int) -> Decimal:
        if unit == other:
            return quantity
        mine, theirs = self.factors[unit], self.factors[other]
        return quantity / mine * theirs if self.odoo.client.dialect.uom_factor_divides else quantity * mine / theirs
