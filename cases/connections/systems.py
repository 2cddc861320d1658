"""Which systems there are around this one, and how a connection to one stands; pure."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class System(TextChoices):
    """A system that works with this one (hệ thống kết nối); section 1 of the requirements names them."""

    PORTAL = "portal", _("National Public Service Portal")
    PROCEDURES = "procedures", _("National Database on Administrative Procedures")
    POPULATION = "population", _("National Population Database")
    CIVIL_STATUS = "civil_status", _("Civil status database")
    BUSINESS = "business", _("Business registration database")
    PERSONAL_STORE = "personal_store", _("Personal data store")
    PAYMENT = "payment", _("Payment platform")
    POST = "post", _("Public postal service")
    EXCHANGE = "exchange", _("Document exchange of agencies")
    VNEID = "vneid", _("VNeID, electronic identification")
    SIGNATURES = "signatures", _("Digital signatures")
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")
    ZALO = "zalo", _("Zalo OA")


def name_of(system: str, partner: str = "") -> str:
    """A connection for people; `partner` where a system is several installations."""
    return " – ".join(filter(None, [str(System(system).label), partner]))


class Health(TextChoices):
    """How a connection stands."""

    NOT_CONNECTED = "not_connected", _("Not connected")
    UNTRIED = "untried", _("Not tried yet")
    WORKING = "working", _("Working")
    FAILING = "failing", _("Failing")


HEALTH_COLOURS = {
    Health.NOT_CONNECTED: "default",
    Health.UNTRIED: "info",
    Health.WORKING: "success",
    Health.FAILING: "danger",
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a system has still to be told: `count` waits by itself, `refused` waits for a person."""

    count: int = 0
    refused: int = 0
    oldest: datetime | None = None


def health_of(
    *, is_configured: bool, last_success: datetime | None, failing_since: datetime | None
) -> Health:
    """Failing as long as the last call failed, whatever was before."""
    if not is_configured:
        return Health.NOT_CONNECTED
    if failing_since is not None:
        return Health.FAILING
    return Health.UNTRIED if last_success is None else Health.WORKING
