"""An Odoo as the chores see it: rows with the time they were written, and what was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.odoo_client.doubles import scripted_records
from woodoo.chores.odoo_changes import follow_odoo
from woodoo.chores.odoo_records import look_after_records
from woodoo.connections.models import Connection
from woodoo.domain.errors import WoodooError
from woodoo.engine.cursors import set_cursor
from woodoo.engine.flow import LinkVals
from woodoo.engine.links import Links
from woodoo.engine.models import Event, Work
from woodoo.engine.work import enqueue
from woodoo.live import Live

MODELS = ("sale.order", "account.move", "account.payment", "stock.picking", "res.partner")
#: What our links call the records of a model.
KINDS = {
    "sale.order": "order",
    "account.move": "invoice",
    "account.payment": "payment",
    "res.partner": "order_customer",
}
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "in": lambda left, right: left in right,
    "not in": lambda left, right: left not in right,
    ">=": lambda left, right: left >= right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    "<": lambda left, right: left < right,
}
_ALWAYS = {"company_id": 1, "move_type": "out_invoice", "partner_type": "customer"}


@dataclass
class Books:
    """What is in Odoo, and the connection that looks at it."""

    live: Live
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    rows: dict[str, dict[int, dict[str, Any]]] = field(default_factory=lambda: {model: {} for model in MODELS})
    asked: list[str] = field(default_factory=list)
    #: Model → what asking for it raises.
    broken: dict[str, WoodooError] = field(default_factory=dict)

    @classmethod
    def of(cls, connection: Connection) -> Books:
        books = cls(Live(connection, connection.rules))
        answers: dict[str, Any] = {f"{model}.search_read": books._reader(model) for model in MODELS}
        answers["mail.message.default_get"] = lambda **_: {"date": f"{books.now:%Y-%m-%d %H:%M:%S}"}
        records = scripted_records(answers)
        books.live.odoo = lambda recorder: records  # type: ignore[method-assign]
        follow_odoo(books.live)
        books.asked.clear()
        return books

    def write(self, model: str, odoo_id: int, **values: Any) -> None:
        """Make or change a record, as a person does."""
        self.now += timedelta(seconds=1)
        row = self.rows[model].setdefault(odoo_id, {"id": odoo_id, **_ALWAYS})
        row |= {**values, "write_date": f"{self.now:%Y-%m-%d %H:%M:%S}"}

    def knows(self, record: str, model: str, odoo_id: int, seen: str = "", state: str = "done") -> None:
        """Have an order on the list, linked to a record that was like that when it was seen."""
        number = self.live.connection.pk
        enqueue(number, "orders", "order", [record], source="manual")
        Work.objects.filter(record=record).update(state=state)
        Event.objects.all().delete()
        Links(number).upsert([LinkVals(KINDS[model], record, model, odoo_id, odoo_seen=seen)])

    def follow(self) -> dict[str, str]:
        """Look at all models; return what each order was rung for."""
        set_cursor(self.live.connection.pk, "odoo:hint", str(len(self.asked)))
        follow_odoo(self.live)
        return self.rung()

    def walk(self) -> dict[str, str]:
        """Compare all records by id; return what each order was rung for."""
        set_cursor(self.live.connection.pk, "odoo:records", "")
        look_after_records(self.live)
        return self.rung()

    def rung(self) -> dict[str, str]:
        found = dict(Event.objects.filter(source="odoo").values_list("record", "topic"))
        Event.objects.all().delete()
        return found

    def _reader(self, model: str) -> Callable[..., list[dict[str, Any]]]:
        def read(*, domain: Sequence[Any], fields: Sequence[str], limit: int | None, order: str, **_: Any) -> Any:
            self.asked.append(model)
            if model in self.broken:
                raise self.broken[model]
            found = [row for row in self.rows[model].values() if fits(row, domain)]
            found.sort(key=lambda row: row["id"] if order == "id" else (row["write_date"], row["id"]))
            return [{name: row.get(name, False) for name in ["id", *fields]} for row in found[:limit]]

        return read


def fits(row: Mapping[str, Any], domain: Sequence[Any]) -> bool:
    return all(_COMPARE[operator](row.get(name, False), value) for name, operator, value in domain)
