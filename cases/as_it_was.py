"""Single dossiers as they stood at a past moment: their facts and what hangs on them, put back in memory.

What comes from here is for reading. Whoever tried to save one would write the past over the present, so it refuses.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NoReturn

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from cases.as_of import Past, overdue_then
from cases.desk_then import REPLACED, not_noted_yet
from cases.enums import EventKind, State
from cases.errors import Invalid
from cases.late import FILTERS, LateRow, of_age, of_officer, rows_of
from cases.models import (
    Consultation,
    Demand,
    Document,
    Dossier,
    DossierEvent,
    ExcludedPeriod,
    Extension,
    FeeWaiver,
    Payment,
    ReplacedMoment,
    Reschedule,
    StepRun,
    Supplement,
)
from notifications.enums import LetterKind, LetterState
from notifications.models import Letter
from procedures.models import Staff

_OF_THE_RESULT = ("result_kind", "result_number", "result_signer", "result_reason")
_OF_THE_RETURN = (
    "collector_name",
    "collection_proof",
    "collector_id_number",
    "collector_authorisation",
    "originals_returned",
    "acknowledgement",
    "tracking_number",
)
# The only rows that are changed after they were added, and the moments that may lie ahead of then.
_LATER = {"supplements": ("answered_at", "reminded_at"), "consultations": ("answered_at",)}


def not_there_yet(past: Past) -> Invalid:
    """What is said of a dossier that `put_back` left out."""
    return Invalid(
        _("Nothing had been recorded of this dossier on %(text)s yet.") % {"text": past.text},
        code="not_there_yet",
        field="as_of",
    )


def with_rows_then(found: QuerySet[Dossier], past: Past) -> QuerySet[Dossier]:
    """To dossiers `with_facts_then` only those rows that were there; `put_back` makes the dossiers of then of them."""
    return found.prefetch_related(
        *(
            Prefetch(name, rows.filter(**{f"{moment}__lte": past.moment}))
            for name, (rows, moment) in _rows().items()
        ),
        Prefetch("replaced_moments", ReplacedMoment.objects.filter(at__gt=past.moment)),
    )


def _rows() -> dict[str, tuple[QuerySet, str]]:
    """What hangs on a dossier, and when each row came."""
    return {
        "events": (DossierEvent.objects.select_related("actor"), "at"),
        "step_runs": (StepRun.objects.select_related("unit", "officer", "step"), "started_at"),
        "supplements": (Supplement.objects.select_related("asked_by", "approved_by"), "asked_at"),
        "consultations": (Consultation.objects.select_related("agency"), "asked_at"),
        "reschedules": (Reschedule.objects.select_related("signed_by"), "at"),
        "extensions": (Extension.objects.select_related("by"), "at"),
        "excluded_periods": (ExcludedPeriod.objects.all(), "at"),
    }


def with_papers_then(found: QuerySet[Dossier], past: Past) -> QuerySet[Dossier]:
    """The papers and the money that were there; fees stand as they were owed at the reception."""
    until = past.moment
    papers = Document.objects.filter(added_at__lte=until)
    paid = Payment.objects.filter(paid_at__lte=until)
    return found.prefetch_related(
        "fees",
        "components__component",
        Prefetch("waivers", FeeWaiver.objects.filter(at__lte=until)),
        Prefetch("payments", paid),
        Prefetch("demands", Demand.objects.filter(at__lte=until)),
        Prefetch("documents", papers.select_related("component")),
        Prefetch("components__documents", papers),
    )


def put_back(dossiers: Iterable[Dossier], past: Past) -> list[Dossier]:
    """The dossiers of `with_rows_then` with state, dates and holder of then; those that were there."""
    found = [dossier for dossier in dossiers if dossier.state_then]
    people = Staff.objects.in_bulk({dossier.holder_then for dossier in found} - {None})
    noted = REPLACED not in not_noted_yet(past)
    for dossier in found:
        _put_back_replaced(dossier, noted)
        _put_back(dossier, people.get(dossier.holder_then), past)
    return found


def _put_back(dossier: Dossier, holder: Staff | None, past: Past) -> None:
    runs, events = list(dossier.step_runs.all()), list(dossier.events.all())
    _forget_later_moments(dossier, runs, holder, past)
    is_received = dossier.state_then not in {State.SUBMITTED, State.REFUSED}
    dossier.holder = holder
    dossier.holder_unit = runs[-1].unit if runs else dossier.receiving_desk
    dossier.due_at = dossier.due_then if is_received else None
    dossier.cycle, now_finished = dossier.cycle_then, dossier.finished_at
    dossier.finished_at = dossier.finished_then
    dossier.transferred_at = _transferred(events)
    for name in ("received_at", "returned_at", "ended_at", "overdue_flagged_at"):
        if (moment := getattr(dossier, name)) and moment > past.moment:
            setattr(dossier, name, None)
    if not is_received:
        dossier.received_at = dossier.clock_started_at = dossier.transfer_due_at = None
    elif dossier.restarted_since:
        dossier.clock_started_at = None  # the events do not say what it was
    if dossier.finished_at is None or dossier.finished_at != now_finished:
        _empty(dossier, _OF_THE_RESULT)
    if dossier.finished_at:
        recorded = next(event for event in reversed(events) if event.kind == EventKind.RESULT_RECORDED)
        dossier.result_kind, dossier.result_number = recorded.data["result"], recorded.data["number"]
    if dossier.returned_at is None:
        _empty(dossier, _OF_THE_RETURN)
    dossier.__dict__["state"] = dossier.state_then  # past the guard of the field, which is for the services
    dossier.save = _refuse


def _put_back_replaced(dossier: Dossier, noted: bool) -> None:
    """Each moment as it was until the first later move of it; by when to hand over only where that was noted."""
    for row in reversed(dossier.replaced_moments.all()):
        setattr(dossier, row.name, row.was)
    if not noted and dossier.restarted_since:
        dossier.transfer_due_at = None


def _forget_later_moments(dossier: Dossier, runs: list[StepRun], holder: Staff | None, past: Past) -> None:
    for name, moments in _LATER.items():
        for row in getattr(dossier, name).all():
            for moment in moments:
                if (value := getattr(row, moment)) and value > past.moment:
                    setattr(row, moment, None)
                    if name == "consultations":
                        row.answer = ""
    for run in runs:
        if run.done_at and run.done_at > past.moment:
            run.done_at, run.note = None, ""
        if run.done_at is None:
            run.officer = holder


def _transferred(events: Sequence[DossierEvent]):
    """When it left the desk, unless that was taken back."""
    at = None
    for event in events:
        if event.kind == EventKind.DIGITIZED:
            at = event.at
        elif event.kind == EventKind.UNDONE and event.data["step"] == EventKind.DIGITIZED:
            at = None
    return at


def _empty(dossier: Dossier, names: Iterable[str]) -> None:
    for name in names:
        setattr(dossier, name, "")


def _refuse(*args, **kwargs) -> NoReturn:
    raise TypeError("A dossier as it was is for reading; nobody saves it.")


# Its letters ------------------------------------------------------------------------------------------


def letters_then(references: Iterable[str], past: Past) -> list[Letter]:
    """The letters that were there and not dropped, each in its state of then; the last first."""
    found = Letter.objects.filter(reference__in=list(references), drafted_at__lte=past.moment)
    return [_letter_then(letter, past) for letter in found if not _by_then(letter.cancelled_at, past)]


def _letter_then(letter: Letter, past: Past) -> Letter:
    """Until it was issued its reason and date could be written anew, so only those of an issued one are known."""
    for name in ("approved_at", "issued_at", "sent_at"):
        if not _by_then(getattr(letter, name), past):
            setattr(letter, name, None)
    if letter.issued_at:
        letter.state = LetterState.SENT if letter.sent_at else LetterState.ISSUED
    else:
        letter.state = LetterState.APPROVED if letter.approved_at else LetterState.DRAFT
        letter.number = letter.new_due_at = None
        letter.reason = ""
    letter.save = _refuse
    return letter


def _by_then(moment, past: Past) -> bool:
    return moment is not None and moment <= past.moment


# The overdue list --------------------------------------------------------------------------------------


def late_dossiers_then(
    found: QuerySet[Dossier], params: Mapping[str, str], user, past: Past
) -> QuerySet[Dossier]:
    """What was late among these, through the filters of the list; in no order."""
    filters = {
        **FILTERS,
        "officer": lambda found, value, user: of_officer(found, value, holder="holder_then"),
        "age": lambda found, value, user: of_age(found, value, user, now=past.moment, due="due_then"),
    }
    found = overdue_then(found, past).order_by()
    for name, narrow in filters.items():
        if value := params.get(name, "").strip():
            found = narrow(found, value, user)
    return found


def late_rows_then(dossiers: Sequence[Dossier], past: Past) -> list[LateRow]:
    """The rows of the overdue list as they were, of dossiers from `put_back`."""
    letters = letters_then([dossier.code for dossier in dossiers], past)
    apologies = {(one.reference, one.cycle): one for one in letters if one.kind == LetterKind.APOLOGY}
    return rows_of(dossiers, past.moment, apologies=apologies)
