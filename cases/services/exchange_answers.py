"""Our answers to requests of other installations, and what is said of those that are late (R20)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import errors, exchange_outbox, rules
from cases.connections.exchange.facts import LONGEST_TEXT
from cases.enums import Verb
from cases.exchange_partners import is_connected
from cases.models import IncomingRequest
from cases.services.base import required_text
from cases.services.documents import CheckedFile, check_file
from cases.services.exchange_taking import keep_file, tell_supervisors
from cases.services.stored_files import files_or_nothing
from notifications.enums import MessageKind
from procedures.working_time import minute_of


def answer_request(request: IncomingRequest, *, by, answer: str, uploads=()) -> IncomingRequest:
    """Answer early, on time or late, with files: in the outbox at once, as of now.

    By an officer or supervisor of the asked agency. `uploads` are looked through before anything is locked: call it
    outside of transactions, or with what `files_of_answer` has looked through. Raises `NotPossibleNow`,
    `NotPermitted`, `Invalid`, `BadFile`, `NotScanned`.
    """
    if refusal := refusal_of_answer(request):
        raise refusal
    check_may_answer(request, by)
    return _answered(request, by, _text(answer), files_of_answer(uploads))


def check_may_answer(request: IncomingRequest, by) -> None:
    """Raises `NotPermitted`."""
    if not (rules.is_officer_of(by, request.agency) or rules.is_supervisor_of(by, request.agency)):
        raise errors.not_permitted(Verb.CONSULT)


def files_of_answer(uploads) -> list[CheckedFile]:
    """Type, pages, signatures and viruses: it takes its time, so not in a transaction. Raises `BadFile`."""
    return [one if isinstance(one, CheckedFile) else check_file(one) for one in uploads]


def _text(answer: str) -> str:
    answer = required_text(answer, field="answer", sentence=_("Write the answer."))
    if len(answer) > LONGEST_TEXT:
        raise errors.Invalid(
            _("This text has %(length)s characters; at most %(longest)s are possible.")
            % {"length": len(answer), "longest": LONGEST_TEXT},
            code="too_long",
            field="answer",
        )
    return answer


@files_or_nothing()
@transaction.atomic
def _answered(request: IncomingRequest, by, answer: str, files: list[CheckedFile]) -> IncomingRequest:
    locked = IncomingRequest.objects.select_for_update(of=("self",)).select_related("agency")
    request = locked.get(pk=request.pk)
    if refusal := refusal_of_answer(request):  # somebody else was quicker
        raise refusal
    for file in files:
        keep_file(request, file, is_answer=True)
    request.answered_at, request.answered_by, request.answer = timezone.now(), by, answer
    request.save(update_fields=["answered_at", "answered_by", "answer"])
    exchange_outbox.answer(request)
    return request


def refusal_of_answer(request: IncomingRequest) -> errors.NotPossibleNow | None:
    """Why no answer is taken now, before anybody writes one; None when it is."""
    if request.answered_at is not None:
        return errors.NotPossibleNow(
            _("This request was answered already, at %(moment)s.")
            % {"moment": f"{timezone.localtime(request.answered_at):%d/%m/%Y %H:%M}"},
            code="answered_already",
        )
    if request.withdrawn_at is not None:
        return errors.NotPossibleNow(
            _("%(agency)s has taken this request back; no answer is needed any more.")
            % {"agency": request.asking_agency},
            code="taken_back",
        )
    return None


def requests_to_answer(person):
    """Of the person's agencies, what is due first on top; none, and no question, where nothing is exchanged."""
    if not is_connected():
        return IncomingRequest.objects.none()
    waiting = IncomingRequest.objects.of_agencies_of(person).waiting().select_related("agency")
    return waiting.defer("facts").order_by("due_at", "pk")


def requests_done(person):
    """Of the person's agencies, answered or taken back, the newest on top."""
    if not is_connected():
        return IncomingRequest.objects.none()
    mine = IncomingRequest.objects.of_agencies_of(person).select_related("agency").defer("facts")
    return mine.exclude(answered_at=None, withdrawn_at=None).order_by("-arrived_at", "-pk")


def requests_about(number: str):
    """The requests that name the person with this number."""
    return IncomingRequest.objects.with_id_number(number).order_by("pk")


def alert_late_requests(now: datetime | None = None) -> int:
    """Say once of each late answer that it is late, to who answers for the agency; returns how many."""
    now = now or timezone.now()
    late = IncomingRequest.objects.waiting().filter(due_at__lt=minute_of(now), alerted_at=None)
    return sum(_alert(pk, now) for pk in late.order_by("due_at", "pk").values_list("pk", flat=True))


@transaction.atomic
def _alert(pk: int, now: datetime) -> bool:
    claimed = IncomingRequest.objects.waiting().filter(pk=pk, alerted_at=None)
    if not claimed.update(alerted_at=now):
        return False
    request = IncomingRequest.objects.select_related("agency").defer("facts").get(pk=pk)
    tell_supervisors(
        request,
        "late",
        MessageKind.CONSULTATION_LATE,
        _("Dossier %(code)s: an answer is late, due at %(due)s"),
    )
    return True
