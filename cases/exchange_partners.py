"""Which agencies work in another installation, and what that one is known by: as configured (R20)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.connections.exchange.package import Limits
from cases.connections.exchange.signatures import BadKey, Key, certificates_of, key_of
from procedures.models import Agency

ENDS_SOON = timedelta(days=30)  # partners need the new certificate before the old one ends


@dataclass(frozen=True, slots=True)
class Partner:
    """Another installation: the agency `unit` and all below it work there. Without a `url` packages go by hand."""

    unit: str
    url: str
    certificates: tuple[x509.Certificate, ...]


@dataclass(frozen=True, slots=True)
class Validity:
    """When a certificate holds: aware moments, Asia/Ho_Chi_Minh."""

    begins: datetime
    ends: datetime

    def ends_soon(self, now: datetime) -> bool:
        """Within `ENDS_SOON`, or it does not hold now."""
        return not self.begins <= now < self.ends - ENDS_SOON


def is_connected() -> bool:
    return bool(settings.EXCHANGE_PARTNERS)


def partners() -> list[Partner]:
    """All that are configured. Raises `BadKey` for a certificate that cannot be read."""
    return [_partner(unit) for unit in settings.EXCHANGE_PARTNERS]


def partner_named(unit: str) -> Partner | None:
    """Raises `BadKey`."""
    return _partner(unit) if unit in settings.EXCHANGE_PARTNERS else None


def unit_of(agency: Agency) -> str:
    """The installation where this agency works; empty: here."""
    if not is_connected():
        return ""
    line = agency.ancestors(include_self=True).values_list("identifier", flat=True)
    units = set(settings.EXCHANGE_PARTNERS)
    return next((identifier for identifier in reversed(line) if identifier in units), "")


def own_key() -> Key:
    """Raises `BadKey`."""
    return _key(*_stamped(settings.EXCHANGE_PKCS12), settings.EXCHANGE_PASSPHRASE)


def own_certificate() -> "Validity":
    """Until when we may sign. Raises `BadKey`."""
    certificate = own_key().certificate
    return Validity(
        *map(timezone.localtime, (certificate.not_valid_before_utc, certificate.not_valid_after_utc))
    )


def limits() -> Limits:
    return Limits(size=settings.EXCHANGE_MAX_BYTES)


def _partner(unit: str) -> Partner:
    known = settings.EXCHANGE_PARTNERS[unit]
    return Partner(unit, known.get("url", ""), _certificates(*_stamped(known["certificate"])))


def _stamped(path: str) -> tuple[str, int]:
    """With the moment of its last change: a file that is replaced counts at once."""
    try:
        return path, Path(path).stat().st_mtime_ns
    except OSError as error:
        raise BadKey(
            _("A key or certificate of the exchange cannot be read: %(why)s.") % {"why": error.strerror}
        ) from error


@lru_cache(maxsize=64)
def _certificates(path: str, _changed: int) -> tuple[x509.Certificate, ...]:
    return tuple(certificates_of(Path(path).read_bytes()))


@lru_cache(maxsize=4)
def _key(path: str, _changed: int, passphrase: str) -> Key:
    return key_of(Path(path).read_bytes(), passphrase)
