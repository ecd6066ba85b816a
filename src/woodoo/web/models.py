"""What the web part remembers: deliveries that brought no work, tokens of the API, and actions on many records.

Decides that nothing strangers send is kept, only counted.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from woodoo.connections.secrets import EncryptedTextField


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


class ApiToken(models.Model):
    """A key with which a program uses the API: what it may do, where, and until when. The key itself is not kept."""

    name = models.CharField(max_length=100)
    #: First letters of the key, to tell tokens apart.
    beginning = models.CharField(max_length=16)
    #: SHA-256 of the key, which is random, so that nothing slower is called for.
    digest = models.CharField(max_length=64, unique=True)
    #: `reach.Role` by name.
    role = models.CharField(max_length=16)
    #: The connections it reaches; empty: all.
    connections = ArrayField(models.IntegerField(), default=list)
    #: May read what was asked and answered.
    personal_data = models.BooleanField(default=False)
    created_by = models.CharField(max_length=200, default="")
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.beginning}…)"


class BulkAction(models.Model):
    """Many records tried again or left out together: first counted, then confirmed, then done, each once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    #: "retry" or "skip".
    action = models.TextField()
    #: Numbers of the records that were counted; nothing that came later is touched.
    numbers = ArrayField(models.BigIntegerField())
    reason = models.TextField(default="")
    prepared_by = models.TextField(default="")
    prepared_at = models.DateTimeField(db_default=Now())
    confirmed_at = models.DateTimeField(null=True)
    #: How many records it was in the end.
    done = models.IntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.action} {len(self.numbers)}"


class ConnectionRole(models.Model):
    """What a person may do on one connection, beside the role on all of them."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="connection_roles")
    connection_id = models.IntegerField()
    #: `reach.Role` by name.
    role = models.CharField(max_length=16)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "connection_id"], name="web_connectionrole_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} on {self.connection_id}"


class SecondFactor(models.Model):
    """What a person proves beside the password: an app that makes codes, and codes on paper for when it is lost."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="second_factor")
    secret = EncryptedTextField("secret", default="")
    #: None as long as no code of the app was entered: it does not count yet.
    confirmed_at = models.DateTimeField(null=True)
    #: The half minute whose code was used last; it and those before are good no more.
    last_step = models.BigIntegerField(default=0)
    #: SHA-256 of the codes on paper that were not used.
    recovery = ArrayField(models.CharField(max_length=64), default=list)
    #: Wrong codes in a row, and until when none is taken.
    failures = models.IntegerField(default=0)
    rests_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"of {self.user_id}"


class SecondFactorRule(models.Model):
    """Who has to have a second factor: one row for the installation; see `second_factor.py`."""

    #: "administrators" or "everybody"; empty: nobody.
    wanted = models.CharField(max_length=20, default="")

    def __str__(self) -> str:
        return self.wanted or "nobody"


class Preference(models.Model):
    """How a person likes to see the panel."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preference")
    #: One of `settings.LANGUAGES`; empty: that of the browser.
    language = models.CharField(max_length=10, default="")

    def __str__(self) -> str:
        return f"of {self.user_id}"


class ConnectionDraft(models.Model):
    """A connection that somebody is setting up; see `setup/draft.py`."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="connection_draft")
    name = models.CharField(max_length=100, default="")
    store_url = models.CharField(max_length=500, default="")
    store_ca_bundle = models.CharField(max_length=500, default="")
    #: What the shop says of itself.
    store_name = models.CharField(max_length=100, default="")
    store_zone = models.CharField(max_length=60, default="")
    store_key = EncryptedTextField("store key", default="")
    store_secret = EncryptedTextField("store secret", default="")
    #: "typed", or "store" where the store has handed them over.
    keys_from = models.CharField(max_length=10, default="")
    odoo_url = models.CharField(max_length=500, default="")
    odoo_ca_bundle = models.CharField(max_length=500, default="")
    odoo_databases = models.JSONField(default=list)
    odoo_database = models.CharField(max_length=200, default="")
    odoo_login = models.CharField(max_length=200, default="")
    odoo_key = EncryptedTextField("Odoo key", default="")
    odoo_company_id = models.IntegerField(null=True)
    #: [id, name] of those the user of Odoo may work in.
    companies = models.JSONField(default=list)
    #: Step → what its test has found; a step is done where it is here.
    found = models.JSONField(default=dict)
    #: SHA-256 of what keys that the store hands over must come with, and until when.
    auth_digest = models.CharField(max_length=64, default="", db_index=True)
    auth_until = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"draft of {self.user_id}"


class KeyRequest(models.Model):
    """A new key that somebody has a store make for a connection that is there; see `setup/authorize.py`."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="key_request")
    connection_id = models.IntegerField()
    #: SHA-256 of what the keys must come with, and until when; empty once they have come.
    auth_digest = models.CharField(max_length=64, default="", db_index=True)
    auth_until = models.DateTimeField()
    store_key = EncryptedTextField("renewed store key", default="")
    store_secret = EncryptedTextField("renewed store secret", default="")

    def __str__(self) -> str:
        return f"of {self.user_id} for {self.connection_id}"


class MoneySeen(models.Model):
    """What an order came to on both sides when somebody looked last; see `money.py`. No personal data."""

    #: `engine.Work`.
    work_id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    currency = models.CharField(max_length=10, default="")
    #: Name, store, odoo (amounts as texts), equal.
    totals = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    problem = models.TextField(default="")

    def __str__(self) -> str:
        return f"of {self.work_id}"
