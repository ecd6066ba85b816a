"""Which lines of an order are a bundle or composite, and which are its parts, as the plugins that sell them note it.

Decides by what a part names: the cart's key of its bundle, or the bundle's product. A bundle of the same product that
is in the order twice is told apart by the order of the lines: parts follow their bundle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .payloads import LineItemPayload


@dataclass(frozen=True)
class Plugin:
    """How one plugin marks its lines, by keys of their meta data."""

    name: str
    #: On a part: names its bundle. Where there are several, older releases wrote the later ones.
    part: tuple[str, ...]
    #: On a bundle: what `part` names; empty where that is the bundle's product.
    key: str
    #: On a bundle: tells it even where `key` is missing, as in orders of the free edition.
    mark: tuple[str, ...]


# fmt: off
PLUGINS: tuple[Plugin, ...] = (
    Plugin("WooCommerce Product Bundles", ("_bundled_by",), "_bundle_cart_key", ("_bundled_items",)),
    Plugin("YITH Product Bundles", ("_bundled_by",), "_yith_bundle_cart_key", ("_cartstamp",)),
    Plugin("WooCommerce Composite Products", ("_composite_parent",), "_composite_cart_key", ("_composite_children",)),
    Plugin("WooCommerce Mix and Match", ("_mnm_container",), "_mnm_cart_key", ("_mnm_config",)),
    Plugin("WPC Product Bundles", ("_woosb_parent_id", "woosb_parent_id"), "", ("_woosb_ids", "woosb_ids")),
    Plugin("WPC Composite Products", ("_wooco_parent_id", "wooco_parent_id"), "", ("_wooco_ids", "wooco_ids")),
)
# fmt: on

#: Fields the plugins themselves add to lines in the REST API: the id of the bundle's line.
LINE_FIELDS = ("bundled_by", "composite_parent")


@dataclass(frozen=True)
class Bundles:
    """The bundles of one order, by the ids of its lines."""

    #: Part → its bundle.
    part_of: Mapping[str, str]
    bundles: frozenset[str]


def find_bundles(lines: Sequence[LineItemPayload]) -> Bundles:
    """Say which lines are bundles and which are their parts. A part whose bundle is gone is an ordinary line."""
    metas = [{entry.key: entry.value for entry in line.meta_data} for line in lines]
    part_of: dict[str, str] = {}
    for index, line in enumerate(lines):
        bundle = _bundle_of(index, lines, metas)
        if bundle is not None:
            part_of[line.id] = lines[bundle].id
    marked = {line.id for line, meta in zip(lines, metas, strict=True) if any(_is_marked(meta, p) for p in PLUGINS)}
    return Bundles(part_of, frozenset(marked | set(part_of.values())))


def _bundle_of(index: int, lines: Sequence[LineItemPayload], metas: Sequence[Mapping[str, Any]]) -> int | None:
    """Return the bundle that a line names: the nearest before it, else after it; else the nearest marked one before."""
    nearest = [*range(index - 1, -1, -1), *range(index + 1, len(lines))]
    extra = lines[index].model_extra or {}
    line_id = next((str(extra[name]) for name in LINE_FIELDS if extra.get(name)), "")
    named = [(plugin, _named(metas[index], plugin)) for plugin in PLUGINS]
    named = [(plugin, wanted) for plugin, wanted in named if wanted]
    by_id = (other for other in nearest if line_id and lines[other].id == line_id)
    by_key = (o for plugin, wanted in named for o in nearest if wanted in _names(lines[o], metas[o], plugin))
    by_mark = (o for plugin, _ in named for o in nearest if o < index and _is_marked(metas[o], plugin))
    return next((other for found in (by_id, by_key, by_mark) for other in found), None)


def _named(meta: Mapping[str, Any], plugin: Plugin) -> str:
    """Return what a part names as its bundle, empty for all other lines."""
    return next((str(meta[key]) for key in plugin.part if meta.get(key)), "")


def _names(line: LineItemPayload, meta: Mapping[str, Any], plugin: Plugin) -> tuple[str, ...]:
    """Return by what parts of this plugin would name the line."""
    return (str(meta.get(plugin.key)),) if plugin.key else (line.product_id, line.variation_id)


def _is_marked(meta: Mapping[str, Any], plugin: Plugin) -> bool:
    return any(meta.get(mark) for mark in plugin.mark)
