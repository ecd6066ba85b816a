"""Registers the connections with Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_save, pre_save


class ConnectionsConfig(AppConfig):
    """The Django app that owns the connections."""

    name = "woodoo.connections"
    label = "connections"
    verbose_name = "Connections"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import audit
        from .models import Connection

        pre_save.connect(audit.remember, sender=Connection, dispatch_uid="woodoo.connections.audit.remember")
        post_save.connect(audit.compare, sender=Connection, dispatch_uid="woodoo.connections.audit.compare")
