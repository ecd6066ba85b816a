"""The web part as a Django app; decides which roles there are from the start."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class WebConfig(AppConfig):
    """Django's handle on the panel."""

    name = "woodoo.web"
    label = "web"
    verbose_name = "Panel"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import language  # noqa: F401 - listens to who signs in

        post_migrate.connect(_make_roles, dispatch_uid="woodoo.web.roles")


def _make_roles(app_config: AppConfig, using: str, **_: Any) -> None:
    if app_config.label == "web":
        from .access import ensure_roles

        ensure_roles(using)
