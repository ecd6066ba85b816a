"""Links and a to-do list that last as long as a measurement which goes straight through a flow, without the engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from woodoo.engine.flow import LinkVals

#: What an upsert that leaves it empty keeps.
_KEPT = ("store_hash", "odoo_hash", "odoo_seen")


@dataclass
class KeptLinks:
    """What flows linked, in memory (`woodoo.flows.sides.Links`)."""

    rows: dict[tuple[str, str, str], LinkVals] = field(default_factory=dict)
    by_odoo: dict[tuple[str, int], dict[str, LinkVals]] = field(default_factory=dict)

    def upsert(self, links: Iterable[LinkVals]) -> None:
        for link in links:
            key = (link.kind, link.external_id, link.odoo_model)
            old = self.rows.get(key, link)
            kept = replace(link, **{name: getattr(link, name) or getattr(old, name) for name in _KEPT})
            self.rows[key] = kept
            self.by_odoo.setdefault((link.odoo_model, link.odoo_id), {})[link.kind] = kept

    def find(self, kind: str, external_ids: Sequence[str]) -> Mapping[str, LinkVals]:
        models = dict.fromkeys(model for known, _, model in self.rows if known == kind)
        found = [row for one in external_ids for model in models if (row := self.rows.get((kind, one, model)))]
        return {row.external_id: row for row in found}

    def find_by_odoo(self, odoo_model: str, odoo_ids: Iterable[int], *, kind: str = "") -> Mapping[int, LinkVals]:
        return {row.odoo_id: row for row in self.leading_to(odoo_model, odoo_ids) if not kind or row.kind == kind}

    def leading_to(self, odoo_model: str, odoo_ids: Iterable[int]) -> list[LinkVals]:
        return [row for one in odoo_ids for row in self.by_odoo.get((odoo_model, one), {}).values()]

    def parents_of(self, numbers: Sequence[str]) -> Mapping[str, str]:
        return {}

    def forget(self, kind: str, external_ids: Iterable[str]) -> int:
        wanted = set(external_ids)
        return self._drop([row for row in self.rows.values() if row.kind == kind and row.external_id in wanted])

    def forget_odoo(self, odoo_model: str, odoo_ids: Iterable[int]) -> int:
        return self._drop(self.leading_to(odoo_model, odoo_ids))

    def _drop(self, rows: Sequence[LinkVals]) -> int:
        for row in rows:
            self.rows.pop((row.kind, row.external_id, row.odoo_model), None)
            self.by_odoo.get((row.odoo_model, row.odoo_id), {}).pop(row.kind, None)
        return len(rows)


class Unheard:
    """A to-do list nobody works on (`woodoo.flows.sides.ToDo`)."""

    def enqueue(
        self, connection_id: int, lane: str, flow: str, records: Iterable[str], *, source: str, topic: str = ""
    ) -> int:
        return len(list(records))

    def retry_waiting(self, connection_id: int, lane: str, place: str, words: Sequence[str], *, source: str) -> int:
        return 0

    def seen_of(self, connection_id: int, lane: str, records: Sequence[str]) -> Mapping[str, str]:
        return {}

    def unsettled(self, connection_id: int, lane: str, *, most: int) -> Mapping[str, int]:
        return {}


def no_maps(connection_id: int, proposals: object) -> None:
    """Take nothing into the settings of a connection."""
