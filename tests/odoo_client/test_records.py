"""Bulk work: bad records are taken out, conflicts repeated, and no call is wasted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.odoo_client.doubles import scripted_client, scripted_records
from woodoo.domain.errors import ConfigError, DataError, OutcomeUnknown, RemoteDown
from woodoo.odoo.dialect import TABLE
from woodoo.odoo.errors import Conflict, Fault, ResultLost
from woodoo.odoo.records import Records, Row
from woodoo.odoo.workflows import (
    PAY_CHUNK,
    PaymentGroup,
    confirm_orders,
    find_payments,
    register_payments,
)


class Importer:
    """Odoo's `load`: refuses bad names all at once, as the real one does."""

    def __init__(self, bad: set[str] = frozenset(), conflicts: int = 0, silent: bool = False) -> None:  # type: ignore[assignment]
        self.bad, self.conflicts, self.silent = bad, conflicts, silent
        self.calls: list[list[str]] = []
        self.contexts: list[Any] = []
        self.ids: dict[str, int] = {}

    def __call__(self, *, ids: Any, context: Any, fields: list[str], data: list[list[str]]) -> Any:
        names = [row[0] for row in data]
        self.calls.append(names)
        self.contexts.append(context)
        if self.conflicts:
            self.conflicts -= 1
            message = "could not serialize access due to concurrent update"
            return {"ids": False, "messages": [{"type": "error", "record": 0, "message": message}]}
        errors = [
            {"type": "error", "message": f"{name} is bad"} | ({} if self.silent else {"record": index})
            for index, name in enumerate(names)
            if name in self.bad
        ]
        if errors:
            return {"ids": False, "messages": errors}
        return {"ids": [self.ids.setdefault(name, len(self.ids) + 1) for name in names], "messages": []}


def rows(*numbers: int) -> list[Row]:
    return [Row(f"res_partner_{n}", {"name": str(n)}) for n in numbers]


def test_ensure_takes_one_call_for_all() -> None:
    importer = Importer()
    result = scripted_records({"res.partner.load": importer}).ensure("res.partner", rows(*range(50)))
    assert len(importer.calls) == 1
    assert result.ids["res_partner_49"] == 50
    context = importer.contexts[0]
    assert (context["mode"], context["noupdate"], context["tz"]) == ("update", True, "UTC")
    assert context["tracking_disable"] is True
    assert context["allowed_company_ids"] == [1]


def test_ensure_takes_out_bad_rows_and_repeats_for_the_rest() -> None:
    importer = Importer(bad={"woodoo_1.res_partner_2", "woodoo_1.res_partner_4"})
    result = scripted_records({"res.partner.load": importer}).ensure("res.partner", rows(*range(6)))
    assert set(result.ids) == {f"res_partner_{n}" for n in (0, 1, 3, 5)}
    assert set(result.errors) == {"res_partner_2", "res_partner_4"}
    assert len(importer.calls) == 2


def test_ensure_finds_the_bad_row_where_odoo_does_not_say_which() -> None:
    importer = Importer(bad={"woodoo_1.res_partner_5"}, silent=True)
    result = scripted_records({"res.partner.load": importer}).ensure("res.partner", rows(*range(8)))
    assert set(result.errors) == {"res_partner_5"}
    assert len(result.ids) == 7


def test_ensure_repeats_conflicts_with_growing_pauses() -> None:
    importer = Importer(conflicts=3)
    records = scripted_records({"res.partner.load": importer})
    assert records.ensure("res.partner", rows(1)).ids
    pauses = records.pauses  # type: ignore[attr-defined]
    assert len(pauses) == 3
    assert pauses == sorted(pauses)


def test_ensure_gives_up_on_a_lasting_conflict() -> None:
    with pytest.raises(Conflict):
        scripted_records({"res.partner.load": Importer(conflicts=99)}).ensure("res.partner", rows(1))


def test_ensure_lets_no_loss_of_the_line_pass_as_bad_rows() -> None:
    def down(**_: Any) -> Any:
        raise RemoteDown("Odoo is down.", side="odoo")

    with pytest.raises(RemoteDown):
        scripted_records({"res.partner.load": down}).ensure("res.partner", rows(1, 2))


def test_rows_with_other_columns_go_in_a_call_of_their_own() -> None:
    importer = Importer()
    mixed = [*rows(1, 2), Row("res_partner_3", {"name": "3", "ref": "x"})]
    assert len(scripted_records({"res.partner.load": importer}).ensure("res.partner", mixed).ids) == 3
    assert len(importer.calls) == 2


def test_the_same_external_id_twice_is_a_mistake() -> None:
    with pytest.raises(ValueError):
        scripted_records({}).ensure("res.partner", rows(1, 1))


def test_nothing_asked_for_is_no_call() -> None:
    records = scripted_records({})
    assert records.ensure("res.partner", []).ids == {}
    assert records.update("res.partner", {}) == {}
    assert records.read("res.partner", [], ["name"]) == []
    assert records.create("res.partner", []) == []
    assert records.action("sale.order", "action_confirm", []).done == ()
    assert records.external_ids("res.partner", []) == {}
    assert records.client.calls == 0


def failing(bad: set[int], name: str = "UserError") -> Any:
    def act(*, ids: Sequence[int], **_: Any) -> Any:
        if bad & set(ids):
            raise Fault(f"odoo.exceptions.{name}", f"No: {sorted(bad & set(ids))}", status="HTTP 422")
        return True

    return act


def test_an_action_halves_until_only_the_bad_ones_are_left_out() -> None:
    records = scripted_records({"sale.order.action_confirm": failing({7, 20})})
    result = records.action("sale.order", "action_confirm", range(1, 33))
    assert set(result.errors) == {7, 20}
    assert set(result.done) == set(range(1, 33)) - {7, 20}
    assert all(isinstance(error, DataError) for error in result.errors.values())
    assert records.client.calls < 22


def test_an_action_that_lacks_rights_is_not_halved() -> None:
    records = scripted_records({"sale.order.action_confirm": failing({1}, "AccessError")})
    with pytest.raises(ConfigError):
        records.action("sale.order", "action_confirm", range(1, 33))
    assert records.client.calls == 1


def test_an_action_with_a_lost_result_was_done() -> None:
    def lost(**_: Any) -> Any:
        raise Fault("builtins.TypeError", "cannot marshal None unless allow_none is enabled", status="fault 1")

    records = scripted_records({"account.move.action_post": lost})
    assert records.action("account.move", "action_post", [1, 2]).done == (1, 2)
    with pytest.raises(ResultLost):
        records.client.call("account.move", "action_post", ids=[1])


def test_an_unknown_outcome_stops_the_batch() -> None:
    def unknown(**_: Any) -> Any:
        raise OutcomeUnknown("No answer.")

    with pytest.raises(OutcomeUnknown):
        scripted_records({"account.move.action_post": unknown}).action("account.move", "action_post", [1, 2])


def test_a_lasting_conflict_of_an_action_is_reported_for_its_records() -> None:
    records = scripted_records({"sale.order.action_confirm": failing({1, 2}, "LockError")})
    result = records.action("sale.order", "action_confirm", [1, 2])
    assert {type(error) for error in result.errors.values()} == {Conflict}
    assert records.client.calls == 5


def test_an_order_somebody_else_confirmed_counts_as_done() -> None:
    def read(*, ids: Sequence[int], **_: Any) -> Any:
        return [{"id": i, "state": "sale" if i == 2 else "cancel"} for i in ids]

    records = scripted_records({"sale.order.action_confirm": failing({2, 3}), "sale.order.read": read})
    result = confirm_orders(records, [1, 2, 3])
    assert sorted(result.done) == [1, 2]
    assert list(result.errors) == [3]


def test_14_gets_bare_ids_from_names() -> None:
    answer = [{"id": 1, "partner_id": [5, "Buyer"], "line_ids": [6, 7], "company_id": False, "name": "a"}]
    records = scripted_records({"sale.order.search_read": lambda **_: answer}, version=14)
    [row] = records.search_read("sale.order", [], ["partner_id"])
    assert row == {"id": 1, "partner_id": 5, "line_ids": [6, 7], "company_id": False, "name": "a"}


class Payments:
    """The payment wizard: pays what is open, refuses where nothing is."""

    paid_state = "paid"

    def __init__(
        self,
        payments: dict[int, Any],
        bad: set[int] = frozenset(),  # type: ignore[assignment]
        amount: float | None = None,
    ) -> None:
        self.payments, self.bad, self.paid = payments, bad, set[int]()
        self.wanted: dict[str, Any] = {"journal_id": 4, "payment_date": DAY, "group_payment": False}
        # All of what is open, where terms are in instalments (18 and later).
        self.wanted |= {"installments_mode": "full"} if amount is None else {"amount": amount}
        self.turns: list[set[int]] = []

    def create(self, *, context: Any, vals_list: Any, **_: Any) -> Any:
        assert vals_list == [self.wanted]
        self.active = set(context["active_ids"])
        return [99]

    def run(self, *, ids: Sequence[int], **_: Any) -> Any:
        if self.active & self.bad:
            raise Fault("odoo.exceptions.UserError", "You can only register payment for posted moves.", status="x")
        self.turns.append(self.active)
        self.paid |= self.active
        return True

    def read(self, *, ids: Sequence[int], fields: Any, **_: Any) -> Any:
        name = fields[-1]
        states = {i: self.paid_state if i in self.paid else "not_paid" for i in ids}
        return [{name: self.payments.get(i), "id": i, "name": f"INV/{i}", "payment_state": states[i]} for i in ids]

    def records(self, version: int) -> Records:
        answers = {
            "account.payment.register.create": self.create,
            "account.payment.register.action_create_payments": self.run,
            "account.move.read": self.read,
        }
        return scripted_records(answers, version=version)


DAY = date(2026, 3, 5)


def test_all_invoices_of_a_group_are_paid_in_three_calls() -> None:
    payments = Payments({1: [11], 2: [12], 3: [13]})
    records = payments.records(19)
    result = register_payments(records, [PaymentGroup(4, DAY, (1, 2, 3))])
    assert result.done == (1, 2, 3)
    assert records.client.calls == 3


def test_a_payment_over_another_amount_may_leave_a_part_open() -> None:
    payments = Payments({1: [11]}, amount=9.99)
    payments.paid_state = "partial"
    group = PaymentGroup(4, DAY, (1,), Decimal("9.99"))
    assert register_payments(payments.records(19), [group]).done == (1,)
    without_amount = Payments({1: [11]})
    without_amount.paid_state = "partial"
    assert register_payments(without_amount.records(19), [PaymentGroup(4, DAY, (1,))]).done == ()


def test_many_invoices_are_paid_in_turns_short_enough_for_another_worker_to_get_in() -> None:
    payments = Payments({})
    group = PaymentGroup(4, DAY, tuple(range(1, 2 * PAY_CHUNK + 2)))
    result = register_payments(payments.records(19), [group])
    assert sorted(result.done) == list(group.invoice_ids)
    assert not result.errors
    assert [len(turn) for turn in payments.turns] == [PAY_CHUNK, PAY_CHUNK, 1]


def test_an_invoice_that_cannot_be_paid_does_not_hold_up_the_others() -> None:
    payments = Payments({1: [11], 2: [12], 3: [13]}, bad={2})
    result = register_payments(payments.records(19), [PaymentGroup(4, DAY, (1, 2, 3))])
    assert set(result.done) == {1, 3}
    assert "posted moves" in result.errors[2].message


def test_an_invoice_still_open_afterwards_is_an_error() -> None:
    payments = Payments({1: [11], 2: []})
    payments.run = lambda **_: payments.paid.add(1)  # type: ignore[method-assign]
    result = register_payments(payments.records(19), [PaymentGroup(4, DAY, (1, 2))])
    assert result.done == (1,)
    assert "INV/2 is still open" in result.errors[2].message


@pytest.mark.parametrize(
    ("version", "value"),
    [
        (14, '{"title": "Less Payment", "content": [{"account_payment_id": 12}, {"account_payment_id": 11}]}'),
        (16, {"content": [{"account_payment_id": 12}, {"account_payment_id": 11}, {"account_payment_id": False}]}),
        (19, [11, 12]),
    ],
)
def test_payments_of_an_invoice_are_found_in_every_form(version: int, value: Any) -> None:
    payments = Payments({1: value, 2: False})
    assert find_payments(payments.records(version), [1, 2]) == {1: (11, 12)}


def test_the_ledger_hears_of_each_call_without_secrets() -> None:
    class Ledger:
        def __init__(self) -> None:
            self.begun: list[Any] = []
            self.ended: list[Any] = []

        def begin(self, *, system: str, summary: str, request: Any) -> int:
            self.begun.append((system, summary, request))
            return len(self.begun)

        def end(self, token: int, *, status: str, response: Any = None, error: str = "") -> None:
            self.ended.append((token, status, response, error))

    ledger = Ledger()
    answers = {
        "sale.order.action_confirm": failing({3}),
        "sale.order.load": Importer(),
        "res.partner.create": failing(set()),
    }
    client = scripted_client(answers, recorder=ledger)
    client.call("sale.order", "action_confirm", ids=list(range(10, 35)))
    with pytest.raises(DataError):
        client.call("sale.order", "action_confirm", ids=[3])
    client.call("sale.order", "load", fields=["id"], data=[["a.b"]])
    assert [summary for _, summary, _ in ledger.begun] == [
        "sale.order.action_confirm (25 records)",
        "sale.order.action_confirm (1 record)",
        "sale.order.load (1 row)",
    ]
    assert {system for system, _, _ in ledger.begun} == {"odoo"}
    assert ledger.ended[1] == (2, "HTTP 422", {"name": "UserError"}, "No: [3]")
    assert ledger.ended[0][1:3] == ("ok", True)
    assert "sesame" not in str(ledger.begun) + str(ledger.ended)
    assert client.calls == 3
    other = client.with_recorder(Ledger())
    other.call("sale.order", "action_confirm", ids=[1])
    assert (len(ledger.begun), client.calls) == (3, 4)


def test_an_unknown_outcome_of_one_record_keeps_nobody_else_waiting() -> None:
    def unknown(**_: Any) -> Any:
        raise OutcomeUnknown("No answer.", retry_after=130)

    client = scripted_client({"sale.order.action_confirm": unknown, "sale.order.search": lambda **_: [1]})
    with pytest.raises(OutcomeUnknown):
        client.call("sale.order", "action_confirm", ids=[1])
    assert client.call("sale.order", "search", domain=[]) == [1]


def test_a_refused_login_is_not_tried_again_for_a_minute() -> None:
    def refuse(**_: Any) -> Any:
        raise Fault("werkzeug.exceptions.Unauthorized", "Invalid apikey", status="HTTP 401")

    client = scripted_client({"res.partner.search": refuse})
    for _ in range(3):
        with pytest.raises(ConfigError, match="does not accept"):
            client.call("res.partner", "search", domain=[])
    assert client.calls == 1


def test_a_missing_field_makes_it_look_again_what_the_database_has() -> None:
    asked: list[str] = []

    def fields_get(*, allfields: Sequence[str], **_: Any) -> Any:
        asked.append("again")
        return {name: {"type": "char"} for name in allfields}

    def search(**_: Any) -> Any:
        raise Fault("builtins.ValueError", "Invalid field 'tax_id' in 'sale.order.line'", status="HTTP 500")

    models = {row.model for row in TABLE.values() if row.model}
    answers = {f"{model}.fields_get": fields_get for model in models}
    client = scripted_client(answers | {"sale.order.line.search": search})
    assert client.dialect == client.version_dialect
    assert not asked
    with pytest.raises(ConfigError, match="no field 'tax_id'"):
        client.call("sale.order.line", "search", domain=[])
    assert client.dialect.order_line_taxes == "tax_ids"
    assert len(asked) == len(models)
    assert client.dialect is client.dialect


class ShyImporter(Importer):
    """Odoo 14's `load` of invoices: any failure shows as a broken rule on every record."""

    def __call__(self, **arguments: Any) -> Any:
        answer = super().__call__(**arguments)
        if answer["ids"]:
            return answer
        text = 'violates check constraint "account_move_line_check_accountable_required_fields"'
        records = range(len(arguments["data"]))
        return {"ids": False, "messages": [{"type": "error", "record": n, "message": text} for n in records]}


def invoices(count: int) -> list[Row]:
    return [Row(f"account_move_{n}", {"ref": str(n)}) for n in range(count)]


def test_a_hidden_conflict_is_waited_out() -> None:
    importer = ShyImporter(conflicts=2)
    records = scripted_records({"account.move.load": importer}, version=14)
    assert len(records.ensure("account.move", invoices(8)).ids) == 8
    assert len(importer.calls) == 3


def test_a_hidden_error_blames_only_the_record_that_has_it() -> None:
    importer = ShyImporter(bad={"woodoo_1.account_move_5"})
    result = scripted_records({"account.move.load": importer}, version=14).ensure("account.move", invoices(8))
    assert set(result.errors) == {"account_move_5"}
    assert len(result.ids) == 7
    assert "does not say why" in result.errors["account_move_5"].message


class Rewriting:
    """Odoo 14's `write` of lines while another transaction is in the way: the reason is lost on the way."""

    def __init__(self, times: int) -> None:
        self.times, self.written = times, 0

    def __call__(self, *, ids: Any, context: Any, vals: dict[str, Any]) -> bool:
        if self.times:
            self.times -= 1
            text = "account_move_line_check_accountable_required_fields"
            raise Fault("odoo.exceptions.ValidationError", text, status="error ValidationError")
        self.written += 1
        return True


def test_a_draft_is_written_anew_though_another_transaction_was_in_the_way() -> None:
    odoo = Rewriting(times=2)
    records = scripted_records({"account.move.write": odoo, "account.move.fields_get": lambda **_: {}}, version=14)
    records.rewrite("account.move", 4, Row("account_move_1", {}))
    assert (odoo.written, odoo.times) == (1, 0)


def test_a_draft_that_cannot_be_written_is_given_up_after_some_pauses() -> None:
    odoo = Rewriting(times=99)
    records = scripted_records({"account.move.write": odoo, "account.move.fields_get": lambda **_: {}}, version=14)
    with pytest.raises(DataError):
        records.rewrite("account.move", 4, Row("account_move_1", {}))
    assert not odoo.written
