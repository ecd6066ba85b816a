"""Which contacts of Odoo get an account in the store, and why others get none."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from woodoo.flows.customers import why_no_account

TAGGED: dict[str, Any] = {"category_id": [4], "type": "contact", "email": "ana@example.com"}


@pytest.mark.parametrize(
    ("person", "settings", "words"),
    [
        ({}, {}, ""),
        ({}, {"create_accounts": False}, "create_accounts is off"),
        ({}, {"account_tag_id": None}, "name no tag"),
        ({"category_id": [5]}, {}, "does not bear the tag"),
        ({"type": "delivery"}, {}, "an address of another contact"),
        ({"email": False}, {}, "has no e-mail address"),
        ({"email": " "}, {}, "has no e-mail address"),
        ({"email": "ana at example"}, {}, "Correct it in Odoo"),
    ],
)
def test_each_contact_that_gets_no_account_says_its_own(
    person: dict[str, Any], settings: dict[str, Any], words: str
) -> None:
    contact = SimpleNamespace(person=TAGGED | person)
    chosen = SimpleNamespace(**{"create_accounts": True, "account_tag_id": 4} | settings)
    said = why_no_account(cast(Any, contact), cast(Any, chosen))
    assert words in said
    assert bool(words) == bool(said)
