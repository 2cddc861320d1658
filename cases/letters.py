"""What the printed forms say about a dossier: facts of the dossier as plain payloads."""

from datetime import date

from django.utils import timezone, translation

from cases import lookup
from cases.models import Dossier
from notifications.forms import apology_form, receipt_form
from notifications.payloads import ApologyPayload, Paper, Person, ReceiptPayload
from procedures import regimes
from procedures.models import Agency


def apology_payload(dossier: Dossier, *, on: date | None = None) -> ApologyPayload:
    """Form 04 for this dossier, in the set of forms of the day of issue and the law of its reception (R8)."""
    on = on or timezone.localdate()
    agency = dossier.competent_agency
    mechanism = regimes.mechanism_on(timezone.localdate(dossier.received_at))
    return ApologyPayload(
        form=apology_form(regimes.forms_on(on).name),
        letterhead_upper=_upper(agency),
        letterhead_name=agency.letterhead_name,
        agency_name=agency.name_vi,
        place=_inherited(agency, "place"),
        addressee=dossier.applicant.full_name,
        applicant_name=dossier.applicant.full_name,
        id_number=dossier.applicant.id_number,
        received_at=dossier.received_at,
        procedure_code=dossier.version.procedure.code,
        procedure_name=dossier.version.name_vi,
        dossier_code=dossier.code,
        original_due_at=dossier.due_at,
        signer_title=agency.head_title,
        signer_name=agency.head_name,
        mechanism_citation=mechanism.citation_vi,
    )


def receipt_payload(dossier: Dossier) -> ReceiptPayload:
    """Form 01 for this dossier; the only place that shows the look-up secret."""
    desk = dossier.receiving_desk
    applicant = dossier.applicant
    owner = Person(
        name=applicant.full_name,
        id_number=applicant.id_number,
        address=applicant.address,
        phone=applicant.phone,
        email=applicant.email,
    )
    with translation.override("vi"):  # a legal document of a Vietnamese office, whoever prints it
        return_manner = dossier.get_return_channel_display()
    items = dossier.components.exclude(provision="not_needed").select_related("component")
    receiver = dossier.events.filter(kind="received").select_related("actor").first()
    return ReceiptPayload(
        form=receipt_form(regimes.forms_on(timezone.localdate(dossier.received_at)).name),
        letterhead_upper=_upper(desk),
        letterhead_name=desk.letterhead_name,
        agency_name=desk.name_vi,
        place=_inherited(desk, "place"),
        number=f"{dossier.code.rpartition('-')[2]}/TTPVHCC",
        dossier_code=dossier.code,
        # Who stands at the desk; with an authorisation the owner of the dossier is the principal.
        applicant=Person(name=dossier.submitter_name, id_number=dossier.submitter_id_number)
        if dossier.submitter_name
        else owner,
        principal=owner if dossier.submitter_name else None,
        submitter_name=dossier.submitter_name or applicant.full_name,
        procedure_code=dossier.version.procedure.code,
        procedure_name=dossier.version.name_vi,
        components=tuple(
            Paper(name=i.component.name_vi, originals=i.originals, copies=i.copies) for i in items
        ),
        sets=dossier.version.sets,
        received_at=dossier.received_at,
        due_at=dossier.due_at,
        limit=dossier.limit.label,
        return_manner=return_manner,
        receiver_name=receiver.actor_label if receiver else "",
        look_up_secret=lookup.secret_of(dossier),
    )


def _upper(agency: Agency) -> str:
    return agency.letterhead_upper or (agency.parent.name_vi if agency.parent else "")


def _inherited(agency: Agency, field: str) -> str:
    """The agency's own value, or that of the nearest agency above that has one."""
    while agency and not getattr(agency, field):
        agency = agency.parent
    return getattr(agency, field) if agency else ""
