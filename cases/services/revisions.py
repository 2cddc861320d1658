"""Changes of the calendar: proposed, approved, dropped (R24, T14). What they move: `calendar_preview`, `calendar_moves`.

The calendar is changed here and nowhere else by hand, so that no promise is left behind.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import errors, rules
from cases.enums import DayChange, RevisionState
from cases.limits import FIRST_YEAR, LAST_YEAR
from cases.models import CalendarRevision, RevisionDay
from cases.services.base import required_text
from cases.services.calendar_preview import dossiers_of
from cases.services.inner_deadlines import any_waits
from procedures.calendars import changing_calendars
from procedures.enums import DayKind
from procedures.models import Agency, CalendarDay
from procedures.working_time import SATURDAY, SUNDAY, SpecialDay

# Labour Code Art 112 has eleven days off a year and one came with 2026; fewer cannot be a whole year.
FEWEST_DAYS_OF_A_YEAR = 11
MOST_DAYS = 400


@dataclass(frozen=True, slots=True)
class DayFacts:
    """What is proposed for one day. To switch one off or on its date is enough, or `row` where it has several."""

    date: date
    change: str = DayChange.ADD
    is_worked: bool = False
    kind: str = DayKind.OTHER
    name_vi: str = ""
    name_en: str = ""
    legal_reference: str = ""
    key: str = ""
    provisional: bool = False
    row: CalendarDay | None = None


@transaction.atomic
def propose(
    agency: Agency | None, *, reason: str, legal_reference: str, days: Iterable[DayFacts], by
) -> CalendarRevision:
    """Propose a change of the country's calendar (None) or of an agency and all below it; nothing moves yet.

    `by` None is the operator at the server's console, who may propose and not approve. Raises
    `NotPermitted`, and `Invalid` with a sentence for each day that cannot be.
    """
    if by is not None and not rules.may_propose_calendar(by, agency):
        raise _not_permitted()
    reason = _fitting(reason, "reason", _("Say why the calendar changes."))
    legal_reference = _fitting(
        legal_reference, "legal_reference", _("Give the notice or decision that changes the calendar.")
    )
    days = sorted(days, key=lambda day: day.date)
    if not days:
        raise errors.Invalid(_("Enter at least one day."), code="no_days", field="days")
    if len(days) > MOST_DAYS:
        raise errors.Invalid(
            _("These are %(count)s days; enter at most %(most)s at once.")
            % {"count": len(days), "most": MOST_DAYS},
            field="days",
        )
    revision = CalendarRevision.objects.create(
        agency=agency,
        reason=reason,
        legal_reference=legal_reference,
        created_by=by,
        created_at=timezone.now(),
    )
    proposed = [_proposed(revision, facts) for facts in days]
    _check_days(revision, proposed)
    RevisionDay.objects.bulk_create(proposed)
    return revision


@transaction.atomic
def approve(revision: CalendarRevision, *, by) -> CalendarRevision:
    """Put the days into force at once, and let the workers move what was promised.

    Side effects in order: days written (each switched one says in its note why), number of open dossiers
    noted, state. The workers begin within a minute (see `calendar_moves.apply_approved`); nothing of a dossier
    is changed here. Raises `NotPossibleNow`, `NotPermitted`, `Invalid` when a day cannot be any more.
    """
    revision = _locked_draft(revision)
    if not rules.may_approve_calendar(by, revision.agency):
        raise _not_permitted()
    changing_calendars()
    days = list(revision.days.all())
    _check_days(revision, days)
    for day in days:
        _put_into_force(day, revision)
    revision.state = RevisionState.APPROVED
    revision.approved_by = by
    revision.approved_at = timezone.now()
    revision.total = dossiers_of(revision).count()
    revision.save()
    return revision


@transaction.atomic
def cancel(revision: CalendarRevision, *, by) -> CalendarRevision:
    """Drop a proposal; what was approved is undone only by another revision."""
    revision = _locked_draft(revision)
    if by != revision.created_by and not rules.may_approve_calendar(by, revision.agency):
        raise _not_permitted()
    revision.state = RevisionState.CANCELLED
    revision.save(update_fields=["state"])
    return revision


@transaction.atomic
def count_anew(agency: Agency | None, *, reason: str) -> CalendarRevision | None:
    """Have every open promise counted again, because hours or days changed outside a revision.

    None when nothing is open, or when the same is waiting already and has not begun.
    """
    revision = CalendarRevision(agency=agency, reason=reason[:300])
    total = dossiers_of(revision).count()
    waiting = CalendarRevision.objects.filter(
        agency=agency, state=RevisionState.APPROVED, reason=revision.reason, last_dossier=0, days=None
    )
    if not (total or any_waits(agency)) or waiting.exists():
        return None
    now = timezone.now()
    revision.state, revision.total = RevisionState.APPROVED, total
    revision.created_at, revision.approved_at = now, now
    revision.save()
    return revision


def days_to_import(
    special_days: Iterable[SpecialDay], agency: Agency | None, *, complete: bool = False
) -> list[DayFacts]:
    """What a published calendar changes: days in force as they are, and Sundays off, are left out.

    An estimated day gives way to the official one. `complete`: the file has all days of its years, so
    estimates that it does not have are switched off.
    """
    special_days = list(special_days)
    rows = CalendarDay.objects.filter(agency=agency, enabled=True)
    in_force = {row.date: row for row in rows.filter(date__in=[day.date for day in special_days])}
    found = []
    for day in special_days:
        row = in_force.get(day.date)
        known = row is not None and not row.provisional and row.is_worked == day.is_worked
        if not known and (day.is_worked or day.date.weekday() != SUNDAY):
            found.append(
                DayFacts(
                    date=day.date,
                    is_worked=day.is_worked,
                    kind=day.kind,
                    name_vi=day.name_vi,
                    name_en=day.name_en,
                    key=day.key,
                )
            )
    if complete:
        years = {day.date.year for day in special_days}
        listed = {day.date for day in special_days}
        wrong = rows.filter(provisional=True, date__year__in=years).exclude(date__in=listed)
        found += [DayFacts(date=row.date, change=DayChange.SWITCH_OFF, row=row) for row in wrong]
    return found


# Checks ---------------------------------------------------------------------------------------------


def _not_permitted() -> errors.NotPermitted:
    return errors.NotPermitted(
        _(
            "Days of an agency are proposed by its administrators and supervisors and approved by its "
            "supervisors; days of the country by those of the highest agency and the system administrator."
        )
    )


def _fitting(text: str, name: str, sentence: str) -> str:
    text = required_text(text, field=name, sentence=sentence)
    longest = CalendarRevision._meta.get_field(name).max_length
    if len(text) > longest:
        raise errors.Invalid(
            _("This text has %(length)s characters; at most %(longest)s are possible.")
            % {"length": len(text), "longest": longest},
            code="too_long",
            field=name,
        )
    return text


def _locked_draft(revision: CalendarRevision) -> CalendarRevision:
    revision = (
        CalendarRevision.objects.select_for_update(of=("self",)).select_related("agency").get(pk=revision.pk)
    )
    if revision.state != RevisionState.DRAFT:
        raise errors.NotPossibleNow(
            _("This change of the calendar is in the state “%(state)s”; only a proposal can be decided.")
            % {"state": revision.get_state_display()}
        )
    return revision


def _proposed(revision: CalendarRevision, facts: DayFacts) -> RevisionDay:
    row = facts.row
    if facts.change not in DayChange.values or facts.kind not in DayKind.values:
        raise _refused(facts.date, _("%(date)s: unknown change or kind of day."), code="unknown")
    if facts.change != DayChange.ADD and row is None:
        row = (
            CalendarDay.objects.filter(
                agency=revision.agency, date=facts.date, enabled=facts.change == DayChange.SWITCH_OFF
            )
            .order_by("-pk")
            .first()
        )
    if row is None:
        return RevisionDay(
            revision=revision,
            change=facts.change,
            date=facts.date,
            is_worked=facts.is_worked,
            kind=facts.kind,
            name_vi=facts.name_vi.strip(),
            name_en=facts.name_en.strip(),
            legal_reference=facts.legal_reference.strip() or revision.legal_reference,
            key=facts.key.strip(),
            provisional=facts.provisional,
        )
    copied = ("is_worked", "kind", "name_vi", "name_en", "legal_reference", "key", "provisional")
    return RevisionDay(
        revision=revision,
        change=facts.change,
        date=facts.date,
        calendar_day=row,
        **{name: getattr(row, name) for name in copied},
    )


def _check_days(revision: CalendarRevision, days: list[RevisionDay]) -> None:
    """Refuse what cannot be or does nothing; asked when it is proposed and again before it holds."""
    seen: set[date] = set()
    for day in days:
        if not FIRST_YEAR <= day.date.year <= LAST_YEAR:
            raise errors.Invalid(
                _("The calendar reaches from %(first)s to %(last)s; %(date)s is not in it.")
                % {"first": FIRST_YEAR, "last": LAST_YEAR, "date": f"{day.date:%d/%m/%Y}"},
                code="out_of_range",
                field="days",
            )
        if day.date in seen:
            raise _refused(day.date, _("%(date)s is there twice; each day is changed once."), code="twice")
        seen.add(day.date)
        if day.change == DayChange.ADD:
            _check_added(day, revision.agency)
        else:
            _check_switched(day, revision.agency)
    if revision.agency is None:
        _check_whole_years(days)


def _check_added(day: RevisionDay, agency: Agency | None) -> None:
    if not day.name_vi:
        raise _refused(day.date, _("Give %(date)s its name: it is printed in the proof of due dates."))
    for name in ("name_vi", "name_en", "legal_reference", "key"):
        if len(getattr(day, name)) > RevisionDay._meta.get_field(name).max_length:
            raise _refused(day.date, _("A text of %(date)s is too long."), code="too_long")
    weekday = day.date.weekday()
    if day.is_worked and weekday != SATURDAY:
        raise _refused(
            day.date,
            _("%(date)s is no Saturday: only a Saturday is worked instead of another day."),
            code="not_a_saturday",
        )
    if not day.is_worked and weekday == SUNDAY:
        raise _refused(day.date, _("%(date)s is a Sunday, which is off anyway."), code="off_anyway")
    there = _in_force(day.date, agency)
    if there is not None and (not there.provisional or day.provisional):
        raise _already_in_force(there)


def _check_switched(day: RevisionDay, agency: Agency | None) -> None:
    row = day.calendar_day and CalendarDay.objects.filter(pk=day.calendar_day.pk).first()
    off = day.change == DayChange.SWITCH_OFF
    fits = row is not None and (row.agency_id, row.date, row.enabled) == (
        agency.pk if agency else None,
        day.date,
        off,
    )
    if not fits:
        sentence = (
            _("On %(date)s no day of this calendar is in force that could be switched off.")
            if off
            else _("On %(date)s no day of this calendar is switched off that could be switched on.")
        )
        raise _refused(day.date, sentence, code="nothing_to_switch")
    there = None if off else _in_force(day.date, agency)
    if there is not None:
        raise _already_in_force(there)


def _check_whole_years(days: list[RevisionDay]) -> None:
    """A single day of a year that nothing is known of would switch all estimates of that year off."""
    coming = [day.date.year for day in days if day.change != DayChange.SWITCH_OFF]
    for year in sorted(set(coming)):
        known = CalendarDay.objects.filter(agency=None, enabled=True, date__year=year).exists()
        if not known and coming.count(year) < FEWEST_DAYS_OF_A_YEAR:
            raise errors.Invalid(
                _(
                    "The calendar has no day of %(year)s yet, so it is estimated. Enter all days of the year "
                    "at once, at least %(least)s, or import the official calendar."
                )
                % {"year": year, "least": FEWEST_DAYS_OF_A_YEAR},
                code="year_incomplete",
                field="days",
            )


def _in_force(day: date, agency: Agency | None) -> CalendarDay | None:
    return CalendarDay.objects.filter(date=day, agency=agency, enabled=True).first()


def _already_in_force(row: CalendarDay) -> errors.Invalid:
    return errors.Invalid(
        _("“%(name)s” is already in force on %(date)s; switch that day off first.")
        % {"name": row.name, "date": f"{row.date:%d/%m/%Y}"},
        code="already_in_force",
        field="days",
    )


def _refused(day: date, sentence: str, *, code: str = "invalid") -> errors.Invalid:
    return errors.Invalid(sentence % {"date": f"{day:%d/%m/%Y}"}, code=code, field="days")


# Days -----------------------------------------------------------------------------------------------


def _put_into_force(day: RevisionDay, revision: CalendarRevision) -> None:
    if day.change == DayChange.ADD:
        estimate = _in_force(day.date, revision.agency)
        if estimate is not None:
            _switch(estimate, revision, on=False)
        day.calendar_day = CalendarDay.objects.create(
            agency=revision.agency,
            date=day.date,
            is_worked=day.is_worked,
            kind=day.kind,
            name_vi=day.name_vi,
            name_en=day.name_en,
            legal_reference=day.legal_reference,
            key=day.key,
            provisional=day.provisional,
        )
        day.save(update_fields=["calendar_day"])
    else:
        _switch(day.calendar_day, revision, on=day.change == DayChange.SWITCH_ON)


def _switch(row: CalendarDay, revision: CalendarRevision, *, on: bool) -> None:
    """Switch a day and say in its note why; the reference of the day itself stays."""
    said = _("Switched on") if on else _("Switched off")
    line = f"{timezone.localdate():%d/%m/%Y} {said}: {revision.reason} ({revision.legal_reference})"
    row.enabled = on
    row.note = f"{row.note}\n{line}".strip()
    row.save(update_fields=["enabled", "note"])
