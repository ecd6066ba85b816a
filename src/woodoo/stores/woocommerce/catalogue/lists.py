"""The lists a shop sorts its products by: categories, tags, attributes and their terms; found or made, never doubled.

Decides that two spellings of one name are one term (`same_name`), and what is done where somebody else made it in the
same moment: WordPress names the one that is there (`term_exists`, `resource_id`), and that one is taken.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from ....domain.errors import DataError, WoodooError
from ....domain.text import same_name, shortened
from ...catalogue import StoreTerm
from ..client import PAGE, BatchItem, JsonObject, WooClient
from ..errors import NotFound, Refused
from ..orders import plain_text
from .payloads import TermPayload, parse

#: Seconds for which a list is believed. What is missing in it is looked up afresh before it is made.
BELIEVED = 300.0
CATEGORIES, TAGS, ATTRIBUTES = "products/categories", "products/tags", "products/attributes"
#: Most signs of a name (`wp_terms.name`, `wc_attribute_taxonomies.attribute_label`); the shop's own words name none.
LONGEST = 200
_FIELDS = "id,name,slug,parent"
#: How an attribute is refused whose slug is reserved, taken or too long (`create_item` of WooCommerce's
#: class-wc-rest-product-attributes-v1-controller.php).
_NO_SLUG = "woocommerce_rest_cannot_create"
K = TypeVar("K", bound=Hashable)


class Shelf:
    """What is remembered of the lists of one shop, for all threads and copies of its store."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._lists: dict[str, tuple[float, list[StoreTerm]]] = {}

    def get(self, path: str) -> list[StoreTerm] | None:
        with self._lock:
            until, terms = self._lists.get(path, (0.0, []))
        return list(terms) if until > self._clock() else None

    def forget(self) -> None:
        """Have all lists read afresh."""
        with self._lock:
            self._lists.clear()

    def put(self, path: str, terms: Sequence[StoreTerm]) -> None:
        with self._lock:
            self._lists[path] = (self._clock() + BELIEVED, list(terms))


class Lists:
    """The lists of a shop, read and added to."""

    def __init__(self, client: WooClient, shelf: Shelf) -> None:
        self.client = client
        self.shelf = shelf

    def terms(self, path: str, *, fresh: bool = False) -> list[StoreTerm]:
        """Return a list, as it is now or was some minutes ago."""
        kept = None if fresh else self.shelf.get(path)
        if kept is not None:
            return kept
        rows = list(self.client.iterate(path, {"_fields": _FIELDS}))
        if path.endswith("/terms"):
            rows.sort(key=lambda row: int(row["id"]))
        found = [read_term(row, path) for row in rows]
        self.shelf.put(path, found)
        return found

    def ensure(
        self,
        path: str,
        names: Iterable[str],
        *,
        more: Callable[[str], JsonObject] | None = None,
        else_more: Callable[[str], JsonObject] | None = None,
    ) -> dict[str, StoreTerm]:
        """Return the term of each name, made where there is none.

        `more` are fields of a new one beside its name; `else_more` those of a second try where it is refused.

        Raises:
            DataError: where the shop refuses one, naming it.
        """
        names = [name for name in names if name.strip()]
        wanted: dict[str, str] = {}
        for name in names:
            wanted.setdefault(same_name(name), name)
        found = self._ensure(
            path,
            wanted,
            lambda term: same_name(term.name),
            lambda name: {"name": name, **(more(name) if more else {})},
            otherwise=else_more,
        )
        return {name: found[same_name(name)] for name in names if same_name(name) in found}

    def ensure_paths(self, paths: Iterable[tuple[str, ...]]) -> dict[tuple[str, ...], str]:
        """Return the id of each category by its way down the tree, made from the top where it is missing."""
        asked = [path for path in dict.fromkeys(paths) if path]
        ids: dict[tuple[str, ...], str] = {(): ""}
        for depth in range(max(map(len, asked), default=0)):
            level = {path[: depth + 1]: path[depth] for path in asked if len(path) > depth}
            keys = {(ids[_key(path[:-1])], same_name(name)): name for path, name in reversed(list(level.items()))}
            found = self._ensure(
                CATEGORIES,
                keys,
                lambda term: (term.parent_id, same_name(term.name)),
                lambda name: {"name": name},
                lambda key: {"parent": int(key[0])} if key[0] else {},
            )
            for path, name in level.items():
                ids[_key(path)] = found[ids[_key(path[:-1])], same_name(name)].external_id
        return {path: ids[_key(path)] for path in asked}

    def path_of(self, category_id: str, name: str) -> tuple[str, ...]:
        """Return a category's way down the tree; only its name where the list does not have it."""
        known = {term.external_id: term for term in self.terms(CATEGORIES)}
        if category_id not in known:
            known = {term.external_id: term for term in self.terms(CATEGORIES, fresh=True)}
        path: list[str] = []
        seen: set[str] = set()
        while category_id in known and category_id not in seen:
            seen.add(category_id)
            path.insert(0, known[category_id].name)
            category_id = known[category_id].parent_id
        return tuple(path) or (name,)

    def _ensure(
        self,
        path: str,
        wanted: Mapping[K, str],
        place: Callable[[StoreTerm], K],
        payload: Callable[[str], JsonObject],
        below: Callable[[K], JsonObject] = lambda key: {},
        otherwise: Callable[[str], JsonObject] | None = None,
    ) -> dict[K, StoreTerm]:
        terms = self.terms(path)
        found = {place(term): term for term in reversed(terms)}
        if any(key not in found for key in wanted):
            terms = self.terms(path, fresh=True)
            found = {place(term): term for term in reversed(terms)}
        missing = [key for key in wanted if key not in found]
        if not missing:
            return found
        sent = [{**payload(wanted[key]), **below(key)} for key in missing]
        answers = self.client.batch(path, create=sent, size=PAGE).create
        if otherwise:
            answers = self._otherwise(path, sent, answers, otherwise)
        for key, answer in zip(missing, answers, strict=True):
            found[key] = self._made(path, wanted[key], answer, place, key)
        self.shelf.put(path, [*terms, *(found[key] for key in missing)])
        return found

    def _otherwise(
        self,
        path: str,
        sent: Sequence[JsonObject],
        answers: Sequence[BatchItem],
        otherwise: Callable[[str], JsonObject],
    ) -> Sequence[BatchItem]:
        """Try those once more with other fields that were refused for their slug: reserved, taken, too long."""
        refused = [n for n, one in enumerate(answers) if isinstance(one.error, Refused) and one.error.code == _NO_SLUG]
        if not refused:
            return answers
        again = [{**sent[n], **otherwise(str(sent[n]["name"]))} for n in refused]
        found = dict(zip(refused, self.client.batch(path, create=again, size=PAGE).create, strict=True))
        return [found.get(n, one) for n, one in enumerate(answers)]

    def rename(self, path: str, names: Mapping[str, str], kept: Sequence[str]) -> dict[str, DataError]:
        """Give terms other names and return what was refused; one that is gone is passed over.

        Args:
            path: the list.
            names: id → name.
            kept: fields a change takes to their beginnings where they are not sent.
        """
        rows = {str(row["id"]): row for row in self.client.iterate(path, {"_fields": ",".join(("id", *kept))})}
        ids = [one for one in names if one in rows]
        update = [
            {"id": int(one), "name": names[one], **{name: rows[one][name] for name in kept if name in rows[one]}}
            for one in ids
        ]
        refused: dict[str, DataError] = {}
        for one, item in zip(ids, self.client.batch(path, update=update, size=PAGE).update, strict=True):
            # A name that is too long is answered with the old one, as if all had gone well.
            took = item.data is not None and same_name(read_term(item.data, path).name) == same_name(names[one])
            if not took and not isinstance(item.error, NotFound):
                refused[one] = _refused(path, names[one], item.error)
        self.terms(path, fresh=True)
        return refused

    def _made(self, path: str, name: str, item: BatchItem, place: Callable[[StoreTerm], K], key: K) -> StoreTerm:
        if item.data is not None:
            return read_term(item.data, path)
        there = item.error.data.get("resource_id") if isinstance(item.error, Refused) else None
        terms = self.terms(path, fresh=True)
        for term in terms:
            if term.external_id == str(there) or (not there and place(term) == key):
                return term
        raise _refused(path, name, item.error)


def read_term(row: JsonObject, path: str) -> StoreTerm:
    """Read a category, tag, attribute or option."""
    term = parse(TermPayload, row, record=f"{path} #{row.get('id', '?')}", where=path)
    return StoreTerm(term.id, plain_text(term.name), term.slug, term.parent)


def _key(path: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(same_name, path))


def _refused(path: str, name: str, error: WoodooError | None) -> DataError:
    kind = {CATEGORIES: "category", TAGS: "tag", ATTRIBUTES: "attribute"}.get(path, "option")
    reason = error.message if error else "no reason given."
    if len(name) > LONGEST:
        reason = f"it has {len(name)} signs, and {LONGEST} is the most."
    return DataError(
        f"The store does not take the {kind} {shortened(name, 60)!r}: {reason}",
        where=path,
        fix=f"Rename it in Odoo, or make the {kind} in the store by hand.",
    )
