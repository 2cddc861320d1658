"""How long a session of the back office lives: so long without a request, and so long at all."""

import time

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

BEGAN, SEEN = "began_at", "seen_at"  # seconds since 1970
SEEN_EVERY = 60  # seconds; to the second it would cost a write for every request


@receiver(user_logged_in)
def begin(sender, request, **kwargs) -> None:
    """A session counts from the sign-in."""
    request.session[BEGAN] = request.session[SEEN] = int(time.time())


class SessionAge:
    """Signs out who has been away longer than `SESSION_IDLE_MINUTES`, and everybody after `SESSION_HOURS`.

    Django's own age of a cookie begins anew with everything that is written into the session; ours does not.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Whoever has no cookie is nobody, and the pages for everybody ask no database for it.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            self._look_at(request)
        return self.get_response(request)

    def _look_at(self, request: HttpRequest) -> None:
        now, session = int(time.time()), request.session
        began, seen = session.get(BEGAN, 0), session.get(SEEN, 0)
        if now - began > settings.SESSION_COOKIE_AGE or now - seen > settings.SESSION_IDLE_SECONDS:
            logout(request)
        elif now - seen >= SEEN_EVERY:
            session[SEEN] = now
