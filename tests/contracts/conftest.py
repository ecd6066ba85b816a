"""The shop under contract, once for the session; each test leaves it as it found it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .store_target import Target, open_target


@pytest.fixture(scope="session")
def target() -> Iterator[Target]:
    opened = open_target()
    yield opened
    opened.client.close()
    if opened.double is not None:
        opened.double.stop()


@pytest.fixture
def shop(target: Target) -> Iterator[Target]:
    """A shop to work in; what the test makes is taken away afterwards."""
    try:
        yield target
    finally:
        target.clean()


@pytest.fixture
def settable(shop: Target) -> Target:
    """A shop whose settings the test may change for a moment."""
    if not shop.may_change_settings:
        pytest.skip("this shop's settings are not to be changed (WOO_MAY_CHANGE_SETTINGS)")
    return shop
