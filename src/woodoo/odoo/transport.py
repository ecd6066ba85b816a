"""What the three protocols have in common, seen from the client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

#: Methods that change nothing, so that an answer that gets lost may simply be asked for again.
READS = frozenset(
    {
        "check_access_rights",
        "check_object_reference",
        "context_get",
        "default_get",
        "fields_get",
        "get_external_id",
        "get_metadata",
        "has_access",
        "name_search",
        "read",
        "read_group",
        "search",
        "search_count",
        "search_read",
    }
)

#: Arguments whose names differ between versions, or that the old protocols want by position
#: (odoo/api.py `_call_kw_model_create`; `search(args)` became `search(domain)` in 17).
POSITIONAL: Mapping[str, tuple[str, ...]] = {
    "create": ("vals_list",),
    "default_get": ("fields",),
    "load": ("fields", "data"),
    "read": ("fields",),
    "search": ("domain",),
    "search_count": ("domain",),
    "search_read": ("domain",),
    "write": ("vals",),
}


class Transport(Protocol):
    """Carries one call. Raises `Fault` for what Odoo answers, and domain errors where it does not answer."""

    name: str
    #: True where every call carries the user's id, which has to be asked for first.
    needs_login: bool

    def login(self) -> int:
        """Make sure user and key are accepted, and return the user's id."""

    def call(
        self, model: str, method: str, ids: Sequence[int] | None, context: Mapping[str, Any], arguments: dict[str, Any]
    ) -> Any:
        """Call a method. `ids` is None for methods of the model itself."""


def positional(
    method: str, ids: Sequence[int] | None, context: Mapping[str, Any], arguments: dict[str, Any]
) -> tuple[list[Any], dict[str, Any]]:
    """Return (args, kwargs) of `execute_kw` for a call with named arguments."""
    named = dict(arguments)
    args: list[Any] = [] if ids is None else [list(ids)]
    for name in POSITIONAL.get(method, ()):
        if name not in named:
            break
        args.append(named.pop(name))
    return args, {**named, "context": dict(context)}
