"""What people and programs see when something fails outside a view: a plain page, or a problem under /api/."""

import logging
from http import HTTPStatus
from traceback import walk_tb

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from cases.api import problems
from onestop.encryption import CannotDecrypt, marking_unreadable
from onestop.language import vietnamese_first
from onestop.storage import FULL

log = logging.getLogger(__name__)

API = "/api/"
SAFE = frozenset({"GET", "HEAD"})
COMMITTING = {"commit", "_commit"}  # functions of Django's connection
RETRY_AFTER_SECONDS = 30


class DatabaseAway:
    """Answers 503 with a sentence when the database cannot be reached or gives up, the disk is full, or what an
    act needs of a person cannot be decrypted; pages that only show it say so at its place.

    Nothing was changed then: every service is one transaction. Only who was cut off at the end of one cannot know
    whether it was stored, and is told that. The reason goes to the log.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in SAFE:
            return self.get_response(request)
        with marking_unreadable(request.path):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, OperationalError | InterfaceError):
            log.error("The database did not answer %s: %s", request.path, exception)
            code, sentence = _away(exception)
        elif isinstance(exception, OSError) and exception.errno in FULL:
            log.critical("The disk is full, at %s: %s", request.path, exception)
            code, sentence = (
                "storage_full",
                _(
                    "The disk of the server is full, so the file was not stored. Nothing was changed. Tell the "
                    "administrator; what needs no file can still be done."
                ),
            )
        elif isinstance(exception, CannotDecrypt):
            log.error("What %s needs cannot be read", request.path, exc_info=exception)
            code, sentence = (
                "unreadable",
                _(
                    "What is stored of a person here cannot be read. Nothing was changed. Tell the administrator; "
                    "all other dossiers can be worked on."
                ),
            )
        else:
            return None
        answer = _answer(request, HTTPStatus.SERVICE_UNAVAILABLE, code, sentence)
        answer["Retry-After"] = str(RETRY_AFTER_SECONDS)
        answer["Cache-Control"] = "no-store"
        return answer


def _away(exception: Exception) -> tuple[str, str]:
    committing = any(frame.f_code.co_name in COMMITTING for frame, _line in walk_tb(exception.__traceback__))
    if committing or getattr(exception, "earlier_ones_are_stored", False):  # the latter of many at once
        return "outcome_unknown", _(
            "The database broke off while it was storing this, and nobody knows whether it did. Look in a minute "
            "whether it is there, before you do it again."
        )
    return "database_away", _("The database does not answer. Nothing was changed. Try again in a minute.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, HTTPStatus.NOT_FOUND, "not_found", _("There is nothing at this address."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, HTTPStatus.FORBIDDEN, "forbidden", _("You may not do this."))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Of what is too much at once it is said what, to staff on a page of their own."""
    match exception:
        case TooManyFilesSent():
            tell = _too_many_files
        case TooManyFieldsSent() | RequestDataTooBig():
            tell = _too_much
        case _:
            return _answer(request, HTTPStatus.BAD_REQUEST, "malformed", _("This request cannot be read."))
    if not _is_in_the_office(request):
        return _answer(request, HTTPStatus.BAD_REQUEST, "too_much", tell())
    return vietnamese_first(_office_page)(request, tell)


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


def _too_many_files() -> str:
    return _(
        "More than %(most)s files were sent at once, so none was stored. Send them in several parts, each of "
        "at most %(most)s files."
    ) % {"most": settings.DATA_UPLOAD_MAX_NUMBER_FILES}


def _too_much() -> str:
    return _("This page sent more than can be taken at once. Nothing was changed. Send it in several parts.")


def _is_in_the_office(request: HttpRequest) -> bool:
    """A fault before the session was read has nobody to show the frame of the back office to."""
    inside = request.path.startswith(reverse("admin:index")) and hasattr(request, "user")
    return inside and admin.site.has_permission(request)


def _office_page(request: HttpRequest, tell) -> HttpResponse:
    before = request.headers.get("Referer", "")
    own = url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure())
    context = admin.site.each_context(request) | {
        "title": problems.TITLES[400],
        "sentence": tell(),
        "back": before if own else reverse("admin:index"),
    }
    return render(request, "onestop/fault.html", context, status=400)


def _answer(request: HttpRequest, status: HTTPStatus, code: str, sentence: str) -> HttpResponse:
    if request.path.startswith(API):
        return problems.plain_response(status.value, code, sentence)
    # Without a request context: nothing in the page may need the database.
    facts = {"title": problems.TITLES[status.value], "sentence": sentence}
    return HttpResponse(render_to_string("public/fault.html", facts), status=status.value)
