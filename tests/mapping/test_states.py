"""States of a store's address in the database of an Odoo, whichever version made its codes."""

from __future__ import annotations

import pytest

from woodoo.mapping.customers.states import state_id, states_by_code

#: Country, code and name as Odoo 14 and 19 have them, where they differ from each other or from the store.
ODOO_14 = (
    ("ES", "M", "Madrid"),
    ("ES", "ME", "Melilla"),
    ("CL", "13", "Metropolitana"),
    ("MX", "DIF", "Ciudad de México"),
    ("MX", "GUA", "Guanajuato"),
    ("MX", "GRO", "Guerrero"),
    ("ZA", "GT", "Gauteng"),
    ("JP", "13", "Tokyo"),
    ("CR", "SJ", "San José"),
    ("MY", "JHR", "Johor"),
    ("IN", "OR", "Orissa"),
    ("CO", "COR", "Córdoba"),
    ("CN", "京", "北京市"),
    ("GB", "GB1", "Kent"),
)
ODOO_19 = (
    ("ES", "M", "Madrid"),
    ("ES", "ME", "Melilla"),
    ("CL", "CL-RM", "Metropolitana"),
    ("MX", "CMX", "Ciudad de México"),
    ("MX", "GUA", "Guanajuato"),
    ("MX", "GRO", "Guerrero"),
    ("ZA", "GP", "Gauteng"),
    ("JP", "JP-13", "東京都"),
    ("CR", "1", "San José"),
    ("MY", "MY-01", "Johor"),
    ("IN", "OD", "Odisha"),
    ("CO", "COR", "Córdoba"),
    ("CN", "京", "北京市"),
    ("GB", "KEN", "Kent"),
)
#: What WooCommerce sends → which row of the two lists above.
SENT = (
    ("ES", "M", 0),
    ("ES", "ML", 1),
    ("CL", "CL-RM", 2),
    ("MX", "DF", 3),
    ("MX", "GT", 4),
    ("MX", "GR", 5),
    ("ZA", "GP", 6),
    ("JP", "JP13", 7),
    ("CR", "CR-SJ", 8),
    ("MY", "JHR", 9),
    ("IN", "OD", 10),
    ("CO", "CO-COR", 11),
    ("CN", "CN2", 12),
    ("GB", "Kent", 13),
    ("GB", "  kent ", 13),
    ("CO", "cordoba", 11),
)


@pytest.mark.parametrize("odoo", [ODOO_14, ODOO_19], ids=["14", "19"])
@pytest.mark.parametrize(("country", "code", "row"), SENT)
def test_a_store_s_state_is_found_whatever_odoo_calls_it(
    odoo: tuple[tuple[str, str, str], ...], country: str, code: str, row: int
) -> None:
    states = states_by_code((*state, index) for index, state in enumerate(odoo, 100))
    assert state_id(states, country, code) == 100 + row


def test_the_database_s_own_code_beats_every_exception() -> None:
    states = states_by_code([("IE", "CO", "County Cork", 1), ("IE", "C", "Something else", 2)])
    assert state_id(states, "IE", "CO") == 1


def test_a_state_of_another_country_or_of_none_is_not_taken() -> None:
    states = states_by_code([("ES", "M", "Madrid", 1)])
    assert state_id(states, "FR", "M") is None
    assert state_id(states, "", "M") is None
    assert state_id(states, "ES", "") is None


def test_a_name_two_states_share_stands_for_neither() -> None:
    states = states_by_code([("XX", "1", "Sur", 1), ("XX", "2", "Sur", 2)])
    assert state_id(states, "XX", "Sur") is None
