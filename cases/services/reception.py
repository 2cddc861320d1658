"""Reception: the code, the receipt, the promise (R6–R8, R11, R15)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import errors, rules
from cases.enums import EventKind, ReturnChannel, Verb
from cases.events import local_text, record
from cases.models import Applicant, Demand, Dossier, DossierFee
from cases.services.applicants import ApplicantFacts, check_authorised, find_or_add, tidy_phone
from cases.services.base import ask, fitting_texts, known_choice, locked, past_moment
from cases.services.checklist import ComponentFacts, keep_checklist, require_complete
from cases.services.clock import (
    begin_step,
    check_not_too_old,
    counts_as_received_at,
    expected_start,
    first_step,
    promise,
    set_promise,
    transfer_by,
)
from cases.services.demands import record_demands
from cases.services.duplicates import check_duplicate
from cases.services.fee_lines import CHARGED, FeeFacts, amounts_owed
from cases.services.notices import notify_applicant
from cases.services.numbers import next_book_number, next_dossier_code
from cases.services.versions import (
    check_desk,
    check_takes_paper,
    competent_agency_for,
    limit_for,
    version_in_force,
)
from procedures.calendars import remembered_calendars
from procedures.enums import Channel
from procedures.models import Agency, Procedure, ProcedureVersion, TimeLimit


@dataclass(frozen=True, slots=True)
class Prepared:
    """A reception that lacks only its numbers: nothing is locked yet that all clerks of the desk wait for."""

    dossier: Dossier
    received_at: datetime
    demands: list[Demand]


@remembered_calendars()
@transaction.atomic
def receive(procedure: Procedure, applicant: ApplicantFacts, *, desk: Agency, by, **facts) -> Dossier:
    """Receive a complete dossier at the desk (tiếp nhận hồ sơ, form 01); `facts` are those of `prepare`.

    Side effects in order: applicant found or added, dossier with checklist and fees, due date, first
    internal step, number in the log book, code, one event, one more for each demand, receipt notice.
    Nothing is printed here; what is decided at once gets a receipt only when it is `receipt_wanted` (R12).
    Raises `NotInForce`, `OpenDuplicate` unless it is `duplicate_known`, `ComponentMissing`, `Invalid`,
    `NotPermitted`; then nothing was changed and no number was used.
    """
    if not rules.is_clerk_of(by, desk):
        raise errors.not_permitted(Verb.RECEIVE)
    person = find_or_add(applicant, seen=True)
    return numbered(prepare(procedure, person, desk=desk, by=by, **facts), by=by)


def prepare(
    procedure: Procedure,
    person: Applicant,
    *,
    desk: Agency,
    by,
    components: list[ComponentFacts],
    from_store: bool = False,
    competent_agency: Agency | None = None,
    limit: TimeLimit | None = None,
    channel: str = Channel.DESK,
    return_channel: str = ReturnChannel.DESK,
    subject: str = "",
    submitter_name: str = "",
    submitter_id_number: str = "",
    submitter_phone: str = "",
    authorisation: str = "",
    reception_place: str = "",
    receipt_wanted: bool | None = None,
    fee: FeeFacts | None = None,
    received_at: datetime | None = None,
    duplicate_known: bool = False,
) -> Prepared:
    """All of a reception but its numbers, for a clerk of the desk and a person who was found already.

    `from_store`: what lies in the person's store is not taken on paper, unless a ground was given (R13).
    """
    check_desk(desk)
    known_choice(channel, Channel, field="channel")
    known_choice(return_channel, ReturnChannel, field="return_channel")
    received_at = past_moment(received_at, field="received_at")
    check_not_too_old(received_at, desk=desk, field="received_at")
    counts_from = counts_as_received_at(received_at, desk=desk, channel=channel)
    counts_on = timezone.localdate(counts_from)
    version = version_in_force(procedure, counts_on)
    check_takes_paper(version, channel, counts_on)
    competent = competent_agency_for(version, desk, competent_agency, on=counts_on)
    fee = fee or FeeFacts()
    quantities = _counts(fee.quantities, version)
    check_duplicate(person, procedure, known=duplicate_known)
    dossier = Dossier(
        version=version,
        limit=limit_for(version, limit, quantities),
        quantities=quantities,
        applicant=person,
        **fitting_texts(
            subject=subject,
            submitter_name=submitter_name,
            submitter_id_number=submitter_id_number,
            submitter_phone=tidy_phone(submitter_phone, field="submitter_phone"),
            authorisation=authorisation,
            reception_place=_place(version, reception_place),
        ),
        receipt_wanted=not version.decided_at_once if receipt_wanted is None else receipt_wanted,
        receiving_desk=desk,
        competent_agency=competent,
        holder_unit=desk,
        channel=channel,
        return_channel=return_channel,
        filed_at=received_at,
    )
    dossier.save()
    demands = keep_checklist(dossier, components, by=by, from_store=from_store)
    require_complete(dossier)
    _owe(dossier, fee, on=timezone.localdate(received_at))
    _promise(dossier, by=by, received_at=received_at, counts_from=counts_from)
    return Prepared(dossier, received_at, demands)


def numbered(prepared: Prepared, *, by) -> Dossier:
    """Number in the log book, code, events and notice: the other clerks of the desk wait until the commit."""
    dossier = prepared.dossier
    _number(dossier, by=by, received_at=prepared.received_at)
    record_demands(dossier, prepared.demands)
    return dossier


@remembered_calendars()
@transaction.atomic
def receive_filing(
    dossier: Dossier,
    *,
    by,
    components: list[ComponentFacts] | None = None,
    limit: TimeLimit | None = None,
    authorisation: str = "",
    fee: FeeFacts | None = None,
) -> Dossier:
    """Receive what was filed online or by post, or completed; the clock counts from the complete filing (R11).

    The clerk's own delay does not move the citizen's date: the day of the filing decides, not of the click.
    """
    dossier = locked(dossier)
    ask(dossier, Verb.RECEIVE, by)
    if dossier.supplements.filter(answered_at__isnull=True).exists():
        raise errors.NotPossibleNow(
            _("The applicant was asked to complete this filing and has not answered yet.")
        )
    counts_from = counts_as_received_at(
        dossier.filed_at, desk=dossier.receiving_desk, channel=dossier.channel
    )
    if dossier.version != version_in_force(dossier.version.procedure, timezone.localdate(counts_from)):
        raise errors.NotInForce(
            _("The procedure changed after this filing. Refuse it with that reason and ask to file again."),
            field="procedure",
        )
    fee = fee or FeeFacts()
    dossier.quantities = _counts(fee.quantities, dossier.version)
    if limit is not None or dossier.version.limit_quantity:
        dossier.limit = limit_for(dossier.version, limit, dossier.quantities)
    if authorisation.strip():
        dossier.authorisation = fitting_texts(authorisation=authorisation)["authorisation"]
    now = timezone.now()
    demands = keep_checklist(dossier, components or [], by=by)
    require_complete(dossier)
    _owe(dossier, fee, on=timezone.localdate(now))
    accept(dossier, by=by, received_at=now, counts_from=counts_from)
    record_demands(dossier, demands)
    return dossier


def accept(dossier: Dossier, *, by, received_at: datetime, counts_from: datetime, **noted) -> None:
    """The second half of every reception: promise, first step, numbers, event and notice.

    What is complete and what is owed was settled before. `noted` are further facts of the event.
    """
    _promise(dossier, by=by, received_at=received_at, counts_from=counts_from)
    _number(dossier, by=by, received_at=received_at, **noted)


def _promise(dossier: Dossier, *, by, received_at: datetime, counts_from: datetime) -> None:
    """Due date and first step; the dossier itself is saved with its numbers."""
    check_authorised(dossier)
    dossier.received_at = received_at
    dossier.reception_day = timezone.localdate(counts_from)
    set_promise(dossier, promise(dossier, expected_start(dossier, counts_from)))
    dossier.first_due_at = dossier.due_at
    dossier.transfer_due_at = transfer_by(dossier, received_at)
    dossier.holder = by
    begin_step(dossier, first_step(dossier), at=received_at, unit=dossier.receiving_desk, officer=by)


def _number(dossier: Dossier, *, by, received_at: datetime, **noted) -> None:
    before = dossier.state
    dossier.to_received()
    received_on = timezone.localdate(received_at)
    dossier.book_year = received_on.year
    dossier.book_number = next_book_number(dossier.receiving_desk, received_on.year)
    # The number comes last: its counter stays locked until the commit, and other desks' clerks wait for it.
    dossier.code = next_dossier_code(dossier.receiving_desk.identifier, received_on)
    dossier.save()
    event = record(
        dossier,
        EventKind.RECEIVED,
        by=by,
        from_state=before,
        due=local_text(dossier.due_at),
        received_at=local_text(received_at),
        **noted,
    )
    notify_applicant(dossier, event)


def _place(version: ProcedureVersion, place: str) -> str:
    """Where it was received outside the desk (R22), for a procedure that allows it."""
    if place.strip() and not version.received_outside_desk:
        raise errors.Invalid(
            _("This procedure is received at the desk only. Leave the place out."),
            code="not_outside_the_desk",
            field="reception_place",
        )
    return place


def _owe(dossier: Dossier, fee: FeeFacts, *, on) -> None:
    """Fix what the applicant owes, by the version's lines (R38); VND."""
    owed = amounts_owed(dossier.version, fee, channel=dossier.channel, agency=dossier.competent_agency, on=on)
    for item in owed:
        if item.amount is None:
            raise errors.Invalid(
                _("The amount of “%(name)s” has not been entered. Ask the administrator to enter it.")
                % {"name": item.line.name},
                code="tariff_missing",
                field="fees",
            )
        DossierFee.objects.create(
            dossier=dossier, fee_line=item.line, name=item.line.name, amount=item.amount
        )


def _counts(quantities: dict[str, int], version: ProcedureVersion) -> dict[str, int]:
    return {name: _count(value, name, version) for name, value in quantities.items()}


def _count(value, name: str, version: ProcedureVersion) -> int:
    if name not in CHARGED | {version.limit_quantity}:
        raise errors.Invalid(_("Unknown quantity: %(name)s.") % {"name": name}, field="quantities")
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 100_000:
        raise errors.Invalid(
            _("Pages, copies and quantity are whole numbers from 1 to 100,000."), field="quantities"
        )
    return value
