"""What the shop refuses, and in which words. The words were read from a WooCommerce 10.2.4."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .store_target import Target

TABLE = json.loads(Path(__file__).with_name("store_refusals.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code", "message"),
    TABLE,
    ids=[f"{row[0]} {row[1]} {row[2] or ''}" for row in TABLE],
)
def test_a_refusal(shop: Target, method: str, path: str, body: Any, status: int, code: str, message: str) -> None:
    answer = shop.call(method, path, body)
    assert (answer.status, answer.body["code"], answer.body["message"]) == (status, code, message)
