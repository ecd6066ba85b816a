"""What a check of the connection says when something is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.odoo_client.doubles import scripted_client
from woodoo.domain.errors import RemoteDown
from woodoo.odoo.checks import NEEDED, OPTIONAL, Check, State, check
from woodoo.odoo.errors import Fault

MODELS = [model for model, *_ in (*NEEDED, *OPTIONAL)]


def odoo(**changes: Any) -> dict[str, Callable[..., Any]]:
    """Answers of an Odoo 19 that is fit for work, but for the changes."""
    user = {"id": 7, "name": "API", "login": "api@example.com", "email": changes.get("email", "api@example.com")}
    company = {"id": 1, "name": "My Company", "currency_id": 3, "tax_calculation_rounding_method": "round_per_line"}

    def fields_get(model: str) -> Callable[..., Any]:
        def answer(**_: Any) -> Any:
            if model in changes.get("missing", ()):
                raise Fault("werkzeug.exceptions.NotFound", f"the model '{model}' does not exist", status="HTTP 404")
            return {"price_unit": {"digits": [16, changes.get("digits", 6)]}}

        return answer

    def allowed(model: str) -> Callable[..., Any]:
        return lambda operation, **_: (operation, model) not in changes.get("forbidden", ())

    answers: dict[str, Callable[..., Any]] = {
        "res.users.read": lambda **_: [user | {"company_id": 1, "company_ids": [1]}],
        "res.company.fields_get": lambda **_: {},
        "res.company.read": lambda **_: [company | changes.get("company", {})],
        "res.currency.read": lambda **_: [{"id": 3, "name": "EUR", "decimal_places": 2}],
    }
    answers |= {f"{model}.fields_get": fields_get(model) for model in MODELS}
    return answers | {f"{model}.check_access_rights": allowed(model) for model in MODELS}


def run(version: int = 19, **changes: Any) -> dict[str, Check]:
    client = scripted_client(odoo(**changes), version=version)
    return {found.name: found for found in check(client)}


def test_all_is_well() -> None:
    found = run()
    assert {c.state for c in found.values()} == {State.OK}
    assert not any(c.fix for c in found.values())


def test_a_missing_app_is_named_with_what_to_do() -> None:
    found = run(missing={"account.move", "stock.picking"})
    assert (found["apps"].state, found["apps"].fix) == (State.ERROR, "Install Invoicing in Odoo.")
    assert found["inventory"].state is State.WARNING
    assert found["rights"].state is State.OK


def test_a_missing_right_is_named_with_the_role_that_has_it() -> None:
    found = run(forbidden={("create", "account.move"), ("write", "account.payment")})["rights"]
    assert found.state is State.ERROR
    assert "create account.move" in found.message
    assert "write account.payment" in found.message
    assert "Accounting / Billing" in found.fix


def test_a_company_the_user_may_not_work_in() -> None:
    found = {c.name: c for c in check(scripted_client(odoo()), company_id=9)}
    assert found["company"].state is State.ERROR
    assert "rights" not in found


def test_a_user_without_mail_is_warned_about() -> None:
    assert run(email=False)["login"].state is State.WARNING


def test_rounding_matters_only_where_taxes_cannot_be_given() -> None:
    globally = {"tax_calculation_rounding_method": "round_globally"}
    assert run(19, company=globally)["rounding"].state is State.OK
    assert run(17, company=globally)["rounding"].state is State.WARNING
    assert run(17)["rounding"].state is State.OK


def test_coarse_prices_are_warned_about() -> None:
    assert run(17, digits=2)["price_precision"].state is State.WARNING
    assert run(17, digits=6)["price_precision"].state is State.OK
    assert run(19, digits=2)["price_precision"].state is State.OK


def test_a_refused_login_ends_the_check() -> None:
    def refuse(**_: Any) -> Any:
        raise Fault("werkzeug.exceptions.Unauthorized", "Invalid apikey", status="HTTP 401")

    found = check(scripted_client(odoo() | {"res.users.read": refuse}))
    assert [(c.name, c.state) for c in found] == [("version", State.OK), ("login", State.ERROR)]
    assert "new key" in found[1].fix


def test_an_odoo_that_is_down_is_no_finding_but_an_error() -> None:
    def down(**_: Any) -> Any:
        raise RemoteDown("Odoo is down.", side="odoo")

    with pytest.raises(RemoteDown):
        check(scripted_client(odoo() | {"res.users.read": down}))
