"""The written apology and the one reschedule that it may bring (R29–R33; Decree 61/2018 Art 19.9)."""

from collections.abc import Callable, Collection, Iterable
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import deadlines, errors, rules
from cases.apology_reasons import minutes_still_allowed
from cases.enums import EventKind, Verb
from cases.events import TOLD_OF, local_text, record, record_all
from cases.letters import apology_payload, dossier_of
from cases.models import Dossier, Reschedule
from cases.regime import mechanism_of
from cases.services.base import locked
from cases.services.clock import countable_moment
from cases.services.notices import notify_applicant
from cases.services.recount import move_promise, recount
from notifications import signing
from notifications.enums import OPEN_LETTER_STATES, LetterKind, LetterState
from notifications.errors import NotificationError, SignedForAnother
from notifications.models import Letter
from notifications.services import letters
from notifications.services.letters import Signed
from procedures.calendars import calendar_for, calendars_for
from procedures.working_time import WorkCalendar

SIGNING_ATTEMPTS = 3
_OF_LETTERS = ("version__procedure", "competent_agency__parent__parent__parent")  # the tree is no deeper
_IN_LETTERS = (
    "version",
    "cycle",
    "filed_at",
    "reception_day",
    "clock_started_at",
    "applicant__full_name",
    "applicant__id_number",
)


@contextmanager
def _letter_rules():
    """What the letter refuses reaches the reader like every refusal of a dossier."""
    try:
        yield
    except NotificationError as error:
        raise errors.Invalid(error.sentence, code=error.code, field=error.field) from error


def open_letter(dossier: Dossier) -> Letter | None:
    """The draft or approved apology of this cycle, if there is one."""
    return Letter.objects.filter(
        kind=LetterKind.APOLOGY,
        reference=dossier.code or "",
        cycle=dossier.cycle,
        state__in=OPEN_LETTER_STATES,
    ).first()


@transaction.atomic
def draft_apology(dossier: Dossier) -> tuple[Letter, bool]:
    """Draft the apology of this cycle (form 04); with a second call the same letter and False.

    The system drafts; reason and signature stay with people. The new date is proposed and open to change.
    """
    dossier = locked(dossier)
    if not dossier.is_running:
        raise errors.not_possible(dossier, Verb.RESCHEDULE)
    with _letter_rules():
        letter, created = letters.draft_letter(
            LetterKind.APOLOGY,
            agency_identifier=dossier.competent_agency.identifier,
            reference=dossier.code,
            cycle=dossier.cycle,
            payload=apology_payload(dossier),
        )
    if created:
        apology_by = _apology_by(dossier, calendar_for(dossier.competent_agency))
        record(dossier, EventKind.APOLOGY_DRAFTED, apology_by=local_text(apology_by))
    return letter, created


def draft_together(
    keys: Collection[int], waiting: QuerySet[Dossier], is_near: Callable[[Dossier, WorkCalendar], bool]
) -> int:
    """The same for many in one transaction, of those among them that still are `waiting` and near; how many.

    As many statements for five hundred as for one. Whoever drafts or finishes one of these at the same time
    waits, and then it is asked again.
    """
    locked_first = Dossier.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    with transaction.atomic():
        list(locked_first.values_list("pk", flat=True))
        found = waiting.filter(pk__in=keys).select_related("applicant").prefetch_related(*_OF_LETTERS)
        found = found.only(*TOLD_OF, *_IN_LETTERS)
        calendars = calendars_for({dossier.competent_agency for dossier in found})
        near = [
            (dossier, calendars[dossier.competent_agency_id])
            for dossier in found
            if is_near(dossier, calendars[dossier.competent_agency_id])
        ]
        with _letter_rules():
            letters.draft_letters(
                LetterKind.APOLOGY,
                [
                    (
                        dossier.competent_agency.identifier,
                        dossier.code,
                        dossier.cycle,
                        apology_payload(dossier),
                    )
                    for dossier, _calendar in near
                ],
            )
        rows = [(dossier, {"apology_by": local_text(_apology_by(dossier, its))}) for dossier, its in near]
        record_all(EventKind.APOLOGY_DRAFTED, rows, at=timezone.now())
    return len(near)


def _apology_by(dossier: Dossier, calendar: WorkCalendar) -> datetime:
    return deadlines.apology_by(dossier.due_at, dossier.clock_started_at, calendar)


def proposed_due_at(dossier: Dossier) -> datetime:
    """A new due date to start from: when the remaining steps could be done, and not before the usual proposal.

    That is some working days after what was promised, or after today. Always the closing of a working day.
    """
    calendar = calendar_for(dossier.competent_agency)
    now = timezone.now()
    base = max(timezone.localdate(dossier.due_at), timezone.localdate(now))
    usual = calendar.working_day_after(base, settings.APOLOGY_PROPOSED_WORKING_DAYS)
    done = calendar.add_working_minutes(now, minutes_still_allowed(dossier, calendar, now=now))
    day = max(usual, timezone.localdate(done))
    return calendar.closing(day if calendar.is_working_day(day) else calendar.next_working_day(day))


@transaction.atomic
def write_apology(
    dossier: Dossier, *, by, reason: str, new_due_at: datetime, approve: bool = False
) -> Letter:
    """Draft the apology unless that was done, put reason and date in, and with `approve` approve it."""
    dossier = locked(dossier)
    if not rules.is_supervisor_of(by, dossier.competent_agency):
        raise errors.not_permitted(Verb.RESCHEDULE)
    letter = prepare_apology(draft_apology(dossier)[0], by=by, reason=reason, new_due_at=new_due_at)
    return approve_apology(letter, by=by) if approve else letter


@transaction.atomic
def prepare_apology(letter: Letter, *, by, reason: str, new_due_at: datetime) -> Letter:
    """Put the reason and the new date into a draft; a supervisor of the agency does it."""
    dossier = locked(dossier_of(letter))
    if not rules.is_supervisor_of(by, dossier.competent_agency):
        raise errors.not_permitted(Verb.RESCHEDULE)
    _refuse_reschedule(dossier, reason=reason, new_due_at=new_due_at, signed=True)
    with _letter_rules():
        return letters.prepare(letter, reason=reason, new_due_at=new_due_at, payload=apology_payload(dossier))


@transaction.atomic
def approve_apology(letter: Letter, *, by) -> Letter:
    """A supervisor approves the text; the head still has to sign and issue it."""
    dossier = locked(dossier_of(letter))
    if not rules.is_supervisor_of(by, dossier.competent_agency):
        raise errors.not_permitted(Verb.RESCHEDULE)
    with _letter_rules():
        return letters.approve(letter, by=str(by))


def issue_apology(dossier: Dossier, *, by, reason: str = "", new_due_at: datetime | None = None) -> Letter:
    """Issue the apology and move the due date: the head signs, once per cycle, to a later working day.

    Side effects in order: letter signed where the agency signs digitally; prepared, approved, numbered,
    printed and issued; reschedule row; due date moved (the first one stays); overdue flag taken off; one
    event; the applicant is told. Without `reason` and `new_due_at` those of the prepared letter are taken.

    It is signed before anything is locked, with the number that comes next; when somebody takes that
    number meanwhile, it is signed again. Raises `NotPossibleNow`, `NotPermitted`, `Invalid` with
    `already_rescheduled`, `not_later`, `not_a_working_day`, `reason_missing`, `signing_failed`; then
    nothing was changed and no number was used.
    """
    for _attempt in range(SIGNING_ATTEMPTS):
        with suppress(SignedForAnother):
            signed = _signed_beforehand(dossier, by=by, reason=reason, new_due_at=new_due_at)
            return _issue(dossier, by=by, reason=reason, new_due_at=new_due_at, signed=signed)
    raise errors.Invalid(
        _("Others are issuing letters at this moment, so that the number was taken each time. Try again."),
        code="number_taken",
    )


def check_issue(
    dossier: Dossier, *, by, reason: str = "", new_due_at: datetime | None = None
) -> tuple[Letter | None, str, datetime]:
    """The prepared letter, if any, with reason and date as they would be issued; raises as `issue_apology`."""
    if not rules.is_possible(Verb.RESCHEDULE, dossier):
        raise errors.not_possible(dossier, Verb.RESCHEDULE)
    agency = dossier.competent_agency
    if not rules.works_for(by, agency):
        raise errors.not_permitted(Verb.RESCHEDULE)
    prepared = open_letter(dossier)
    if prepared:
        reason = reason or prepared.reason
        new_due_at = new_due_at or prepared.new_due_at
    # Who may not, or not once more, hears that first; only then is a missing date worth a word.
    candidate = new_due_at or proposed_due_at(dossier)
    _refuse_reschedule(dossier, reason=reason, new_due_at=candidate, signed=rules.is_head_of(by, agency))
    if new_due_at is None:
        raise errors.Invalid(
            _("Give the new date: the letter promises it."), code="new_date_missing", field="new_due_at"
        )
    return prepared, reason.strip(), new_due_at


def _signed_beforehand(dossier: Dossier, *, by, reason: str, new_due_at: datetime | None) -> Signed | None:
    """The letter as it would be issued now, signed; None where the agency signs by hand."""
    dossier = Dossier.objects.with_people().select_related("limit").get(pk=dossier.pk)
    agency = dossier.competent_agency.identifier
    if not signing.is_connected(agency):
        return None
    _prepared, reason, new_due_at = check_issue(dossier, by=by, reason=reason, new_due_at=new_due_at)
    payload = replace(apology_payload(dossier), reason=reason, new_due_at=new_due_at)
    with _letter_rules():
        return letters.sign_beforehand(LetterKind.APOLOGY, agency_identifier=agency, payload=payload)


@transaction.atomic
def _issue(
    dossier: Dossier, *, by, reason: str, new_due_at: datetime | None, signed: Signed | None
) -> Letter:
    dossier = locked(dossier)
    prepared, reason, new_due_at = check_issue(dossier, by=by, reason=reason, new_due_at=new_due_at)
    letter = prepared or draft_apology(dossier)[0]
    now = signed.at if signed else timezone.now()
    payload = apology_payload(dossier)
    with _letter_rules():
        # What a supervisor approved and nobody changed since keeps that approval.
        if letter.state != LetterState.APPROVED or (letter.reason, letter.new_due_at) != (reason, new_due_at):
            letter = letters.prepare(letter, reason=reason, new_due_at=new_due_at, payload=payload)
            letter = letters.approve(letter, by=str(by))
        letter = letters.issue(letter, by=str(by), payload=payload, at=now, signed=signed)
    old_due = dossier.due_at
    Reschedule.objects.create(
        dossier=dossier,
        cycle=dossier.cycle,
        old_due_at=old_due,
        new_due_at=new_due_at,
        reason=reason,
        letter_number=letter.number_text,
        at=now,
        signed_by=by,
    )
    # The flag speaks of the promise in force; that the first one was missed stays in the history.
    move_promise(dossier, recount(dossier))
    dossier.save()
    event = record(
        dossier,
        EventKind.RESCHEDULED,
        by=by,
        number=letter.number_text,
        due=local_text(new_due_at),
        old_due=local_text(old_due),
        reason=reason,
    )
    notify_applicant(dossier, event, letter=letter)
    return letter


def _refuse_reschedule(dossier: Dossier, *, reason: str, new_due_at: datetime, signed: bool) -> None:
    countable_moment(new_due_at, field="new_due_at")
    calendar = calendar_for(dossier.competent_agency)
    code = deadlines.reschedule_refusal(
        current_due_at=dossier.due_at,
        new_due_at=new_due_at,
        reschedules_in_dossier=dossier.reschedules.count(),
        reschedules_in_cycle=dossier.reschedules.filter(cycle=dossier.cycle).count(),
        scope=settings.RESCHEDULE_SCOPE,
        reason=reason,
        signed_by_head=signed,
        calendar=calendar,
    )
    if code is None and new_due_at <= timezone.now():
        code = "in_the_past"
    if code is None and new_due_at != calendar.closing(timezone.localdate(new_due_at)):
        code = None if calendar.is_open(new_due_at) else "outside_hours"
    if code is None:
        return
    sentence = str(errors.RESCHEDULE_SENTENCES[code]) % {
        "citation": mechanism_of(dossier).apology,
        "due": local_text(dossier.due_at),
    }
    if code == "signature_missing":
        raise errors.NotPermitted(sentence, code=code)
    raise errors.Invalid(sentence, code=code, field="reason" if code == "reason_missing" else "new_due_at")


@transaction.atomic
def send_apology(letter: Letter, *, by) -> Letter:
    """Note that the signed letter went out on paper; by e-mail it counts as sent on its own arrival."""
    dossier = dossier_of(letter)
    if not (
        rules.is_supervisor_of(by, dossier.competent_agency) or rules.is_clerk_of(by, dossier.receiving_desk)
    ):
        raise errors.not_permitted(Verb.RESCHEDULE)
    with _letter_rules():
        return letters.mark_sent(letter)


@transaction.atomic
def cancel_apology(letter: Letter, *, by, reason: str) -> Letter:
    """Take a draft back that is not needed; an issued letter stays for ever."""
    dossier = locked(dossier_of(letter))
    if not rules.is_supervisor_of(by, dossier.competent_agency):
        raise errors.not_permitted(Verb.RESCHEDULE)
    with _letter_rules():
        return letters.cancel(letter, reason=reason)


def withdraw_unsent_apology(dossier: Dossier, *, reason: str) -> None:
    """Cancel the draft of this cycle when the clock has stopped; nothing when there is none.

    The reason is the system's own short sentence: people's texts may be longer than a letter takes.
    """
    letter = open_letter(dossier)
    if letter:
        letters.cancel(letter, reason=str(reason))


def withdraw_untouched_drafts(dossiers: Iterable[Dossier], *, reason: str) -> None:
    """Cancel drafts that nobody has written into, where the due date has moved beyond the next working day.

    They come back when it is time again (see `overdue.draft_apologies`).
    """
    today = timezone.localdate()
    ahead = {}
    for dossier in dossiers:
        calendar = calendar_for(dossier.competent_agency)
        if dossier.due_at > calendar.closing(calendar.working_day_after(today, 1)):
            ahead[dossier.code] = dossier
    drafts = Letter.objects.filter(
        kind=LetterKind.APOLOGY, state=LetterState.DRAFT, reason="", reference__in=ahead
    )
    for letter in drafts:
        if letter.cycle == ahead[letter.reference].cycle:
            letters.cancel(letter, reason=str(reason))
