"""Every request is measured: which kind of page, how long, and whether it failed."""

import logging
import time

from django.http import HttpRequest, HttpResponse

from onestop.metrics import tally

logger = logging.getLogger(__name__)

SLOW_SECONDS = 5  # from here on a line in the log says which address it was
PROBES = {"healthz", "readyz", "metrics"}
OWN_PAGES = ("my_", "file", "filed", "upload", "sign_")


class Measured:
    """Middleware; outside of everything that costs time."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        answer = self.get_response(request)
        seconds = time.perf_counter() - began
        view = view_class(request)
        tally.count(tally.REQUESTS, view, f"{answer.status_code // 100}xx")
        tally.observe(tally.REQUEST_SECONDS, seconds, view)
        if seconds >= SLOW_SECONDS:
            match = request.resolver_match
            logger.warning("%s %s took %.1f s", request.method, match.route if match else "?", seconds)
        return answer


def view_class(request: HttpRequest) -> str:
    """The kind of page: few, because each makes a dozen figures, and none names anybody."""
    match = request.resolver_match
    if match is None:
        return "none"  # static files, and what was refused before it was looked up
    name = match.url_name or ""
    if name in PROBES:
        return "probe"
    if name.startswith(("lookup", "status")):
        return "lookup"
    space = match.namespaces[0] if match.namespaces else ""
    if space == "public":
        return "online" if name.startswith(OWN_PAGES) else "public"
    return {"api": "api", "admin": "back_office"}.get(space, "other")
