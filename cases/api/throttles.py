"""How often somebody may ask. Counts are in Redis; without Redis everything is let through and logged."""

import hashlib
import logging
import math

from django.conf import settings
from redis import RedisError
from rest_framework.throttling import SimpleRateThrottle, UserRateThrottle

from cases.queries import tidy_code

logger = logging.getLogger(settings.DJANGO_REDIS_LOGGER)


def name_of(code: str) -> str:
    """A code of a dossier, however it was typed, as part of a key in Redis."""
    return hashlib.sha256((tidy_code(code) or code).encode(errors="replace")).hexdigest()


class Counted(SimpleRateThrottle):
    """So many in each span of time, counted by Redis in one round trip.

    The framework's own way reads a list of moments, adds one and writes it back: two round trips, longer the
    more often somebody asks, and of two at once one is not counted.
    """

    def allow_request(self, request, view) -> bool:
        if self.rate is None or (key := self.get_cache_key(request, view)) is None:
            return True
        span, since = divmod(self.timer(), self.duration)
        self.left = math.ceil(self.duration - since)
        name = str(self.cache.make_key(f"{key}:{span:.0f}"))
        try:
            with self.cache.client.get_client(write=True).pipeline(transaction=False) as pipe:
                count, _kept = pipe.incr(name).expire(name, self.duration).execute()
        except RedisError as error:
            logger.error("nobody is counted while Redis is away: %s", error)
            return True
        return count <= self.num_requests

    def wait(self) -> int:
        """Seconds until the next span."""
        return self.left


class Catalogue(Counted):
    """Reads of the public catalogue, by address."""

    scope = "catalogue"

    def get_cache_key(self, request, view):
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


class PublicPages(Catalogue):
    """Pages of the catalogue, of the desks and of the calculator, by address; a whole ward may share one."""

    scope = "pages"


class LookupByAddress(Catalogue):
    """All look-ups of one address, on the page and in the API together."""

    scope = "lookup"


class NoticesOfSystems(Catalogue):
    """What other systems tell by themselves (payments, consignments), by address: each has one or a few."""

    scope = "notices"


class PackagesOfInstallations(Catalogue):
    """Packages of other installations, by address."""

    scope = "exchange"


class VerifiedFiles(Catalogue):
    """Files that one address has compared with what was issued; each is looked into by a process of its own."""

    scope = "verify"


class TextsByPhone(Counted):
    """Look-ups by text message of one telephone, of which only a keyed hash is known here."""

    scope = "sms"

    def __init__(self, phone: str):
        super().__init__()
        self.phone = phone

    def get_cache_key(self, request, view):
        return self.cache_format % {"scope": self.scope, "ident": self.phone}


class FeedbackByAddress(Catalogue):
    """Feedback sent from one address; a ward's centre has one address for all its visitors."""

    scope = "feedback"


class FeedbackByCode(Counted):
    """Attempts to follow one piece of feedback, by number and address, whether it exists or not (R40)."""

    scope = "lookup-code"

    def get_cache_key(self, request, view):
        code, _secret = view.attempt(request)
        name = hashlib.sha256(code.encode(errors="replace")).hexdigest()
        return self.cache_format % {"scope": self.scope, "ident": f"{self.get_ident(request)}-{name}"}


class LookupByCode(Counted):
    """Attempts to prove to be the owner, by code and address; the view says what was tried.

    Right and wrong ones alike; what wrong ones cost beyond that is in `cases.api.backoff`.

    Counted by code alone, anybody could lock the real owner out with wrong secrets. Codes that do not
    exist are counted alike: a difference would tell which ones do (R40).
    """

    scope = "lookup-code"

    def get_cache_key(self, request, view):
        code, proof = view.attempt(request)
        if not proof.method:
            return None
        return self.cache_format % {
            "scope": self.scope,
            "ident": f"{self.get_ident(request)}-{name_of(code)}",
        }


class Filing(Counted, UserRateThrottle):
    """Attempts of one citizen to file; nobody fills the list of a desk by pressing a button."""

    scope = "filing"


class StaffThrottle(Counted, UserRateThrottle):
    """Requests of one member of staff or of one connected system."""

    scope = "staff"
