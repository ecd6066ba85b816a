"""Internal notes on records of Odoo, and the marks in them by which Woodoo knows again what it has done.

Decides that a mark is a word people can read, too, and that it counts whoever wrote the note: what it says is believed
where believing it is the safe side.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from ..domain.errors import WoodooError
from .records import Records


def post_note(records: Records, model: str, odoo_id: int, text: str) -> WoodooError | None:
    """Write a note that nobody is mailed about; return why that could not be done. Plain words, no HTML."""
    said: dict[str, Any] = {"body": text, "message_type": "comment", "subtype_xmlid": "mail.mt_note"}
    return records.action(model, "message_post", [odoo_id], **said).errors.get(odoo_id)


def find_marks(records: Records, model: str, ids: Iterable[int], mark: str) -> dict[int, str]:
    """Return by record what follows `mark` in a note on it, up to the end of the word; of several notes, the newest."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    domain = [("model", "=", model), ("res_id", "in", wanted), ("body", "ilike", mark)]
    pattern = re.compile(rf"{re.escape(mark)}([\w-]+)")
    found: dict[int, list[str]] = defaultdict(list)
    for row in records.search_read("mail.message", domain, ["res_id", "body"], order="id"):
        found[row["res_id"]] += pattern.findall(str(row["body"]))
    return {odoo_id: words[-1] for odoo_id, words in found.items() if words}
