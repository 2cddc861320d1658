"""Reception: the code, the receipt, the promise (R6–R8, R11, R15)."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import errors, rules
from cases.enums import EventKind, ReturnChannel, Verb
from cases.events import local_text, record
from cases.models import Dossier, DossierFee
from cases.services.applicants import ApplicantFacts, find_or_add
from cases.services.base import ask, fitting_text, known_choice, locked, past_moment
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
from cases.services.notices import notify_applicant
from cases.services.numbers import next_book_number, next_dossier_code
from cases.services.versions import check_desk, competent_agency_for, limit_for, version_in_force
from procedures import fees
from procedures.calendars import remembered_calendars
from procedures.enums import Channel, FeeRule
from procedures.models import Agency, FeeLine, Procedure, TimeLimit
from procedures.services.tariffs import tariff_for


@dataclass(frozen=True, slots=True)
class FeeFacts:
    """Which conditional fees apply (`None` = none was chosen yet) and the quantities they depend on."""

    fee_ids: list[int] | None = None
    quantities: dict[str, int] = field(default_factory=dict)


@remembered_calendars()
@transaction.atomic
def receive(
    procedure: Procedure,
    applicant: ApplicantFacts,
    *,
    desk: Agency,
    by,
    components: list[ComponentFacts],
    competent_agency: Agency | None = None,
    limit: TimeLimit | None = None,
    channel: str = Channel.DESK,
    return_channel: str = ReturnChannel.DESK,
    subject: str = "",
    submitter_name: str = "",
    submitter_id_number: str = "",
    fee: FeeFacts | None = None,
    received_at: datetime | None = None,
) -> Dossier:
    """Receive a complete dossier at the desk (tiếp nhận hồ sơ, form 01).

    Side effects in order: applicant found or added, dossier with checklist and fees, due date, first
    internal step, code, one event, receipt notice. Nothing is printed here. Raises `NotInForce`,
    `ComponentMissing`, `Invalid`, `NotPermitted`; then nothing was changed and no number was used.
    """
    if not rules.is_clerk_of(by, desk):
        raise errors.not_permitted(Verb.RECEIVE)
    check_desk(desk)
    known_choice(channel, Channel, field="channel")
    known_choice(return_channel, ReturnChannel, field="return_channel")
    received_at = past_moment(received_at, field="received_at")
    check_not_too_old(received_at, desk=desk, field="received_at")
    counts_from = counts_as_received_at(received_at, desk=desk, channel=channel)
    version = version_in_force(procedure, timezone.localdate(counts_from))
    competent = competent_agency_for(version, desk, competent_agency)
    dossier = Dossier(
        version=version,
        limit=limit_for(version, limit),
        applicant=find_or_add(applicant, seen=True),
        subject=fitting_text(subject, field="subject"),
        submitter_name=fitting_text(submitter_name, field="submitter_name"),
        submitter_id_number=fitting_text(submitter_id_number, field="submitter_id_number"),
        receiving_desk=desk,
        competent_agency=competent,
        holder_unit=desk,
        channel=channel,
        return_channel=return_channel,
        filed_at=received_at,
    )
    dossier.save()
    keep_checklist(dossier, components)
    return _accept(dossier, by=by, fee=fee or FeeFacts(), received_at=received_at, counts_from=counts_from)


@remembered_calendars()
@transaction.atomic
def receive_filing(
    dossier: Dossier,
    *,
    by,
    components: list[ComponentFacts] | None = None,
    limit: TimeLimit | None = None,
    fee: FeeFacts | None = None,
) -> Dossier:
    """Receive what was filed online or by post; the clock counts from the complete filing (R10, R11).

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
    if limit is not None:
        dossier.limit = limit_for(dossier.version, limit)
    if components is not None:
        keep_checklist(dossier, components)
    return _accept(dossier, by=by, fee=fee or FeeFacts(), received_at=timezone.now(), counts_from=counts_from)


def _accept(dossier: Dossier, *, by, fee: FeeFacts, received_at: datetime, counts_from: datetime) -> Dossier:
    require_complete(dossier)
    _owe(dossier, fee, on=timezone.localdate(received_at))
    before = dossier.state
    dossier.to_received()
    dossier.received_at = received_at
    set_promise(dossier, promise(dossier, expected_start(dossier, counts_from)))
    dossier.first_due_at = dossier.due_at
    dossier.transfer_due_at = transfer_by(dossier, received_at)
    dossier.holder = by
    begin_step(dossier, first_step(dossier), at=received_at, unit=dossier.receiving_desk, officer=by)
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
    )
    notify_applicant(dossier, event)
    return dossier


def _owe(dossier: Dossier, fee: FeeFacts, *, on) -> None:
    """Fix what the applicant owes, by the version's lines (R38); VND."""
    lines = [line for line in dossier.version.fees.all() if fees.applies(line, dossier.channel)]
    quantities = {name: _count(value, name) for name, value in fee.quantities.items()}
    if fee.fee_ids is None:
        chosen = [line for line in lines if not line.condition]
        if lines and not chosen:
            raise errors.Invalid(
                _("Choose which fee applies: %(lines)s.") % {"lines": "; ".join(str(line) for line in lines)},
                code="required",
                field="fees",
            )
    else:
        strangers = set(fee.fee_ids) - {line.pk for line in lines}
        if strangers:
            raise errors.Invalid(_("This fee is not one of the procedure and channel."), field="fees")
        chosen = [line for line in lines if not line.condition or line.pk in fee.fee_ids]
    for line in chosen:
        DossierFee.objects.create(
            dossier=dossier, fee_line=line, name=line.name, amount=_amount(line, dossier, quantities, on)
        )
    dossier.quantities = quantities


def _amount(line: FeeLine, dossier: Dossier, quantities: dict[str, int], on) -> int:
    by_province = line.rule == FeeRule.SET_BY_PROVINCE
    tariff = tariff_for(line, dossier.competent_agency, on) if by_province else None
    try:
        return fees.fee_amount(line, tariff=tariff, **quantities).total
    except fees.FeeNotSet as error:
        raise errors.Invalid(
            _("The amount of “%(name)s” has not been entered. Ask the administrator to enter it.")
            % {"name": line.name},
            code="tariff_missing",
            field="fees",
        ) from error


def _count(value, name: str) -> int:
    if name not in {"pages", "copies", "quantity"}:
        raise errors.Invalid(_("Unknown quantity: %(name)s.") % {"name": name}, field="quantities")
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 100_000:
        raise errors.Invalid(
            _("Pages, copies and quantity are whole numbers from 1 to 100,000."), field="quantities"
        )
    return value
