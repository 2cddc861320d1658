"""The one extension of a limit that the procedure defines (gia hạn; R26). It is not a reschedule."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import errors, limits
from cases.enums import MOVES, EventKind, Verb
from cases.events import local_text, record
from cases.models import Dossier, Extension
from cases.services.apologies import withdraw_unsent_apology
from cases.services.base import ask, locked, required_text
from cases.services.notices import notify_applicant
from cases.services.recount import move_promise, recount
from procedures.calendars import calendar_for, remembered_calendars
from procedures.enums import ExtensionMode


@remembered_calendars()
@transaction.atomic
def extend(dossier: Dossier, *, by, reason: str, agreed_on: date | None = None) -> Dossier:
    """Extend the limit once, before the due moment, by what the version defines (R26).

    Side effects in order: one extension row; due date counted anew, the first one stays; an apology that
    has not gone out is withdrawn; one event; the applicant is told and gets a new receipt. A later
    apology is still possible. `agreed_on` only where the version wants a date agreed in writing: a
    working day after the due date. Raises `NotPossibleNow` with `no_extension`, `already_extended`,
    `already_rescheduled`, `too_late`; `NotPermitted`; `Invalid`.
    """
    dossier = locked(dossier)
    _check_possible(dossier)
    ask(dossier, Verb.EXTEND, by)
    now = timezone.now()
    if now >= dossier.due_at:
        raise errors.NotPossibleNow(
            _("The limit ended at %(due)s; it is extended only before that. Apologise to the applicant.")
            % {"due": local_text(dossier.due_at)},
            code="too_late",
        )
    reason = required_text(reason, field="reason", sentence=_("Give the reason of the extension."))
    extension = _as_defined(dossier, agreed_on)
    counted = recount(dossier, extension=extension, field="agreed_on")
    if counted.due_at <= dossier.due_at:
        raise errors.Invalid(
            _("The extension ends at %(new)s, not later than the limit (%(due)s).")
            % {"new": local_text(counted.due_at), "due": local_text(dossier.due_at)},
            code="not_later",
        )
    old_due = move_promise(dossier, counted)
    Extension.objects.create(
        dossier=dossier,
        cycle=dossier.cycle,
        mode=extension.mode,
        amount=extension.amount,
        unit=extension.unit,
        agreed_on=extension.agreed_on,
        old_due_at=old_due,
        new_due_at=dossier.due_at,
        reason=reason,
        at=now,
        by=by,
    )
    dossier.save()
    withdraw_unsent_apology(dossier, reason=_("The limit was extended."))
    event = record(
        dossier,
        EventKind.EXTENDED,
        by=by,
        due=local_text(dossier.due_at),
        old_due=local_text(old_due),
        reason=reason,
    )
    notify_applicant(dossier, event)
    return dossier


def _check_possible(dossier: Dossier) -> None:
    """What the state does not say: the version, and what already moved the date."""
    if dossier.state not in MOVES[Verb.EXTEND].sources:
        return  # the state has the word
    if not dossier.version.extension_mode:
        raise errors.NotPossibleNow(
            _("This procedure defines no extension of its limit. Finish in time, or apologise."),
            code="no_extension",
        )
    if dossier.extensions.exists():
        raise errors.NotPossibleNow(
            _("The limit was already extended once. Finish in time, or apologise."), code="already_extended"
        )
    if dossier.reschedules.filter(cycle=dossier.cycle).exists():
        raise errors.NotPossibleNow(
            _("An apology already promised another date; the limit cannot be extended any more."),
            code="already_rescheduled",
        )


def _as_defined(dossier: Dossier, agreed_on: date | None) -> limits.Extension:
    """Mode, amount and unit of the version; a date only in the mode that agrees on one."""
    version = dossier.version
    if version.extension_mode != ExtensionMode.AGREED:
        if agreed_on is not None:
            raise errors.Invalid(
                _("This procedure says by how much the limit is extended; no date can be agreed."),
                code="no_date_agreed",
                field="agreed_on",
            )
        return limits.Extension(version.extension_amount, version.extension_unit, version.extension_mode)
    # The count itself refuses what is too far away; looking such a day up would take half a minute.
    is_near = agreed_on is not None and agreed_on.year <= limits.LAST_YEAR
    if is_near and not calendar_for(dossier.competent_agency).is_working_day(agreed_on):
        raise errors.Invalid(
            str(errors.RESCHEDULE_SENTENCES["not_a_working_day"]), code="not_a_working_day", field="agreed_on"
        )
    return limits.Extension(None, "", ExtensionMode.AGREED, agreed_on)
