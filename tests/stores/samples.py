"""Answers and webhook deliveries recorded from a running WooCommerce 10.2.4."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "data" / "woocommerce"


@cache
def _read(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def sample(name: str) -> dict[str, Any]:
    """Return a recording: request, status, headers, body."""
    return copy.deepcopy(_read(name))


def names(pattern: str) -> list[str]:
    return sorted(path.stem for path in FOLDER.glob(f"{pattern}.json"))


def order(number: int | str) -> dict[str, Any]:
    """Return the payload of a recorded order, by its number or the recording's name."""
    name = number if isinstance(number, str) else next(iter(names(f"order_{number}_*")))
    return sample(name)["body"]
