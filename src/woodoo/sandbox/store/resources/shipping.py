"""Shipping zones, where they reach and which ways of shipping they offer."""

from __future__ import annotations

import copy

from ..rest import Api, Request, Response, RestError, links
from ..state import Record, load_data
from ..texts import name_kept

ZONE = r"/shipping/zones/(?P<id>[\d]+)"
METHODS = r"/shipping/zones/(?P<zone_id>[\d]+)/methods"
METHOD = METHODS + r"/(?P<instance_id>[\d]+)"
ALL = "GET POST PUT PATCH DELETE"
LOCATION_TYPES = ("postcode", "state", "country", "continent")
#: Settings of new methods that differ from what is called their default.
NEW_VALUES = {("flat_rate", "cost"): "0"}


def register(api: Api) -> None:
    """Enter the shipping routes."""
    api.add("/shipping/zones", "GET", list_zones)
    api.add("/shipping/zones", "POST", create_zone)
    api.add(ZONE, "GET", lambda request: Response(zone_view(request, _zone(request))))
    api.add(ZONE, "POST PUT PATCH", update_zone)
    api.add(ZONE, "DELETE", delete_zone)
    api.add(f"{ZONE}/locations", "GET", list_locations)
    api.add(f"{ZONE}/locations", "POST PUT PATCH", replace_locations)
    api.add(METHODS, "GET", list_methods)
    api.add(METHODS, "POST", create_method)
    api.add(METHOD, "GET", lambda request: Response(method_view(request, _zone(request, "zone_id"), _method(request))))
    api.add(METHOD, "POST PUT PATCH", update_method)
    api.add(METHOD, "DELETE", delete_method)
    api.add("/shipping_methods", "GET", list_kinds)
    api.add(r"/shipping_methods/(?P<id>[\w-]+)", "GET", get_kind)


def _counted(rows: list[Record]) -> dict[str, str]:
    return {"X-WP-Total": str(len(rows)), "X-WP-TotalPages": "1" if rows else "0"}


def _zone(request: Request, name: str = "id") -> Record:
    zone = request.shop.tables["zones"].get(request.number(name))
    if zone is None:
        raise RestError(404, "woocommerce_rest_shipping_zone_invalid", "Resource does not exist.")
    return zone


def zone_view(request: Request, zone: Record) -> Record:
    base = f"shipping/zones/{zone['id']}"
    return {
        "id": zone["id"],
        "name": zone["name"],
        "order": zone["order"],
        "_links": links(request, "shipping/zones", zone["id"], ALL, describedby=f"{base}/locations"),
    }


def list_zones(request: Request) -> Response:
    zones = list(request.shop.tables["zones"].values())
    return Response([zone_view(request, zone) for zone in zones], headers=_counted(zones))


def create_zone(request: Request) -> Response:
    shop = request.shop
    zone: Record = {"id": shop.next_id("zone"), "name": "Zone", "order": 0, "locations": [], "methods": []}
    _apply_zone(request, zone)
    zone["name"] = zone["name"] or "Everywhere"
    shop.tables["zones"][zone["id"]] = zone
    shop.touch()
    return Response(zone_view(request, zone), 201, {"Location": request.link(f"shipping/zones/{zone['id']}")})


def update_zone(request: Request) -> Response:
    zone = _zone(request)
    if zone["id"] == 0:
        message = 'The "locations not covered by your other zones" zone cannot be updated.'
        raise RestError(403, "woocommerce_rest_shipping_zone_invalid_zone", message)
    _apply_zone(request, zone)
    request.shop.touch()
    return Response(zone_view(request, zone))


def _apply_zone(request: Request, zone: Record) -> None:
    for name in ("name", "order"):
        if request.params.get(name) is not None and request.has(name):
            zone[name] = request.params[name]


def delete_zone(request: Request) -> Response:
    """Delete a zone; the one for the rest of the world stays, and nothing is said of it."""
    zone = _zone(request)
    if not request.params.get("force"):
        raise RestError(501, "rest_trash_not_supported", "Shipping zones do not support trashing.")
    if zone["id"]:
        del request.shop.tables["zones"][zone["id"]]
    request.shop.touch()
    return Response(zone_view(request, zone))


def _location_view(request: Request, zone: Record, location: Record) -> Record:
    base = f"shipping/zones/{zone['id']}"
    return {
        "code": location["code"],
        "type": location["type"],
        "_links": {
            "collection": [{"href": request.link(f"{base}/locations")}],
            "describes": [{"href": request.link(base)}],
        },
    }


def list_locations(request: Request) -> Response:
    zone = _zone(request)
    found = [_location_view(request, zone, location) for location in zone["locations"]]
    return Response(found, headers=_counted(found))


def replace_locations(request: Request) -> Response:
    """Replace where a zone reaches by the bare list that is sent; anything else in its place empties it."""
    zone = _zone(request)
    if zone["id"] == 0:
        message = 'The "locations not covered by your other zones" zone cannot be updated.'
        raise RestError(403, "woocommerce_rest_shipping_zone_locations_invalid_zone", message)
    listed = [one for name, one in request.params.items() if name.isdigit() and isinstance(one, dict)]
    sent = [{"code": i["code"], "type": i.get("type") or "country"} for i in listed if i.get("code")]
    zone["locations"] = [location for location in sent if location["type"] in LOCATION_TYPES]
    request.shop.touch()
    return list_locations(request)


def _method(request: Request) -> Record:
    number = request.number("instance_id")
    for method in _zone(request, "zone_id")["methods"]:
        if method["instance_id"] == number:
            found: Record = method
            return found
    raise RestError(404, "woocommerce_rest_shipping_zone_method_invalid", "Resource does not exist.")


def method_view(request: Request, zone: Record, method: Record) -> Record:
    base = f"shipping/zones/{zone['id']}"
    found = links(request, f"{base}/methods", method["instance_id"], ALL, describes=base)
    return {**method, "_links": found}


def list_methods(request: Request) -> Response:
    zone = _zone(request, "zone_id")
    rows = sorted(zone["methods"], key=lambda method: (method["order"], method["instance_id"]))
    found = [method_view(request, zone, method) for method in rows]
    return Response(found, headers=_counted(found))


def create_method(request: Request) -> Response:
    shop = request.shop
    zone = _zone(request, "zone_id")
    kind = request.params.get("method_id")
    model = next((m for z in load_data("catalogue")["zones"] for m in z["methods"] if m["method_id"] == kind), None)
    if model is None:
        raise RestError(500, "woocommerce_rest_shipping_zone_not_created", "Resource cannot be created.")
    method = copy.deepcopy(model)
    number = shop.next_id("zone_method")
    method.update(id=number, instance_id=number, order=len(zone["methods"]) + 1, title=method["method_title"])
    for name, setting in method["settings"].items():
        setting["value"] = NEW_VALUES.get((method["method_id"], name), setting["default"])
    method["enabled"] = True
    zone["methods"].append(method)
    title = method["title"]
    _apply_method(request, method)
    shop.touch()
    return Response({**method_view(request, zone, method), "title": title})


def update_method(request: Request) -> Response:
    """Change a method; the answer still has the title from before."""
    method = _method(request)
    title = method["title"]
    _apply_method(request, method)
    request.shop.touch()
    return Response({**method_view(request, _zone(request, "zone_id"), method), "title": title})


def _apply_method(request: Request, method: Record) -> None:
    """Write order, state and settings; unknown settings are passed over, a choice there is not is refused."""
    for name in ("order", "enabled"):
        if request.params.get(name) is not None and request.has(name):
            method[name] = request.params[name]
    for name, value in (request.params.get("settings") or {}).items():
        setting = method["settings"].get(name)
        if setting is None:
            continue
        if setting.get("options") and str(value) not in setting["options"]:
            raise RestError(400, "rest_setting_value_invalid", "An invalid setting value was passed.")
        setting["value"] = name_kept(str(value))
        if name == "title":
            method["title"] = setting["value"]


def delete_method(request: Request) -> Response:
    zone, method = _zone(request, "zone_id"), _method(request)
    if not request.params.get("force"):
        raise RestError(501, "rest_trash_not_supported", "Shipping methods do not support trashing.")
    zone["methods"] = [m for m in zone["methods"] if m is not method]
    request.shop.touch()
    return Response(method_view(request, zone, method))


def _kind_view(request: Request, kind: Record) -> Record:
    return {**kind, "_links": links(request, "shipping_methods", kind["id"], "GET")}


def list_kinds(request: Request) -> Response:
    kinds = load_data("site")["shipping_methods"]
    return Response([_kind_view(request, kind) for kind in kinds], headers=_counted(kinds))


def get_kind(request: Request) -> Response:
    kinds = load_data("site")["shipping_methods"]
    kind = next((k for k in kinds if k["id"] == request.path_args["id"]), None)
    if kind is None:
        raise RestError(404, "woocommerce_rest_shipping_method_invalid", "Resource does not exist.")
    return Response(_kind_view(request, kind))
