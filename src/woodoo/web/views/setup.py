"""Adding a connection step by step, each step tried before the next one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from woodoo import trying
from woodoo.connections import audit
from woodoo.headers import source_of
from woodoo.stores.woocommerce.address import keys_page
from woodoo.trying import Check

from .. import throttle
from ..access import Role, needs
from ..models import ConnectionDraft
from ..pages import page
from ..setup import authorize
from ..setup import draft as drafts
from ..setup.forms import FORMS, Step

log = logging.getLogger(__name__)

TITLES = {
    "store": gettext_lazy("Store"),
    "keys": gettext_lazy("Its key"),
    "odoo": gettext_lazy("Odoo"),
    "login": gettext_lazy("Its login"),
}
#: More than any store sends with keys.
_MOST_BYTES = 8 * 1024


@require_safe
@needs(Role.ADMINISTRATOR, everywhere=True)
def begin(request: HttpRequest) -> HttpResponse:
    """Go on where the reader was."""
    return redirect("connection-add-step", drafts.step_to_do(drafts.of(_reader(request))))


@sensitive_post_parameters("store_key", "store_secret", "odoo_key")
@require_http_methods(["GET", "HEAD", "POST"])
@needs(Role.ADMINISTRATOR, everywhere=True)
def step(request: HttpRequest, step: str) -> HttpResponse:
    """Show a step; try what was entered, and go on where it is right."""
    if step not in FORMS:
        raise Http404
    draft = drafts.of(_reader(request))
    if not drafts.may_open(draft, step):
        return redirect("connection-add-step", drafts.step_to_do(draft))
    if request.method != "POST":
        return _show(request, draft, step, FORMS[step](draft))
    form = FORMS[step](draft, request.POST)
    right = form.is_valid()
    form.put()
    draft.save()
    if "back" in request.POST:
        return redirect("connection-add-step", drafts.STEPS[max(0, drafts.STEPS.index(step) - 1)])
    if not right:
        return _show(request, draft, step, form)
    checks = _TRY[step](draft)
    if step == "login" and len(draft.companies) > 1 and "odoo_company_id" not in form.cleaned_data:
        draft.save()
        checks = [*checks, Check(str(_("Company")), None, str(_("The user may work in several companies: choose.")))]
        return _show(request, draft, step, FORMS[step](draft), checks)
    if any(one.ok is False for one in checks) and "anyway" not in request.POST:
        draft.save()
        return _show(request, draft, step, FORMS[step](draft), checks)
    drafts.done(draft, step, checks)
    draft.save()
    if step == drafts.STEPS[-1]:
        return _save(request, draft, checks)
    return redirect("connection-add-step", drafts.STEPS[drafts.STEPS.index(step) + 1])


@require_POST
@needs(Role.ADMINISTRATOR, everywhere=True)
def start_over(request: HttpRequest) -> HttpResponse:
    """Throw away what was entered."""
    drafts.forget(_reader(request))
    return redirect("connection-add")


@require_safe
@needs(Role.ADMINISTRATOR, everywhere=True)
def ask_store(request: HttpRequest) -> HttpResponse:
    """Lead the reader to the store, which asks its manager whether Woodoo may have a key.

    A link and no form: browsers let a form of ours lead to no other site (`form-action`).
    """
    draft = drafts.of(_reader(request))
    if not drafts.may_open(draft, "keys") or authorize.why_not(draft.store_url):
        return redirect("connection-add")
    return redirect(authorize.begin(draft))


@csrf_exempt
@require_POST
def take_keys(request: HttpRequest) -> HttpResponse:
    """Take the keys a store hands over (setup/authorize.py). Anything but 200 has it throw them away."""
    source = source_of(request)
    if throttle.is_hot(source):
        return HttpResponse("Too many.", status=429, content_type="text/plain")
    length = request.META.get("CONTENT_LENGTH") or ""
    handed = None
    if length.isascii() and length.isdigit() and int(length) <= _MOST_BYTES:
        handed = authorize.read(request.body)
    if handed is None or not authorize.take(handed):
        throttle.refuse(source)
        return HttpResponse("Nobody waits for these keys.", status=403, content_type="text/plain")
    log.info("keys handed over by a store")
    return HttpResponse("Thank you.", content_type="text/plain")


def _reader(request: HttpRequest) -> User:
    return cast(User, request.user)


def _try_store(draft: ConnectionDraft) -> list[Check]:
    found, checks = trying.try_store_address(draft.store_url, draft.store_ca_bundle)
    if found:
        drafts.take_store(draft, found.url, draft.store_ca_bundle)
        draft.store_name, draft.store_zone = found.name, found.timezone
    return checks


def _try_keys(draft: ConnectionDraft) -> list[Check]:
    return trying.try_store(drafts.as_connection(draft))


def _try_odoo(draft: ConnectionDraft) -> list[Check]:
    found, checks = trying.try_odoo_address(draft.odoo_url, draft.odoo_ca_bundle)
    if found:
        drafts.take_odoo(draft, found.url, draft.odoo_ca_bundle)
        draft.odoo_databases = list(found.databases)
        draft.odoo_database = draft.odoo_database or found.database
    return checks


def _try_login(draft: ConnectionDraft) -> list[Check]:
    tried = drafts.as_connection(draft)
    companies, checks = trying.try_odoo(tried, draft.odoo_company_id)
    draft.companies = [list(one) for one in companies]
    if companies:
        draft.odoo_company_id = tried.odoo_company_id
    return checks


_TRY: dict[str, Callable[[ConnectionDraft], list[Check]]] = {
    "store": _try_store,
    "keys": _try_keys,
    "odoo": _try_odoo,
    "login": _try_login,
}


def _save(request: HttpRequest, draft: ConnectionDraft, checks: list[Check]) -> HttpResponse:
    """Make the connection, switched off until somebody goes live with it, and go on to what stands for what."""
    untried = [one for found in draft.found.values() for one in found if one["ok"] is False]
    made = drafts.as_connection(draft)
    made.enabled = False
    made.unchecked = " ".join(one["message"] for one in untried)[:500]
    made.full_clean(exclude=["webhook_secret"])
    made.save()
    if made.unchecked:
        audit.note("saved although a test failed", connection_id=made.pk, after={"unchecked": made.unchecked})
    drafts.forget(_reader(request))
    log.info("connection added", extra={"connection": made.pk})
    said = _("%(name)s is saved, and switched off until you go live with it. Next: what stands for what.")
    messages.success(request, said % {"name": made.name})
    for one in checks:
        if one.ok is None:
            messages.warning(request, f"{one.message} {one.fix}")
    return redirect(reverse("mapping", args=[made.pk]))


def _show(
    request: HttpRequest, draft: ConnectionDraft, step: str, form: Step, checks: list[Check] | None = None
) -> HttpResponse:
    number = drafts.STEPS.index(step)
    context: dict[str, Any] = {
        "section": "connections",
        "step": step,
        "steps": [
            {"name": one, "title": TITLES[one], "done": one in draft.found, "open": drafts.may_open(draft, one)}
            for one in drafts.STEPS
        ],
        "draft": draft,
        "form": form,
        "checks": checks,
        "failed": bool(checks) and any(one.ok is False for one in checks or ()),
        "so_far": [(TITLES[one], found) for one, found in drafts.found_so_far(draft, step)],
        "before": drafts.STEPS[number - 1] if number else "",
        "last": step == drafts.STEPS[-1],
        "begun": bool(draft.store_url),
    }
    if step == "keys":
        context |= {
            "why_not": authorize.why_not(draft.store_url),
            "said_no": request.GET.get("success") == "0",
            "handed": draft.keys_from == "store" and "keys" not in draft.found,
            "keys_page": keys_page(draft.store_url),
        }
    return page(request, "setup/step.html", context)
