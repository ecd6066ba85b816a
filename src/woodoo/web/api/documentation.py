"""Shows the API's description as a page, made from the description itself, with nothing from elsewhere.

Open to everybody, as the description is: it tells what Woodoo can do, and nothing of this installation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from .api import api

#: Nested shapes are named, not unfolded, from this depth on.
_DEPTH = 4


@dataclass(frozen=True)
class Field:
    """One value that is sent or answered."""

    name: str
    what: str
    said: str
    needed: bool


@dataclass(frozen=True)
class Shape:
    """What is sent or answered: its fields, or what it is where it has none."""

    name: str
    fields: list[Field]


@dataclass(frozen=True)
class Operation:
    """One thing that can be done."""

    key: str
    method: str
    path: str
    title: str
    role: str
    asked: list[Field]
    body: Shape | None
    answer: Shape | None
    status: str


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show the page."""
    context = {
        "title": "API",
        "description": api.description.replace("`", ""),
        "subjects": _subjects(),
        "version": api.version,
    }
    return render(request, "web/api_docs.html", context)


@cache
def _subjects() -> dict[str, list[Operation]]:
    found: dict[str, list[Operation]] = defaultdict(list)
    described = api.get_openapi_schema(path_prefix="/api/v1")
    shapes: Mapping[str, Any] = described["components"]["schemas"]
    for path, methods in described["paths"].items():
        for method, said in methods.items():
            found[said["tags"][0]].append(_operation(path, method, said, shapes))
    return dict(found)


def _operation(path: str, method: str, said: Mapping[str, Any], shapes: Mapping[str, Any]) -> Operation:
    asked = [
        Field(one["name"], _what(one["schema"]), one["schema"].get("description", ""), one["required"])
        for one in said.get("parameters", ())
    ]
    body = said.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    status = next(code for code in said["responses"] if int(code) < 300)
    answer = said["responses"][status].get("content", {}).get("application/json", {}).get("schema")
    return Operation(
        key=said["operationId"],
        method=method.upper(),
        path=path,
        title=said.get("description", said["summary"]),
        role=said["x-role"],
        asked=asked,
        body=_shape(body, shapes) if body else None,
        answer=_shape(answer, shapes) if answer else None,
        status=str(status),
    )


def _shape(schema: Mapping[str, Any], shapes: Mapping[str, Any]) -> Shape:
    inner = schema.get("items", schema) if schema.get("type") == "array" else schema
    return Shape(_what(schema), list(_fields(_opened(inner, shapes), shapes, "", 0)))


def _fields(schema: Mapping[str, Any], shapes: Mapping[str, Any], above: str, depth: int) -> Iterator[Field]:
    needed = schema.get("required", ())
    for name, one in schema.get("properties", {}).items():
        yield Field(f"{above}{name}", _what(one), one.get("description", ""), name in needed)
        inner = one.get("items", one) if one.get("type") == "array" else one
        within = _opened(inner, shapes)
        # All settings of a connection are told in their own reference.
        if depth < _DEPTH and within is not inner and within.get("title") != "ConnectionSettings":
            mark = "[]." if one.get("type") == "array" else "."
            yield from _fields(within, shapes, f"{above}{name}{mark}", depth + 1)


def _opened(schema: Mapping[str, Any], shapes: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" in schema:
        opened: Mapping[str, Any] = shapes[schema["$ref"].rsplit("/", maxsplit=1)[-1]]
        return opened
    return schema


def _what(schema: Mapping[str, Any]) -> str:
    """Say in a few words what a value is."""
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", maxsplit=1)[-1])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_what(one) for one in schema["anyOf"]))
    kind = str(schema.get("type", "any"))
    if kind == "array":
        return f"list of {_what(schema.get('items', {}))}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"name → {_what(schema['additionalProperties'])}"
    return str(schema.get("format", kind))
