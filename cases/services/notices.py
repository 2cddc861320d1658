"""Telling people: texts of events as messages in the outbox, in the transaction of the event (R32, R41)."""

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.events import local_text
from cases.models import Dossier, DossierEvent
from cases.notice_facts import facts_of
from cases.notice_topics import topic_of
from cases.services import notice_choices
from notifications.enums import MessageKind
from notifications.services.messages import enqueue
from notifications.services.templates import texts_for
from procedures.enums import Role
from procedures.models import Agency, Staff, works_in


def notify_applicant(dossier: Dossier, event: DossierEvent, *, letter=None) -> int:
    """One message per channel that the applicant chose; a repeated call adds none. Returns how many were added.

    None at all of a topic that the applicant does not want and the law does not demand. The words are the
    office's own where it has some, else the built-in ones. An issued `letter` travels with the e-mail and
    counts as sent when that has arrived.
    """
    applicant = dossier.applicant
    topic = topic_of(event.kind, event.data)
    addresses = applicant.addresses()
    if not addresses or not notice_choices.wants(applicant, topic):
        return 0
    added = 0
    with translation.override(applicant.language):
        facts = facts_of(dossier, event)
        texts = texts_for(event.kind, language=applicant.language, channels=[name for name, _to in addresses])
        for channel, recipient in addresses:
            text = texts[channel].filled_in(facts)
            opt_out_url = notice_choices.switch_off_url(applicant, topic) if channel == "email" else ""
            message = enqueue(
                f"{dossier.uuid}:event:{event.pk}",
                channel=channel,
                recipient=recipient,
                subject=text.subject,
                body=with_footer(text.body, opt_out_url),
                language=applicant.language,
                reference=dossier.code or "",
                kind=event.kind,
                opt_out_url=opt_out_url,
                letter=letter,
            )
            added += message is not None
    return added


def with_footer(body: str, opt_out_url: str) -> str:
    """The text of an e-mail that may be switched off, with the way to do so below it."""
    if not opt_out_url:
        return body
    how = _("You can do without messages like this one: %(address)s") % {"address": opt_out_url}
    return f"{body}\n\n-- \n{how}"


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


def tell_staff(people: list, key: str, dossier: Dossier, *, kind: str, subject, body, **facts) -> int:
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
                kind=kind,
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
                kind=MessageKind.DUE_SOON,
            )
            added += message is not None
    return added
