"""The tables of the alerts: what is wrong, what was said of it, and to whom.

Decides that there is one open alert for each thing that is wrong, however often it is seen. Times are UTC, by the
clock of the database.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Alert(models.Model):
    """Something that is wrong, or was."""

    #: `kinds.EVERYWHERE`: the whole installation.
    connection_id = models.IntegerField()
    #: Such as "payment" (`kinds.KINDS`).
    kind = models.TextField()
    #: Which one of that kind: a side, a chore, a cause.
    key = models.TextField()
    #: In one line, and more about it. Neither names a person.
    title = models.TextField()
    text = models.TextField(default="")
    #: What the error says. May name a person; goes out only where the settings allow it.
    detail = models.TextField(default="")
    fix = models.TextField(default="")
    #: How many records it concerns now.
    count = models.IntegerField(default=1)
    first_at = models.DateTimeField(db_default=Now())
    #: When it was seen last.
    last_at = models.DateTimeField(db_default=Now())
    #: Since when it is not seen any more; it is over once that has lasted.
    gone_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    #: Since when there is something to say of it; empty where all is said.
    news_at = models.DateTimeField(null=True, db_default=Now())
    #: When it was put into a message first, and how many records it concerned in the last one.
    told_at = models.DateTimeField(null=True)
    told_count = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection_id", "kind", "key"], condition=Q(resolved_at__isnull=True), name="alerts_alert_open"
            )
        ]
        indexes = [
            models.Index(fields=["-last_at"], name="alerts_alert_recent"),
            models.Index(fields=["connection_id"], condition=Q(news_at__isnull=False), name="alerts_alert_news"),
        ]

    def __str__(self) -> str:
        return self.title


class Message(models.Model):
    """What was said: one text about some alerts."""

    connection_id = models.IntegerField()
    #: Said at once; else in a digest.
    urgent = models.BooleanField()
    title = models.TextField()
    body = models.TextField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["connection_id", "-created_at"], name="alerts_message_recent")]

    def __str__(self) -> str:
        return self.title


class Delivery(models.Model):
    """A message on its way to one channel."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="deliveries")
    #: Whose channel it is.
    connection_id = models.IntegerField()
    #: Which channel (`channels.Channel.mark`); the address itself is a secret of the connection.
    channel = models.TextField()
    tries = models.IntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    #: When it was tried last, and why that failed; empty where it did not.
    tried_at = models.DateTimeField(null=True)
    error = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(sent_at__isnull=True, given_up_at__isnull=True),
                name="alerts_delivery_due",
            ),
            models.Index(fields=["connection_id", "channel", "-id"], name="alerts_delivery_channel"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} to {self.channel}"
