"""Asking other agencies, and their parts of interlinked procedures (lấy ý kiến, liên thông; R20).

Each has its own deadline by its own agency's calendar; the due date of the dossier does not move by it.
"""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases import deadlines, errors, rules
from cases.connections.exchange.facts import LONGEST_TEXT
from cases.enums import OPEN_STATES, ConsultationKind, EventKind, Verb
from cases.events import local_text, record
from cases.exchange_partners import unit_of
from cases.limits import MAX_AMOUNT
from cases.models import Consultation, Dossier
from cases.services.base import ask, known_choice, locked, required_text
from cases.services.clock import countable_moment
from cases.services.notices import supervisors_of, tell_staff
from cases.services.one_by_one import one_by_one
from notifications.enums import MessageKind
from procedures.calendars import calendar_for
from procedures.models import Agency
from procedures.working_time import minute_of


@transaction.atomic
def consult(
    dossier: Dossier,
    *,
    by,
    agency: Agency,
    question: str,
    working_hours: Decimal | None = None,
    due_at: datetime | None = None,
    kind: str = ConsultationKind.OPINION,
    after: Consultation | None = None,
) -> Consultation:
    """Ask another agency, or give it its part: at once, or when `after` has been answered (in turn).

    The deadline is a number of working hours by the asked agency's calendar or, when asked at once, a
    moment. One event and a message to the supervisors of the agency when it is asked. Raises
    `NotPossibleNow`, `NotPermitted`, `Invalid` with `own_agency`, `one_deadline`, `no_time`,
    `other_dossier`.
    """
    dossier = locked(dossier)
    ask(dossier, Verb.CONSULT, by)
    question = required_text(question, field="question", sentence=_("Write what the agency is asked."))
    if len(question) > LONGEST_TEXT and unit_of(agency):
        raise errors.Invalid(
            _("This text has %(length)s characters; at most %(longest)s are possible.")
            % {"length": len(question), "longest": LONGEST_TEXT},
            code="too_long",
            field="question",
        )
    known_choice(kind, ConsultationKind, field="kind")
    if agency.pk == dossier.competent_agency_id:
        raise errors.Invalid(
            _("%(agency)s decides this dossier itself; choose another agency.") % {"agency": agency},
            code="own_agency",
            field="agency",
        )
    if not agency.is_active:
        raise errors.Invalid(_("%(agency)s is no longer active.") % {"agency": agency}, field="agency")
    if after is not None and after.dossier_id != dossier.pk:
        raise errors.Invalid(
            _("What has to be answered first belongs to another dossier."),
            code="other_dossier",
            field="after",
        )
    waits = after is not None and after.answered_at is None
    hours = _allowed_hours(agency, working_hours, due_at, waits=waits)
    now = timezone.now()
    consultation = Consultation.objects.create(
        dossier=dossier,
        kind=kind,
        agency=agency,
        after=after,
        question=question,
        working_hours=hours,
        created_at=now,
        created_by=by,
    )
    if not waits:
        _ask_now(dossier, consultation, by=by, due_at=due_at)
    return consultation


def _allowed_hours(
    agency: Agency, working_hours: Decimal | None, due_at: datetime | None, *, waits: bool
) -> Decimal:
    """Working hours of the agency's calendar; a moment becomes the hours from now until then."""
    if (working_hours is None) == (due_at is None):
        raise errors.Invalid(
            _("Give the deadline once: either in working hours or as a moment."),
            code="one_deadline",
            field="working_hours",
        )
    if due_at is not None and waits:
        raise errors.Invalid(
            _("Its turn comes later, so give the deadline in working hours."),
            code="one_deadline",
            field="due_at",
        )
    field = "working_hours"
    if due_at is not None:
        countable_moment(due_at, field="due_at")
        working_hours, field = _hours_between(agency, timezone.now(), due_at), "due_at"
    hours = Decimal(working_hours).quantize(Decimal("0.01"))
    if not 0 < hours <= MAX_AMOUNT:
        raise errors.Invalid(
            _("The agency needs working time to answer: give a later deadline."), code="no_time", field=field
        )
    return hours


def _hours_between(agency: Agency, start: datetime, end: datetime) -> Decimal:
    minutes = calendar_for(agency).working_minutes_between(start, end)
    return (Decimal(minutes) / 60).quantize(Decimal("0.01"))


def answer_due_at(consultation: Consultation) -> datetime:
    """Its working hours from the moment when it was asked, by the calendar of the asked agency."""
    calendar = calendar_for(consultation.agency)
    start = calendar.counts_as_received_at(consultation.asked_at)
    return calendar.add_working_minutes(start, consultation.working_hours * 60)


def keeps_its_time(consultation: Consultation) -> bool:
    """Until the answer is due there are still as many working hours as were given.

    A deadline that was named as a moment must not be moved by a few seconds of rounding.
    """
    hours = _hours_between(consultation.agency, consultation.asked_at, consultation.due_at)
    return hours == consultation.working_hours


def _ask_now(dossier: Dossier, consultation: Consultation, *, by, due_at: datetime | None = None) -> None:
    """Its turn has come: from now on its deadline runs."""
    consultation.asked_at = timezone.now()
    consultation.due_at = due_at or answer_due_at(consultation)
    consultation.save(update_fields=["asked_at", "due_at"])
    record(
        dossier,
        EventKind.CONSULTED,
        by=by,
        agency=consultation.agency.name_vi,
        due=local_text(consultation.due_at),
        consultation=consultation.pk,
    )
    tell_staff(
        supervisors_of(consultation.agency),
        f"{dossier.uuid}:consulted:{consultation.pk}",
        dossier,
        kind=MessageKind.CONSULTED,
        subject=_lazy("Dossier %(code)s: an answer is wanted by %(due)s"),
        body=_lazy(
            "%(lead)s asks %(agency)s. The question and the papers are in the system: %(code)s, %(procedure)s."
        ),
        lead=dossier.competent_agency,
        agency=consultation.agency,
        due=local_text(consultation.due_at),
    )


@transaction.atomic
def answer_consultation(consultation: Consultation, *, by, answer: str) -> Consultation:
    """Record the answer, early, on time or late; whoever waited for it is asked now.

    By an officer or supervisor of the asked agency, or by an officer of the deciding agency who enters
    a letter. Possible until the dossier has its result. The person who holds the dossier is told; a late
    answer that comes before the hourly run is alerted of now.
    """
    dossier = locked(consultation.dossier)
    consultation = Consultation.objects.select_related("agency").get(pk=consultation.pk)
    if refusal := refusal_of_answer(dossier, consultation):
        raise refusal
    if not rules.may_answer(by, consultation, dossier):
        raise errors.not_permitted(Verb.CONSULT)
    answer = required_text(answer, field="answer", sentence=_("Write the answer."))
    return _settled(dossier, consultation, answer, at=timezone.now(), by=by)


@transaction.atomic
def settle_from_outside(consultation: Consultation, *, answer: str, at: datetime) -> Consultation:
    """The answer of an agency that works in another installation, given there at that moment.

    Not earlier than it was asked here, and not later than now, however their clock goes. Side effects as in
    `answer_consultation`; raises `NotPossibleNow` when nobody waits for it any more.
    """
    dossier = locked(consultation.dossier)
    consultation = Consultation.objects.select_related("agency").get(pk=consultation.pk)
    if refusal := refusal_of_answer(dossier, consultation):
        raise refusal
    at = min(max(at, consultation.asked_at), timezone.now())
    return _settled(dossier, consultation, answer, at=at, by=None)


def _settled(dossier: Dossier, consultation: Consultation, answer: str, *, at: datetime, by) -> Consultation:
    how = deadlines.punctuality(consultation.due_at, at)
    if how == deadlines.Punctuality.LATE and consultation.alerted_at is None:
        consultation.alerted_at = timezone.now()
        _say_that_late(dossier, consultation, consultation.alerted_at)
    consultation.answered_at = at
    consultation.answered_by = by
    consultation.answer = answer
    consultation.save(update_fields=["alerted_at", "answered_at", "answered_by", "answer"])
    record(
        dossier,
        EventKind.CONSULTATION_ANSWERED,
        by=by,
        by_label="" if by else consultation.agency.name_vi,
        agency=consultation.agency.name_vi,
        punctuality=how,
        consultation=consultation.pk,
    )
    tell_staff(
        [dossier.holder],
        f"{dossier.uuid}:answered:{consultation.pk}",
        dossier,
        kind=MessageKind.CONSULTATION_ANSWERED,
        subject=_lazy("Dossier %(code)s: %(agency)s has answered"),
        body=_lazy("The answer is in the system: %(code)s, %(procedure)s."),
        agency=consultation.agency,
    )
    for follower in consultation.followers.filter(asked_at=None).select_related("agency"):
        _ask_now(dossier, follower, by=by)
    return consultation


def refusal_of_answer(dossier: Dossier, consultation: Consultation) -> errors.NotPossibleNow | None:
    """Why no answer is taken now, before anybody writes one; None when it is."""
    if dossier.state not in OPEN_STATES or dossier.finished_at is not None:
        return errors.NotPossibleNow(
            _("The dossier %(code)s has its result or has ended; no answer is needed any more.")
            % {"code": dossier.code},
            code="dossier_ended",
        )
    if consultation.asked_at is None:
        return errors.NotPossibleNow(
            _("%(agency)s has not been asked yet: another answer comes first.")
            % {"agency": consultation.agency},
            code="not_asked_yet",
        )
    if consultation.answered_at is not None:
        return errors.NotPossibleNow(
            _("%(agency)s already answered at %(moment)s.")
            % {"agency": consultation.agency, "moment": local_text(consultation.answered_at)},
            code="answered_already",
        )
    return None


def alert_late_consultations(now: datetime | None = None) -> int:
    """Say once of each late answer that it is late, to the lead and the head of the desk; returns how many.

    Decree 61/2018 Art 19.5. The dossier is locked and the row claimed with its condition, so of two
    workers one alerts.
    """
    now = now or timezone.now()
    late = Consultation.objects.waiting().filter(due_at__lt=minute_of(now), alerted_at=None)
    rows = ((row.dossier_id, row) for row in late.order_by("due_at", "pk"))
    return one_by_one("consultation", rows, lambda consultation: _alert(consultation, now))


@transaction.atomic
def _alert(consultation: Consultation, now: datetime) -> bool:
    dossier = locked(consultation.dossier)
    claimed = Consultation.objects.waiting().filter(pk=consultation.pk, alerted_at=None)
    if not claimed.update(alerted_at=now):
        return False
    _say_that_late(dossier, consultation, now)
    return True


def _say_that_late(dossier: Dossier, consultation: Consultation, now: datetime) -> None:
    """One event, and a message to the lead and to the head of the desk (R20)."""
    due = local_text(consultation.due_at)
    record(
        dossier,
        EventKind.CONSULTATION_LATE,
        at=now,
        agency=consultation.agency.name_vi,
        due=due,
        consultation=consultation.pk,
    )
    lead = [dossier.holder] if dossier.holder and dossier.holder.email else None
    people = [*(lead or supervisors_of(dossier.competent_agency)), *supervisors_of(dossier.receiving_desk)]
    tell_staff(
        people,
        f"{dossier.uuid}:consultation_late:{consultation.pk}",
        dossier,
        kind=MessageKind.CONSULTATION_LATE,
        subject=_lazy("Dossier %(code)s: an answer is late"),
        body=_lazy("The answer of %(agency)s is late: it was due at %(due)s. %(code)s, %(procedure)s."),
        agency=consultation.agency,
        due=due,
    )
