"""What a browser may do with our answers: content security policy, permissions, who may embed them.

Public pages get by without inline script and style. The back office is drawn by Unfold: Alpine computes the
expressions of its attributes (`unsafe-eval`), and the theme's colours stand in the page (`unsafe-inline`
for styles); scripts come from our own files there too.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

_SELF, _NONE = "'self'", "'none'"
_PAGE = {
    "default-src": _SELF,
    "img-src": f"{_SELF} data:",
    "object-src": _NONE,
    "base-uri": _NONE,
}
_OFFICE = _PAGE | {
    "script-src": f"{_SELF} 'unsafe-eval'",
    "style-src": f"{_SELF} 'unsafe-inline'",
    "img-src": f"{_SELF} data: blob:",  # a scan is shown before it is sent
    "object-src": _SELF,  # forms are printed from a frame, and Chromium counts its PDF viewer as a plug-in
}
_API_DOCS = _PAGE | {"style-src": f"{_SELF} 'unsafe-inline'"}
_DATA = {"default-src": _NONE, "base-uri": _NONE, "form-action": _NONE}
# A PDF that is shown gets no sandbox: Chromium does not draw one in it.
_SHOWN_PDF = {"script-src": _NONE, "base-uri": _NONE, "form-action": _NONE}
_FILE = _DATA | {"sandbox": ""}

_NOT_NEEDED = "camera microphone geolocation payment usb serial midi display-capture browsing-topics"
PERMISSIONS = ", ".join(f"{feature}=()" for feature in _NOT_NEEDED.split())


class SecureHeaders:
    """Puts the headers on every answer; what a view has set itself stays.

    Stands outside of Django's X-Frame-Options, whose word decides who may embed a page.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not _is_a_page_for_developers(response):
            response.headers.setdefault("Content-Security-Policy", _written(policy_of(request, response)))
        return response


def policy_of(request: HttpRequest, response: HttpResponse) -> dict[str, str]:
    """The directives for this answer, by what it is and where it is."""
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    embedded = response.headers.get("X-Frame-Options", "DENY") == "SAMEORIGIN"
    ancestors = {"frame-ancestors": _SELF if embedded else _NONE}
    if kind != "text/html":
        return _of_a_file(response, kind) | ancestors
    targets = {"form-action": " ".join([_SELF, *form_targets()])} | ancestors
    if request.path.startswith(reverse("admin:index")):
        return _OFFICE | targets
    if request.path == reverse("api:docs"):
        return _API_DOCS | targets
    return _PAGE | targets


def form_targets() -> list[str]:
    """Where the button of a sign-in leads to: a browser holds the redirect after a form against the policy too."""
    issuers = filter(None, (settings.OIDC_CITIZEN_ISSUER, settings.OIDC_STAFF_ISSUER))
    origins = ("{0.scheme}://{0.netloc}".format(urlsplit(issuer)) for issuer in issuers)
    return list(dict.fromkeys([*origins, *settings.CSP_FORM_TARGETS]))


def _of_a_file(response: HttpResponse, kind: str) -> dict[str, str]:
    is_download = response.headers.get("Content-Disposition", "").startswith("attachment")
    if kind == "application/pdf" and not is_download:
        return _SHOWN_PDF
    return _FILE if is_download or kind.startswith("image/") else _DATA


def _written(policy: dict[str, str]) -> str:
    return "; ".join(f"{name} {sources}".strip() for name, sources in policy.items())


def _is_a_page_for_developers(response: HttpResponse) -> bool:
    """Django's yellow pages bring their own style and script."""
    return settings.DEBUG and response.status_code in {404, 500}
