"""Customers on a real Odoo and a store: accounts and contacts follow each other by who has the say, then rest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from tests.odoo.both_ways import BothWays, both_ways

from woodoo.chores import webhooks
from woodoo.chores.accounts import walk_accounts
from woodoo.chores.contacts import look_at_contacts
from woodoo.engine import completeness
from woodoo.engine.cursors import set_cursor
from woodoo.engine.flow import OutcomeKind
from woodoo.engine.models import Link
from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.odoo.fixtures import Admin

pytestmark = pytest.mark.django_db
NUMBERS = count(1)
MADRID = {
    "address_1": "Gran Vía 1",
    "address_2": "",
    "city": "Madrid",
    "state": "M",
    "postcode": "28013",
    "country": "ES",
    "phone": "600000000",
}


@pytest.fixture
def shop(odoo: Endpoint, admin: Admin, request: pytest.FixtureRequest) -> Iterator[BothWays]:
    """A store whose accounts Odoo follows; the store has the say."""
    name = f"both{next(NUMBERS)}"
    with both_ways(odoo, admin, name, {"take_customers": True}) as found:
        yield found


@pytest.fixture
def from_odoo(shop: BothWays) -> BothWays:
    """The same with Odoo having the say, and accounts that follow."""
    shop.set(send_customers=True, take_customers=False, owners={"customers": "odoo"})
    return shop


def email(shop: BothWays, who: str = "ana") -> str:
    """Return an e-mail address no other test has, on either Odoo."""
    return f"{who}.{shop.connection.name}.{shop.store.key[-8:].lower()}@example.net"


def account(shop: BothWays, who: str = "ana", **more: Any) -> str:
    """Make an account in the store by hand."""
    billing = {"first_name": "Ana", "last_name": "Prueba", "email": email(shop, who), **MADRID}
    billing |= more.pop("billing", {})
    made = shop.person.post(
        "customers",
        {"email": email(shop, who), "first_name": "Ana", "last_name": "Prueba", "billing": billing, **more},
    )
    return str(made["id"])


def contact(shop: BothWays, who: str = "ana", **more: Any) -> int:
    """Make a contact in Odoo by hand."""
    (made,) = shop.odoo.create("res.partner", [{"name": "Ana Prueba", "email": email(shop, who), **more}])
    return made


def test_a_changed_account_changes_its_contact_without_an_order_and_comes_to_rest(shop: BothWays) -> None:
    one, odoo_id = account(shop), contact(shop)
    first = shop.one("customer", one)
    assert first.kind == OutcomeKind.DONE, first.message
    row = shop.read("res.partner", odoo_id, "name", "street", "city", "zip", "phone", "state_id", "country_id")
    assert (row["street"], row["city"], row["zip"], row["phone"]) == ("Gran Vía 1", "Madrid", "28013", "600000000")
    assert row["state_id"]
    shop.person.put(f"customers/{one}", {"billing": {"first_name": "Ana María", "address_1": "Calle Mayor 7"}})
    assert "written in Odoo" in shop.one("customer", one).message
    row = shop.read("res.partner", odoo_id, "name", "street", "write_date")
    assert (row["name"], row["street"]) == ("Ana María Prueba", "Calle Mayor 7")
    # Our own writing is known again: nothing is written for it, nothing rings.
    assert shop.one("customer", one).message == "Both sides say the same."
    assert shop.read("res.partner", odoo_id, "write_date")["write_date"] == row["write_date"]
    assert shop.drifts() == []


def test_a_delivery_address_of_the_account_becomes_one_below_the_contact_once(shop: BothWays) -> None:
    shipping = {"first_name": "Ana", "last_name": "Prueba", **MADRID, "address_1": "Calle Luna 3"}
    shipping.pop("phone")
    one, odoo_id = account(shop, shipping=shipping), contact(shop)
    for _ in range(2):
        assert shop.one("customer", one).kind == OutcomeKind.DONE
    below = shop.odoo.search_read("res.partner", [("parent_id", "=", odoo_id)], ["street", "type"])
    assert [(row["street"], row["type"]) for row in below] == [("Calle Luna 3", "delivery")]


def test_who_only_registered_becomes_no_customer_unless_the_settings_say_so(shop: BothWays) -> None:
    one = account(shop)
    left = shop.one("customer", one)
    assert left.kind == OutcomeKind.SKIPPED
    assert "no customer" in left.message
    shop.set(create_odoo_customers="all")
    assert shop.one("customer", one).message == "Created in Odoo."
    assert shop.one("customer", one).message == "Both sides say the same."
    found = shop.odoo.search_read("res.partner", [("email", "=", email(shop))], ["name", "street"])
    assert [(row["name"], row["street"]) for row in found] == [("Ana Prueba", "Gran Vía 1")]


def test_a_company_account_becomes_the_company_with_its_person_and_changes_the_person_only(shop: BothWays) -> None:
    shop.set(create_odoo_customers="all")
    one = account(shop, billing={"company": f"Prueba {shop.connection.name} SL"})
    assert shop.one("customer", one).message == "Created in Odoo."
    (person,) = shop.odoo.search_read("res.partner", [("email", "=", email(shop))], ["name", "parent_id"])
    assert person["parent_id"]
    shop.person.put(f"customers/{one}", {"billing": {"last_name": "Muestra", "company": "Otra SL"}})
    assert shop.one("customer", one).kind == OutcomeKind.DONE
    assert shop.read("res.partner", person["id"], "name")["name"] == "Ana Muestra"
    assert shop.read("res.partner", person["parent_id"], "name")["name"].startswith("Prueba both")


def test_ambiguous_archived_staff_and_deleted_accounts_change_nothing(shop: BothWays) -> None:
    shared, gone, staff = account(shop, "shared"), account(shop, "gone"), account(shop, "staff")
    old = account(shop, "old")
    twins = [contact(shop, "shared"), contact(shop, "shared", name="Ana Otra")]
    archived = contact(shop, "old", active=False, name="Ana Antes")
    contact(shop, "staff")
    shop.store.shop.tables["customers"][int(staff)]["role"] = "shop_manager"
    shop.person.delete(f"customers/{gone}", {"force": True})
    found = shop.sync("customer", shared, gone, staff, old)
    assert found[shared].kind == OutcomeKind.PARKED
    assert all(f"id {one}" in found[shared].message for one in twins)
    assert "of this account" in found[shared].message
    assert {one: found[one].kind for one in (gone, staff, old)} == dict.fromkeys((gone, staff, old), "skipped")
    assert "deleted" in found[gone].message
    assert "staff" in found[staff].message
    assert shop.read("res.partner", archived, "name", "street") == {
        "id": archived,
        "name": "Ana Antes",
        "street": False,
    }


def test_the_walk_rings_for_changed_accounts_only(shop: BothWays) -> None:
    one, other = account(shop), account(shop, "eva")
    contact(shop)
    walk_accounts(shop.live)
    rung = shop.rung("customer")
    assert {one, other} <= set(rung)
    shop.sync("customer", *rung)

    def again() -> list[str]:
        set_cursor(shop.connection.pk, "store:accounts", "")
        walk_accounts(shop.live)
        return shop.rung("customer")

    assert again() == []
    shop.store.shop.tables["customers"][int(one)]["billing"]["phone"] = "611"
    assert again() == [one]


def test_a_walk_begins_early_where_webhooks_may_have_been_lost(shop: BothWays, monkeypatch: pytest.MonkeyPatch) -> None:
    one, clock = account(shop), datetime.now(UTC)
    monkeypatch.setattr(completeness, "now", lambda: clock)
    walk_accounts(shop.live)
    shop.sync("customer", *shop.rung("customer"))
    shop.store.shop.tables["customers"][int(one)]["billing"]["phone"] = "611"
    for _ in range(3):  # looked at as often as is usual: no reason to walk
        clock += timedelta(seconds=300)
        walk_accounts(shop.live)
    assert shop.rung("customer") == []
    clock += timedelta(seconds=1000)  # Woodoo was away
    walk_accounts(shop.live)
    assert shop.rung("customer") == [one]
    shop.sync("customer", one)
    shop.store.shop.tables["customers"][int(one)]["billing"]["phone"] = "622"
    clock += timedelta(seconds=300)
    set_cursor(shop.connection.pk, webhooks.NAME, json.dumps({"mended_at": clock.isoformat()}))
    walk_accounts(shop.live)
    assert shop.rung("customer") == [one]


def test_a_changed_contact_changes_its_account_and_nothing_else_rings(from_odoo: BothWays) -> None:
    shop = from_odoo
    one, odoo_id = account(shop), contact(shop, street="Calle Sol 2", city="Madrid", phone="622")
    assert shop.one("customer", one).kind == OutcomeKind.DONE  # matched by e-mail address
    look_at_contacts(shop.live)
    shop.rung("customers")
    barcelona = shop.odoo.search("res.country.state", [("country_id.code", "=", "ES"), ("code", "=", "B")])[0]
    spain = shop.odoo.search("res.country", [("code", "=", "ES")])[0]
    vals = {"name": "Ana María Prueba", "street": "Carrer Gran 9", "city": "Barcelona", "zip": "08001"}
    shop.odoo.write("res.partner", [odoo_id], {**vals, "state_id": barcelona, "country_id": spain, "phone": "633"})
    look_at_contacts(shop.live)
    assert shop.rung("customers") == [str(odoo_id)]
    outcome = shop.one("customers", str(odoo_id))
    assert outcome.kind == OutcomeKind.DONE, outcome.message
    billing = shop.person.get(f"customers/{one}")["billing"]
    assert (billing["first_name"], billing["last_name"]) == ("Ana María", "Prueba")
    assert (billing["address_1"], billing["city"], billing["state"], billing["country"], billing["phone"]) == (
        "Carrer Gran 9", "Barcelona", "B", "ES", "633",
    )  # fmt: skip
    # Odoo is written for reasons of its own: no ring, no request.
    shop.odoo.write("res.partner", [odoo_id], {"comment": "Called about the parcel"})
    before = shop.calls()
    look_at_contacts(shop.live)
    assert (shop.rung("customers"), shop.calls()) == ([], before)
    assert shop.one("customer", one).message == "Both sides say the same."
    assert shop.drifts() == []


def test_a_change_on_the_wrong_side_is_told_and_written_over(from_odoo: BothWays) -> None:
    shop = from_odoo
    one, odoo_id = account(shop), contact(shop, phone="600000000", street="Gran Vía 1", city="Madrid", zip="28013")
    shop.one("customer", one)
    shop.person.put(f"customers/{one}", {"billing": {"phone": "999"}})
    shop.set(repair_drift=False)
    assert "only told" in shop.one("customer", one).message
    assert shop.drifts() == [(one, "customers", "store", False)]
    shop.set(repair_drift=True)
    shop.one("customer", one)
    assert shop.person.get(f"customers/{one}")["billing"]["phone"] == "600000000"
    assert shop.drifts() == [(one, "customers", "store", True)]
    assert shop.read("res.partner", odoo_id, "phone")["phone"] == "600000000"


def test_an_e_mail_address_changes_only_where_it_may_and_not_to_that_of_another_account(from_odoo: BothWays) -> None:
    shop = from_odoo
    one, odoo_id = account(shop), contact(shop)
    other = account(shop, "eva")
    shop.one("customer", one)
    shop.odoo.write("res.partner", [odoo_id], {"email": email(shop, "nueva")})
    shop.one("customers", str(odoo_id))
    assert shop.person.get(f"customers/{one}")["email"] == email(shop)
    shop.set(account_fields_out=["name", "phone", "address", "email"])
    shop.one("customers", str(odoo_id))
    assert shop.person.get(f"customers/{one}")["email"] == email(shop, "nueva")
    shop.odoo.write("res.partner", [odoo_id], {"email": email(shop, "eva")})
    taken = shop.one("customers", str(odoo_id))
    assert taken.kind == OutcomeKind.PARKED
    assert "another account" in taken.message
    assert "@" not in taken.message
    assert shop.person.get(f"customers/{other}")["email"] == email(shop, "eva")


def test_accounts_are_made_for_tagged_contacts_only_and_without_a_mail(from_odoo: BothWays) -> None:
    shop = from_odoo
    (tag,) = shop.admin.create("res.partner.category", [{"name": f"Shop {shop.connection.name}"}])
    shop.set(create_accounts=True, account_tag_id=tag)
    plain = contact(shop, "plain")
    spain = shop.odoo.search("res.country", [("code", "=", "ES")])[0]
    meant = contact(shop, "meant", category_id=[(6, 0, [tag])], street="Calle Sol 2", city="Madrid", country_id=spain)
    (child,) = shop.odoo.create(
        "res.partner",
        [{"name": "Almacén Norte", "type": "delivery", "parent_id": meant, "street": "Nave 3", "city": "Getafe"}],
    )
    look_at_contacts(shop.live)
    assert shop.rung("customers") == [str(meant)]
    refused = shop.one("customers", str(meant))
    assert refused.kind == OutcomeKind.PARKED
    assert "New account" in refused.message
    shop.store.set_option("email_customer_new_account:enabled", "no")
    shop.live.memory.forget()
    outcomes = shop.sync("customers", str(meant), str(plain))
    assert outcomes[str(plain)].kind == OutcomeKind.SKIPPED
    assert "was made in the store" in outcomes[str(meant)].message
    (made,) = shop.person.rows("customers", {"email": email(shop, "meant")})
    assert (made["billing"]["address_1"], made["shipping"]["address_1"]) == ("Calle Sol 2", "Nave 3")
    assert (made["shipping"]["first_name"], made["first_name"]) == ("Almacén", "Ana")
    # Again, and with all links lost: no second account.
    assert shop.one("customers", str(meant)).message == "Both sides say the same."
    Link.objects.all().delete()
    assert shop.one("customers", str(meant)).kind == OutcomeKind.DONE
    assert len(shop.person.rows("customers", {"email": email(shop, "meant")})) == 1
    # Somebody deletes the account: it is not made again.
    shop.person.delete(f"customers/{made['id']}", {"force": True})
    assert "deleted in the store" in shop.one("customers", str(meant)).message
    # The address of a delivery rings for whom it belongs to.
    shop.odoo.write("res.partner", [child], {"street": "Nave 4"})
    look_at_contacts(shop.live)
    assert shop.rung("customers") == [str(meant)]


def test_nothing_told_of_customers_holds_personal_data_but_where_a_person_has_to_choose(from_odoo: BothWays) -> None:
    shop = from_odoo
    one, odoo_id = account(shop), contact(shop, phone="600000000")
    shop.one("customer", one)
    shop.person.put(f"customers/{one}", {"billing": {"phone": "612345678", "first_name": "Berta"}})
    outcome = shop.one("customer", one)
    told = " ".join([outcome.message, outcome.title, str(outcome.plan), *(one.detail for one in outcome.drifts or ())])
    assert not any(word in told for word in ("Berta", "Prueba", "612345678", "@", "Gran"))
    assert Link.objects.get(kind="account", external_id=one).odoo_name == ""
    assert odoo_id
