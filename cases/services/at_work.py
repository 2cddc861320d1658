"""Agencies that have something to do, for the runs that go through all of them."""

from django.db.models import Exists, OuterRef

from cases.models import Dossier
from procedures.calendars import calendars_for
from procedures.models import Agency
from procedures.working_time import WorkCalendar


def agencies_at_work() -> dict[Agency, WorkCalendar]:
    """Agencies with running dossiers, each with its calendar; a few queries, however many there are."""
    # Each agency looks into its own running ones and stops at the first, instead of going through all.
    at_work = Agency.objects.filter(Exists(Dossier.objects.running().filter(competent_agency=OuterRef("pk"))))
    agencies = {agency.pk: agency for agency in at_work}
    return {agencies[pk]: calendar for pk, calendar in calendars_for(agencies.values()).items()}
