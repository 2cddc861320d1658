"""Which letters of apology must go out, and which should have gone out and did not (R29, R33); asked of all
dossiers at once.

The law wants the letter at the latest one day before the due date. `cases.deadlines.apology_by` says until
when for one dossier; here the same is said as a condition of the database, one for each calendar.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from cases.models import Dossier
from notifications.enums import LetterKind
from notifications.models import Letter
from procedures.calendars import calendars_for
from procedures.models import Agency
from procedures.working_time import WorkCalendar, local, minute_of

TODAY, LATE, EARLY = range(3)  # the order of the list: what can still be in time comes first


@dataclass(frozen=True, slots=True)
class _Bounds:
    """What one calendar says at this moment.

    Whatever is due before `late_until` should have its letter, unless its clock started at `short_from` or
    later: then the letter may come until the due moment. What is due before `today_until`, and started
    before `closes`, has its last moment today; None on a day off and after closing.
    """

    late_until: datetime
    short_from: datetime
    today_until: datetime | None
    closes: datetime | None


def should_have_gone_out(dossiers: QuerySet[Dossier], now: datetime | None = None) -> QuerySet[Dossier]:
    """Those among these that wait for a letter whose last moment is over, drafted or not."""
    now = now or timezone.now()
    return _without_letter(dossiers).filter(_late(_bounds(dossiers.running(), now), now))


def must_go_out_today(dossiers: QuerySet[Dossier], now: datetime | None = None) -> QuerySet[Dossier]:
    """Those among these whose letter is in time today and no longer."""
    now = now or timezone.now()
    return _without_letter(dossiers).filter(last_moment_today(dossiers.running(), now))


def last_moment_today(
    running: QuerySet[Dossier], now: datetime, *, due: str = "due_at", clock: str = "clock_started_at"
) -> Q:
    """The condition that the last moment for the letter lies on this day and has not passed.

    `due` and `clock` name the moments that are asked, those of now unless a past day is looked at.
    """
    return _today(_bounds(running, now), now, due, clock)


def waiting_letters(dossiers: QuerySet[Dossier], now: datetime | None = None) -> QuerySet[Dossier]:
    """Both, and what else has a draft: each with its `rank` (`TODAY`, `LATE`, `EARLY`), in this order."""
    now = now or timezone.now()
    bounds = _bounds(dossiers.running(), now)
    drafts = Letter.objects.open().filter(kind=LetterKind.APOLOGY)
    # The list of their codes is read once, and only what is on it asked for the cycle.
    has_draft = Q(code__in=drafts.order_by().values("reference")) & Q(
        Exists(drafts.filter(reference=OuterRef("code"), cycle=OuterRef("cycle")))
    )
    today, late = _today(bounds, now), _late(bounds, now)
    rank = Case(
        When(today, then=Value(TODAY)),
        When(late, then=Value(LATE)),
        default=Value(EARLY),
        output_field=IntegerField(),
    )
    found = _without_letter(dossiers).filter(today | late | has_draft)
    return found.annotate(rank=rank).order_by("rank", "due_at", "pk")


def _without_letter(dossiers: QuerySet[Dossier]) -> QuerySet[Dossier]:
    """Running, and not yet rescheduled: a second letter could never be issued (R30)."""
    reschedules = Dossier._meta.get_field("reschedules").related_model.objects.filter(dossier=OuterRef("pk"))
    if settings.RESCHEDULE_SCOPE == "cycle":
        reschedules = reschedules.filter(cycle=OuterRef("cycle"))
    return dossiers.running().filter(~Exists(reschedules))


def _bounds(running: QuerySet[Dossier], now: datetime) -> dict[_Bounds, list[int]]:
    """The agencies of these, by what their calendars say: most say the same."""
    at_work = running.order_by().values("competent_agency").distinct()
    found = defaultdict(list)
    for pk, calendar in calendars_for(Agency.objects.filter(pk__in=at_work)).items():
        found[_bounds_of(calendar, now)].append(pk)
    return found


def _bounds_of(calendar: WorkCalendar, now: datetime) -> _Bounds:
    today = local(now).date()
    if calendar.is_working_day(today) and minute_of(now) <= calendar.closing(today):
        return _Bounds(
            late_until=_midnight_after(today),
            short_from=calendar.closing(calendar.working_day_before(today, 1)),
            today_until=_midnight_after(calendar.next_working_day(today)),
            closes=calendar.closing(today),
        )
    following = calendar.next_working_day(today)
    return _Bounds(
        late_until=_midnight_after(following),
        short_from=calendar.closing(calendar.working_day_before(following, 1)),
        today_until=None,
        closes=None,
    )


def _late(bounds: dict[_Bounds, list[int]], now: datetime) -> Q:
    late = Q(pk__in=[])
    for bound, agencies in bounds.items():
        is_over = Q(clock_started_at__lt=bound.short_from) | Q(due_at__lt=minute_of(now))
        late |= Q(competent_agency__in=agencies, due_at__lt=bound.late_until) & is_over
    return late


def _today(
    bounds: dict[_Bounds, list[int]], now: datetime, due: str = "due_at", clock: str = "clock_started_at"
) -> Q:
    today = Q(pk__in=[])
    for bound, agencies in bounds.items():
        if bound.closes is None:
            continue
        by_closing = Q(
            (f"{due}__gte", bound.late_until),
            (f"{due}__lt", bound.today_until),
            (f"{clock}__lt", bound.closes),
        )
        by_due_moment = Q(
            (f"{due}__gte", minute_of(now)),
            (f"{due}__lt", bound.late_until),
            (f"{clock}__gte", bound.short_from),
        )
        today |= Q(competent_agency__in=agencies) & (by_closing | by_due_moment)
    return today


def _midnight_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=timezone.get_default_timezone())
