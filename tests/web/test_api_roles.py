"""Which token may do what: every operation of the API, every role, and one connection alone."""

from __future__ import annotations

from typing import Any
from unittest import mock
from uuid import uuid4

import pytest

from woodoo.alerts import channels
from woodoo.connections.models import Connection
from woodoo.engine.models import Work
from woodoo.mapping.documents.money import Money
from woodoo.trials.models import Trial
from woodoo.web.api.api import door_of, operations

from . import scene
from .api import Program, program

RANK = {"viewer": 1, "operator": 2, "administrator": 3}

#: Operation → (least role, a body that does). Of the installation: "administrator everywhere".
EXPECTED: dict[str, tuple[str, Any]] = {
    "list_connections": ("viewer", None),
    "add_connection": ("administrator everywhere", {}),
    "read_connection": ("viewer", None),
    "read_connection_status": ("viewer", None),
    "change_connection": ("administrator", {}),
    "test_connection": ("administrator", None),
    "try_connection": ("operator", None),
    "read_settings": ("administrator", None),
    "change_settings": ("administrator", {}),
    "export_connection": ("administrator", None),
    "compare_connection_file": ("administrator", {"yaml": "woodoo: 1"}),
    "import_connection_file": ("administrator", {"yaml": "woodoo: 1", "seen": "x"}),
    "list_flows": ("viewer", None),
    "change_switches": ("administrator", {}),
    "read_proposals": ("administrator", None),
    "take_proposals": ("administrator", {"seen": "x"}),
    "list_mappings": ("administrator", None),
    "take_mappings": ("administrator", {"mappings": []}),
    "start_survey": ("operator", {"kind": "hygiene"}),
    "read_survey": ("viewer", None),
    "list_findings": ("viewer", None),
    "list_troubles": ("viewer", None),
    "read_checklist": ("viewer", None),
    "check_checklist": ("administrator", None),
    "accept_point": ("administrator", {"point": "key"}),
    "go_live": ("administrator", {"first": "2025-01-31"}),
    "read_course": ("viewer", None),
    "list_work": ("viewer", None),
    "count_work": ("viewer", None),
    "read_work": ("viewer", None),
    "read_money": ("viewer", None),
    "compare_money": ("viewer", None),
    # A viewer comes in, and is told there that contents are not for every token.
    "read_call": ("viewer", None),
    "retry_work": ("operator", None),
    "skip_work": ("operator", {"reason": "x"}),
    "prepare_bulk": ("operator", {"action": "retry"}),
    "read_bulk": ("operator", None),
    "confirm_bulk": ("operator", None),
    "sync_records": ("operator", {"records": ["1"]}),
    "plan_records": ("operator", {"records": ["1"]}),
    "list_causes": ("viewer", None),
    "list_drift": ("viewer", None),
    "list_alerts": ("viewer", None),
    "list_channels": ("administrator", None),
    "add_channel": ("administrator", {"address": "json://127.0.0.1:2/"}),
    "remove_channel": ("administrator", None),
    "test_channel": ("administrator", None),
    "list_imports": ("viewer", None),
    "start_import": ("operator", {"ids": "1"}),
    "read_import": ("viewer", None),
    "pause_import": ("operator", None),
    "resume_import": ("operator", None),
    "stop_import": ("operator", None),
    "probe_store": ("administrator everywhere", {"store_url": "https://shop.example.com"}),
    "probe_store_key": (
        "administrator everywhere",
        {"store_url": "https://shop.example.com", "store_key": "ck_1", "store_secret": "cs_1"},
    ),
    "probe_odoo": ("administrator everywhere", {"odoo_url": "https://example.odoo.com"}),
    "probe_odoo_login": (
        "administrator everywhere",
        {
            "odoo_url": "https://example.odoo.com",
            "odoo_database": "example",
            "odoo_login": "woodoo",
            "odoo_key": "key-1",
        },
    ),
    "read_connection_health": ("viewer", None),
    "check_connection_health": ("operator", None),
    "read_connection_needs": ("viewer", None),
    "check_connection_needs": ("operator", None),
    "list_test_runs": ("viewer", None),
    "start_test_run": ("operator", {}),
    "read_test_run": ("viewer", None),
    "clean_test_runs": ("operator", None),
    "find_person": ("administrator everywhere", {"email": "ana@example.com"}),
    "export_person": ("administrator everywhere", {"email": "ana@example.com"}),
    "erase_person": ("administrator everywhere", {"email": "ana@example.com"}),
    "read_token": ("viewer", None),
    "list_changes": ("administrator", None),
    "read_second_factor": ("administrator everywhere", None),
    "change_second_factor": ("administrator everywhere", {"asked_of": "nobody"}),
    "read_service": ("viewer", None),
    "read_completeness": ("viewer", None),
    "read_webhooks": ("viewer", None),
    "look_after_webhooks": ("administrator", None),
    "renew_webhook_secret": ("administrator", None),
}
BY_NAME = {str(operation.operation_id): (path, operation) for path, operation in operations()}


def test_every_operation_is_in_the_table_with_the_role_it_takes() -> None:
    found = {}
    for name, (_, operation) in BY_NAME.items():
        door = door_of(operation)
        found[name] = door.role.word + (" everywhere" if door.everywhere else "")
    assert found == {name: role for name, (role, _) in EXPECTED.items()}


def ask(asks: Program, name: str, shop: Connection) -> int:
    """Ask for an operation on things that are there, and return the status; nothing leaves the machine."""
    path, operation = BY_NAME[name]
    order = scene.work(shop, str(Work.objects.count() + 1000), "parked")
    known = {
        "connection_id": shop.pk,
        "work_id": order.pk,
        "call_id": scene.call(scene.run(order), "sale.order load").pk,
        "import_id": scene.history(shop).pk,
        "trial_id": Trial.objects.create(connection_id=shop.pk, token=uuid4().hex, state="passed").pk,
        "mark": channels.channels_of(shop)[0].mark,
        "kind": "usage",
        "action_id": "6f1f8f2e-0a3c-4a55-8d28-0d3a1a8d1c0e",
    }
    with (
        mock.patch("woodoo.wiring.check_connection", return_value=[]),
        mock.patch("woodoo.wiring.propose", return_value=()),
        mock.patch("woodoo.wiring.read_mappings", return_value=[]),
        mock.patch("woodoo.wiring.examine", return_value=[]),
        mock.patch("woodoo.wiring.look_for_needs"),
        mock.patch("woodoo.wiring.look_at_money", return_value=Money((), "EUR")),
        mock.patch("woodoo.trying.try_store_address", return_value=(None, [])),
        mock.patch("woodoo.trying.try_store", return_value=[]),
        mock.patch("woodoo.trying.try_odoo_address", return_value=(None, [])),
        mock.patch("woodoo.trying.try_odoo", return_value=([], [])),
        mock.patch("woodoo.web.saving.try_side", return_value=[]),
        mock.patch("woodoo.wiring.plan_records", return_value=[]),
        mock.patch("woodoo.importing.expected", return_value=1),
        mock.patch("woodoo.web.api.held.try_channels", return_value=[(None, "")]),
    ):
        answer = asks.ask(operation.methods[0], path.format(**known), EXPECTED[name][1])
    return int(answer.status_code)


@pytest.fixture
def shop(shop: Connection) -> Connection:
    channels.add(shop, "json://127.0.0.1:1/")
    return shop


@pytest.mark.parametrize("name", EXPECTED)
def test_each_role_at_each_operation(name: str, shop: Connection) -> None:
    least, everywhere = EXPECTED[name][0].split()[0], EXPECTED[name][0].endswith("everywhere")
    assert ask(Program(), name, shop) == 401
    elsewhere = program("administrator", on=[scene.connection("Other").pk])
    path = BY_NAME[name][0]
    if "connection_id" in path or "work_id" in path or "import_id" in path:
        assert ask(elsewhere, name, shop) == 404
    for role, rank in RANK.items():
        for on in ([], [shop.pk]):
            status = ask(program(role, on=on), name, shop)
            if rank < RANK[least] or (on and everywhere) or name in ("read_call", "export_person"):
                assert status == 403, (role, on)
            else:
                # What was left out or is not there is told; nothing is refused for the role, and nothing breaks.
                assert status in (200, 201, 204, 404, 409, 422), (role, on)
            if status == 404:
                assert name in ("read_bulk", "confirm_bulk", "remove_channel", "test_channel"), (role, on)


def test_lists_tell_nothing_of_connections_that_are_not_reached(shop: Connection) -> None:
    order = scene.work(
        shop, "1054", "parked", title="Order of somebody else", message="No journal.", cause="No journal"
    )
    scene.drift(shop, title=order.title)
    shop.name = "Shop of somebody else"
    shop.save()
    elsewhere = program("administrator", on=[scene.connection("Mine").pk])
    for name, (path, operation) in BY_NAME.items():
        if "{" in path or operation.methods[0] != "GET":
            continue
        for query in ("", f"?connection={shop.pk}", "?text=1054"):
            answer = elsewhere.ask("get", path + query)
            assert answer.status_code in (200, 403), name
            assert "somebody else" not in answer.content.decode(), name
    counts = elsewhere.ask("get", f"/work/counts?connection={shop.pk}").json()
    assert not any(counts.values())
