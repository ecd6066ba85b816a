"""Registers the engine with Django."""

from __future__ import annotations

from django.apps import AppConfig


class EngineConfig(AppConfig):
    """The Django app that owns the to-do list."""

    name = "woodoo.engine"
    label = "engine"
    verbose_name = "Engine"
    default_auto_field = "django.db.models.BigAutoField"
