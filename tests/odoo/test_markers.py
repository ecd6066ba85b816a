"""Nothing of persons or secrets gets into a log, whatever happens: they are planted, and looked for.

The whole service runs as a user starts it, at the level that logs most; orders of one person go through, are held up,
fail and meet an Odoo that shouts what it was sent; strangers knock. Then all it has written is searched.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
import pytest
from tests.cli.test_run import environment, free_port
from tests.odoo.shop import RECORDINGS, Bench, recorded_orders

from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.odoo.fixtures import Admin
from woodoo.sandbox.store.double import StoreDouble
from woodoo.stores.woocommerce.webhooks import sign

PATIENCE = 300
#: Who orders: each part is a word found nowhere else.
PERSON = {
    "first_name": "Zebedea",
    "last_name": "Quuxington",
    "company": "Fnordwerk",
    "address_1": "Xyzzygasse 7",
    "address_2": "Plughstiege",
    "city": "Grueburg",
    "postcode": "08001",
    "email": "zebedea@quuxington.example",
    "phone": "+34 600 987 321",
}
WRITTEN = {"customer_note": "Wibblenote", "transaction_id": "pi_Wobbletransaction"}
#: What strangers send.
SAID = ("Knockknockbody", "Knocktopic", "Knocksource", "Knockagent", "Knockquery", "Knockpassword", "Knockuser")
RECORDS = ("76", "77", "84")


class ShoutingOdoo(ThreadingHTTPServer):
    """Hands everything on to an Odoo until it is told to shout: then it answers 500 with all it was sent."""

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target, self.shouts = target, False
        self.shouted: list[str] = []
        self.client = httpx2.Client(timeout=PATIENCE)
        Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: ShoutingOdoo
    protocol_version = "HTTP/1.1"

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kept = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "content-length", "connection")}
        if self.server.shouts and PERSON["email"].encode() in body:
            said = json.dumps({"name": "builtins.ValueError", "message": repr((kept, body)), "debug": repr(body)})
            self.server.shouted.append(said)
            self._answer(500, said.encode(), "application/json")
            return
        answer = self.server.client.request(self.command, self.server.target + self.path, content=body, headers=kept)
        self._answer(answer.status_code, answer.content, answer.headers.get("Content-Type", ""))

    do_GET = do_POST = _serve  # noqa: N815

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


def order_bodies() -> list[dict[str, Any]]:
    """Return recorded orders, all of them placed by the one person."""
    bodies = []
    for path in sorted(RECORDINGS.glob("order_[0-9]*.json")):
        body = json.loads(path.read_text())["body"]
        if str(body["id"]) in RECORDS and "deleted" not in path.name:
            for address in ("billing", "shipping"):
                known = {name: value for name, value in PERSON.items() if name in body[address]}
                body[address] = {**body[address], **known}
            bodies.append({**body, **WRITTEN, "customer_id": 0})
    return bodies


class Service:
    """`woodoo run`, and the commands beside it, all of whose logs go to one folder."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        self.env = {
            **environment(home),
            "WOODOO_LOG_LEVEL": "DEBUG",
            "WOODOO_PRIVATE_NETWORKS": "127.0.0.1",
            "WOODOO_LEASE_SECONDS": "5",
            "WOODOO_URL": f"http://127.0.0.1:{self.port}",
        }
        #: What the commands answered.
        self.told: list[str] = []
        command = [sys.executable, "-m", "woodoo.cli", "run", "--port", str(self.port), "--workers", "1"]
        with (home / "run.log").open("wb") as log:
            self.process = subprocess.Popen(command, env=self.env, stdout=log, stderr=subprocess.STDOUT)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self, *arguments: str, secrets: dict[str, str] | None = None) -> str:
        """Run a command; what it logs is added to the logs, what it tells the person at the keyboard is returned."""
        done = subprocess.run(
            [sys.executable, "-m", "woodoo.cli", *arguments],
            env={**self.env, **(secrets or {})},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        with (self.home / "commands.log").open("a") as log:
            log.write(done.stderr)
        self.told.append(" ".join([*arguments, "->", done.stdout, done.stderr]))
        return done.stdout

    def until(self, holds: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert self.process.poll() is None, self.logs()
            assert time.monotonic() < deadline, self.command("status")
            time.sleep(2)

    def is_well(self) -> bool:
        try:
            return httpx2.get(f"{self.url}/health", timeout=PATIENCE).json()["status"] == "ok"  # type: ignore[no-any-return]
        except httpx2.HTTPError:
            return False

    def counts(self) -> dict[str, int]:
        told = self.command("status", "--json")
        assert told.startswith("{"), self.told[-1]
        return dict(json.loads(told)["connections"][0]["counts"])

    def logs(self) -> str:
        files = [path for path in self.home.rglob("*log*") if path.is_file() and "pg_" not in path.parent.name]
        return "\n".join(path.read_text(errors="replace") for path in files)

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE)


@pytest.fixture
def service() -> Iterator[Service]:
    home = Path(tempfile.mkdtemp(prefix="woodoo-markers-"))
    home.chmod(0o711)
    running = Service(home)
    try:
        running.until(running.is_well)
        yield running
    finally:
        running.end()
        shutil.rmtree(home, ignore_errors=True)


@pytest.mark.long("14")
def test_neither_persons_nor_secrets_get_into_any_log(service: Service, odoo: Endpoint, admin: Admin) -> None:
    with ExitStack() as stack:
        store = stack.enter_context(StoreDouble())
        line = ShoutingOdoo(odoo.url)
        stack.callback(line.shutdown)
        store.load_recorded_orders(order_bodies())
        bench = Bench.set_up(odoo, admin, {r: o for r, o in recorded_orders().items() if r in RECORDS}, "markers")
        connect(service, store, odoo, line.url)
        secret, token = door_of(service, store)
        planted = [*PERSON.values(), *WRITTEN.values(), *SAID, store.key, store.secret, odoo.secret, secret, token]

        ring(service, store, token, secret, "76")
        service.until(lambda: service.counts()["parked"])  # nothing is mapped yet
        line.shouts = True
        pairs = {name: value for name, value in json.loads(bench.settings.model_dump_json()).items() if name in MAPPED}
        service.command("connection", "settings", "Shop", *(f"{k}={json.dumps(v)}" for k, v in pairs.items()))
        service.until(lambda: line.shouted)
        assert PERSON["email"] in "".join(line.shouted)
        line.shouts = False
        service.until(lambda: not service.counts()["running"])
        service.command("retry", "76")
        service.until(lambda: service.counts()["done"])
        strangers_knock(service, store, token, secret)
        store.go_down()
        ring(service, store, token, secret, "84")
        service.until(lambda: "paused" in service.command("status", "--json"))
        service.command("connection", "test", "Shop")
        service.command("sync", "order", "77", "--dry-run")
        assert PERSON["email"] not in service.command("status")
    written = service.logs()
    assert '"batch done"' in written
    assert [one for one in planted if one in written] == []


#: Settings that lead from the recorded shop to the prepared Odoo.
MAPPED = frozenset(
    {
        *("tax_map", "journal_map", "shipping_product_id", "shipping_map", "fee_product_id", "pricelist_map"),
        *("timezone", "order_number_format", "namespace"),
    }
)


def connect(service: Service, store: StoreDouble, odoo: Endpoint, odoo_url: str) -> None:
    keys = {"WOODOO_STORE_KEY": store.key, "WOODOO_STORE_SECRET": store.secret, "WOODOO_ODOO_KEY": odoo.secret}
    service.command(
        *("connection", "add", "--name", "Shop", "--store-url", store.url, "--odoo-url", odoo_url),
        *("--odoo-database", odoo.database, "--odoo-login", odoo.login),
        secrets=keys,
    )


def door_of(service: Service, store: StoreDouble) -> tuple[str, str]:
    """Have the webhooks set up, and return their secret and the secret part of their address."""
    service.command("connection", "webhooks", "Shop")
    hooks = list(store.shop.tables["webhooks"].values())
    ours = next((row for row in hooks if row["delivery_url"].startswith(service.url)), None)
    assert ours is not None, service.told
    return str(ours["secret"]), str(ours["delivery_url"].rstrip("/").rpartition("/")[2])


def ring(service: Service, store: StoreDouble, token: str, secret: str, record: str) -> None:
    body = json.dumps(next(one for one in order_bodies() if str(one["id"]) == record)).encode()
    assert knock(service, store, token, body, sign(body, secret)) == 200


def knock(service: Service, store: StoreDouble, token: str, body: bytes, signature: str, **headers: str) -> int:
    given = {
        "Content-Type": "application/json",
        "X-WC-Webhook-Source": f"{store.url}/",
        "X-WC-Webhook-Topic": "order.updated",
        "X-WC-Webhook-Resource": "order",
        "X-WC-Webhook-Event": "updated",
        "X-WC-Webhook-ID": "1",
        "X-WC-Webhook-Signature": signature,
        **headers,
    }
    address = f"{service.url}/hooks/{token}/?q=Knockquery"
    return httpx2.post(address, content=body, headers=given, timeout=PATIENCE).status_code


def strangers_knock(service: Service, store: StoreDouble, token: str, secret: str) -> None:
    body = json.dumps({"id": 1, "note": "Knockknockbody", "who": PERSON}).encode()
    broken = b'{"id": "Knockknockbody' + PERSON["last_name"].encode()
    agent = {"User-Agent": "Knockagent"}
    assert knock(service, store, token, body, "wrong", **agent) == 401
    assert knock(service, store, token, broken, sign(broken, secret), **agent) == 400
    assert knock(service, store, token, b"x" * 5_000_000, "Knockknockbody", **agent) == 413
    source = {"X-WC-Webhook-Source": "https://Knocksource.example/"}
    assert knock(service, store, token, body, sign(body, secret), **source) == 409
    topic = {"X-WC-Webhook-Topic": "Knocktopic.updated"}
    assert knock(service, store, token, body, sign(body, secret), **topic) == 200
    assert knock(service, store, f"{token}Knockquery", body, "wrong") == 404
    for path in ("/work/?q=Knockquery", "/Knockquery", "/login/?next=Knockquery"):
        httpx2.get(service.url + path, timeout=PATIENCE)
    with httpx2.Client(base_url=service.url, timeout=PATIENCE) as browser:
        browser.get("/login/")
        form = {"username": "Knockuser", "password": "Knockpassword"}
        form["csrfmiddlewaretoken"] = browser.cookies.get("csrftoken", "")
        for _ in range(6):
            browser.post("/login/", data=form)
