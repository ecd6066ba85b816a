"""Registers the test runs with Django."""

from __future__ import annotations

from django.apps import AppConfig


class TrialsConfig(AppConfig):
    """The Django app that owns test runs."""

    name = "woodoo.trials"
    label = "trials"
    verbose_name = "Test runs"
    default_auto_field = "django.db.models.BigAutoField"
