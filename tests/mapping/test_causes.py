"""Causes: the same for all records one thing holds up, another one for what has to be mended elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from woodoo.domain import causes
from woodoo.domain.causes import cause_of
from woodoo.domain.errors import ConfigError, DataError, RemoteError, WoodooError
from woodoo.mapping.stock.decision import only_one

SOURCE = Path(causes.__file__).parents[1]


def cause(message: str, place: str, number: int = 1054, *, kind: type[WoodooError] = DataError) -> str:
    label = f"Order #{number}"
    return cause_of(kind(message.replace("LABEL", label), record=label, where=place))


@pytest.mark.parametrize(
    ("first", "second", "place", "said"),
    [
        (
            "LABEL failed to sync because product SKU TS-100 was not found in Odoo product.product -> default_code.",
            "LABEL failed to sync because product SKU TS-100 was not found in Odoo product.product -> default_code.",
            "product.product -> default_code",
            "Product SKU TS-100 was not found in Odoo product.product -> default_code.",
        ),
        (
            "LABEL was paid with 'Klarna' (klarna), which is not mapped to a journal.",
            "LABEL was paid with 'Klarna' (klarna), which is not mapped to a journal.",
            "settings -> payment journals",
            "Was paid with 'Klarna' (klarna), which is not mapped to a journal.",
        ),
        (
            "LABEL does not add up in the store: its tax rates come to 2.10, but its tax to 2.11.",
            "LABEL does not add up in the store: its lines come to 10.00 + 3.20 = 13.20 net, but its total leaves 9.",
            "tax_lines",
            "Does not add up in the store",
        ),
        (
            "LABEL: 2 customers in Odoo have the e-mail address of this order: Ana Prueba (id 41, Madrid).",
            "LABEL: 3 customers in Odoo have the e-mail address of this order: Jan Jansen (id 7).",
            "res.partner -> email",
            "… customers in Odoo have the e-mail address of this order",
        ),
        (
            "LABEL: its invoice would be dated 2025-12-31, but in Odoo the books are closed up to 2026-01-31 (Tax).",
            "LABEL: its invoice would be dated 2026-01-02, but in Odoo the books are closed up to 2026-01-31 (Tax).",
            "res.company -> lock dates",
            "Its invoice would be dated …, but in Odoo the books are closed up to … (Tax).",
        ),
        (
            "LABEL: its invoice INV/2026/00412 is cancelled in Odoo.",
            "LABEL: its invoice NL26/0007 is cancelled in Odoo.",
            "account.move -> state",
            "Its invoice … is cancelled in Odoo.",
        ),
        (
            "LABEL comes to 9 + 2.10 tax = 11.1 EUR in the store, but S00187 in Odoo to 11. It was not confirmed. So",
            "LABEL comes to 8 + 1 tax = 9 EUR in the store, but S9012 in Odoo to 5 + 1 tax = 6. It was not confirmed.",
            "sale.order -> amount_total",
            "Comes to … EUR in the store, but … in Odoo to …. It was not confirmed",
        ),
        (
            "LABEL: Odoo has S00012 with the same reference 'NL-1054', which Woodoo did not make.",
            "LABEL: Odoo has S00013, INV/2026/1 with the same reference 'NL-1055', which Woodoo did not make.",
            "sale.order -> client_order_ref",
            None,
        ),
        (
            "The store has no record orders/1054: invalid id.",
            "The store has no record orders/1055: invalid id.",
            "orders/1054",
            "The store has no record orders: invalid id.",
        ),
        (
            "LABEL could not be created in Odoo: The field 'Incoterm' is required, please set it.",
            "LABEL could not be created in Odoo: The field 'Incoterm' is required, please set it.",
            "sale.order -> incoterm",
            "Could not be created in Odoo: The field 'Incoterm' is required, please set it.",
        ),
    ],
)
def test_records_with_one_cause_have_the_same(first: str, second: str, place: str, said: str | None) -> None:
    assert cause(first, place, 1054) == cause(second, place, 1055)
    if said is not None:
        assert cause(first, place) == said


@pytest.mark.parametrize(
    ("first", "second", "place"),
    [
        (
            "LABEL: product SKU A-1 was not found.",
            "LABEL: product SKU A-2 was not found.",
            "product.product -> barcode",
        ),
        ("LABEL was paid with 'klarna'.", "LABEL was paid with 'ideal'.", "settings -> payment journals"),
        ("LABEL uses the tax rate 'IVA' (21 %).", "LABEL uses the tax rate 'IVA' (10 %).", "settings -> taxes"),
        ("The settings point at crm.team 4.", "The settings point at crm.team 5.", "settings -> sales team"),
        (
            "LABEL: its invoice could not be posted: no journal.",
            "LABEL: its invoice could not be posted: no account.",
            "account.move",
        ),
    ],
)
def test_what_is_mended_elsewhere_is_another_cause(first: str, second: str, place: str) -> None:
    assert cause(first, place) != cause(second, place)


def test_a_cause_without_a_record_is_what_the_error_says() -> None:
    error = ConfigError("Odoo does not accept the API key of the user 'woodoo'.", where="odoo_key")
    assert cause_of(error) == "Odoo does not accept the API key of the user 'woodoo'."


def test_the_text_of_a_mistake_of_ours_stays_out() -> None:
    assert cause_of(KeyError("ana@example.com")) == "Woodoo made a mistake (KeyError)"


def test_a_cause_is_no_longer_than_a_screen_can_show() -> None:
    assert len(cause_of(RemoteError("x" * 5000))) == 300


def test_what_marks_a_record_s_own_figures_is_said_somewhere() -> None:
    """Else the table would stay behind when a message is put in other words."""
    code = "".join(
        "".join(file.read_text("utf-8").split('"\n')) for file in SOURCE.rglob("*.py") if file.name != "causes.py"
    )
    plain = " ".join(code.replace('f"', "").replace('"', "").split())
    told = [words.replace("e-mail address", "{what}").replace("VAT number", "{what}") for words in causes._OWN]
    told = [re.sub("of this (order|account)$", "of this {order.noun}", words) for words in told]
    told = [words.replace("confirmed", "{stopped}").replace("invoiced", "{stopped}") for words in told]
    assert [words for words in told if plain.count(words) < 1] == []


def test_products_that_share_a_sku_have_one_cause_in_which_each_of_them_is_named() -> None:
    owners = ["[MUG] Mug", "[MUG] Cup"]
    said = only_one([f"{name} (no. {number})" for number, name in enumerate(owners)], "MUG", "Odoo")
    causes = {cause_of(DataError(f"{name}: {said}", record=name, where="SKU")) for name in owners}
    assert causes == {"The SKU MUG is that of several products of Odoo: [MUG] Mug (no. 0) and [MUG] Cup (no. 1)."}
