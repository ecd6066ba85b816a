"""What is written to the store for a new figure, and what is not.

Decides, for one product:

| the store keeps its figure | has the figure | orders move it | then                                              |
|----------------------------|----------------|----------------|---------------------------------------------------|
| with the product           | yes            |                | nothing                                           |
| with the product           | no             | yes            | the difference is added, so that a sale in the    |
|                            |                |                | same moment is not written over                   |
| with the product           | no, or unknown | no             | the figure is set                                 |
| with the product           | none yet, or   | –              | the figure is set                                 |
|                            | half a piece   |                |                                                   |
| with its variable product, | –              | –              | as set: a figure of its own is switched on, only  |
| or nowhere                 |                |                | the status is kept, or it is reported             |

"Orders move it": an open order of the store holds the product, or did when it was looked at last.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ...domain.errors import ConfigError, WoodooError
from ...domain.stock import Managed, StockChange, StoreStock

Unmanaged = Literal["manage", "status", "report"]
Backorders = Literal["leave", "no", "notify", "yes"]


@dataclass(frozen=True)
class Wish:
    """What the settings want beside the figure."""

    unmanaged: Unmanaged = "manage"
    backorders: Backorders = "leave"
    low_amount: int | None = None

    @property
    def print(self) -> str:
        """These settings in short, to see that they were changed."""
        return f"{self.unmanaged}/{self.backorders}/{'' if self.low_amount is None else self.low_amount}"


@dataclass(frozen=True)
class Memo:
    """What was found and written when a product was looked at last."""

    #: What Odoo had of it, by the basis that was set.
    odoo: str
    #: The figure that was for the store.
    figure: int
    #: Everything else the figure depends on: settings, buffer.
    how: str
    #: Orders that were counted against it.
    orders: tuple[str, ...] = ()
    #: The store keeps no figure for it, only the status.
    status_only: bool = False
    #: When these orders were looked at, in seconds since 1970; 0: there are none.
    at: int = 0

    def text(self) -> str:
        """Return it as it is kept."""
        return json.dumps(vars(self), separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> Memo | None:
        """Read what `text` wrote; None where that is nothing this version knows."""
        try:
            found = json.loads(text) if text else None
            return cls(**{**found, "orders": tuple(found["orders"])}) if found else None
        except (ValueError, TypeError, KeyError):
            return None


def change_for(external_id: str, figure: int, wish: Wish, before: StoreStock | None) -> StockChange | None:
    """Return what is to be written; None: the store is as it should be.

    Args:
        external_id: the product.
        figure: for the store.
        wish: what else is set.
        before: what the store was just read to have; None: it was not read.
    """
    rest = {"backorders": "" if wish.backorders == "leave" else wish.backorders, "low_amount": wish.low_amount}
    there = before.quantity if before and before.managed is Managed.OWN else None
    if before is None or there is None or there != int(there):
        return StockChange(external_id, figure, manage=wish.unmanaged == "manage", **rest)  # type: ignore[arg-type]
    delta = figure - int(there)
    if delta:
        return StockChange(external_id, delta=delta, **rest)  # type: ignore[arg-type]
    if rest["backorders"] and before.backorders not in ("", rest["backorders"]):
        return StockChange(external_id, **rest)  # type: ignore[arg-type]
    return None


def status_for(external_id: str, figure: int, wish: Wish) -> StockChange:
    """Return the change of a product the store keeps no figure for."""
    short = {"no": "outofstock", "leave": "outofstock", "notify": "onbackorder", "yes": "onbackorder"}
    return StockChange(external_id, status="instock" if figure > 0 else short[wish.backorders])


def refuse_unmanaged(after: StoreStock, title: str) -> WoodooError:
    """Return why a figure has no effect in the store."""
    if after.managed is Managed.OWN:
        return ConfigError(
            f"{title}: the store keeps no stock figures at all, so a figure has no effect.",
            record=title,
            where="WooCommerce settings -> Products -> Inventory",
            fix="Switch on 'Enable stock management' under WooCommerce → Settings → Products → Inventory.",
        )
    if after.managed is Managed.PARENT:
        message = (
            f"{title}: the store keeps one stock figure for the whole variable product, so a figure for this "
            "variation has no effect."
        )
    else:
        message = f"{title}: the store does not manage its stock, so a figure has no effect."
    return ConfigError(
        message,
        record=title,
        where="manage_stock",
        fix="Switch 'Stock management' on for it in the store, or have Woodoo do it: set 'stock_unmanaged' to manage.",
    )


def only_one(owners: Sequence[str], sku: str, side: str) -> str:
    """Return the sentence that refuses a SKU several products share."""
    return f"The SKU {sku} is that of several products of {side}: {' and '.join(owners)}."
