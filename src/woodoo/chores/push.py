"""Has Odoo hint at changes, from 17 on, so that they are looked at within seconds instead of within minutes.

Decides what is hinted at: what the connection follows, but for customers, who wait for the poll, and moves of stock
where it is sent, which knock at a door of their own. The rules live in
Odoo and belong to its administrator, whose key is used while they are set up or removed and is not kept.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

from ..connections.models import Connection, new_hook_token
from ..engine.cursors import get_cursor
from ..live import build_odoo
from ..mapping.policy import BECOMES
from ..odoo.automation import Hinted, HintRule, ensure_rules, find_rules, remove_rules
from ..odoo.records import Records
from . import fulfilment_news, refund_news
from .followed import FOLLOWED, Followed
from .odoo_changes import HINT, NAME, domain_of_company
from .stock import is_sent

#: Followed models that are not hinted at: they are written all day long for reasons of their own.
_QUIET = frozenset({"res.partner"})
#: What a product shows in a store; stock and costs, which change all day long, are not among it.
_PRODUCTS = (
    Hinted("product.template", ("name", "active", "sale_ok", "list_price", "description_sale", "categ_id")),
    Hinted("product.product", ("active", "default_code", "barcode", "weight")),
)
#: Chores a hint has done.
HINTED = (NAME, "products", refund_news.NAME)


@dataclass(frozen=True)
class PushState:
    """How hints stand for a connection."""

    #: Woodoo takes hints for it.
    on: bool
    #: When the last one came, in ISO form; empty: none yet.
    last: str


def push_state(connection: Connection) -> PushState:
    """Return how hints stand, as far as Woodoo itself knows."""
    return PushState(bool(connection.odoo_push_token), get_cursor(connection.pk, HINT))


def switch_on(connection: Connection, base: str, login: str = "", key: str = "") -> list[HintRule]:
    """Set the rules up in Odoo and take hints from now on; return the rules. May be repeated.

    Args:
        connection: for which.
        base: address at which Odoo reaches Woodoo, such as https://woodoo.example.com; without a slash at the end.
        login: an administrator's; empty: the connection's own user.
        key: that user's API key or password.

    Raises:
        ConfigError: Odoo cannot hint, or the user is no administrator.
    """
    records = _as(connection, login, key)
    find_rules(records)  # says at once where it cannot be done
    own = build_odoo(connection).client.uid
    token = connection.odoo_push_token or new_hook_token()
    if not connection.odoo_push_token:
        # Before Odoo has it: a hint that comes early is taken.
        _keep(connection, token)
    return ensure_rules(records, f"{base}/hooks/odoo/{token}/", _hinted(records, connection), own_uid=own)


def switch_off(connection: Connection, login: str = "", key: str = "") -> int:
    """Remove the rules from Odoo and take no more hints; return how many rules there were.

    Raises:
        ConfigError: the user is no administrator. Hints are not taken any more all the same.
    """
    _keep(connection, "")
    return remove_rules(_as(connection, login, key))


def rules_of(connection: Connection, login: str = "", key: str = "") -> list[HintRule]:
    """Return the rules Odoo has.

    Raises:
        ConfigError: Odoo cannot hint, or the user is no administrator.
    """
    return find_rules(_as(connection, login, key))


def _hinted(records: Records, connection: Connection) -> list[Hinted]:
    steps = BECOMES[connection.rules.order_becomes]
    rules = connection.rules
    followed = [
        Hinted(
            one.model,
            _watched(records, connection, one),
            refund_news.with_credits(rules, domain_of_company(connection.odoo_company_id, one)),
            deletions=one.model == one.linked,
        )
        for one in FOLLOWED.values()
        if one.model not in _QUIET
        and (one.wanted(steps) or any(news.follows(rules, one.model) for news in (fulfilment_news, refund_news)))
    ]
    products = _PRODUCTS if connection.rules.send_products else ()
    return [*followed, *products, *([_moves(connection)] if is_sent(connection.rules) else ())]


def _watched(records: Records, connection: Connection, one: Followed) -> tuple[str, ...]:
    news = fulfilment_news.fields_of(records.client.dialect, connection.rules, one.model)
    return tuple(name for name in dict.fromkeys([*one.fields, *news]) if name != one.owner)


def _moves(connection: Connection) -> Hinted:
    """Return the moves of stock: one hint each where it is sold, reserved, done or cancelled."""
    domain = [("company_id", "=", connection.odoo_company_id), ("state", "!=", "draft")]
    return Hinted("stock.move", ("state",), domain, deletions=False, door="stock/")


def _as(connection: Connection, login: str, key: str) -> Records:
    """Return the connection's Odoo, as another user where one is given."""
    if not login:
        return build_odoo(connection)
    other = copy.copy(connection)
    other.odoo_login, other.odoo_key = login, key
    return build_odoo(other)


def _keep(connection: Connection, token: str) -> None:
    connection.odoo_push_token = token
    connection.save(update_fields=["odoo_push_token"])
