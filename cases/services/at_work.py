"""Agencies that have something to do, for the runs that go through all of them."""

from collections.abc import Iterator

from cases.models import Dossier
from procedures.calendars import calendar_for
from procedures.models import Agency
from procedures.working_time import WorkCalendar


def agencies_at_work() -> Iterator[tuple[Agency, WorkCalendar]]:
    """Agencies with running dossiers, each with its calendar."""
    ids = Dossier.objects.running().order_by().values("competent_agency").distinct()
    for agency in Agency.objects.filter(pk__in=ids):
        yield agency, calendar_for(agency)
