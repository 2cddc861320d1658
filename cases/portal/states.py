"""How it stands with what the national portal is told of a dossier, and with what it hands over; pure."""

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

# After each failed attempt in turn; the last one again and again, until somebody parks it.
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))


class PortalState(TextChoices):
    """How a dossier stands with the portal (R46)."""

    WAITING = "waiting", _("Waiting")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused by the portal")
    PARKED = "parked", _("Parked")


# What waits for a person.
STANDING_STILL = (PortalState.REFUSED, PortalState.PARKED)

PORTAL_COLOURS = {
    PortalState.WAITING: "info",
    PortalState.ACCEPTED: "success",
    PortalState.REFUSED: "danger",
    PortalState.PARKED: "warning",
}


class MessageKind(TextChoices):
    """The two messages of each step, in this order."""

    DOSSIER = "dossier", _("Dossier message")
    STEP = "step", _("Progress message")


class MessageState(TextChoices):
    """What became of one message; `dropped`: replaced by others before it was accepted."""

    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    DROPPED = "dropped", _("Dropped")


class FilingState(TextChoices):
    """What became of a filing that the portal handed over."""

    TAKEN = "taken", _("Taken over")
    BAD = "bad", _("Not taken over")


class FileState(TextChoices):
    """What became of a file of such a filing."""

    WAITING = "waiting", _("Not fetched yet")
    THERE = "there", _("Fetched")
    REFUSED = "refused", _("Cannot be taken")


class DifferenceKind(TextChoices):
    """In what the portal differs from here."""

    UNKNOWN = "unknown", _("Not known there")
    STATUS = "status", _("Status")
    DUE = "due", _("Due date")


def back_off(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts."""
    return BACK_OFF[min(max(attempts, 1), len(BACK_OFF)) - 1]
