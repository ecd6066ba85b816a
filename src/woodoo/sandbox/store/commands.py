"""`python -m woodoo.sandbox store`: run the demo shop until it is told to stop."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from .double import StoreDouble


def main(arguments: Sequence[str]) -> int:
    """Run the shop with the given command line and return the exit code."""
    options = _parser().parse_args([a for a in arguments if a != "run"])
    tls: bool | tuple[Path, Path] = options.tls
    if options.certificate:
        tls = (options.certificate, options.certificate_key or options.certificate)
    store = StoreDouble(
        host=options.host,
        port=options.port,
        tls=tls,
        tls_port=options.tls_port,
        file=options.file,
        timezone_offset_minutes=options.timezone,
        settings=dict(setting.split("=", 1) for setting in options.setting),
        webhook_delay=options.webhook_delay,
    )
    if options.key and options.secret:
        store.shop.keys[0].update(key=options.key, secret=options.secret)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with store:
        if options.orders and not store.shop.tables["orders"]:
            store.seed_orders(options.orders)
        _tell(store, options.credentials)
        stop.wait()
    return 0


def _tell(store: StoreDouble, file: Path | None) -> None:
    known = {"url": store.url, "key": store.key, "secret": store.secret}
    if store.ca_file is not None:
        known.update(https_url=store.https_url, ca_file=str(store.ca_file))
    if file is not None:
        file.touch(mode=0o600)
        file.write_text(json.dumps(known), "utf-8")
        print(f"Shop: {store.url}  (its key and secret are in {file})")
    else:
        print("\n".join(f"{name}: {value}" for name, value in known.items()))
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m woodoo.sandbox store", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8069, help="port for http; 0 takes a free one")
    parser.add_argument("--tls", action="store_true", help="also listen on https, with a certificate made now")
    parser.add_argument("--tls-port", type=int, default=0, help="port for https; 0 takes a free one")
    parser.add_argument("--certificate", type=Path, help="certificate file (PEM) for https")
    parser.add_argument("--certificate-key", type=Path, help="key file of the certificate, if it is a file of its own")
    parser.add_argument("--file", type=Path, help="keep the shop in this file, so that it survives a restart")
    parser.add_argument("--orders", type=int, default=0, help="make that many orders if there are none yet")
    parser.add_argument("--timezone", type=int, default=60, metavar="MINUTES", help="the site's offset from UTC")
    parser.add_argument("--setting", action="append", default=[], metavar="NAME=VALUE", help="a WooCommerce setting")
    parser.add_argument("--webhook-delay", type=float, default=1.0, metavar="SECONDS", help="how late webhooks go out")
    parser.add_argument("--credentials", type=Path, help="write address, key and secret to this file as JSON")
    parser.add_argument("--key", help="the consumer key to use instead of an invented one")
    parser.add_argument("--secret", help="the consumer secret that goes with --key")
    return parser
