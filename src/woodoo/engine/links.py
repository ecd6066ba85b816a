"""Remembers which store record is which Odoo record, so that it need not be asked again.

Decides that this is a cache: Odoo's external ids are the truth, so links may be forgotten at any time and are then
found again (`forget_all` before a rebuild).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from woodoo.engine import db
from woodoo.engine.flow import LinkVals
from woodoo.engine.models import Link

_UPSERT = """
    INSERT INTO engine_link AS l (connection_id, kind, external_id, odoo_model, odoo_id, odoo_name, odoo_xmlid,
                                  store_hash, odoo_hash, odoo_seen)
    SELECT %s, v.* FROM unnest(%s::text[], %s::text[], %s::text[], %s::int[], %s::text[], %s::text[], %s::text[],
                               %s::text[], %s::text[]) AS v
    ON CONFLICT (connection_id, kind, external_id, odoo_model) DO UPDATE SET
        odoo_id = EXCLUDED.odoo_id,
        odoo_name = COALESCE(NULLIF(EXCLUDED.odoo_name, ''), l.odoo_name),
        odoo_xmlid = COALESCE(NULLIF(EXCLUDED.odoo_xmlid, ''), l.odoo_xmlid),
        store_hash = COALESCE(NULLIF(EXCLUDED.store_hash, ''), l.store_hash),
        odoo_hash = COALESCE(NULLIF(EXCLUDED.odoo_hash, ''), l.odoo_hash),
        odoo_seen = COALESCE(NULLIF(EXCLUDED.odoo_seen, ''), l.odoo_seen),
        updated_at = now()
"""

_SEE = """
    UPDATE engine_link l SET odoo_seen = v.new
      FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[]) AS v (kind, external_id, model, old, new)
     WHERE l.connection_id = %s AND l.kind = v.kind AND l.external_id = v.external_id AND l.odoo_model = v.model
       AND l.odoo_seen = v.old
    RETURNING l.kind, l.external_id, l.odoo_model
"""


class Links:
    """The links of one connection."""

    def __init__(self, connection_id: int) -> None:
        self.connection_id = connection_id

    def find(self, kind: str, external_ids: Sequence[str], *, odoo_model: str = "") -> Mapping[str, LinkVals]:
        """Return the links of these store records by external id, as far as there are any.

        Where a record is linked to several Odoo models, `odoo_model` says which one is meant.
        """
        found = Link.objects.filter(connection_id=self.connection_id, kind=kind, external_id__in=list(external_ids))
        if odoo_model:
            found = found.filter(odoo_model=odoo_model)
        return {link.external_id: link_vals(link) for link in found.order_by("id")}

    def of(self, kind: str, external_id: str) -> list[LinkVals]:
        """Return all Odoo records of one store record."""
        found = Link.objects.filter(connection_id=self.connection_id, kind=kind, external_id=external_id)
        return [link_vals(link) for link in found.order_by("odoo_model")]

    def find_by_odoo(self, odoo_model: str, odoo_ids: Iterable[int], *, kind: str = "") -> Mapping[int, LinkVals]:
        """Return the links of these Odoo records by their id, as far as there are any; only those of a kind, if given.

        Of several links of one record the one made last counts.
        """
        found = Link.objects.filter(connection_id=self.connection_id, odoo_model=odoo_model, odoo_id__in=list(odoo_ids))
        found = found.filter(kind=kind) if kind else found
        return {link.odoo_id: link_vals(link) for link in found.order_by("id")}

    def parents_of(self, numbers: Sequence[str]) -> Mapping[str, str]:
        """Return whose variations the store records with these ids were, by the links of variants."""
        rows = db.rows(
            """SELECT split_part(external_id, '/', 2), split_part(external_id, '/', 1) FROM engine_link
                WHERE connection_id = %s AND kind = 'variant' AND split_part(external_id, '/', 2) = ANY(%s)""",
            [self.connection_id, list(numbers)],
        )
        return dict(rows)

    def leading_to(self, odoo_model: str, odoo_ids: Iterable[int]) -> list[LinkVals]:
        """Return all links that lead to these Odoo records; several store records may share one, such as a customer."""
        found = Link.objects.filter(connection_id=self.connection_id, odoo_model=odoo_model, odoo_id__in=list(odoo_ids))
        return [link_vals(link) for link in found.order_by("id")]

    def walk(self, odoo_models: Iterable[str], after: int, limit: int) -> tuple[list[LinkVals], int]:
        """Return the next links to these models in the order in which they were made, and the number of the last."""
        found = Link.objects.filter(connection_id=self.connection_id, odoo_model__in=list(odoo_models), id__gt=after)
        links = list(found.order_by("id")[:limit])
        return [link_vals(link) for link in links], links[-1].pk if links else after

    def see(self, seen: Sequence[tuple[LinkVals, str]]) -> list[LinkVals]:
        """Note what these Odoo records are like now, and return those links of which nobody else has noted anything.

        Of two that note something at once, a flow and a look at Odoo, only the first does.
        """
        columns = zip(*((x.kind, x.external_id, x.odoo_model, x.odoo_seen, new) for x, new in seen), strict=True)
        noted = db.rows(_SEE, [*map(list, columns), self.connection_id]) if seen else []
        return [link for link, _ in seen if (link.kind, link.external_id, link.odoo_model) in set(noted)]

    def upsert(self, links: Iterable[LinkVals]) -> None:
        """Remember these. What is empty in a new link keeps what was known."""
        latest = {(link.kind, link.external_id, link.odoo_model): link for link in links}
        if not latest:
            return
        ordered = [latest[key] for key in sorted(latest)]
        columns = zip(
            *(
                (
                    link.kind,
                    link.external_id,
                    link.odoo_model,
                    link.odoo_id,
                    link.odoo_name,
                    link.odoo_xmlid,
                    link.store_hash,
                    link.odoo_hash,
                    link.odoo_seen,
                )
                for link in ordered
            ),
            strict=True,
        )
        db.change(_UPSERT, [self.connection_id, *map(list, columns)])

    def forget(self, kind: str, external_ids: Iterable[str]) -> int:
        """Forget what these store records were linked to and return how many links there were."""
        found = Link.objects.filter(connection_id=self.connection_id, kind=kind, external_id__in=list(external_ids))
        return found.delete()[0]

    def forget_odoo(self, odoo_model: str, odoo_ids: Iterable[int]) -> int:
        """Forget what leads to these Odoo records, which are gone, and return how many links that were."""
        found = Link.objects.filter(connection_id=self.connection_id, odoo_model=odoo_model, odoo_id__in=list(odoo_ids))
        return found.delete()[0]

    def forget_all(self) -> int:
        """Forget every link of the connection, to have them found again from Odoo."""
        return Link.objects.filter(connection_id=self.connection_id).delete()[0]


def link_vals(link: Link) -> LinkVals:
    """Return a stored link as the value flows work with."""
    return LinkVals(
        kind=link.kind,
        external_id=link.external_id,
        odoo_model=link.odoo_model,
        odoo_id=link.odoo_id,
        odoo_name=link.odoo_name,
        odoo_xmlid=link.odoo_xmlid,
        store_hash=link.store_hash,
        odoo_hash=link.odoo_hash,
        odoo_seen=link.odoo_seen,
    )
