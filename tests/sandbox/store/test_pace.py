"""The double takes its time where it is told to, as long as a real shop and no longer."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from woodoo.sandbox.store import StoreDouble, pace
from woodoo.sandbox.store.pace import WOOCOMMERCE
from woodoo.stores.woocommerce.client import WooClient


@pytest.fixture
def store() -> Iterator[StoreDouble]:
    with StoreDouble(catalogue=False) as opened:
        yield opened


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What is waited for each request, as if it had come and been answered in the same moment."""
    found: list[float] = []
    monkeypatch.setattr(pace, "time", SimpleNamespace(monotonic=lambda: 0.0, sleep=found.append))
    return found


def test_a_batch_waits_for_each_of_its_items_and_any_other_request_for_itself(waited: list[float]) -> None:
    assert [round(one, 3) for one in _waits(waited, "products/batch", b'{"update": [{"id": 1}, {"id": 2}]}')] == [0.119]
    assert [round(one, 3) for one in _waits(waited, "products", b"")] == [0.064]
    assert [round(one, 3) for one in _waits(waited, "products/batch", b"no JSON")] == [0.064]


def test_nobody_waits_unless_it_is_switched_on(store: StoreDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[pace.Pace, str]] = []
    monkeypatch.setattr(pace.Pace, "wait", lambda self, web, begun: asked.append((self, web.path)))
    WooClient(store.url, store.key, store.secret).get("products")
    store.troubles.pace = WOOCOMMERCE
    WooClient(store.url, store.key, store.secret).get("products")
    assert asked == [(pace.Pace(), "/wp-json/wc/v3/products"), (WOOCOMMERCE, "/wp-json/wc/v3/products")]


def _waits(waited: list[float], path: str, body: bytes) -> list[float]:
    waited.clear()
    web = pace.WebRequest("POST", f"/wp-json/wc/v3/{path}", [], {}, body, "http://127.0.0.1", False)
    WOOCOMMERCE.wait(web, 0.0)
    return waited
