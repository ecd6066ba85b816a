"""Whatever an order says of its customer, the next one like it finds all that was made for the first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, reject
from hypothesis import strategies as st

from tests.mapping.orders import make_line, make_order, make_rules
from tests.mapping.partners import make_partner, seen_partners
from woodoo.domain.customer import Address
from woodoo.domain.errors import DataError
from woodoo.domain.order import Order
from woodoo.mapping.customers.customer import CustomerPlan, plan_customer
from woodoo.mapping.customers.customers_seen import Customers
from woodoo.mapping.rules import CustomerRules, Rules

WORDS = st.sampled_from(
    "||Ana|ANA| ana |Prueba|DE LA CRUZ|-|ACME S.L.|acme s.l.|Beta|😀|a\x00b\n c|Gran Vía 1|GRAN  VÍA 1|Madrid|28013|علي"
    f"|\u00a0x\u2003y|O'Brien|{'ñ' * 900}".split("|")
)
ADDRESSES = st.builds(
    Address,
    first_name=WORDS,
    last_name=WORDS,
    company=WORDS,
    address_1=WORDS,
    address_2=WORDS,
    city=WORDS,
    state=st.sampled_from(["", "M", "XX"]),
    postcode=WORDS,
    country=st.sampled_from(["", "ES", "FR", "ZZ", "es"]),
    email=st.sampled_from(["", "ana@example.net", " ANA@Example.net", "a@example.net, b@example.net", "none"]),
    phone=WORDS,
)
RULES = st.builds(
    lambda **customers: make_rules(customers=CustomerRules(vat_meta_keys=("_vat",), **customers)),
    companies=st.booleans(),
    clean_names=st.booleans(),
)
METAS = st.sampled_from([{}, {"_vat": "B12345674"}, {"_vat": "none"}])


def in_odoo(plan: CustomerPlan) -> Customers:
    """Return what Odoo has after the plan was carried out."""
    vals = dict(plan.partner.vals)
    owner = make_partner(100, **{name: vals[name] or False for name in vals if name != "customer_rank"})
    place = {name: owner[name] for name in ("street", "street2", "zip", "city", "country_id", "state_id")}
    below = []
    if plan.partner.contact:
        below.append(make_partner(101, **(place | dict(plan.partner.contact.vals) | {"parent_id": 100})))
    for odoo_id, address in ((102, plan.invoice), (103, plan.delivery)):
        if address.vals is not None:
            kept: dict[str, Any] = {name: value or False for name, value in address.vals.items()}
            below.append(make_partner(odoo_id, **kept) | {"parent_id": 100, "company_name": False})
    who = 101 if plan.partner.contact else 100
    return seen_partners(owner, *below, linked={plan.partner.key: who}, children={100: below})


def planned_first(order: Order, rules: Rules) -> CustomerPlan:
    """Plan for an empty Odoo; orders that name nobody are not tried."""
    try:
        return plan_customer(order, Customers(), rules)
    except DataError:
        reject()


@given(ADDRESSES, ADDRESSES, METAS, RULES)
def test_the_second_order_makes_nothing(
    billing: Address, shipping: Address, meta: dict[str, str], rules: Rules
) -> None:
    order: Order = make_order(make_line("10.00"), total="10.00", billing=billing, shipping=shipping, meta=meta)
    first = planned_first(order, rules)
    assert str(first.partner.vals["name"]).strip()
    again = plan_customer(order, in_odoo(first), rules)
    assert again.partner.odoo_id == 100
    assert (again.partner.contact and again.partner.contact.odoo_id) == (101 if first.partner.contact else None)
    assert again.invoice.vals is None
    assert again.delivery.vals is None
    assert again.invoice.is_partner == first.invoice.is_partner
    assert again.delivery.is_partner == first.delivery.is_partner
    allowed = frozenset({"name", "email", "phone", "address", "vat"})
    may = make_rules(customers=replace(rules.customers, update_fields=allowed))
    assert plan_customer(order, in_odoo(first), may).partner.changes == {}


@given(ADDRESSES, RULES)
def test_without_links_the_e_mail_address_or_the_external_id_leads_to_the_same(billing: Address, rules: Rules) -> None:
    order: Order = make_order(make_line("10.00"), total="10.00", billing=billing, shipping=billing)
    plan = planned_first(order, rules)
    first, seen = plan.partner, in_odoo(plan)
    again = plan_customer(order, seen_partners(*seen.partners, children=seen.children), rules).partner
    assert again.odoo_id == 100 or again.external_id == first.external_id
