"""How the API says what is wrong: one form, with the sentence a person would read and what to do about it.

| what happened                                             | status |
|-----------------------------------------------------------|--------|
| the body, or the address, cannot be read                  | 400    |
| no token, or a wrong one                                  | 401    |
| the token's role does not do                              | 403    |
| there is no such thing, or the token does not reach it    | 404    |
| it cannot be done as things stand (`WoodooError`)         | 409    |
| the body is larger than any that is meant                 | 413    |
| what was sent does not fit its description                | 422    |
| too many wrong tokens                                     | 429    |
| Woodoo made a mistake                                     | 500    |
| the store or Odoo does not answer (`RemoteError`)         | 502    |
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import Field

from woodoo.domain.errors import RemoteError, WoodooError

from ..saving import NotThere

log = logging.getLogger(__name__)

_SAID = frozenset({400, 401, 403, 404, 409, 413, 422, 429, 502})


class Wrong(Schema):
    """One thing that does not fit."""

    place: str = Field(description="Where in what was sent, such as body.name.")
    message: str


class Problem(Schema):
    """What is wrong, and what to do about it."""

    message: str = Field(description="One sentence.")
    fix: str = Field(default="", description="What to do; empty where the sentence says it.")
    where: str = Field(default="", description="The place that is wrong, such as a setting.")
    errors: list[Wrong] = Field(
        default_factory=list, description="Each thing that does not fit (422), or is not there (409)."
    )


class Unfit(Exception):
    """What was sent fits its description, but not what is there: one sentence for each field."""

    def __init__(self, errors: Mapping[Any, Iterable[Any]]) -> None:
        super().__init__("unfit")
        self.errors = [Wrong(place=f"body.{name}", message=" ".join(map(str, said))) for name, said in errors.items()]


def says(shape: Any, code: int = 200) -> dict[Any, Any]:
    """Return what an operation may answer."""
    return {code: shape, _SAID: Problem}


def speak(api: NinjaAPI) -> None:
    """Have the API answer what goes wrong."""

    def answer(request: HttpRequest, status: int, problem: Problem) -> HttpResponse:
        response = api.create_response(request, problem.model_dump(), status=status)
        # Django would log the address of each refusal, with what it searches for.
        response._has_been_logged = True  # type: ignore[attr-defined]
        return response

    @api.exception_handler(WoodooError)
    def _woodoo(request: HttpRequest, exc: WoodooError) -> HttpResponse:
        status = 502 if isinstance(exc, RemoteError) else 409
        each = exc.each if isinstance(exc, NotThere) else ()
        errors = [Wrong(place=place, message=message) for place, message in each]
        return answer(request, status, Problem(message=exc.message, fix=exc.fix, where=exc.where, errors=errors))

    @api.exception_handler(ValidationError)
    def _invalid(request: HttpRequest, exc: ValidationError) -> HttpResponse:
        # Without what was sent: it may be a secret.
        errors = [Wrong(place=".".join(map(str, one["loc"])), message=str(one["msg"])) for one in exc.errors]
        return answer(request, 422, Problem(message="What was sent does not fit.", errors=errors))

    @api.exception_handler(Unfit)
    def _unfit(request: HttpRequest, exc: Unfit) -> HttpResponse:
        return answer(request, 422, Problem(message="What was sent does not fit.", errors=exc.errors))

    @api.exception_handler(Http404)
    def _nothing(request: HttpRequest, exc: Http404) -> HttpResponse:
        return answer(request, 404, Problem(message="There is no such thing, or this token does not reach it."))

    @api.exception_handler(AuthenticationError)
    def _stranger(request: HttpRequest, exc: AuthenticationError) -> HttpResponse:
        fix = "Send 'Authorization: Bearer KEY' with the key of a token; 'woodoo token add' makes one."
        said = answer(request, 401, Problem(message="This takes a token that is good.", fix=fix))
        said["WWW-Authenticate"] = "Bearer"
        return said

    @api.exception_handler(HttpError)
    def _refused(request: HttpRequest, exc: HttpError) -> HttpResponse:
        return answer(request, exc.status_code, Problem(message=exc.message))

    @api.exception_handler(RequestDataTooBig)
    def _too_big(request: HttpRequest, exc: RequestDataTooBig) -> HttpResponse:
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024**2
        return answer(request, 413, Problem(message=f"The body is larger than {most} MB."))

    @api.exception_handler(UnreadablePostError)
    def _cut_off(request: HttpRequest, exc: UnreadablePostError) -> HttpResponse:
        return answer(request, 400, Problem(message="The body ended before its announced length."))

    @api.exception_handler(Exception)
    def _broken(request: HttpRequest, exc: Exception) -> HttpResponse:
        log.error("the API failed", exc_info=exc)
        return answer(request, 500, Problem(message="Woodoo made a mistake; it is in the server's log."))
