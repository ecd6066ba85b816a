"""From connected to live in a real browser: mappings with evidence, a dry run, the checklist, the switch."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from unittest import mock

import pytest
from playwright.sync_api import expect

from woodoo.connections import audit
from woodoo.connections.models import Connection
from woodoo.domain.history import OrderRange
from woodoo.engine import registry
from woodoo.engine.import_walk import walk
from woodoo.engine.models import Import
from woodoo.engine.registry import Found, Lanes, Looked
from woodoo.mapping.evidence.row import Row
from woodoo.mapping.evidence.usage import Usage
from woodoo.web import golive
from woodoo.wiring import Check

from . import scene
from .test_browser import Browser
from .test_browser import _orm_beside_the_browser as _orm_beside_the_browser
from .test_browser import chromium as chromium
from .test_browser import people as people
from .test_browser import window as window
from .test_going_live import CARD, EVIL, IDLE, ODOO_MUG, STATUS, STORE_MUG, TAX, order

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Scripted:
    """A survey that has found all it finds in one go."""

    def __init__(self) -> None:
        self.found: list[Found] = []
        self.figures: dict[str, Any] = {}

    def look(self, wanted: OrderRange, cursor: str, figures: Mapping[str, Any]) -> Looked:
        return Looked("", len(self.found), self.found, self.figures, len(self.found))


@pytest.fixture
def sides() -> Iterator[tuple[Scripted, list[Row]]]:
    """What both sides say: what a survey finds, and the sheet of mappings."""
    script, rows = Scripted(), [TAX, STATUS, IDLE, CARD]
    surveys = dict.fromkeys(("usage", "rehearsal", "hygiene"), script)
    registry.register(lambda connection_id: Lanes({}, surveys=surveys, enabled=False))
    with (
        mock.patch("woodoo.wiring.read_mappings", side_effect=lambda on: list(rows)),
        mock.patch("woodoo.wiring.check_connection", return_value=[Check("Store", True, "Fine.")]),
    ):
        yield script, rows


def work_off() -> None:
    """Do what a worker does."""
    for made in Import.objects.filter(finished_at__isnull=True):
        walk(made.pk)


def test_from_mappings_to_live(window: Browser, sides: tuple[Scripted, list[Row]]) -> None:
    script, rows = sides
    shop = scene.connection("Shop ES", store_url="https://shop.example.es")
    Connection.objects.filter(pk=shop.pk).update(enabled=False)
    page = window.page
    window.sign_in()

    # Mappings: past orders are read, a proposal is taken.
    page.goto(f"{window.base}/connections/{shop.pk}/mapping/")
    expect(page.get_by_text("used in 134 orders")).to_be_visible()
    expect(page.get_by_text(EVIL)).to_be_visible()
    script.figures = Usage(orders=300).to_json()
    page.get_by_role("button", name="Read past orders").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    work_off()
    expect(page.get_by_text("300 orders were looked at")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Take: IVA")).click()
    expect(page.get_by_text("1 mapping taken.")).to_be_visible()
    rows[:] = [CARD]

    # Dry run: what would wait is named with its reason, mended, and gone.
    script.found = [
        order("1054", "parked", cause=f"Product {EVIL} was not found", message=f"Product {EVIL} was not found"),
        order("1055", "create", message="Bring the order to Odoo"),
    ]
    page.get_by_role("link", name="Dry run", exact=True).click()
    page.get_by_role("button", name="Dry run").click()
    work_off()
    expect(page.get_by_text(f"Product {EVIL} was not found").first).to_be_visible()
    expect(page.get_by_role("link", name="Order #1055")).to_be_visible()
    script.found = script.found[1:]
    page.get_by_role("button", name="Dry run").click()
    work_off()
    expect(page.get_by_text("Reasons")).to_be_hidden()

    # Clean-up: nothing is left.
    script.found = [STORE_MUG, ODOO_MUG]
    page.get_by_role("link", name="Clean-up", exact=True).click()
    page.get_by_role("button", name="Look for trouble").click()
    work_off()
    expect(page.locator("#trouble-unknown").get_by_text("none")).to_be_visible()

    # The checklist: what is left is accepted, then the connection is switched on.
    audit.note("alerts tested", connection_id=shop.pk)
    page.get_by_role("link", name="Go live", exact=True).click()
    expect(page.get_by_role("button", name="Go live")).to_be_disabled()
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_text("All 1 checks are well.")).to_be_visible()
    for name in [point.name for point in golive.checklist(shop) if not point.is_right]:
        page.locator(f"#point-{name}").get_by_role("button").first.click()
        expect(page.locator(f"#point-{name}").get_by_role("button", name="Take back")).to_be_visible()
    page.get_by_role("button", name="Go live").click()
    expect(page.get_by_text("Shop ES is live")).to_be_visible()
    shop.refresh_from_db()
    assert shop.enabled
    assert shop.settings["tax_map"] == {"1": 7}
    assert window.wrong == []
