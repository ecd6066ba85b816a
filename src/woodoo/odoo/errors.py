"""What Odoo's faults mean for the record. Owns the way from an exception on the server to Woodoo's error classes.

Messages of Odoo are translated into the user's language, so a fault is judged by its exception class and by technical
markers first. Tracebacks never get through.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ..domain.errors import ConfigError, DataError, OutcomeUnknown, RemoteDown, RemoteError, WoodooError

_MAX_SENTENCE = 600


class Fault(Exception):
    """What Odoo answered instead of a result, before it is judged."""

    def __init__(self, name: str, message: str, *, status: str) -> None:
        super().__init__(message)
        #: The exception's class without its package: "UserError", "ValueError", "SerializationFailure".
        self.name = name.rpartition(".")[2]
        self.message = message
        #: As the protocol names it: "HTTP 422", "fault 2".
        self.status = status


class Conflict(RemoteError):
    """Another transaction was in the way. Odoo has undone this one, so it may be repeated at once."""


class ResultLost(OutcomeUnknown):
    """Odoo did the work, but its answer could not be put into XML-RPC. Whatever it changed is committed."""


#: Where PostgreSQL or Odoo gave up because somebody else was faster (odoo/service/model.py, odoo/sql_db.py).
_CONFLICT = re.compile(
    "could not serialize access|deadlock detected|could not obtain lock|LockNotAvailable|SerializationFailure"
    "|DeadlockDetected|ConcurrencyError|current transaction is aborted|InFailedSqlTransaction"
)
_CONFLICT_NAMES = {
    "LockError",
    "LockNotAvailable",
    "SerializationFailure",
    "DeadlockDetected",
    "ConcurrencyError",
    "TransactionRollbackError",
}
_BUSY = re.compile(
    "[Cc]onnection [Pp]ool [Ii]s [Ff]ull|PoolError|not fully loaded|CPU time limit exceeded"
    "|server closed the connection|terminating connection|remaining connection slots|too many clients"
    "|database system is (starting up|shutting down|in recovery)|could not connect to server|Connection refused"
)
_NO_DATABASE = re.compile(r'database ".*" does not exist|No database is selected')
_UNKNOWN_MODEL = re.compile(r"Object (?P<a>[\w.]+) doesn't exist|the model '(?P<b>[\w.]+)' does not exist")
_UNKNOWN_METHOD = re.compile(r"[Tt]he method '[\w.]+' does not exist|object '[\w.]+' has no attribute '\w+'")
_UNKNOWN_FIELD = re.compile(
    r"Invalid field (?:name )?'?(?P<field>[\w.]+)'?(?: (?:in|on)(?: model)? '(?P<model>[\w.]+)')?"
    r"|Unknown field \"?(?P<dotted>[\w.]+)"
)
#: All that Odoo 14 says of a column it does not know.
_BARE_KEY = re.compile(r"^'?(?P<field>\w+)'?$")
_PRIVATE = re.compile("[Pp]rivate method.*cannot be called|cannot be called remotely")
_COMPANY = re.compile("unauthorized or invalid compan", re.IGNORECASE)
_LANGUAGE = re.compile("Invalid language code")
_CONSTRAINT_NAME = re.compile(r"^[a-z0-9]+(_[a-z0-9]+)+$")
#: An external id that another transaction has just made (odoo/addons/base/models/ir_model.py).
_EXTERNAL_ID_RACE = re.compile("ir_model_data|External (Identifier|ID)", re.IGNORECASE)
_NO_RIGHT = re.compile("You are not allowed to |not allowed to access|doesn't have '\\w+' access", re.IGNORECASE)

#: A text too long for an index of PostgreSQL (a third of a page).
_INDEX_ROW = re.compile("index row (size|requires)")
#: What fails the same way however often it is tried: mistakes of programs, values a database cannot hold.
_ALWAYS_THE_SAME = {
    "TypeError",
    "ValueError",
    "KeyError",
    "AttributeError",
    "IndexError",
    "ZeroDivisionError",
    "OverflowError",
    "RecursionError",
    "UnicodeEncodeError",
    "InvalidOperation",
    "DataError",
    "NumericValueOutOfRange",
    "DatetimeFieldOverflow",
    "InvalidTextRepresentation",
    "InvalidDatetimeFormat",
    "StringDataRightTruncation",
    "ProgramLimitExceeded",
    "CharacterNotInRepertoire",
    "UntranslatableCharacter",
}

#: The app that brings a model, and the role that lets a user work with it, by the beginning of the model's name.
_APPS = {
    "sale.": "Sales (sale_management)",
    "account.": "Invoicing (account)",
    "stock.": "Inventory (stock, sale_stock)",
    "delivery.": "Delivery Costs (delivery)",
    "choose.delivery.": "Delivery Costs (delivery)",
    "product.public.category": "eCommerce (website_sale)",
    "product.image": "eCommerce (website_sale)",
    "product.": "Sales (sale_management)",
}
_ROLES = {
    "sale.": "Sales / User: All Documents",
    "account.": "Accounting / Billing",
    "stock.": "Inventory / User",
    "product.": "Product Creation (up to Odoo 18: administrator of Sales)",
    "res.partner": "Contact Creation",
    "delivery.": "Sales / User: All Documents",
}


@dataclass(frozen=True)
class Asked:
    """The call a fault answered."""

    model: str = ""
    method: str = ""
    login: str = ""
    database: str = ""

    @property
    def name(self) -> str:
        return f"{self.model}.{self.method}" if self.method else self.model or "a call"


def explain(fault: Fault, asked: Asked) -> WoodooError:
    """Return the error a fault means.

    `RemoteError` where nothing better is known: it is tried again a few times, then left to a person.
    """
    for judge in _JUDGES:
        error = judge(fault, asked)
        if error is not None:
            return error
    return RemoteError(f"Odoo failed in {asked.name}: {fault.name}: {sentence(fault.message)}", where=asked.model)


def explain_message(text: str, model: str) -> WoodooError:
    """Return the error that a row's message of Odoo's importer means (odoo/models.py `load`)."""
    if _CONFLICT.search(text) or _EXTERNAL_ID_RACE.search(text):
        return Conflict(f"Odoo was writing the same {model} at that moment: {sentence(text)}", where=model)
    if _BUSY.search(text):
        return RemoteError(f"Odoo could not do it now: {sentence(text)}", where=model)
    if _NO_RIGHT.search(text):
        return _missing_right(model, text)
    return _too_long(text, model) or DataError(sentence(text), where=model)


def sentence(text: str) -> str:
    """Return Odoo's text as one line, without traceback, shortened where it is very long."""
    text = text.partition("Traceback (most recent call last)")[0]
    text = re.sub(r"\s+", " ", re.sub(r"<class '(?:[\w.]*\.)?(\w+)'>", r"\1", text)).strip()
    if len(text) > 2 and text[0] == text[-1] == "'":
        text = text[1:-1]
    if _CONSTRAINT_NAME.match(text):
        return f"The rule '{text}' of Odoo's database forbids it."
    return text if len(text) <= _MAX_SENTENCE else f"{text[:_MAX_SENTENCE].rstrip()}…"


def wrong_login(login: str) -> ConfigError:
    """Return the error of a refused user and key."""
    return ConfigError(
        f"Odoo does not accept the API key of the user '{login}'.",
        where="odoo_login, odoo_key",
        fix="Check user and database, and whether the key has expired; make a new key in Odoo "
        "(My Preferences → Account Security → New API Key) and enter it in the connection.",
    )


def wrong_database(database: str) -> ConfigError:
    """Return the error of a server that does not have (or does not show) the database."""
    name = f"'{database}'" if database else "without a name"
    return ConfigError(
        f"Odoo has no database {name} at this address.",
        where="odoo_database",
        fix="Enter the database's exact name; Odoo.sh shows it in the project, and changes it with every new build.",
    )


def _conflict(fault: Fault, asked: Asked) -> WoodooError | None:
    if fault.name in _CONFLICT_NAMES or _CONFLICT.search(fault.message):
        return Conflict(f"Odoo was busy with the same records in {asked.name}.", where=asked.model)
    return None


def _result_lost(fault: Fault, asked: Asked) -> WoodooError | None:
    # Marshalling comes after the commit (odoo/addons/base/controllers/rpc.py).
    if "cannot marshal" in fault.message:
        return ResultLost(f"Odoo has done {asked.name}, but could not tell its result.", where=asked.model)
    return None


def _database(fault: Fault, asked: Asked) -> WoodooError | None:
    return wrong_database(asked.database) if _NO_DATABASE.search(fault.message) else None


def _busy(fault: Fault, asked: Asked) -> WoodooError | None:
    if _BUSY.search(fault.message):
        return RemoteDown(f"Odoo is overloaded: {sentence(fault.message)}", side="odoo")
    return None


def _login(fault: Fault, asked: Asked) -> WoodooError | None:
    return wrong_login(asked.login) if fault.name in ("AccessDenied", "Unauthorized") else None


def _unknown_model(fault: Fault, asked: Asked) -> WoodooError | None:
    match = _UNKNOWN_MODEL.search(fault.message)
    if match is None:
        return None
    name = match["a"] or match["b"]
    app = _by_prefix(_APPS, name)
    fix = f"Install the app {app} in Odoo." if app else "Install the app that brings it in Odoo."
    return ConfigError(f"Odoo does not know the model {name}.", where=name, fix=fix)


def _unknown_method(fault: Fault, asked: Asked) -> WoodooError | None:
    if not _UNKNOWN_METHOD.search(fault.message):
        return None
    return ConfigError(
        f"Odoo has no method {asked.name}.",
        where=asked.model,
        fix="This version of Odoo may be newer than this Woodoo knows: update Woodoo.",
    )


def _unknown_field(fault: Fault, asked: Asked) -> WoodooError | None:
    match = _UNKNOWN_FIELD.search(fault.message)
    if asked.method == "load" and fault.name == "KeyError":
        match = _BARE_KEY.match(fault.message)
    if match is None or fault.name not in ("ValueError", "KeyError", "UserError", "ValidationError"):
        return None
    found = match.groupdict()
    name = found.get("field") or found.get("dotted") or ""
    owner = found.get("model") or name.rpartition(".")[0] or asked.model
    field = name.rpartition(".")[2]
    return ConfigError(
        f"Odoo has no field '{field}' on {owner}.",
        where=f"{owner} -> {field}",
        fix="Correct the setting that names it, or install the app that brings it.",
    )


def _access(fault: Fault, asked: Asked) -> WoodooError | None:
    if fault.name != "AccessError":
        return None
    if _PRIVATE.search(fault.message):
        return ConfigError(f"Odoo does not let {asked.name} be called from outside.", where=asked.model)
    if _COMPANY.search(fault.message):
        return ConfigError(
            "The API user may not work in the company that is set.",
            where="odoo_company_id",
            fix="Allow the company in the user's settings in Odoo, or choose another company.",
        )
    return _missing_right(asked.model, fault.message)


def _business(fault: Fault, asked: Asked) -> WoodooError | None:
    if _LANGUAGE.search(fault.message):
        return ConfigError(sentence(fault.message), where="res.lang", fix="Activate the language in Odoo.")
    if fault.name == "MissingError":
        return DataError(
            f"The record is gone in Odoo: {sentence(fault.message)}",
            where=asked.model,
            fix="Restore it, or sync it anew.",
        )
    if fault.name in ("UserError", "ValidationError", "RedirectWarning", "Warning", "IntegrityError", "except_orm"):
        return DataError(sentence(fault.message), where=asked.model)
    return None


def _arguments(fault: Fault, asked: Asked) -> WoodooError | None:
    if fault.name in ("UnprocessableEntity", "BadRequest", "NotFound", "UnsupportedMediaType"):
        return ConfigError(
            f"Odoo refuses the call {asked.name}: {sentence(fault.message)}",
            where=asked.model,
            fix="This version of Odoo may be newer than this Woodoo knows: update Woodoo.",
        )
    return None


def _program(fault: Fault, asked: Asked) -> WoodooError | None:
    # Repeating these gives the same again: the data, or an app in Odoo, has to change.
    if fault.name in _ALWAYS_THE_SAME:
        return _too_long(fault.message, asked.model) or DataError(
            f"Odoo failed in {asked.name}: {fault.name}: {sentence(fault.message)}",
            where=asked.model,
            fix="Try the same by hand in Odoo; if it fails there too, an app in Odoo is at fault.",
        )
    return None


def _too_long(text: str, model: str) -> DataError | None:
    if not _INDEX_ROW.search(text):
        return None
    return DataError(
        f"A text is too long for the index of Odoo's database: {sentence(text)}.",
        where=model,
        fix="Shorten what is unusually long in the store (names, addresses, transaction id, order number), then retry.",
    )


_JUDGES: tuple[Callable[[Fault, Asked], WoodooError | None], ...] = (
    _result_lost,
    _conflict,
    _database,
    _login,
    _unknown_model,
    _unknown_method,
    _unknown_field,
    _access,
    _business,
    _busy,
    _arguments,
    _program,
)


def _missing_right(model: str, text: str) -> ConfigError:
    role = _by_prefix(_ROLES, model)
    fix = f"Give the user the role '{role}' in Odoo." if role else "Give the user the right in Odoo."
    return ConfigError(f"The API user has no right to this in Odoo: {sentence(text)}", where=model, fix=fix)


def _by_prefix(table: dict[str, str], model: str) -> str:
    return next((value for prefix, value in table.items() if model.startswith(prefix)), "")
