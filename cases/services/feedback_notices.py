"""Telling the sender of feedback and the agency that handles it, through the outbox (R48)."""

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from cases.events import local_text
from cases.feedback import FeedbackVerb
from cases.models import Feedback, FeedbackStep
from cases.services.notices import supervisors_of
from notifications.services.messages import enqueue


def tell_sender(feedback: Feedback, step: FeedbackStep) -> int:
    """One message by e-mail, or by SMS to who gave only a phone number. Returns how many were added.

    It carries no secret: that is on the acknowledgement alone.
    """
    recipient = feedback.sender_email or feedback.sender_phone
    if not recipient:
        return 0
    with translation.override(feedback.language):
        message = enqueue(
            f"{feedback.uuid}:feedback:{step.pk}",
            channel="email" if feedback.sender_email else "sms",
            recipient=recipient,
            subject=_("Feedback %(code)s: %(what)s")
            % {"code": feedback.code, "what": feedback.get_state_display()},
            body="\n".join(_lines(feedback, step)),
            language=feedback.language,
            reference=feedback.code,
        )
    return int(message is not None)


def tell_agency(feedback: Feedback, step: FeedbackStep) -> int:
    """One e-mail to each supervisor of the agency that has to act now; names nobody."""
    added = 0
    with translation.override(settings.LANGUAGE_CODE):
        for person in supervisors_of(feedback.agency):
            message = enqueue(
                f"{feedback.uuid}:feedback:{step.pk}",
                channel="email",
                recipient=person.email,
                subject=_("Feedback %(code)s: %(what)s")
                % {"code": feedback.code, "what": step.get_verb_display()},
                body=_("%(code)s, %(kind)s. To be answered by %(due)s.")
                % {
                    "code": feedback.code,
                    "kind": feedback.get_kind_display(),
                    "due": local_text(feedback.answer_by),
                },
                language=settings.LANGUAGE_CODE,
                reference=feedback.code,
            )
            added += message is not None
    return added


def _lines(feedback: Feedback, step: FeedbackStep) -> list[str]:
    words = {"agency": feedback.agency.name, "code": feedback.code, "at": local_text(step.at)}
    lines = {
        FeedbackVerb.SEND: [_("%(agency)s received your feedback %(code)s at %(at)s.") % words],
        FeedbackVerb.REFUSE: [_("%(agency)s does not handle your feedback %(code)s. Reason:") % words],
        FeedbackVerb.ASK: [_("%(agency)s asks you for details of your feedback %(code)s:") % words],
        FeedbackVerb.TRANSFER: [_("Your feedback %(code)s was passed on to %(agency)s.") % words],
        FeedbackVerb.ANSWER: [_("%(agency)s answers your feedback %(code)s:") % words],
        FeedbackVerb.PUBLISH: [
            _("The answer to your feedback %(code)s is published, without your name.") % words
        ],
    }[FeedbackVerb(step.verb)]
    if step.verb in {FeedbackVerb.REFUSE, FeedbackVerb.ASK, FeedbackVerb.ANSWER}:
        if step.verb == FeedbackVerb.ANSWER and feedback.verdict:
            lines.append(_("What you contested: %(verdict)s.") % {"verdict": feedback.get_verdict_display()})
        lines.append(step.text)
    if feedback.is_open:
        lines.append(_("You are answered by: %(moment)s.") % {"moment": local_text(feedback.answer_by)})
        lines.append(
            _("Follow it with its number and the secret of the acknowledgement: %(address)s")
            % {"address": f"{settings.PUBLIC_URL}/phan-anh-kien-nghi/theo-doi/"}
        )
    lines.append(_("Time of this step: %(moment)s.") % {"moment": local_text(timezone.localtime(step.at))})
    return lines
