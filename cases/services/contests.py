"""The owner of a dossier contests an entry of its clock: a pause, an extension, a new date, a refusal (R48).

It becomes feedback with the clocks of feedback, bound to dossier and entry; once for each entry.
"""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases import rules
from cases.errors import NotPermitted, NotPossibleNow
from cases.feedback import CONTESTABLE, FeedbackKind
from cases.models import Dossier, DossierEvent, Feedback
from cases.services.base import locked
from cases.services.feedback import Sender, bounded, known_by, register_feedback
from cases.services.rating import proved_dossier
from procedures.calendars import remembered_calendars


@remembered_calendars()
@transaction.atomic
def contest_event(
    dossier: Dossier, event: DossierEvent, *, text: str, nonce: UUID, proof: str = "", account=None
) -> Feedback:
    """Register what is contested, for the agency that decides; the applicant is told the number.

    By the `proof` of a look-up or by the applicant's `account`. The same `nonce` again gives what was
    registered the first time. Changes nothing of the clock: the agency answers, upheld or not. Raises
    `NotPermitted`, `NotPossibleNow` (an entry that nobody can contest, or contested already), `Invalid`.
    """
    by_account = account is not None and rules.is_owner(account, dossier)
    if not by_account and proved_dossier(proof) != dossier:
        raise NotPermitted(_("Only the applicant contests this, after a look-up or signed in."))
    if known := known_by(nonce):
        return known
    dossier = locked(dossier)  # of two who contest the same entry at once, one waits
    if event.dossier_id != dossier.pk or event.kind not in CONTESTABLE:
        raise NotPossibleNow(
            _("This entry does not move the date of the dossier, so there is nothing to contest."),
            code="not_contestable",
        )
    if earlier := Feedback.objects.filter(contested=event).first():
        raise NotPossibleNow(
            _("This entry was contested already: %(code)s. Follow it with its number.")
            % {"code": earlier.code},
            code="contested_already",
        )
    text = bounded(text, field="text", sentence=_("Write why this entry is wrong."))
    applicant = dossier.applicant
    return register_feedback(
        kind=FeedbackKind.HANDLING,
        text=text,
        agency=dossier.competent_agency,
        dossier=dossier,
        contested=event,
        sender=Sender(
            name=applicant.full_name,
            phone=applicant.phone,
            email=applicant.email,
            address=applicant.address,
            applicant=applicant,
        ),
        nonce=nonce,
    )
