"""What the shop says of itself: settings, payment gateways, countries, currencies, state of the system."""

from __future__ import annotations

import copy
import json
from typing import Any

from ..rest import Api, Request, Response, RestError, links
from ..state import VERSION, Record, Shop, load_data
from .batch import batch_handler
from .money import currency, symbol

GROUP = r"/settings/(?P<group_id>[\w-]+)"
SETTING = GROUP + r"/(?P<id>[\w-]+)"
GATEWAY = r"/payment_gateways/(?P<id>[\w-]+)"
GROUPS = ("general", "products", "tax", "email_customer_new_account")


def register(api: Api) -> None:
    """Enter the routes of settings, gateways, data and status."""
    api.add("/settings", "GET", list_groups)
    api.add(GROUP, "GET", list_settings)
    api.add(SETTING, "GET", lambda request: Response(one_setting(request)))
    api.add(SETTING, "POST PUT PATCH", update_setting)
    api.add(f"{GROUP}/batch", "POST PUT PATCH", batch_handler(api, GROUP, SETTING, "id", "setting_setting"))
    api.add("/payment_gateways", "GET", list_gateways)
    api.add(GATEWAY, "GET", lambda request: Response(gateway_view(request, _gateway(request))))
    api.add(GATEWAY, "POST PUT PATCH", update_gateway)
    api.add("/system_status", "GET", system_status)
    api.add("/data/currencies", "GET", list_currencies)
    api.add("/data/currencies/current", "GET", current_currency)
    api.add(r"/data/currencies/(?P<currency>[\w-]{3})", "GET", get_currency)
    api.add("/data/countries", "GET", list_countries)
    api.add(r"/data/countries/(?P<location>[\w-]+)", "GET", get_country)


# -- settings -------------------------------------------------------------------------------------------------------


def list_groups(request: Request) -> Response:
    groups = load_data("settings")["groups"]
    return Response([{**g, "_links": {"options": [{"href": request.link(f"settings/{g['id']}")}]}} for g in groups])


def _group(request: Request) -> list[Record]:
    group = request.path_args["group_id"]
    if group not in GROUPS:
        raise RestError(404, "rest_setting_setting_group_invalid", "Invalid setting group.")
    found: list[Record] = load_data("settings")[group]
    return found


def _setting(request: Request) -> tuple[str, Record]:
    for setting in _group(request):
        if setting["id"] == request.path_args["id"]:
            return request.path_args["group_id"], setting
    raise RestError(404, "rest_setting_setting_invalid", "Invalid setting.")


def option_name(group: str, setting: Record) -> str:
    """Return under which name the shop keeps a setting: those of mails have the same ids in each group."""
    return f"{group}:{setting['id']}" if group.startswith("email_") else str(setting["id"])


def setting_view(request: Request, group: str, setting: Record) -> Record:
    view = {**setting, "value": request.shop.option(option_name(group, setting))}
    if isinstance(view.get("options"), str):
        view["options"] = _OPTIONS[view["options"]]()
    view["_links"] = links(request, f"settings/{group}", setting["id"], "GET POST PUT PATCH")
    return view


def one_setting(request: Request) -> Record:
    """Return the setting of the path; alone, it also names its group."""
    group, setting = _setting(request)
    return {**setting_view(request, group, setting), "group_id": group}


def _country_names() -> dict[str, str]:
    return {code: row["name"] for code, row in load_data("countries")["countries"].items()}


def _country_states() -> dict[str, str]:
    found: dict[str, str] = {}
    for code, row in load_data("countries")["countries"].items():
        if row["states"]:
            found.update({f"{code}:{state}": f"{row['name']} - {name}" for state, name in row["states"].items()})
        else:
            found[code] = row["name"]
    return found


_OPTIONS: dict[str, Any] = {
    "countries": _country_names,
    "country_states": _country_states,
    "currencies": lambda: load_data("countries")["currencies"],
}


def list_settings(request: Request) -> Response:
    group = request.path_args["group_id"]
    return Response([setting_view(request, group, setting) for setting in _group(request)])


def update_setting(request: Request) -> Response:
    group, setting = _setting(request)
    value = request.params.get("value")
    options = setting.get("options")
    allowed = _OPTIONS[options]() if isinstance(options, str) else options
    if setting["type"] == "checkbox":
        allowed = {"yes": "", "no": ""}
    if allowed and setting["type"] != "multiselect" and value not in allowed:
        raise RestError(400, "rest_setting_value_invalid", "An invalid setting value was passed.")
    request.shop.set_option(option_name(group, setting), value)
    return Response(one_setting(request))


# -- payment gateways -----------------------------------------------------------------------------------------------


def gateway_view(request: Request, row: Record) -> Record:
    view = _at_home(request, row)
    view.pop("refusing", None)
    view["_links"] = links(request, "payment_gateways", row["id"], "GET POST PUT PATCH")
    return view


def _at_home(request: Request, row: Record) -> Record:
    """Return a recorded record with this shop's own address in it."""
    text = json.dumps(row).replace("https://127.0.0.1:8143", request.home)
    found: Record = json.loads(text)
    return found


def _gateway(request: Request) -> Record:
    row = request.shop.gateways.get(request.path_args["id"])
    if row is None:
        raise RestError(404, "woocommerce_rest_payment_gateway_invalid", "Resource does not exist.")
    return row


def list_gateways(request: Request) -> Response:
    rows = sorted(request.shop.gateways.values(), key=lambda row: row["order"])
    headers = {"X-WP-Total": str(len(rows)), "X-WP-TotalPages": "1"}
    return Response([gateway_view(request, row) for row in rows], headers=headers)


def update_gateway(request: Request) -> Response:
    row = _gateway(request)
    for name in ("title", "description", "order", "enabled"):
        if request.params.get(name) is not None and request.has(name):
            row[name] = request.params[name]
    for name, value in (request.params.get("settings") or {}).items():
        if name in row["settings"]:
            row["settings"][name]["value"] = value
    request.shop.touch()
    return Response(gateway_view(request, row))


# -- status and data ------------------------------------------------------------------------------------------------


def system_status(request: Request) -> Response:
    shop = request.shop
    view = copy.deepcopy(_at_home(request, load_data("site")["system_status"]))
    view["environment"].update(home_url=request.home, site_url=request.home, version=VERSION)
    view["settings"].update(
        currency=shop.option("woocommerce_currency"),
        currency_symbol=symbol(shop),
        currency_position=shop.option("woocommerce_currency_pos"),
        thousand_separator=shop.option("woocommerce_price_thousand_sep"),
        decimal_separator=shop.option("woocommerce_price_decimal_sep"),
        number_of_decimals=shop.decimals,
    )
    return Response(view)


def _currency_view(request: Request, code: str) -> Record:
    name, sign = currency(code)
    found = links(request, "data/currencies", code, "GET")
    return {"code": code, "name": name, "symbol": sign, "_links": found}


def list_currencies(request: Request) -> Response:
    return Response([_currency_view(request, code) for code in load_data("countries")["currencies"]])


def current_currency(request: Request) -> Response:
    return Response(_currency_view(request, request.shop.option("woocommerce_currency")))


def get_currency(request: Request) -> Response:
    code = request.path_args["currency"].upper()
    if code not in load_data("countries")["currencies"]:
        raise RestError(
            404, "woocommerce_rest_data_invalid_currency", "There are no currencies matching these parameters."
        )
    return Response(_currency_view(request, code))


def _country_view(request: Request, code: str, shown_as: str) -> Record:
    row = load_data("countries")["countries"][code]
    states = [{"code": state, "name": name} for state, name in row["states"].items()]
    found = links(request, "data/countries", shown_as, "GET")
    return {"code": code, "name": row["name"], "states": states, "_links": found}


def list_countries(request: Request) -> Response:
    return Response([_country_view(request, code, code.lower()) for code in load_data("countries")["countries"]])


def get_country(request: Request) -> Response:
    code = request.path_args["location"].upper()
    if code not in load_data("countries")["countries"]:
        raise RestError(
            404, "woocommerce_rest_data_invalid_location", "There are no locations matching these parameters."
        )
    return Response(_country_view(request, code, code.lower()))


def default_settings(shop: Shop) -> dict[str, Any]:
    """Return the settings a fresh shop starts with."""
    return {option_name(group, row): row["value"] for group in GROUPS for row in load_data("settings")[group]}
