"""How often somebody may ask. Counts are in Redis; without Redis everything is let through and logged."""

import hashlib

from rest_framework.throttling import SimpleRateThrottle, UserRateThrottle

from cases.queries import tidy_code


class Catalogue(SimpleRateThrottle):
    """Reads of the public catalogue, by address."""

    scope = "catalogue"

    def get_cache_key(self, request, view):
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


class LookupByAddress(Catalogue):
    """All look-ups of one address, on the page and in the API together."""

    scope = "lookup"


class LookupByCode(SimpleRateThrottle):
    """Attempts to prove to be the owner, by code and from wherever; the view says what was tried.

    Codes that do not exist are counted alike: a difference would tell which ones do (R40).
    """

    scope = "lookup-code"

    def get_cache_key(self, request, view):
        code, secret = view.attempt(request)
        if not secret:
            return None
        ident = hashlib.sha256((tidy_code(code) or code).encode(errors="replace")).hexdigest()
        return self.cache_format % {"scope": self.scope, "ident": ident}


class StaffThrottle(UserRateThrottle):
    """Requests of one member of staff or of one connected system."""

    scope = "staff"


class FailedSignIns(SimpleRateThrottle):
    """Wrong passwords for one name from one address: asked before a password is checked, counted after."""

    scope = "sign-in"

    def __init__(self, request, username: str):
        super().__init__()
        name = hashlib.sha256(username.encode(errors="replace")).hexdigest()
        self.key = self.cache_format % {"scope": self.scope, "ident": f"{self.get_ident(request)}-{name}"}
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
