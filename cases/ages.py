"""How long dossiers have been in work, in four groups: days since the reception, both ends included."""

from datetime import date, datetime, time, timedelta

from django.db.models import Q

from procedures.working_time import TZ

# Name of the group: its youngest and its oldest day.
AGES = {"to_5": (0, 5), "to_15": (6, 15), "to_30": (16, 30), "longer": (31, None)}


def received(age: str, day: date) -> Q:
    """Received so many days before that day."""
    youngest, oldest = AGES[age]
    found = Q(received_at__lt=_midnight(day - timedelta(days=youngest - 1)))
    if oldest is not None:
        found &= Q(received_at__gte=_midnight(day - timedelta(days=oldest)))
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=TZ)
