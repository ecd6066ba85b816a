"""What the links tell of a product: which one of the store it is, and what both sides were like when looked at last.

Decides what is kept where: prints of each group in the link's hashes, the rest as JSON in `odoo_seen`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from ...domain.ownership import Group, read_prints, write_prints


@dataclass(frozen=True)
class Known:
    """What is remembered of a product or a variant."""

    external_id: str
    #: Prints by group, of each side as it was when it was looked at last.
    odoo: Mapping[Group, str] = field(default_factory=dict)
    store: Mapping[Group, str] = field(default_factory=dict)
    #: Fields Odoo once had something in: emptied there, they are emptied in the store.
    filled: frozenset[str] = frozenset()
    #: Print of which variants there are.
    variants: str = ""
    #: The store shows attributes Odoo does not have: they are kept, so it is looked at before attributes are written.
    extra: bool = False
    #: When its prices were looked at last, where that is once a day; ISO, UTC.
    priced: str = ""
    #: The store is to be looked at before anything else: somebody changed something there.
    look: bool = False

    @classmethod
    def of(cls, external_id: str, odoo_hash: str, store_hash: str, odoo_seen: str) -> Known:
        """Read what a link keeps."""
        try:
            seen = json.loads(odoo_seen) if odoo_seen.startswith("{") else {}
        except ValueError:
            seen = {}
        return cls(
            external_id,
            read_prints(odoo_hash),
            read_prints(store_hash),
            frozenset(seen.get("filled", ())),
            str(seen.get("variants", "")),
            bool(seen.get("extra")),
            str(seen.get("priced", "")),
            bool(seen.get("look")) or not odoo_hash,
        )

    @property
    def odoo_hash(self) -> str:
        return write_prints(self.odoo)

    @property
    def store_hash(self) -> str:
        return write_prints(self.store)

    @property
    def odoo_seen(self) -> str:
        kept = {
            "filled": sorted(self.filled),
            "variants": self.variants,
            "extra": self.extra,
            "priced": self.priced,
            "look": self.look,
        }
        return json.dumps(
            {name: value for name, value in kept.items() if value} or {"filled": []}, separators=(",", ":")
        )
