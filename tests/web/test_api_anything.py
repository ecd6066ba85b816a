"""Whatever is sent to the API, it answers what its description says, and never that Woodoo made a mistake."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from unittest import mock

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from ninja import Schema
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from woodoo.alerts import channels
from woodoo.connections.models import Connection
from woodoo.mapping.documents.money import Money
from woodoo.web.live_check import Found
from woodoo.wsgi import application

from . import scene
from .api import program


@pytest.fixture(autouse=True)
def _one_transaction() -> Iterator[None]:
    """Django closes its connections around each request, as its own test client knows to prevent."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)


@pytest.fixture
def known(shop: Connection) -> Iterator[dict[str, Any]]:
    """What is there, and a key that may do everything. Nothing leaves the machine."""
    channels.add(shop, "json://127.0.0.1:1/")
    order = scene.work(shop, "1054", "parked", message="No journal.", cause="No journal")
    scene.drift(shop)
    with ExitStack() as stack:
        for name, answer in {
            "woodoo.wiring.check_connection": [],
            "woodoo.wiring.examine": [],
            "woodoo.wiring.look_for_needs": None,
            "woodoo.wiring.look_at_money": Money((), "EUR"),
            "woodoo.trying.try_store_address": (None, []),
            "woodoo.trying.try_store": [],
            "woodoo.trying.try_odoo_address": (None, []),
            "woodoo.trying.try_odoo": ([], []),
            "woodoo.web.saving.try_side": [],
            "woodoo.web.saving.check_new": Found(),
            "woodoo.wiring.propose": (),
            "woodoo.wiring.read_mappings": [],
            "woodoo.wiring.plan_records": [],
            "woodoo.importing.expected": 1,
            "woodoo.catalogues.expected": 1,
            "woodoo.web.api.held.try_channels": [(None, "")],
        }.items():
            stack.enter_context(mock.patch(name, return_value=answer))
        yield {
            "key": program(personal_data=True).client.defaults["HTTP_AUTHORIZATION"],
            "connection_id": shop.pk,
            "work_id": order.pk,
            "call_id": scene.call(scene.run(order), "sale.order load").pk,
            "import_id": scene.history(shop).pk,
            "mark": channels.channels_of(shop)[0].mark,
        }


@schema.parametrize()
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_any_request_is_answered(case: schemathesis.Case, known: dict[str, Any]) -> None:
    if len(str(case.body)) % 4:  # most of the time about something that is there
        case.path_parameters = {name: known.get(name, value) for name, value in (case.path_parameters or {}).items()}
    case.headers = {**dict(case.headers or {}), "Authorization": known["key"]}
    answer = case.call()
    case.validate_response(answer, checks=(not_a_server_error, status_code_conformance, response_schema_conformance))


def test_each_shape_of_the_description_has_a_name_of_its_own() -> None:
    """Of two of the same name the description would show only one, in both places."""
    shapes: dict[str, set[type]] = {}
    seen: list[type] = [Schema]
    while seen:
        for one in seen.pop().__subclasses__():
            if one.__module__.startswith("woodoo."):
                shapes.setdefault(one.__name__, set()).add(one)
                seen.append(one)
    assert {name: found for name, found in shapes.items() if len(found) > 1} == {}
    assert "StoreTried" in shapes
