"""Answers that say the same to everybody: browsers and caches on the way may keep them."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import conditional_page


def for_everybody(response: HttpResponseBase, *, seconds: int = 60) -> HttpResponseBase:
    """May be kept for so many seconds, 0 = asked for each time; apart for each language (header and cookie)."""
    patch_cache_control(response, public=True, **({"max_age": seconds} if seconds else {"no_cache": True}))
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response


def same_for_everybody(view: Callable, *, max_age: int = 0) -> Callable:
    """The view with an `ETag`, kept as `for_everybody` says when all went well.

    Pages with a text are asked for each time: the language is in a cookie, and browsers do not look at that
    when they take a page out of their cache.
    """

    @conditional_page
    @wraps(view)
    def cached(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        answer = view(request, *args, **kwargs)
        return for_everybody(answer, seconds=max_age) if answer.status_code == 200 else answer

    return cached
