"""What a flow of products, stock, customers or deliveries works with: both sides of one connection and its settings.

Decides that what rarely changes, such as the categories of a store, is remembered for some minutes (`Memory`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar, cast

from ..connections.settings import ConnectionSettings
from ..domain.errors import ConfigError
from ..domain.ownership import Owners
from ..engine.flow import LinkVals
from ..mapping.proposals import Proposal
from ..odoo.records import Records
from ..stores.base import Store
from ..stores.stock import StockStore
from .context import Links as StoreLinks

T = TypeVar("T")
#: Seconds for which something is remembered.
LIFE = 300.0


class Links(StoreLinks, Protocol):
    """What earlier runs linked, looked up from either side."""

    def find_by_odoo(self, odoo_model: str, odoo_ids: Iterable[int], *, kind: str = "") -> Mapping[int, LinkVals]:
        """Return the links of those Odoo records, as far as there are any; only those of a kind, if given."""

    def forget(self, kind: str, external_ids: Iterable[str]) -> int:
        """Forget what those store records are linked to."""

    def leading_to(self, odoo_model: str, odoo_ids: Iterable[int]) -> list[LinkVals]:
        """Return all links that lead to those Odoo records, whatever their kind."""

    def parents_of(self, numbers: Sequence[str]) -> Mapping[str, str]:
        """Return whose variations the store records with these ids were, as far as they were linked."""

    def forget_odoo(self, odoo_model: str, odoo_ids: Iterable[int]) -> int:
        """Forget what leads to those Odoo records."""


class ToDo(Protocol):
    """The to-do list, as `woodoo.engine.work` keeps it. Flows get it handed, so that they know no database."""

    def enqueue(
        self, connection_id: int, lane: str, flow: str, records: Iterable[str], *, source: str, topic: str = ""
    ) -> int:
        """Put records on the list, as if an event had come."""

    def retry_waiting(self, connection_id: int, lane: str, place: str, words: Sequence[str], *, source: str) -> int:
        """Have parked records tried again whose error names this place and holds any of these words."""

    def seen_of(self, connection_id: int, lane: str, records: Sequence[str]) -> Mapping[str, str]:
        """Return what was noted of these records when they were looked at last (`Outcome.seen`)."""

    def unsettled(self, connection_id: int, lane: str, *, most: int) -> Mapping[str, int]:
        """Return the records of a lane that wait, need somebody or have failed, with their generations."""


@dataclass
class Memory:
    """What was read of a connection's sides and is believed for a while. Safe for threads."""

    clock: Callable[[], float] = time.monotonic
    _kept: dict[str, tuple[float, Any]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, name: str, read: Callable[[], T], *, life: float = LIFE) -> T:
        """Return what is remembered under a name, read now where there is nothing or it is too old."""
        with self._lock:
            kept = self._kept.get(name)
        if kept and self.clock() - kept[0] < life:
            return cast(T, kept[1])
        value = read()
        with self._lock:
            self._kept[name] = (self.clock(), value)
        return value

    def forget(self, *names: str) -> None:
        """Forget what is remembered under these names; under all where none is given."""
        with self._lock:
            for name in names or list(self._kept):
                self._kept.pop(name, None)


def _keep_going() -> None:
    """Do nothing: nobody else can claim the records."""


@dataclass(frozen=True)
class Sides:
    """One connection, for the length of one batch."""

    store: Store
    odoo: Records
    settings: ConnectionSettings
    links: Links
    todo: ToDo = field(kw_only=True)
    #: Adds to what is mapped in the settings of a connection (`woodoo.connections.maps`).
    take_into_maps: Callable[[int, Sequence[Proposal]], object] = field(kw_only=True)
    connection_id: int = 0
    memory: Memory = field(default_factory=Memory)
    #: Called between steps; raises where somebody else has taken the batch over meanwhile.
    still_ours: Callable[[], None] = field(default=_keep_going)
    #: The stock of the store, where it keeps any.
    shelves: StockStore | None = None

    @property
    def stock(self) -> StockStore:
        """The stock of the store.

        Raises:
            ConfigError: the store keeps none.
        """
        if self.shelves is None:
            raise ConfigError("This store keeps no stock that Woodoo can write.", where="stock")
        return self.shelves

    @property
    def owners(self) -> Owners:
        """The owner of each group of fields."""
        return self.settings.ownership
