"""Pages that everybody reads: so many from one address, and a page with a sentence for who asks for more."""

import math
from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from rest_framework.throttling import SimpleRateThrottle

from cases.api.throttles import PublicPages


def not_too_often(view: Callable, throttle: type[SimpleRateThrottle] = PublicPages) -> Callable:
    """The view, or 429 with `Retry-After` when its address has asked too often."""

    @wraps(view)
    def asked(request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
        return too_many(request, throttle()) or view(request, *args, **kwargs)

    return asked


def too_many(request: HttpRequest, throttle: SimpleRateThrottle) -> HttpResponse | None:
    """The answer to an address that has asked too often, else None."""
    if throttle.allow_request(request, None):
        return None
    seconds = math.ceil(throttle.wait() or 60)
    facts = {
        "title": _("Too many requests"),
        "sentence": _("Wait %(seconds)s seconds and try again.") % {"seconds": seconds},
    }
    answer = render(request, "public/fault.html", facts, status=429)
    answer["Retry-After"] = str(seconds)
    answer["Cache-Control"] = "no-store"
    return answer
