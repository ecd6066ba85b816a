"""Look at the customers of a batch of shop orders: one read of partners, and one of contacts where that is needed.

| read                     | when                                                                             |
|--------------------------|----------------------------------------------------------------------------------|
| partners                 | always: those of earlier orders, of the same e-mail address, of the same VAT number |
| external ids             | several share an e-mail address, and no link tells which one is meant            |
| contacts and addresses   | an address is not the customer's own, or a company was found by its VAT number   |
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...domain.errors import WoodooError
from ...domain.order import Order
from ...mapping.customers.customer import CustomerPlan, parents_to_search, plan_customer
from ...mapping.customers.customer_keys import company_of, email_of, link_keys
from ...mapping.customers.customers_seen import PARTNER_FIELDS, Customers
from ...mapping.customers.names import without_controls
from ...mapping.customers.res_partner import ambiguous_ids
from ...mapping.customers.vat import vat_number, vat_spellings
from ...mapping.rules import Rules
from ..context import Context

#: Archived partners are read too: they are not made anew under another name.
_WITH_ARCHIVED = {"active_test": False}


def observe_customers(context: Context, orders: Sequence[Order], known: Mapping[str, int] | None = None) -> Customers:
    """Read what Odoo has of the orders' customers. `known`: contacts by the keys of links, where they are known."""
    rules = context.rules
    linked = context.links.find("customer", sorted({key for order in orders for key in link_keys(order, rules)}))
    customers = Customers(linked={key: link.odoo_id for key, link in linked.items()} | dict(known or {}))
    customers = replace(customers, partners=_partners(context, orders, customers.linked.values()))
    unclear = sorted({odoo_id for order in orders for odoo_id in ambiguous_ids(order, customers, rules)})
    if unclear:
        customers = replace(customers, external_ids=context.odoo.external_ids("res.partner", unclear))
    return replace(customers, children=_children(context, orders, customers))


def _partners(context: Context, orders: Sequence[Order], linked: Iterable[int]) -> list[dict[str, Any]]:
    domain = _domain(context.rules, orders, sorted(set(linked)))
    if not domain:
        return []
    return context.odoo.search_read("res.partner", domain, list(PARTNER_FIELDS), order="id", context=_WITH_ARCHIVED)


def _domain(rules: Rules, orders: Sequence[Order], linked: list[int]) -> list[Any]:
    """Return the domain of the partners in question, empty where there are none.

    Contacts of companies come with their companies. `in` compares exactly: nothing in an e-mail address is a wildcard.
    """
    if rules.customers.partner_id:
        return [("id", "=", rules.customers.partner_id)] if orders else []
    emails = sorted({email_of(order) for order in orders} - {""})
    companies = [order for order in orders if company_of(order, rules)]
    of_companies = sorted({email_of(order) for order in companies} - {""})
    parts: list[list[Any]] = []
    if emails:
        below = ["|", ("type", "=", "contact")] if of_companies else []
        parts.append(["&", ("email_normalized", "in", emails), *below, ("parent_id", "=", False)])
    if of_companies:
        parts.append([("child_ids.email_normalized", "in", of_companies)])
    if vats := sorted(set().union(*(_vats(order, rules) for order in companies))):
        parts.append(["&", "&", ("vat", "in", vats), ("is_company", "=", True), ("parent_id", "=", False)])
    shared = ("company_id", "in", [False, rules.company_id])
    parts = [["&", shared, *part] for part in parts]
    if linked:
        parts += [[("id", "in", linked)], [("child_ids", "in", linked)]]
    return ["|"] * (len(parts) - 1) + [term for part in parts for term in part]


def _vats(order: Order, rules: Rules) -> frozenset[str]:
    number = vat_number(order, rules)
    return vat_spellings(number, order.billing.country.strip().upper()) if number else frozenset()


def _children(
    context: Context, orders: Sequence[Order], customers: Customers
) -> Mapping[int, Sequence[Mapping[str, Any]]]:
    """Read the contacts below the partners that orders name other people or addresses of.

    Of addresses only those with a postcode of the orders: one partner may have thousands below it.
    """
    wanted = parents_to_search(_planned(orders, customers, context.rules))
    if not any(wanted.values()):
        return {}
    zips = {without_controls(a.postcode) for order in orders for a in (order.billing, order.shipping)}
    domain = [
        "|",
        *("&", ("parent_id", "in", sorted(wanted["contacts"])), ("type", "=", "contact")),
        *("&", ("parent_id", "in", sorted(wanted["addresses"])), ("zip", "in", [*sorted(zips - {""}), False])),
    ]
    rows = context.odoo.search_read("res.partner", domain, list(PARTNER_FIELDS), order="id", context=_WITH_ARCHIVED)
    found: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["parent_id"]].append(row)
    return dict(found)


def _planned(orders: Sequence[Order], customers: Customers, rules: Rules) -> list[CustomerPlan]:
    """Return the customers as far as they are clear; what is wrong with the others is said by their plans."""
    plans = []
    for order in orders:
        try:
            plans.append(plan_customer(order, customers, rules))
        except WoodooError:
            continue
    return plans
