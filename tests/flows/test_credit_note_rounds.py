"""Credit notes are posted together, but never two of one invoice at once."""

from types import SimpleNamespace
from typing import Any, cast

from woodoo.flows.steps.refunds.credit_notes import one_of_each_invoice


def test_each_invoice_is_in_a_round_once_and_its_credit_notes_keep_their_order() -> None:
    def note(number: int, invoice: int) -> Any:
        return SimpleNamespace(number=number, plan=SimpleNamespace(invoice=SimpleNamespace(odoo_id=invoice)))

    notes = [note(1, 7), note(2, 7), note(3, 8), note(4, 7), note(5, 9)]
    rounds = [[cast(Any, one).number for one in together] for together in one_of_each_invoice(notes)]
    assert rounds == [[1, 3, 5], [2], [4]]
    assert one_of_each_invoice([]) == []
