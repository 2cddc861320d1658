"""Decided while the applicant waits (giải quyết ngay): the whole life of a dossier in one go (R12)."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from cases import errors, rules
from cases.enums import CollectionProof, PaymentMethod, ResultKind, Verb
from cases.models import Dossier
from cases.services.applicants import ApplicantFacts
from cases.services.digitizing import add_document, digitize
from cases.services.money import pay
from cases.services.processing import record_result, start
from cases.services.reception import receive
from cases.services.returning import return_result
from cases.services.stored_files import files_or_nothing
from procedures.calendars import remembered_calendars
from procedures.models import Agency, Procedure


@files_or_nothing()
@remembered_calendars()
@transaction.atomic
def decide_at_once(
    procedure: Procedure,
    applicant: ApplicantFacts,
    result,
    *,
    desk: Agency,
    by,
    number: str,
    signer: str,
    collector: str = "",
    proof: str = CollectionProof.IDENTITY,
    kind: str = ResultKind.GRANTED,
    reason: str = "",
    valid_until: date | None = None,
    method: str = PaymentMethod.CASH,
    scans: Mapping[int, Sequence] | None = None,
    **reception,
) -> Dossier:
    """Receive, decide, take the fee and hand the result over, each by its own verb, all or nothing.

    By a clerk who is authorised to decide at the counter (Decree 61/2018 Art 17.5), and only a procedure
    that is decided at once. Code, times, fee and result are recorded like any other's; no receipt is
    printed unless `receipt_wanted`. `scans` are files by the id of their component; the collector is the
    applicant unless named. What else is known of the reception goes to `receive`. Raises what these raise.
    """
    dossier = begin_at_once(procedure, applicant, desk=desk, by=by, scans=scans, **reception)
    dossier = record_result(
        dossier,
        result,
        by=by,
        kind=kind,
        number=number,
        signer=signer,
        reason=reason,
        valid_until=valid_until,
    )
    return end_at_once(dossier, by=by, method=method, collector=collector, proof=proof)


def begin_at_once(
    procedure: Procedure,
    applicant: ApplicantFacts,
    *,
    desk: Agency,
    by,
    scans: Mapping[int, Sequence] | None = None,
    **reception,
) -> Dossier:
    """The first half: received, digitized and taken over, so that only the result is missing."""
    dossier = receive(procedure, applicant, desk=desk, by=by, **reception)
    if not dossier.version.decided_at_once:
        raise errors.Invalid(
            _("This procedure is not decided at once. Receive the dossier and hand it over as usual."),
            code="not_at_once",
            field="procedure",
        )
    if not rules.may(by, Verb.START, dossier):
        raise errors.not_permitted(Verb.RECORD_RESULT)
    for component_id, files in (scans or {}).items():
        item = dossier.components.filter(component_id=component_id).first()
        if item is None:
            raise errors.Invalid(_("This component is not on the checklist of the dossier."), field="scans")
        for file in files:
            add_document(dossier, file, by=by, component=item)
    return start(digitize(dossier, by=by), by=by)


def end_at_once(
    dossier: Dossier,
    *,
    by,
    method: str = PaymentMethod.CASH,
    collector: str = "",
    proof: str = CollectionProof.IDENTITY,
) -> Dossier:
    """The second half, after the result: what is owed is paid, and the result handed over."""
    if owed := dossier.balance:
        pay(dossier, by=by, amount=owed, method=method)
    return return_result(dossier, by=by, collector=collector or _collector(dossier), proof=proof)


def _collector(dossier: Dossier) -> str:
    return dossier.submitter_name or dossier.applicant.full_name
