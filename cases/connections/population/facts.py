"""What is asked of the population database, and what it says; pure."""

from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Purpose(TextChoices):
    """Why somebody is looked up; their codes at the other side are configured (`POPULATION_PURPOSES`)."""

    SETTLE = "settle", _("Settling this procedure")
    IDENTIFY = "identify", _("Identity of the person at the desk")


class Asked(TextChoices):
    """What is asked: the data of the person, or only whether what was typed is right."""

    RETRIEVE = "retrieve", _("Data")
    CONFIRM = "confirm", _("Confirmation")


class Outcome(TextChoices):
    """What came of a look-up."""

    ASKED = "asked", _("Asked, and it is not known what came of it")
    FOUND = "found", _("Answered")
    UNKNOWN = "unknown", _("Nobody has this number")
    MISMATCH = "mismatch", _("Name or date of birth do not match")
    DECEASED = "deceased", _("Registered as deceased")
    REFUSED = "refused", _("Refused by the other side")
    FAILED = "failed", _("No answer")


# The fields of a reception that the database vouches for, in the order in which they are told.
FIELDS = {"full_name": _("name"), "id_number": _("number"), "address": _("address")}


@dataclass(frozen=True, slots=True)
class Question:
    """One person, one purpose, one clerk; `has_consent` is what the person told the clerk."""

    request_id: str
    asked: Asked
    purpose: str
    number: str
    has_consent: bool
    staff: str
    unit: str
    procedure: str
    full_name: str = ""
    birth_date: date | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """`confirmed` are fields that were typed and are right; name and address only where data were asked for."""

    outcome: Outcome
    confirmed: tuple[str, ...] = ()
    full_name: str = ""
    address: str = ""
