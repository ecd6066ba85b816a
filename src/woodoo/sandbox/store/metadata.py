"""Meta data of records: numbered entries of a key and a value, as WordPress keeps them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from .state import Record, Shop

#: What WordPress takes for a tag, what it escapes outside of tags, and what it cuts out of a text.
_TAG = re.compile(r"<\s*/?\s*[a-zA-Z0-9-]+[^>]*>")
_BARE = {re.compile(r"&(?!#?\w+;)"): "&amp;", re.compile("<"): "&lt;", re.compile(">"): "&gt;"}
_OCTET = re.compile(r"%[a-fA-F0-9]{2}")


def as_kept(value: Any) -> Any:
    """Return a meta value the way it comes back: numbers and booleans as text, objects and lists as they are."""
    if isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return "" if value is None else value


def put(shop: Shop, entries: list[Record], key: str, value: Any, *, kind: str = "meta") -> None:
    """Set the value of a key, adding the entry where there is none."""
    for entry in entries:
        if entry["key"] == key:
            entry["value"] = as_kept(value)
            return
    entries.append({"id": shop.next_id(kind), "key": key, "value": as_kept(value)})


def get(entries: Iterable[Record], key: str) -> Any:
    """Return the value of a key, None where it is not set."""
    return next((entry["value"] for entry in entries if entry["key"] == key), None)


def merge(shop: Shop, entries: list[Record], changes: Iterable[Record] | None, *, kind: str = "meta") -> None:
    """Apply what a REST call sends: by id, else by key; a null value removes the entry."""
    for change in changes or ():
        entry = next((e for e in entries if change.get("id") and e["id"] == change["id"]), None)
        key = change.get("key") or (entry["key"] if entry else "")
        entry = entry or next((e for e in entries if e["key"] == key), None)
        value = change.get("value")
        if value is None and "value" in change:
            entries[:] = [e for e in entries if e is not entry and e["key"] != key]
        elif entry is not None:
            entry.update(key=key, value=as_kept(value))
        elif key:
            entries.append({"id": shop.next_id(kind), "key": key, "value": as_kept(value)})


def shown(entries: Iterable[Record]) -> list[Record]:
    """Return the entries as REST shows them for a record."""
    return [{"id": e["id"], "key": e["key"], "value": e["value"]} for e in entries]


def shown_on_line(entry: Record) -> Record:
    """Return an entry of a line of an order as REST shows it.

    A text is decoded as in an address, and its `display_value` is one line without tags (`get_formatted_meta_data` of
    includes/class-wc-order-item.php, `merge_meta_item_with_formatted_meta_display_attributes` of the orders
    controller); structures are left as they are.
    """
    value = entry["value"]
    is_text = isinstance(value, str)
    value = unquote(value) if is_text else value
    return {
        "id": entry["id"],
        "key": entry["key"],
        "value": value,
        "display_key": entry.get("display_key", entry["key"]),
        "display_value": entry.get("display_value", _bare(value) if is_text else value),
    }


def _bare(text: str) -> str:
    text = _TAG.sub("", text)
    for pattern, escaped in _BARE.items():
        text = pattern.sub(escaped, text)
    return " ".join(_OCTET.sub("", text).split())
