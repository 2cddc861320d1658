"""Handing the result to the right person: at the desk, by post, or electronically (R34)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import errors, rules
from cases.enums import (
    Acknowledgement,
    CollectionProof,
    DocumentSource,
    EventKind,
    PaymentMethod,
    ReturnChannel,
    Verb,
)
from cases.events import record
from cases.models import Dossier
from cases.services.applicants import is_same_person, tidy_name
from cases.services.base import ask, fitting_text, known_choice, locked, required_text
from cases.services.clock import end_step
from cases.services.money import pay
from cases.services.notices import notify_applicant
from cases.services.put_back import put_into_outbox
from cases.services.store import keep_papers


@transaction.atomic
def return_result(
    dossier: Dossier,
    *,
    by,
    collector: str = "",
    proof: str,
    collector_id_number: str = "",
    authorisation: str = "",
    originals_returned: str = "",
    acknowledgement: str = "",
    tracking_number: str = "",
) -> Dossier:
    """Hand the result over (trả kết quả): to the applicant, or to an authorised holder of the receipt.

    Decree 61/2018 Arts 6, 20: who collected, what was shown, when, which originals went back, and whether it
    was signed for (`Acknowledgement`; without one the desk noted it). By post with its tracking number, and
    electronically as the file of the result, only where the applicant chose that; both go to the applicant.
    Scans of certificates that were brought stay in the applicant's store, so that nobody asks for them again (R13). The result
    itself waits for the personal data store, where one is connected (R36).
    """
    dossier = locked(dossier)
    _check_signed(dossier)
    ask(dossier, Verb.RETURN_RESULT, by)
    if proof in _WITHOUT_THE_DESK:
        _check_sending(dossier, proof, tracking_number)
        collector = collector or dossier.applicant.full_name
    collector = _checked_collector(dossier, collector, proof, authorisation)
    dossier.acknowledgement = _acknowledged(proof, acknowledgement)
    dossier.tracking_number = fitting_text(
        tracking_number if proof == CollectionProof.POST else "", field="tracking_number"
    )
    dossier.originals_returned = fitting_text(originals_returned, field="originals_returned")
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
        originals=dossier.originals_returned,
        acknowledgement=dossier.acknowledgement,
        **({"tracking": dossier.tracking_number} if dossier.tracking_number else {}),
    )
    keep_papers(dossier)
    put_into_outbox(dossier)
    notify_applicant(dossier, event)
    return dossier


@transaction.atomic
def pay_and_return(
    dossier: Dossier,
    *,
    by,
    amount: int = 0,
    method: str = PaymentMethod.CASH,
    reference: str = "",
    **collection,
) -> Dossier:
    """Take what is owed and hand the result over, each by its own verb, both or neither.

    `amount` is what was shown as owed, 0 for nothing; the rest goes to `return_result`. Raises what both raise.
    """
    if amount:
        pay(dossier, by=by, amount=amount, method=method, reference=reference)
    return return_result(dossier, by=by, **collection)


def _check_signed(dossier: Dossier) -> None:
    """A certified copy in electronic form is worth nothing before it is signed."""
    if dossier.finished_at and rules.awaits_signature(dossier):
        raise errors.NotPossibleNow(
            _("The electronic copy is not signed yet. The head signs it on the page of the dossier first."),
            code="not_signed",
        )


def _checked_collector(dossier: Dossier, collector: str, proof: str, authorisation: str) -> str:
    """The name of the applicant, of who filed, or with a named authorisation of anybody (R34)."""
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
    return collector


_WITHOUT_THE_DESK = {
    CollectionProof.POST: ReturnChannel.POST,
    CollectionProof.ELECTRONIC: ReturnChannel.ONLINE,
}


def _check_sending(dossier: Dossier, proof: str, tracking_number: str) -> None:
    """The way that the applicant chose, with what proves that it was sent; or `Invalid`."""
    if dossier.return_channel != _WITHOUT_THE_DESK[CollectionProof(proof)]:
        raise errors.Invalid(
            _("The applicant chose another way to get the result: %(way)s.")
            % {"way": dossier.get_return_channel_display()},
            code="another_way",
            field="proof",
        )
    if proof == CollectionProof.POST:
        required_text(
            tracking_number,
            field="tracking_number",
            sentence=_("Enter the tracking number of the post: it is the proof that the result was sent."),
        )
    elif not dossier.documents.filter(source=DocumentSource.RESULT).exists():
        raise errors.Invalid(
            _("There is no file of the result to deliver electronically. Add it, or hand the paper over."),
            code="result_file_missing",
            field="proof",
        )


def _acknowledged(proof: str, acknowledgement: str) -> str:
    """How the receipt was confirmed: at the desk signed or noted, otherwise there was nobody to ask."""
    absent = proof in _WITHOUT_THE_DESK
    if not acknowledgement:
        return Acknowledgement.NOT_PRESENT if absent else Acknowledgement.NOTED
    known_choice(acknowledgement, Acknowledgement, field="acknowledgement")
    if absent != (acknowledgement == Acknowledgement.NOT_PRESENT):
        raise errors.Invalid(
            _("Somebody at the desk signs or is noted; for a result that is sent nobody was there."),
            code="acknowledgement_does_not_fit",
            field="acknowledgement",
        )
    return acknowledgement
