"""Attributes on products, and the choices of variations.

Sources: `prepare_object_for_database` of WooCommerce's product and variation controllers (Version3). The list sent
replaces the list kept. Values of global attributes are terms, made where they are missing; values of a product's own
attributes are text, kept in one line and cut at `|`.
"""

from __future__ import annotations

from typing import Any

from ..state import Record, Shop
from ..taxonomy import find_term, insert_term, terms_of
from ..texts import slug_of, sort_key


def product_attributes(shop: Shop, sent: list[Record]) -> list[Record]:
    """Return attributes as a product keeps them, in their order; the last of the same name wins.

    A global attribute without values, or one that is not there, is passed over in silence.
    """
    kept: dict[str, Record] = {}
    for one in sent:
        attribute = _global(shop, one) if one.get("id") else _own(one)
        if attribute is not None:
            kept[_key(attribute)] = attribute
    return sorted(kept.values(), key=lambda attribute: attribute["position"])


def _key(attribute: Record) -> str:
    return str(attribute["slug"]) if attribute["id"] else slug_of(attribute["name"])


def _options(sent: Any) -> list[str]:
    options = sent.split("|") if isinstance(sent, str) else sent or []
    return [str(option).strip() for option in options]


def _flags(sent: Record) -> Record:
    return {
        "position": abs(int(sent.get("position") or 0)),
        "visible": bool(sent.get("visible")),
        "variation": bool(sent.get("variation")),
    }


def _global(shop: Shop, sent: Record) -> Record | None:
    row = shop.tables["attributes"].get(int(sent["id"]))
    wanted = [option for option in _options(sent.get("options")) if option]
    if row is None or not wanted:
        return None
    names = []
    for option in wanted:
        found = find_term(terms_of(shop, "terms", row["id"]), option)
        term = found or insert_term(shop, "terms", option, attribute_id=row["id"])
        names.append(term["name"])
    options = sorted(dict.fromkeys(names), key=sort_key)
    return {"id": row["id"], "name": row["name"], "slug": row["slug"], **_flags(sent), "options": options}


def _own(sent: Record) -> Record | None:
    name = str(sent.get("name") or "").strip()
    if not name or sent.get("options") is None:
        return None
    parts = [part.strip() for part in "|".join(_options(sent["options"])).split("|")]
    options = [part for part in parts if part] or [""]
    return {"id": 0, "name": name, "slug": name, **_flags(sent), "options": options}


def default_attributes(shop: Shop, product: Record, sent: list[Record]) -> list[Record]:
    """Return the choices a variable product starts with; those of global attributes are slugs."""
    kept = []
    for one in sent:
        attribute = _attribute_meant(product, one)
        if attribute is None:
            continue
        option = str(one.get("option") or "")
        if attribute["id"]:
            term = find_term(terms_of(shop, "terms", attribute["id"]), option)
            option = term["slug"] if term else slug_of(option)
        if option:
            kept.append({"id": attribute["id"], "name": attribute["name"], "option": option})
    return kept


def choices(shop: Shop, product: Record, sent: list[Record]) -> list[Record]:
    """Return what a variation chooses of its product's attributes.

    An attribute the product does not vary by is dropped; no option at all stands for any; an option that is no term
    stays as text.
    """
    kept: dict[str, Record] = {}
    for one in sent:
        attribute = _attribute_meant(product, one)
        if attribute is None:
            continue
        option = str(one.get("option") or "")
        if attribute["id"]:
            option = _term_name(shop, attribute["id"], option)
        slug = attribute["slug"] if attribute["id"] else slug_of(attribute["name"])
        kept[slug] = {"id": attribute["id"], "name": attribute["name"], "slug": slug, "option": option}
    return [choice for choice in kept.values() if choice["option"]]


def _attribute_meant(product: Record, sent: Record) -> Record | None:
    wanted_id, wanted_key = int(sent.get("id") or 0), slug_of(str(sent.get("name") or ""))
    for attribute in product["attributes"]:
        same = attribute["id"] == wanted_id if wanted_id else not attribute["id"] and _key(attribute) == wanted_key
        if same and attribute["variation"]:
            found: Record = attribute
            return found
    return None


def _term_name(shop: Shop, attribute_id: int, option: str) -> str:
    rows = terms_of(shop, "terms", attribute_id)
    term = find_term(rows, option)
    if term is None:
        slug = slug_of(option)
        term = next((row for row in rows if row["slug"] == slug), None)
        return term["name"] if term else slug
    return str(term["name"])
