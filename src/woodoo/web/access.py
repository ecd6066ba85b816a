"""Who may do what in the panel.

Decides the three roles (administrator, operator, viewer), what each is made of in Django's terms, and that every
page names the role it needs. A role is everywhere (groups of Django), or on single connections (`ConnectionRole`).
Requests and answers of remote calls need one right more, `engine.view_personal_data`, whatever the role everywhere; on
single connections operators have it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser, Group, Permission, User
from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from woodoo.connections.models import Connection
from woodoo.engine.models import Import, Work

from .models import ConnectionRole
from .reach import Reach, Role

__all__ = [
    "Reach",
    "Role",
    "ensure_roles",
    "may_see_personal_data",
    "needs",
    "reach_of",
    "reached",
    "refused",
    "role_of",
]

Reader = User | AnonymousUser
View = Callable[..., HttpResponseBase]

#: Sees bodies of events, requests and answers, and details of plans.
PERSONAL_DATA = "engine.view_personal_data"


#: What each group of Django may do; made when the database is set up.
GROUPS = {
    "viewer": ("view_work",),
    "operator": ("view_work", "change_work", "view_personal_data"),
}


def role_of(user: Reader) -> Role:
    """Return the highest role of a user; `NOBODY` for strangers and for accounts without any."""
    if not user.is_authenticated or not user.is_active:
        return Role.NOBODY
    if user.is_staff or user.is_superuser:
        return Role.ADMINISTRATOR
    if user.has_perm("engine.change_work"):
        return Role.OPERATOR
    if user.has_perm("engine.view_work"):
        return Role.VIEWER
    return Role.NOBODY


def may_see_personal_data(user: Reader) -> bool:
    """Return whether the user may read what was asked and answered."""
    return bool(user.has_perm(PERSONAL_DATA))


def reach_of(user: Reader) -> Reach:
    """Return how far a user reaches."""
    if not user.is_authenticated or not user.is_active:
        return Reach()
    found: Reach | None = user.__dict__.get("_reach")
    if found is None:
        found = user.__dict__["_reach"] = _reach_of(user)
    return found


def _reach_of(user: User) -> Reach:
    single = {number: Role.named(word) or Role.NOBODY for number, word in _roles_on_connections(user)}
    data_on = frozenset(number for number, role in single.items() if role >= Role.OPERATOR)
    return Reach(role_of(user), single, may_see_personal_data(user), data_on, user.get_username())


def _roles_on_connections(user: User) -> list[tuple[int, str]]:
    return list(ConnectionRole.objects.filter(user=user).values_list("connection_id", "role"))


def reached(request: HttpRequest, role: Role = Role.VIEWER) -> QuerySet[Connection]:
    """Return the connections the reader of a page reaches in at least that role, by name."""
    among = reach_of(request.user).connections(role)
    found = Connection.objects.order_by("name")
    return found if among is None else found.filter(pk__in=among)


def needs(role: Role, *, everywhere: bool = False) -> Callable[[View], View]:
    """Open a page to users of that role and above; others are sent to sign in, or told whom to ask.

    The role counts on the connection the page is about; on a page about none, the highest the user has anywhere, and
    with `everywhere` the one on all connections, as for what concerns the installation.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_login(request)
            if _lacks_second_factor(request):
                return _to_own_account(request)
            reach = reach_of(request.user)
            on = connection_asked(kwargs)
            has = reach.role if everywhere else reach.highest if on is None else reach.on(on)
            if has < role:
                return refused(request)
            return view(request, *args, **kwargs)

        guarded.needs_role = role  # type: ignore[attr-defined]
        guarded.everywhere = everywhere  # type: ignore[attr-defined]
        return guarded

    return decorate


def _to_login(request: HttpRequest) -> HttpResponse:
    login = reverse("login")
    if request.headers.get("HX-Request"):
        # The fragment's own address is no page to come back to; the page around it is.
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    if request.method in ("GET", "HEAD"):
        back = request.get_full_path()
    else:
        back = _page_of_form(request)
        said = gettext("You had been signed out, so what you sent was not saved. Sign in, and send it once more.")
        messages.warning(request, said)
    return redirect(f"{login}?{urlencode({'next': back})}")


def _page_of_form(request: HttpRequest) -> str:
    """Return the page of ours a form was sent from."""
    try:
        sent_from = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return "/"
    if sent_from.netloc != request.get_host() or not sent_from.path.startswith("/"):
        return "/"
    return sent_from.path + (f"?{sent_from.query}" if sent_from.query else "")


#: Addresses for those who have to set a second factor up first.
_BEFORE = frozenset({"own", "own-language", "own-password", "factor-begin", "factor-confirm"})


def _lacks_second_factor(request: HttpRequest) -> bool:
    """Say whether somebody has to set a second factor up before anything else."""
    from . import second_factor

    match = request.resolver_match
    if match and match.url_name in _BEFORE:
        return False
    return second_factor.is_missing(cast(User, request.user), reach_of(request.user).highest)


def _to_own_account(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = reverse("own")
        return response
    return redirect("own")


def refused(request: HttpRequest) -> HttpResponse:
    """Tell a user who is signed in that a page is not for this role."""
    from .pages import note

    text = gettext(
        "Your account may not do this. An administrator can give it another role: viewer, operator or administrator."
    )
    return note(request, gettext("Not for your role"), text, status=403)


def ensure_roles(using: str = DEFAULT_DB_ALIAS) -> None:
    """Make the groups `viewer` and `operator` where they are missing. Rights taken away by hand stay away."""
    for name, codenames in GROUPS.items():
        group, made = Group.objects.using(using).get_or_create(name=name)
        if made:
            rights = Permission.objects.using(using).filter(content_type__app_label="engine", codename__in=codenames)
            group.permissions.set(rights)


def connection_asked(kwargs: Mapping[str, Any]) -> int | None:
    """Return which connection an address is about; None where it is about none, or about a record that is gone."""
    for name, value in kwargs.items():
        number = int(value) if str(value).isascii() and str(value).isdigit() and len(str(value)) < 19 else 0
        if name == "connection_id":
            return number or None
        rows: Mapping[str, type[Work | Import]] = {"work_id": Work, "import_id": Import}
        if name in rows:
            found = rows[name].objects.filter(pk=number).values_list("connection_id", flat=True)
            return next(iter(found), None)
    return None
