"""What is in the log, and what must never be."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest
import structlog

from woodoo import logs
from woodoo.engine.flow import Outcome, OutcomeKind

from .helpers import ScriptedFlow, drain_all, event

PLANTED = ("zoe@example.com", "Zoë Planted", "Kalverstraat 1", "ck_planted", "planted-password")


@pytest.fixture
def log() -> Iterator[Callable[[], str]]:
    """The log of this process as text, set up as in service."""
    root, stream = logging.getLogger(), io.StringIO()
    before, level, raising = root.handlers, root.level, logging.raiseExceptions
    logs.set_up(level="DEBUG", as_json=True, stream=stream)
    yield stream.getvalue
    root.handlers, logging.raiseExceptions = before, raising
    root.setLevel(level)
    structlog.reset_defaults()


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def test_harmless_fields_are_written(log):
    logging.getLogger("woodoo.engine").info("batch done", extra={"connection": 3, "lane": "orders", "seconds": 0.5})
    (line,) = lines(log())
    assert (line["event"], line["connection"], line["lane"], line["seconds"]) == ("batch done", 3, "orders", 0.5)
    assert (line["level"], line["logger"]) == ("info", "woodoo.engine")
    assert str(line["timestamp"]).endswith("Z")


@pytest.mark.parametrize("field", ["payload", "request", "response", "raw", "vals", "email", "name", "anything"])
def test_other_fields_are_dropped_whatever_they_are_called(log, field: str):
    structlog.get_logger("woodoo").info("seen", **{field: PLANTED[0]})
    logging.getLogger("other").info("seen", extra={f"x_{field}": PLANTED[1]})
    text = log()
    assert len(lines(text)) == 2
    assert not any(planted in text for planted in PLANTED)


def test_a_harmless_name_does_not_let_a_structure_pass(log):
    structlog.get_logger("woodoo").info("seen", record={"email": PLANTED[0]}, batch=[PLANTED[1]])
    text = log()
    assert len(lines(text)) == 1
    assert not any(planted in text for planted in PLANTED)


def test_a_message_that_cannot_be_written_does_not_give_its_arguments_away(log, capsys: pytest.CaptureFixture[str]):
    logging.getLogger("other").warning("%d orders", PLANTED[0])
    assert not any(planted in log() + capsys.readouterr().err for planted in PLANTED)


def test_an_exception_is_its_class_and_place_without_its_text(log):
    try:
        try:
            raise KeyError(PLANTED[1])
        except KeyError as exc:
            raise ValueError(f"bad order of {PLANTED[0]}") from exc
    except ValueError:
        logging.getLogger("woodoo").exception("the flow failed")
    text = log()
    assert "ValueError" in text
    assert "KeyError" in text
    assert "test_logs.py" in text
    assert not any(planted in text for planted in PLANTED)


def test_addresses_in_texts_of_others_are_masked(log):
    logging.getLogger("axes").warning("login of %s failed at /login/?next=%s", PLANTED[0], PLANTED[3])
    text = log()
    assert "login of" in text
    assert not any(planted in text for planted in PLANTED)


@pytest.mark.usefixtures("db_committed")
def test_a_whole_run_with_a_person_in_it_leaves_no_trace_of_them_in_the_log(log, flow: ScriptedFlow):
    person = json.dumps(PLANTED, ensure_ascii=False).encode()

    def talk(items, batch):
        number = batch.recorder.begin(system="odoo", summary="res.partner create", request={"vals": PLANTED})
        batch.recorder.end(number, status="500", response={"fault": PLANTED}, error=PLANTED[1])

    flow.during = talk
    flow.answers = {
        "1": Outcome(OutcomeKind.DONE, f"For {PLANTED[1]}", PLANTED[1], plan={"who": PLANTED}),
        "2": Outcome.from_error(RuntimeError(PLANTED[2])),
    }
    event("1", raw=person)
    event("2", raw=person)
    drain_all()
    flow.raises = RuntimeError(f"no such street: {PLANTED[2]}")
    event("3", raw=person)
    drain_all()
    text = log()
    assert '"batch done"' in text
    assert '"the flow failed"' in text
    assert not any(planted in text for planted in PLANTED)


def test_addresses_of_webhooks_are_masked_and_pages_that_are_not_there_are_not_told_of(log):
    logging.getLogger("django.request").error("Internal Server Error: /hooks/abcTokenxyz/")
    logging.getLogger("django.request").error("Internal Server Error: /hooks/odoo/abcTokenxyz/")
    logging.getLogger("django.request").warning("Not Found: /what-a-stranger-typed")
    text = log()
    assert text.count("/hooks/") == 2
    assert "abcTokenxyz" not in text
    assert "stranger" not in text
