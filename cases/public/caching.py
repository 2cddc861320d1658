"""Public pages that say the same to everybody: kept by browsers and asked for again by their ETag."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import conditional_page


def same_for_everybody(view: Callable, *, max_age: int = 0) -> Callable:
    """The view with `ETag` and `Cache-Control: public`; `max_age` in seconds, 0 = ask each time.

    Pages with a text ask each time: the language is in a cookie, and browsers do not look at that when they
    take a page out of their cache.
    """

    @conditional_page
    @wraps(view)
    def cached(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        answer = view(request, *args, **kwargs)
        if answer.status_code == 200:
            fresh = {"max_age": max_age} if max_age else {"no_cache": True}
            patch_cache_control(answer, public=True, **fresh)
            patch_vary_headers(answer, ["Accept-Language", "Cookie"])
        return answer

    return cached
