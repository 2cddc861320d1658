"""Packages of other installations are taken over once each, and answered with a signed receipt (R20)."""

import logging
import uuid
from collections.abc import Callable

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from cases import exchange_outbox
from cases.connections.exchange import facts, package, signatures
from cases.connections.exchange.facts import Told
from cases.connections.exchange.package import BadPackage, Opened
from cases.connections.exchange.words import Kind, Outcome, Sending
from cases.enums import DocumentSource
from cases.errors import CaseError, NotPossibleNow
from cases.events import local_text
from cases.exchange_partners import Partner, limits, own_key, partners, unit_of
from cases.models import ExchangeArrival, ExchangedFile, ExchangeMessage, IncomingRequest
from cases.services.consultations import settle_from_outside
from cases.services.digitizing import add_document
from cases.services.documents import CheckedFile, check_file, tidy_file_name
from cases.services.exchange import delivered, packed, read_receipt
from cases.services.notices import supervisors_of
from cases.services.stored_files import files_or_nothing, store_file
from cases.services.virus_scan import NotScanned
from notifications.enums import MessageKind
from notifications.services.messages import enqueue
from onestop.outside import Refused
from procedures.models import Agency

logger = logging.getLogger(__name__)


def take(content: bytes) -> bytes:
    """Take a package over; returns the signed receipt, also of a repeat, and of a refusal with its reason.

    Raises `BadPackage` for what nobody known has signed as it is: whoever sent that gets no receipt; `BadKey`
    when this installation cannot sign, `NotScanned` when its virus scanner is away: both pass, so nothing is refused
    for good. Must not be called inside a transaction.
    """
    key = own_key()  # nothing is taken over for which no receipt can be given
    partner, opened = _opened(content)
    told = facts.told_by(opened.facts)
    try:
        _check_address(told)
        arrival = _taken(partner, opened, told, _checked(partner, opened, told))
    except NotScanned:
        raise
    except (BadPackage, CaseError) as error:
        arrival = _refused(partner, opened, told, _sentence(error))
    return _receipt(arrival, key)


def take_receipt(content: bytes) -> ExchangeMessage:
    """A receipt that was carried by hand: the message is delivered, or refused as it says.

    Raises `BadPackage`, `BadKey`, `OutsideError`; `CannotBuild` and `CannotDecrypt` when it cannot be compared with
    what was sent.
    """
    partner, opened = _opened(content)
    receipt = facts.receipt_of(facts.told_by(opened.facts))
    sent = ExchangeMessage.objects.filter(partner=partner.unit, uuid=receipt.of)
    row = sent.defer("content", "receipt").first()
    if row is None:
        raise BadPackage(_("It is a receipt for something that was not sent from here."), "unknown_message")
    manifest_hash = row.manifest_hash or packed(row)[1]
    try:
        read = read_receipt(content, partner, of=row, manifest_hash=manifest_hash)
    except Refused as error:
        waits = ExchangeMessage.objects.filter(pk=row.pk, state=Sending.WAITING)
        waits.update(state=Sending.REFUSED, reason=str(error)[:500])
        raise
    delivered(row, content, read)
    return row


def is_receipt(content: bytes) -> bool:
    """Raises `BadPackage`."""
    return package.read(content, limits()).facts.get("kind") == Kind.RECEIPT


def _opened(content: bytes) -> tuple[Partner, Opened]:
    """The partner who signed, which is who the package says it is from; files are read of known ones only.

    Raises `BadPackage`, `BadKey`.
    """
    known = partners()
    trusted = [certificate for partner in known for certificate in partner.certificates]
    by = signatures.check(*package.sealed(content, limits()), trusted, now=timezone.now())
    opened = package.read(content, limits())
    sender = facts.told_by(opened.facts).sender
    for partner in known:
        if by in partner.certificates and partner.unit == sender:
            return partner, opened
    raise BadPackage(
        _("It says that it is from another installation than the one that signed it."), "wrong_sender"
    )


def _check_address(told: Told) -> None:
    if told.recipient != settings.EXCHANGE_UNIT:
        raise BadPackage(
            _("The package is for %(unit)s; this is another installation.") % {"unit": told.recipient},
            "wrong_recipient",
        )


@files_or_nothing()
@transaction.atomic
def _taken(partner: Partner, opened: Opened, told: Told, files: list["_File"]) -> ExchangeArrival:
    """Once by its number: of two that come at the same moment, the second waits for the first here."""
    take_it = _BY_KIND.get(told.kind)
    if take_it is None:
        raise BadPackage(_("A receipt is no answer to anything that was asked here."), "unexpected_receipt")
    facts_of_it = _facts(opened, told, told.code)
    # A request counts as taken only when its row is there.
    arrival, is_new = ExchangeArrival.objects.select_for_update(of=("self",)).get_or_create(
        partner=partner.unit, uuid=told.id, defaults={**facts_of_it, "outcome": Outcome.TOO_LATE}
    )
    if not is_new and arrival.outcome != Outcome.REFUSED:
        if arrival.manifest_hash != opened.manifest_hash:
            raise BadPackage(
                _("A package with this number and another content is here already."), "other_content"
            )
        if arrival.outcome == Outcome.TAKEN:  # what came too late may be wanted by now
            return arrival
    outcome, request = take_it(partner, opened, told, files)
    for name, value in facts_of_it.items():
        setattr(arrival, name, value)
    arrival.outcome, arrival.request = outcome, request
    arrival.agency = request.agency if request else arrival.agency
    arrival.save()
    return arrival


def _facts(opened: Opened, told: Told, code: str) -> dict:
    """What the journal keeps of a package."""
    return {
        "kind": told.kind,
        "code": code,
        "manifest_hash": opened.manifest_hash,
        "arrived_at": timezone.now(),
        "reason": "",
        "agency": Agency.objects.filter(identifier=told.agency).first(),
    }


def _refused(partner: Partner, opened: Opened, told: Told, reason: str) -> ExchangeArrival:
    """Listed with the reason; what was taken over before stays so, whatever came under its number since."""
    found = {
        **_facts(opened, told, told.shown_code),
        "outcome": Outcome.REFUSED,
        "reason": reason[:500] or "?",
    }
    with transaction.atomic():
        arrival, is_new = ExchangeArrival.objects.select_for_update(of=("self",)).get_or_create(
            partner=partner.unit, uuid=told.id, defaults=found
        )
        if not is_new and arrival.outcome == Outcome.REFUSED:
            ExchangeArrival.objects.filter(pk=arrival.pk).update(**found)
    logger.warning("package %s of %s was refused", told.id, partner.unit)
    return ExchangeArrival(partner=partner.unit, uuid=told.id, **found)


def _receipt(arrival: ExchangeArrival, key: signatures.Key) -> bytes:
    told = facts.receipt(
        id=uuid.uuid4(),
        sender=settings.EXCHANGE_UNIT,
        recipient=arrival.partner,
        of=arrival.uuid,
        manifest_hash=arrival.manifest_hash,
        outcome=Outcome(arrival.outcome),
        at=timezone.localtime(arrival.arrived_at),
        reason=arrival.reason,
    )
    return package.build(told, {}, key.sign)


def _sentence(error: Exception) -> str:
    return str(getattr(error, "sentence", error)) or type(error).__name__


# By kind ------------------------------------------------------------------------------------------

_Took = tuple[Outcome, IncomingRequest | None]


def _take_request(partner: Partner, opened: Opened, told: Told, files: list["_File"]) -> _Took:
    """A new request; or one that is here is asked again: with another due moment, or after it was taken back."""
    asked = facts.request_of(told)
    agency = Agency.objects.filter(identifier=told.agency, is_active=True).first()
    if agency is None or unit_of(agency):
        raise BadPackage(_("There is no agency %(code)s here.") % {"code": told.agency}, "unknown_agency")
    request = _request(partner, told)
    if request is not None:
        return _asked_again(request, asked, agency, files)
    request = IncomingRequest.objects.create(
        partner=partner.unit,
        uuid=told.request,
        thread=told.thread,
        code=told.code,
        agency=agency,
        asking_agency=told.sender_name or told.sender_agency or partner.unit,
        kind=asked.kind,
        procedure_code=asked.procedure_code,
        procedure_name=asked.procedure_name,
        applicant_name=asked.applicant_name,
        applicant_id_number=asked.applicant_number,
        facts=opened.facts,
        question=asked.text,
        working_hours=asked.working_hours,
        asked_at=asked.asked_at,
        due_at=asked.due_at,
        arrived_at=timezone.now(),
    )
    _keep_and_tell(request, files, "asked")
    return Outcome.TAKEN, request


def _asked_again(
    request: IncomingRequest, asked: facts.RequestFacts, agency: Agency, files: list["_File"]
) -> _Took:
    """With another due moment and what has been added since; what was answered is not asked again.

    An answer that came there when nobody waited, between a result and its undoing, is told once more.
    """
    if request.answered_at is not None:
        last = request.exchange_messages.defer("content", "receipt").latest("pk")
        if last.outcome != Outcome.TOO_LATE:
            return Outcome.TOO_LATE, request
        exchange_outbox.answer(request)
        return Outcome.TAKEN, request
    if request.agency_id != agency.pk:
        raise BadPackage(_("The same request is here already, for another agency."), "other_content")
    if asked.due_at <= request.asked_at:
        raise facts.bad_field("due_at")
    if asked.due_at > timezone.now():
        request.alerted_at = None
    was_taken_back, request.withdrawn_at = request.withdrawn_at, None
    request.due_at = asked.due_at
    request.save(update_fields=["due_at", "withdrawn_at", "alerted_at"])
    # Each time that it was taken back, and each new moment, is told once.
    _keep_and_tell(request, files, f"asked:{was_taken_back.timestamp():.0f}" if was_taken_back else "asked")
    return Outcome.TAKEN, request


def _keep_and_tell(request: IncomingRequest, files: list["_File"], what: str) -> None:
    here = set(request.files.filter(is_answer=False).values_list("sha256", flat=True))
    for told_file, checked in files:
        if checked.sha256 not in here:
            keep_file(request, checked, paper=told_file.paper)
    tell_supervisors(
        request, what, MessageKind.CONSULTED, _("Dossier %(code)s: an answer is wanted by %(due)s")
    )


def _take_withdrawal(partner: Partner, _opened: Opened, told: Told, _files: list["_File"]) -> _Took:
    request = _request(partner, told)
    if request is None:
        raise BadPackage(_("The request that is taken back is not here."), "unknown_request")
    if request.answered_at is not None:
        return Outcome.TOO_LATE, request
    request.withdrawn_at = request.withdrawn_at or timezone.now()
    request.save(update_fields=["withdrawn_at"])
    return Outcome.TAKEN, request


def _take_answer(partner: Partner, _opened: Opened, told: Told, files: list["_File"]) -> _Took:
    """The consultation is settled as of the moment of the answer, and its files go into the dossier."""
    said = told.facts.inside("answer")
    text, at = said.text("text", longest=facts.LONGEST_TEXT), said.moment("at")
    asked = ExchangeMessage.objects.filter(partner=partner.unit, ask=told.request, consultation__isnull=False)
    message = asked.defer("content", "receipt").select_related("consultation__dossier").first()
    if message is None:
        raise BadPackage(_("It answers a question that was not asked from here."), "unknown_request")
    try:
        consultation = settle_from_outside(message.consultation, answer=text, at=at)
    except NotPossibleNow:
        return Outcome.TOO_LATE, None
    dossier = consultation.dossier
    for _told_file, file in files:
        if not dossier.documents.filter(sha256=file.sha256).exists():
            add_document(dossier, file, by=None, source=DocumentSource.UPLOAD)
    return Outcome.TAKEN, None


_BY_KIND: dict[Kind, Callable[[Partner, Opened, Told, list["_File"]], _Took]] = {
    Kind.REQUEST: _take_request,
    Kind.ANSWER: _take_answer,
    Kind.WITHDRAWAL: _take_withdrawal,
}


def _request(partner: Partner, told: Told) -> IncomingRequest | None:
    mine = IncomingRequest.objects.select_for_update(of=("self",))
    return mine.select_related("agency").filter(partner=partner.unit, uuid=told.request).first()


_File = tuple[facts.FileFacts, CheckedFile]


def _checked(partner: Partner, opened: Opened, told: Told) -> list[_File]:
    """The files as files of anybody are checked: it takes its time, so before the transaction.

    None of a package that was taken before. Raises `BadFile`, `BadPackage`.
    """
    here = ExchangeArrival.objects.filter(partner=partner.unit, uuid=told.id, outcome=Outcome.TAKEN)
    if here.exists():
        return []
    return [
        (one, check_file(SimpleUploadedFile(tidy_file_name(one.name), opened.files[one.path])))
        for one in facts.files_of(told, opened.files)
    ]


def keep_file(
    request: IncomingRequest, checked, *, paper: str = "", is_answer: bool = False
) -> ExchangedFile:
    """Store a checked file with the request."""
    kept = ExchangedFile(
        request=request,
        is_answer=is_answer,
        paper=paper,
        name=checked.name,
        mime_type=checked.mime_type,
        size=len(checked.content),
        pages=checked.pages,
        sha256=checked.sha256,
        added_at=timezone.now(),
    )
    store_file(kept.file, checked.as_file())
    kept.save()
    return kept


def tell_supervisors(request: IncomingRequest, what: str, kind: str, subject: str) -> int:
    """An e-mail to who answers for the asked agency; a repeated call adds none. Returns how many."""
    added = 0
    with translation.override(settings.LANGUAGE_CODE):
        words = {
            "code": request.code,
            "due": local_text(request.due_at),
            "lead": request.asking_agency,
            "agency": request.agency,
            "procedure": request.procedure_name,
        }
        for person in supervisors_of(request.agency):
            message = enqueue(
                f"exchange:{request.pk}:{what}:{words['due']}",
                channel="email",
                recipient=person.email,
                subject=subject % words,
                body=_(
                    "%(lead)s asks %(agency)s. The question and the papers are in the system: %(code)s, "
                    "%(procedure)s."
                )
                % words,
                language=settings.LANGUAGE_CODE,
                reference=request.code,
                kind=kind,
            )
            added += message is not None
    return added
