"""Feedback and recommendations (phản ánh, kiến nghị): sent by anybody, handled by the agency (R48).

One function per verb. Each locks the row, asks whether the verb is possible and then whether the person may,
adds one step with its clock, and tells the sender in the same transaction. A clock that is over forbids
nothing: the step is late and says so.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cases import feedback as clocks
from cases import lookup, queries, rules
from cases.errors import Invalid, NotPermitted, NotPossibleNow
from cases.feedback import MOVES, FeedbackKind, FeedbackVerb, Verdict
from cases.models import Applicant, Feedback, FeedbackBook, FeedbackFile, FeedbackStep
from cases.services.applicants import tidy_name, tidy_phone
from cases.services.base import fitting_text, known_choice, required_text
from cases.services.documents import CheckedFile, check_file
from cases.services.feedback_notices import tell_agency, tell_sender
from cases.services.stored_files import files_or_nothing, store_file
from procedures.calendars import calendar_for, remembered_calendars
from procedures.models import Agency
from procedures.regimes import FeedbackRules, feedback_rules_on
from procedures.text import fold

LONGEST_TEXT = 5000  # characters
MOST_FILES = 3


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends it and how to be reached; `applicant` when signed in."""

    name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    applicant: Applicant | None = field(default=None)


@files_or_nothing()
@remembered_calendars()
@transaction.atomic
def send_feedback(
    *, kind: str, text: str, agency: Agency | None, sender: Sender, nonce: UUID, code: str = "", uploads=()
) -> Feedback:
    """Register it with the next number of the agency and year; acknowledged and the agency told at once.

    Without an agency it goes to the one that decides the dossier `code`. The same `nonce` again gives what
    was registered the first time, so that a page sent twice registers once. Raises `Invalid`, `BadFile`.
    """
    if known := known_by(nonce):
        return known
    known_choice(kind, FeedbackKind, field="kind")
    text = bounded(text, field="text", sentence=_("Write what your feedback is about."))
    sender = _checked(sender, feedback_rules_on(timezone.localdate()))
    dossier = queries.look_up(code) if code.strip() else None
    if code.strip() and dossier is None:
        raise Invalid(_("There is no dossier with this code. Correct it or leave it out."), field="code")
    agency = agency or (dossier and dossier.competent_agency)
    if agency is None:
        raise Invalid(_("Choose the agency that it is for, or give the code of the dossier."), field="agency")
    return register_feedback(
        kind=kind,
        text=text,
        agency=agency,
        dossier=dossier,
        sender=sender,
        nonce=nonce,
        files=_checked_files(uploads),
    )


def known_by(nonce: UUID) -> Feedback | None:
    """What this page has registered before; of one page sent twice at the same moment, one waits here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [nonce.int % 2**63])
    return Feedback.objects.filter(nonce=nonce).first()


def register_feedback(
    *, kind, text: str, agency: Agency, dossier, sender: Sender, nonce: UUID, files=(), contested=None
) -> Feedback:
    """Checked feedback with the next number of the agency and year; the sender and the agency are told."""
    now = timezone.now()
    law = feedback_rules_on(timezone.localdate(now))
    book, number = _next_number(agency, timezone.localdate(now).year)
    feedback = Feedback.objects.create(
        code=f"{agency.identifier}-PA{now.astimezone(timezone.get_default_timezone()):%y}-{number:04d}",
        book=book,
        number=number,
        nonce=nonce,
        kind=kind,
        agency=agency,
        dossier=dossier,
        contested=contested,
        applicant=sender.applicant,
        text=text,
        sender_name=sender.name,
        sender_phone=sender.phone,
        sender_email=sender.email,
        sender_address=sender.address,
        language="en" if (get_language() or "vi").startswith("en") else "vi",
        sent_at=now,
        counts_from=now,
        answer_by=clocks.clocks(now, law, calendar_for(agency)).answer_by,
    )
    for checked in files:
        _store(feedback, checked, at=now)
    step = _step(feedback, FeedbackVerb.SEND, at=now)
    tell_sender(feedback, step)
    tell_agency(feedback, step)
    return feedback


@transaction.atomic
def give_detail(feedback: Feedback, *, secret: str, text: str) -> Feedback:
    """The sender, who knows the secret, gives the details that were asked for; the clocks run on."""
    feedback = _locked(feedback)
    if not lookup.matches(feedback, secret):
        raise NotPermitted(_("Only who sent it gives details, with the number and the secret."))
    _check_possible(feedback, FeedbackVerb.DETAIL)
    text = bounded(text, field="text", sentence=_("Write the details that were asked for."))
    feedback.state = MOVES[FeedbackVerb.DETAIL][1]
    feedback.save()
    tell_agency(feedback, _step(feedback, FeedbackVerb.DETAIL, text=text))
    return feedback


@transaction.atomic
def refuse_feedback(feedback: Feedback, *, by, text: str) -> Feedback:
    """Refuse to handle it, with the reason, within 2 working days."""
    feedback = _ready(feedback, FeedbackVerb.REFUSE, by)
    text = bounded(text, field="text", sentence=_("Give the reason of the refusal."))
    return _done(feedback, FeedbackVerb.REFUSE, by=by, text=text, ended_at=timezone.now())


@transaction.atomic
def ask_for_detail(feedback: Feedback, *, by, text: str) -> Feedback:
    """Ask the sender for what is not clear, within 5 working days; the time for the answer runs on."""
    feedback = _ready(feedback, FeedbackVerb.ASK, by)
    text = bounded(text, field="text", sentence=_("Write what the sender shall explain."))
    return _done(feedback, FeedbackVerb.ASK, by=by, text=text)


@remembered_calendars()
@transaction.atomic
def transfer_feedback(feedback: Feedback, *, by, to: Agency | None, text: str = "") -> Feedback:
    """Pass it on to the agency that is competent, within 5 working days; its clocks count from now.

    It keeps its number; both agencies see it from then on.
    """
    feedback = _ready(feedback, FeedbackVerb.TRANSFER, by)
    if to is None or to.pk == feedback.agency_id:
        raise Invalid(_("Choose another agency to pass it on to."), field="to")
    now = timezone.now()
    law = feedback_rules_on(timezone.localdate(feedback.sent_at))
    step = _step(feedback, FeedbackVerb.TRANSFER, by=by, at=now, text=bounded(text, field="text"), to=to)
    feedback.agency, feedback.counts_from = to, now
    feedback.answer_by = clocks.clocks(now, law, calendar_for(to)).answer_by
    feedback.state = MOVES[FeedbackVerb.TRANSFER][1]
    feedback.save()
    tell_sender(feedback, step)
    tell_agency(feedback, step)
    return feedback


@remembered_calendars()
@transaction.atomic
def answer_feedback(feedback: Feedback, *, by, text: str, verdict: str = "") -> Feedback:
    """Answer it, within 15 working days; it is then to be published within 2.

    Who contests an entry of the clock is told whether that is upheld (`Verdict`); of another complaint about
    the handling of a dossier it may be said. What is upheld counts in the indicator of attitude (R50).
    """
    feedback = _ready(feedback, FeedbackVerb.ANSWER, by)
    _check_verdict(feedback, verdict)
    text = bounded(text, field="text", sentence=_("Write the answer."))
    now = timezone.now()
    law = feedback_rules_on(timezone.localdate(feedback.sent_at))
    by_then = clocks.publish_by(now, law, calendar_for(feedback.agency))
    return _done(
        feedback,
        FeedbackVerb.ANSWER,
        by=by,
        text=text,
        ended_at=now,
        answer=text,
        verdict=verdict,
        publish_by=by_then,
    )


@transaction.atomic
def publish_feedback(feedback: Feedback, *, by, question: str, answer: str) -> Feedback:
    """Publish question and answer, written for everybody, within 2 working days after the answer.

    Refused while they name the sender, a way to reach them, or the dossier.
    """
    feedback = _ready(feedback, FeedbackVerb.PUBLISH, by)
    question = bounded(question, field="question", sentence=_("Write the question as it is published."))
    answer = bounded(answer, field="answer", sentence=_("Write the answer as it is published."))
    for name, text in (("question", question), ("answer", answer)):
        _refuse_personal(feedback, text, field=name)
    return _done(
        feedback,
        FeedbackVerb.PUBLISH,
        by=by,
        published_at=timezone.now(),
        public_question=question,
        public_answer=answer,
    )


# --- What the verbs share ---------------------------------------------------------------------


def _locked(feedback: Feedback) -> Feedback:
    rows = Feedback.objects.select_for_update(of=("self",)).select_related(
        "agency", "book__agency", "dossier"
    )
    return rows.get(pk=feedback.pk)


def _check_possible(feedback: Feedback, verb: FeedbackVerb) -> None:
    if not clocks.is_possible(verb, feedback.state):
        raise NotPossibleNow(
            _("“%(verb)s” is not possible now: %(code)s is in the state “%(state)s”.")
            % {"verb": verb.label, "code": feedback.code, "state": feedback.get_state_display()}
        )


def _ready(feedback: Feedback, verb: FeedbackVerb, by) -> Feedback:
    feedback = _locked(feedback)
    _check_possible(feedback, verb)
    if not rules.may_handle_feedback(by, verb, feedback.agency):
        raise NotPermitted(
            _("You may not do “%(verb)s” with this feedback. It needs another role or another agency.")
            % {"verb": verb.label}
        )
    return feedback


def _check_verdict(feedback: Feedback, verdict: str) -> None:
    if verdict:
        known_choice(verdict, Verdict, field="verdict")
        if feedback.kind != FeedbackKind.HANDLING or feedback.dossier_id is None:
            raise Invalid(
                _("Only a complaint about the handling of a dossier is upheld or not."), field="verdict"
            )
    elif feedback.contested_id:
        raise Invalid(
            _("Say whether what was contested is upheld; the answer gives the reason."),
            code="required",
            field="verdict",
        )


def _done(feedback: Feedback, verb: FeedbackVerb, *, by, text: str = "", **values) -> Feedback:
    for name, value in values.items():
        setattr(feedback, name, value)
    feedback.state = MOVES[verb][1]
    feedback.save()
    tell_sender(feedback, _step(feedback, verb, by=by, text=text))
    return feedback


def _step(
    feedback: Feedback, verb: FeedbackVerb, *, by=None, at: datetime | None = None, text: str = "", to=None
) -> FeedbackStep:
    """One row of its history, with the moment until which the law wants it."""
    law = feedback_rules_on(timezone.localdate(feedback.sent_at))
    if verb == FeedbackVerb.PUBLISH:
        due_at = feedback.publish_by
    else:
        due_at = clocks.clocks(feedback.counts_from, law, calendar_for(feedback.agency)).of(verb)
    return FeedbackStep.objects.create(
        feedback=feedback,
        verb=verb,
        at=at or timezone.now(),
        by=by,
        agency=feedback.agency,
        to_agency=to,
        text=text,
        due_at=due_at,
    )


def _next_number(agency: Agency, year: int) -> tuple[FeedbackBook, int]:
    """The register and its next number; its row stays locked until the commit, so there is no gap."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {FeedbackBook._meta.db_table} AS book (agency_id, year, last_number)
            VALUES (%s, %s, 1)
            ON CONFLICT (agency_id, year) DO UPDATE SET last_number = book.last_number + 1
            RETURNING id, last_number
            """,
            [agency.pk, year],
        )
        pk, number = cursor.fetchone()
    return FeedbackBook(pk=pk, agency=agency, year=year, last_number=number), number


def bounded(text: str, *, field: str, sentence="") -> str:
    """Text that is not too long and, with a `sentence` for nothing, not empty."""
    text = (text or "").strip()
    if sentence:
        required_text(text, field=field, sentence=sentence)
    if "\x00" in text or len(text) > LONGEST_TEXT:
        raise Invalid(
            _("This text cannot be kept: it has more than %(most)s characters, or some that are no text.")
            % {"most": LONGEST_TEXT},
            code="too_long",
            field=field,
        )
    return text


def _checked(sender: Sender, law: FeedbackRules) -> Sender:
    name = fitting_text(tidy_name(sender.name), field="name", column="sender_name", model=Feedback)
    phone = tidy_phone(sender.phone, field="phone")
    address = fitting_text(sender.address, field="address", column="sender_address", model=Feedback)
    email = fitting_text(sender.email, field="email", column="sender_email", model=Feedback)
    if email:
        try:
            validate_email(email)
        except ValidationError as error:
            raise Invalid(
                _("“%(email)s” is not an e-mail address.") % {"email": email[:80]}, field="email"
            ) from error
    if law.needs_name and not name:
        raise Invalid(
            _("Enter your name: the law wants feedback to be signed (%(citation)s). It is not published.")
            % {"citation": law.citation},
            field="name",
        )
    if law.needs_name and not (phone or email or address):
        raise Invalid(
            _("Enter a phone number, an e-mail address or a postal address, so that you can be answered."),
            field="phone",
        )
    return Sender(name, phone, email, address, sender.applicant)


def _checked_files(uploads) -> list[CheckedFile]:
    uploads = list(uploads)
    if len(uploads) > MOST_FILES:
        raise Invalid(
            _("At most %(most)s files can be sent along.") % {"most": MOST_FILES},
            code="too_many_files",
            field="files",
        )
    return [check_file(upload) for upload in uploads]


def _store(feedback: Feedback, checked: CheckedFile, *, at: datetime) -> None:
    row = FeedbackFile(
        feedback=feedback,
        name=checked.name,
        mime_type=checked.mime_type,
        size=len(checked.content),
        sha256=checked.sha256,
        added_at=at,
    )
    store_file(row.file, checked.as_file())
    row.save()


def _refuse_personal(feedback: Feedback, text: str, *, field: str) -> None:
    personal = [feedback.sender_name, feedback.sender_email, feedback.sender_phone, feedback.sender_address]
    if feedback.dossier:
        personal.append(feedback.dossier.code or "")
    written = fold(text)
    digits = "".join(c for c in text if c.isdecimal())
    for what in filter(None, personal):
        if fold(what) in written or (what == feedback.sender_phone and what.lstrip("+") in digits):
            raise Invalid(
                _("“%(what)s” would tell who sent it. Take it out of the text that everybody reads.")
                % {"what": what},
                code="personal",
                field=field,
            )
