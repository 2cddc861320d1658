"""Between password and back office: who has a second factor, or needs one, opens nothing without it."""

from urllib.parse import urlencode

import django_otp
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

BY_PROVIDER = "second_factor_by_provider"  # in the session: an identity provider has asked for it


def is_half_in(request: HttpRequest) -> bool:
    """Signed in with a password, and a code is still to be asked or an app to be set up."""
    user = request.user
    if not user.is_authenticated or not user.is_staff:
        return False
    if not (user.second_factor_since or is_required(user)):
        return False
    return not (user.is_verified() or request.session.get(BY_PROVIDER))


def is_required(user) -> bool:
    return user.role in settings.OTP_REQUIRED_ROLES


def let_in(request: HttpRequest, device) -> None:
    """The session is the person's from here on; under a new key, so that nobody shares the half one."""
    request.session.cycle_key()
    django_otp.login(request, device)


class SecondFactor:
    """Leads who is half in to the one page that is theirs; everywhere else they are nobody yet.

    Tokens of the API are not asked: they are made by somebody who is in, for programs.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Whoever has no cookie is nobody, and the pages for everybody ask no database for it.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and is_half_in(request):
            own = reverse(
                "admin:second_factor_code" if request.user.second_factor_since else "admin:second_factor"
            )
            if request.path not in {own, reverse("admin:logout")}:
                if request.path.startswith(reverse("admin:index")):
                    return _ask(request, own)
                request.user = AnonymousUser()
        return self.get_response(request)


def _ask(request: HttpRequest, page: str) -> HttpResponse:
    wanted = request.get_full_path() if request.method == "GET" else ""
    answer = redirect(f"{page}?{urlencode({'next': wanted})}" if wanted else page)
    answer["Cache-Control"] = "no-store"
    return answer
