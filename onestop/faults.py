"""What people and programs see when something fails outside a view: a plain page, or a problem under /api/."""

import logging
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from cases.api import problems

log = logging.getLogger(__name__)

API = "/api/"
RETRY_AFTER_SECONDS = 30


class DatabaseAway:
    """Answers 503 with a sentence when the database cannot be reached or gives up.

    Nothing was changed then: every service is one transaction. The reason goes to the log.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, OperationalError | InterfaceError):
            return None
        log.error("The database did not answer %s: %s", request.path, exception)
        answer = _answer(
            request,
            HTTPStatus.SERVICE_UNAVAILABLE,
            "database_away",
            _("The database does not answer. Nothing was changed. Try again in a minute."),
        )
        answer["Retry-After"] = str(RETRY_AFTER_SECONDS)
        answer["Cache-Control"] = "no-store"
        return answer


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, HTTPStatus.NOT_FOUND, "not_found", _("There is nothing at this address."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, HTTPStatus.FORBIDDEN, "forbidden", _("You may not do this."))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, HTTPStatus.BAD_REQUEST, "malformed", _("This request cannot be read."))


def server_error(request: HttpRequest) -> HttpResponse:
    """The traceback is in the log under `django.request`; the reader gets no inside."""
    return _answer(
        request,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "server_error",
        _(
            "Something went wrong here, and it was written down. Try again; if it stays, tell the administrator."
        ),
    )


def _answer(request: HttpRequest, status: HTTPStatus, code: str, sentence: str) -> HttpResponse:
    if request.path.startswith(API):
        return problems.plain_response(status.value, code, sentence)
    # Without a request context: nothing in the page may need the database.
    facts = {"title": problems.TITLES[status.value], "sentence": sentence}
    return HttpResponse(render_to_string("public/fault.html", facts), status=status.value)
