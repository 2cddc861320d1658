"""Handing the result to the right person (R34)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import errors
from cases.enums import CollectionProof, EventKind, Verb
from cases.events import record
from cases.models import Dossier
from cases.services.applicants import is_same_person, tidy_name
from cases.services.base import ask, fitting_text, locked, required_text
from cases.services.clock import end_step
from cases.services.notices import notify_applicant
from cases.services.store import keep_papers


@transaction.atomic
def return_result(
    dossier: Dossier,
    *,
    by,
    collector: str,
    proof: str,
    collector_id_number: str = "",
    authorisation: str = "",
    originals_returned: str = "",
) -> Dossier:
    """Hand the result over (trả kết quả): to the applicant, or to an authorised holder of the receipt.

    Decree 61/2018 Arts 6, 20: who collected, what was shown, when, which originals went back. Scans of
    certificates that were brought stay in the applicant's store, so that nobody asks for them again (R13).
    """
    dossier = locked(dossier)
    ask(dossier, Verb.RETURN_RESULT, by)
    required_text(collector, field="collector", sentence=_("Enter who collects the result."))
    collector = fitting_text(tidy_name(collector), field="collector", column="collector_name")
    if proof not in CollectionProof.values:
        raise errors.Invalid(
            _("Check the receipt or an identity paper before handing the result over, and record which."),
            code="proof_missing",
            field="proof",
        )
    known = (dossier.applicant.full_name, dossier.submitter_name)
    authorised = proof == CollectionProof.AUTHORISATION
    if not authorised and not any(is_same_person(collector, name) for name in known):
        raise errors.Invalid(
            _("%(name)s is not the applicant: somebody else needs the receipt and an authorisation.")
            % {"name": collector},
            code="authorisation_missing",
            field="proof",
        )
    if authorised:
        required_text(
            authorisation,
            field="authorisation",
            sentence=_("Enter the paper that authorises to collect: which one, its number and date."),
        )
    dossier.collector_id_number = fitting_text(collector_id_number, field="collector_id_number")
    dossier.collector_authorisation = fitting_text(
        authorisation, field="authorisation", column="collector_authorisation"
    )
    now = timezone.now()
    before = dossier.state
    dossier.to_returned()
    dossier.returned_at = now
    dossier.collector_name = collector
    dossier.collection_proof = proof
    dossier.holder = None
    end_step(dossier, at=now, officer=by)
    dossier.save()
    event = record(
        dossier,
        EventKind.RETURNED,
        by=by,
        from_state=before,
        collector=collector,
        proof=proof,
        originals=originals_returned.strip(),
    )
    keep_papers(dossier)
    notify_applicant(dossier, event)
    return dossier
