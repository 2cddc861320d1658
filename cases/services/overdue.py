"""What the workers do: flag, warn, draft, digest. Each is safe twice, in parallel and after a missed day.

Every run asks the facts and claims its work with one conditional statement, so that the cost follows
what is newly due, not what is stored, and a run that never happened is made up by the next (DESIGN §7).
"""

from collections import defaultdict
from collections.abc import Callable, Generator
from dataclasses import astuple, dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from cases import deadlines, errors
from cases.enums import EventKind, State
from cases.events import TOLD_OF, local_text, record, record_all
from cases.models import CalendarMove, Dossier, DossierEvent, Supplement
from cases.services.apologies import draft_apology, draft_together
from cases.services.at_work import agencies_at_work
from cases.services.base import locked
from cases.services.consultations import alert_late_consultations
from cases.services.escalating import climb_ladders
from cases.services.notices import notify_applicant, warn_of_due_date
from cases.services.one_by_one import WorkIncomplete, in_batches, one_by_one
from notifications.enums import LIVE_LETTER_STATES, LetterKind, LetterState, MessageKind
from notifications.models import Letter
from notifications.services.messages import enqueue
from procedures.calendars import calendar_for
from procedures.enums import Role
from procedures.models import Staff
from procedures.working_time import WorkCalendar, minute_of

FLAGGED_AT_ONCE = 1_000
DRAFTED_AT_ONCE = 500
DIGEST_HOUR = 7  # the beat's own hour, see onestop/celery.py


class SweepIncomplete(WorkIncomplete):
    """A sweep did everything that it could, and some of it failed; `counts` says what was done."""

    def __init__(self, counts: "SweepCounts", *, failed: int):
        super().__init__(done=sum(astuple(counts)), failed=failed)
        self.counts = counts


@dataclass(frozen=True, slots=True)
class SweepCounts:
    """What one run of all did."""

    flagged: int
    warned: int
    drafted: int
    reminded: int = 0
    alerted: int = 0
    escalated: int = 0


def sweep(now: datetime | None = None) -> SweepCounts:
    """Run them all once, without Celery, and the digest of a morning that was missed.

    Raises `SweepIncomplete` with the counts, after everything else was done.
    """
    failed = 0

    def count(work: Callable[[datetime | None], int]) -> int:
        nonlocal failed
        try:
            return work(now)
        except WorkIncomplete as error:
            failed += error.failed
            return error.done

    flagged, warned = count(flag_overdue), count(warn_due_soon)
    if timezone.localtime(now).hour >= DIGEST_HOUR:
        morning_digest(now)  # once per day and supervisor, whoever is first
    others = count(remind_supplements), count(alert_late_consultations), count(climb_ladders)
    counts = SweepCounts(flagged, warned, count(draft_apologies), *others)
    if failed:
        raise SweepIncomplete(counts, failed=failed)
    return counts


def flag_overdue(now: datetime | None = None) -> int:
    """Flag what has passed its due moment, with one event each; returns how many.

    A statement claims a batch of rows, their events follow in the same transaction: of two workers at once
    each row is one's, because the second waits for the row and then sees the flag. A batch that raises is
    done again one by one; raises `WorkIncomplete` at the end when some could not be flagged.
    """
    now = now or timezone.now()
    late = Dossier.objects.overdue(now).filter(overdue_flagged_at=None).order_by("pk")

    def flag(*keys: int) -> int:
        return _flag(late.filter(pk__in=keys), now)

    return in_batches("flag", _keys(late), lambda keys: flag(*keys), flag, size=FLAGGED_AT_ONCE)


@transaction.atomic
def _flag(late: QuerySet, now: datetime) -> int:
    # Without what people told: nothing of it is needed, and it may be unreadable.
    claimed = list(late.select_for_update(of=("self",)).only(*TOLD_OF))
    Dossier.objects.filter(pk__in=[dossier.pk for dossier in claimed]).update(overdue_flagged_at=now)
    rows = [(dossier, {"due": local_text(dossier.due_at)}) for dossier in claimed]
    record_all(EventKind.OVERDUE, rows, at=now)
    return len(claimed)


def _keys(dossiers: QuerySet) -> Generator[int]:
    yield from dossiers.values_list("pk", flat=True).iterator(chunk_size=FLAGGED_AT_ONCE)


def warn_due_soon(now: datetime | None = None) -> int:
    """Warn two and one working days before the due date (R29); returns how many warnings were added."""

    def warn(item: tuple[int, int]) -> int:
        pk, days_left = item
        dossier = Dossier.objects.running().with_people().filter(pk=pk).first()
        return warn_of_due_date(dossier, days_left=days_left) if dossier else 0

    return one_by_one("warn", _due_soon(timezone.localdate(now)), warn)


def _due_soon(today: date) -> Generator[tuple[int, tuple[int, int]]]:
    for agency, calendar in agencies_at_work().items():
        for days_left in (2, 1):
            day = calendar.working_day_after(today, days_left)
            start = datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())
            due = Dossier.objects.filter(competent_agency=agency).due_between(
                start, start + timedelta(days=1, microseconds=-1)
            )
            for pk in due.values_list("pk", flat=True).iterator(chunk_size=500):
                yield pk, (pk, days_left)


def draft_apologies(now: datetime | None = None) -> int:
    """Draft the apology of whatever is due within a working day or is overdue without one; returns how many.

    A limit so short that the day before lies before reception is drafted in its last hour (parameter),
    or every birth registration of the morning would leave a draft behind. Under the scope "dossier" a
    dossier that was rescheduled once gets no further draft: it could never be issued (T11).

    One dossier that cannot be drafted does not keep the others waiting: it is logged, the rest is done,
    and at the end `WorkIncomplete` says how many failed. Many are drafted at once, by
    what is due first; a batch that raises is done again one by one.
    """
    now = now or timezone.now()

    def is_near(dossier: Dossier, calendar: WorkCalendar) -> bool:
        return _apology_is_near(dossier, calendar, now)

    def together(keys: list[int]) -> int:
        return draft_together(keys, _without_apology(now), is_near)

    def draft(pk: int) -> int:
        dossier = _without_apology(now).filter(pk=pk).first()
        try:
            near = dossier is not None and is_near(dossier, calendar_for(dossier.competent_agency))
            return near and draft_apology(dossier)[1]
        except errors.NotPossibleNow:
            return 0  # somebody finished it between the query and the lock: nothing to apologise for

    return in_batches("draft", _near(now), together, draft, size=DRAFTED_AT_ONCE)


def _near(now: datetime) -> Generator[int]:
    """What is due within a working day and has no letter; one question for all agencies with the same days."""
    horizons = defaultdict(list)
    for agency, calendar in agencies_at_work().items():
        horizons[calendar.closing(calendar.working_day_after(timezone.localdate(now), 1))].append(agency)
    for horizon, agencies in sorted(horizons.items()):
        due = Dossier.objects.running().filter(
            ~Exists(_live_apologies()), competent_agency__in=agencies, due_at__lte=horizon
        )
        yield from _keys(due.order_by("due_at"))


def _live_apologies() -> QuerySet[Letter]:
    return Letter.objects.filter(
        kind=LetterKind.APOLOGY,
        reference=OuterRef("code"),
        cycle=OuterRef("cycle"),
        state__in=LIVE_LETTER_STATES,
    )


def _without_apology(now: datetime) -> QuerySet[Dossier]:
    waiting = Dossier.objects.running().filter(~Exists(_live_apologies()), ~_taken_back(now))
    if settings.RESCHEDULE_SCOPE == "dossier":
        waiting = waiting.filter(reschedules__isnull=True)
    return waiting


def _taken_back(now: datetime) -> Q:
    """A person cancelled the draft: it comes back once, when the due moment has passed all the same."""
    cancelled = Letter.objects.filter(
        ~Exists(
            # Withdrawn because the calendar moved the due date: no person took anything back.
            CalendarMove.objects.filter(
                dossier__code=OuterRef("reference"), cycle=OuterRef("cycle"), at__gte=OuterRef("cancelled_at")
            )
        ),
        ~Exists(
            # The same where the limit was extended, a period taken out of it, or an undo took the result
            # or an arrival back.
            DossierEvent.objects.filter(
                Q(kind__in=[EventKind.EXTENDED, EventKind.PERIOD_EXCLUDED])
                | Q(kind=EventKind.UNDONE, data__step=EventKind.RESULT_RECORDED)
                | Q(kind=EventKind.UNDONE, data__was__has_key="due"),
                dossier__code=OuterRef("reference"),
                at__gte=OuterRef("cancelled_at"),
            )
        ),
        kind=LetterKind.APOLOGY,
        reference=OuterRef("code"),
        cycle=OuterRef("cycle"),
        state=LetterState.CANCELLED,
    )
    still_in_time = Q(due_at__gte=minute_of(now)) & Exists(cancelled)
    return still_in_time | Exists(cancelled.filter(cancelled_at__gt=OuterRef("due_at")))


def _apology_is_near(dossier: Dossier, calendar: WorkCalendar, now: datetime) -> bool:
    apology_by = deadlines.apology_by(dossier.due_at, dossier.clock_started_at, calendar)
    if apology_by < dossier.due_at:
        return timezone.localdate(now) >= timezone.localdate(apology_by)
    return now >= dossier.due_at - timedelta(minutes=settings.APOLOGY_SHORT_LIMIT_MINUTES)


def morning_digest(now: datetime | None = None) -> int:
    """One message a day to each supervisor: what is overdue, due today and tomorrow; returns how many."""
    now = now or timezone.now()
    today = timezone.localdate(now)
    day_start = datetime.combine(today, time.min, tzinfo=timezone.get_default_timezone())
    added = 0
    people = Staff.objects.filter(role=Role.SUPERVISOR, is_active=True, agency__isnull=False).exclude(
        email=""
    )
    with translation.override(settings.LANGUAGE_CODE):
        for person in people.select_related("agency"):
            mine = Dossier.objects.of_agencies_of(person)
            tomorrow = calendar_for(person.workplace).working_day_after(today, 1)
            tomorrow_start = datetime.combine(tomorrow, time.min, tzinfo=timezone.get_default_timezone())
            day = timedelta(days=1, microseconds=-1)
            figures = {
                "overdue": mine.overdue(now).count(),
                "today": mine.due_between(max(now, day_start), day_start + day).count(),
                "tomorrow": mine.due_between(tomorrow_start, tomorrow_start + day).count(),
                "address": f"{settings.PUBLIC_URL}/quan-tri/",
            }
            message = enqueue(
                f"digest:{today:%Y%m%d}:{person.pk}",
                channel="email",
                recipient=person.email,
                subject=_("This morning: %(overdue)s overdue, %(today)s due today") % figures,
                body=_(
                    "Overdue: %(overdue)s\nDue today: %(today)s\nDue on the next working day: %(tomorrow)s\n%(address)s"
                )
                % figures,
                language=settings.LANGUAGE_CODE,
                kind=MessageKind.DIGEST,
            )
            added += message is not None
    return added


def remind_supplements(now: datetime | None = None) -> int:
    """Remind once of a supplement that has not come after so many working days (R28); returns how many.

    The text names the moment after which the dossier may be stopped. One that was answered meanwhile is
    never reminded: the dossier is locked and the row asked again.
    """
    now = now or timezone.now()
    days = settings.REMINDER_AFTER_WORKING_DAYS
    waiting = Supplement.objects.filter(
        answered_at=None,
        reminded_at=None,
        before_reception=False,
        dossier__state=State.SUPPLEMENT,
        asked_at__lte=now - timedelta(days=days),  # no working days are fewer calendar days
    )

    def remind(pk: int) -> int:
        supplement = Supplement.objects.select_related("dossier__competent_agency").get(pk=pk)
        calendar = calendar_for(supplement.dossier.competent_agency)
        over = deadlines.may_stop_after(supplement.asked_at, calendar, working_days=days)
        return deadlines.may_stop(now, over) and _remind(supplement, calendar, now)

    rows = ((dossier, pk) for dossier, pk in waiting.order_by("asked_at").values_list("dossier", "pk"))
    return one_by_one("remind", rows, remind)


@transaction.atomic
def _remind(supplement: Supplement, calendar: WorkCalendar, now: datetime) -> bool:
    dossier = locked(supplement.dossier)
    unanswered = Supplement.objects.filter(pk=supplement.pk, answered_at=None, reminded_at=None)
    if dossier.state != State.SUPPLEMENT or not unanswered.update(reminded_at=now):
        return False
    stop_after = deadlines.may_stop_after(
        supplement.asked_at, calendar, working_days=settings.CLOSE_AFTER_WORKING_DAYS
    )
    event = record(
        dossier,
        EventKind.SUPPLEMENT_REMINDED,
        at=now,
        items=supplement.items,
        stop_after=local_text(stop_after),
    )
    notify_applicant(dossier, event)
    return True
