"""Answers that caches on the way may keep: public, without a person in them, short-lived."""

from django.http import HttpResponseBase
from django.utils.cache import patch_vary_headers


def for_everybody(response: HttpResponseBase, *, seconds: int = 60) -> HttpResponseBase:
    """Kept for so many seconds; apart for each language, which header and cookie choose."""
    response["Cache-Control"] = f"public, max-age={seconds}"
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response
