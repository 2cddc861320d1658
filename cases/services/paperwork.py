"""The forms that a verb issues at once, in its own transaction: number, PDF and hash (forms 02, 03, 05).

No verb of its own: who may, and whether the state allows it, has been asked by the verb that issues the
form. The letter that is returned travels with the notice of the verb's event.
"""

from django.utils import timezone

from cases.enums import EventKind
from cases.letters import reference_of, refusal_payload, stop_payload, supplement_payload
from cases.models import Dossier, Supplement
from notifications.enums import LetterKind, StopGround
from notifications.models import Letter
from notifications.services.letters import issue_at_once
from procedures.models import Agency

_GROUNDS = {EventKind.WITHDRAWN: StopGround.WITHDRAWAL, EventKind.STOPPED: StopGround.NO_SUPPLEMENT}


def issue_supplement_form(dossier: Dossier, supplement: Supplement, *, by) -> Letter:
    """Form 02: before reception from the desk, after it from the deciding agency; one for each request."""
    agency = dossier.receiving_desk if supplement.before_reception else dossier.competent_agency
    payload = supplement_payload(dossier, supplement, by=by)
    return _issue(LetterKind.SUPPLEMENT, dossier, agency, payload, by=by, cause=f"supplement:{supplement.pk}")


def issue_refusal_form(dossier: Dossier, *, by, reason: str) -> Letter:
    """Form 03, from the desk."""
    payload = refusal_payload(dossier, reason=reason, by=by)
    return _issue(LetterKind.REFUSAL, dossier, dossier.receiving_desk, payload, by=by, cause="refusal")


def issue_stop_form(dossier: Dossier, *, by, kind: EventKind, reason: str) -> Letter:
    """The stop notice, with the ground of that event; without a code it is the desk's own."""
    agency = dossier.competent_agency if dossier.code else dossier.receiving_desk
    payload = stop_payload(dossier, ground=_GROUNDS[kind], reason=reason, at=timezone.now())
    return _issue(LetterKind.STOP, dossier, agency, payload, by=by, cause="stop")


def _issue(kind: LetterKind, dossier: Dossier, agency: Agency, payload, *, by, cause: str) -> Letter:
    return issue_at_once(
        kind,
        agency_identifier=agency.identifier,
        reference=reference_of(dossier),
        cycle=dossier.cycle,
        payload=payload,
        by=str(by),
        key=f"{dossier.uuid}:{cause}",
    )
