"""Other installations are told in the transaction of the event: of a question, and of its end (R20).

For agencies that work there (`cases.exchange_partners`). The content is fixed now, with the files that the dossier
has now, so that every attempt to send says the same.
"""

import uuid
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils import timezone

from cases.connections.exchange.facts import head
from cases.connections.exchange.words import Kind
from cases.enums import DocumentSource, EventKind
from cases.exchange_partners import is_connected, unit_of
from cases.models import Consultation, Dossier, DossierEvent, ExchangeMessage, IncomingRequest
from cases.pictures import TIFF

SUFFIXES = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", TIFF: "tif"}
# After these nobody waits for an answer any more.
ENDS = frozenset({EventKind.RESULT_RECORDED, EventKind.WITHDRAWN, EventKind.STOPPED})


def tell_partners(events: Iterable[DossierEvent]) -> None:
    """Put what each event means to another installation into the outbox; nothing without partners."""
    if not is_connected():
        return
    for event in events:
        if event.kind == EventKind.CONSULTED:
            ask(_consultation(event))
        elif event.kind == EventKind.CONSULTATION_ANSWERED and event.actor_id:
            take_back(_consultation(event))  # a letter was entered here
        elif event.kind in ENDS:
            for consultation in _still_asked(event.dossier):
                take_back(consultation)
        elif event.kind == EventKind.UNDONE and event.data["step"] == EventKind.RESULT_RECORDED:
            for consultation in _still_asked(event.dossier):
                ask(consultation)


def ask(consultation: Consultation) -> ExchangeMessage | None:
    """Ask the other installation, or ask again with what has changed; None when the agency works here."""
    unit = unit_of(consultation.agency)
    return _put(consultation, unit, Kind.REQUEST, _question(consultation)) if unit else None


def take_back(consultation: Consultation) -> ExchangeMessage | None:
    """Nobody waits for the answer any more; nothing to who was never asked."""
    last = consultation.exchange_messages.defer("content", "receipt").order_by("-pk").first()
    if last is None or last.kind == Kind.WITHDRAWAL:
        return None
    return _put(consultation, last.partner, Kind.WITHDRAWAL, {})


def answer(request: IncomingRequest) -> ExchangeMessage:
    """Our answer to their request, with its files."""
    files = _listed(
        (one.sha256, one.mime_type, one.name, one.paper) for one in request.files.filter(is_answer=True)
    )
    told = {"answer": {"text": request.answer, "at": _moment(request.answered_at)}, "files": files}
    return _stored(
        ExchangeMessage(
            partner=request.partner,
            kind=Kind.ANSWER,
            thread=request.thread,
            ask=request.uuid,
            code=request.code,
            agency=request.agency,
            request=request,
        ),
        told,
    )


def number_of(consultation: Consultation) -> uuid.UUID:
    """By what both sides know a question of ours; the same however often it is asked."""
    return uuid.uuid5(consultation.dossier.uuid, f"consultation:{consultation.pk}")


def _consultation(event: DossierEvent) -> Consultation:
    return Consultation.objects.select_related("agency", "dossier").get(pk=event.data["consultation"])


def _still_asked(dossier: Dossier) -> list[Consultation]:
    asked = dossier.consultations.filter(answered_at=None, exchange_messages__isnull=False)
    return list(asked.select_related("agency", "dossier").distinct().order_by("pk"))


def _put(consultation: Consultation, unit: str, kind: Kind, told: dict[str, Any]) -> ExchangeMessage:
    dossier = consultation.dossier
    message = ExchangeMessage(
        partner=unit,
        kind=kind,
        thread=dossier.uuid,
        ask=number_of(consultation),
        code=str(dossier),
        agency=dossier.competent_agency,
        consultation=consultation,
    )
    return _stored(message, told, to=consultation.agency.identifier)


def _stored(message: ExchangeMessage, told: dict[str, Any], *, to: str = "") -> ExchangeMessage:
    now = timezone.now()
    message.created_at = message.next_attempt_at = now
    message.content = {
        **head(
            message.uuid,
            Kind(message.kind),
            sender=settings.EXCHANGE_UNIT,
            sender_agency=message.agency.identifier,
            sender_name=message.agency.name_vi,
            recipient=message.partner,
            agency=to,
        ),
        "at": _moment(now),
        "request": str(message.ask),
        "dossier": {"id": str(message.thread), "code": message.code},
        **told,
    }
    message.save(force_insert=True)
    return message


def _question(consultation: Consultation) -> dict[str, Any]:
    """What the asked agency needs for its part: whose dossier, of what, what is asked, until when and by what."""
    dossier = consultation.dossier
    version, applicant = dossier.version, dossier.applicant
    papers = dossier.components.select_related("component").order_by("component__position")
    documents = dossier.documents.exclude(source=DocumentSource.RESULT).select_related("component__component")
    return {
        "ask": {
            "kind": consultation.kind,
            "text": consultation.question,
            "asked_at": _moment(consultation.asked_at),
            "due_at": _moment(consultation.due_at),
            "working_hours": str(consultation.working_hours),
        },
        "procedure": {
            "code": version.procedure.code,
            "name": version.name_vi,
            "in_force_from": version.in_force_from.isoformat(),
        },
        "applicant": {
            "kind": applicant.kind,
            "full_name": applicant.full_name,
            "id_number": applicant.id_number,
            "phone": applicant.phone,
            "address": applicant.address,
        },
        "subject": dossier.subject,
        "components": [{"name": one.component.name_vi, "provision": one.provision} for one in papers],
        "files": _listed(
            (one.sha256, one.mime_type, one.name, one.component.component.name_vi if one.component else "")
            for one in documents
        ),
    }


def _listed(files: Iterable[tuple[str, str, str, str]]) -> list[dict[str, str]]:
    """Each file with its place in the package; a paper that stands twice in the dossier goes once."""
    once = {sha256: (mime_type, name, paper) for sha256, mime_type, name, paper in files}
    return [
        {
            "path": f"files/{number:03d}.{SUFFIXES[mime_type]}",
            "sha256": sha256,
            "name": name,
            "paper": paper,
        }
        for number, (sha256, (mime_type, name, paper)) in enumerate(once.items(), 1)
    ]


def _moment(moment) -> str:
    return timezone.localtime(moment).isoformat()
