"""A conflict on the page of its order: what a person can do stands as a list."""

from __future__ import annotations

import re

from django.test import Client
from django.urls import reverse

from woodoo.domain.errors import SyncConflict
from woodoo.engine.flow import Outcome

from . import scene

CONFLICT = Outcome.from_error(
    SyncConflict(
        "Order #1054 was changed in the store (its lines), but in Odoo invoice INV/1 is posted.",
        choices=("Credit invoice INV/1 in Odoo, then retry.", "Undo it <there>.", "Keep Odoo as it is: skip."),
    )
)


def page(client: Client, kind: str) -> str:
    fields = {"message": CONFLICT.message, "error_kind": kind, "fix": CONFLICT.fix}
    order = scene.work(scene.connection(), "1054", "parked", **fields)
    return client.get(reverse("journey", args=[order.pk])).content.decode()


def test_the_choices_of_a_conflict_are_a_list(db: None, operator: Client) -> None:
    text = page(operator, CONFLICT.error_kind)
    listed = re.search(r"What you can do:<ul[^>]*>(.*?)</ul>", text)
    assert listed
    assert re.findall("<li>(.*?)</li>", listed.group(1)) == [
        "Credit invoice INV/1 in Odoo, then retry.",
        "Undo it &lt;there&gt;.",
        "Keep Odoo as it is: skip.",
    ]


def test_any_other_error_has_one_way_out(db: None, operator: Client) -> None:
    assert "What you can do" not in page(operator, "DataError")
