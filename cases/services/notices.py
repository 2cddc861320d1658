"""Telling people: texts of events as messages in the outbox, in the transaction of the event (R32, R41)."""

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.enums import EventKind
from cases.events import local_text
from cases.models import Dossier, DossierEvent
from notifications.services.messages import enqueue
from procedures.enums import Role
from procedures.models import Agency, Staff, works_in


def notify_applicant(dossier: Dossier, event: DossierEvent, *, letter=None) -> int:
    """One message per channel that the applicant chose; a repeated call adds none. Returns how many were added.

    An issued `letter` travels with the e-mail and counts as sent when that has arrived.
    Contents by Decree 224/2026 Art 15.1g: agency, person handling, times of receipt, processing, return.
    """
    applicant = dossier.applicant
    added = 0
    with translation.override(applicant.language):
        subject = _("Dossier %(code)s: %(what)s") % {
            "code": dossier.code or dossier.version.procedure.code,
            "what": event.get_kind_display(),
        }
        body = _applicant_text(dossier, event)
        for channel, recipient in applicant.addresses():
            message = enqueue(
                f"{dossier.uuid}:event:{event.pk}",
                channel=channel,
                recipient=recipient,
                subject=subject,
                body=body,
                language=applicant.language,
                reference=dossier.code or "",
                letter=letter,
            )
            added += message is not None
    return added


def _applicant_text(dossier: Dossier, event: DossierEvent) -> str:
    lines = [
        _("%(agency)s: %(procedure)s.")
        % {"agency": dossier.receiving_desk.name, "procedure": dossier.version.name},
        event.public_sentence,
    ]
    lines += [f"- {item}" for item in event.data.get("items", [])]
    lines += _more_words(dossier, event)
    if dossier.received_at:
        lines.append(_("Received at: %(moment)s.") % {"moment": local_text(dossier.received_at)})
    lines.append(_("Handled by: %(handler)s.") % {"handler": _handler(dossier)})
    lines.append(_("Time of this step: %(moment)s.") % {"moment": local_text(event.at)})
    if event.kind in {EventKind.SUBMITTED, EventKind.COMPLETED} and dossier.answer_due_at:
        lines.append(_("You are answered by: %(moment)s.") % {"moment": local_text(dossier.answer_due_at)})
    if dossier.is_running:  # while the applicant is asked for something the clock stands
        lines.append(_("Result due at: %(moment)s.") % {"moment": local_text(dossier.due_at)})
    if dossier.code:
        lines.append(
            _("Look up: %(address)s (the secret is on your receipt).")
            % {"address": f"{settings.PUBLIC_URL}/tra-cuu/?ma={dossier.code}"}
        )
    return "\n".join(lines)


def _more_words(dossier: Dossier, event: DossierEvent) -> list[str]:
    """What the applicant has to know beyond the sentence of the event."""
    match event.kind:
        case EventKind.EXTENDED:
            return [_("A new receipt with this date is ready for you at the desk.")]
        case EventKind.UNDONE if event.data["step"] == EventKind.RESULT_RECORDED:
            return [
                _(
                    "What you were told about the result does not hold any more. You are told when it is ready."
                )
            ]
        case EventKind.SUPPLEMENT_REMINDED:
            return [
                _("Bring it by %(moment)s; after that the dossier may be stopped.")
                % {"moment": event.data["stop_after"]}
            ]
        case EventKind.RETURNED if dossier.tracking_number:
            return [
                _("It was sent by post; tracking number: %(number)s.") % {"number": dossier.tracking_number}
            ]
        case EventKind.SETTLED if dossier.finished_at < dossier.due_at:
            # Decree 61/2018 Art 20.4: what is ready early is announced (R35).
            return [
                _("It was promised for %(due)s and is ready earlier.") % {"due": local_text(dossier.due_at)}
            ]
    return []


def _handler(dossier: Dossier) -> str:
    unit = dossier.holder_unit.name
    return f"{dossier.holder}, {unit}" if dossier.holder else unit


def supervisors_of(agency: Agency) -> list[Staff]:
    """Supervisors who answer for this agency and can be written to: its own, else those of the next above."""
    while agency:
        people = list(
            Staff.objects.filter(works_in([agency]), role=Role.SUPERVISOR, is_active=True).exclude(email="")
        )
        if people:
            return people
        agency = agency.parent
    return []


def tell_staff(people: list, key: str, dossier: Dossier, *, subject, body, **facts) -> int:
    """One e-mail to each of these who can be written to; a repeated call adds none. Returns how many.

    `subject` and `body` are lazy texts with `%(code)s`, `%(procedure)s` and the names of `facts`.
    """
    added = 0
    with translation.override(settings.LANGUAGE_CODE):
        words = {"code": dossier.code, "procedure": dossier.version, **facts}
        for person in people:
            if person is None or not person.email:
                continue
            message = enqueue(
                key,
                channel="email",
                recipient=person.email,
                subject=str(subject) % words,
                body=str(body) % words,
                language=settings.LANGUAGE_CODE,
                reference=dossier.code,
            )
            added += message is not None
    return added


def warn_of_due_date(dossier: Dossier, *, days_left: int) -> int:
    """Write to the officer who holds the dossier, or to the supervisors when nobody does (R29).

    Unique per dossier, due day and number of days, so the hourly run adds each warning once.
    """
    people = (
        [dossier.holder] if dossier.holder and dossier.holder.email else supervisors_of(dossier.holder_unit)
    )
    added = 0
    with translation.override(settings.LANGUAGE_CODE):
        for person in people:
            message = enqueue(
                f"{dossier.uuid}:due:{timezone.localtime(dossier.due_at):%Y%m%d}:{days_left}",
                channel="email",
                recipient=person.email,
                subject=_("Dossier %(code)s is due at %(due)s")
                % {"code": dossier.code, "due": local_text(dossier.due_at)},
                body=ngettext(
                    "%(code)s, %(procedure)s: %(days)s working day left. If it cannot be finished in time, "
                    "the apology must go out one working day before the due date.",
                    "%(code)s, %(procedure)s: %(days)s working days left. If it cannot be finished in time, "
                    "the apology must go out one working day before the due date.",
                    days_left,
                )
                % {"code": dossier.code, "procedure": dossier.version.name, "days": days_left},
                language=settings.LANGUAGE_CODE,
                reference=dossier.code,
            )
            added += message is not None
    return added
