"""Accounts and contacts: what differs, in which form it goes over, who has the say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from woodoo.domain.account import Account
from woodoo.domain.customer import Address
from woodoo.domain.ownership import Owner
from woodoo.mapping.customers.account import account_mark, as_order, billing_of
from woodoo.mapping.customers.account_plan import AccountPlan, Say, changed_parts, may_make, plan_account
from woodoo.mapping.customers.contact import (
    Contact,
    Wanted,
    account_vals,
    contact_card,
    new_account_vals,
    split_name,
    store_state,
)
from woodoo.mapping.customers.customer_keys import link_keys
from woodoo.mapping.customers.customers_seen import PARTNER_FIELDS, Customers
from woodoo.mapping.rules import CustomerRules, Precision, Rules

SPAIN, MADRID = 68, 438
EVERY = ("name", "email", "phone", "address", "delivery", "vat")
RULES = Rules(
    "woodoo",
    1,
    "EUR",
    Precision(None, False, False),
    customers=CustomerRules(vat_meta_keys=("vat_number", "billing_vat")),
    countries={"ES": SPAIN, "FR": 75},
    states={("ES", "M"): MADRID, ("ES", "B"): 439},
)
WANTED = Wanted(frozenset(EVERY), RULES, lambda country, one: {MADRID: "M", 439: "B"}.get(one, ""), "vat_number")
BILLING = Address("Ana", "Prueba", "", "Gran Vía 1", "", "Madrid", "M", "28013", "ES", "ana@example.net", "600")
ACCOUNT = Account("12", "ana@example.net", "Ana", "Prueba", billing=BILLING)


def partner(**values: Any) -> dict[str, Any]:
    record: dict[str, Any] = dict.fromkeys(PARTNER_FIELDS, False)
    record |= {"id": 45, "name": "Ana Prueba", "email": "ana@example.net", "email_normalized": "ana@example.net"}
    record |= {"phone": "600", "street": "Gran Vía 1", "zip": "28013", "city": "Madrid", "country_id": SPAIN}
    return {**record, "state_id": MADRID, "type": "contact", "active": True, "id": 45, **values}


def say(owner: Owner = Owner.STORE, **values: Any) -> Say:
    return Say(owner, frozenset(EVERY), frozenset(EVERY), **{"into_odoo": True, "into_store": True, **values})


def planned(contact: Contact, account: Account = ACCOUNT, known: tuple[str, str] = ("", ""), **who: Any) -> AccountPlan:
    people = [contact.person, *([contact.company] if contact.company else [])]
    customers = Customers(people, {"customer_12": contact.person["id"]})
    plan = plan_account(account, customers, {contact.person["id"]: contact}, known, say(**who), WANTED)
    assert isinstance(plan, AccountPlan)
    return plan


def test_an_account_and_a_contact_that_say_the_same_differ_in_nothing() -> None:
    assert account_vals(Contact(partner()), ACCOUNT, WANTED) == {}
    plan = planned(Contact(partner()))
    assert (plan.differs, plan.decision.write, plan.shown(say()).summary) == ((), None, "Both sides say the same.")


def test_case_and_blanks_are_no_difference() -> None:
    assert account_vals(Contact(partner(name="ANA  prueba", city="MADRID ")), ACCOUNT, WANTED) == {}


@pytest.mark.parametrize(
    ("contact", "vals"),
    [
        ({"phone": "611 "}, {"billing": {"phone": "611"}}),
        ({"phone": False}, {}),
        ({"street": False, "zip": False, "city": False, "country_id": False, "state_id": False}, {}),
        ({"vat": "ESB12345678"}, {"meta": {"vat_number": "ESB12345678"}}),
        (
            {"name": "Ana María Prueba"},
            {
                "first_name": "Ana María",
                "last_name": "Prueba",
                "billing": {"first_name": "Ana María", "last_name": "Prueba"},
            },
        ),
        ({"email": "nueva@example.net"}, {"email": "nueva@example.net", "billing": {"email": "nueva@example.net"}}),
        ({"email": "no address"}, {}),
        (
            {"city": "Barcelona", "zip": "08001", "state_id": 439},
            {
                "billing": {
                    "address_1": "Gran Vía 1",
                    "address_2": "",
                    "postcode": "08001",
                    "city": "Barcelona",
                    "country": "ES",
                    "state": "B",
                }
            },
        ),
    ],
)
def test_only_what_differs_goes_out_and_nothing_is_emptied(contact: dict[str, Any], vals: dict[str, Any]) -> None:
    assert account_vals(Contact(partner(**contact)), ACCOUNT, WANTED) == vals


def test_fields_that_may_not_go_out_stay() -> None:
    only = replace(WANTED, fields=frozenset({"phone"}))
    assert account_vals(Contact(partner(name="Eva", phone="1", city="Lugo")), ACCOUNT, only) == {
        "billing": {"phone": "1"}
    }


def test_a_vat_number_goes_where_the_account_keeps_one() -> None:
    held = replace(ACCOUNT, meta={"billing_vat": "B 123"})
    assert account_vals(Contact(partner(vat="ESB999")), held, WANTED) == {"meta": {"billing_vat": "ESB999"}}
    assert account_vals(Contact(partner(vat="ESB123")), held, WANTED) == {}
    assert account_vals(Contact(partner(vat="ESB999")), ACCOUNT, replace(WANTED, vat_key="")) == {}


def test_the_company_above_a_person_is_the_company_of_the_billing_address() -> None:
    company = partner(id=44, name="Prueba SL", is_company=True)
    vals = account_vals(Contact(partner(parent_id=44), company), ACCOUNT, WANTED)
    assert vals == {"billing": {"company": "Prueba SL"}}
    assert account_vals(Contact(company), ACCOUNT, WANTED) == {"billing": {"company": "Prueba SL"}}


def test_a_delivery_address_that_the_account_has_already_stays_and_else_the_latest_is_sent() -> None:
    north = partner(id=50, name="Ana Prueba", street="Calle Luna 3", type="delivery", parent_id=45)
    south = partner(id=51, name=False, street="Calle Sol 2", type="delivery", parent_id=45)
    contact = Contact(partner(), deliveries=(south, north))
    there = replace(ACCOUNT, shipping=replace(BILLING, address_1="calle luna 3", email="", phone=""))
    assert account_vals(contact, there, WANTED) == {}
    sent = account_vals(contact, ACCOUNT, WANTED)["shipping"]
    assert (sent["first_name"], sent["last_name"], sent["address_1"]) == ("Ana", "Prueba", "Calle Sol 2")
    own = replace(ACCOUNT, shipping=replace(BILLING, email=""))
    assert account_vals(contact, own, WANTED) == {}, "the buyer has the goods sent to the billing address"


def test_a_new_account_has_all_fields_whatever_may_be_changed_later() -> None:
    vals = new_account_vals(Contact(partner(vat="ESB1")), replace(WANTED, fields=frozenset()))
    assert vals["email"] == vals["billing"]["email"] == "ana@example.net"
    assert (vals["first_name"], vals["billing"]["state"], vals["meta"]) == ("Ana", "M", {"vat_number": "ESB1"})


@pytest.mark.parametrize(
    ("name", "first", "last", "cut"),
    [
        ("Ana María Prueba", "Ana", "Prueba", ("Ana María", "Prueba")),
        ("Ana Prueba López", "Ana", "Prueba", ("Ana", "Prueba López")),
        ("María José de la Cruz", "María José", "Otra", ("María José", "de la Cruz")),
        ("Eva Muestra Gil", "", "", ("Eva", "Muestra Gil")),
        ("Eva", "Ana", "Prueba", ("Eva", "")),
        ("", "Ana", "Prueba", ("", "")),
    ],
)
def test_a_full_name_is_cut_where_a_part_of_it_stayed(name: str, first: str, last: str, cut: tuple[str, str]) -> None:
    assert split_name(name, first, last) == cut


def test_a_state_goes_by_the_store_s_own_code() -> None:
    states = {("JP", "13"): 7, ("JP", "JP13"): 7, ("JP", "JP-13"): 7}
    assert store_state(["JP12", "JP13"], states, "JP", 7) == "JP13"
    assert store_state([], states, "JP", 7) == ""


def test_the_owner_s_side_is_written_to_the_other_and_the_wrong_side_is_drift() -> None:
    changed = Contact(partner(phone="611"))
    first = planned(changed)
    assert (first.decision.write, dict(first.odoo_vals)) == (Owner.ODOO, {45: {"phone": "600"}})
    known = (first.odoo_print, first.store_print)
    again = planned(changed, known=known)
    assert again.decision.write is None, "each side keeps its own form"
    drifted = planned(Contact(partner(phone="622")), known=known)
    assert (drifted.decision.drift, drifted.decision.write) == (Owner.ODOO, Owner.ODOO)
    assert planned(Contact(partner(phone="622")), known=known, repair=False).decision.write is None
    out = planned(changed, owner=Owner.ODOO)
    assert (out.decision.write, out.store_vals) == (Owner.STORE, {"billing": {"phone": "611"}})


def test_what_may_not_be_written_is_said() -> None:
    who = say(into_odoo=False)
    plan = planned(Contact(partner(phone="611")), into_odoo=False)
    assert not who.may_write(plan.decision.write)
    assert plan.shown(who).summary.startswith("Different, but customers may not be changed in Odoo")


def test_an_account_renames_no_company_and_leaves_its_address_where_others_are_below_it() -> None:
    company = partner(id=44, name="Prueba SL", is_company=True, email=False)
    person = partner(parent_id=44)
    moved = replace(ACCOUNT, billing=replace(BILLING, company="Otra SL", address_1="Calle Mayor 7"))
    keys = {link_keys(as_order(moved), RULES)[0]: 45}
    for people, wanted in ((1, {44}), (2, set())):
        contact = Contact(person, company, people=people)
        plan = plan_account(moved, Customers([person, company], keys), {45: contact}, ("", ""), say(), WANTED)
        assert isinstance(plan, AccountPlan)
        assert set(plan.odoo_vals) == wanted
        assert "name" not in plan.odoo_vals.get(44, {})


def test_prints_change_with_what_goes_over_and_with_nothing_else() -> None:
    keys = RULES.customers.vat_meta_keys
    mark = account_mark(ACCOUNT, keys)
    assert account_mark(replace(ACCOUNT, meta={"wc_last_active": "1"}, role="subscriber"), keys) == mark
    assert account_mark(replace(ACCOUNT, meta={"vat_number": "B1"}), keys) != mark
    card = contact_card(Contact(partner()), EVERY)
    assert contact_card(Contact(partner(comment="called")), EVERY) == card
    assert contact_card(Contact(partner(zip="28014")), EVERY) != card
    assert contact_card(Contact(partner(zip="28014")), ("name",)) == contact_card(Contact(partner()), ("name",))


def test_the_name_of_the_account_counts_where_the_billing_address_has_none() -> None:
    bare = Account("12", "ana@example.net", "Ana", "Prueba")
    assert (billing_of(bare).name, billing_of(bare).email) == ("Ana Prueba", "ana@example.net")
    assert as_order(bare).label == "Customer #12"


def test_who_becomes_a_customer_without_an_order() -> None:
    buyer = replace(ACCOUNT, is_buyer=True)
    made = [may_make(one, policy) for policy in ("never", "buyers", "all") for one in (ACCOUNT, buyer)]
    assert made == [False, False, False, True, True, True]


def test_what_differs_is_named_by_field_not_by_value() -> None:
    vals = {"email": "x", "billing": {"city": "y", "company": "z"}, "shipping": {"city": "w"}, "meta": {"vat": "v"}}
    assert changed_parts(vals) == ("email", "address", "name", "delivery", "vat")
