"""Test runs and the health check in a real browser: begun with a button, followed by themselves."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from woodoo.checkup import book as health
from woodoo.checkup.findings import BAD, OK, WARN, Finding
from woodoo.trials import story
from woodoo.trials.models import Trial

from . import scene
from .test_browser import Browser
from .test_browser import _orm_beside_the_browser as _orm_beside_the_browser
from .test_browser import chromium as chromium
from .test_browser import people as people
from .test_browser import window as window

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FOUND = (
    Finding("clock_odoo", "Clock of Odoo", BAD, "Odoo is 412 s behind this machine.", "Have both set their clocks."),
    Finding("odoo_release", "Release of Odoo", WARN, "Odoo 14.0 gets no security fixes.", "Plan the upgrade."),
    Finding("disk", "Disk", OK, "42.0 GiB are left."),
)


def test_a_test_run_is_begun_with_a_button_and_its_steps_are_followed(window: Browser) -> None:
    shop = scene.connection("Shop NL")
    health.note(shop.pk, FOUND)
    page = window.page
    window.sign_in()
    page.goto(f"{window.base}/connections/{shop.pk}/")
    expect(page.locator("#health").get_by_text("412 s behind")).to_be_visible()
    expect(page.get_by_text("No tests were run yet.")).to_be_visible()
    page.locator("#trials").get_by_role("button", name="Run tests").click()
    expect(page.get_by_text("No worker is running, so nobody carries it out.")).to_be_visible()

    # A worker takes it up; the card follows by itself.
    run = Trial.objects.get()
    steps = [vars(one) for one in story.fresh()]
    steps[0] |= {"state": story.OK, "seconds": 0.4, "seen": "WooCommerce 10.2.4 and Odoo 19.0 answer."}
    steps[1] |= {"state": story.RUNNING}
    Trial.objects.update(state=Trial.State.RUNNING, steps=steps)
    expect(page.get_by_text("WooCommerce 10.2.4 and Odoo 19.0 answer.")).to_be_visible()
    expect(page.locator("#trials progress")).to_be_visible()

    for step in steps[1:]:
        step |= {"state": story.OK, "seconds": 1.2, "seen": "As it should be."}
    steps[3] |= {"state": story.BAD, "seen": "Stripe is not mapped to a journal in Odoo.", "fix": "Map it."}
    for step in steps[4:-1]:
        step |= {"state": story.LEFT_OUT, "seconds": None, "seen": "Not reached: a step before it failed."}
    Trial.objects.update(state=Trial.State.FAILED, steps=steps)
    expect(page.get_by_text("not mapped to a journal")).to_be_visible()
    expect(page.locator("#trials progress")).to_have_count(0)
    expect(page.locator("#trials .state").first).to_have_text("Failed")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{wide} px too wide"
    assert run.started_by == "admin"
    assert window.wrong == []
