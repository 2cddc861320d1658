"""Days that can be right in the catalogue: deadlines are counted from them (R4), in a calendar that has an end."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

EARLIEST, LATEST = POSSIBLE = (
    date(1990, 1, 1),
    date(2100, 1, 1),
)  # from before they were refused there may be others


def is_possible(day: date) -> bool:
    return EARLIEST <= day <= LATEST


def possible(day: date) -> None:
    """Of a field that somebody fills in. Raises `ValidationError`."""
    if not is_possible(day):
        raise ValidationError(impossible(day))


def impossible(day: date) -> str:
    return _("%(day)s is no day that can be right: write one from %(first)s to %(last)s.") % {
        "day": f"{day.day:02d}/{day.month:02d}/{day.year:04d}",
        "first": f"{EARLIEST:%d/%m/%Y}",
        "last": f"{LATEST:%d/%m/%Y}",
    }
