"""What the Configuration page proposes, and that taking it writes what was seen and nothing else."""

from __future__ import annotations

import re
from typing import Any
from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse

from woodoo.connections.models import Connection
from woodoo.domain.errors import ConfigError
from woodoo.mapping.proposals import Proposal

from . import scene

FRAGMENT = {"HX-Request": "true"}
CLEAR = Proposal("tax_map", "1", "IVA 21 % (ES, rate 1)", 7, "VAT <21 %>", "it is the one sales tax with 21 %")
OPEN = Proposal("tax_map", "2", "IVA 10 % (ES, rate 2)", None, "", "Odoo has no sales tax of 10 %")
METHOD = Proposal("journal_map", "stripe", "Card", 9, "Stripe", "the method bears its name")


def proposing(*found: Proposal, **behaviour: Any) -> Any:
    return mock.patch("woodoo.wiring.propose", return_value=tuple(found), **behaviour)


def shown(shop: Connection, client: Client) -> str:
    return client.get(reverse("proposals", args=[shop.pk]), headers=FRAGMENT).content.decode()


def take(shop: Connection, client: Client, text: str) -> str:
    seen = re.search(r'name="seen" value="(\w+)"', text)
    assert seen
    answer = client.post(reverse("proposals-take", args=[shop.pk]), {"seen": seen[1]}, follow=True)
    assert answer.redirect_chain == [(reverse("configuration", args=[shop.pk]), 302)]
    shop.refresh_from_db()
    return answer.content.decode()


def test_the_configuration_page_asks_for_proposals_afterwards(shop: Connection, administrator: Client) -> None:
    address = reverse("proposals", args=[shop.pk])
    with proposing(side_effect=AssertionError("asked too early")):
        text = administrator.get(reverse("configuration", args=[shop.pk])).content.decode()
    assert f'hx-get="{address}" hx-trigger="load"' in text
    assert f'href="{address}?now=1"' in text


def test_each_rate_has_its_proposal_beside_it(shop: Connection, administrator: Client) -> None:
    with proposing(CLEAR, OPEN):
        text = shown(shop, administrator)
    rows = re.findall(r'<div class="map-row">(.*?)</div>', text, re.DOTALL)
    assert "IVA 21 % (ES, rate 1)" in rows[0]
    assert "<strong>VAT &lt;21 %&gt;</strong>" in rows[0]
    assert "it is the one sales tax with 21 %" in rows[0]
    assert ">choose</span>" in rows[1]
    assert "Odoo has no sales tax of 10 %" in rows[1]
    assert "Take all proposals (1)" in text


def test_one_button_takes_all_that_is_clear(shop: Connection, administrator: Client) -> None:
    scene.work(shop, "1", "parked")
    shop.settings = {"tax_map": {"9": 3}}
    shop.save()
    with proposing(CLEAR, OPEN, METHOD):
        text = take(shop, administrator, shown(shop, administrator))
    assert "2 mappings taken. Saved. 1 record that waited is tried again." in text
    assert shop.settings == {"tax_map": {"9": 3, "1": 7}, "journal_map": {"stripe": 9}}


def test_what_was_mapped_meanwhile_stays(shop: Connection, administrator: Client) -> None:
    with proposing(CLEAR):
        text = shown(shop, administrator)
        Connection.objects.filter(pk=shop.pk).update(settings={"tax_map": {"1": 5}})
        assert "0 mappings taken." in take(shop, administrator, text)
    assert shop.settings == {"tax_map": {"1": 5}}


def test_proposals_that_changed_meanwhile_are_looked_at_again(shop: Connection, administrator: Client) -> None:
    with proposing(CLEAR):
        text = shown(shop, administrator)
    with proposing(CLEAR, METHOD):
        assert "what is proposed has changed meanwhile" in take(shop, administrator, text)
    assert shop.settings == {}


@pytest.mark.parametrize("found", [(), (OPEN,)])
def test_there_is_no_button_where_there_is_nothing_to_take(
    shop: Connection, administrator: Client, found: tuple[Proposal, ...]
) -> None:
    with proposing(*found):
        assert "<button" not in shown(shop, administrator)


def test_many_rates_are_not_all_shown(shop: Connection, administrator: Client) -> None:
    with proposing(*(Proposal("tax_map", str(n), f"Rate {n}", n, "Tax", "it fits") for n in range(1, 1500))):
        text = shown(shop, administrator)
        assert "And 1439 more." in text
        assert "1499 mappings taken." in take(shop, administrator, text)
    assert len(shop.settings["tax_map"]) == 1499


def test_a_side_that_cannot_be_asked_is_told(shop: Connection, administrator: Client) -> None:
    lost = ConfigError("The settings point at account.tax 5.", fix="Choose another one.")
    with proposing(CLEAR):
        text = shown(shop, administrator)
    with proposing(side_effect=lost):
        assert "No proposals: The settings point at account.tax 5." in shown(shop, administrator)
        assert "Nothing was taken. The settings point at account.tax 5." in take(shop, administrator, text)
    assert shop.settings == {}


def test_without_javascript_they_have_a_page_of_their_own(shop: Connection, administrator: Client) -> None:
    address = reverse("proposals", args=[shop.pk])
    with proposing(CLEAR):
        text = administrator.get(f"{address}?now=1").content.decode()
    assert "<h1" in text
    assert "Take all proposals (1)" in text
    with proposing():
        assert "Everything the store has is mapped already." in administrator.get(f"{address}?now=1").content.decode()
