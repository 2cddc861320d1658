"""The officer's verbs: take over, ask for a supplement, record the result (R9, R17, R19, R21)."""

from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import deadlines, errors, rules
from cases.enums import DocumentSource, EventKind, ResultKind, Verb
from cases.events import local_text, record
from cases.models import Dossier, Supplement
from cases.regime import mechanism_of
from cases.services.apologies import withdraw_unsent_apology
from cases.services.base import ask, fitting_text, locked, note_replaced, required_items, required_text
from cases.services.clock import (
    begin_step,
    check_answer,
    end_step,
    last_desk_step,
    promise,
    punctuality_in_words,
    running_step,
    set_promise,
    step_after,
    transfer_by,
    unanswered_in_words,
)
from cases.services.demands import check_items
from cases.services.digitizing import add_document
from cases.services.money import settle_if_nothing_owed
from cases.services.notices import notify_applicant
from cases.services.paperwork import issue_supplement_form
from cases.services.results import register_result
from cases.services.store import check_validity, keep_result
from cases.services.stored_files import files_or_nothing
from cases.services.substitutes import refuse_absent
from procedures.calendars import calendar_for, remembered_calendars
from procedures.models import ProcedureStep


@transaction.atomic
def start(dossier: Dossier, *, by) -> Dossier:
    """An officer takes the dossier over (thụ lý); the control slip gets its row.

    What a supervisor has assigned is taken over by that person only.
    """
    dossier = locked(dossier)
    check_start(dossier, by=by)
    before = dossier.state
    assigned = {"assigned": True} if dossier.holder_id else {}
    dossier.to_processing()
    dossier.holder = by
    dossier.save()
    run = running_step(dossier)
    if run:
        run.officer = by
        run.save(update_fields=["officer"])
    event = record(dossier, EventKind.STARTED, by=by, from_state=before, officer=str(by), **assigned)
    notify_applicant(dossier, event)
    return dossier


def check_start(dossier: Dossier, *, by) -> None:
    """May this person take it over now? Else the refusal, as the verb would give it."""
    ask(dossier, Verb.START, by)
    if rules.is_kept_for_another(by, dossier):
        raise errors.NotPossibleNow(
            _("%(code)s was assigned to %(officer)s. A supervisor may assign it to somebody else.")
            % {"code": dossier, "officer": dossier.holder},
            code="assigned_to_another",
        )
    refuse_absent(by)


@transaction.atomic
def hand_over(dossier: Dossier, *, by, to=None, note: str = "") -> Dossier:
    """Close the running internal step and open the next one, perhaps with another person (R17, R18).

    Who takes a step has the role that the step is for; without `to` it is who hands over.
    """
    dossier = locked(dossier)
    following = check_hand_over(dossier, by=by, to=to)
    agency = dossier.competent_agency
    now = timezone.now()
    done = end_step(dossier, at=now, officer=by, note=note.strip())
    begin_step(dossier, following, at=now, unit=agency, officer=to or by)
    dossier.holder = to or by
    dossier.save()
    record(
        dossier,
        EventKind.HANDED_OVER,
        by=by,
        step=following.name_vi,
        officer=str(to or by),
        note=note.strip(),
        **punctuality_in_words(done),
    )
    return dossier


def check_hand_over(dossier: Dossier, *, by, to=None) -> ProcedureStep:
    """The step that would begin now with this person; else the refusal, as the verb would give it."""
    ask(dossier, Verb.HAND_OVER, by)
    following = step_after(dossier, running_step(dossier))
    if following is None or following == last_desk_step(dossier):
        raise errors.NotPossibleNow(
            _("This was the last step before the result. Record the result instead of handing over.")
        )
    agency = dossier.competent_agency
    if not rules.has_role_of(to or by, following.role, agency):
        raise errors.Invalid(
            _("The step “%(step)s” is for the role “%(role)s” of %(agency)s; choose somebody who has it.")
            % {"step": following, "role": following.get_role_display(), "agency": agency},
            code="wrong_role",
            field="to",
        )
    refuse_absent(to or by, field="to")
    return following


@transaction.atomic
def request_supplement(dossier: Dossier, *, by, reason: str, items: list[str]) -> Supplement:
    """Ask for what is missing, once and fully (yêu cầu bổ sung, form 02); the agency's clock stops.

    Decree 61/2018 Art 19.4: within 3 working days, or those that the version names; a later one is
    possible and marked late. A second one is the head's own act (R9); what the desk asked for before
    reception was the first. An apology that has not gone out yet is withdrawn with the clock.
    """
    dossier = locked(dossier)
    ask(dossier, Verb.REQUEST_SUPPLEMENT, by)
    reason = required_text(reason, field="reason", sentence=_("Give the reason of the request."))
    items = required_items(items, sentence=_("List everything that is missing: the law lets you ask once."))
    needs_head = dossier.supplements.count() >= settings.MAX_SUPPLEMENT_REQUESTS
    if needs_head and not rules.is_head_of(by, dossier.competent_agency):
        raise errors.Invalid(
            _("A supplement was already requested. Only the head of %(agency)s may request a second one.")
            % {"agency": dossier.competent_agency},
            code="approval_missing",
        )
    check_items(dossier, items)
    now = timezone.now()
    ask_by = deadlines.request_supplement_by(
        dossier.clock_started_at,
        calendar_for(dossier.competent_agency),
        working_days=dossier.version.supplement_limit_days or deadlines.SUPPLEMENT_LIMIT_WORKING_DAYS,
    )
    before = dossier.state
    dossier.to_supplement()
    dossier.save()
    end_step(dossier, at=now, officer=by)  # while the applicant is at work, nobody's step runs
    supplement = Supplement.objects.create(
        dossier=dossier,
        cycle=dossier.cycle,
        asked_at=now,
        asked_by=by,
        reason=reason,
        items=items,
        due_at=dossier.due_at,  # what was promised; a restart does not undo that it was missed (R33)
        is_late=deadlines.punctuality(ask_by, now) == deadlines.Punctuality.LATE,
        approved_by=by if needs_head else None,
    )
    withdraw_unsent_apology(dossier, reason=_("The applicant was asked for a supplement; the clock stands."))
    event = record(
        dossier, EventKind.SUPPLEMENT_REQUESTED, by=by, from_state=before, reason=reason, items=items
    )
    notify_applicant(dossier, event, letter=issue_supplement_form(dossier, supplement, by=by))
    return supplement


@remembered_calendars()
@transaction.atomic
def resume(dossier: Dossier, *, by) -> Dossier:
    """The supplement is complete: the whole limit starts afresh from now (Decree 61/2018 Art 19.4, T1).

    A new completion cycle begins; the old due date stays in the history, the first one on the dossier.
    """
    dossier = locked(dossier)
    ask(dossier, Verb.RESUME, by)
    now = timezone.now()
    supplement = dossier.supplements.get(answered_at__isnull=True)
    check_answer(supplement, now)
    supplement.answered_at = now
    supplement.save(update_fields=["answered_at"])
    before, old_due = dossier.state, dossier.due_at
    dossier.to_state_before_supplement()
    dossier.cycle += 1
    set_promise(dossier, promise(dossier, now))
    if not dossier.transferred_at:
        note_replaced(dossier, at=now, transfer_due_at=dossier.transfer_due_at)
        dossier.transfer_due_at = transfer_by(dossier, now)  # still at the desk: its time starts afresh too
    dossier.save()
    broken_off = dossier.step_runs.order_by("-started_at", "-pk").first()
    begin_step(
        dossier, broken_off.step, at=now, unit=broken_off.unit, officer=dossier.holder or broken_off.officer
    )
    event = record(
        dossier,
        EventKind.RESUMED,
        by=by,
        from_state=before,
        due=local_text(dossier.due_at),
        old_due=local_text(old_due),
        reason=supplement.reason,
    )
    notify_applicant(dossier, event)
    return dossier


@files_or_nothing()
@remembered_calendars()
@transaction.atomic
def record_result(
    dossier: Dossier,
    upload,
    *,
    by,
    kind: str = ResultKind.GRANTED,
    number: str,
    signer: str,
    reason: str = "",
    valid_until: date | None = None,
) -> Dossier:
    """Record the signed result (kết quả giải quyết), granted or refused on substance (R21): the clock stops.

    What is granted stays in the owner's store, `valid_until` that day or without an end (R36), and what was
    issued can be verified by its hash. The
    dossier goes back to the desk; when nothing is owed the system settles it in the same breath.
    Agencies that were asked and have not answered do not hold it up; the event names them (R20). What the head
    signs before it is anything, an electronic copy, is not kept, issued, settled or announced before.
    """
    dossier = locked(dossier)
    ask(dossier, Verb.RECORD_RESULT, by)
    if kind not in ResultKind.values:
        raise errors.Invalid(_("Unknown kind of result: %(kind)s.") % {"kind": kind}, field="kind")
    required_text(number, field="number", sentence=_("Enter the number of the result."))
    required_text(signer, field="signer", sentence=_("Enter who signed the result."))
    number = fitting_text(number, field="number", column="result_number")
    signer = fitting_text(signer, field="signer", column="result_signer")
    if kind == ResultKind.REFUSED:
        reason = required_text(
            reason,
            field="reason",
            sentence=_("A refusal needs written grounds (%(citation)s).")
            % {"citation": mechanism_of(dossier).substance_refusal},
        )
    check_validity(valid_until)
    document = add_document(dossier, upload, by=by, source=DocumentSource.RESULT)
    unanswered = unanswered_in_words(dossier)
    now = timezone.now()
    dossier.finished_at = now
    dossier.result_kind = kind
    dossier.result_number = number
    dossier.result_signer = signer
    dossier.result_reason = reason.strip()
    dossier.holder = None
    dossier.holder_unit = dossier.receiving_desk
    done = end_step(dossier, at=now, officer=by)
    begin_step(dossier, last_desk_step(dossier), at=now, unit=dossier.receiving_desk)
    dossier.save()
    is_whole = not rules.awaits_signature(dossier)  # else the signature does the rest
    if is_whole:
        keep_result(dossier, document, valid_until=valid_until)
        register_result(dossier, document)
    on_time = deadlines.punctuality(dossier.due_at, now) != deadlines.Punctuality.LATE
    withdraw_unsent_apology(
        dossier,
        reason=_("The result was there in time.")
        if on_time
        else _("The result came late, and before an apology was issued."),
    )
    event = record(
        dossier,
        EventKind.RESULT_RECORDED,
        by=by,
        result=kind,
        number=number,
        on_time=on_time,
        **unanswered,
        **punctuality_in_words(done),
    )
    if is_whole and not settle_if_nothing_owed(dossier):
        notify_applicant(dossier, event)
    return dossier
