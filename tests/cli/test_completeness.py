"""`woodoo status` says as of when all orders are accounted for."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.web import scene
from tests.web.test_completeness import standing
from woodoo.engine import completeness

Woodoo = Callable[..., Any]


def test_status_says_it_for_each_connection(woodoo: Woodoo) -> None:
    shop = scene.connection()
    assert "complete as of: not known yet" in " ".join(woodoo("status").out.split())
    standing(shop, gap=["1054"], gap_count=1, gap_since=completeness.now(), before=34)
    said = " ".join(woodoo("status").out.split())
    assert f"{shop.name}: complete as of" in said
    assert "neither a webhook nor a poll had told: 1054" in said
    assert "1200 on the list, 34 older than the connection" in said
    (data,) = json.loads(woodoo("status", "--json").out)["connections"]
    assert data["complete_as_of"]
    assert "1054" in data["gap"]
