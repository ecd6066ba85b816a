"""Customer accounts of a shop, the double's and a real one's, as Woodoo reads and writes them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from woodoo.stores.base import EmailTaken
from woodoo.stores.woocommerce.client import WooClient
from woodoo.stores.woocommerce.customers import WooCustomers

from .store_target import Target


@pytest.fixture
def customers(shop: Target) -> Iterator[WooCustomers]:
    with WooClient(shop.https_url, shop.key, shop.secret, ca_bundle=str(shop.ca_file or "")) as client:
        yield WooCustomers(client)


def email(who: str = "ana") -> str:
    return f"woodoo-contract-{who}-{uuid.uuid4().hex[:10]}@example.net"


def vals(address: str, **more: object) -> dict[str, object]:
    billing = {"first_name": "Ana", "last_name": "Prueba", "address_1": "Gran Vía 1", "country": "ES", "state": "M"}
    return {
        "email": address,
        "first_name": "Ana",
        "last_name": "Prueba",
        "billing": {**billing, "email": address},
        **more,
    }


def test_accounts_are_made_read_and_changed_each_judged_alone(shop: Target, customers: WooCustomers) -> None:
    ana, eva = email(), email("eva")
    made = customers.create_accounts(
        {"a": vals(ana, meta={"vat_number": "B1"}), "b": vals(eva), "c": vals("no address")}
    )
    shop.made += [f"customers/{account.external_id}" for account in made.done.values()]
    assert set(made.done) == {"a", "b"}
    assert set(made.errors) == {"c"}
    one, other = made.done["a"], made.done["b"]
    assert (one.email, one.role, one.billing.address_1, one.meta["vat_number"]) == (ana, "customer", "Gran Vía 1", "B1")
    again = customers.create_accounts({"a": vals(ana)})
    assert isinstance(again.errors["a"], EmailTaken)
    assert "@" not in again.errors["a"].message
    changed = customers.change_accounts(
        {
            one.external_id: {"billing": {"phone": "611"}, "meta": {"vat_number": "B2"}},
            other.external_id: {"email": ana},
            "99999999": {"first_name": "Nobody"},
        }
    )
    assert changed.done[one.external_id].billing.phone == "611"
    assert changed.done[one.external_id].billing.address_1 == "Gran Vía 1", "the rest of the address stays"
    assert isinstance(changed.errors[other.external_id], EmailTaken)
    assert "99999999" in changed.errors
    fetched = customers.fetch_accounts([one.external_id, other.external_id, "99999999"])
    assert fetched.missing == {"99999999"}
    assert fetched.found[one.external_id].meta["vat_number"] == "B2"
    assert fetched.found[other.external_id].email == eva


def test_an_account_is_found_by_its_e_mail_address_whatever_its_capitals(shop: Target, customers: WooCustomers) -> None:
    address = email()
    made = customers.create_accounts({"a": vals(address)}).done["a"]
    shop.made.append(f"customers/{made.external_id}")
    found = customers.find_account(address.upper())
    assert found is not None
    assert found.external_id == made.external_id
    assert customers.find_account(email("nobody")) is None


def test_the_walk_shows_every_account_once_and_no_staff(shop: Target, customers: WooCustomers) -> None:
    made = customers.create_accounts({str(number): vals(email(str(number))) for number in range(3)}).done
    shop.made += [f"customers/{account.external_id}" for account in made.values()]
    seen, cursor = [], ""
    while True:
        page = customers.every_account(cursor)
        seen += [account.external_id for account in page.accounts]
        assert not any(account.is_staff for account in page.accounts)
        cursor = page.cursor
        if not cursor:
            break
    assert len(seen) == len(set(seen))
    assert {account.external_id for account in made.values()} <= set(seen)


def test_whether_new_accounts_are_mailed_is_a_setting_of_the_shop(settable: Target, customers: WooCustomers) -> None:
    settable.set_option("email_customer_new_account", "enabled", "yes")
    assert customers.mails_new_accounts()
    settable.set_option("email_customer_new_account", "enabled", "no")
    assert not customers.mails_new_accounts()


def test_states_go_by_country(customers: WooCustomers) -> None:
    assert "M" in customers.states("ES")
    assert "CA" in customers.states("US")
    assert list(customers.states("ZZ")) == []


def test_names_with_an_ampersand_come_back_as_they_were_written(shop: Target, customers: WooCustomers) -> None:
    made = customers.create_accounts({"a": {**vals(email()), "last_name": "Lara & Söhne"}}).done["a"]
    shop.made.append(f"customers/{made.external_id}")
    assert made.last_name == "Lara & Söhne"
    assert customers.fetch_accounts([made.external_id]).found[made.external_id].last_name == "Lara & Söhne"
