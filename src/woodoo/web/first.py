"""The first administrator, made in the browser by whoever holds the link that `woodoo run` prints.

Decides that the link is good for a day and only as long as there is no account at all: nobody who merely reaches the
address of the service can make one, and a link that was used leads nowhere. Nothing is stored for it; it is signed with
the installation's keys.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.db import connection, transaction
from django.urls import reverse

from woodoo.domain.errors import WoodooError

from . import people
from .reach import Role

#: Seconds a link is good for.
GOOD_FOR = 24 * 3600
_SALT = "woodoo.web.first"


def is_wanted() -> bool:
    """Say whether nobody can sign in yet."""
    return not User.objects.exists()


def link() -> str:
    """Return an address at which the first account can be made."""
    return str(settings.WOODOO_URL) + reverse("first", args=[signing.dumps("first", salt=_SALT)])


def is_good(token: str) -> bool:
    """Say whether a link was made here within the last day."""
    try:
        signing.loads(token, salt=_SALT, max_age=GOOD_FOR)
    except signing.BadSignature:
        return False
    return True


def make(name: str, password: str) -> User:
    """Make the first account, an administrator; of two who try at once, one gets it.

    Raises:
        WoodooError: there is an account by now, or the name cannot be.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('woodoo first administrator'))")
        if not is_wanted():
            raise WoodooError("There is an account by now.", fix="Sign in, or ask whoever made it.")
        made, _ = people.make(name, Role.ADMINISTRATOR, password=password)
    return made
