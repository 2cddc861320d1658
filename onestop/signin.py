"""Wrong passwords are counted alike wherever they are tried: in the back office and over the API.

Counts are in Redis; without Redis everybody may try, and the cache says so in the log.
"""

import hashlib
import math

from rest_framework.throttling import SimpleRateThrottle


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

    @property
    def seconds_to_wait(self) -> int:
        """Until the next password is looked at."""
        return math.ceil(self.wait() or self.duration)
