"""Writes the log: what the service does, never whom it does it for.

Decides that personal data and secrets stay out of log files by construction: only fields on a list of harmless names
are written, exceptions are written as their class and the places in the code without their text, and e-mail addresses
are masked in whatever is left. What happened to a record in full is in the ledger, behind a permission.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

from woodoo.engine.redact import redact

Event = MutableMapping[str, Any]

#: Fields that may be written. Everything else a caller passes is dropped.
HARMLESS = frozenset(
    {
        *("event", "level", "logger", "timestamp", "exception"),
        *(
            "connection",
            "lane",
            "flow",
            "batch",
            "work",
            "record",
            "kind",
            "side",
            "state",
            "attempt",
            "source",
            "topic",
        ),
        *("count", "done", "skipped", "parked", "retry", "down", "seconds", "signal", "concurrency", "status_code"),
        *("host", "port", "version", "action", "method", "address", "database", "pid", "workers"),
    }
)
_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(\.[\w-]+)+")
_QUERY = re.compile(r"\?[^\s\"']*")
#: The address of a webhook is half of a secret.
_DOOR = re.compile(r"(/hooks/(?:odoo/)?)[^\s/\"']+")


def set_up(*, level: str = "", as_json: bool | None = None, stream: TextIO | None = None) -> None:
    """Send all logging of this process to one stream.

    Args:
        level: least level written; default: WOODOO_LOG_LEVEL, else INFO.
        as_json: one JSON object on each line; default: WOODOO_LOG_FORMAT (json or text), else unless the stream is a
            terminal.
        stream: where to; default: stderr.
    """
    stream = stream or sys.stderr
    asked = os.environ.get("WOODOO_LOG_FORMAT", "").strip().lower()
    if as_json is None:
        as_json = asked == "json" or (asked != "text" and not stream.isatty())
    logging.raiseExceptions = False  # a failing handler would print the arguments of the message
    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=True)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *_COMMON],
            processors=[*_FINAL, renderer],
        )
    )
    structlog.configure(
        processors=[*_COMMON, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper() or os.environ.get("WOODOO_LOG_LEVEL", "INFO").upper())
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(least)


def keep_harmless(logger: Any, method: str, event: Event) -> Event:
    """Drop every field that is not on the list (structlog processor)."""
    for name in [name for name in event if name not in HARMLESS and not name.startswith("_")]:
        del event[name]
    return event


def exception_places(logger: Any, method: str, event: Event) -> Event:
    """Write an exception as its classes and places; its text may hold anything (structlog processor)."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["exception"] = describe(error)
    event.pop("stack_info", None)
    return event


def mask_text(logger: Any, method: str, event: Event) -> Event:
    """Mask e-mail addresses, credentials and query strings in all text (structlog processor)."""
    for name, value in event.items():
        if isinstance(value, str) and not name.startswith("_"):
            event[name] = _DOOR.sub(r"\1…", _QUERY.sub("?…", _EMAIL.sub("•••", redact(value))))
        elif isinstance(value, dict | list | tuple):
            event[name] = "…"
    return event


def describe(error: BaseException) -> str:
    """Return the classes of an exception and of its causes, and where they were raised, without their texts."""
    lines: list[str] = []
    while True:
        frames = traceback.extract_tb(error.__traceback__)
        lines += [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]]
        lines.append(f"{type(error).__module__}.{type(error).__qualname__}")
        cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if cause is None:
            return "\n".join(lines)
        lines.append("caused by")
        error = cause


#: On every event, wherever it comes from.
_COMMON: list[structlog.types.Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.PositionalArgumentsFormatter(),
]
#: Last before it is written, so that nothing added on the way gets past.
_FINAL: list[structlog.types.Processor] = [
    exception_places,
    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
    keep_harmless,
    mask_text,
]
#: Others' loggers that tell more than anybody wants to read.
_QUIET = {
    "procrastinate": logging.WARNING,
    "django.request": logging.ERROR,  # a line for every page that is not there holds what strangers type
    "axes": logging.WARNING,
    "httpx2": logging.WARNING,
    "httpcore2": logging.WARNING,
    # Asked by Apprise; they tell addresses of channels, which are secrets.
    "urllib3": logging.ERROR,
    "requests": logging.ERROR,
}
