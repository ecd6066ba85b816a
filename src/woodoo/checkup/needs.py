"""What each flow needs of both sides and of the settings: pure rules, from what was seen to sentences.

| flow                                | has to be there                                                              |
|-------------------------------------|------------------------------------------------------------------------------|
| products, images to the store       | Odoo's products may be read; a Woodoo the store reaches, or a WordPress login |
| stock to the store                  | Inventory, which may be read; Odoo owns stock                                |
| customers, accounts to the store    | Odoo owns customers; the tag of those who get an account                     |
| shipping methods to the store       | Delivery Costs                                                               |
| deliveries to the store             | Inventory; for fulfillments of its own WooCommerce 10.2                      |
| status of orders to the store       | the statuses that are set there; Odoo owns them                              |
| refunds, returns to the store       | the day from which on; Inventory for returns                                 |
| orders, refunds to Odoo             | Sales, Invoicing and their rights; taxes and journals that are mapped        |
| customers to Odoo                   | the store owns customers; contacts may be changed                            |
| products to Odoo                    | products may be made and changed                                             |

What cannot be asked is said to be not known, never to be missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..domain.ownership import Group, Owner
from .findings import BAD, OK, WARN, Finding

if TYPE_CHECKING:
    from ..connections.settings import ConnectionSettings

#: WooCommerce has fulfillments of its own from here on (`src/Internal/Fulfillments`).
_FULFILLMENTS = (10, 2)
_SALES, _BILLING, _STOCK = "Sales / User: All Documents", "Accounting / Billing", "Inventory / User"


@dataclass(frozen=True)
class Seen:
    """What both sides have."""

    #: Why a side could not be asked; empty where it was.
    odoo_problem: str = ""
    store_problem: str = ""
    #: Models of Odoo that are there.
    models: frozenset[str] = frozenset()
    #: What the API user may not do, such as "write res.partner".
    refused: frozenset[str] = frozenset()
    #: Role that may make and change products, as this Odoo calls it.
    product_role: str = ""
    store_version: str = ""
    statuses: frozenset[str] = frozenset()
    #: Whether the store can fetch pictures from Woodoo, or has a login to take them with.
    shows_pictures: bool = False


@dataclass(frozen=True)
class Lack:
    """Something that is not there, and what to do."""

    seen: str
    fix: str
    #: Works without, though less well.
    mild: bool = False


Need = Callable[[Seen, "ConnectionSettings"], Lack | None]


@dataclass(frozen=True)
class Needs:
    """What one switch needs."""

    odoo: tuple[Need, ...] = ()
    store: tuple[Need, ...] = ()
    own: tuple[Need, ...] = ()
    #: Models and operations it asks for.
    rights: tuple[tuple[str, str, str], ...] = field(default=())


def app(model: str, name: str) -> Need:
    """Need an app of Odoo."""
    return lambda seen, _: (
        None if model in seen.models else Lack(f"Odoo lacks the app {name}.", f"Install {name} in Odoo.")
    )


def owner(group: Group, side: Owner, what: str) -> Need:
    """Need a side to have the say."""
    name = "Odoo" if side is Owner.ODOO else "the store"
    lack = Lack(
        f"{what} belong to {'the store' if side is Owner.ODOO else 'Odoo'}, so nothing of them is written.",
        f"Make {name} their owner (Configuration → Who has the say), or leave this off.",
    )
    return lambda _, settings: None if settings.ownership.of(group) is side else lack


def needs_setting(is_set: Callable[[ConnectionSettings], bool], seen: str, fix: str) -> Need:
    """Need a setting of the connection."""
    return lambda _, settings: None if is_set(settings) else Lack(seen, fix)


def _pictures(seen: Seen, _: ConnectionSettings) -> Lack | None:
    if seen.shows_pictures:
        return None
    return Lack(
        "The store can hardly fetch pictures from Woodoo, whose address (WOODOO_URL) is that of one machine alone.",
        "Set WOODOO_URL to an address the store reaches, or enter a WordPress login for pictures (tab Connection).",
    )


def _fulfillments(seen: Seen, settings: ConnectionSettings) -> Lack | None:
    if not settings.store_fulfillments or _version(seen.store_version) >= _FULFILLMENTS:
        return None
    if settings.tracking_plugin != "none":
        return None
    return Lack(
        f"WooCommerce {seen.store_version} has no fulfillments of its own (10.2 and later): shipments are told by "
        "notes alone.",
        "Update WooCommerce, or choose a tracking plugin, if notes are not enough.",
        mild=True,
    )


def _statuses(seen: Seen, settings: ConnectionSettings) -> Lack | None:
    wanted = (settings.delivered_status, settings.partial_status, settings.paid_status)
    lost = [one for one in wanted if one and one not in seen.statuses]
    if not lost:
        return None
    named = ", ".join(f"'{one}'" for one in dict.fromkeys(lost))
    return Lack(f"The store has no status {named}.", "Choose statuses the store has (Configuration → Fulfilment).")


def _taxes(settings: ConnectionSettings) -> bool:
    return bool(settings.tax_match == "percent" or settings.tax_map or settings.tax_rule_map)


def _journals(settings: ConnectionSettings) -> bool:
    return "payment" not in settings.order_becomes or bool(settings.journal_map)


_INVENTORY = app("stock.picking", "Inventory")
_FROM = needs_setting(
    lambda settings: settings.send_refunds_from is not None,
    "The day from which on credit notes and returns are refunded is not set.",
    "Enter it below.",
)
_READ_PRODUCTS = (("product.template", "read", _SALES), ("product.product", "read", _SALES))
_MAKE_PRODUCTS = tuple(
    (model, operation, "")
    for model in ("product.template", "product.product", "product.attribute", "product.category")
    for operation in ("create", "write")
)
_STOCK_ROWS = (("stock.quant", "read", _STOCK),)
_SENT = (("stock.picking", "read", _STOCK),)
_INVOICES = tuple(("account.move", operation, _BILLING) for operation in ("read", "write", "create"))
_CUSTOMERS_OUT = owner(Group.CUSTOMERS, Owner.ODOO, "Customers")

#: Switch → what it needs.
NEEDS: Mapping[str, Needs] = {
    "send_products": Needs(rights=_READ_PRODUCTS),
    "create_products": Needs(
        own=(
            needs_setting(
                lambda settings: settings.send_products,
                "Changes of products do not go to the store, so a product that was made there stays as it was made.",
                "Switch on Products: Odoo → store as well.",
            ),
        ),
        rights=_READ_PRODUCTS,
    ),
    "send_images": Needs(own=(_pictures, owner(Group.IMAGES, Owner.ODOO, "Images")), rights=_READ_PRODUCTS),
    "send_stock": Needs(
        odoo=(app("stock.quant", "Inventory"),), own=(owner(Group.STOCK, Owner.ODOO, "Stock figures"),),
        rights=_STOCK_ROWS,
    ),
    "send_customers": Needs(own=(_CUSTOMERS_OUT,), rights=(("res.partner", "read", "Contact Creation"),)),
    "create_accounts": Needs(
        own=(
            needs_setting(
                lambda settings: settings.account_tag_id is not None,
                "The tag of the contacts that get an account is not chosen.",
                "Choose it under Details.",
            ),
        ),
        rights=(("res.partner", "read", "Contact Creation"),),
    ),
    "send_shipping_methods": Needs(odoo=(app("delivery.carrier", "Delivery Costs"),)),
    "send_fulfilment": Needs(odoo=(_INVENTORY,), store=(_fulfillments,), rights=_SENT),
    "send_status": Needs(store=(_statuses,), own=(owner(Group.STATUSES, Owner.ODOO, "Statuses of orders"),)),
    "send_refunds": Needs(own=(_FROM,), rights=(("account.move", "read", _BILLING),)),
    "send_returns": Needs(odoo=(_INVENTORY,), own=(_FROM,), rights=_SENT),
    "take_orders": Needs(
        odoo=(app("sale.order", "Sales"), app("account.move", "Invoicing")),
        own=(
            needs_setting(_taxes, "No tax of the store is mapped to one of Odoo.", "Map them under Mappings."),
            needs_setting(
                _journals, "No payment method of the store has a journal in Odoo.", "Map them under Mappings."
            ),
        ),
        rights=(
            *(("sale.order", operation, _SALES) for operation in ("read", "write", "create")),
            *_INVOICES,
            ("account.payment", "create", _BILLING),
            ("res.partner", "create", "Contact Creation"),
        ),
    ),
    "take_refunds": Needs(
        odoo=(app("account.move", "Invoicing"),),
        own=(
            needs_setting(
                lambda settings: settings.take_orders,
                "Orders do not go to Odoo, so there is nothing to give back.",
                "Switch on Orders: store → Odoo as well.",
            ),
        ),
        rights=_INVOICES,
    ),
    "take_customers": Needs(
        own=(owner(Group.CUSTOMERS, Owner.STORE, "Customers"),),
        rights=(("res.partner", "write", "Contact Creation"),),
    ),
    "take_products": Needs(rights=_MAKE_PRODUCTS),
    "create_odoo_products": Needs(rights=_MAKE_PRODUCTS),
}  # fmt: skip


def rights() -> frozenset[tuple[str, str]]:
    """Return every model and operation that is asked for."""
    return frozenset((model, operation) for needs in NEEDS.values() for model, operation, _ in needs.rights)


def models() -> frozenset[str]:
    """Return every model that is looked for."""
    return frozenset({model for model, _ in rights()} | {"stock.picking", "stock.quant", "delivery.carrier"})


def judge(seen: Seen, settings: ConnectionSettings) -> list[Finding]:
    """Say of each switch whether all it needs is there."""
    return [_judge(name, needs, seen, settings) for name, needs in NEEDS.items()]


def _judge(name: str, needs: Needs, seen: Seen, settings: ConnectionSettings) -> Finding:
    lacks = [one for need in needs.own if (one := need(seen, settings))]
    unknown = []
    if needs.odoo or needs.rights:
        if seen.odoo_problem:
            unknown.append(f"Odoo could not be asked: {seen.odoo_problem}")
        else:
            lacks += [one for need in needs.odoo if (one := need(seen, settings))]
            lacks += _rights(needs, seen)
    if needs.store:
        if seen.store_problem:
            unknown.append(f"The store could not be asked: {seen.store_problem}")
        else:
            lacks += [one for need in needs.store if (one := need(seen, settings))]
    said = " ".join([*(one.seen for one in lacks), *unknown]) or "What it needs is there."
    state = BAD if any(not one.mild for one in lacks) else WARN if lacks or unknown else OK
    return Finding(name, name, state, said, " ".join(dict.fromkeys(one.fix for one in lacks)))


def _rights(needs: Needs, seen: Seen) -> Iterator[Lack]:
    missing = [
        (f"{operation} {model}", role)
        for model, operation, role in needs.rights
        if model in seen.models and f"{operation} {model}" in seen.refused
    ]
    if missing:
        roles = dict.fromkeys(role or seen.product_role.strip("'") for _, role in missing)
        named = " and ".join(f"'{role}'" for role in roles)
        yield Lack(
            f"The API user may not {', '.join(one for one, _ in missing)}.", f"Give it the role {named} in Odoo."
        )


def _version(text: str) -> tuple[int, int]:
    major, minor, *_ = [*(int(part) if part.isdigit() else 0 for part in text.split(".")), 0, 0]
    return major, minor
