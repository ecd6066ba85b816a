"""Terms: categories, tags, shipping classes and the values of attributes, and how products hang on them.

Source: WordPress' `wp_insert_term` and `wp_update_term` (wp-includes/taxonomy.php). Two terms of the same name need
two slugs or two parents; whatever capitals they have.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .state import Record, Shop
from .texts import free_slug, name_kept, same_name, slug_kept, slug_of, sort_key

#: Most signs of a name (`wp_terms.name`).
LONGEST_NAME = 200
#: What a term of each kind has besides id, name and slug.
FIELDS: dict[str, Record] = {
    "categories": {"parent": 0, "description": "", "display": "default", "image": None, "menu_order": 0, "count": 0},
    "tags": {"description": "", "count": 0},
    "shipping_classes": {"description": "", "count": 0},
    "terms": {"description": "", "menu_order": 0, "count": 0},
}


class TermRefused(Exception):
    """A term that is not made: WordPress' code and message, and the term that is there already."""

    def __init__(self, code: str, message: str, owner: int = 0) -> None:
        super().__init__(message)
        self.code, self.message, self.owner = code, message, owner


def terms_of(shop: Shop, table: str, attribute_id: int = 0) -> list[Record]:
    """Return the terms of a kind; those of one attribute."""
    rows = shop.tables[table].values()
    return [row for row in rows if row["attribute_id"] == attribute_id] if attribute_id else list(rows)


def find_term(rows: Iterable[Record], name: str) -> Record | None:
    """Return the term of that name, whatever its capitals."""
    kept = name_kept(name)
    return next((row for row in rows if same_name(row["name"], kept)), None)


def insert_term(shop: Shop, table: str, name: str, *, slug: str = "", parent: int = 0, attribute_id: int = 0) -> Record:
    """Make a term.

    Raises:
        TermRefused: without a name, with one that is taken, or below a parent that is not there.
    """
    rows = terms_of(shop, table, attribute_id)
    kept = name_kept(name)
    if not kept:
        raise TermRefused("empty_term_name", "A name is required for this term.")
    if len(kept) > LONGEST_NAME:
        raise TermRefused("db_insert_error", "Could not insert term into the database.")
    if parent and parent not in shop.tables[table]:
        raise TermRefused("missing_parent", "Parent term does not exist.")
    _refuse_twin(table, rows, kept, slug_kept(slug), parent)
    wanted = slug_kept(slug) if slug else _slug_for(shop, table, rows, kept, parent)
    row: Record = {
        "id": shop.next_id("term"),
        "name": kept,
        "slug": free_slug(wanted, {row["slug"] for row in rows}),
        **FIELDS[table],
    }
    if table == "categories":
        row["parent"] = parent
    if attribute_id:
        row["attribute_id"] = attribute_id
    shop.tables[table][row["id"]] = row
    shop.touch()
    return row


def _refuse_twin(table: str, rows: list[Record], name: str, slug: str, parent: int) -> None:
    for row in rows:
        apart = table == "categories" and row["parent"] != parent
        if apart or not same_name(row["name"], name) or (slug and row["slug"] != slug):
            continue
        where = "with this parent" if table == "categories" else "in this taxonomy"
        message = f"A term with the name provided already exists {where}."
        raise TermRefused("term_exists", message, row["id"])


def _slug_for(shop: Shop, table: str, rows: list[Record], name: str, parent: int) -> str:
    """Return the slug of a name; below a parent, a slug that is taken is followed by the parent's."""
    slug = slug_of(name)
    if parent and any(row["slug"] == slug for row in rows):
        return f"{slug}-{shop.tables[table][parent]['slug']}"
    return slug


def update_term(shop: Shop, table: str, row: Record, changes: Record) -> None:
    """Change name, slug or parent of a term; products follow.

    Raises:
        TermRefused: for a slug that another term has, or an empty name.
    """
    rows = terms_of(shop, table, row.get("attribute_id", 0))
    if "name" in changes and not name_kept(changes["name"]):
        raise TermRefused("empty_term_name", "A name is required for this term.")
    if changes.get("slug"):
        slug = slug_kept(changes["slug"])
        if any(other["slug"] == slug and other is not row for other in rows):
            message = f"The slug &#8220;{slug}&#8221; is already in use by another term."
            raise TermRefused("duplicate_term_slug", message)
        row["slug"] = slug
    if "parent" in changes and table == "categories":
        row["parent"] = changes["parent"]
    if "name" in changes and len(name_kept(changes["name"])) <= LONGEST_NAME:  # else WordPress keeps the old one
        old, row["name"] = row["name"], name_kept(changes["name"])
        _rename_on_products(shop, table, row, old)
    shop.touch()


def _rename_on_products(shop: Shop, table: str, row: Record, old: str) -> None:
    if table == "terms":
        _rename_choices(shop, row, old)
        return
    for product in shop.tables["products"].values():
        for held in product[table] if table in ("categories", "tags") else ():
            if held["id"] == row["id"]:
                held.update(name=row["name"], slug=row["slug"])


def _rename_choices(shop: Shop, row: Record, old: str) -> None:
    """Rename a value on its products. Where two share a name for a while, each keeps its own variations (`held_by`)."""
    held = [
        (product, attribute)
        for product in shop.tables["products"].values()
        for attribute in product["attributes"]
        if attribute["id"] == row["attribute_id"]
    ]
    choices = [(product["id"], attribute) for product, attribute in held if product["type"] == "variation"]
    others = [one for one in terms_of(shop, "terms", row["attribute_id"]) if one is not row]
    own = {number for number, one in choices if one["option"] == old}
    if any(one["name"] == old for one in others):
        own &= row.get("held_by", own)
    for other in (one for one in others if one["name"] == row["name"]):
        other["held_by"] = {number for number, one in choices if one["option"] == row["name"]}
    row["held_by"] = own
    for number, attribute in choices:
        if number in own:
            attribute["option"] = row["name"]
    for product, attribute in held:
        if product["type"] != "variation" and old in attribute["options"]:
            attribute["options"][attribute["options"].index(old)] = row["name"]


def delete_term(shop: Shop, table: str, row: Record) -> None:
    """Delete a term and take it off its products; what was in a category alone falls back to the first one."""
    del shop.tables[table][row["id"]]
    for category in shop.tables[table].values() if table == "categories" else ():
        if category["parent"] == row["id"]:
            category["parent"] = row["parent"]
    for product in shop.tables["products"].values():
        if table in ("categories", "tags"):
            product[table] = [held for held in product[table] if held["id"] != row["id"]]
        elif table == "terms" and product["type"] != "variation":
            for attribute in product["attributes"]:
                if attribute["id"] == row["attribute_id"]:
                    attribute["options"] = [option for option in attribute["options"] if option != row["name"]]
    shop.touch()


def held_terms(shop: Shop, table: str, ids: Iterable[Any]) -> list[Record]:
    """Return terms as products hold them, by name, each once; ids nobody has are passed over."""
    rows = [row for row in (shop.tables[table].get(int(i or 0)) for i in dict.fromkeys(ids)) if row is not None]
    rows.sort(key=lambda row: (row.get("menu_order", 0), sort_key(row["name"])))
    return [{"id": row["id"], "name": row["name"], "slug": row["slug"]} for row in rows]


def default_category(shop: Shop) -> int:
    """Return the category of products that have none."""
    rows = shop.tables["categories"].values()
    return next((row["id"] for row in rows if row["slug"] == "uncategorized"), 0)
