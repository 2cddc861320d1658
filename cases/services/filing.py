"""Filings before reception: submit, refuse, ask to complete; online, by post and at the desk (R7, R10, T2)."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import errors, rules
from cases.enums import EventKind, ReturnChannel, Verb
from cases.events import local_text, record
from cases.models import Applicant, Dossier, DossierEvent, Supplement
from cases.services.answers import answer_by
from cases.services.applicants import ApplicantFacts, find_or_add, tidy_phone
from cases.services.base import (
    ask,
    fitting_texts,
    known_choice,
    locked,
    note_replaced,
    past_moment,
    required_items,
    required_text,
)
from cases.services.checklist import ComponentFacts, keep_checklist
from cases.services.clock import check_not_too_old, counts_as_received_at
from cases.services.demands import check_items, record_demands
from cases.services.notices import notify_applicant
from cases.services.paperwork import issue_refusal_form, issue_supplement_form
from cases.services.versions import (
    check_desk,
    check_takes_paper,
    competent_agency_for,
    limit_for,
    version_in_force,
)
from procedures.enums import Channel
from procedures.models import Agency, Procedure, TimeLimit


@transaction.atomic
def submit(
    procedure: Procedure,
    applicant: ApplicantFacts | Applicant,
    *,
    desk: Agency,
    channel: str = Channel.ONLINE,
    by=None,
    **filing,
) -> Dossier:
    """File online or by post (nộp hồ sơ): no code and no clock yet, acknowledged at once (R10).

    What else is filed: see `_file`. An `Applicant` in place of facts is somebody who has signed in. Side effects in order: applicant found or added, dossier in state
    submitted with the time by which the desk answers, checklist, one event, acknowledgement with the time
    from which it counts. Missing components are accepted here: the desk asks to complete. Raises
    `NotInForce`, `Invalid`, `NotPermitted` (not the desk's clerk, nor a connected system that files online).
    """
    if by is not None and not rules.may_file(by, desk, channel):
        raise errors.not_permitted(Verb.SUBMIT)
    if channel not in {Channel.ONLINE, Channel.POST}:
        raise errors.Invalid(
            _("At the desk a dossier is received at once; only online and postal filings are submitted."),
            field="channel",
        )
    dossier, event = _file(procedure, applicant, desk=desk, channel=channel, by=by, **filing)
    notify_applicant(dossier, event)
    return dossier


@transaction.atomic
def file_with_help(procedure: Procedure, applicant: ApplicantFacts, *, desk: Agency, by, **filing) -> Dossier:
    """The clerk files online for somebody who is at the desk (hướng dẫn, hỗ trợ nộp trực tuyến).

    Like an online filing, and marked as helped; the clerk has seen the person, so a known applicant is
    brought up to date. Not acknowledged: who helps receives it in the same minute.
    """
    if not rules.is_clerk_of(by, desk):
        raise errors.not_permitted(Verb.SUBMIT)
    dossier, _event = _file(
        procedure, applicant, desk=desk, channel=Channel.ONLINE, by=by, helped=True, **filing
    )
    return dossier


@transaction.atomic
def ask_at_desk(
    procedure: Procedure,
    applicant: ApplicantFacts,
    *,
    desk: Agency,
    by,
    reason: str,
    items: list[str],
    **filing,
) -> Supplement:
    """Somebody at the desk whose dossier is not complete: asked in writing for the rest (form 02; R7, T2).

    A filing without code and clock is kept, so that `complete_filing` and `receive_filing` go on from
    there when the person comes back.
    """
    if not rules.is_clerk_of(by, desk):
        raise errors.not_permitted(Verb.ASK_TO_COMPLETE)
    dossier, _event = _file(procedure, applicant, desk=desk, channel=Channel.DESK, by=by, **filing)
    return ask_to_complete(dossier, by=by, reason=reason, items=items)


@transaction.atomic
def refuse_at_desk(
    procedure: Procedure, applicant: ApplicantFacts, *, desk: Agency, by, reason: str, **filing
) -> Dossier:
    """Somebody at the desk whose dossier is not received: told why in writing (form 03; R7)."""
    if not rules.is_clerk_of(by, desk):
        raise errors.not_permitted(Verb.REFUSE)
    # Paper that may not be taken is refused in writing like any other.
    dossier, _event = _file(
        procedure, applicant, desk=desk, channel=Channel.DESK, by=by, refuses=True, **filing
    )
    return refuse(dossier, by=by, reason=reason)


def _file(
    procedure: Procedure,
    applicant: ApplicantFacts | Applicant,
    *,
    desk: Agency,
    channel: str,
    by,
    components: list[ComponentFacts] | None = None,
    competent_agency: Agency | None = None,
    limit: TimeLimit | None = None,
    return_channel: str = ReturnChannel.DESK,
    subject: str = "",
    submitter_name: str = "",
    submitter_id_number: str = "",
    submitter_phone: str = "",
    authorisation: str = "",
    filed_at: datetime | None = None,
    helped: bool = False,
    refuses: bool = False,
) -> tuple[Dossier, DossierEvent]:
    signed_in = isinstance(applicant, Applicant)
    check_desk(desk)
    known_choice(return_channel, ReturnChannel, field="return_channel")
    filed_at = past_moment(filed_at, field="filed_at")
    check_not_too_old(filed_at, desk=desk, field="filed_at")
    counts_from = counts_as_received_at(filed_at, desk=desk, channel=channel)
    counts_on = timezone.localdate(counts_from)
    version = version_in_force(procedure, counts_on)
    if not refuses:
        check_takes_paper(version, channel, counts_on)
    competent = competent_agency_for(version, desk, competent_agency, on=counts_on)
    dossier = Dossier.objects.create(
        version=version,
        limit=limit_for(version, limit),
        applicant=applicant if signed_in else find_or_add(applicant, seen=rules.is_clerk_of(by, desk)),
        **fitting_texts(
            subject=subject,
            submitter_name=submitter_name,
            submitter_id_number=submitter_id_number,
            submitter_phone=tidy_phone(submitter_phone, field="submitter_phone"),
            authorisation=authorisation,
        ),
        receiving_desk=desk,
        competent_agency=competent,
        holder_unit=desk,
        channel=channel,
        return_channel=return_channel,
        filed_at=filed_at,
        reception_day=counts_on,
        answer_due_at=answer_by(version, channel=channel, counts_from=counts_from, desk=desk),
        receipt_wanted=not version.decided_at_once,
        helped_to_file=helped,
    )
    demands = keep_checklist(dossier, components or [], by=by, is_owner=signed_in)
    event = record(
        dossier,
        EventKind.SUBMITTED,
        by=by,
        by_label="" if by else dossier.applicant.full_name,
        channel=channel,
        counts_from=local_text(counts_from),
    )
    record_demands(dossier, demands)
    return dossier, event


@transaction.atomic
def refuse(dossier: Dossier, *, by, reason: str) -> Dossier:
    """Refuse to receive a filing (từ chối tiếp nhận, form 03); a final outcome with a reason (R7).

    Decree 61/2018 Art 17.1b; not to be confused with a refusal on substance, which is a result (T23).
    """
    dossier = locked(dossier)
    ask(dossier, Verb.REFUSE, by)
    reason = required_text(reason, field="reason", sentence=_("Give the reason of the refusal."))
    before = dossier.state
    dossier.to_refused()
    dossier.ended_at = timezone.now()
    dossier.save()
    event = record(dossier, EventKind.REFUSED, by=by, from_state=before, reason=reason)
    notify_applicant(dossier, event, letter=issue_refusal_form(dossier, by=by, reason=reason))
    return dossier


@transaction.atomic
def ask_to_complete(dossier: Dossier, *, by, reason: str, items: list[str]) -> Supplement:
    """Ask once, fully, for what a filing lacks before it is received (form 02): no code, no clock (T2).

    A second request is the act of the desk's own head, with a reason, and marks the dossier (R9). What is
    not on the published list, or can be reused, is not asked for without a recorded demand (R5, R13).
    """
    dossier = locked(dossier)
    ask(dossier, Verb.ASK_TO_COMPLETE, by)
    reason = required_text(reason, field="reason", sentence=_("Give the reason of the request."))
    items = required_items(items, sentence=_("List everything that is missing: the law lets you ask once."))
    if dossier.supplements.filter(answered_at__isnull=True).exists():
        raise errors.Invalid(
            _("The applicant was asked to complete this filing and has not answered yet."),
            code="asked_already",
        )
    needs_head = dossier.supplements.count() >= settings.MAX_SUPPLEMENT_REQUESTS
    if needs_head and not rules.is_head_of(by, dossier.receiving_desk):
        raise errors.Invalid(
            _(
                "The applicant was already asked once to complete this filing. Receive it or refuse it; only "
                "the head of %(agency)s may ask a second time."
            )
            % {"agency": dossier.receiving_desk},
            code="approval_missing",
        )
    check_items(dossier, items)
    supplement = Supplement.objects.create(
        dossier=dossier,
        cycle=dossier.cycle,
        before_reception=True,
        asked_at=timezone.now(),
        asked_by=by,
        reason=reason,
        items=items,
        approved_by=by if needs_head else None,
    )
    event = record(dossier, EventKind.ASKED_TO_COMPLETE, by=by, reason=reason, items=items)
    notify_applicant(dossier, event, letter=issue_supplement_form(dossier, supplement, by=by))
    return supplement


@transaction.atomic
def complete_filing(dossier: Dossier, *, by=None, components: list[ComponentFacts] | None = None) -> Dossier:
    """The applicant brings what was asked for before reception; the filing counts from now (T2).

    The time by which the desk answers counts afresh, and the applicant is told it (R10).
    """
    dossier = locked(dossier)
    if not rules.is_possible(Verb.ASK_TO_COMPLETE, dossier):
        raise errors.not_possible(dossier, Verb.ASK_TO_COMPLETE)
    if by is not None and not rules.may_file(by, dossier.receiving_desk, dossier.channel):
        raise errors.not_permitted(Verb.ASK_TO_COMPLETE)
    supplement = dossier.supplements.filter(answered_at__isnull=True).first()
    if supplement is None:
        raise errors.Invalid(
            _("Nothing was asked for, so there is nothing to complete."), code="nothing_asked"
        )
    now = timezone.now()
    supplement.answered_at = now
    supplement.save(update_fields=["answered_at"])
    demands = keep_checklist(dossier, components or [], by=by)
    counts_from = counts_as_received_at(now, desk=dossier.receiving_desk, channel=dossier.channel)
    before = dossier.filed_at, dossier.answer_due_at
    dossier.filed_at = now
    dossier.reception_day = timezone.localdate(counts_from)
    dossier.answer_due_at = answer_by(
        dossier.version, channel=dossier.channel, counts_from=counts_from, desk=dossier.receiving_desk
    )
    dossier.save(update_fields=["filed_at", "reception_day", "answer_due_at"])
    note_replaced(dossier, at=now, filed_at=before[0], answer_due_at=before[1])
    event = record(dossier, EventKind.COMPLETED, by=by, by_label="" if by else dossier.applicant.full_name)
    record_demands(dossier, demands)
    notify_applicant(dossier, event)
    return dossier
