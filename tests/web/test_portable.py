"""A connection as a file: the same comes back, other databases by name, mistakes with their line, no secret ever."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from woodoo.connections.models import Change, Connection
from woodoo.domain.errors import ConfigError, RemoteDown, RemoteError
from woodoo.web.portable.carrying import carry_out, prepare
from woodoo.web.portable.reading import read_file
from woodoo.web.portable.writing import _dump, write
from woodoo.web.portable.yaml_text import MOST_BYTES, read
from woodoo.wiring import Check

from . import scene
from .api import program
from .both_sides import FakeStore
from .test_configuration import EVERYTHING

#: Model → id → name, as Odoo has them.
HERE = {
    "account.tax": {7: "IVA 21 %", 8: "Exempt"},
    "account.journal": {9: "Stripe", 10: "Sales"},
    "stock.warehouse": {1: "Main"},
    "crm.tag": {5: "Web", 6: "Gift"},
    "account.analytic.account": {4: "Web shop"},
    "product.category": {7: "All / Mugs"},
}


class Odoo:
    """Answers searches by id and name."""

    def __init__(self, rows: dict[str, dict[int, str]] | None = None) -> None:
        self.rows = HERE if rows is None else rows

    def fields(self, model: str) -> dict[str, Any]:
        return {}

    def search_read(self, model: str, domain: list[Any], fields: list[str], **_: Any) -> list[dict[str, Any]]:
        ids = next((set(term[2]) for term in domain if term[0] == "id"), set())
        names = next(
            (set(term[2]) for term in domain if term[0] in ("name", "complete_name") and term[1] == "in"), set()
        )
        return [
            {"id": number, fields[0]: name}
            for number, name in self.rows.get(model, {}).items()
            if number in ids or name in names
        ]


@pytest.fixture(autouse=True)
def odoo() -> Iterator[mock.Mock]:
    with (
        mock.patch("woodoo.wiring.build_odoo", return_value=Odoo()) as built,
        mock.patch("woodoo.wiring.build_store", return_value=FakeStore()),
    ):
        yield built


SETTINGS = {
    "tax_map": {"1": 7},
    "journal_map": {"stripe": 9},
    "warehouse_id": 1,
    "tag_ids": [5, 6],
    "analytic_distribution": {"4": 100.0},
    "order_number_format": "NO-{number}: # x",
    "vat_meta_keys": ["on", "1", "~", "0x1f", "2026-01-01"],
    "post_invoices_from": "2026-01-01",
}


def stored(shop: Connection, settings: dict[str, Any] = SETTINGS) -> Connection:
    shop.settings = settings
    shop.save()
    return shop


def test_what_is_written_is_read_as_the_same(shop: Connection) -> None:
    text = write(stored(shop))
    assert "tax_map:\n    '1': {id: 7, name: IVA 21 %}" in text
    assert "- {id: 4, name: Web shop, value: 100.0}" in text
    prepared = prepare(shop, text, with_connection=True)
    assert prepared.mistakes == []
    assert prepared.changes == []
    assert prepared.file.settings == SETTINGS


def test_every_setting_there_is_comes_back(shop: Connection, odoo: mock.Mock) -> None:
    odoo.side_effect = RemoteDown("Odoo does not answer.", side="odoo")
    text = write(stored(shop, EVERYTHING))
    assert "# Names are missing: Odoo does not answer." in text
    read_again = read_file(text, None, "Odoo does not answer.")
    assert read_again.mistakes == []
    assert read_again.settings == EVERYTHING


def test_a_file_is_the_same_each_time_whatever_the_order_of_storing(shop: Connection) -> None:
    text = write(stored(shop))
    assert write(stored(shop, dict(reversed(SETTINGS.items())))) == text


def test_no_secret_is_in_a_file(shop: Connection) -> None:
    shop.alert_channels = "json://user:pass-77@example.com/"
    text = write(stored(shop))
    for secret in (*scene.SECRETS.values(), "pass-77", shop.hook_token):
        assert secret not in text


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=40) | st.integers(-(10**15), 10**15) | st.booleans()))
def test_whatever_a_value_is_it_comes_back(data: dict[str, Any]) -> None:
    clean = json.loads(json.dumps(data).replace("\\u0000", ""))
    try:
        clean_text = _dump(clean)
        clean_text.encode()
    except UnicodeEncodeError:
        return
    if any("\x00" in str(part) for pair in clean.items() for part in pair):
        return
    assert read(clean_text).data == clean


# Another database


def moved(shop: Connection, rows: dict[str, dict[int, str]], odoo: mock.Mock) -> Any:
    text = write(stored(shop, {"tax_map": {"1": 7}, "warehouse_id": 1}))
    odoo.return_value = Odoo(rows)
    return prepare(shop, text)


def test_in_another_database_the_name_counts(shop: Connection, odoo: mock.Mock) -> None:
    rows = {"account.tax": {7: "IVA 10 %", 70: "IVA 21 %"}, "stock.warehouse": {2: "Main"}}
    prepared = moved(shop, rows, odoo)
    assert prepared.mistakes == []
    assert prepared.file.settings == {"tax_map": {"1": 70}, "warehouse_id": 2}
    assert len(prepared.file.moved) == 2
    assert "'IVA 21 %' is number 70 here, not 7." in prepared.file.moved[0]


def test_several_of_a_name_are_told_with_their_line(shop: Connection, odoo: mock.Mock) -> None:
    rows = {"account.tax": {70: "IVA 21 %", 71: "IVA 21 %"}, "stock.warehouse": {1: "Main"}}
    (mistake,) = moved(shop, rows, odoo).mistakes
    assert "several are called 'IVA 21 %' here (70, 71)" in mistake.message
    assert mistake.line == 1 + write(shop).split("\n").index("    '1': {id: 7}")


def test_a_name_that_is_not_there_is_told(shop: Connection, odoo: mock.Mock) -> None:
    messages = [one.message for one in moved(shop, {}, odoo).mistakes]
    assert "tax_map: Odoo has no sales tax in percent of this company called 'IVA 21 %'." in messages


def test_a_name_alone_will_do(shop: Connection) -> None:
    prepared = prepare(shop, "woodoo: 1\nsettings:\n  warehouse_id: {name: Main}\n")
    assert prepared.file.settings == {"warehouse_id": 1}


# What is wrong

BAD = [
    ("settings: {}", 1, "has to begin with"),
    ("woodoo: 2", 1, "has to begin with"),
    ("woodoo: 1\nsettings:\n  batch_siez: 5", 3, "no setting 'batch_siez'"),
    ("woodoo: 1\nsettings:\n  batch_size: 0", 3, "at least 1"),
    ("woodoo: 1\nsettings:\n  status_steps:\n    processing: invoice\n    completed: nonsense", 5, "completed"),
    ("woodoo: 1\nsettings:\n  warehouse_id: {id: x}", 3, "a record is a number"),
    ("woodoo: 1\nsettings:\n  warehouse_id: {id: 99}", 3, "no warehouse of this company with the number 99"),
    ("woodoo: 1\nsettings:\n  tax_map: [1]", 3, "not of its form"),
    ("woodoo: 1\nsettings: 5", 2, "names with values"),
    ("woodoo: 1\nstuff: 5", 2, "belongs to no file"),
]


@pytest.mark.parametrize(("text", "line", "says"), BAD)
def test_what_is_wrong_is_told_with_its_line(shop: Connection, text: str, line: int, says: str) -> None:
    mistakes = prepare(shop, text).mistakes
    assert [(one.line, says in one.message) for one in mistakes] == [(line, True)]


def test_everything_wrong_is_told_at_once(shop: Connection) -> None:
    text = "woodoo: 1\nsettings:\n  batch_siez: 5\n  warehouse_id: {id: 99}\n  crm: 1\n"
    assert [one.line for one in prepare(shop, text).mistakes] == [3, 4, 5]


NO_YAML = [
    ("a: &x [1]\nb: *x", "anchors"),
    ("a: !!python/object/apply:os.system ['ls']", "tags"),
    ("a: 1\na: 2", "'a' stands twice"),
    ("a: [1, 2", "Line"),
    ("a: \t1\n\tb: 2", "Line"),
    ("[" * 40 + "]" * 40, "nested deeper"),
    ("- x\n" * 30_000, "more than 20000 values"),
    ("a: " + "x" * MOST_BYTES, "kB"),
    ("? [1]\n: 2", "a key has to be a word"),
    ("--- 1\n--- 2", "Line"),
]


@pytest.mark.parametrize(("text", "says"), NO_YAML)
def test_what_is_no_yaml_of_this_kind_is_refused(text: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(text)
    assert says in str(caught.value)


def test_words_of_old_yaml_are_texts() -> None:
    assert read("NO: on\nyes: 0123\nx: 1e3\ny: 2026-01-01\nz: true\n").data == {
        "NO": "on",
        "yes": "0123",
        "x": "1e3",
        "y": "2026-01-01",
        "z": True,
    }


# Bringing it in


def test_a_file_changes_the_settings_and_the_log_tells_it(shop: Connection) -> None:
    stored(shop, {"batch_size": 20, "warehouse_id": 1})
    prepared = prepare(shop, "woodoo: 1\nsettings:\n  warehouse_id: 1\n  poll_seconds: 90\n")
    assert {(word.name, word.was, word.now) for word in prepared.changes} == {
        ("batch_size", "20", "50"),
        ("poll_seconds", "", "90"),
    }
    carry_out(shop, prepared)
    shop.refresh_from_db()
    assert shop.settings == {"warehouse_id": 1, "poll_seconds": 90}
    assert Change.objects.filter(connection_id=shop.pk).latest("pk").after["poll_seconds"] == 90


def test_name_and_addresses_stay_unless_they_are_asked_for(shop: Connection) -> None:
    text = write(stored(shop)).replace("name: Shop NL", "name: Renamed", 1)
    assert prepare(shop, text).changes == []
    prepared = prepare(shop, text, with_connection=True)
    assert [word.now for word in prepared.changes] == ["Renamed"]
    carry_out(shop, prepared)
    shop.refresh_from_db()
    assert shop.name == "Renamed"


def test_no_file_sends_kept_secrets_to_another_host(shop: Connection) -> None:
    text = write(stored(shop)).replace("https://example.odoo.com", "https://evil.example.com")
    (mistake,) = prepare(shop, text, with_connection=True).mistakes
    assert "another host" in mistake.message
    assert mistake.line > 5


def test_where_odoo_is_down_numbers_are_taken_and_the_connection_is_marked(shop: Connection, odoo: mock.Mock) -> None:
    odoo.side_effect = RemoteDown("Odoo does not answer.", side="odoo")
    prepared = prepare(shop, "woodoo: 1\nsettings:\n  warehouse_id: {id: 3, name: Main}\n")
    assert prepared.mistakes == []
    assert "Odoo does not answer." in prepared.unasked[0]
    with pytest.raises(RemoteError, match="not all of it could be tried"):
        carry_out(shop, prepared)
    carry_out(shop, prepared, anyway=True)
    shop.refresh_from_db()
    assert shop.settings == {"warehouse_id": 3}
    assert "Odoo does not answer." in shop.unchecked


def test_a_file_is_brought_in_anyway_in_the_panel_and_by_a_program(
    shop: Connection, odoo: mock.Mock, administrator: Client
) -> None:
    odoo.side_effect = RemoteDown("Odoo does not answer.", side="odoo")
    place, text = reverse("connection-file", args=[shop.pk]), "woodoo: 1\nsettings:\n  warehouse_id: {id: 3}\n"
    shown = administrator.post(place, {"text": text}).content.decode()
    assert "Bring it in anyway" in shown
    seen = shown.split('name="seen" value="')[1].split('"')[0]
    assert administrator.post(place, {"text": text, "seen": seen}).status_code == 200
    asks, path = program(), f"/connections/{shop.pk}/file"
    refused = asks.ask("post", path, {"yaml": text, "seen": seen})
    assert (refused.status_code, "?anyway=true" in refused.json()["fix"]) == (502, True)
    assert Connection.objects.get().settings == {}
    assert asks.post(f"{path}?anyway=true", {"yaml": text, "seen": seen})["changed"] == 1
    assert Connection.objects.get().settings == {"warehouse_id": 3}
    administrator.post(place, {"text": "woodoo: 1\nsettings: {}\n"})
    text = text.replace("3", "4")
    seen = administrator.post(place, {"text": text}).content.decode().split('name="seen" value="')[1].split('"')[0]
    assert administrator.post(place, {"text": text, "seen": seen, "anyway": "1"}).status_code == 302
    assert Connection.objects.get().settings == {"warehouse_id": 4}


def test_a_file_with_another_login_is_tried_with_it(shop: Connection) -> None:
    text = write(stored(shop)).replace(f"odoo_login: {shop.odoo_login}", "odoo_login: other@example.com")
    refused = [Check("Odoo", False, "Odoo does not know other@example.com.")]
    with mock.patch("woodoo.web.saving.try_side", return_value=refused) as tried:
        prepared = prepare(shop, text, with_connection=True)
    assert [(call.args[0].odoo_login, call.args[1]) for call in tried.call_args_list] == [("other@example.com", "odoo")]
    assert prepared.unasked == ["Odoo does not know other@example.com."]


def test_the_panel_shows_what_would_change_before_it_changes_it(shop: Connection, administrator: Client) -> None:
    place = reverse("connection-file", args=[shop.pk])
    sent = SimpleUploadedFile("x.yaml", b"woodoo: 1\nsettings:\n  poll_seconds: 90\n")
    text = administrator.post(place, {"file": sent}).content.decode()
    assert "It would change one thing" in text
    assert Connection.objects.get().settings == {}
    seen = text.split('name="seen" value="')[1].split('"')[0]
    given = {"text": "woodoo: 1\nsettings:\n  poll_seconds: 90\n", "seen": seen}
    assert administrator.post(place, given).status_code == 302
    assert Connection.objects.get().settings == {"poll_seconds": 90}
    # What was looked at is over.
    assert "changed meanwhile" in administrator.post(place, {**given, "seen": "x"}).content.decode()


def test_a_file_with_markup_is_shown_as_text(shop: Connection, administrator: Client) -> None:
    text = administrator.post(
        reverse("connection-file", args=[shop.pk]), {"text": "</textarea><script>alert(1)</script>: x"}
    ).content.decode()
    assert "<script>alert" not in text


def test_the_download_is_a_file(shop: Connection, administrator: Client) -> None:
    answer = administrator.get(reverse("connection-download", args=[shop.pk]))
    assert answer["Content-Disposition"].startswith('attachment; filename="woodoo-shop-nl-')
    assert answer.content.decode() == write(shop)
