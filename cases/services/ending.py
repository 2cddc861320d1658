"""Ends without a result: withdrawn by the applicant, or stopped for a missing supplement (R28, R37)."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import deadlines, errors, rules
from cases.enums import EventKind, Verb
from cases.events import local_text, record
from cases.models import Dossier
from cases.services.apologies import withdraw_unsent_apology
from cases.services.base import ask, locked, required_text
from cases.services.clock import end_step
from cases.services.notices import notify_applicant
from cases.services.paperwork import issue_stop_form
from procedures.calendars import calendar_for


@transaction.atomic
def withdraw(dossier: Dossier, *, by, reason: str) -> Dossier:
    """The applicant takes the dossier back (rút hồ sơ, form 05); possible until there is a result (R37).

    At the desk, or signed in to the own account.
    """
    dossier = locked(dossier)
    ask(dossier, Verb.WITHDRAW, by)
    reason = required_text(reason, field="reason", sentence=_("Note why the applicant withdraws."))
    return _end(dossier, EventKind.WITHDRAWN, by=by, reason=reason)


@transaction.atomic
def stop(dossier: Dossier, *, by, reason: str) -> Dossier:
    """Stop a dossier whose supplement never came (dừng giải quyết, form 05).

    Allowed only after the due moment of the n-th working day of waiting (parameter, R28).
    """
    dossier = locked(dossier)
    ask(dossier, Verb.STOP, by)
    reason = required_text(reason, field="reason", sentence=_("Give the reason for stopping the dossier."))
    asked = dossier.supplements.get(answered_at__isnull=True).asked_at
    may_close_after = deadlines.may_stop_after(
        asked, calendar_for(dossier.competent_agency), working_days=settings.CLOSE_AFTER_WORKING_DAYS
    )
    if not deadlines.may_stop(timezone.now(), may_close_after):
        raise errors.NotPossibleNow(
            _(
                "The applicant has until %(moment)s to bring the supplement; the dossier can be stopped after that."
            )
            % {"moment": local_text(may_close_after)},
            code="too_early",
        )
    return _end(dossier, EventKind.STOPPED, by=by, reason=reason)


def _end(dossier: Dossier, kind: EventKind, *, by, reason: str) -> Dossier:
    now = timezone.now()
    before = dossier.state
    dossier.to_stopped()
    dossier.ended_at = now
    dossier.holder = None
    end_step(dossier, at=now, officer=None if rules.is_owner(by, dossier) else by)
    dossier.save()
    withdraw_unsent_apology(dossier, reason=_("The dossier was withdrawn or stopped."))
    event = record(dossier, kind, by=by, from_state=before, reason=reason)
    notify_applicant(dossier, event, letter=issue_stop_form(dossier, by=by, kind=kind, reason=reason))
    return dossier
