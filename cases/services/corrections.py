"""The agency's own mistakes cost the citizen nothing (R39; Decree 61/2018 Art 21)."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import errors, rules
from cases.enums import FINAL_STATES, EventKind, Provision, Verb
from cases.events import record
from cases.models import Dossier, DossierComponent, DossierEvent
from cases.regime import mechanism_of
from cases.services.base import locked, required_items, required_text
from cases.services.clock import counts_as_received_at
from cases.services.notices import notify_applicant
from cases.services.reception import accept
from cases.services.versions import check_desk, limit_for, version_in_force
from procedures.calendars import remembered_calendars
from procedures.enums import Channel
from procedures.models import ProcedureVersion

AGENCY_MISTAKE = "agency_mistake"


@remembered_calendars()
@transaction.atomic
def receive_correction(original: Dossier, *, by, reason: str) -> Dossier:
    """Receive the correction of a result that is wrong by the agency's fault (đính chính): free of charge.

    A new dossier of the same procedure, applicant and agencies that names the first one; no fee and no
    paper is asked for, because everything lies in the first dossier. The due date follows the usual rule.
    Only once there is a result, and one correction at a time. A procedure that was abolished since is
    corrected by the version of the first dossier.
    """
    original = locked(original)
    desk = original.receiving_desk
    if original.finished_at is None:
        raise errors.NotPossibleNow(
            _("There is no result yet that could be corrected. Tell the officer who works on the dossier.")
        )
    if original.corrections.exclude(state__in=FINAL_STATES).exists():
        raise errors.NotPossibleNow(
            _("This result is being corrected already; wait for that correction."), code="corrected_already"
        )
    if not rules.is_clerk_of(by, desk):
        raise errors.not_permitted(Verb.RECEIVE)
    check_desk(desk)
    reason = required_text(
        reason, field="reason", sentence=_("Enter what is wrong in the result and what is right.")
    )
    now = timezone.now()
    counts_from = counts_as_received_at(now, desk=desk, channel=Channel.DESK)
    version = _version_on(timezone.localdate(counts_from), original)
    same_version = version.pk == original.version_id
    quantities = original.quantities
    correction = Dossier.objects.create(
        version=version,
        limit=original.limit if same_version else limit_for(version, None, quantities),
        applicant=original.applicant,
        subject=reason[:500],
        receiving_desk=desk,
        competent_agency=original.competent_agency,
        holder_unit=desk,
        channel=Channel.DESK,
        return_channel=original.return_channel,
        quantities=quantities,
        filed_at=now,
        corrects=original,
    )
    _nothing_is_brought(correction)
    accept(
        correction,
        by=by,
        received_at=now,
        counts_from=counts_from,
        ground=AGENCY_MISTAKE,
        corrects=original.code,
        reason=reason,
        citation=mechanism_of(correction).correction.text("vi"),
    )
    return correction


def _version_on(day: date, original: Dossier) -> ProcedureVersion:
    try:
        return version_in_force(original.version.procedure, day)
    except errors.NotInForce:
        # Nobody may apply for it any more, but the mistake is still the agency's.
        return original.version


def _nothing_is_brought(correction: Dossier) -> None:
    DossierComponent.objects.bulk_create(
        DossierComponent(
            dossier=correction,
            component=component,
            provision=Provision.REUSED if component.is_mandatory else Provision.NOT_NEEDED,
        )
        for component in correction.version.components.all()
    )


@transaction.atomic
def report_loss(dossier: Dossier, *, by, papers: list[str]) -> DossierEvent:
    """Papers of the applicant were lost or damaged here: recorded, and the applicant gets an apology at once.

    By the desk, the deciding officer or a supervisor of either, for what was received, also afterwards.
    """
    dossier = locked(dossier)
    if dossier.code is None:
        raise errors.NotPossibleNow(
            _("This dossier was never received: the desk has no papers of it that could be lost.")
        )
    if not rules.may_report_loss(by, dossier):
        raise errors.NotPermitted(
            _("Only who works on the dossier, or supervises that, reports papers as lost or damaged.")
        )
    papers = required_items(papers, sentence=_("List which papers were lost or damaged."), field="papers")
    event = record(dossier, EventKind.PAPERS_LOST, by=by, papers="; ".join(papers))
    notify_applicant(dossier, event)
    return event
