"""The list of what is late: its filters, and of each row how late it is, who used the time, and why (R27, R33, R53).

What is late follows from the facts alone: an open dossier is late from the first minute after its due moment.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet, prefetch_related_objects
from django.utils import timezone

from cases import deadlines
from cases.ladder import late_by
from cases.models import Dossier
from cases.queries import calendars_of
from cases.responsibility import Share
from cases.timeline import OF_MANY, responsibility_of
from notifications.enums import LetterKind
from notifications.models import Letter
from onestop.numbers import whole_number
from procedures.calendars import calendar_for
from procedures.models import Agency
from procedures.working_time import minute_of

NOBODY = "nobody"
# Working days late, from and to; the address has the name.
AGES: dict[str, tuple[int, int | None]] = {
    "1": (1, 1),
    "2-5": (2, 5),
    "6-10": (6, 10),
    "11-30": (11, 30),
    "31": (31, None),
}


def _agency(found, value, user):
    """Decided by this agency or one below it."""
    agency = Agency.objects.filter(identifier=value).first()
    return found.decided_at(agency) if agency else found.none()


def _field(found, value, user):
    return found.filter(version__field_vi=value)


def _procedure(found, value, user):
    return found.filter(version__procedure__code=value)


def _officer(found, value, user):
    return of_officer(found, value)


def of_officer(found: QuerySet, value: str, *, holder: str = "holder") -> QuerySet:
    """Held by this person, or by `nobody`; `holder` is the field that says it."""
    if value == NOBODY:
        return found.filter(**{holder: None})
    pk = whole_number(value)
    return found.none() if pk is None else found.filter(**{holder: pk})


def _age(found, value, user):
    return of_age(found, value, user, now=timezone.now())


def of_age(found: QuerySet, value: str, user, *, now: datetime, due: str = "due_at") -> QuerySet:
    """Late for so long, by the calendar of the person's own agency, as the other lists count days."""
    if value not in AGES:
        return found
    (first, last), calendar = AGES[value], calendar_for(user.workplace)
    found = found.filter(**{f"{due}__lt": late_by(first, now, calendar)})
    return found if last is None else found.filter(**{f"{due}__gte": late_by(last + 1, now, calendar)})


FILTERS: dict[str, Callable[[QuerySet, str, object], QuerySet]] = {
    "agency": _agency,
    "field": _field,
    "procedure": _procedure,
    "officer": _officer,
    "age": _age,
}


def late_dossiers(found: QuerySet, params: Mapping[str, str], user) -> QuerySet:
    """What is late among these, through the filters of the list; in no order."""
    found = found.overdue().order_by()
    for name, narrow in FILTERS.items():
        if value := params.get(name, "").strip():
            found = narrow(found, value, user)
    return found


@dataclass(frozen=True, slots=True)
class LateRow:
    """A late dossier. `days` are working days, a day begun counts; `minutes` are working minutes.

    `shares` are the working minutes since reception by who used them, the most first. `again`: it had been
    rescheduled by an apology, and the new date was missed too. `letter` is the apology of this cycle.
    """

    dossier: Dossier
    days: int
    minutes: int
    step: str
    shares: tuple[Share, ...]
    reason: str
    again: bool
    letter: Letter | None


def rows_of(
    dossiers: Sequence[Dossier],
    now: datetime | None = None,
    *,
    apologies: Mapping[tuple[str, int], Letter] | None = None,
) -> list[LateRow]:
    """The rows of one page; as many queries for many dossiers of the same agencies as for one.

    `apologies` are letters by code and cycle, when they are not those of now.
    """
    now = now or timezone.now()
    prefetch_related_objects(dossiers, *OF_MANY, "step_runs__step", "reschedules")
    calendars = calendars_of(dossiers)
    letters = _apologies(dossiers) if apologies is None else apologies
    return [
        _row(dossier, calendars[dossier.competent_agency_id], letters.get((dossier.code, dossier.cycle)), now)
        for dossier in dossiers
    ]


def _apologies(dossiers: Sequence[Dossier]) -> dict[tuple[str, int], Letter]:
    codes = [dossier.code for dossier in dossiers]
    live = Letter.objects.live().filter(kind=LetterKind.APOLOGY, reference__in=codes)
    return {(letter.reference, letter.cycle): letter for letter in live}


def _row(dossier, calendar, letter, now) -> LateRow:
    split = responsibility_of(dossier, calendar, now=now, prefetched=True)
    running = next((run for run in dossier.step_runs.all() if run.done_at is None), None)
    moves = list(dossier.reschedules.all())
    reason = letter.reason if letter and letter.reason else next((m.reason for m in reversed(moves)), "")
    return LateRow(
        dossier=dossier,
        days=-deadlines.lateness(dossier.due_at, now, calendar),
        minutes=calendar.working_minutes_between(minute_of(dossier.due_at), minute_of(now)),
        step=(running.step.name if running.step else running.name) if running else "",
        shares=tuple(sorted(split.shares, key=lambda share: -share.working_minutes)),
        reason=reason,
        again=bool(moves),
        letter=letter,
    )
