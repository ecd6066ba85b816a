"""Remembers how far each poll has come."""

from __future__ import annotations

from django.utils import timezone

from woodoo.engine.models import Cursor


def get_cursor(connection_id: int, name: str) -> str:
    """Return how far the poll called `name` has come, as it was written; empty at first."""
    found = Cursor.objects.filter(connection_id=connection_id, name=name).values_list("value", flat=True).first()
    return found or ""


def set_cursor(connection_id: int, name: str, value: str) -> None:
    """Note how far the poll called `name` has come. Do it after what it saw is on the to-do list."""
    Cursor.objects.update_or_create(
        connection_id=connection_id, name=name, defaults={"value": value, "updated_at": timezone.now()}
    )
