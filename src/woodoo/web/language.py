"""In which language a page is: the one its reader chose, else the first of the browser's that there is, else English.

Decides that programs read English whatever they say of themselves, so that what they look for in an answer stays put,
and that a choice counts for the person everywhere and, as a cookie, for the page to sign in on in that browser.

| who reads                           | language                                               |
|-------------------------------------|--------------------------------------------------------|
| signed in, chosen in "Your account" | that one                                               |
| anybody else in that browser        | that of the cookie                                     |
| a browser without either            | the first of its languages there is, else English      |
| the API, stores, Prometheus         | English                                                |
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

from .models import Preference

#: Beginnings of the addresses that programs ask.
_PROGRAMS = ("/api/", "/hooks/", "/health", "/metrics", "/pictures/")
#: Where a session remembers what its person chose.
_KEY = "language"
_YEAR = 365 * 24 * 3600


class ReadersLanguage(LocaleMiddleware):
    """Middleware that has a page written in its reader's language."""

    def process_request(self, request: HttpRequest) -> None:
        translation.activate(_language_of(request))
        request.LANGUAGE_CODE = translation.get_language()


def _language_of(request: HttpRequest) -> str:
    if is_for_programs(request.path_info):
        return settings.LANGUAGE_CODE
    chosen = request.session.get(_KEY)
    return str(chosen) if is_known(chosen) else translation.get_language_from_request(request)


def is_for_programs(path: str) -> bool:
    """Say whether programs ask at an address, not people."""
    return path.startswith(_PROGRAMS)


def is_known(code: object) -> bool:
    """Say whether the panel speaks a language."""
    return code in dict(settings.LANGUAGES)


def chosen_by(user: User) -> str:
    """Return which language a person chose; empty where the browser's holds."""
    found = Preference.objects.filter(user=user).values_list("language", flat=True).first()
    return found if found is not None and is_known(found) else ""


def choose(request: HttpRequest, user: User, code: str) -> None:
    """Have the panel speak that language to a person from now on; with an empty one, that of the browser."""
    Preference.objects.update_or_create(user=user, defaults={"language": code})
    request.session[_KEY] = code
    # What is said of the choice is said in the language chosen.
    translation.activate(code or _language_of_browser(request))


def remember(response: HttpResponseBase, code: str) -> None:
    """Have the browser remember the choice, for the page to sign in on."""
    name = settings.LANGUAGE_COOKIE_NAME
    if code:
        secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie(name, code, max_age=_YEAR, secure=secure, httponly=True, samesite="Lax")
    else:
        response.delete_cookie(name, samesite="Lax")


def _language_of_browser(request: HttpRequest) -> str:
    cookies, request.COOKIES = request.COOKIES, {}
    try:
        return translation.get_language_from_request(request)
    finally:
        request.COOKIES = cookies


def _at_sign_in(sender: object, request: HttpRequest, user: User, **_: object) -> None:
    if code := chosen_by(user):
        request.session[_KEY] = code


user_logged_in.connect(_at_sign_in, dispatch_uid="woodoo.web.language")
