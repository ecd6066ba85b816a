"""What the configuration page offers of a real Odoo, asked as a plain user."""

from __future__ import annotations

from unittest import mock

from woodoo.connections.models import Connection
from woodoo.web.choices import LISTS, read_choices

from ..web.both_sides import FakeStore
from .conftest import RealOdoo


def test_every_list_can_be_read_with_the_rights_of_a_plain_user(real_odoo: RealOdoo) -> None:
    odoo, admin = real_odoo.endpoint, real_odoo.admin
    archived = admin.create("account.payment.term", [{"name": "Old", "active": False}])[0]
    connection = Connection(
        store_url="https://shop.example.com",
        odoo_url=odoo.url,
        odoo_database=odoo.database,
        odoo_login=odoo.login,
        odoo_key=odoo.secret,
    )
    with mock.patch("woodoo.wiring.build_store", return_value=FakeStore()):
        choices = read_choices(connection, {"payment_terms": {archived, 999_999}, "taxes": {999_999}})
    not_of_this_release = set() if int(real_odoo.version) >= 16 else {"product_tags"}
    assert (choices.problems, choices.notes, choices.missing) == ([], {}, not_of_this_release)
    assert LISTS.keys() - not_of_this_release <= choices.lists.keys()
    for filled in ("taxes", "journals", "sale_journals", "income_accounts", "warehouses", "pricelists", "languages"):
        assert choices.of(filled), filled
    offered = {one.key: one.hint for one in choices.of("payment_terms") or ()}
    assert offered[str(archived)] == "archived, or not meant for this"
    assert "999999" not in offered
    assert {"note"} <= {one.key for one in choices.of("text_fields") or ()}
    assert not {"client_order_ref", "amount_total", "access_token"} & {c.key for c in choices.of("value_fields") or ()}
