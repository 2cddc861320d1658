"""The office as it stood at a past moment, told from the events; for inspection (`?as_of=`).

What counts is what had been recorded by then: a reception entered a day later was not there yet, and a due date
that was moved later stands where it stood. An event says what it replaced, so the due date of then is what the
first later event replaced, or, when there is none, the one of now.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    DateTimeField,
    Exists,
    F,
    Func,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import ages
from cases.apologies_due import last_moment_today
from cases.archive.reading import last_day
from cases.enums import ACCEPTED_STATES, FINAL_STATES, RUNNING_STATES, EventKind, State
from cases.errors import Invalid
from cases.events import local_text
from cases.models import Dossier, DossierEvent, Handover, Reschedule, StepRun, Supplement
from cases.morning import MOST_OFFICERS, Load
from notifications.enums import LetterKind
from notifications.models import Letter
from procedures.calendars import calendar_for
from procedures.models import Agency, Staff
from procedures.working_time import TZ, minute_of

DAY_FORMS, MOMENT_FORMS = ("%d/%m/%Y",), ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S")
RUNNING = sorted(RUNNING_STATES)
IN_WORK = sorted(RUNNING_STATES | {State.SUPPLEMENT})
IN_THE_OFFICE = sorted(ACCEPTED_STATES - FINAL_STATES)
# Whoever did one of these held the dossier from then on.
_TAKES = (EventKind.RECEIVED, EventKind.STARTED)
_GIVES = (EventKind.HANDED_OVER, EventKind.ASSIGNED)
_LEAVES_TO_NOBODY = (
    EventKind.DIGITIZED,
    EventKind.RESULT_RECORDED,
    EventKind.RETURNED,
    EventKind.WITHDRAWN,
    EventKind.STOPPED,
)


# The moment -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Past:
    """A moment that has passed, and how an address says it."""

    moment: datetime
    text: str

    @property
    def minute(self) -> datetime:
        """Times are compared in minutes, as they are printed (T7)."""
        return minute_of(self.moment)

    @property
    def day(self) -> date:
        return timezone.localdate(self.moment)

    def __str__(self) -> str:
        return local_text(self.moment)


def past_moment(text: str) -> Past:
    """The end of a day such as `31/12/2026` or `2026-12-31`, or the moment of it with a time; in Việt Nam.

    Raises `Invalid` for what is no moment, has not passed yet, or lies before the first dossier or in years
    of which dossiers are in the archive.
    """
    text = text.strip()
    moment = _read(text)
    if moment is None:
        raise Invalid(
            _("“%(text)s” is no day. Write it as %(day)s, with a time as %(moment)s.")
            % {"text": text[:40], "day": "31/12/2026", "moment": "31/12/2026 17:00"},
            code="no_moment",
            field="as_of",
        )
    if moment > timezone.now():
        raise Invalid(
            _("%(text)s is not over yet. Choose a day that has passed, or add a time that has passed.")
            % {"text": text},
            code="future_time",
            field="as_of",
        )
    closed = last_day()
    if closed and moment < datetime.combine(closed + timedelta(days=1), time(), tzinfo=TZ):
        raise Invalid(
            _("Dossiers of that time are in the archive. The office can be shown as it stood after %(day)s.")
            % {"day": f"{closed:%d/%m/%Y}"},
            code="archived",
            field="as_of",
        )
    first = Dossier.objects.aggregate(first=Min("received_at"))["first"]
    if first is None or moment < first:
        raise Invalid(
            _("On %(text)s nothing had been received yet. The first dossier came at %(first)s.")
            % {"text": text, "first": local_text(first) if first else "–"},
            code="before_the_first",
            field="as_of",
        )
    return Past(moment, text)


def _read(text: str) -> datetime | None:
    if day := _day(text):
        return datetime.combine(day, time.max, tzinfo=TZ)
    try:
        moment = _first_that_fits(text, MOMENT_FORMS) or datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=TZ)


def _day(text: str) -> date | None:
    if found := _first_that_fits(text, DAY_FORMS):
        return found.date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _first_that_fits(text: str, forms: tuple[str, ...]) -> datetime | None:
    for form in forms:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the zone comes with `_read`
        except ValueError:
            continue
    return None


# The facts of then ------------------------------------------------------------------------------------


def with_facts_then(found: QuerySet[Dossier], past: Past) -> QuerySet[Dossier]:
    """Annotates what was recorded by then: `state_then` (None: nothing), `due_then`, `finished_then`,
    `cycle_then` and `holder_then`, the id of the person; and whether the clock was started anew since.
    """
    return found.annotate(
        state_then=Subquery(_moves(past).values("to_state")[:1]),
        due_then=Coalesce(Subquery(_replaced_later(past)), "due_at"),
        finished_then=Subquery(_results(past)),
        cycle_then=F("cycle") - Coalesce(Subquery(_later_cycles(past)), 0),
        holder_then=Subquery(_holders(past)),
        restarted_since=Exists(_restarts_later(past)),
    )


def in_the_office(
    found: QuerySet[Dossier], past: Past, states: Collection[str] = IN_THE_OFFICE
) -> QuerySet[Dossier]:
    """Those among these that were received and had not ended, in one of these states; with the facts of then."""
    return with_facts_then(found.there_at(past.moment), past).filter(state_then__in=states)


def in_work_then(found: QuerySet[Dossier], past: Past) -> QuerySet[Dossier]:
    """Somebody still had to do something for the result: the agency, or the applicant."""
    return in_the_office(found, past, IN_WORK)


def running_then(found: QuerySet[Dossier], past: Past) -> QuerySet[Dossier]:
    """The clock of the agency ran."""
    # The first condition is one of the row itself: what had its result by then needs no look at its events.
    unfinished = Q(finished_at=None) | Q(finished_at__gt=past.moment)
    return in_the_office(found, past, RUNNING).filter(unfinished, finished_then=None)


def overdue_then(found: QuerySet[Dossier], past: Past) -> QuerySet[Dossier]:
    """Past their due moment of then without a result."""
    return running_then(found, past).filter(due_then__lt=past.minute)


def due_on_working_day_then(
    found: QuerySet[Dossier], past: Past, agency: Agency | None, days_ahead: int
) -> QuerySet[Dossier]:
    """Running and not yet overdue, due on that working day of the agency, 0 = the day of then."""
    start = _midnight(_working_day(past, agency, days_ahead))
    end = start + timedelta(days=1, microseconds=-1)
    return running_then(found, past).filter(due_then__gte=max(start, past.minute), due_then__lte=end)


def received_that_day(found: QuerySet[Dossier], past: Past) -> QuerySet[Dossier]:
    """Received on the day of then and recorded by then."""
    recorded = DossierEvent.objects.filter(
        dossier=OuterRef("pk"), kind=EventKind.RECEIVED, at__lte=past.moment
    )
    start = _midnight(past.day)
    return with_facts_then(found, past).filter(
        Exists(recorded), received_at__gte=start, received_at__lt=start + timedelta(days=1)
    )


def with_open_apology_then(found: QuerySet[Dossier], past: Past) -> QuerySet[Dossier]:
    """In the office with a drafted or approved apology that waited for the head."""
    return in_the_office(found, past).filter(_open_apology(past))


def apologies_to_send_then(found: QuerySet[Dossier], past: Past) -> QuerySet[Dossier]:
    """Whose apology was in time on that day and no longer (R29), as `cases.apologies_due` says it of today.

    What has started anew since counts as if its clock had started at the reception.
    """
    running = running_then(found, past).annotate(
        clock_then=Case(When(restarted_since=True, then="received_at"), default="clock_started_at")
    )
    return running.exclude(_rescheduled_by(past)).filter(
        last_moment_today(running, past.moment, due="due_then", clock="clock_then")
    )


def _rescheduled_by(past: Past) -> Exists:
    """A second letter could never have been issued (R30)."""
    reschedules = Reschedule.objects.filter(dossier=OuterRef("pk"), at__lte=past.moment)
    if settings.RESCHEDULE_SCOPE == "cycle":
        reschedules = reschedules.filter(cycle=OuterRef("cycle_then"))
    return Exists(reschedules)


def _open_apology(past: Past) -> Exists:
    not_yet = Q(issued_at=None) | Q(issued_at__gt=past.moment)
    not_dropped = Q(cancelled_at=None) | Q(cancelled_at__gt=past.moment)
    return Exists(
        Letter.objects.filter(
            not_yet,
            not_dropped,
            kind=LetterKind.APOLOGY,
            reference=OuterRef("code"),
            cycle=OuterRef("cycle_then"),
            drafted_at__lte=past.moment,
        )
    )


def work_by_age_then(found: QuerySet[Dossier], past: Past) -> dict[str, int]:
    """How many were in work, by the groups of `cases.ages`."""
    counts = {name: Count("pk", filter=ages.received(name, past.day)) for name in ages.AGES}
    return in_work_then(found, past).order_by().aggregate(**counts)


def load_then(found: QuerySet[Dossier], past: Past) -> list[Load]:
    """Who held the most, at most fifteen people."""
    late = Q(state_then__in=RUNNING, finished_then=None, due_then__lt=past.minute)
    held = in_the_office(found, past).filter(holder_then__isnull=False).order_by().values_list("holder_then")
    rows = list(
        held.annotate(n=Count("pk"), late=Count("pk", filter=late)).order_by("-n", "holder_then")[
            :MOST_OFFICERS
        ]
    )
    people = Staff.objects.select_related("agency").in_bulk([pk for pk, _held, _late in rows])
    return [Load(people[pk], n, late) for pk, n, late in rows]


def _working_day(past: Past, agency: Agency | None, days_ahead: int) -> date:
    return calendar_for(agency).working_day_after(past.day, days_ahead) if days_ahead else past.day


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=TZ)


# What the events say, each a question to those of one dossier -------------------------------------------


def _events(past: Past) -> QuerySet[DossierEvent]:
    """Those by then, the last first."""
    return DossierEvent.objects.filter(dossier=OuterRef("pk"), at__lte=past.moment).order_by("-at", "-pk")


def _moves(past: Past) -> QuerySet[DossierEvent]:
    """As `DossierEvent.changes_state` says it of one."""
    return _events(past).filter(
        Q(kind=EventKind.SUBMITTED) | (~Q(from_state="") & ~Q(from_state=F("to_state")))
    )


def _results(past: Past) -> QuerySet:
    """When the result was recorded that stood then; None when it had been taken back."""
    recorded, taken_back = EventKind.RESULT_RECORDED, Q(kind=EventKind.UNDONE)
    found = _events(past).filter(Q(kind=recorded) | (taken_back & Q(data__step=recorded.value)))
    return found.values(then=Case(When(kind=recorded, then="at"), output_field=DateTimeField()))[:1]


class _Noted(Func):
    """A moment that an event notes in words, dd/mm/yyyy hh:mm in Việt Nam."""

    template = (
        "(TO_TIMESTAMP(%(expressions)s, 'DD/MM/YYYY HH24:MI')::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh')"
    )
    output_field = DateTimeField()


def _replaced_later(past: Past) -> QuerySet:
    """The due date that the first later change replaced; an undone one is noted with what was taken back."""
    old = Coalesce(KeyTextTransform("old_due", "data"), KeyTextTransform("due", KeyTransform("was", "data")))
    later = DossierEvent.objects.filter(dossier=OuterRef("pk"), at__gt=past.moment)
    changes = later.annotate(old=old).filter(old__isnull=False).order_by("at", "pk")
    return changes.values(then=_Noted("old"))[:1]


def _restarts_later(past: Past) -> QuerySet[DossierEvent]:
    """By a completion, or the arrival at another agency, or the undoing of that (R15, R31)."""
    kinds = [EventKind.RESUMED, EventKind.DIGITIZED, EventKind.UNDONE]
    return DossierEvent.objects.filter(dossier=OuterRef("pk"), at__gt=past.moment, kind__in=kinds)


def _later_cycles(past: Past) -> QuerySet:
    """How many completion cycles began afterwards."""
    answers = Supplement.objects.filter(
        dossier=OuterRef("pk"), before_reception=False, answered_at__gt=past.moment
    )
    return answers.order_by().values("dossier").annotate(n=Count("pk")).values("n")


def _holders(past: Past) -> QuerySet:
    """Who held it: by the last event that gave it to somebody or took it from everybody.

    Taking over and reception name the person; who was given it stands in the step that ran from then on, or
    in the hand-over to a substitute. A step is not emptied of its officer again, but by undoing a take-over.
    """
    in_hand = {"dossier": OuterRef("dossier"), "at__lte": OuterRef("at")}
    runs = StepRun.objects.filter(dossier=OuterRef("dossier"), started_at__lte=OuterRef("at"))
    officer = Subquery(runs.order_by("-started_at", "-pk").values("officer")[:1])
    handovers = Handover.objects.filter(**in_hand).order_by("-at", "-pk")
    starts = DossierEvent.objects.filter(**in_hand, kind=EventKind.STARTED).order_by("-at", "-pk")
    assigned = Case(When(data__assigned=True, then="actor"))
    undoing = Q(kind=EventKind.UNDONE)
    takeover = undoing & Q(data__step=EventKind.STARTED.value)
    holders = _events(past).filter(
        kind__in=[*_TAKES, *_GIVES, *_LEAVES_TO_NOBODY, EventKind.SUBSTITUTED, EventKind.UNDONE]
    )
    return holders.values(
        then=Case(
            When(kind__in=_TAKES, then="actor"),
            When(kind=EventKind.SUBSTITUTED, then=Subquery(handovers.values("receiver")[:1])),
            # What had been assigned stays with whom it was assigned to; else it is nobody's again.
            When(takeover, then=Subquery(starts.values(then=assigned)[:1])),
            When(Q(kind__in=_GIVES) | undoing, then=officer),
            output_field=BigIntegerField(),
        )
    )[:1]
