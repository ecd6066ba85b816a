"""Who an order belongs to: found, found again, or made once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.mapping.orders import MADRID, make_line, make_order, make_rules
from tests.mapping.partners import make_partner, seen_partners
from woodoo.domain.customer import Address
from woodoo.domain.errors import ConfigError, DataError
from woodoo.domain.order import Order
from woodoo.mapping.customers.customer import CustomerPlan, parents_to_search, plan_customer
from woodoo.mapping.customers.customer_keys import email_of, link_keys
from woodoo.mapping.customers.customer_words import customer_notes
from woodoo.mapping.customers.customers_seen import Customers
from woodoo.mapping.customers.res_partner import ambiguous_ids
from woodoo.mapping.customers.vat import same_vat, vat_number, vat_spellings
from woodoo.mapping.rules import CustomerRules, Rules

NOBODY = Customers()
ACME = replace(MADRID, company="ACME S.L.")
PARIS = replace(MADRID, address_1="Rue de Rivoli 1", city="Paris", postcode="75001", country="FR", state="")


def order_of(billing: Address = MADRID, shipping: Address | None = None, **changes: Any) -> Order:
    return make_order(
        make_line("10.00"),
        total="10.00",
        billing=billing,
        shipping=billing if shipping is None else shipping,
        **changes,
    )


def with_rules(**customers: Any) -> Rules:
    return make_rules(customers=CustomerRules(**({"vat_meta_keys": ("_vat", "vat_number")} | customers)))


def planned(order: Order, seen: Customers = NOBODY, rules: Rules | None = None, **more: Any) -> CustomerPlan:
    return plan_customer(order, seen, rules or with_rules(), **more)


# Found


def test_the_partner_of_earlier_orders_comes_before_the_e_mail_address() -> None:
    order = order_of(customer_id="12")
    seen = seen_partners(
        make_partner(33, email="old@example.net"),
        make_partner(34, email="ana@example.net"),
        linked={"customer_12": 33},
    )
    assert planned(order, seen).partner.odoo_id == 33


def test_a_guest_who_opened_an_account_is_known_by_the_guest_s_orders() -> None:
    guest, account = order_of(), order_of(customer_id="12")
    (key,) = link_keys(guest, with_rules())
    seen = seen_partners(make_partner(33, email="changed@example.net"), linked={key: 33})
    assert planned(account, seen).partner.odoo_id == 33


@pytest.mark.parametrize("email", ["ana@example.net", " Ana@Example.NET", "ANA@EXAMPLE.NET"])
def test_an_e_mail_address_is_the_same_whatever_its_case(email: str) -> None:
    seen = seen_partners(make_partner(33, email=email))
    assert planned(order_of(), seen).partner.odoo_id == 33


@pytest.mark.parametrize(
    ("entered", "compared"),
    [
        ("  Ana@Example.net ", "ana@example.net"),
        ("ana @ example.net", "ana@example.net"),
        ("ana@example.net, eva@example.net", "ana@example.net"),
        ("Ana Prueba <ana@example.net>", "ana@example.net"),
        ("ana+shop@example.net", "ana+shop@example.net"),
        ("a_n%a@example.net", "a_n%a@example.net"),
        ("o'brien@example.net", "o'brien@example.net"),
        ("none", ""),
        ("", ""),
    ],
)
def test_which_e_mail_address_counts(entered: str, compared: str) -> None:
    assert email_of(order_of(replace(MADRID, email=entered))) == compared


@pytest.mark.parametrize("other", ["anaXexample.net@example.net", "ana+shop@example.net", "aXb@example.net"])
def test_nothing_in_an_e_mail_address_is_a_wildcard(other: str) -> None:
    order = order_of(replace(MADRID, email="a_b@example.net"))
    assert planned(order, seen_partners(make_partner(33, email=other))).partner.odoo_id is None


def test_several_with_the_e_mail_address_are_shown_to_a_person() -> None:
    seen = seen_partners(
        make_partner(33, email="ana@example.net", vat="ES12345678Z"),
        make_partner(34, name="Ana P.", city="Sevilla", email="ana@example.net"),
        make_partner(35, email="ana@example.net", active=False),
    )
    with pytest.raises(DataError, match=r"2 customers .*Ana Prueba \(id 33, Madrid, VAT ES12345678Z\)") as caught:
        planned(order_of(), seen)
    assert "Ana P. (id 34, Sevilla)" in caught.value.message
    assert "Merge them" in caught.value.fix
    assert "remove the e-mail address" in caught.value.fix


def test_a_hundred_candidates_do_not_fill_the_screen() -> None:
    seen = seen_partners(*(make_partner(i, email="ana@example.net") for i in range(1, 101)))
    with pytest.raises(DataError, match=r"id 10, Madrid\); and 90 more"):
        planned(order_of(), seen)


def test_of_several_the_one_woodoo_made_for_this_customer_is_taken() -> None:
    seen = seen_partners(make_partner(33, email="ana@example.net"), make_partner(34, email="ana@example.net"))
    assert ambiguous_ids(order_of(), seen, with_rules()) == [33, 34]
    ours = planned(order_of()).partner.external_id
    assert planned(order_of(), replace(seen, external_ids={34: ours})).partner.odoo_id == 34


def test_only_top_level_partners_are_customers() -> None:
    below = make_partner(33, email="ana@example.net", parent_id=9, type="delivery")
    assert planned(order_of(), seen_partners(below)).partner.odoo_id is None


def test_an_archived_customer_waits_for_a_person() -> None:
    with pytest.raises(DataError, match=r"archived in Odoo: Ana Prueba \(id 33, Madrid\)") as caught:
        planned(order_of(), seen_partners(make_partner(33, email="ana@example.net", active=False)))
    assert "Restore it" in caught.value.fix


def test_a_customer_in_use_beats_an_archived_one_of_earlier_orders() -> None:
    seen = seen_partners(
        make_partner(33, active=False),
        make_partner(34, email="ana@example.net"),
        linked={"customer_12": 33},
    )
    assert planned(order_of(customer_id="12"), seen).partner.odoo_id == 34


def test_an_archived_customer_of_earlier_orders_is_not_made_anew() -> None:
    seen = seen_partners(make_partner(33, active=False), linked={"customer_12": 33})
    with pytest.raises(DataError, match="archived"):
        planned(order_of(customer_id="12"), seen)


# Made


def test_guest_and_account_with_one_e_mail_address_are_made_as_one() -> None:
    made = {
        planned(order_of(replace(MADRID, email=email), customer_id=account)).partner.external_id
        for email, account in (("ana@example.net", ""), ("ANA@example.net ", "12"), ("ana@example.net", "13"))
    }
    assert len(made) == 1
    other = planned(order_of(replace(MADRID, email="eva@example.net"))).partner.external_id
    assert other not in made


def test_a_guest_without_e_mail_address_is_known_by_name_and_place() -> None:
    billing = replace(MADRID, email="")
    first = planned(order_of(billing, external_id="1")).partner
    again = planned(order_of(replace(billing, first_name="ANA", phone=""), external_id="2")).partner
    other = planned(order_of(replace(billing, first_name="Eva"), external_id="3")).partner
    assert first.external_id == again.external_id != other.external_id
    assert first.key == again.key


def test_a_guest_of_whom_only_the_country_is_known_is_known_by_the_order() -> None:
    one, two = (order_of(Address(first_name="Ana", country="ES"), external_id=record) for record in "12")
    assert planned(one).partner.external_id != planned(two).partner.external_id
    assert planned(one).invoice.is_partner


def test_an_order_that_names_nobody_is_parked() -> None:
    with pytest.raises(DataError, match="neither a name nor a company nor an e-mail") as caught:
        planned(order_of(Address(country="ES")))
    assert "customer of all orders" in caught.value.fix


@pytest.mark.parametrize(
    ("billing", "name"),
    [
        (MADRID, "Ana Prueba"),
        (replace(MADRID, last_name=""), "Ana"),
        (replace(MADRID, first_name="A", last_name=""), "A"),
        (replace(MADRID, first_name="", last_name=""), "ana@example.net"),
        (replace(MADRID, first_name="", last_name="", company="ACME"), "ACME"),
        (replace(MADRID, first_name="Ana\x00\x07", last_name="Prue\u202eba\n"), "Ana Prueba"),
        (replace(MADRID, first_name="علي", last_name="😀"), "علي 😀"),
        (replace(MADRID, first_name='"Ana"', last_name="O'Prueba; DROP"), '"Ana" O\'Prueba; DROP'),
        (replace(MADRID, first_name="ñ" * 500, last_name=""), "ñ" * 500),
    ],
)
def test_what_a_customer_is_called(billing: Address, name: str) -> None:
    assert planned(order_of(billing)).partner.vals["name"] == name


def test_names_are_tidied_where_it_is_wished() -> None:
    shouting = replace(MADRID, first_name="ANA", last_name="DE LA CRUZ", address_1="GRAN VÍA 1", company="IBM")
    tidied = planned(order_of(shouting), rules=with_rules(clean_names=True, companies=False)).partner.vals
    assert (tidied["name"], tidied["street"], tidied["company_name"]) == ("Ana de la Cruz", "Gran Vía 1", "IBM")
    assert planned(order_of(shouting), rules=with_rules(companies=False)).partner.vals["name"] == "ANA DE LA CRUZ"


@pytest.mark.parametrize(
    ("meta", "lang"), [({}, "es_ES"), ({"wpml_language": "fr"}, "fr_FR"), ({"wpml_language": "xx"}, "es_ES")]
)
def test_the_language_of_new_customers(meta: Mapping[str, str], lang: str) -> None:
    rules = with_rules(language="es_ES", language_meta_key="wpml_language", languages={"fr": "fr_FR"})
    assert planned(order_of(meta=meta), rules=rules).partner.vals["lang"] == lang
    assert "lang" not in planned(order_of(meta=meta)).partner.vals


# Companies


def test_a_company_is_made_with_the_person_below_it() -> None:
    plan = planned(order_of(ACME, meta={"_vat": "B12345674"}))
    vals, contact = plan.partner.vals, plan.partner.contact
    assert (vals["name"], vals["is_company"], vals["vat"], vals["email"]) == ("ACME S.L.", True, "B12345674", "")
    assert contact is not None
    assert (contact.vals["name"], contact.vals["email"], contact.vals["type"]) == (
        "Ana Prueba",
        "ana@example.net",
        "contact",
    )
    assert plan.invoice.is_partner
    assert plan.delivery.is_partner


def test_a_company_nobody_orders_for_is_a_customer_by_itself() -> None:
    plan = planned(order_of(replace(ACME, first_name="", last_name="")))
    assert plan.partner.contact is None
    assert plan.partner.vals["email"] == "ana@example.net"
    assert plan.invoice.is_partner


@pytest.mark.parametrize("company", ["-", " . ", "\x00", "ana  PRUEBA"])
def test_a_mark_or_the_person_s_own_name_is_no_company(company: str) -> None:
    plan = planned(order_of(replace(MADRID, company=company)))
    assert not plan.partner.vals["is_company"]
    assert plan.partner.vals["name"] == "Ana Prueba"
    assert plan.invoice.is_partner
    assert link_keys(order_of(replace(MADRID, company=company)), with_rules()) == link_keys(order_of(), with_rules())
    seen = seen_partners(make_partner(33, email="ana@example.net"))
    assert planned(order_of(replace(MADRID, company=company)), seen).invoice.is_partner


def test_the_private_address_of_an_employee_is_not_used() -> None:
    home = make_partner(60, street="Rue de Rivoli 1", zip="75001", city="Paris", country_id=75, state_id=False)
    seen = seen_partners(make_partner(33, email="ana@example.net"), children={33: [home | {"type": "private"}]})
    assert planned(order_of(shipping=PARIS), seen).delivery.odoo_id is None


def test_employees_of_one_company_with_its_vat_number_make_one_company() -> None:
    eva = replace(ACME, first_name="Eva", email="eva@example.net", company="Acme")
    one = planned(order_of(ACME, meta={"_vat": "ESB12345674"})).partner
    two = planned(order_of(eva, meta={"vat_number": "b-12345674"})).partner
    assert one.external_id == two.external_id
    assert one.contact
    assert two.contact
    assert one.contact.external_id(5) != two.contact.external_id(5)


def test_companies_of_one_name_without_vat_number_are_not_thrown_together() -> None:
    eva = replace(ACME, first_name="Eva", email="eva@example.net")
    assert planned(order_of(ACME)).partner.external_id != planned(order_of(eva)).partner.external_id


def test_a_company_odoo_has_is_found_by_its_vat_number() -> None:
    company = make_partner(40, name="Acme", is_company=True, vat="ESB12345674")
    plan = planned(order_of(ACME, meta={"_vat": "B-12345674"}), seen_partners(company))
    assert plan.partner.odoo_id == 40
    assert plan.partner.contact
    assert plan.partner.contact.odoo_id is None
    assert parents_to_search([plan])["contacts"] == {40}


@pytest.mark.parametrize(
    "person", [{"email": "ana@example.net", "name": "A. P."}, {"email": False, "name": "ana  prueba"}]
)
def test_the_person_is_found_below_the_company(person: dict[str, Any]) -> None:
    company = make_partner(40, name="ACME S.L.", is_company=True, vat="ESB12345674")
    seen = seen_partners(company, children={40: [make_partner(41, parent_id=40, **person)]})
    plan = planned(order_of(ACME, meta={"_vat": "B12345674"}), seen)
    assert plan.partner.contact
    assert plan.partner.contact.odoo_id == 41


def test_somebody_else_of_that_name_below_the_company_is_somebody_else() -> None:
    company = make_partner(40, name="ACME S.L.", is_company=True, vat="ESB12345674")
    seen = seen_partners(company, children={40: [make_partner(41, parent_id=40, email="other@example.net")]})
    plan = planned(order_of(ACME, meta={"_vat": "B12345674"}), seen)
    assert plan.partner.contact
    assert plan.partner.contact.odoo_id is None


def test_several_companies_with_the_vat_number_are_shown_to_a_person() -> None:
    two = [make_partner(i, name=f"Branch {i}", is_company=True, vat="ESB12345674") for i in (40, 41)]
    order = order_of(ACME, meta={"_vat": "B12345674"})
    with pytest.raises(DataError, match="2 customers in Odoo have the VAT number of this order: Branch 40"):
        planned(order, seen_partners(*two))
    named = make_partner(42, name="acme s.l.", is_company=True, vat="B12345674")
    assert planned(order, seen_partners(*two, named)).partner.odoo_id == 42


def test_a_person_odoo_has_is_used_as_it_is_also_for_a_company_s_order() -> None:
    plan = planned(order_of(ACME, meta={"_vat": "B12345674"}), seen_partners(make_partner(33, email="ana@example.net")))
    assert plan.partner.odoo_id == 33
    assert plan.partner.contact is None
    assert plan.invoice.vals
    assert plan.invoice.vals["name"] == "ACME S.L., Ana Prueba"
    assert plan.partner.notes == ("The order names the VAT number B12345674; Ana Prueba has none in Odoo.",)


def test_the_contact_below_the_order_s_company_comes_before_the_private_person() -> None:
    seen = seen_partners(
        make_partner(33, email="ana@example.net"),
        make_partner(40, name="ACME S.L.", is_company=True),
        make_partner(41, email="ana@example.net", parent_id=40),
        make_partner(50, name="Other", is_company=True),
        make_partner(51, email="ana@example.net", parent_id=50),
    )
    plan = planned(order_of(ACME), seen)
    assert plan.partner.odoo_id == 40
    assert plan.partner.contact
    assert plan.partner.contact.odoo_id == 41


def test_private_orders_of_an_employee_belong_to_the_person() -> None:
    rules = with_rules()
    (company_key,), (private_key,) = link_keys(order_of(ACME), rules), link_keys(order_of(), rules)
    assert company_key != private_key
    seen = seen_partners(
        make_partner(40, name="ACME S.L.", is_company=True),
        make_partner(41, email="ana@example.net", parent_id=40),
        linked={company_key: 41},
    )
    assert planned(order_of(), seen).partner.odoo_id is None
    plan = planned(order_of(ACME), seen)
    assert plan.partner.odoo_id == 40
    assert plan.partner.contact
    assert plan.partner.contact.odoo_id == 41


def test_companies_may_stay_a_word_on_the_person() -> None:
    plan = planned(order_of(ACME, meta={"_vat": "B12345674"}), rules=with_rules(companies=False))
    vals = plan.partner.vals
    assert (vals["name"], vals["company_name"], vals["vat"]) == ("Ana Prueba", "ACME S.L.", "B12345674")
    assert plan.partner.contact is None
    assert plan.invoice.is_partner


# VAT numbers


@pytest.mark.parametrize(
    ("meta", "number"),
    [
        ({"_vat": " ES B-12345674 "}, "ES B-12345674"),
        ({"_vat": "", "vat_number": "B12345674"}, "B12345674"),
        ({"_vat": 12345678}, "12345678"),
        ({"_vat": "none"}, ""),
        ({"_vat": True}, ""),
        ({"_vat": ["B12345674"]}, ""),
        ({"other": "B12345674"}, ""),
        ({"_vat": "B1\x002\n3"}, "B12 3"),
    ],
)
def test_where_the_vat_number_is_looked_for(meta: Mapping[str, Any], number: str) -> None:
    assert vat_number(order_of(meta=meta), with_rules()) == number


@pytest.mark.parametrize(
    ("one", "other", "country", "same"),
    [
        ("B12345674", "ESB12345674", "ES", True),
        ("es b-12.345.674", "B12345674", "ES", True),
        ("EL123456783", "GR123456783", "GR", True),
        ("123456783", "EL123456783", "GR", True),
        ("DE123456788", "123456788", "ES", False),
        ("DE123456788", "de 123 456 788", "ES", True),
        ("B12345674", "B12345675", "ES", False),
        ("", "", "ES", False),
    ],
)
def test_when_two_vat_numbers_are_one(one: str, other: str, country: str, same: bool) -> None:
    assert same_vat(one, other, country) is same
    assert not same or other.upper().replace(" ", "").replace("-", "").replace(".", "") in {
        *vat_spellings(one, country),
        "GR123456783",
    }


# Addresses


def test_where_the_order_says_what_the_customer_says_nothing_is_made() -> None:
    seen = seen_partners(make_partner(33, email="ana@example.net", name="ANA  prueba", street="gran vía 1"))
    plan = planned(order_of(), seen)
    assert plan.invoice.is_partner
    assert plan.delivery.is_partner
    assert not any(parents_to_search([plan]).values())


def test_another_address_becomes_a_contact_with_its_telephone_and_e_mail() -> None:
    shipping = replace(PARIS, phone="+33 1", email="depot@example.net")
    plan = planned(order_of(shipping=shipping))
    assert plan.delivery.vals
    kept = {field: plan.delivery.vals[field] for field in ("type", "name", "city", "phone", "email")}
    assert kept == {
        "type": "delivery",
        "name": "Ana Prueba",
        "city": "Paris",
        "phone": "+33 1",
        "email": "depot@example.net",
    }
    assert plan.delivery.external_id(5).startswith("res_partner_5_delivery_")


@pytest.mark.parametrize("type_", ["delivery", "other", "contact", "invoice"])
def test_an_address_somebody_entered_by_hand_is_found_again(type_: str) -> None:
    by_hand = make_partner(
        60, name="ana prueba", street=" RUE de Rivoli  1", zip="75001", city="PARIS", country_id=75, state_id=False
    ) | {"type": type_, "parent_id": 33}
    seen = seen_partners(make_partner(33, email="ana@example.net"), children={33: [by_hand]})
    plan = planned(order_of(shipping=PARIS), seen)
    assert plan.delivery.odoo_id == 60
    assert plan.delivery.vals is None


def test_a_contact_without_a_name_has_its_owner_s() -> None:
    by_hand = make_partner(
        60, name=False, street="Rue de Rivoli 1", zip="75001", city="Paris", country_id=75, state_id=False, parent_id=33
    )
    seen = seen_partners(make_partner(33, email="ana@example.net"), children={33: [by_hand | {"type": "delivery"}]})
    assert planned(order_of(shipping=PARIS), seen).delivery.odoo_id == 60
    somebody = replace(PARIS, first_name="Eva")
    assert planned(order_of(shipping=somebody), seen).delivery.odoo_id is None


def test_an_archived_address_is_not_used_but_made_anew() -> None:
    old = make_partner(
        60, street="Rue de Rivoli 1", zip="75001", city="Paris", country_id=75, state_id=False, parent_id=33
    )
    anew = planned(order_of(shipping=PARIS), seen_partners(make_partner(33, email="ana@example.net"))).delivery
    archived = old | {"type": "delivery", "active": False}
    seen = seen_partners(make_partner(33, email="ana@example.net"), children={33: [archived]})
    plan = planned(order_of(shipping=PARIS), seen).delivery
    assert plan.vals == anew.vals
    assert plan.external_id(33) != anew.external_id(33)


def test_billing_elsewhere_than_the_company_is_an_invoice_address_of_it() -> None:
    company = make_partner(40, name="ACME S.L.", is_company=True, vat="ESB12345674")
    order = order_of(replace(PARIS, company="ACME S.L."), MADRID, meta={"_vat": "ESB12345674"})
    plan = planned(order, seen_partners(company))
    assert plan.partner.odoo_id == 40
    assert plan.invoice.vals
    assert plan.invoice.vals["city"] == "Paris"
    assert plan.delivery.is_partner


def test_goods_for_somebody_else_in_the_company_name_that_person() -> None:
    plan = planned(order_of(ACME, replace(ACME, first_name="Bob")))
    assert plan.delivery.vals
    assert plan.delivery.vals["name"] == "Bob Prueba"


def test_goods_for_another_company_name_it() -> None:
    plan = planned(order_of(ACME, replace(PARIS, company="Beta")))
    assert plan.delivery.vals
    assert plan.delivery.vals["name"] == "Beta, Ana Prueba"


def test_a_state_odoo_does_not_have_stands_beside_the_city_and_is_told() -> None:
    plan = planned(order_of(replace(MADRID, state="XX"), replace(PARIS, state="YY")))
    assert plan.partner.vals["city"] == "Madrid, XX"
    assert plan.partner.unknown_place == "state ES-XX"
    assert plan.delivery.unknown_place == "state FR-YY"
    again = seen_partners(make_partner(33, email="ana@example.net", city="Madrid, XX", state_id=False))
    assert planned(order_of(replace(MADRID, state="XX")), again).invoice.is_partner


def test_a_country_odoo_does_not_have_stands_beside_the_city_and_is_told() -> None:
    plan = planned(order_of(replace(MADRID, country="ZZ", state="Zett")))
    assert (plan.partner.vals["city"], plan.partner.vals["country_id"]) == ("Madrid, Zett, ZZ", False)
    assert plan.partner.unknown_place == "country ZZ"
    assert customer_notes(plan.partner, (plan.invoice,)) == (
        "Odoo knows no country ZZ; it is written beside the city.",
    )


# One for all, and changes


def test_one_customer_for_all_takes_every_order_and_is_not_remembered() -> None:
    seen = seen_partners(make_partner(7, name="Web shop"), make_partner(33, email="ana@example.net"))
    plan = planned(order_of(customer_id="12"), seen, with_rules(partner_id=7))
    assert (plan.partner.odoo_id, plan.partner.key) == (7, "")
    assert plan.invoice.vals
    assert plan.invoice.vals["name"] == "Ana Prueba"
    assert plan.delivery.vals


def test_an_archived_customer_for_all_is_a_matter_of_the_settings() -> None:
    with pytest.raises(ConfigError, match="contact 7, is archived or gone"):
        planned(order_of(), seen_partners(make_partner(7, active=False)), with_rules(partner_id=7))


def test_a_customer_odoo_has_belongs_to_odoo() -> None:
    seen = seen_partners(make_partner(33, email="ana@example.net", phone="old", city="Sevilla"))
    assert planned(order_of(), seen).partner.changes == {}


ALL = frozenset({"name", "email", "phone", "address", "vat", "lang"})


def test_what_differs_and_may_be_changed_is_changed_and_nothing_else() -> None:
    record = make_partner(33, name="Ana P.", email="old@example.net", phone="600000000", city="Sevilla", lang="fr_FR")
    seen = seen_partners(record, linked={"customer_12": 33})
    order = order_of(customer_id="12", meta={"_vat": "12345678Z"})
    plan = planned(order, seen, with_rules(update_fields=ALL, language="es_ES"))
    place = {"street": "Gran Vía 1", "street2": "", "zip": "28013", "city": "Madrid", "country_id": 68, "state_id": 416}
    assert plan.partner.changes == {
        33: {"name": "Ana Prueba", "email": "ana@example.net", "lang": "es_ES", "vat": "12345678Z", **place}
    }
    assert plan.invoice.is_partner
    assert plan.partner.notes == ()
    only = planned(order, seen, with_rules(update_fields=frozenset({"phone"}))).partner
    assert only.changes == {}
    assert only.notes


def test_a_customer_that_is_as_the_order_says_is_not_written() -> None:
    record = make_partner(33, email="ANA@example.net", phone="600000000", vat="ES12345678Z", street="gran vía 1")
    order = order_of(meta={"_vat": "12345678-Z"})
    assert planned(order, seen_partners(record), with_rules(update_fields=ALL)).partner.changes == {}


def test_an_order_odoo_has_already_changes_no_customer() -> None:
    seen = seen_partners(make_partner(33, email="ana@example.net", city="Sevilla"))
    plan = planned(order_of(), seen, with_rules(update_fields=ALL), may_change=False)
    assert plan.partner.changes == {}
    assert not plan.invoice.is_partner


def test_nothing_is_emptied_by_an_order_that_does_not_name_it() -> None:
    record = make_partner(33, email="ana@example.net", phone="600000000", vat="ES12345678Z")
    order = order_of(Address(first_name="Ana", last_name="Prueba", email="ana@example.net"))
    assert planned(order, seen_partners(record), with_rules(update_fields=ALL)).partner.changes == {}


def test_an_e_mail_address_another_customer_has_is_left_alone() -> None:
    seen = seen_partners(
        make_partner(33, email="old@example.net"),
        make_partner(34, email="ana@example.net"),
        linked={"customer_12": 33},
    )
    plan = planned(order_of(customer_id="12"), seen, with_rules(update_fields=frozenset({"email"})))
    assert plan.partner.changes == {}


def test_of_a_company_s_order_the_person_gets_what_is_the_person_s() -> None:
    seen = seen_partners(
        make_partner(40, name="ACME", is_company=True, phone="1"),
        make_partner(41, name="A. P.", email="ana@example.net", parent_id=40, phone="1"),
        linked={link_keys(order_of(ACME), with_rules())[0]: 41},
    )
    order = order_of(ACME, meta={"_vat": "B12345674"})
    changes = planned(order, seen, with_rules(update_fields=ALL)).partner.changes
    assert changes == {
        40: {"name": "ACME S.L.", "vat": "B12345674"},
        41: {"name": "Ana Prueba", "phone": "600000000"},
    }
