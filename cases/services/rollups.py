"""Keeps the roll-ups of past days and months: counts new days, and anew what changed backwards (R51).

Both are rows of `Recount`: that an agency is to be counted from a day on. A run may be broken off, repeated,
or missed for weeks; two at once do the same work one after the other.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import date, timedelta

from django.db import OperationalError, connection, transaction
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable

from cases.archive.reading import closed_through
from cases.errors import NotPossibleNow
from cases.models import Dossier, Recount, RolledUp, StuckAgency
from cases.models.recounting import CLOSING
from cases.scorecard import counting, rolled
from cases.scorecard.installed import editions
from cases.services.one_by_one import AgenciesIncomplete, Stumbles
from procedures.models import Agency
from procedures.working_time import TZ

DAYS = "days"  # what changes up to this day is counted again
COUNTED = rolled.COUNTED  # everything up to this day has been counted
WORK = "rollups"
A_DAY = timedelta(days=1)
# Meanwhile whoever changes something waits too; shorter than the second after which PostgreSQL looks for deadlocks.
PATIENCE = "500ms"

logger = logging.getLogger(__name__)


def keep_rollups() -> int:
    """Count every day up to yesterday, and anew what changed of the days before; returns how many days.

    While a transaction is open that may still bring a fact of a day that nobody has counted, new days wait for
    the next run. Raises `AgenciesIncomplete` at the end when some agencies could not be counted; they wait too,
    and all others are.
    """
    if not _close_days():
        logger.warning("somebody is still writing, so the days that are over are counted by the next run")
    stumbles = Stumbles(WORK, StuckAgency)
    return _all_or_say_so(_count_again(stumbles), stumbles)


def _all_or_say_so(done: int, stumbles: Stumbles) -> int:
    if failed := stumbles.forget_others():
        raise AgenciesIncomplete(done=done, failed=failed)
    return done


def rebuild_rollups(
    agencies: Iterable[Agency] | None = None, first: date | None = None, last: date | None = None
) -> int:
    """Count these agencies (all of them) anew on these days (all up to yesterday); returns how many days.

    What waits to be counted is counted too, so that there is no gap. NotPossibleNow while new days wait for
    somebody who is writing; `AgenciesIncomplete` as `keep_rollups`.
    """
    if not _close_days():
        raise NotPossibleNow(
            _(
                "Somebody has been writing for a while, so the days that are over cannot be counted. Try again."
            )
        )
    yesterday = timezone.localdate() - A_DAY
    begins = first_day()
    if begins is None or yesterday < begins:
        return 0
    stumbles = Stumbles(WORK, StuckAgency)
    _count_again(stumbles)
    ids = [agency.pk for agency in agencies] if agencies is not None else _everybody()
    first_days = dict.fromkeys(ids, max(first or begins, begins))
    counted = _count(first_days, min(last or yesterday, yesterday), stumbles)
    # Or the next run would find nothing of them to count, and forget that they failed.
    failed = first_days.keys() & stumbles.errors.keys()
    Recount.objects.bulk_create(Recount(agency_id=pk, first_day=first_days[pk]) for pk in failed)
    return _all_or_say_so(counted, stumbles)


def first_day() -> date | None:
    """The first day that is counted: of the first dossier, but none before all parameters, and none of which
    dossiers are in the archive: their figures stay as they are. None without dossiers.
    """
    found = Dossier.objects.aggregate(filed=Min("filed_at"), received=Min("received_at"))
    moments = [moment for moment in found.values() if moment is not None]
    if not moments:
        return None
    first = max(timezone.localdate(min(moments), TZ), min(edition.begins for edition in editions()))
    closed = closed_through()
    return max(first, closed + A_DAY) if closed else first


def _everybody() -> list[int]:
    return list(Agency.objects.values_list("pk", flat=True))


def _close_days() -> bool:
    """Have new days counted; False when somebody who has not committed yet may still bring a fact of them."""
    try:
        _begin(timezone.localdate() - A_DAY)
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        return False
    return True


@transaction.atomic
def _begin(yesterday: date) -> None:
    """From now on what changes up to yesterday is counted again; new days are such a change for everybody."""
    begins = first_day()
    if begins is None or yesterday < begins:
        return
    row, _new = RolledUp.objects.get_or_create(name=DAYS, defaults={"last_day": begins - A_DAY})
    RolledUp.objects.get_or_create(name=COUNTED, defaults={"last_day": begins - A_DAY})
    row = RolledUp.objects.select_for_update().get(pk=row.pk)
    if row.last_day >= yesterday:
        return
    new = row.last_day + A_DAY
    Recount.objects.bulk_create(Recount(agency_id=pk, first_day=new) for pk in _everybody())
    _wait_for_writers()
    RolledUp.objects.filter(pk=row.pk).update(last_day=yesterday)


def _wait_for_writers() -> None:
    """Until whoever changed what is counted has committed; nobody else begins before this transaction ends.

    The last lock that is taken, so that nobody who waits for it is waited for in turn.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CLOSING])
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")


def _count_again(stumbles: Stumbles) -> int:
    """Work off what is waiting; returns how many days were counted.

    Each day that is done moves the rows on, so that whoever is killed in the middle of years is followed by
    somebody who goes on from there. Those of an agency that stumbled stay.
    """
    waiting = list(Recount.objects.order_by("first_day").values_list("pk", "agency", "first_day"))
    begins = first_day()
    if not waiting or begins is None:
        return 0
    mine = Recount.objects.filter(pk__in=[pk for pk, _agency, _day in waiting])
    first_days: dict[int, date] = {}
    for _pk, agency, day in waiting:
        # What changed before there were parameters changes nothing that is counted.
        first_days.setdefault(agency, max(day, begins))

    def done(day: date) -> None:
        past = mine.filter(first_day__lte=day).exclude(agency__in=stumbles.errors)
        past.update(first_day=day + A_DAY)
        # New days wait for everybody, so such a day is now counted for everybody who can be, if anybody can.
        if first_days.keys() - stumbles.errors.keys():
            RolledUp.objects.filter(name=COUNTED, last_day__lt=day).update(last_day=day)

    counted = _count(first_days, RolledUp.objects.get(name=DAYS).last_day, stumbles, done)
    mine.exclude(agency__in=stumbles.errors).delete()
    return counted


def _count(
    first_days: dict[int, date],
    last: date,
    stumbles: Stumbles,
    done: Callable[[date], object] = lambda day: None,
) -> int:
    """Replace the figures of each agency from its first day on, month by month: the month, then its days."""

    def replace(work: Callable[[Iterable[int], date], None], day: date) -> None:
        begun = [pk for pk, begins in first_days.items() if begins <= day and pk not in stumbles.errors]
        if begun:
            _together_or_alone(lambda leaves: work(leaves, day), begun, stumbles)

    first = day = min(first_days.values(), default=last + A_DAY)
    for end in _ends_of_months(first, last):
        replace(_replace_month, end)
        while day <= min(end, last):
            replace(_replace_day, day)
            done(day)
            day += A_DAY
    return max((last - first).days + 1, 0)


def _together_or_alone(work: Callable[[list[int]], None], agencies: list[int], stumbles: Stumbles) -> None:
    """All at once; where that raises one by one, and who raises again is left out of the rest of the run."""
    try:
        return work(agencies)
    except Exception:
        logger.exception("%s agencies could not be counted at once; trying one by one", len(agencies))
    for agency in agencies:
        try:
            work([agency])
        except Exception as error:  # noqa: BLE001 - `note` logs it
            stumbles.note(agency, error)


def _ends_of_months(first: date, last: date) -> Iterable[date]:
    """The last day of each month that begins by `last`; of the month that runs, yesterday."""
    day, last_day = first, RolledUp.objects.get(name=DAYS).last_day
    while day <= last:
        following = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
        yield min(following - A_DAY, last_day)
        day = following


def _replace_day(leaves: Iterable[int], day: date) -> None:
    scope = counting.day_scope(leaves, day)
    with transaction.atomic():
        _one_at_a_time()
        for model, count in counting.OF_A_DAY.items():
            model.objects.filter(day=scope.day, agency__in=scope.leaves).delete()
            model.objects.bulk_create(count(scope))


def _replace_month(leaves: Iterable[int], end: date) -> None:
    scope = counting.month_scope(leaves, end)
    with transaction.atomic():
        _one_at_a_time()
        for model, count in counting.OF_A_MONTH.items():
            model.objects.filter(month=scope.period.first, agency__in=scope.leaves).delete()
            model.objects.bulk_create(count(scope))


def _one_at_a_time() -> None:
    """Of two workers the second waits here, and then does the same again."""
    RolledUp.objects.select_for_update().get(name=DAYS)
