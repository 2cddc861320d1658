"""Wrong passwords are counted; the API takes none, it has tokens.

Ten for one account from one address close that account for that address for a quarter of an hour: colleagues
behind the same address, and the person itself elsewhere, still come in. Those counts are rows, so they
hold without Redis. Whoever tries many accounts from one address is slowed down by a count in Redis.
"""

import hashlib
import math

from axes.backends import AxesStandaloneBackend
from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import ngettext
from rest_framework.throttling import BaseThrottle, SimpleRateThrottle


class Guard(AxesStandaloneBackend):
    """Refuses before a password is looked at; a command without a request is no door."""

    def authenticate(self, request, username=None, password=None, **credentials):
        if request is None:
            return None
        return super().authenticate(request, username=username, password=password, **credentials)


class FailedSignIns(SimpleRateThrottle):
    """Wrong passwords from one address, for whatever accounts: asked before a password is checked."""

    scope = "sign-in"

    def __init__(self, request):
        super().__init__()
        self.key = self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}
        self.now = self.timer()
        known = self.cache.get(self.key, [])
        self.history = [moment for moment in known if moment > self.now - self.duration]

    def get_cache_key(self, request, view):
        return self.key

    @property
    def is_closed(self) -> bool:
        return len(self.history) >= self.num_requests

    def count(self) -> None:
        self.throttle_success()

    @property
    def seconds_to_wait(self) -> int:
        """Until the next password is looked at."""
        return math.ceil(self.wait() or self.duration)


def seconds_to_wait(request, username: str) -> int:
    """Until a password of this account is looked at again from this address; 0 = now."""
    if not AxesProxyHandler.is_allowed(request, {"username": username}):
        tries = AccessAttempt.objects.filter(
            username=account_of(request, {"username": username}), ip_address=address_of(request)
        )
        last = tries.aggregate(last=Max("attempt_time"))["last"] or timezone.now()
        left = last + settings.AXES_COOLOFF_TIME - timezone.now()
        return max(1, math.ceil(left.total_seconds()))
    failed = FailedSignIns(request)
    return failed.seconds_to_wait if failed.is_closed else 0


def closed_sentence(seconds: int) -> str:
    minutes = math.ceil(seconds / 60)
    return ngettext(
        "Too many wrong passwords. Wait %(minutes)s minute and try again.",
        "Too many wrong passwords. Wait %(minutes)s minutes and try again.",
        minutes,
    ) % {"minutes": minutes}


def address_of(request) -> str | None:
    """Where a request comes from; `X-Forwarded-For` counts only behind the proxy that writes it."""
    return BaseThrottle().get_ident(request)


def account_of(request, credentials: dict | None) -> str:
    """The account under which tries are counted: not readable, for people type passwords into the wrong field."""
    name = (credentials or {}).get("username") or ""
    return hashlib.sha256(name.casefold().encode(errors="replace")).hexdigest()


def wanted_page(request) -> str:
    """Where somebody wanted to go: an address of this site, never one of somebody else; else the first page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    here = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if here and wanted.startswith("/") else reverse("admin:index")


def is_staff_connected() -> bool:
    """Whether this installation has an identity provider for staff."""
    return bool(settings.OIDC_STAFF_ISSUER and settings.OIDC_STAFF_CLIENT_ID)
