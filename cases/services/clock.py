"""The clock of a dossier: its promise from the pure rules, and the runs of the internal steps."""

from contextlib import contextmanager
from datetime import date, datetime, time

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import deadlines, errors, ledger
from cases.events import local_text
from cases.facts import facts_of
from cases.limits import CannotCount, check_moment
from cases.models import Dossier, StepRun, Supplement
from procedures import regimes
from procedures.calendars import calendar_for
from procedures.enums import DESK_ROLES, Channel
from procedures.models import Agency, ProcedureStep


def counts_as_received_at(filed_at: datetime, *, desk: Agency, channel: str) -> datetime:
    """When a filing counts as received at the desk (R11); online the last minutes of a day may not."""
    last_minutes = settings.ONLINE_LAST_MINUTES if channel == Channel.ONLINE else 0
    return calendar_for(desk).counts_as_received_at(filed_at, last_minutes=last_minutes)


def check_not_too_old(moment: datetime, *, desk: Agency, field: str) -> None:
    """What happened is entered within a few working days (parameter); else `Invalid`.

    A number of a closed day, or a procedure that is no longer in force, must not be had by a date typed in.
    """
    calendar = calendar_for(desk)
    earliest = calendar.working_day_before(timezone.localdate(), settings.RECEPTION_BACKDATE_WORKING_DAYS)
    if timezone.localdate(moment) < earliest:
        raise errors.Invalid(
            _("The time %(moment)s is too long ago: a dossier is entered within %(days)s working days.")
            % {"moment": local_text(moment), "days": settings.RECEPTION_BACKDATE_WORKING_DAYS},
            code="too_long_ago",
            field=field,
        )


def expected_start(dossier: Dossier, counts_from: datetime) -> datetime:
    """From when the limit counts: from reception, or from the expected arrival at another agency (R15, T3).

    Under a mechanism that does not know the latter, reception at any desk starts the clock.
    """
    if dossier.competent_agency_id == dossier.receiving_desk_id or dossier.channel == Channel.ONLINE:
        return counts_from
    mechanism = regimes.mechanism_on(timezone.localdate(counts_from))
    if mechanism is None or not mechanism.clock_starts_at_competent_agency:
        return counts_from
    return deadlines.expected_arrival(counts_from, calendar_for(dossier.receiving_desk))


@contextmanager
def countable():
    """Facts that contradict each other, or that nothing follows from, are refused like all bad input."""
    try:
        yield
    except CannotCount as error:
        raise errors.Invalid(str(error), code="cannot_count") from error


def promise(dossier: Dossier, start: datetime) -> ledger.Clock:
    """The due date of this dossier's limit from that start, by the competent agency's calendar."""
    with countable():
        return ledger.clock(facts_of(dossier, started_at=start), calendar_for(dossier.competent_agency))


def check_answer(supplement: Supplement, now: datetime) -> None:
    """Refuse an answer that comes before its question, or while another one is still open."""
    others = supplement.dossier.supplements.exclude(pk=supplement.pk).filter(before_reception=False)
    waits = [ledger.Wait(*row) for row in others.values_list("asked_at", "answered_at")]
    with countable():
        ledger.check_waits([*waits, ledger.Wait(supplement.asked_at, now)])


def transfer_by(dossier: Dossier, received_at: datetime) -> datetime:
    """Until when the desk must hand over what it received at that moment (R16)."""
    online = dossier.channel == Channel.ONLINE
    return deadlines.transfer_by(received_at, calendar_for(dossier.receiving_desk), online=online)


def set_promise(dossier: Dossier, deadline: ledger.Clock) -> None:
    """The promise changes by reception and restart only (R31); whatever was flagged belongs to the old one."""
    dossier.clock_started_at = deadline.counts_as_received_at
    dossier.due_at = deadline.due_at
    dossier.due_is_provisional = deadline.provisional
    dossier.overdue_flagged_at = None


def begin_step(dossier: Dossier, step: ProcedureStep | None, *, at: datetime, unit, officer=None) -> StepRun:
    """Open the run of a step with its own due moment from its allowance (R18)."""
    due_at = None
    if step:
        allowance = deadlines.Limit(amount=step.amount, unit=step.unit, cutoff=None)
        due_at = deadlines.due_date(at, allowance, calendar_for(unit)).due_at
    return StepRun.objects.create(
        dossier=dossier,
        step=step,
        name=step.name_vi if step else "",
        unit=unit,
        officer=officer,
        started_at=at,
        due_at=due_at,
    )


def running_step(dossier: Dossier) -> StepRun | None:
    return dossier.step_runs.filter(done_at__isnull=True).select_related("step").first()


def end_step(dossier: Dossier, *, at: datetime, officer=None, note: str = "") -> StepRun | None:
    """Close the running step; who closed it is who did it."""
    run = running_step(dossier)
    if run:
        run.done_at = max(at, run.started_at)  # the clock of the server may have been put back
        run.officer = run.officer or officer
        run.note = note
        run.save(update_fields=["done_at", "officer", "note"])
    return run


def pass_step_on(dossier: Dossier, *, at: datetime, giver, receiver, note: str) -> StepRun | None:
    """The running step goes on in other hands and is due as before: its row ends, a new one begins (R17)."""
    ended = end_step(dossier, at=at, officer=giver, note=note)
    return ended and StepRun.objects.create(
        dossier=dossier,
        step=ended.step,
        name=ended.name,
        unit=ended.unit,
        officer=receiver,
        started_at=at,
        due_at=ended.due_at,
    )


def punctuality_in_words(run: StepRun | None) -> dict[str, str]:
    """What the event of a hand-over notes of the step that it closed: early, on time or late (R17)."""
    return {"punctuality": run.punctuality.value} if run and run.punctuality else {}


def unanswered_in_words(dossier: Dossier) -> dict[str, list[str]]:
    """What the event of the result notes of agencies that were asked and have not answered (R20)."""
    asked = dossier.consultations.waiting().select_related("agency")
    names = [consultation.agency.name_vi for consultation in asked]
    return {"unanswered": names} if names else {}


def first_step(dossier: Dossier) -> ProcedureStep | None:
    return dossier.version.steps.order_by("position").first()


def step_after(dossier: Dossier, run: StepRun | None) -> ProcedureStep | None:
    """The next internal step by position; None after the last."""
    if run is None or run.step is None:
        return None
    return dossier.version.steps.filter(position__gt=run.step.position).order_by("position").first()


def last_desk_step(dossier: Dossier) -> ProcedureStep | None:
    """The step in which the desk hands the result over, when the version has one after the first."""
    steps = list(dossier.version.steps.order_by("position"))
    return steps[-1] if len(steps) > 1 and steps[-1].role in DESK_ROLES else None


def countable_moment(moment: datetime, *, field: str) -> None:
    """Refuses (`Invalid`) a moment far from all calendars: one of the year 9999 would take half a minute to count."""
    try:
        check_moment(moment)
    except CannotCount as error:
        raise errors.Invalid(str(error), code="cannot_count", field=field) from error


def countable_day(day: date, *, field: str) -> None:
    """As `countable_moment`, for a whole day of Vietnam."""
    countable_moment(datetime.combine(day, time(), timezone.get_default_timezone()), field=field)
