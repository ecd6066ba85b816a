"""The page of refunds, case by case, is that of the table the tests on a real Odoo compare with."""

from tests.odoo.refund_matrix import CASES, PAGE, page


def test_the_page_is_written_from_the_table() -> None:
    """Write it anew with `python -m tests.odoo.refund_matrix`."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_no_two_rows_are_the_same_case() -> None:
    rows = [(case.name, case.order, case.paid, case.sent, case.restock, repr(case.settings)) for case in CASES]
    assert len(set(rows)) == len(rows)


def test_at_least_forty_of_the_cases_happen_in_every_run() -> None:
    assert sum(not case.long for case in CASES) >= 40
