"""One Odoo database, ready to be asked: `connect()` and `OdooClient.call()`.

Owns what goes along with every call: the pace, the ledger, the counting, and that every fault leaves as one of
Woodoo's errors.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Self

from ..domain.calls import CallRecorder, NullRecorder
from ..domain.errors import ConfigError, RemoteDown, WoodooError
from .detect import Protocol, Server, detect
from .dialect import Dialect
from .endpoint import Endpoint
from .errors import Asked, Fault, explain
from .http import Http
from .limiter import Limiter, Quiet, default_limiter
from .transport import Transport
from .wire import plain

#: How long what a database's models have is taken to stay so.
DIALECT_SECONDS = 6 * 3600.0


@dataclass(frozen=True)
class FieldInfo:
    """What Odoo says of a field (`fields_get`)."""

    name: str
    type: str
    string: str
    required: bool
    readonly: bool
    relation: str
    #: Keys of a selection.
    selection: tuple[str, ...]
    #: In the database: not computed whenever it is asked for.
    stored: bool = True
    searchable: bool = True


def connect(
    endpoint: Endpoint,
    *,
    recorder: CallRecorder | None = None,
    limiter: Limiter | None = None,
    protocol: Protocol | None = None,
) -> OdooClient:
    """Find out which Odoo answers and how to speak with it. Does not log in yet.

    `protocol` forces one; else JSON-2 is taken where it exists, then JSON-RPC, then XML-RPC.

    Raises:
        ConfigError: where the address or the database is wrong, or Odoo is too old.
        RemoteDown: where nothing answers.
    """
    http = Http(endpoint)
    try:
        server, transport = detect(http, endpoint, protocol)
    except BaseException:
        http.close()
        raise
    return OdooClient(endpoint, http, server, transport, recorder=recorder, limiter=limiter)


class OdooClient:
    """One database. Safe to share between threads; keep it, for connecting costs two or three requests."""

    def __init__(
        self,
        endpoint: Endpoint,
        http: Http,
        server: Server,
        transport: Transport,
        *,
        recorder: CallRecorder | None = None,
        limiter: Limiter | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.server_version = server.server_version
        self.version = server.version
        self.edition = server.edition
        self.protocol = transport.name
        #: What the version alone says; `dialect` is that, corrected by what the database has.
        self.version_dialect = Dialect.of_version(server.version[0])
        self.recorder: CallRecorder = recorder or NullRecorder()
        self._http = http
        self._transport = transport
        self._limiter = limiter or default_limiter(endpoint)
        self._quiet = Quiet()
        self._learnt = _Learnt()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def with_recorder(self, recorder: CallRecorder) -> OdooClient:
        """Return a client that tells `recorder`, sharing connections, pace, counter and everything learnt."""
        twin = object.__new__(OdooClient)
        twin.__dict__.update(self.__dict__, recorder=recorder)
        return twin

    @property
    def calls(self) -> int:
        """Calls made so far, those of finding out about the server left aside."""
        return self._learnt.calls

    @property
    def uid(self) -> int:
        """The id of the user Woodoo works as. Logs in where that has not been done."""
        with self._learnt.login_lock:
            if self._learnt.uid is None:
                self._learnt.uid = self._send("res.users", "login", {}, self._transport.login)
            return self._learnt.uid

    @property
    def dialect(self) -> Dialect:
        """How this database differs from others: by version, then by what its models really have.

        Asked for again after some hours and after a field was missing, for apps come and go and databases are upgraded.
        """
        learnt = self._learnt
        with learnt.dialect_lock:
            if learnt.dialect is None or time.monotonic() > learnt.dialect_until:
                learnt.dialect = self.version_dialect.probed(self._field_names)
                learnt.dialect_until = time.monotonic() + DIALECT_SECONDS
            return learnt.dialect

    def knows_since(self, seconds: float) -> bool:
        """Whether it found out within the last `seconds` what the database has, and nothing keeps it from asking."""
        age = DIALECT_SECONDS - (self._learnt.dialect_until - time.monotonic())
        return self._learnt.dialect is not None and age <= seconds and not self._quiet.keeps_still

    def call(
        self,
        model: str,
        method: str,
        *,
        ids: Sequence[int] | None = None,
        context: Mapping[str, Any] | None = None,
        **arguments: Any,
    ) -> Any:
        """Call a public method with named arguments; `ids` for methods of records, None for those of the model.

        `create` always takes and answers a list. Times are UTC text, empty values False, as Odoo sends them.

        Raises:
            WoodooError: see `errors.explain` and the table of `http`.
        """
        request = {"model": model, "method": method, "context": plain(dict(context or {})), **plain(arguments)}
        if ids is not None:
            request["ids"] = list(ids)
        if self._transport.needs_login:
            self.uid  # noqa: B018 - one call of its own, so that it is paced and recorded
        return self._send(
            model, method, request, lambda: self._transport.call(model, method, ids, context or {}, arguments)
        )

    @contextmanager
    def numbering(self) -> Iterator[None]:
        """Let one thread at a time have invoices or payments numbered, where two would only make each other start anew.

        Between processes Odoo's own repeats settle it (addons/account/models/sequence_mixin.py `_set_next_sequence`).
        """
        with self._learnt.numbering_lock if self.dialect.numbering_conflicts else nullcontext():
            yield

    def fields(self, model: str) -> Mapping[str, FieldInfo]:
        """Return the model's fields, asked once.

        Raises:
            ConfigError: where Odoo does not know the model, because an app is not installed.
        """
        known = self._learnt.fields
        if model not in known:
            attributes = ["type", "string", "required", "readonly", "states", "relation", "selection"]
            attributes += ["store", "searchable"]
            answer = self.call(model, "fields_get", attributes=attributes)
            known[model] = {name: _field_info(name, values) for name, values in answer.items()}
        return known[model]

    def _field_names(self, model: str, names: Sequence[str]) -> frozenset[str] | None:
        """Return which of the fields exist, None where the model does not."""
        try:
            answer = self.call(model, "fields_get", allfields=list(names), attributes=["type"])
        except ConfigError as error:
            if error.where != model:
                raise
            return None
        return frozenset(answer)

    def _send(self, model: str, method: str, request: Mapping[str, Any], send: Callable[[], Any]) -> Any:
        self._quiet.check()
        self._limiter.acquire(self.endpoint.key)
        self._learnt.count()
        token = self.recorder.begin(system="odoo", summary=_summary(model, method, request), request=request)
        try:
            result = send()
        except Fault as fault:
            error = explain(fault, Asked(model, method, self.endpoint.login, self.endpoint.database))
            self._heed(error)
            self.recorder.end(token, status=fault.status, response={"name": fault.name}, error=str(error))
            raise error from None
        except WoodooError as error:
            self._heed(error)
            self.recorder.end(token, status=type(error).__name__, error=str(error))
            raise
        self.recorder.end(token, status="ok", response=result)
        return result

    def _heed(self, error: WoodooError) -> None:
        if isinstance(error, RemoteDown) and error.retry_after:
            self._quiet.asked_for(error.retry_after)
        if isinstance(error, ConfigError) and "odoo_key" in error.where:
            self._quiet.refused(error)
        if isinstance(error, ConfigError) and " -> " in error.where:
            self._learnt.forget()


@dataclass
class _Learnt:
    """What a client finds out once and shares with its twins."""

    uid: int | None = None
    dialect: Dialect | None = None
    dialect_until: float = math.inf
    calls: int = 0
    fields: dict[str, Mapping[str, FieldInfo]] = field(default_factory=dict)
    login_lock: threading.Lock = field(default_factory=threading.Lock)
    dialect_lock: threading.Lock = field(default_factory=threading.Lock)
    numbering_lock: threading.Lock = field(default_factory=threading.Lock)
    count_lock: threading.Lock = field(default_factory=threading.Lock)

    def forget(self) -> None:
        self.dialect = None
        self.fields.clear()

    def count(self) -> None:
        with self.count_lock:
            self.calls += 1


def _summary(model: str, method: str, request: Mapping[str, Any]) -> str:
    count, noun = 0, "record"
    if "ids" in request:
        count = len(request["ids"])
    elif method == "create":
        count = len(request.get("vals_list", ()))
    elif method == "load":
        count, noun = len(request.get("data", ())), "row"
    return f"{model}.{method} ({count} {noun}{'' if count == 1 else 's'})" if count else f"{model}.{method}"


def _field_info(name: str, values: Mapping[str, Any]) -> FieldInfo:
    return FieldInfo(
        name,
        type=values["type"],
        string=values.get("string") or name,
        required=bool(values.get("required")),
        # Up to 16 fields may be read-only but in some states of their record.
        readonly=bool(values.get("readonly")) and not values.get("states"),
        relation=values.get("relation") or "",
        selection=tuple(str(pair[0]) for pair in values.get("selection") or () if pair),
        stored=bool(values.get("store", True)),
        searchable=bool(values.get("searchable", True)),
    )
