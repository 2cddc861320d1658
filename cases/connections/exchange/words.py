"""The words of the exchange between installations (R20); pure."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """What a package is for."""

    REQUEST = "request", _("Request")
    ANSWER = "answer", _("Answer")
    WITHDRAWAL = "withdrawal", _("Withdrawal")
    RECEIPT = "receipt", _("Receipt")


class Sending(TextChoices):
    """How a message to another installation stands."""

    WAITING = "waiting", _("Waiting")
    DELIVERED = "delivered", _("Delivered")
    REFUSED = "refused", _("Turned down")
    PARKED = "parked", _("Parked")
    GIVEN_UP = "given_up", _("Given up for good")


# Nothing waits behind these any more.
SETTLED = frozenset({Sending.DELIVERED, Sending.GIVEN_UP})
# What a person has to look at.
STANDING_STILL = frozenset({Sending.REFUSED, Sending.PARKED})
SENDING_COLOURS = {
    Sending.WAITING: "info",
    Sending.DELIVERED: "success",
    Sending.REFUSED: "danger",
    Sending.PARKED: "warning",
    Sending.GIVEN_UP: "default",
}


class Outcome(TextChoices):
    """What became of a package where it arrived; also the word of its receipt."""

    TAKEN = "taken", _("Taken in")
    TOO_LATE = "too_late", _("Not needed any more")
    REFUSED = "refused", _("Turned down")


OUTCOME_COLOURS = {Outcome.TAKEN: "success", Outcome.TOO_LATE: "default", Outcome.REFUSED: "danger"}
