"""Deadlines of a dossier: due date, transfer, apology, closing; pure functions of stored facts.

Every step names its rule and article. All moments are aware and results are in Asia/Ho_Chi_Minh; times
are compared in minutes, as they are printed (T7).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.limits import (
    LAST_YEAR,
    ONE_DAY,
    Excluded,
    Extension,
    ExtensionRefused,
    Leg,
    Limit,
    Way,
    check_moment,
    in_order,
    measure,
)
from cases.proof import ProofDay, prove
from procedures.enums import ExtensionMode
from procedures.working_time import WorkCalendar, local, minute_of

SAME_DAY_CUTOFF = time(15, 0)  # R25
TRANSFER_CUTOFF = time(15, 0)  # R16
FIRST_HOUR_MINUTES = 60  # R16
APOLOGY_DAYS_BEFORE = 1  # R29, working days
WARN_DAYS = (2, 1)  # R29, working days
CLOSE_AFTER_WORKING_DAYS = 15  # R28
SUPPLEMENT_LIMIT_WORKING_DAYS = 3  # R19

# Python 3.11 asks an enum for its member in a function call of its own, too slow for every due date.
_WORKING_DAYS, _CALENDAR_DAYS, _MINUTES = Way.WORKING_DAYS, Way.CALENDAR_DAYS, Way.MINUTES


@dataclass
class Deadline:
    """When something is due, and the proof of it.

    `provisional`: a year that was counted in has no official notice yet, so the date may still move.
    Nobody changes one; it is not declared frozen because making it would take longer than the counting.
    """

    counts_as_received_at: datetime
    due_at: datetime
    provisional: bool
    _filed: datetime = field(repr=False)
    _limit: Limit = field(repr=False)
    _extension: Extension | None = field(repr=False)
    _calendar: WorkCalendar = field(repr=False, compare=False)
    _left_out: Sequence[Excluded] = field(repr=False)

    @cached_property
    def proof(self) -> tuple[ProofDay, ...]:
        """Every day from filing to due date; told on first use, because only pages ask for it."""
        start, calendar, left_out = self.counts_as_received_at, self._calendar, self._left_out
        if self._extension is None:
            way, amount = self._limit.measured
            legs = [Leg(way, start, self.due_at, amount, amount)]
        else:
            legs = _legs(start, self._limit, self._extension, calendar, left_out)
        return prove(self._filed, legs, calendar, left_out)


def due_date(
    received: datetime,
    limit: Limit,
    calendar: WorkCalendar,
    *,
    last_minutes: int = 0,
    excluded: Sequence[Excluded] = (),
    extension: Extension | None = None,
) -> Deadline:
    """When a limit that begins with this reception ends (R11, R18, R23, R25, R26).

    `last_minutes` is the parameter of R11. Raises a CannotCount with a sentence for negative or too large
    amounts, unknown units, moments without time zone, and extensions that do not extend.
    """
    check_moment(received)
    left_out = in_order(excluded) if excluded else ()
    start = calendar.counts_as_received_at(received, last_minutes)
    if extension is None:
        way, amount = limit.measured
        end = _end(start, way, amount, limit.cutoff or SAME_DAY_CUTOFF, calendar, left_out)
    else:
        end = _legs(start, limit, extension, calendar, left_out)[-1].end
    provisional = calendar.is_provisional(end.year)
    if start.year < end.year and not provisional:
        provisional = any(map(calendar.is_provisional, range(start.year, end.year)))
    return Deadline(start, end, provisional, received, limit, extension, calendar, left_out)


def _legs(
    start: datetime,
    limit: Limit,
    extension: Extension,
    calendar: WorkCalendar,
    left_out: Sequence[Excluded],
) -> list[Leg]:
    """The extended limit: one stretch, or two where the extension has one of its own."""
    way, amount = limit.measured

    def leg(begin: datetime, way: Way, amount: int | Decimal, of_limit: int | Decimal) -> Leg:
        end = _end(begin, way, amount, limit.cutoff or SAME_DAY_CUTOFF, calendar, left_out)
        return Leg(way, begin, end, amount, of_limit)

    if extension.mode == ExtensionMode.AGREED:
        first = leg(start, way, amount, amount)
        return [first, _agreed(first.end, extension, calendar)]
    if extension.mode not in ExtensionMode.values:
        raise ExtensionRefused(_("“%(mode)s” is not a mode of extension.") % {"mode": extension.mode})
    if extension.amount is None:
        raise ExtensionRefused(_("Say by how much the limit is extended."))
    more_way, more = measure(extension.amount, extension.unit)
    if extension.mode == ExtensionMode.REPLACE:
        # Counted from reception instead of the limit.
        return [leg(start, more_way, more, 0)]
    if more_way is Way.SAME_DAY:
        raise ExtensionRefused(_("A limit is extended by days or hours; “within the day” adds nothing."))
    if way is more_way:
        # Added to the limit: 3 + 3 working days are 6 from reception.
        return [leg(start, way, amount + more, amount)]
    # A same-day limit has no amount to add to: counted from the day it was due. So are other units.
    first = leg(start, way, amount, amount)
    return [first, leg(first.end, more_way, more, 0)]


def _end(
    start: datetime,
    way: Way,
    amount: int | Decimal,
    cutoff: time,
    calendar: WorkCalendar,
    left_out: Sequence[Excluded],
) -> datetime:
    """The due moment of one stretch: closing of the last day (T9), or when the minutes are used up.

    The first working day after the day before is the day itself, or the next one when it is off.
    """
    day = start.date()
    if way is _WORKING_DAYS:
        # Civil Code Art 147: the day of the event is not counted.
        if amount:
            return calendar.closing_after(day, amount, left_out)
        return calendar.closing_after(day - ONE_DAY, 1, left_out)
    if way is _CALENDAR_DAYS:
        # Civil Code Art 148.5: a last day that is off ends at the end of the next working day.
        last = _calendar_day_after(day, amount, left_out)
        return calendar.closing_after(last - ONE_DAY, 1)
    if way is _MINUTES:
        return calendar.add_working_minutes(start, amount, left_out)
    # R25, T5: not after the cut-off the same day, otherwise the next working day.
    in_time = start.time().replace(second=0, microsecond=0) <= cutoff
    return calendar.closing_after(day - ONE_DAY if in_time else day, 1, left_out)


def _calendar_day_after(day: date, amount: int, left_out: Sequence[Excluded]) -> date:
    end = day.toordinal() + amount
    for period in left_out:
        first, last = max(period.first.toordinal(), day.toordinal() + 1), period.last.toordinal()
        if first <= min(end, last):
            end += last - first + 1
    return date.fromordinal(end)


def _agreed(due_at: datetime, extension: Extension, calendar: WorkCalendar) -> Leg:
    """R26: the date agreed in writing must be later; one that is off rolls on like every last day."""
    if extension.agreed_on is None:
        raise ExtensionRefused(_("Enter the date that was agreed in writing."))
    if extension.agreed_on.year > LAST_YEAR:
        raise ExtensionRefused(
            _("The agreed date (%(agreed)s) is too far away.") % {"agreed": f"{extension.agreed_on:%d/%m/%Y}"}
        )
    is_later = extension.agreed_on >= due_at.date()
    if is_later:
        end = calendar.closing_after(extension.agreed_on - ONE_DAY, 1)
        is_later = minute_of(end) > minute_of(due_at)
    if not is_later and extension.stands:
        return Leg(Way.AGREED, due_at, due_at)
    if not is_later:
        raise ExtensionRefused(
            _("The agreed date (%(agreed)s) must be later than the due date (%(due)s).")
            % {"agreed": f"{extension.agreed_on:%d/%m/%Y}", "due": f"{due_at:%d/%m/%Y}"}
        )
    return Leg(Way.AGREED, due_at, end)


# Transfer to the competent agency ---------------------------------------------------------------------


def transfer_by(
    received: datetime,
    calendar: WorkCalendar,
    *,
    online: bool = False,
    cutoff: time = TRANSFER_CUTOFF,
    first_hour_minutes: int = FIRST_HOUR_MINUTES,
) -> datetime:
    """Until when a dossier must leave the desk (R16; Decree 61/2018 Art 18.2, Decree 118/2025 Art 18.2).

    Received not after 15:00: closing of the same working day; later, or on a day that does not count:
    the end of the first hour of the next working day. Online filings pass at once (Art 18.1).
    """
    received = local(received)
    if online:
        return received
    day = received.date()
    if (
        calendar.is_working_day(day)
        and minute_of(received).time() <= cutoff
        and received < calendar.closing(day)
    ):
        return calendar.closing(day)
    return calendar.opening(calendar.next_working_day(day)) + timedelta(minutes=first_hour_minutes)


def is_late_transfer(transferred: datetime, by: datetime) -> bool:
    """Handed over after the moment of `transfer_by` (R16)."""
    return minute_of(transferred) > minute_of(by)


def expected_arrival(
    received: datetime, calendar: WorkCalendar, *, cutoff: time = TRANSFER_CUTOFF
) -> datetime:
    """When the competent agency is expected to get a dossier that another desk received (R15, T3).

    Its clock starts then (Decree 118/2025 Art 17.3). Received not after 15:00 on a working day: when it
    counts as received; later: opening of the next working day.
    """
    received = local(received)
    day = received.date()
    if calendar.is_working_day(day) and minute_of(received).time() <= cutoff:
        return calendar.counts_as_received_at(received)
    return calendar.opening(calendar.next_working_day(day))


class Punctuality(TextChoices):
    """How a hand-over or a result stands to its due moment (R17); the words of the control slip."""

    EARLY = "early", _lazy("early")
    ON_TIME = "on_time", _lazy("on time")
    LATE = "late", _lazy("late")


def punctuality(due_at: datetime, done_at: datetime) -> Punctuality:
    """Early before the due date, on time on it and not after the due moment, late after that."""
    if minute_of(done_at) > minute_of(due_at):
        return Punctuality.LATE
    return Punctuality.EARLY if local(done_at).date() < local(due_at).date() else Punctuality.ON_TIME


def punctuality_of(
    due_at: datetime | None, done_at: datetime | None, now: datetime | None = None
) -> Punctuality | None:
    """The same of something that may still run: then only that it is late by now, else None."""
    if due_at is None:
        return None
    if done_at is not None:
        return punctuality(due_at, done_at)
    late = punctuality(due_at, now or timezone.now()) is Punctuality.LATE
    return Punctuality.LATE if late else None


# Apology and rescheduling -----------------------------------------------------------------------------


def apology_by(
    due_at: datetime, received_at: datetime, calendar: WorkCalendar, *, days_before: int = APOLOGY_DAYS_BEFORE
) -> datetime:
    """Until when the apology is sent: close of the working day before the due date (R29, T10).

    When that is not after the reception, the due moment itself. Decree 61/2018 Art 19.9: at the latest
    one day before the limit ends.
    """
    due_at = local(due_at)
    by = calendar.closing(calendar.working_day_before(due_at.date(), days_before))
    return by if minute_of(by) > minute_of(received_at) else due_at


def warning_days(
    due_at: datetime, calendar: WorkCalendar, days: Sequence[int] = WARN_DAYS
) -> tuple[date, ...]:
    """The working days T-2 and T-1 on which a coming due date is warned of (R29), in the order of `days`."""
    due_on = local(due_at).date()
    return tuple(calendar.working_day_before(due_on, n) for n in days)


def lateness(due_at: datetime, now: datetime, calendar: WorkCalendar) -> int:
    """Signed working days: left until the due date (0 = due today), or overdue (negative).

    A day begun counts: from the first minute after the due moment on it is -1.
    """
    today, due_on = local(now).date(), local(due_at).date()
    if minute_of(now) <= minute_of(due_at):
        return calendar.working_days_between(today, due_on)
    return min(-calendar.working_days_between(due_on, today), -1)


def reschedule_refusal(
    *,
    current_due_at: datetime,
    new_due_at: datetime,
    reschedules_in_dossier: int,
    reschedules_in_cycle: int,
    scope: str,
    reason: str | None,
    signed_by_head: bool,
    calendar: WorkCalendar | None = None,
) -> str | None:
    """Why this apology may not move the due date, as a code; None when it may (R30, R31, T11).

    `scope` is "cycle" (once per completion cycle) or "dossier" (once at all). With a calendar the new
    date must be a working day. Raises ValueError for another scope.
    """
    if scope not in {"cycle", "dossier"}:
        raise ValueError(f"The scope of rescheduling is cycle or dossier, not {scope!r}.")
    if (reschedules_in_cycle if scope == "cycle" else reschedules_in_dossier) > 0:
        return "already_rescheduled"
    if minute_of(new_due_at) <= minute_of(current_due_at):
        return "not_later"
    if not (reason or "").strip():
        return "reason_missing"
    if not signed_by_head:
        return "signature_missing"
    if calendar is not None and not calendar.is_working_day(local(new_due_at).date()):
        return "not_a_working_day"
    return None


# Supplements ------------------------------------------------------------------------------------------


def request_supplement_by(
    received: datetime, calendar: WorkCalendar, *, working_days: int = SUPPLEMENT_LIMIT_WORKING_DAYS
) -> datetime:
    """Until when a deficient dossier is sent back to the applicant (R19; Decree 61/2018 Art 19.4)."""
    start = calendar.counts_as_received_at(received)
    return calendar.closing(calendar.working_day_after(start.date(), working_days))


def may_stop_after(
    requested_at: datetime, calendar: WorkCalendar, *, working_days: int = CLOSE_AFTER_WORKING_DAYS
) -> datetime:
    """After this moment a dossier may be stopped because no supplement came (R28)."""
    return calendar.closing(calendar.working_day_after(local(requested_at).date(), working_days))


def may_stop(now: datetime, after: datetime) -> bool:
    """Whether the moment of `may_stop_after` is over (R28)."""
    return minute_of(now) > minute_of(after)
