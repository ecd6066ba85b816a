"""A catalogue from Odoo to the store: requests, and time beside the same batches sent by hand to a second shop.

Both shops are doubles in processes of their own, begun alike, so that the recorded requests fit the second one as they
are. Straight through the flow, as the engine calls it: a hundred products together.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from woodoo.connections.settings import ConnectionSettings
from woodoo.engine.flow import Outcome
from woodoo.flows.products import sync_products
from woodoo.flows.sides import Sides
from woodoo.flows.steps.products_out.rules import load_catalogue_rules
from woodoo.odoo.client import connect
from woodoo.odoo.records import Records
from woodoo.sandbox.odoo.fixtures import Admin
from woodoo.stores.woocommerce.client import WooClient
from woodoo.stores.woocommerce.store import WooCommerceStore

from .figures import CannotRun, Figure
from .kept import KeptLinks, Unheard, no_maps
from .screen import step
from .shop import open_odoo, run_store

if TYPE_CHECKING:
    from .stage import Stage

#: Products together, as the flow has it.
TOGETHER = 100
#: Options of the attribute of variable products; two of three have all of them.
_OPTIONS = ("XS", "S", "M", "L", "XL", "XXL", "3XL")
#: Products made in Odoo by one call.
_CALL = 200


class _Recording(WooClient):
    """A client that keeps what it posts, and adds up how long that took."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.posted: list[tuple[str, Any]] = []
        self.seconds = 0.0

    def post(self, path: str, json: Any, params: Mapping[str, object] | None = None) -> Any:
        began = time.perf_counter()
        answer = super().post(path, json, params)
        self.seconds += time.perf_counter() - began
        self.posted.append((path, json))
        return answer


@dataclass
class _Scene:
    """A catalogue in Odoo, and two shops that begin alike."""

    admin: Admin
    sides: Sides
    client: _Recording
    by_hand: WooClient
    prefix: str

    def run(self, templates: Sequence[int]) -> float:
        """Bring products over and return the seconds it took.

        Raises:
            CannotRun: one of them was refused.
        """
        began = time.perf_counter()
        for start in range(0, len(templates), TOGETHER):
            outcomes = sync_products(self.sides, [str(one) for one in templates[start : start + TOGETHER]])
            self._keep(outcomes)
        return time.perf_counter() - began

    def _keep(self, outcomes: Mapping[str, Outcome]) -> None:
        for outcome in outcomes.values():
            if outcome.error is not None:
                raise CannotRun(f"{outcome.title}: {outcome.message}")
            self.sides.links.upsert(outcome.links)

    def repeat_by_hand(self) -> float:
        """Send what was posted to the second shop and return the seconds it took."""
        posted, self.client.posted = self.client.posted, []
        began = time.perf_counter()
        for path, body in posted:
            self.by_hand.post(path, body)
        return time.perf_counter() - began


def measure(stage: Stage) -> Iterator[Figure]:
    """Create the catalogue, look at it again, change every price."""
    sizes = stage.sizes
    with ExitStack() as stack:
        scene = _open(stack)
        with step("making products in Odoo"):
            simple = _make_simple(scene, sizes.simple)
            variable = _make_variable(scene, sizes.variable)
            more = _make_simple(scene, max(0, sizes.changed - sizes.simple), "MORE")
        yield from _created(scene, simple, variable)
        with step(f"{len(more)} products more, for the prices"):
            scene.run(more)
            scene.repeat_by_hand()
        yield from _unchanged(scene, [*simple, *variable])
        yield from _priced(scene, [*simple, *more], variable)


def _created(scene: _Scene, simple: Sequence[int], variable: Sequence[int]) -> Iterator[Figure]:
    every = [*simple, *variable]
    half = len(every) // 2
    with step(f"{len(simple)} simple and {len(variable)} variable products to the store"):
        calls = scene.client.calls
        took = scene.run(every[:half])
        before = _memory()
        took += scene.run(every[half:])
    calls = scene.client.calls - calls
    store_time = scene.client.seconds
    with step("the same batches by hand"):
        hand = scene.repeat_by_hand()
    yield Figure("Catalogue, requests to create it", calls, "requests")
    yield Figure("Catalogue, requests for each product", calls / len(every), "requests")
    yield Figure("Catalogue, the store's time against the same batches by hand", store_time / hand, "times", "<= 1.1")
    yield Figure("Catalogue, all of the time against the same batches by hand", took / hand, "times")
    yield Figure("Catalogue, products a second", len(every) / took, "products/s")
    yield Figure("Catalogue, memory grown over its second half", max(0.0, _memory() - before), "MiB", "<= 32")


def _unchanged(scene: _Scene, every: Sequence[int]) -> Iterator[Figure]:
    load_catalogue_rules(scene.sides)  # the store's units, asked every five minutes whatever is written
    calls = scene.client.calls
    with step("all of it again, unchanged"):
        scene.run(every)
    yield Figure("Catalogue, requests where nothing changed", scene.client.calls - calls, "requests", "== 0")


def _priced(scene: _Scene, simple: Sequence[int], variable: Sequence[int]) -> Iterator[Figure]:
    with step("another price for every product in Odoo"):
        for start in range(0, len(simple), _CALL):
            scene.admin.write("product.template", simple[start : start + _CALL], {"list_price": 21.5})
        scene.admin.write("product.template", variable, {"list_price": 22.5})
    calls, scene.client.seconds = scene.client.calls, 0.0
    with step("every price to the store"):
        took = scene.run([*simple, *variable])
    calls, store_time = scene.client.calls - calls, scene.client.seconds
    changed = len(simple) + sum(len(_options(place)) for place in range(len(variable)))
    with step("the same batches by hand"):
        hand = scene.repeat_by_hand()
    most = changed / 100 + len(variable)
    yield Figure("Prices, SKUs changed", changed, "SKUs")
    yield Figure("Prices, requests", calls, "requests")
    yield Figure("Prices, requests against SKUs / 100 + variable products", calls / most, "times", "<= 1")
    yield Figure("Prices, the store's time against the same batches by hand", store_time / hand, "times", "<= 1.1")
    yield Figure("Prices, all of the time against the same batches by hand", took / hand, "times")


# --- what it is measured on ---------------------------------------------------------------------------------------


def _open(stack: ExitStack) -> _Scene:
    endpoint, admin = stack.enter_context(open_odoo())
    homes = [Path(stack.enter_context(TemporaryDirectory())) for _ in range(2)]
    first, second = (stack.enter_context(run_store(home, 0)) for home in homes)
    client = _Recording(first["url"], first["key"], first["secret"])
    settings = ConnectionSettings.model_validate({"send_products": True, "create_products": True})
    odoo = Records(connect(endpoint), 1, namespace=f"bench_{secrets.token_hex(4)}")
    sides = Sides(WooCommerceStore(client), odoo, settings, KeptLinks(), todo=Unheard(), take_into_maps=no_maps)
    by_hand = WooClient(second["url"], second["key"], second["secret"])
    return _Scene(admin, sides, client, by_hand, f"B{secrets.token_hex(2)}")


def _make_simple(scene: _Scene, count: int, word: str = "ONE") -> list[int]:
    rows = [
        {
            "name": f"Product {word} {number}",
            "default_code": f"{scene.prefix}-{word}-{number}",
            "list_price": 10 + number % 50,
            "weight": 0.5,
            "description_sale": f"What is to be said of product {number}, in a sentence or two.",
            "taxes_id": [(6, 0, [])],
        }
        for number in range(count)
    ]
    made: list[int] = []
    for start in range(0, count, _CALL):
        made += scene.admin.create("product.template", rows[start : start + _CALL])
    return made


def _options(place: int) -> tuple[str, ...]:
    return _OPTIONS if place % 3 else _OPTIONS[:6]


def _make_variable(scene: _Scene, count: int) -> list[int]:
    values = {"name": "Size", "value_ids": [(0, 0, {"name": name}) for name in _OPTIONS]}
    attribute = scene.admin.create("product.attribute", [values])[0]
    rows = scene.admin.search_read("product.attribute.value", [("attribute_id", "=", attribute)], ["name"])
    ids = {row["name"]: row["id"] for row in rows}
    templates = [
        {
            "name": f"Garment {place}",
            "list_price": 20 + place % 30,
            "taxes_id": [(6, 0, [])],
            "attribute_line_ids": [
                (0, 0, {"attribute_id": attribute, "value_ids": [(6, 0, [ids[one] for one in _options(place)])]})
            ],
        }
        for place in range(count)
    ]
    made: list[int] = []
    for start in range(0, count, 50):
        made += scene.admin.create("product.template", templates[start : start + 50])
    variants = scene.admin.search_read("product.product", [("product_tmpl_id", "in", made)], ["id"])
    skus = {row["id"]: {"default_code": f"{scene.prefix}-V-{row['id']}"} for row in variants}
    scene.sides.odoo.update("product.product", skus)
    return made


def _memory() -> float:
    """Return the mebibytes this process holds."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))
