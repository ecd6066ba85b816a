"""What became of deliveries that brought no work, counted without keeping what strangers send."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class DeliveryTally(models.Model):
    """How often deliveries to one connection ended one way: at most one row per connection and reason."""

    connection_id = models.IntegerField()
    #: One of `hooks.Reason`.
    reason = models.TextField()
    count = models.BigIntegerField(default=0)
    #: A few words of the last one, such as its topic; cut short.
    detail = models.CharField(max_length=120, default="")
    last_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection_id", "reason"], name="web_deliverytally_reason")]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.reason} ×{self.count}"
