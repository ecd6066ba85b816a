"""The tables of the engine.

Decides what is kept of each event, each record still to do, each attempt and each remote call. Rows point to a
connection by its number only, so the engine knows nothing of what a connection is. Times are UTC, by the clock of
the database.
"""

from __future__ import annotations

import json
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast, Now

from woodoo.domain.mark import GONE
from woodoo.engine.names import name_of


class State(models.TextChoices):
    """Where a record stands."""

    READY = "ready", "Ready"
    RUNNING = "running", "Running"
    #: Goes on by itself at `due_at`: a retry that is not due yet, or a connection that is down.
    WAITING = "waiting", "Waiting"
    #: Goes on once a person has mended the record or a setting.
    PARKED = "parked", "Needs you"
    #: Tried as often as the schedule allows.
    FAILED = "failed", "Failed"
    DONE = "done", "Done"
    SKIPPED = "skipped", "Skipped"


#: States from which a pump takes a record once it is due.
CLAIMABLE = (State.READY, State.WAITING)

#: `Work.priority` of what an import put on the list.
HISTORY = 10


class Event(models.Model):
    """Something that happened to a record, as it arrived and before anybody judged it."""

    connection_id = models.IntegerField()
    #: "webhook", "poll", "manual", …
    source = models.TextField()
    #: What the store calls the event, such as "order.updated".
    topic = models.TextField(default="")
    lane = models.TextField()
    record = models.TextField()
    #: The generation of the record that this event began; a run of this generation or a later one answers it.
    generation = models.BigIntegerField(default=0)
    #: The body as it arrived. Personal data.
    raw = models.BinaryField(default=b"")
    headers = models.JSONField(default=dict)
    received_at = models.DateTimeField(db_default=Now())
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["connection_id", "lane", "record", "id"], name="engine_event_record"),
            models.Index(
                fields=["connection_id", "received_at"],
                condition=Q(source__in=["webhook", "poll"]),
                name="engine_event_news",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic or self.source} {self.record}"

    @property
    def payload(self) -> Any:
        """The body as JSON; None where it is erased or is none."""
        try:
            return json.loads(bytes(self.raw))
        except ValueError:
            return None


class Work(models.Model):
    """A record that has to be, is being, or has been brought to where it should be: one row for good."""

    connection_id = models.IntegerField()
    lane = models.TextField()
    flow = models.TextField()
    #: The store's id of the record.
    record = models.TextField()
    #: As a person names it, such as "Order #1054".
    title = models.TextField(default="")
    state = models.TextField(choices=State, default=State.READY)
    #: Not before then.
    due_at = models.DateTimeField(db_default=Now())
    #: 0: news that somebody waits for; `HISTORY`: of an import, behind all news.
    priority = models.SmallIntegerField(default=0, db_default=0)
    #: The import that put it on the list last, whatever happened to it since.
    import_id = models.BigIntegerField(null=True)
    #: Tries since the last event or retry by hand; outages and lost workers do not count.
    attempts = models.IntegerField(default=0)
    #: How often in a row the worker was gone before it could report.
    crashes = models.IntegerField(default=0)
    #: How often in a row a side was down when it was tried.
    trips = models.IntegerField(default=0, db_default=0)
    #: Grows with every event; a run that began at an older one is followed by another.
    generation = models.BigIntegerField(default=1)
    #: The batch that is at it. Only this batch may report.
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    message = models.TextField(default="")
    error_kind = models.TextField(default="")
    fix = models.TextField(default="")
    #: The place that is wrong, such as "account.payment".
    place = models.TextField(default="", db_default="")
    #: What is wrong, the same for all records with that cause (`woodoo.domain.causes`).
    cause = models.TextField(default="", db_default="")
    #: What the record was like in the store when a flow looked at it last (`Outcome.seen`, `woodoo.domain.mark`).
    seen = models.TextField(default="", db_default="")
    #: It belongs to a test run (`woodoo.trials`): it is shown, and counts nowhere.
    trial = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection_id", "lane", "record"], name="engine_work_record"),
            models.CheckConstraint(
                condition=Q(state=State.RUNNING, lease_token__isnull=False, lease_until__isnull=False)
                | (~Q(state=State.RUNNING) & Q(lease_token__isnull=True, lease_until__isnull=True)),
                name="engine_work_lease",
            ),
        ]
        indexes = [
            models.Index(
                fields=["connection_id", "lane", "priority", "due_at", "id"],
                # A long queue is counted without a look at its records.
                include=["trial", "updated_at"],
                condition=Q(state__in=["ready", "waiting"]),
                name="engine_work_due",
            ),
            models.Index(fields=["lease_until"], condition=Q(state="running"), name="engine_work_leased"),
            # Nineteen in twenty are done: these are not counted (`woodoo.engine.totals`).
            models.Index(
                fields=["connection_id", "state", "flow", "trial"],
                condition=Q(state__in=["ready", "running", "waiting", "parked", "failed", "skipped"]),
                name="engine_work_undone",
            ),
            models.Index(
                fields=["import_id", "state"], condition=Q(import_id__isnull=False), name="engine_work_import"
            ),
            models.Index(fields=["-updated_at"], name="engine_work_updated"),
            models.Index(fields=["connection_id", "-updated_at", "-id"], name="engine_work_of"),
            models.Index(
                fields=["state", "-updated_at", "-id"],
                condition=Q(state__in=["parked", "failed", "waiting"]),
                name="engine_work_held",
            ),
            # What holds records up is counted without a look at them.
            models.Index(
                fields=["connection_id", "cause", "updated_at", "id"],
                include=["state", "trial", "lane", "priority"],
                condition=Q(state__in=["parked", "failed"]),
                name="engine_work_cause",
            ),
            models.Index(
                "connection_id",
                "lane",
                Cast("record", models.BigIntegerField()),
                condition=Q(record__regex=r"^[0-9]{1,18}$"),
                name="engine_work_number",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What it is called, also where nothing of it was read yet."""
        return name_of(self.title, lane=self.lane, record=self.record, state=self.state)


class Total(models.Model):
    """How many records of a flow there are, in parts that add up (`woodoo.engine.totals`); written by the database."""

    connection_id = models.IntegerField()
    flow = models.TextField()
    trial = models.BooleanField()
    #: Records that were added by one statement, less those it deleted; after a while those of many.
    records = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.connection_id} {self.flow}: {self.records:+}"


class SearchWords(models.Model):
    """The words by which people find a record (`woodoo.engine.finding`)."""

    work = models.OneToOneField(Work, on_delete=models.CASCADE, primary_key=True, related_name="search_words")
    #: Words as they are, those of people behind an "@". Personal data.
    words = SearchVectorField()
    #: When words of people were noted last; None: there are none.
    person_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            GinIndex(fields=["words"], name="engine_searchwords_words", gin_pending_list_limit=512),
            models.Index(fields=["person_at"], condition=Q(person_at__isnull=False), name="engine_searchwords_person"),
        ]

    def __str__(self) -> str:
        return f"words of {self.work_id}"


class Import(models.Model):
    """A walk through the store's past: which orders, how far it has come, and what came of them."""

    class State(models.TextChoices):
        """Where an import stands."""

        #: The store's list is being read; what it has shown is being worked on already.
        LISTING = "listing", "Listing"
        #: All is listed; the rest is being worked on.
        WORKING = "working", "Working"
        PAUSED = "paused", "Paused"
        DONE = "done", "Done"
        #: Ended by a person.
        STOPPED = "stopped", "Stopped"
        #: The store's list could not be read; a person can resume it.
        FAILED = "failed", "Failed"

    connection_id = models.IntegerField()
    lane = models.TextField()
    flow = models.TextField()
    #: Which orders (`woodoo.domain.history.OrderRange.to_json`).
    wanted = models.JSONField()
    #: The same in words.
    title = models.TextField()
    #: Only tells what an import would do, and writes nothing.
    dry_run = models.BooleanField(default=False)
    state = models.TextField(choices=State, default=State.LISTING)
    #: Where in the store's list it goes on, as the store wrote it.
    cursor = models.TextField(default="")
    #: How many orders the store has in the range; None until it has said so.
    total = models.IntegerField(null=True)
    #: Orders the list has shown so far, and how many of them were brought over as of their last change already.
    listed = models.IntegerField(default=0)
    known = models.IntegerField(default=0)
    #: Work state → records, as it was when the import ended; of a dry run, its findings (`flows.preview`).
    result = models.JSONField(default=dict)
    #: Why the list could not be read; empty where it went well.
    message = models.TextField(default="")
    error_kind = models.TextField(default="")
    fix = models.TextField(default="")
    #: Failures in a row.
    failures = models.IntegerField(default=0)
    #: Not to be looked at before then.
    due_at = models.DateTimeField(db_default=Now())
    started_by = models.TextField(default="")
    created_at = models.DateTimeField(db_default=Now())
    #: When the store's list was through.
    listed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["connection_id", "-id"], name="engine_import_recent"),
            models.Index(fields=["state"], condition=Q(finished_at__isnull=True), name="engine_import_open"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.title}"


class Finding(models.Model):
    """What a survey has found of a record: the outcome it would have, something to be tidied up."""

    import_id = models.BigIntegerField()
    #: What it is (`registry.Found.kind`).
    kind = models.TextField()
    record = models.TextField()
    #: As a person names it; of products their names.
    title = models.TextField(default="", db_default="")
    #: The same for all records with the same reason; without personal data.
    cause = models.TextField(default="", db_default="")
    message = models.TextField(default="", db_default="")
    fix = models.TextField(default="", db_default="")
    place = models.TextField(default="", db_default="")
    #: What else is shown of it: totals, documents, ids. No personal data.
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["import_id", "kind", "record"], name="engine_finding_record"),
            models.Index(fields=["import_id", "kind", "cause"], name="engine_finding_cause"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.title or self.record}"


class Run(models.Model):
    """One attempt at one record."""

    class Outcome(models.TextChoices):
        """What came of the attempt. Empty while it lasts."""

        DONE = "done", "Done"
        SKIPPED = "skipped", "Skipped"
        PARKED = "parked", "Needs you"
        RETRY = "retry", "Will be tried again"
        DOWN = "down", "A side was down"
        #: The worker was gone, or was too slow and others took over: nothing of it counts.
        LOST = "lost", "Interrupted"

    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="runs")
    #: Shared by the records that went together.
    batch = models.UUIDField()
    attempt = models.IntegerField()
    generation = models.BigIntegerField()
    started_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    outcome = models.TextField(choices=Outcome, default="", blank=True)
    message = models.TextField(default="")
    error_kind = models.TextField(default="")
    fix = models.TextField(default="")
    #: What was planned, with a reason for each step. Personal data.
    plan = models.JSONField(null=True)
    #: Of a mistake of ours only. Personal data.
    traceback = models.TextField(default="")
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["batch"], name="engine_run_batch"),
            models.Index(fields=["started_at"], name="engine_run_started"),
        ]

    def __str__(self) -> str:
        return f"{self.work_id}/{self.attempt} {self.outcome or 'running'}"


class Call(models.Model):
    """One request to the store or to Odoo, and the answer. Secrets are removed before it is written."""

    batch = models.UUIDField()
    connection_id = models.IntegerField()
    #: The records it was about; empty means every record of the batch.
    records = ArrayField(models.TextField(), default=list)
    #: "odoo" or "store".
    system = models.TextField()
    #: What was asked, without personal data.
    summary = models.TextField()
    #: Personal data, both.
    request = models.JSONField(null=True)
    response = models.JSONField(null=True)
    #: As the protocol names it, such as "200"; empty while the answer is outstanding.
    status = models.TextField(default="")
    error = models.TextField(default="")
    started_at = models.DateTimeField(db_default=Now())
    duration_ms = models.IntegerField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        permissions = [("view_personal_data", "May see personal data: bodies of events, plans, requests, answers")]
        indexes = [
            models.Index(fields=["batch"], name="engine_call_batch"),
            models.Index(fields=["connection_id", "started_at"], name="engine_call_started"),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.summary} {self.status}"


class Link(models.Model):
    """That a store record and an Odoo record are the same thing. A cache: Odoo's external ids are the truth."""

    connection_id = models.IntegerField()
    kind = models.TextField()
    external_id = models.TextField()
    odoo_model = models.TextField()
    odoo_id = models.IntegerField()
    odoo_xmlid = models.TextField(default="")
    #: Personal data where the Odoo record is a partner.
    odoo_name = models.TextField(default="")
    store_hash = models.TextField(default="")
    odoo_hash = models.TextField(default="")
    #: What the Odoo record was like when it was looked at last (`LinkVals.odoo_seen`).
    odoo_seen = models.TextField(default="", db_default="")
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection_id", "kind", "external_id", "odoo_model"], name="engine_link_external"
            )
        ]
        indexes = [
            models.Index(fields=["connection_id", "odoo_model", "odoo_id"], name="engine_link_odoo"),
            models.Index(
                fields=["connection_id", "kind", "updated_at"],
                include=["id", "odoo_id"],
                condition=Q(store_hash=GONE),
                name="engine_link_gone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.external_id} = {self.odoo_model} {self.odoo_id}"


class Drift(models.Model):
    """That a group of fields of a record was changed on the side that does not own it. Holds no personal data."""

    connection_id = models.IntegerField()
    lane = models.TextField()
    record = models.TextField()
    #: As a person names the record.
    title = models.TextField(default="")
    #: Such as "prices" (`woodoo.domain.ownership.Group`).
    group = models.TextField()
    #: Where it was changed: "odoo" or "store".
    side = models.TextField()
    #: What differs, in words.
    detail = models.TextField(default="")
    #: How often it was seen; a change that comes back is counted again.
    times = models.IntegerField(default=1)
    since = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())
    #: When both sides said the same again, by Woodoo's writing or a person's; None: they differ still.
    ended_at = models.DateTimeField(null=True)
    #: Woodoo wrote it over.
    repaired = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection_id", "lane", "record", "group"], name="engine_drift_group")
        ]
        indexes = [models.Index(fields=["connection_id", "-seen_at"], name="engine_drift_recent")]

    def __str__(self) -> str:
        return f"{self.title or self.record}: {self.group} changed in {self.side}"


class Cursor(models.Model):
    """How far a poll has come."""

    connection_id = models.IntegerField()
    #: What is polled, such as "orders".
    name = models.TextField()
    #: As the poll writes it, such as a time in ISO form.
    value = models.TextField(default="")
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection_id", "name"], name="engine_cursor_name")]

    def __str__(self) -> str:
        return f"{self.name} {self.value}"


class Meter(models.Model):
    """What only ever grows, counted for curves (`woodoo.engine.meters`): one row per connection and name."""

    connection_id = models.IntegerField()
    name = models.TextField()
    count = models.BigIntegerField(default=0)
    milliseconds = models.BigIntegerField(default=0)
    within = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection_id", "name"], name="engine_meter_name")]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.name}: {self.count}"


class Course(models.Model):
    """What happened of a flow or of calls to a side in some minutes (`woodoo.engine.course`)."""

    connection_id = models.IntegerField()
    #: Of the flow or the side.
    name = models.TextField()
    #: When the time counted together began, and how many seconds it is.
    at = models.DateTimeField()
    seconds = models.IntegerField()
    done = models.IntegerField(default=0)
    skipped = models.IntegerField(default=0)
    parked = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    retried = models.IntegerField(default=0)
    timed = models.IntegerField(default=0)
    milliseconds = models.BigIntegerField(default=0)
    within = ArrayField(models.BigIntegerField(), default=list)
    #: When the last of those that were done was done.
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection_id", "at", "name", "seconds"], name="engine_course_time")
        ]
        indexes = [
            models.Index(
                fields=["connection_id", "at"], condition=~Q(name__in=["odoo", "store"]), name="engine_course_flows"
            )
        ]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.name} at {self.at}: {self.done} done"


class Chore(models.Model):
    """Something done for a connection again and again: when it is due, whichever host does it, and how it went."""

    connection_id = models.IntegerField()
    #: Such as "poll" (`registry.Chore.name`).
    name = models.TextField()
    due_at = models.DateTimeField(db_default=Now())
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    #: When the last one that went well began: what happened before then, it has seen.
    well_at = models.DateTimeField(null=True)
    #: What the last one that went well found, for the screen.
    found = models.JSONField(default=dict)
    #: Why the last one failed; empty where it went well.
    message = models.TextField(default="", db_default="")
    error_kind = models.TextField(default="", db_default="")
    fix = models.TextField(default="", db_default="")
    #: Failures in a row, and since when.
    failures = models.IntegerField(default=0, db_default=0)
    failing_since = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection_id", "name"], name="engine_chore_name")]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.name}: {self.message or 'well'}"


class Completeness(models.Model):
    """As of when every record the store has of a kind is accounted for: one row per connection and lane."""

    connection_id = models.IntegerField()
    lane = models.TextField()
    #: Everything the store had by then is on the to-do list, or older than the connection.
    complete_at = models.DateTimeField(null=True)
    #: When the whole id set of the store was compared last.
    counted_at = models.DateTimeField(null=True)
    #: How many records the store had then, and how many of them are older than the connection and were never asked for.
    in_store = models.IntegerField(null=True)
    before = models.IntegerField(default=0, db_default=0)
    #: Records no event and no poll had told of, found by that comparison since when, at most a hundred.
    gap = ArrayField(models.TextField(), default=list)
    gap_count = models.IntegerField(default=0, db_default=0)
    gap_since = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection_id", "lane"], name="engine_completeness_lane")]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.lane} complete as of {self.complete_at}"


class Breaker(models.Model):
    """That a side of a connection is down, and until when the connection rests."""

    connection_id = models.IntegerField(primary_key=True)
    #: Outages in a row; 0 means all is well.
    failures = models.IntegerField(default=0)
    paused_until = models.DateTimeField(null=True)
    #: Until then one record is out to see whether the side is back.
    probe_until = models.DateTimeField(null=True)
    #: "odoo" or "store".
    side = models.TextField(default="")
    reason = models.TextField(default="")
    #: Since when it has been down.
    since = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.connection_id} {self.side or 'up'}"
