"""The second factor: codes of an app (RFC 6238), and codes on paper for when it is lost.

Decides who has to have one (as chosen under *People*; WOODOO_SECOND_FACTOR decides it where it is set), that a code is
good once, that ten wrong ones in a row end the trying for a quarter of an hour from wherever they come, and that it
counts only after the app has shown that it makes the right codes.
"""

from __future__ import annotations

import hmac
import time
from datetime import timedelta
from hashlib import sha256

import pyotp
import segno
from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import F
from django.utils import timezone

from woodoo.connections import audit
from woodoo.domain.errors import WoodooError

from .models import SecondFactor, SecondFactorRule
from .people import new_password
from .reach import Role

#: Wrong codes in a row, and how long none is taken then.
MOST_WRONG, REST = 10, timedelta(minutes=15)
#: Of whom one can be asked; "": of nobody.
CHOICES = ("", "administrators", "everybody")
_RULE = 1
_CODES = 10
_STEP = 30


def of(user: User) -> SecondFactor | None:
    """Return the second factor of a person; None where there is none that counts."""
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).first()


def is_forced() -> bool:
    """Say whether WOODOO_SECOND_FACTOR decides who has to have one, whatever is set in the panel."""
    return bool(settings.WOODOO_SECOND_FACTOR)


def asked_of() -> str:
    """Return who has to have one: "administrators", "everybody", or "" for nobody."""
    if is_forced():
        return str(settings.WOODOO_SECOND_FACTOR)
    return SecondFactorRule.objects.filter(pk=_RULE).values_list("wanted", flat=True).first() or ""


def ask_of(wanted: str) -> bool:
    """Have these people need one from now on, and return whether that is new.

    Raises:
        WoodooError: WOODOO_SECOND_FACTOR decides it, or there is no such choice.
    """
    if wanted not in CHOICES:
        raise WoodooError(f"A second factor cannot be asked of '{wanted}'.", fix="Choose one of those there are.")
    if is_forced():
        raise WoodooError(
            "WOODOO_SECOND_FACTOR decides who has to have a second factor.",
            where="WOODOO_SECOND_FACTOR",
            fix="Take the variable away where Woodoo is started, then choose here.",
        )
    before = asked_of()
    if wanted == before:
        return False
    SecondFactorRule.objects.update_or_create(pk=_RULE, defaults={"wanted": wanted})
    name = "second_factor_of"
    audit.note("who has to have a second factor", before={name: before or "nobody"}, after={name: wanted or "nobody"})
    return True


def is_wanted(role: Role) -> bool:
    """Say whether people of this role have to have one."""
    wanted = asked_of()
    return wanted == "everybody" or (wanted == "administrators" and role >= Role.ADMINISTRATOR)


def is_missing(user: User, role: Role) -> bool:
    """Say whether a person has to have a second factor and has none that counts."""
    return is_wanted(role) and of(user) is None


def begin(user: User) -> SecondFactor:
    """Make a secret for an app, or return the one that waits to be confirmed.

    Raises:
        WoodooError: there is a second factor already.
    """
    if of(user):
        raise WoodooError("There is a second factor already.", fix="Take it away first, with a code of it.")
    found, made = SecondFactor.objects.get_or_create(user=user)
    if made or not found.secret:
        found.secret = pyotp.random_base32()
        found.save(update_fields=["secret"])
    return found


def address_of(factor: SecondFactor) -> str:
    """Return what the app is told: the otpauth address with the secret."""
    return str(pyotp.TOTP(factor.secret).provisioning_uri(name=factor.user.get_username(), issuer_name="Woodoo"))


def picture_of(factor: SecondFactor) -> str:
    """Return the same as a picture to be photographed: a data address."""
    return segno.make(address_of(factor), error="m").svg_data_uri(scale=5, border=3, dark="#000", light="#fff")


def confirm(user: User, code: str) -> list[str] | None:
    """Have the second factor count from now on, and return the codes on paper; None where the code is wrong."""
    waiting = SecondFactor.objects.filter(user=user, confirmed_at=None).first()
    if waiting is None or not waiting.secret or not _take_step(waiting, code):
        return None
    codes = [new_password() for _ in range(_CODES)]
    waiting.confirmed_at = timezone.now()
    waiting.recovery = [_digest(one) for one in codes]
    waiting.save(update_fields=["confirmed_at", "recovery"])
    audit.note(f"second factor of {user.username} set up")
    return codes


def check(factor: SecondFactor, code: str) -> bool:
    """Say whether a code is good, of the app or on paper; it is used up by that.

    Raises:
        WoodooError: there were too many wrong ones.
    """
    factor.refresh_from_db()
    if factor.rests_until and factor.rests_until > timezone.now():
        raise WoodooError("There were too many wrong codes.", fix="Wait a quarter of an hour.")
    good = _take_step(factor, code) or _take_paper(factor, code)
    rows = SecondFactor.objects.filter(pk=factor.pk)
    if good:
        rows.update(failures=0, rests_until=None)
        return True
    rows.update(failures=F("failures") + 1)
    if rows.filter(failures__gte=MOST_WRONG).update(failures=0, rests_until=timezone.now() + REST):
        audit.note(f"too many wrong codes for {factor.user.get_username()}")
    return False


def remove(user: User) -> bool:
    """Take the second factor of a person away, and return whether there was one."""
    there = of(user) is not None
    SecondFactor.objects.filter(user=user).delete()
    if there:
        audit.note(f"second factor of {user.username} taken away")
    return there


def _take_step(factor: SecondFactor, code: str) -> bool:
    """Take a code of the app: of this half minute, or the one before or after, if it was not used."""
    typed = "".join(code.split())
    if not (typed.isascii() and typed.isdigit() and len(typed) == 6):
        return False
    app, now = pyotp.TOTP(factor.secret), int(time.time()) // _STEP
    for step in (now, now - 1, now + 1):
        if hmac.compare_digest(app.generate_otp(step), typed):
            # Of two that come with the same code at once, one gets in.
            return bool(SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step).update(last_step=step))
    return False


def _take_paper(factor: SecondFactor, code: str) -> bool:
    digest = _digest(code.strip().lower())
    if digest not in factor.recovery:
        return False
    left = [one for one in factor.recovery if one != digest]
    return bool(SecondFactor.objects.filter(pk=factor.pk, recovery__contains=[digest]).update(recovery=left))


def _digest(code: str) -> str:
    return sha256(code.encode()).hexdigest()
