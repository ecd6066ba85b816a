"""Whether the parameters of a call are what the route takes, and what they mean.

The rules and the wording of refusals are those of `rest_validate_value_from_schema` and
`rest_sanitize_value_from_schema` in WordPress' wp-includes/rest-api.php.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

Args = Mapping[str, Any]
#: Lists of ids that WordPress reads without checking: what is no number counts as 0.
#: What null means to a parameter that cannot be null: it is not checked, and read as its type.
_NOTHING: dict[str, Callable[[], Any]] = {
    "string": str, "integer": int, "number": float, "boolean": bool, "array": list, "object": dict,
}  # fmt: skip
ID_LISTS = ("include", "exclude", "parent", "parent_exclude")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class InvalidValue(Exception):
    """A value that does not fit: WordPress' code and message for it."""

    def __init__(self, code: str, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.param = param


def validate(args: Args, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters as the route means them, with defaults.

    Raises:
        RestError: 400, naming every parameter that is missing or does not fit.
    """
    from .rest import RestError

    missing = [name for name, spec in args.items() if spec.get("required") and name not in given]
    if missing:
        raise RestError(
            400, "rest_missing_callback_param", f"Missing parameter(s): {', '.join(missing)}", params=missing
        )
    params: dict[str, Any] = {}
    errors: dict[str, InvalidValue] = {}
    for name, value in given.items():
        spec = args.get(name)
        if spec is None or value is None:
            nothing = _NOTHING.get(str(spec.get("type"))) if spec else None
            params[name] = nothing() if nothing else value
            continue
        try:
            params[name] = clean(value, spec, name)
        except InvalidValue as error:
            errors[name] = error
    if errors:
        raise RestError(
            400,
            "rest_invalid_param",
            f"Invalid parameter(s): {', '.join(errors)}",
            params={name: error.message for name, error in errors.items()},
            details={name: _detail(error) for name, error in errors.items()},
        )
    for name, spec in args.items():
        if name not in params and "default" in spec:
            params[name] = _default(spec, name)
    return params


def _default(spec: Args, name: str) -> Any:
    try:
        return clean(spec["default"], spec, name)
    except InvalidValue:
        return spec["default"]


def _detail(error: InvalidValue) -> dict[str, Any]:
    data = {"param": error.param} if error.param else None
    return {"code": error.code, "message": error.message, "data": data}


def clean(value: Any, spec: Args, name: str) -> Any:
    """Check one value against its schema and turn it into what it means.

    Raises:
        InvalidValue: with WordPress' wording.
    """
    kind = spec.get("type")
    if isinstance(kind, list):
        fitting = _fitting_type(value, kind)
        if fitting is None:
            raise _wrong_type(name, ",".join(kind))
        kind = fitting
    reader = _READERS.get(kind or "")
    if reader is None:
        return value
    return reader(value, spec, name)


def _wrong_type(name: str, kind: str) -> InvalidValue:
    return InvalidValue("rest_invalid_type", f"{name} is not of type {kind}.", name)


def _fitting_type(value: Any, kinds: list[str]) -> str | None:
    checks = {
        "null": lambda v: v is None,
        "boolean": lambda v: isinstance(v, bool),
        "integer": _is_integer,
        "number": lambda v: isinstance(v, int | float) and not isinstance(v, bool),
        "string": lambda v: isinstance(v, str),
        "array": lambda v: isinstance(v, list),
        "object": lambda v: isinstance(v, dict),
    }
    return next((kind for kind in kinds if kind in checks and checks[kind](value)), None)


def _is_integer(value: Any) -> bool:
    return not isinstance(value, bool) and re.fullmatch(r"[+-]?\d+(\.0*)?", str(value)) is not None


def _integer(value: Any, spec: Args, name: str) -> Any:
    if isinstance(value, bool) or value is None or isinstance(value, list | dict):
        raise _wrong_type(name, "integer")
    try:
        number = float(value)
    except ValueError:
        raise _wrong_type(name, "integer") from None
    if number != int(number):
        raise _wrong_type(name, "integer")
    _bounds(int(number), spec, name)
    return _enum(int(number), spec, name)


def _number(value: Any, spec: Args, name: str) -> Any:
    if isinstance(value, bool) or value is None or isinstance(value, list | dict):
        raise _wrong_type(name, "number")
    try:
        number = float(value)
    except ValueError:
        raise _wrong_type(name, "number") from None
    _bounds(number, spec, name)
    return number


def _bounds(number: float, spec: Args, name: str) -> None:
    low, high = spec.get("minimum"), spec.get("maximum")
    if low is not None and high is not None and not low <= number <= high:
        message = f"{name} must be between {low} (inclusive) and {high} (inclusive)"
        raise InvalidValue("rest_out_of_bounds", message)
    if low is not None and number < low:
        raise InvalidValue("rest_out_of_bounds", f"{name} must be greater than or equal to {low}")
    if high is not None and number > high:
        raise InvalidValue("rest_out_of_bounds", f"{name} must be less than or equal to {high}")


def _boolean(value: Any, spec: Args, name: str) -> Any:
    if isinstance(value, bool):
        return value
    if value in (0, 1) and isinstance(value, int):
        return bool(value)
    if isinstance(value, str) and value.lower() in ("true", "1", "false", "0", ""):
        return value.lower() in ("true", "1")
    raise _wrong_type(name, "boolean")


def _string(value: Any, spec: Args, name: str) -> Any:
    if not isinstance(value, str):
        raise _wrong_type(name, "string")
    form = spec.get("format")
    if form == "date-time" and value and not _is_date(value):
        raise InvalidValue("rest_invalid_date", "Invalid date.")
    if form == "email" and (value or name == "email") and not EMAIL.fullmatch(value):
        raise InvalidValue("rest_invalid_email", "Invalid email address.")
    return _enum(value, spec, name)


def _is_date(value: str) -> bool:
    try:
        datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        return False
    return True


def _enum(value: Any, spec: Args, name: str) -> Any:
    allowed = spec.get("enum")
    if allowed == "currencies":
        from .state import load_data

        allowed = load_data("routes")["currencies"]
    if not allowed or value in allowed:
        return value
    if len(allowed) == 1:
        raise InvalidValue("rest_not_in_enum", f"{name} is not {allowed[0]}.")
    raise InvalidValue("rest_not_in_enum", f"{name} is not one of {_listed(allowed)}.")


def _listed(values: list[Any]) -> str:
    texts = [str(value) for value in values]
    return f"{texts[0]} and {texts[1]}" if len(texts) == 2 else f"{', '.join(texts[:-1])}, and {texts[-1]}"


def _array(value: Any, spec: Args, name: str) -> Any:
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        value = [part for part in re.split(r"[\s,]+", str(value)) if part]
    if isinstance(value, dict) and not value:
        value = []
    if not isinstance(value, list):
        raise _wrong_type(name, "array")
    items = spec.get("items")
    if not items:
        return value
    if name in ID_LISTS:
        return [int(item) if str(item).isdigit() else 0 for item in value]
    return [clean(item, items, f"{name}[{index}]") for index, item in enumerate(value)]


def _object(value: Any, spec: Args, name: str) -> Any:
    if value == "" or value == []:
        return {}
    if not isinstance(value, dict):
        raise _wrong_type(name, "object")
    properties = spec.get("properties") or {}
    return {
        key: clean(item, properties[key], f"{name}[{key}]") if key in properties else item
        for key, item in value.items()
    }


_READERS = {
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "string": _string,
    "array": _array,
    "object": _object,
}
