"""The panel in a real browser: signing in, finding an order, reading its journey, trying it again.

Needs Debian's chromium. Fails, rather than being skipped, where there is none: the look of the panel is part of it.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Page, expect, sync_playwright

from woodoo.alerts.models import Alert
from woodoo.connections.models import Connection
from woodoo.domain.plan import Total
from woodoo.domain.search import FoundBy
from woodoo.engine import breaker
from woodoo.engine.course import CLASSES
from woodoo.engine.models import Course, Work
from woodoo.mapping.documents.money import Money
from woodoo.web.access import ensure_roles

from ..alerts.conftest import Post
from ..alerts.conftest import mail_post as mail_post
from . import scene
from .both_sides import FakeOdoo, FakeStore

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: Chromium asks nobody but the page under test.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ZONE = "Asia/Tokyo"
#: Milliseconds after which what a test waits for is taken never to happen.
PATIENCE = 300_000
expect.set_options(timeout=PATIENCE)


@pytest.fixture(autouse=True)
def _orm_beside_the_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Playwright runs a loop in this thread, which Django takes for asynchronous code."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    # The server's threads would keep their connections beyond the tests, and so the database.
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)


@pytest.fixture(autouse=True)
def _money_is_compared_here() -> Iterator[None]:
    """The page of an order asks both sides what it comes to; these are not there."""
    amounts = (Total("Total", Decimal("121.00"), Decimal("121.00")), Total("Open", Decimal("0.00"), Decimal("0.00")))
    with mock.patch("woodoo.wiring.look_at_money", return_value=Money(amounts, "EUR")):
        yield


@pytest.fixture
def people() -> None:
    ensure_roles()
    User.objects.create_superuser("admin", password="a-long-password-1")


class Browser:
    """A browser window that notes whatever goes wrong in it."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.base = base
        self.wrong: list[str] = []
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("request", lambda request: self._foreign(request.url))

    def _note(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.wrong.append(text)

    def _foreign(self, url: str) -> None:
        if not url.startswith((self.base, "data:")):
            self.wrong.append(f"asked {url}")

    def sign_in(self) -> None:
        self.page.goto(f"{self.base}/")
        self.page.get_by_label("User name").fill("admin")
        self.page.get_by_label("Password").fill("a-long-password-1")
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("heading", name="Overview")).to_be_visible()


@pytest.fixture
def chromium() -> Iterator[Any]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "Debian's chromium is missing: apt-get install chromium"
    profile = tempfile.mkdtemp(prefix="woodoo-browser-")
    with sync_playwright() as playwright:
        env = {**os.environ, "HOME": profile}
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS, env=env, timeout=PATIENCE)
        yield browser
        browser.close()
    shutil.rmtree(profile, ignore_errors=True)


@pytest.fixture(params=["wide", "phone"])
def window(request: pytest.FixtureRequest, chromium: Any, live_server: Any, people: None) -> Iterator[Browser]:
    size = {"wide": {"width": 1360, "height": 900}, "phone": {"width": 390, "height": 844}}[request.param]
    scheme = {"wide": "light", "phone": "dark"}[request.param]
    context = chromium.new_context(viewport=size, color_scheme=scheme, timezone_id=ZONE, locale="en-GB")
    context.set_default_timeout(PATIENCE)
    yield Browser(context.new_page(), live_server.url)
    context.close()
    # To Django the playwright's loop is a place of its own, with a connection that nobody else would close.
    connections.close_all()


def test_from_signing_in_to_a_retry(window: Browser) -> None:
    scene.busy_shop()
    parked = Work.objects.get(record="1057")
    during = scene.run(parked, "parked", plan={**scene.PLAN, "steps": scene.PLAN["steps"][:1]})
    scene.call(during, "GET orders?include=1057", system="store", response=[{"number": "1057-from-the-store"}])
    page = window.page

    window.sign_in()
    page.get_by_role("link", name=re.compile("Work")).first.click()
    page.get_by_role("link", name=re.compile("Needs a person")).click()
    expect(page.get_by_role("link", name="Order #1058")).to_be_visible()
    page.get_by_role("link", name="Order #1057").click()

    expect(page.get_by_text("which is mapped to no journal").first).to_be_visible()
    expect(page.get_by_text("because one customer in Odoo has this e-mail address")).to_be_visible()
    page.get_by_text("GET orders?include=1057").click()
    expect(page.get_by_text("1057-from-the-store")).to_be_visible()

    page.get_by_role("button", name="Retry").click()
    expect(page.get_by_text("1 record will be tried again now.")).to_be_visible()
    expect(page.locator("h1 .state")).to_have_text("Queued")

    # A worker gets at it; the page follows by itself.
    Work.objects.filter(pk=parked.pk).update(state="done", message="S00190, invoice INV/2026/00415")
    expect(page.locator("h1 .state")).to_have_text("Done")
    assert window.wrong == []


def test_several_at_once_and_nothing_wider_than_the_screen(window: Browser) -> None:
    shop = scene.busy_shop()
    page = window.page
    window.sign_in()
    addresses = ["/", "/work/", "/connections/", f"/connections/{shop.pk}/", f"/connections/{shop.pk}/edit/"]
    addresses.append(f"/work/{Work.objects.get(record='1054').pk}/")
    addresses += ["/alerts/", f"/connections/{shop.pk}/alerts/"]
    addresses += ["/people/", "/tokens/", "/changes/", "/account/", "/person/"]
    title = "1 order is not paid in Odoo, because of a payment method that is not mapped"
    Alert.objects.create(connection_id=shop.pk, kind="payment", key="1", title=title)
    for address in addresses:
        page.goto(window.base + address)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{address} is {wide} px too wide"

    page.goto(f"{window.base}/work/?state=attention")
    for record in ("1057", "1058"):
        page.get_by_label(f"Choose Order #{record}").check()
    page.get_by_role("button", name="Retry 2").click()
    expect(page.get_by_text("2 records will be tried again now.")).to_be_visible()
    assert Work.objects.filter(record__in=["1057", "1058"], state="ready").count() == 2
    assert window.wrong == []


def test_the_dashboard_follows_without_drawing_the_page_anew(window: Browser) -> None:
    shop = scene.busy_shop()
    now = timezone.now().replace(second=0, microsecond=0)
    now = now.replace(minute=now.minute // 5 * 5)
    for back in (0, 1, 5):
        Course.objects.create(
            connection_id=shop.pk,
            name="order",
            at=now - timedelta(minutes=15 * back),
            seconds=300,
            done=3 + back,
            timed=3,
            milliseconds=9000,
            within=[0] * 6 + [3] * (len(CLASSES) - 6),
        )
    page = window.page
    window.sign_in()
    expect(page.locator("[data-chart=records] canvas")).to_be_visible()
    assert "Brought over: 3" in str(page.locator("[data-chart=records]").get_attribute("aria-label"))
    drawn = page.evaluate(
        "(() => { const c = document.querySelector('[data-chart=records] canvas');"
        " const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        " return d.some((v, i) => i % 4 === 3 && v > 0); })()"
    )
    assert drawn
    page.get_by_text("As a table").first.click()
    expect(page.locator(".chart-table tbody tr").first).to_be_visible()
    expect(page.get_by_role("cell", name="not measured").first).to_be_visible()

    # What somebody reads and where the keyboard is stays, while figures change beneath.
    page.evaluate("window.there = document.querySelector('#overview .tile')")
    page.get_by_role("link", name=re.compile("Show all")).focus()
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#overview .card-title'))")
    selected = page.evaluate("getSelection().toString()")
    scene.work(shop, "3001", "parked", message="Order #3001 has no SKU.")
    expect(page.get_by_text("Order #3001 has no SKU.")).to_be_visible()
    expect(page.locator("#overview .tile strong").first).to_have_text("3")
    assert page.evaluate("window.there === document.querySelector('#overview .tile')"), "the tile is the same element"
    assert page.evaluate("getSelection().toString()") == selected
    expect(page.get_by_role("link", name=re.compile("Show all"))).to_be_focused()
    expect(page.locator(".chart-table tbody tr").first).to_be_visible()
    page.get_by_role("button", name="7 days").click()
    expect(page.get_by_role("button", name="7 days")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-chart=records] canvas")).to_have_count(1)
    assert window.wrong == []


def test_a_record_is_found_and_all_that_match_are_retried_or_sent_as_a_file(window: Browser) -> None:
    shop = scene.busy_shop()
    for number in (5001, 5002):
        found_by = FoundBy(("TSHIRT-M-BLK",), ("<script>alert(1)</script> García",))
        scene.work(shop, str(number), "parked", message="<img src=x onerror=alert(2)>", found_by=found_by)
    page = window.page
    window.sign_in()
    page.goto(f"{window.base}/work/")
    page.get_by_label("Search").fill("garcia tshirt")
    page.get_by_label("Search").press("Enter")
    expect(page.get_by_role("link", name="Order #5001")).to_be_visible()
    expect(page.locator("input[name=work]")).to_have_count(2)
    expect(page.get_by_text("<img src=x onerror=alert(2)>").first).to_be_visible()
    with page.expect_download() as sent:
        page.get_by_role("link", name="CSV").click()
    lines = Path(sent.value.path()).read_text(encoding="utf-8").splitlines()
    assert len(lines) == 3

    page.get_by_text("Days and order").click()
    page.get_by_label("Changed from").fill("2000-01-01")
    page.locator("select[name=sort]").select_option("oldest")
    page.get_by_label("Search").press("Enter")
    expect(page.locator("input[name=work]")).to_have_count(2)
    assert "zone=Asia%2FTokyo" in page.url
    page.get_by_text("Retry all 2…").click()
    page.get_by_role("button", name="Retry 2").click()
    expect(page.get_by_text("2 records will be tried again now.")).to_be_visible()
    assert Work.objects.filter(record__in=["5001", "5002"], state="ready").count() == 2
    assert window.wrong == []


def test_several_are_left_out_for_one_reason(window: Browser) -> None:
    scene.busy_shop()
    page = window.page
    window.sign_in()
    page.goto(f"{window.base}/work/?state=attention")
    for box in page.locator("input[name=work]").all():
        box.check()
    page.get_by_text("Skip…").click()
    reason = page.get_by_label("Why they need not come over")
    box = reason.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= page.viewport_size["width"]  # type: ignore[index]
    reason.press("Enter")  # without a reason the browser itself holds the form back
    expect(page.get_by_role("link", name="Order #1058")).to_be_visible()
    reason.fill("Placed to try the shop out")
    reason.press("Enter")
    expect(page.get_by_text("2 records skipped.")).to_be_visible()
    assert set(Work.objects.filter(record__in=["1057", "1058"]).values_list("state", flat=True)) == {"skipped"}
    assert window.wrong == []


def test_a_channel_is_added_tried_out_and_removed(window: Browser, mail_post: tuple[str, Post]) -> None:
    shop = scene.connection()
    page = window.page
    window.sign_in()
    page.goto(f"{window.base}/connections/{shop.pk}/alerts/")
    page.get_by_label("Send to").fill("owner@example.com")
    page.get_by_label("Mail server").fill(mail_post[0].removeprefix("mailto://").split("?")[0])
    page.get_by_label("Encryption").select_option("None, port 25")
    page.get_by_label("Sender").fill("woodoo@example.com")
    page.get_by_role("button", name="Add").first.click()
    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.get_by_text("The test was handed to E-Mail.")).to_be_visible()
    assert [one["to"] for one in mail_post[1].got] == ["owner@example.com"]
    page.get_by_text("Remove…").click()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_text("Nobody yet")).to_be_visible()
    assert window.wrong == []


@pytest.fixture
def settled_shop() -> Iterator[Connection]:
    """A connection whose two sides can be asked what there is to choose from."""
    with (
        mock.patch("woodoo.wiring.build_store", return_value=FakeStore()),
        mock.patch("woodoo.wiring.build_odoo", return_value=FakeOdoo()),
        mock.patch("woodoo.wiring.propose", return_value=()),
    ):
        yield scene.connection()


def test_settings_are_chosen_and_kept(window: Browser, settled_shop: Connection) -> None:
    page = window.page
    window.sign_in()
    page.goto(f"{window.base}/connections/{settled_shop.pk}/configuration/")
    expect(page.get_by_label("Bank transfer: Payment terms")).to_be_visible()
    page.get_by_label("Bank transfer: Left open").check()
    page.get_by_label("Shipped: become in Odoo").select_option("All that, and the delivery")
    page.get_by_label("Product for unknown SKUs").select_option("Shipping (SHIP)")
    expect(page.get_by_label("Batches at once")).to_be_hidden()
    page.get_by_text("More: polls, batches").click()
    page.get_by_label("Batches at once").fill("99")
    page.get_by_role("button", name="Save", exact=True).click()

    page.get_by_role("link", name="Batches at once").click()
    expect(page.get_by_label("Batches at once")).to_be_in_viewport()
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{wide} px too wide"
    page.get_by_label("Batches at once").fill("4")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_label("Bank transfer: Left open")).to_be_checked()
    settled_shop.refresh_from_db()
    rules = settled_shop.rules
    assert (rules.unpaid_methods, rules.status_steps["shipped"]) == (("bacs",), "deliver")
    assert (rules.placeholder_product_id, rules.odoo_slots) == (17, 4)
    assert window.wrong == []


def test_from_a_cause_to_the_setting_that_mends_it_and_all_of_it_goes_on(
    window: Browser, settled_shop: Connection
) -> None:
    for record in ("1", "2", "3"):
        scene.work(
            settled_shop,
            record,
            "parked",
            cause="Its invoice would be dated …, but in Odoo the books are closed up to ….",
            place="res.company -> lock dates",
            error_kind="DataError",
        )
    page = window.page
    window.sign_in()
    page.get_by_role("link", name="By cause").click()
    expect(page.get_by_text("the books are closed")).to_be_visible()
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{wide} px too wide"
    page.get_by_role("link", name="Invoices").click()
    field = page.get_by_label("Post invoices from")
    expect(field).to_be_in_viewport()
    field.fill("2026-01-01")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("3 records that waited are tried again")).to_be_visible()
    assert set(Work.objects.values_list("state", flat=True)) == {"ready"}
    assert window.wrong == []


def test_all_that_match_are_left_out_only_when_asked_twice(window: Browser) -> None:
    shop = scene.connection()
    for number in range(60):
        scene.work(shop, str(number), "failed")
    page = window.page
    window.sign_in()
    page.goto(f"{window.base}/work/?state=failed")
    page.get_by_text("Skip all 60…").click()
    page.get_by_label("Why all of them need not come over").fill("Test orders")
    assert not Work.objects.filter(state="skipped").exists()
    page.get_by_role("button", name="Skip 60").click()
    expect(page.get_by_text("60 records skipped.")).to_be_visible()
    page.goto(f"{window.base}/work/?state=skipped")
    page.get_by_text("Retry all 60…").click()
    page.get_by_role("button", name="Retry 60").click()
    expect(page.get_by_text("60 records will be tried again behind new orders.")).to_be_visible()
    assert set(Work.objects.values_list("state", flat=True)) == {"ready"}
    assert window.wrong == []


def test_settings_are_chosen_without_javascript(
    chromium: Any, live_server: Any, people: None, settled_shop: Connection
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    context.set_default_timeout(PATIENCE)
    window = Browser(context.new_page(), live_server.url)
    page = window.page
    window.sign_in()
    page.goto(f"{window.base}/connections/{settled_shop.pk}/configuration/")
    page.get_by_role("link", name="Go on").click()
    page.get_by_label("Credit card: Journal").select_option("Stripe (STR)")
    page.get_by_role("button", name="Save and test").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    settled_shop.refresh_from_db()
    assert settled_shop.rules.journal_map == {"stripe": 9}
    context.close()
    connections.close_all()


def test_times_are_in_the_reader_s_zone_and_the_theme_is_theirs(window: Browser) -> None:
    from datetime import UTC, datetime

    order = scene.work(scene.connection(), "1", at=datetime(2026, 3, 1, 22, 5, 7, tzinfo=UTC))
    page = window.page
    window.sign_in()
    page.goto(f"{window.base}/work/{order.pk}/")
    shown = page.locator("dt:has-text('Last change') + dd time")
    expect(shown).to_have_attribute("title", re.compile(r"2 Mar(ch)? 2026"))  # already tomorrow in Tokyo
    html = page.locator("html")
    before = html.get_attribute("data-bs-theme")
    page.get_by_role("button", name="Switch between light and dark").click()
    after = {"light": "dark", "dark": "light"}[str(before)]
    expect(html).to_have_attribute("data-bs-theme", after)
    page.reload()
    expect(html).to_have_attribute("data-bs-theme", after)
    assert window.wrong == []


def test_html_in_an_order_does_not_run(window: Browser) -> None:
    evil = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>"
    shop = scene.connection()
    order = scene.work(shop, "7", "parked", title=f"Order {evil}", message=evil, fix=evil)
    scene.call(scene.run(order, "parked", plan=scene.PLAN), "res.partner read", response=evil)
    page = window.page
    window.sign_in()
    for address in ("/", "/work/", f"/work/{order.pk}/"):
        page.goto(window.base + address)
        assert page.title() != "run"
        assert page.locator("main img").count() == 0
    page.get_by_text("res.partner read").click()
    expect(page.locator(".payload pre").nth(1)).to_contain_text("onerror")
    assert page.locator("main img").count() == 0
    assert window.wrong == []


def test_the_keyboard_reaches_the_search(window: Browser) -> None:
    scene.work(scene.connection(), "1")
    page = window.page
    window.sign_in()
    page.goto(f"{window.base}/work/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.locator("body").click(position={"x": 5, "y": 400})
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("#1")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"q=%231"))
    expect(page.get_by_role("link", name="Order #1")).to_be_visible()


def test_pictures_can_be_taken(window: Browser, tmp_path: Path) -> None:
    """Set WOODOO_PICTURES to a folder to keep them."""
    scene.busy_shop()
    folder = Path(os.environ.get("WOODOO_PICTURES") or tmp_path)
    page = window.page
    window.sign_in()
    size = page.viewport_size or {"width": 0}
    for name, address in (("overview", "/"), ("work", "/work/"), ("journey", f"/work/{_order_1054()}/")):
        page.goto(window.base + address)
        page.wait_for_function("document.fonts.status === 'loaded'")
        file = folder / f"{name}-{size['width']}.png"
        page.screenshot(path=file)
        assert file.stat().st_size > 10_000


def _order_1054() -> int:
    return int(Work.objects.get(record="1054").pk)


def test_an_import_is_followed_and_stopped(window: Browser) -> None:
    shop = scene.busy_shop()
    made = scene.history(shop, "working", listed=1240, known=1180, listed_at=timezone.now())
    for number in range(50):
        scene.work(shop, str(number), "done" if number < 20 else "ready", import_id=made.pk, priority=10)
    reason = {"reason": "… is 'cancelled' in the store; orders come over when they are paid.", "count": 105}
    found = {"orders": 1240, "create": 1100, "complete": 0, "there": 21, "skipped": 105, "parked": 14}
    found |= {"waits_because": [], "skipped_because": [{**reason, "examples": ["1003", "1017"]}], "parked_because": []}
    past = {"finished_at": timezone.now(), "listed": 1240, "listed_at": timezone.now()}
    scene.history(shop, "done", dry_run=True, result={**found, "totals": {"EUR": "84210.55"}}, **past)
    page = window.page
    window.sign_in()
    page.goto(f"{window.base}/connections/{shop.pk}/history/")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{wide} px too wide"
    card = page.locator(f"#import-{made.pk}")
    expect(card.get_by_text("1200 of 1240 through")).to_be_visible()
    expect(page.get_by_text("1100 would be brought over (in all 84210.55 EUR)")).to_be_visible()

    # Workers bring the rest over; the page follows by itself.
    Work.objects.filter(import_id=made.pk).update(state="done")
    expect(card.get_by_text("1230 of 1240 through")).to_be_visible()
    card.get_by_role("button", name="Stop").click()
    expect(page.get_by_text(f"Import {made.pk} is stopped")).to_be_visible()
    expect(card.locator(".state")).to_have_text("Stopped")

    page.get_by_label("From").fill("2025-02-01")
    page.get_by_label("To", exact=True).fill("2025-01-01")
    page.get_by_role("button", name="Dry run").click()
    expect(page.get_by_text("The range ends before it begins")).to_be_visible()
    expect(page.get_by_label("From")).to_have_value("2025-02-01")
    assert window.wrong == []


def test_a_pause_is_ended_by_hand_and_the_page_tells_by_itself_that_it_is_over(window: Browser) -> None:
    shop = scene.connection("Shop NL")
    order = scene.work(shop, "1054", "waiting")
    breaker.trip(shop.pk, side="odoo", reason="It refused the connection.", retry_after=3600)
    page = window.page
    window.sign_in()
    page.goto(f"{window.base}/connections/{shop.pk}/")
    expect(page.get_by_text("1 record waits and loses nothing")).to_be_visible()
    page.get_by_role("button", name="Try now").click()
    expect(page.get_by_text("Shop NL is tried now.")).to_be_visible()
    expect(page.get_by_text("Next try any moment")).to_be_visible()

    # A worker has tried, and the side was there.
    breaker.reset(shop.pk)
    Work.objects.filter(pk=order.pk).update(state="done")
    expect(page.get_by_text("Odoo has not answered since")).to_be_hidden()
    expect(page.locator("#tallies .s-done strong")).to_have_text("1")
    assert window.wrong == []


def test_a_page_that_cannot_be_refreshed_says_so_and_a_double_click_sends_once(window: Browser) -> None:
    shop = scene.connection()
    order = scene.work(shop, "1054", "parked", message="No journal.")
    page = window.page
    window.sign_in()
    page.goto(f"{window.base}/work/")
    page.route("**/work/**", lambda route: route.abort())
    expect(page.get_by_text("what stands here may be old")).to_be_visible()
    page.unroute("**/work/**")
    expect(page.get_by_text("what stands here may be old")).to_be_hidden()
    page.goto(f"{window.base}/work/{order.pk}/")
    page.get_by_role("button", name="Retry").dblclick()
    expect(page.get_by_text("1 record will be tried again now.")).to_be_visible()
