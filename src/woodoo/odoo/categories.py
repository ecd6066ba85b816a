"""Categories of products (`product.category`) by their path: found, however it is written, or made once.

Decides that a store's path is looked for from the top, and below the category new products get by default, where a
database keeps all of its own (the category "All" up to 18).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from ..domain.errors import WoodooError
from ..domain.text import same_name
from .load import Row
from .records import Records

#: The names of a category from the top down.
Path = tuple[str, ...]


def ensure_categories(
    odoo: Records, paths: Iterable[Sequence[str]], root_id: int | None
) -> tuple[dict[Path, int], dict[Path, WoodooError]]:
    """Return the category of each path, and why some could not be made.

    Args:
        odoo: where.
        paths: names from the top down.
        root_id: below which paths are looked for, too, and made; None: at the top.
    """
    wanted = {tuple(path) for path in paths if path}
    known = _known(odoo, root_id)
    found: dict[Path, int] = {}
    errors: dict[Path, WoodooError] = {}
    for depth in range(1, max(map(len, wanted), default=0) + 1):
        level = {path[:depth] for path in wanted if len(path) >= depth and path[: depth - 1] not in errors}
        new: dict[str, tuple[Path, Row]] = {}
        for path in sorted(level):
            key = _key(path)
            if key in known:
                found[path] = known[key]
                continue
            parent = found.get(path[:-1]) or root_id
            row = Row(_external_id(key), {"name": path[-1].strip(), "parent_id/.id": parent or ""})
            new.setdefault(row.external_id, (path, row))
        ensured = odoo.ensure("product.category", [row for _, row in new.values()]) if new else None
        for external_id, (path, _) in new.items() if ensured else ():
            assert ensured is not None
            if external_id in ensured.ids:
                known[_key(path)] = ensured.ids[external_id]
            else:
                errors[path] = ensured.errors[external_id]
        found |= {path: known[_key(path)] for path in level if _key(path) in known}
    for path in wanted - found.keys():
        errors.setdefault(path, next(error for short, error in errors.items() if path[: len(short)] == short))
    return found, {path: errors[path] for path in wanted if path in errors}


def _known(odoo: Records, root_id: int | None) -> dict[Path, int]:
    """Read all categories: by their path from the top, and by that below the root, which goes first."""
    rows = odoo.search_read("product.category", [], ["name", "parent_id"])
    by_id = {row["id"]: row for row in rows}
    known: dict[Path, int] = {}
    below: dict[Path, int] = {}
    for row in rows:
        path = _path(row, by_id)
        known.setdefault(tuple(same_name(str(by_id[one]["name"])) for one in path), row["id"])
        if root_id in path[:-1]:
            rest = path[path.index(root_id) + 1 :]
            below.setdefault(tuple(same_name(str(by_id[one]["name"])) for one in rest), row["id"])
    return {**known, **below}


def _path(row: Mapping[str, object], by_id: Mapping[int, Mapping[str, object]]) -> list[int]:
    """Return the ids from the top down to a category."""
    ids: list[int] = []
    current: Mapping[str, object] | None = row
    while current is not None:
        ids.insert(0, int(str(current["id"])))
        parent = current["parent_id"]
        current = by_id.get(int(str(parent))) if parent else None
    return ids


def _key(path: Sequence[str]) -> Path:
    return tuple(same_name(name) for name in path)


def _external_id(key: Path) -> str:
    return f"product_category_{sha256(' / '.join(key).encode()).hexdigest()[:16]}"
