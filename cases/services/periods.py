"""Periods of one dossier that its limit does not count, such as public posting (niêm yết; R23)."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import errors
from cases.enums import MOVES, EventKind, Verb
from cases.events import local_text, record
from cases.limits import MAX_AMOUNT, Excluded
from cases.models import Dossier, ExcludedPeriod
from cases.services.apologies import withdraw_unsent_apology
from cases.services.base import ask, locked
from cases.services.clock import countable_day
from cases.services.notices import notify_applicant
from cases.services.recount import move_promise, recount
from procedures.calendars import remembered_calendars


@remembered_calendars()
@transaction.atomic
def exclude_period(dossier: Dossier, *, by, name: str, first: date, last: date, reason: str = "") -> Dossier:
    """Enter whole days, both ends included, that the limit does not count (R23); before the due moment.

    Only a period that the version names (by its Vietnamese name), not before the day of reception and
    apart from the others. Side effects in order: one row; due date counted anew, the first one stays;
    when it moved, an apology that has not gone out is withdrawn; one event; the applicant is told of
    another date. A date that an apology promised stays. Raises `NotPossibleNow`, `NotPermitted`,
    `Invalid` with `unknown_period`, `ends_before_it_begins`, `too_long`, `cannot_count`,
    `before_reception`, `overlaps`.
    """
    dossier = locked(dossier)
    if dossier.state in MOVES[Verb.EXCLUDE_PERIOD].sources and not dossier.version.has_excluded_periods:
        raise errors.NotPossibleNow(
            _("This procedure counts every day: it names no period that does not count."),
            code="no_periods",
        )
    ask(dossier, Verb.EXCLUDE_PERIOD, by)
    now = timezone.now()
    if now >= dossier.due_at:
        raise errors.NotPossibleNow(
            _("The limit ended at %(due)s; periods are entered only before that.")
            % {"due": local_text(dossier.due_at)},
            code="too_late",
        )
    _check(dossier, name, first, last)
    counted = recount(dossier, excluded=Excluded(first, last), field="first")
    ExcludedPeriod.objects.create(
        dossier=dossier, name=name, first=first, last=last, reason=reason.strip(), at=now, by=by
    )
    old_due = move_promise(dossier, counted)
    dossier.save()
    if dossier.due_at != old_due:
        withdraw_unsent_apology(dossier, reason=_("The due date has moved."))
    event = record(
        dossier,
        EventKind.PERIOD_EXCLUDED,
        by=by,
        name=name,
        first=f"{first:%d/%m/%Y}",
        last=f"{last:%d/%m/%Y}",
        due=local_text(dossier.due_at),
        old_due=local_text(old_due),
    )
    if dossier.due_at != old_due:
        notify_applicant(dossier, event)
    return dossier


def period_names(dossier: Dossier) -> list[str]:
    """The periods that the version names, as they are stored."""
    return [period["name_vi"] for period in dossier.version.excluded_periods]


def _check(dossier: Dossier, name: str, first: date, last: date) -> None:
    if name not in period_names(dossier):
        raise errors.Invalid(
            _("“%(name)s” is not one of the periods of this procedure: %(names)s.")
            % {"name": name, "names": "; ".join(period_names(dossier))},
            code="unknown_period",
            field="name",
        )
    if last < first:
        raise errors.Invalid(
            _("The period ends (%(last)s) before it begins (%(first)s).") % _days(first, last),
            code="ends_before_it_begins",
            field="last",
        )
    if (last - first).days >= MAX_AMOUNT:
        raise errors.Invalid(
            _("A period of so many days is a typing error: %(first)s to %(last)s.") % _days(first, last),
            code="too_long",
            field="last",
        )
    countable_day(last, field="last")
    received_on = timezone.localdate(dossier.received_at)
    if first < received_on:
        raise errors.Invalid(
            _("The period cannot begin before the day of reception (%(day)s).")
            % {"day": f"{received_on:%d/%m/%Y}"},
            code="before_reception",
            field="first",
        )
    other = dossier.excluded_periods.filter(first__lte=last, last__gte=first).first()
    if other:
        raise errors.Invalid(
            _("Another period from %(first)s to %(last)s is already entered; the two overlap.")
            % _days(other.first, other.last),
            code="overlaps",
            field="first",
        )


def _days(first: date, last: date) -> dict[str, str]:
    return {"first": f"{first:%d/%m/%Y}", "last": f"{last:%d/%m/%Y}"}
