"""Exact to the cent: invented orders of every shape through the whole flow, into a real Odoo 19 and a real Odoo 14.

Half of them with taxes on top of prices, half with taxes included in them. It counts what is never to happen, a posted
invoice that differs, and says which technique was needed how often.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator

from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.odoo import using
from woodoo.sandbox.odoo.fixtures import Admin
from woodoo.sandbox.proof import Proof, Verdict
from woodoo.sandbox.shapes import CURRENCIES, invent

from .figures import Figure
from .screen import say, step
from .stage import Stage

VERSIONS = ("19", "14")
#: Orders that go to Odoo together.
BATCH = 50
#: So many refusals and differences are printed in full.
_SHOWN = 5


def measure(stage: Stage) -> Iterator[Figure]:
    """Send the same orders to each version."""
    for version in VERSIONS:
        verdicts: list[Verdict] = []
        with using(version, fresh=True) as server:
            endpoint = Endpoint(server.url, server.database, server.login, server.key)
            for included in (False, True):
                first, count = (1, stage.sizes.exact // 2) if not included else (500_001, (stage.sizes.exact + 1) // 2)
                kind = "included in prices" if included else "on top of prices"
                with step(f"Odoo {version}: {count} orders, taxes {kind}") as tell:
                    proof = Proof(endpoint, Admin.of(server), secrets.token_hex(3), included=included)
                    for verdict in _sent(proof, range(first, first + count)):
                        verdicts.append(verdict)
                        tell(f"{len(verdicts)} of {stage.sizes.exact} sent")
        yield from _figures(version, verdicts)


def _sent(proof: Proof, numbers: range) -> Iterator[Verdict]:
    digits = proof.rules.precision.price_digits
    # Prices with two decimals give no 1.234 KWD; such orders are refused with what to set in Odoo.
    usual = ["EUR"] * 4 + [
        code for code in CURRENCIES if digits is None or proof.rules.currencies[code].digits <= digits
    ]
    for start in range(numbers.start, numbers.stop, BATCH):
        yield from proof.send([invent(number, usual) for number in range(start, min(start + BATCH, numbers.stop))])


def _figures(version: str, verdicts: list[Verdict]) -> Iterator[Figure]:
    sent, name = len(verdicts), f"Exact on {version}"
    differing = [verdict for verdict in verdicts if verdict.differs]
    refused = [verdict for verdict in verdicts if verdict.refused]
    for verdict in [*differing, *refused][:_SHOWN]:
        say(f"    order {verdict.number}: {verdict.differs or verdict.refused}")
    yield Figure(f"{name}, orders sent", sent, "orders")
    yield Figure(f"{name}, posted documents that differ", len(differing), "documents", "== 0")
    yield Figure(f"{name}, orders refused", _share(len(refused), sent), "%", "== 0")
    yield Figure(
        f"{name}, sales orders a cent off",
        _share(sum(bool(verdict.order_off) for verdict in verdicts), sent),
        "%",
        "== 0" if version == "19" else None,
    )
    for technique, count in _ordered(verdict.technique or "refused" for verdict in verdicts):
        yield Figure(f"{name}, taxes {technique}", _share(count, sent), "%")
    lines = [technique for verdict in verdicts for technique in verdict.lines]
    for technique, count in _ordered(lines):
        yield Figure(f"{name}, lines priced {technique}", _share(count, len(lines)), "%")


def _ordered(words: Iterable[str]) -> list[tuple[str, int]]:
    return Counter(words).most_common()


def _share(count: int, whole: int) -> float:
    return 100 * count / whole if whole else 0.0
