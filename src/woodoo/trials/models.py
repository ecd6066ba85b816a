"""The table of the test runs: how each stands, what its steps saw, and what it made."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Trial(models.Model):
    """One test run of a connection."""

    class State(models.TextChoices):
        """Where a test run stands."""

        #: Waits for a worker.
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        #: Every step was well, or well enough.
        PASSED = "passed", "Passed"
        FAILED = "failed", "Failed"
        #: Ended in the middle: its worker was stopped, or a person ended it.
        INTERRUPTED = "interrupted", "Interrupted"

    connection_id = models.IntegerField()
    #: What its records are known by (`woodoo.domain.trial`).
    token = models.TextField(unique=True)
    #: Its order is invoiced and paid, too: what is posted stays.
    books = models.BooleanField(default=False)
    state = models.TextField(choices=State, default=State.WAITING)
    #: Its steps as `story.Shown` has them.
    steps = models.JSONField(default=list)
    #: Lane → the records it put on the to-do list.
    records = models.JSONField(default=dict)
    #: A person wants it to end.
    stopping = models.BooleanField(default=False)
    #: Nothing of it is left to be looked for.
    cleaned_at = models.DateTimeField(null=True)
    #: What could not be taken away, and why: a sentence each.
    remains = models.JSONField(default=list)
    started_by = models.TextField(default="")
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection_id"], condition=Q(state__in=["waiting", "running"]), name="trials_trial_open"
            )
        ]
        indexes = [models.Index(fields=["connection_id", "-id"], name="trials_trial_recent")]

    def __str__(self) -> str:
        return f"Test run {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.WAITING, self.State.RUNNING)
