"""How the keys and passwords of a connection are kept: locked in the database, opened only when used.

Decides that a secret that cannot be opened is an error with the name of the connection, at the moment somebody
needs it. A list of connections can therefore always be shown, and a locked text is never taken for the secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cryptography.fernet import InvalidToken
from django.apps import apps
from django.db import models, transaction
from django.db.models.query_utils import DeferredAttribute

from woodoo.connections import keys
from woodoo.domain.errors import ConfigError

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


class Sealed:
    """A locked secret as it lies in the database. Shows nothing of itself."""

    __slots__ = ("token",)

    def __init__(self, token: str) -> None:
        self.token = token

    def __repr__(self) -> str:
        return "<sealed>"


def seal(secret: str) -> Sealed:
    """Lock a secret with the first key."""
    return Sealed(keys.locksmith().encrypt(secret.encode()).decode())


def unseal(sealed: Sealed, *, owner: str, name: str) -> str:
    """Open a secret.

    Args:
        sealed: the locked secret.
        owner: whose it is, such as "Connection Shop NL".
        name: which it is, such as "Odoo key".

    Raises:
        ConfigError: none of the installation's keys opens it.
    """
    try:
        return keys.locksmith().decrypt(sealed.token.encode()).decode()
    except InvalidToken as exc:
        raise ConfigError(
            f"{owner}: the {name} cannot be opened with the keys in {keys.place()}.",
            record=owner,
            where=keys.place(),
            fix="Put back the key file this database was used with, or enter the secret again.",
        ) from exc


class _Opener(DeferredAttribute):
    """Opens a secret each time it is read from a model instance."""

    def __get__(self, instance: models.Model | None, cls: type[models.Model] | None = None) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            super().__get__(instance, cls)  # a deferred column: fetches it into the instance
        value = instance.__dict__[name]
        if isinstance(value, Sealed):
            return unseal(value, owner=f"{type(instance).__name__} {instance}", name=str(self.field.verbose_name))
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.TextField):
    """Text that is locked in the database. Empty text stays empty, so "not set" can be told apart.

    Reading the attribute of an instance opens it and raises `ConfigError` where no key fits. Saving an instance
    whose secret was not touched writes the locked text back as it was.
    """

    descriptor_class = _Opener

    def from_db_value(self, value: str | None, expression: Any, connection: BaseDatabaseWrapper) -> Sealed | str | None:
        return Sealed(value) if value else value

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, Sealed):
            return value.token
        return seal(value).token if value else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        return model_instance.__dict__[self.attname]


def encrypted_fields(model: type[models.Model]) -> list[EncryptedTextField]:
    """Return the fields of a model that hold secrets."""
    return [field for field in model._meta.concrete_fields if isinstance(field, EncryptedTextField)]


def rotate() -> int:
    """Lock every secret again with the first key and return how many there were.

    Put a new key in front of the old one, restart web and workers, rotate, then take the old one away.

    Raises:
        ConfigError: a secret cannot be opened; nothing is changed then.
    """
    with transaction.atomic():
        return sum(_lock_again(model, fields) for model in apps.get_models() if (fields := encrypted_fields(model)))


def _lock_again(model: type[models.Model], fields: list[EncryptedTextField]) -> int:
    count = 0
    for row in model._default_manager.select_for_update().order_by("pk"):
        for field in fields:
            setattr(row, field.attname, getattr(row, field.attname))
            count += bool(getattr(row, field.attname))
        row.save(update_fields=[field.attname for field in fields])
    return count
