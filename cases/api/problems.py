"""One shape for everything that went wrong: problem details by RFC 9457, in the reader's language.

`code` is stable for programs, `detail` is a sentence for people, `errors` name the fields.
"""

import math
from collections.abc import Iterator

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, JsonResponse
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from cases import errors
from notifications.errors import LetterFileDamaged, NotificationError

CONTENT_TYPE = "application/problem+json"
SHOWN_ERRORS = 5  # in the sentence; the list has all


class TooLarge(exceptions.APIException):
    """The body is larger than anything that this address takes."""

    status_code = 413
    default_code = "too_large"

    def __init__(self, limit_bytes: int):
        limit = max(limit_bytes // (1024 * 1024), 1)
        super().__init__(
            _("The request is larger than %(limit)s MB. Send smaller or fewer files.") % {"limit": limit}
        )


class ScopeMissing(exceptions.PermissionDenied):
    """The access token was made for something else."""

    default_code = "scope_missing"


class OutOfReach(exceptions.PermissionDenied):
    """The access token is for another agency."""

    default_code = "out_of_reach"


class VersionMissing(exceptions.APIException):
    """This installation wants to know which version of the dossier a change is about."""

    status_code = 428
    default_code = "version_missing"
    default_detail = _(
        "Send the header If-Match with the ETag of the dossier as you read it, or * for any version."
    )


class NothingFound(exceptions.NotFound):
    """404 with a sentence of its own."""


# What DRF and Django raise by themselves: code and sentence, so that no half-translated text gets through.
_USUAL = {
    exceptions.ParseError: ("malformed", _("The body of the request cannot be read as its type says.")),
    exceptions.NotAuthenticated: ("not_authenticated", _("Sign in first.")),
    exceptions.AuthenticationFailed: (
        "authentication_failed",
        _("The access token is wrong, over or revoked, or the account is switched off."),
    ),
    exceptions.NotFound: ("not_found", _("There is nothing at this address.")),
    exceptions.MethodNotAllowed: ("method_not_allowed", _("This address does not take this method.")),
    exceptions.UnsupportedMediaType: (
        "unsupported_media_type",
        _(
            "This address does not take this type of body. Send JSON, or a form with files where files belong."
        ),
    ),
    exceptions.Throttled: ("throttled", _("Too many requests. Wait a moment and try again.")),
}
_FORBIDDEN = ("forbidden", _("You may not do this."))
TITLES = {
    400: _("The request cannot be understood"),
    401: _("Not signed in"),
    403: _("Not permitted"),
    404: _("Not found"),
    405: _("Method not allowed"),
    409: _("Not possible now"),
    412: _("Changed meanwhile"),
    413: _("Too large"),
    415: _("Unsupported type of body"),
    422: _("Not accepted"),
    428: _("Version missing"),
    429: _("Too many requests"),
    500: _("Error of the server"),
    503: _("Not available at the moment"),
}


def problem(status: int, code: str, detail, field_errors: list[dict] | None = None) -> dict:
    """The document itself; texts in the language that is active now."""
    return {
        "type": f"urn:onestop:problem:{code}",
        "title": str(TITLES[status]),
        "status": status,
        "detail": str(detail),
        "code": code,
        "errors": field_errors or [],
    }


def plain_response(status: int, code: str, detail) -> JsonResponse:
    """A problem from outside DRF: middleware and error handlers."""
    return JsonResponse(problem(status, code, detail), status=status, content_type=CONTENT_TYPE)


def handle(exc: Exception, context) -> Response | None:
    """DRF's exception handler; None for what is an error of the server itself."""
    found = _described(exc)
    if found is None:
        return None
    set_rollback()
    status, code, detail, field_errors = found
    headers = {}
    if getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = exc.auth_header
    if getattr(exc, "wait", None):
        headers["Retry-After"] = str(math.ceil(exc.wait))
    return Response(
        problem(status, code, detail, field_errors),
        status=status,
        headers=headers,
        content_type=CONTENT_TYPE,
    )


def _described(exc: Exception) -> tuple[int, str, object, list[dict]] | None:
    if isinstance(exc, errors.CaseError):
        return _case_error(exc)
    if isinstance(exc, NotificationError):
        status = 404 if isinstance(exc, LetterFileDamaged) else 409
        return status, exc.code, exc.sentence, _named(exc.field, exc.code, exc.sentence)
    if isinstance(exc, exceptions.ValidationError):
        field_errors = list(_flat(exc.detail))
        return 400, "malformed", _sentence(field_errors), field_errors
    if isinstance(exc, NothingFound | TooLarge | ScopeMissing | OutOfReach | VersionMissing):
        return exc.status_code, exc.default_code, exc.detail, []
    if isinstance(exc, Http404):
        exc = exceptions.NotFound()
    if isinstance(exc, PermissionDenied | exceptions.PermissionDenied):
        return 403, *_FORBIDDEN, []
    if isinstance(exc, RequestDataTooBig):
        return 413, "too_large", _("The request is too large."), []
    if isinstance(exc, SuspiciousOperation):
        return 400, *_USUAL[exceptions.ParseError], []
    if isinstance(exc, exceptions.APIException):
        code, detail = _USUAL.get(type(exc), (exc.default_code, exc.detail))
        return exc.status_code, code, detail, []
    return None


def _case_error(exc: errors.CaseError) -> tuple[int, str, object, list[dict]]:
    if isinstance(exc, errors.NotPermitted):
        status = 403
    elif isinstance(exc, errors.ChangedMeanwhile):
        status = 412
    elif isinstance(exc, errors.Invalid | errors.KeyReused):
        status = 422
    elif isinstance(exc, errors.FileMissing):
        status = 404
    else:
        status = 409  # not possible now
    return status, exc.code, exc.sentence, _named(exc.field, exc.code, exc.sentence)


def _named(field: str, code: str, sentence) -> list[dict]:
    return [{"field": field, "code": code, "detail": str(sentence)}] if field else []


def _flat(detail, path: str = "") -> Iterator[dict]:
    """DRF's nested errors as a list with dotted paths, such as `components.0.provision`."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            own = path if name == "non_field_errors" else f"{path}.{name}".strip(".")
            yield from _flat(inner, own)
    elif isinstance(detail, list):
        for number, inner in enumerate(detail):
            deeper = f"{path}.{number}".strip(".") if isinstance(inner, dict | list) else path
            yield from _flat(inner, deeper)
    else:
        yield {"field": path, "code": detail.code or "invalid", "detail": str(detail)}


def _sentence(field_errors: list[dict]) -> str:
    shown = [f"{e['field']}: {e['detail']}" if e["field"] else e["detail"] for e in field_errors]
    rest = ["…"] if len(shown) > SHOWN_ERRORS else []
    return " ".join([*shown[:SHOWN_ERRORS], *rest])
