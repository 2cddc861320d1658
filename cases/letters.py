"""What the letters about a dossier say (forms 02–05): its facts as plain payloads, and which letters are its.

Letters are legal documents of a Vietnamese office: Vietnamese, whoever writes them. The law that they cite
is that of the reception day, the set of forms that of the day of issue (R8).
"""

import re
from dataclasses import replace
from datetime import date, datetime

from django.db.models import Case, Exists, OuterRef, QuerySet, UUIDField, Value, When
from django.db.models.functions import Cast
from django.utils import timezone

from cases.models import Applicant, Dossier, Supplement
from cases.regime import mechanism_of
from notifications.enums import LetterKind, StopGround
from notifications.forms import Form
from notifications.models import Letter
from notifications.payloads import ApologyPayload, Person, RefusalPayload, StopPayload, SupplementPayload
from notifications.pdf import letter_pdf
from procedures import regimes
from procedures.models import Agency

# --- Which letters are whose ------------------------------------------------------------------

_UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


def reference_of(dossier: Dossier) -> str:
    """How letters name the dossier: by its code, before reception by its random number."""
    return dossier.code or str(dossier.uuid)


def letters_of(dossier: Dossier) -> QuerySet[Letter]:
    """All letters about this dossier, also those from before it had a code."""
    return Letter.objects.filter(reference__in=[name for name in (dossier.code, str(dossier.uuid)) if name])


def letters_about(dossiers: QuerySet[Dossier]) -> QuerySet[Letter]:
    """All letters about these dossiers; each letter asks for its dossier by an index."""
    as_uuid = Case(  # only what can be one is read as one
        When(reference__regex=_UUID, then=Cast("reference", UUIDField())),
        default=Value(None),
        output_field=UUIDField(),
    )
    by_code = dossiers.order_by().filter(code=OuterRef("reference"))
    by_uuid = dossiers.order_by().filter(uuid=OuterRef("dossier_uuid"))
    return Letter.objects.alias(dossier_uuid=as_uuid).filter(Exists(by_code) | Exists(by_uuid))


def apologies_about(dossiers: QuerySet[Dossier]) -> QuerySet[Letter]:
    """The letters of apology about these: what is apologised for has a code, so no other name is asked for."""
    by_code = dossiers.order_by().filter(code=OuterRef("reference"))
    return Letter.objects.filter(Exists(by_code), kind=LetterKind.APOLOGY)


def dossier_of(letter: Letter) -> Dossier:
    named = {"uuid": letter.reference} if re.match(_UUID, letter.reference) else {"code": letter.reference}
    return Dossier.objects.with_people().select_related("limit").get(**named)


# --- What they say ----------------------------------------------------------------------------


def apology_payload(dossier: Dossier, *, on: date | None = None) -> ApologyPayload:
    """The apology; its reason and new date are the letter's own."""
    agency = dossier.competent_agency
    return ApologyPayload(
        **head_of(agency),
        **_subject(dossier),
        form=form_on("apology", on),
        addressee=dossier.applicant.full_name,
        applicant_name=dossier.applicant.full_name,
        id_number=dossier.applicant.id_number,
        received_at=dossier.received_at,
        original_due_at=dossier.due_at,
        signer_title=agency.head_title,
        signer_name=agency.head_name,
        mechanism_citation=mechanism_of(dossier).citation_vi,
    )


def apology_draft(dossier: Dossier, *, reason: str, new_due_at: datetime | None) -> bytes:
    """The apology as it would be printed with this reason and date, marked as a draft; a PDF."""
    payload = replace(apology_payload(dossier), reason=reason, new_due_at=new_due_at)
    return letter_pdf(LetterKind.APOLOGY, payload, draft=True)


def supplement_payload(
    dossier: Dossier, supplement: Supplement | None = None, *, by=None, on: date | None = None
) -> SupplementPayload:
    """The supplement request: the desk's before reception, the deciding agency's after it (T2).

    Without `supplement` and `by` what nobody has said yet is left open, for a specimen.
    """
    before_reception = supplement.before_reception if supplement else dossier.code is None
    agency = dossier.receiving_desk if before_reception else dossier.competent_agency
    mechanism = mechanism_of(dossier)
    citation = mechanism.incomplete if before_reception else mechanism.supplement
    return SupplementPayload(
        **head_of(agency),
        **_subject(dossier),
        **_signed(by),
        form=form_on("supplement", on),
        applicant=person_of(dossier.applicant),
        mechanism_citation=citation.text("vi"),
        reason=supplement.reason if supplement else "",
        items=tuple(supplement.items) if supplement else (),
        contact_name=str(by) if by else "",
        contact_phone=inherited(agency, "phone"),
    )


def refusal_payload(dossier: Dossier, *, reason: str = "", by=None, on: date | None = None) -> RefusalPayload:
    """The refusal at reception, by the desk; a refusal on substance is a result and has no form (T23)."""
    return RefusalPayload(
        **head_of(dossier.receiving_desk),
        **_subject(dossier),
        **_signed(by),
        form=form_on("refusal", on),
        applicant=person_of(dossier.applicant),
        filed_at=dossier.filed_at,
        mechanism_citation=mechanism_of(dossier).refusal.text("vi"),
        reason=reason,
    )


def stop_payload(
    dossier: Dossier,
    *,
    ground: StopGround | str = "",
    reason: str = "",
    at: datetime | None = None,
    on: date | None = None,
) -> StopPayload:
    """The stop notice, signed by the head of the deciding agency; before reception it is the desk's."""
    agency = dossier.competent_agency if dossier.code else dossier.receiving_desk
    mechanism = mechanism_of(dossier)
    closed = ground == StopGround.NO_SUPPLEMENT
    citation = mechanism.supplement if closed else mechanism.withdrawal or mechanism.whole
    asked = dossier.supplements.filter(answered_at=None).last() if closed else None
    return StopPayload(
        **head_of(agency),
        **_subject(dossier),
        form=form_on("stop", on),
        applicant=person_of(dossier.applicant),
        received_at=dossier.received_at,
        signer_title=agency.head_title,
        signer_name=agency.head_name,
        mechanism_citation=citation.text("vi"),
        ground=ground,
        supplement_asked_at=asked.asked_at if asked else None,
        reason=reason,
        stopped_at=at,
        papers_at=dossier.receiving_desk.name_vi,
    )


# --- Parts that all forms share ---------------------------------------------------------------


def form_on(name: str, day: date | None = None) -> Form:
    """A form of the set in force on the day of issue (default today); `name` is its field in the set."""
    forms = regimes.forms_on(day or timezone.localdate()) or regimes.FORM_SETS[0]
    official = getattr(forms, name)
    return Form(
        number=official.number,
        title=official.title,
        circular=forms.circular_vi,
        paper=official.paper,
        asks_for_extension=official.asks_for_extension,
    )


def head_of(agency: Agency) -> dict:
    """The head of the sheet: the agency above, the agency itself, the place."""
    return {
        "letterhead_upper": agency.letterhead_upper or (agency.parent.name_vi if agency.parent else ""),
        "letterhead_name": agency.letterhead_name,
        "agency_name": agency.name_vi,
        "place": inherited(agency, "place"),
    }


def inherited(agency: Agency, field: str) -> str:
    """The agency's own value, or that of the nearest agency above that has one."""
    owner = nearest(agency, field)
    return getattr(owner, field) if owner else ""


def nearest(agency: Agency, field: str) -> Agency | None:
    """The agency itself or the nearest above it that has such a value; None when there is none."""
    while agency and not getattr(agency, field):
        agency = agency.parent
    return agency


def person_of(applicant: Applicant) -> Person:
    return Person(
        name=applicant.full_name,
        id_number=applicant.id_number,
        address=applicant.address,
        phone=applicant.phone,
        email=applicant.email,
    )


def _subject(dossier: Dossier) -> dict:
    return {
        "dossier_code": dossier.code or "",
        "procedure_code": dossier.version.procedure.code,
        "procedure_name": dossier.version.name_vi,
    }


def _signed(by) -> dict:
    return {"signer_name": str(by) if by else "", "signer_title": by.title if by else ""}
