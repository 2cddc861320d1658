"""The time of one dossier from reception to end, and who used it (R27); read from the stored facts."""

from datetime import datetime

from django.utils import timezone

from cases.enums import EventKind, State
from cases.models import Dossier
from cases.responsibility import Asked, Split, TimelineFacts, Wait, WaitGround, Work, split
from procedures.calendars import calendar_for
from procedures.working_time import WorkCalendar

# What `responsibility_of` asks for, for whoever shows it of many dossiers at once.
OF_MANY = ("supplements", "consultations__agency", "step_runs__unit", "step_runs__officer")


def responsibility_of(
    dossier: Dossier,
    calendar: WorkCalendar | None = None,
    *,
    now: datetime | None = None,
    prefetched: bool = False,
) -> Split | None:
    """The time divided among applicant, other agencies and the agency; None before reception.

    It ends when the result is ready and nothing is owed, or when the dossier is stopped; until then it
    goes on to `now`. Working minutes follow the calendar of the competent agency. `prefetched`: the rows
    of `OF_MANY` were read for all dossiers together.
    """
    if dossier.received_at is None:
        return None
    calendar, now = calendar or calendar_for(dossier.competent_agency), now or timezone.now()
    return split(timeline_of(dossier, now=now, prefetched=prefetched), calendar, now=now)


def timeline_of(dossier: Dossier, *, now: datetime | None = None, prefetched: bool = False) -> TimelineFacts:
    """The facts of an accepted dossier, as they are known at `now`."""
    consultations, runs = dossier.consultations.all(), dossier.step_runs.all()
    if not prefetched:
        consultations, runs = consultations.select_related("agency"), runs.select_related("unit", "officer")
    # A result that was taken back was settled too; the last time counts, while it holds.
    settled = None
    if dossier.state in {State.PAID, State.RETURNED}:
        known = dossier.events.filter(kind=EventKind.SETTLED, at__lte=now or timezone.now())
        settled = known.values_list("at", flat=True).last()
    waits = [
        Wait(row.asked_at, row.answered_at or dossier.ended_at)
        for row in dossier.supplements.all()
        if not row.before_reception
    ]
    if dossier.finished_at:
        # A result that waits for its fee waits for the applicant (T20).
        waits.append(Wait(dossier.finished_at, settled, WaitGround.FEE))
    return TimelineFacts(
        received_at=dossier.received_at,
        ended_at=settled or dossier.ended_at,
        unit=dossier.holder_unit,
        waits=waits,
        consultations=[
            Asked(row.agency, row.asked_at, row.answered_at) for row in consultations if row.asked_at
        ],
        steps=[Work(run.unit, run.officer, run.started_at, run.done_at) for run in runs],
    )
