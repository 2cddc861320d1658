"""What a notice says about one event of one dossier: a text for each placeholder of its text (R41).

Contents by Decree 224/2026 Art 15.1g: agency, person handling, times of receipt, processing, return.
"""

from collections.abc import Callable, Mapping

from django.conf import settings
from django.utils.translation import gettext as _

from cases.enums import EventKind, State
from cases.events import local_text
from cases.models import Dossier, DossierEvent
from notifications.notices import own_placeholders

Facts = Mapping[str, str]


def facts_of(dossier: Dossier, event: DossierEvent) -> Facts:
    """Words for every placeholder of this event, in the language of the moment; "" where nothing is to be said."""
    return {**dossier_facts(dossier), **event_facts(dossier, event)}


def dossier_facts(dossier: Dossier) -> Facts:
    """The dossier as it stands, whatever happened."""
    return {
        "agency": dossier.receiving_desk.name,
        "handler": _handler(dossier),
        "received": _received(dossier),
        "due": _due(dossier),
        "code": dossier.code or dossier.version.procedure.code,
        "procedure": dossier.version.name,
        "applicant": dossier.applicant.full_name,
        "lookup": f"{settings.PUBLIC_URL}/tra-cuu/?ma={dossier.code}" if dossier.code else "",
    }


def event_facts(dossier: Dossier, event: DossierEvent) -> Facts:
    """What happened, with the placeholders that only this event has."""
    facts = {
        "step_time": local_text(event.at),
        "what": event.get_kind_display(),
        "sentence": event.public_sentence,
        "details": "\n".join([*_item_lines(event), *_more_words(dossier, event)]),
    }
    for name in own_placeholders(event.kind):
        facts[name] = _OWN[name](dossier, event) if name in _OWN else str(event.data.get(name, ""))
    return facts


_OWN: Mapping[str, Callable[[Dossier, DossierEvent], str]] = {
    "items": lambda dossier, event: "\n".join(_item_lines(event)),
    "answer_by": lambda dossier, event: local_text(dossier.answer_due_at) if dossier.answer_due_at else "",
    "to_pay": lambda dossier, event: _in_dong(dossier.balance),
    "tracking_number": lambda dossier, event: dossier.tracking_number,
}


def _handler(dossier: Dossier) -> str:
    unit = dossier.holder_unit.name
    return f"{dossier.holder}, {unit}" if dossier.holder else unit


def _received(dossier: Dossier) -> str:
    if dossier.received_at:
        return local_text(dossier.received_at)
    filed = {"moment": local_text(dossier.filed_at)}
    if dossier.state == State.SUBMITTED:
        return _("not yet; filed at %(moment)s") % filed
    return _("not received; filed at %(moment)s") % filed


def _due(dossier: Dossier) -> str:
    """When the result is given, or why there is no such moment now."""
    if dossier.is_running:
        return local_text(dossier.due_at)
    match dossier.state:
        case State.SUBMITTED:
            return _("named when the filing is received")
        case State.SUPPLEMENT:
            return _("named anew when the supplement is complete")
        case State.RETURNED:
            return _("handed over at %(moment)s") % {"moment": local_text(dossier.returned_at)}
        case State.REFUSED | State.STOPPED:
            return _("there will be none")
    return _("it is there since %(moment)s") % {"moment": local_text(dossier.finished_at)}


def _item_lines(event: DossierEvent) -> list[str]:
    return [f"- {item}" for item in event.data.get("items", [])]


def _more_words(dossier: Dossier, event: DossierEvent) -> list[str]:
    """What the applicant has to know beyond the sentence of the event."""
    match event.kind:
        case EventKind.EXTENDED:
            return [_("A new receipt with this date is ready for you at the desk.")]
        case EventKind.UNDONE if event.data["step"] == EventKind.RESULT_RECORDED:
            return [
                _(
                    "What you were told about the result does not hold any more. You are told when it is ready."
                )
            ]
        case EventKind.SUPPLEMENT_REMINDED:
            return [
                _("Bring it by %(moment)s; after that the dossier may be stopped.")
                % {"moment": event.data["stop_after"]}
            ]
        case EventKind.RETURNED if dossier.tracking_number:
            return [
                _("It was sent by post; tracking number: %(number)s.") % {"number": dossier.tracking_number}
            ]
        case EventKind.RESULT_RECORDED:
            owed = _("Still to be paid before it is handed over: %(amount)s.")
            return [*_earlier(dossier), owed % {"amount": _in_dong(dossier.balance)}]
        case EventKind.SETTLED:
            return _earlier(dossier)
    return []


def _earlier(dossier: Dossier) -> list[str]:
    """Decree 61/2018 Art 20.4: what is ready early is announced (R35)."""
    if dossier.finished_at is None or dossier.finished_at >= dossier.due_at:
        return []
    return [_("It was promised for %(due)s and is ready earlier.") % {"due": local_text(dossier.due_at)}]


def _in_dong(amount: int) -> str:
    return f"{amount:,} đ".replace(",", ".")
