"""From nothing to the first order and through the first mishap, in a real browser, with a store and a real Odoo.

`woodoo run` as a new user starts it: nothing here reaches into Woodoo but by its pages. The figures that
docs/how-to/first-order.md gives are those of this way, and compared with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.cli.test_run import Service, wait_for
from tests.cli.test_run import home as home
from tests.odoo.conftest import RealOdoo
from tests.odoo.newcomer import WIDE, Newcomer
from tests.web.test_browser import PATIENCE
from tests.web.test_browser import chromium as chromium

from woodoo.sandbox.demo.connect import prices
from woodoo.sandbox.odoo.fixtures import Admin, prepare
from woodoo.sandbox.store import StoreDouble
from woodoo.sandbox.store.orders.checkout import Checkout, Wish
from woodoo.stores.woocommerce.client import WooClient

OWN_DATABASE = True
pytestmark = pytest.mark.browser

PASSWORD = "correct-horse-battery"
SHOP = "Woodoo demo shop"
ANA = {
    "first_name": "Ana", "last_name": "Prueba", "email": "ana@example.com", "address_1": "Calle Mayor 1",
    "city": "Madrid", "postcode": "28013", "state": "M", "country": "ES",
}  # fmt: skip
PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "first-order.md"
#: Products of the shop, by their ids there.
MUG, BEANS = 17, 33
SKU = "WOO-S-007"


@dataclass
class Town:
    """A shop with a past, its owner's Odoo, Woodoo just started, and somebody new before it."""

    store: StoreDouble
    odoo: RealOdoo
    service: Service
    new: Newcomer
    #: Orders that waited for a person.
    waiting: list[str] = field(default_factory=list)

    @property
    def page(self) -> Page:
        return self.new.page

    def below(self, name: str) -> Locator:
        """Return the link to one of the pages below a tab of the connection."""
        return self.page.get_by_role("navigation", name="Below").get_by_role("link", name=name, exact=True)

    def buy(self, product: int, method: str = "stripe") -> str:
        """Have a buyer order; return the number of the order."""
        return str(self.store.place_order(Checkout([Wish(product)], ANA, payment_method=method))["id"])

    def in_odoo(self, model: str, field: str, number: str) -> list[dict[str, Any]]:
        return self.odoo.admin.search_read(model, [(field, "=", number)], ["amount_total", "state"])


@pytest.fixture
def town(real_odoo: RealOdoo, chromium: Any, home: Path) -> Iterator[Town]:
    with StoreDouble() as store:
        _is_in_spain(real_odoo.admin)
        with WooClient(store.url, store.key, store.secret) as client:
            prepare(real_odoo.admin, prices(client), rates=map(Decimal, (21, 10, 4, 0)))
        store.seed_orders(6)
        for method in ("cod", "bacs"):
            store.place_order(Checkout([Wish(BEANS, 2)], ANA, payment_method=method))
        service = Service(home, WOODOO_PRIVATE_NETWORKS="127.0.0.0/8")
        try:
            service.until_well()
            context = chromium.new_context(viewport=WIDE, color_scheme="light", locale="en-GB")
            context.set_default_timeout(PATIENCE)
            yield Town(store, real_odoo, service, Newcomer(context.new_page()))
            context.close()
        finally:
            service.end()


def _is_in_spain(admin: Admin) -> None:
    """Have the company of Odoo where the shop is, as its taxes are of that country."""
    (spain,) = _ids(admin, "res.country", "code", "ES")
    countries = {"country_id", "account_fiscal_country_id", "account_tax_fiscal_country_id"}  # the last one in 14
    admin.write("res.company", [1], dict.fromkeys(countries & admin.fields("res.company"), spain))


@pytest.mark.long("19")
def test_from_nothing_to_the_first_order_and_through_the_first_mishap(town: Town) -> None:
    _make_an_account(town)
    _connect(town)
    _map(town)
    _try(town)
    _go_live(town)
    _the_first_order(town)
    _break(town)
    _is_told(town)
    _mend_the_mapping(town)
    _replay(town)
    town.new.keep_figures()
    _is_told_in_the_docs(town.new)


def _make_an_account(town: Town) -> None:
    """The link that was printed, a password; by keyboard alone, as the next two steps."""
    new, page = town.new, town.page
    assert wait_for(lambda: "/first/" in town.service.said)
    link = re.search(r"http://127\.0\.0\.1:\d+/first/\S+", town.service.said)
    assert link
    with new.step("Account"):
        page.goto(link[0])
        new.look("account")
        with new.astray():
            new.type_into("Password", PASSWORD)
            new.type_into("Once more", "correct-horse-batterie")
            new.enter()
            expect(page.get_by_text("This is another one than above.")).to_be_visible()
        new.type_into("Password", PASSWORD)
        new.type_into("Once more", PASSWORD)
        new.enter()
        expect(page.get_by_role("heading", name="Where is your store?")).to_be_visible()


def _connect(town: Town) -> None:
    new, page, store = town.new, town.page, town.store
    with new.step("Store"):
        new.look("store")
        with new.astray():
            for typed, answer in (
                (f"{store.url}/shopp", f"Use the address {store.url}."),
                (store.url.replace("http:", "https:"), "Check that the address and port are those of an https site"),
            ):
                new.type_into("Address of the store", typed)
                new.enter()
                expect(page.get_by_text(answer)).to_be_visible()
        new.look("store-wrong")
        new.type_into("Address of the store", store.url)
        new.enter()
        expect(page.get_by_role("heading", name="Enter a key by hand")).to_be_visible()
    with new.step("Its key"):
        new.look("keys")
        with page.expect_popup() as opened:
            new.press(page.get_by_role("link", name="Open the page of your store where keys are made"))
        key, secret = _key_of(opened.value)
        with new.astray():
            new.type_into("Consumer key", "ck_" + "0" * 40)
            new.type_into("Consumer secret", secret)
            new.enter()
            expect(page.get_by_text("The store does not know the consumer key")).to_be_visible()
        new.look("keys-wrong")
        new.type_into("Consumer key", key)
        new.type_into("Consumer secret", secret)
        new.enter()
        expect(page.get_by_role("heading", name="Where is your Odoo?")).to_be_visible()
    odoo = town.odoo.endpoint
    with new.step("Odoo"):
        new.look("odoo")
        with new.astray():
            new.fill("Address of Odoo", store.url)
            new.press(page.get_by_role("button", name="Test and go on"))
            expect(page.get_by_text("This is the address of the store. Enter that of Odoo.")).to_be_visible()
            new.fill("Address of Odoo", odoo.url.replace("http:", "https:"))
            new.press(page.get_by_role("button", name="Test and go on"))
            expect(page.get_by_text("Does not work:").first).to_be_attached()
        new.look("odoo-wrong")
        new.fill("Address of Odoo", odoo.url)
        new.press(page.get_by_role("button", name="Test and go on"))
        expect(page.get_by_role("heading", name="Who does Woodoo sign in as?")).to_be_visible()
    with new.step("Its login"):
        new.look("login")
        with new.astray():
            new.fill("Database", "another")
            new.fill("Login", odoo.login)
            new.fill("API key", odoo.secret)
            new.press(page.get_by_role("button", name="Test and save"))
            expect(page.get_by_text("Does not work:").first).to_be_attached()
            new.look("login-wrong-database")
            new.fill("Database", odoo.database)
            new.fill("API key", "another")
            new.press(page.get_by_role("button", name="Test and save"))
            expect(page.get_by_text("Does not work:").first).to_be_attached()
            new.look("login-wrong-key")
        new.fill("Database", odoo.database)
        new.fill("Login", odoo.login)
        new.fill("API key", odoo.secret)
        new.press(page.get_by_role("button", name="Test and save"))
        expect(page.get_by_text(f"{SHOP} is saved, and switched off until you go live with it.")).to_be_visible()


def _key_of(page: Page) -> tuple[str, str]:
    """Make a key on the store's page; what is pressed there is the store's, and not counted."""
    page.get_by_label("Description").fill("Woodoo")
    page.get_by_label("Permissions").select_option("Read/Write")
    page.get_by_role("button", name="Generate API key").click()
    found = page.get_by_label("Consumer key").input_value(), page.get_by_label("Consumer secret").input_value()
    page.close()
    return found


def _map(town: Town) -> None:
    new, page = town.new, town.page
    with new.step("Mappings"):
        new.press(page.get_by_role("button", name="Read past orders"))
        expect(page.get_by_text("8 orders were looked at")).to_be_visible()
        expect(page.get_by_text("used in 6 orders").first).to_be_visible()
        new.look("mapping")
        new.press(page.get_by_role("button", name=re.compile("^Take all")))
        expect(page.get_by_text("mappings taken.")).to_be_visible()
        new.press(page.locator("#sheet-shipping").get_by_role("link", name="Choose").first)
        new.choose("Delivery method", "Shop delivery")
        new.look("configuration")
        new.press(page.get_by_role("button", name="Save", exact=True))
        expect(page.get_by_text("Saved.")).to_be_visible()
        new.press(town.below("Mappings"))
        expect(page.get_by_text("No gaps")).to_be_visible()
        new.look("mapping-taken")


def _try(town: Town) -> None:
    new, page = town.new, town.page
    with new.step("Dry run"):
        new.press(town.below("Dry run"))
        new.look("dry-run-empty")
        new.press(page.get_by_role("button", name="Dry run"))
        expect(page.get_by_role("heading", name="Orders", exact=True)).to_be_visible()
        new.look("dry-run")


def _go_live(town: Town) -> None:
    new, page = town.new, town.page
    with new.step("Clean-up"):
        new.press(town.below("Clean-up"))
        new.press(page.get_by_role("button", name="Look for trouble"))
        expect(page.locator("#trouble-unknown").get_by_text("none")).to_be_visible()
        new.look("clean-up")
    with new.step("Checklist"):
        new.press(town.below("Go live"))
        new.look("checklist")
        new.press(page.get_by_role("button", name="Check now"))
        expect(page.get_by_text(re.compile("checks are well|checks, none wrong"))).to_be_visible()
        for name in [point.get_attribute("id") for point in page.locator("ul.points li:has(.bad)").all()]:
            new.press(page.locator(f"#{name}").get_by_role("button"))
            expect(page.locator(f"#{name}").get_by_role("button", name="Take back")).to_be_visible()
        new.look("checklist-done")
        new.press(page.get_by_role("button", name="Go live"))
        expect(page.get_by_text(f"{SHOP} is live")).to_be_visible()
        new.look("live")


def _the_first_order(town: Town) -> None:
    """It is told of by a webhook, and its journey explains it."""
    new, page = town.new, town.page
    assert wait_for(lambda: len(town.store.shop.tables["webhooks"]) >= 4)
    with new.step("First order"):
        number = town.buy(MUG)
        new.press(page.get_by_role("link", name="Work").first)
        row = page.get_by_role("row").filter(has_text=f"Order #{number}")
        expect(row.get_by_text("Done")).to_be_visible()
        new.look("work")
        new.press(row.get_by_role("link", name=f"Order #{number}"))
        expect(page.get_by_text("Totals side by side")).to_be_visible()
        new.look("journey")
    (order,) = town.in_odoo("sale.order", "client_order_ref", number)
    (invoice,) = town.in_odoo("account.move", "ref", number)
    total = float(town.store.shop.tables["orders"][int(number)]["total"])
    assert (order["amount_total"], invoice["amount_total"]) == (total, total)
    assert (order["state"], invoice["state"]) == ("sale", "posted")
    assert [one.status for one in town.store.delivered if one.record == int(number)].count(200) >= 1


def _break(town: Town) -> None:
    """The shop takes a payment method nobody has mapped; in Odoo a product gets another reference."""
    store, admin = town.store, town.odoo.admin
    with store.shop.lock:
        store.shop.gateways["bizum"] = {**store.shop.gateways["bacs"], "id": "bizum", "title": "Bizum"}
    admin.write("product.product", _ids(admin, "product.product", "default_code", SKU), {"default_code": "MUG-OLD"})
    town.waiting = [town.buy(BEANS, "bizum"), town.buy(BEANS, "bizum"), *(town.buy(MUG, "cod") for _ in range(3))]


def _ids(admin: Admin, model: str, field: str, value: str) -> list[int]:
    return [row["id"] for row in admin.search_read(model, [(field, "=", value)], ["id"])]


def _is_told(town: Town) -> None:
    new, page = town.new, town.page
    page.get_by_role("link", name="Overview").click()
    expect(page.locator(".tile", has_text="Needs a person").locator("strong")).to_have_text("5")
    expect(page.get_by_text("Bizum").first).to_be_visible()
    new.look("overview-needs-a-person")
    page.get_by_role("link", name="Alerts").click()
    expect(page.locator(".alert-row").first).to_contain_text("Open")
    expect(page.locator(".topnav .count")).to_be_visible()
    new.look("alerts")


def _mend_the_mapping(town: Town) -> None:
    new, page = town.new, town.page
    with new.step("Mend the mapping"):
        new.press(page.get_by_role("link", name="Overview"))
        new.press(page.get_by_role("link", name="By cause"))
        new.look("causes")
        new.press(page.get_by_role("link", name="Payments"))
        new.choose("Bizum: Journal", "Bank")
        new.press(page.get_by_role("button", name="Save and test").last)
        expect(page.get_by_text("5 records that waited are tried again")).to_be_visible()


def _replay(town: Town) -> None:
    """What is mended in Odoo is replayed by hand: all that wait, counted, asked once more, done."""
    new, page, admin = town.new, town.page, town.odoo.admin
    with new.step("Replay all that wait"):
        new.press(page.get_by_role("link", name="Work").first)
        new.press(page.get_by_role("link", name=re.compile("^Needs a person")))
        expect(page.get_by_text("Retry all 3…")).to_be_visible()
        new.look("needs-a-person")
        admin.write("product.product", _ids(admin, "product.product", "default_code", "MUG-OLD"), {"default_code": SKU})
        new.press(page.get_by_text("Retry all 3…"))
        new.look("retry-all")
        new.press(page.get_by_role("button", name="Retry 3"))
        expect(page.get_by_text("3 records will be tried again")).to_be_visible()
        expect(page.get_by_text("No record needs a person.")).to_be_visible()
    for number in town.waiting:
        page.goto(f"{town.service.url}/work/?q=%23{number}")
        expect(page.get_by_role("row").filter(has_text=f"Order #{number}").get_by_text("Done")).to_be_visible()
        assert len(town.in_odoo("sale.order", "client_order_ref", number)) == 1
    page.get_by_role("link", name=f"Order #{town.waiting[-1]}").click()
    expect(page.get_by_text("Attempt 2").first).to_be_visible()
    new.look("journey-mended")
    page.get_by_role("link", name="Overview").click()
    expect(page.locator(".tile", has_text="Needs a person").locator("strong")).to_have_text("0")
    new.look("overview-well")


def _is_told_in_the_docs(new: Newcomer) -> None:
    """The figures of the documentation are those of this way."""
    rows = re.findall(r"^\| (.+?) \| (\**\d+\**) \| (\**\d+\**) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    told = {_plain(name): (int(presses.strip("*")), int(fields.strip("*"))) for name, presses, fields in rows}
    done = {step.name: (step.presses, step.fields) for step in new.steps}
    until_live = list(done.values())[:-2]
    done["all of it"] = sum(presses for presses, _ in until_live), sum(fields for _, fields in until_live)
    assert told == done


def _plain(cell: str) -> str:
    """Return what a cell of the table is about: no emphasis, no link, nothing after a colon."""
    return re.sub(r"\[(.+?)\]\(.*?\)", r"\1", cell.strip("*")).partition(":")[0]
