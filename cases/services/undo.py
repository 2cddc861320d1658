"""Taking back one's own last step, for a short while and with a reason (hoàn tác).

Nothing is deleted: the step that was undone stays in the history, and a counter-event tells why. The clock
runs on as if nothing had happened.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from cases import errors, rules
from cases.enums import DocumentSource, EventKind, State, Verb
from cases.events import local_text, record
from cases.models import Document, Dossier, DossierEvent, RegisterEntry, StepRun, StoredPaper
from cases.regime import mechanism_of
from cases.services.base import ask, locked, required_text
from cases.services.clock import end_step, promise, running_step, set_promise
from cases.services.notices import notify_applicant
from cases.services.results import take_back_results
from cases.services.substitutes import refuse_absent
from procedures.calendars import remembered_calendars
from procedures.models import Staff

UNDOABLE = frozenset(
    {EventKind.STARTED, EventKind.HANDED_OVER, EventKind.DIGITIZED, EventKind.RESULT_RECORDED}
)
# What happens beside the steps and takes nothing further: files, answers, what the night run notes.
BESIDE = frozenset(
    {
        EventKind.DOCUMENT_ADDED,
        EventKind.DOCUMENT_TURNED,
        EventKind.DOCUMENT_REMOVED,
        EventKind.OVERDUE,
        EventKind.APOLOGY_DRAFTED,
        EventKind.CONSULTATION_ANSWERED,
        EventKind.CONSULTATION_LATE,
        EventKind.CALENDAR_MOVED,
        EventKind.PAPERS_LOST,
    }
)


@dataclass(frozen=True, slots=True)
class OwnStep:
    """A step that this person may undo now; `until` is the last moment (UTC)."""

    event: DossierEvent
    until: datetime

    def minutes_left(self, now: datetime) -> int:
        return max(int((self.until - now).total_seconds() // 60), 0)


@remembered_calendars()
@transaction.atomic
def undo(dossier: Dossier, *, by, reason: str) -> Dossier:
    """Undo one's own last step within `settings.UNDO_MINUTES`: taken over, handed over, digitized, result.

    The dossier goes back to where the step began and to whoever had it, with a new row of the step and its
    old due moment; then one event. What was recorded of a result is kept in the event, its paper leaves the
    applicant's store, its file stays under another name, and the applicant is told that it does not hold. Of an
    electronic copy that waits for its signature there is no hurry; its line in the register becomes void. Raises `NotPossibleNow` when something came after, too late, or for any other step; `NotPermitted` to
    anybody but the one who did it.
    """
    dossier = locked(dossier)
    step = check_undo(dossier, by=by).event
    reason = required_text(reason, field="reason", sentence=_("Say why the step is undone."))
    before, kind = dossier.state, EventKind(step.kind)
    taken_back = {
        EventKind.STARTED: _to_the_queue,
        EventKind.HANDED_OVER: _to_the_step_before,
        EventKind.DIGITIZED: _to_the_desk,
        EventKind.RESULT_RECORDED: _without_result,
    }[kind](dossier, step, reason)
    dossier.save()
    event = record(
        dossier,
        EventKind.UNDONE,
        by=by,
        from_state=before,
        step=kind.value,
        undone=step.pk,
        reason=reason,
        was=taken_back,
    )
    if event.is_public:
        notify_applicant(dossier, event)  # what they were told before does not hold any more
    return dossier


def own_last_step(dossier: Dossier, person) -> OwnStep | None:
    """What the button “Undo my last step” would take back now; None when there is nothing."""
    try:
        return check_undo(dossier, by=person)
    except errors.CaseError:
        return None


def check_undo(dossier: Dossier, *, by) -> OwnStep:
    """The step that this person may undo now; else the refusal with what to do instead."""
    ask(dossier, Verb.UNDO, by)
    step = _last_step(dossier)
    if step is None or step.kind not in UNDOABLE:
        raise errors.NotPossibleNow(
            _("The last step was “%(step)s”; that one cannot be undone.") % {"step": _named(step)}
            + " "
            + _instead(dossier, step)
        )
    if step.actor_id != by.pk:
        raise errors.NotPermitted(
            _("The last step was “%(step)s”; only who did it may undo it.") % {"step": _named(step)}
            + " "
            + _instead(dossier, step)
        )
    until = step.at + timedelta(minutes=settings.UNDO_MINUTES)
    # A copy that waits for the signature was told to nobody: who signs sees whether the scan is right.
    is_open = step.kind == EventKind.RESULT_RECORDED and rules.awaits_signature(dossier)
    if not is_open and (timezone.now() > until or not settings.UNDO_MINUTES):
        raise errors.NotPossibleNow(
            _("“%(step)s” can be undone for %(minutes)s minutes; they are over.")
            % {"step": _named(step), "minutes": settings.UNDO_MINUTES}
            + " "
            + _instead(dossier, step),
            code="too_late",
        )
    if step.kind == EventKind.RESULT_RECORDED:
        _refuse_used_result(dossier)
    refuse_absent(_taker(_run_before(dossier, step), step) or by)
    return OwnStep(step, until)


def _last_step(dossier: Dossier) -> DossierEvent | None:
    """The last event that took the dossier further; what the system settled was settled with it."""
    steps = list(dossier.events.exclude(kind__in=BESIDE).order_by("-at", "-pk")[:2])
    if len(steps) == 2 and steps[0].kind == EventKind.SETTLED and steps[0].actor_id is None:
        return steps[1]
    return steps[0] if steps else None


def _named(step: DossierEvent | None) -> str:
    if step is None:
        return "–"
    return f"{step.get_kind_display()} ({step.actor_label or _('the system')}, {local_text(step.at)})"


def _instead(dossier: Dossier, step: DossierEvent | None) -> str:
    """What to do when a step cannot be undone."""
    if dossier.finished_at:
        return _("A wrong result is corrected free of charge by a new dossier (%(citation)s).") % {
            "citation": mechanism_of(dossier).correction
        }
    if step and step.kind == EventKind.DIGITIZED:
        return _("Files can still be added; for anything else talk to %(agency)s.") % {
            "agency": dossier.competent_agency
        }
    return _("A supervisor of %(agency)s can assign the dossier to somebody else.") % {
        "agency": dossier.competent_agency
    }


def _refuse_used_result(dossier: Dossier) -> None:
    """A result that others rely on already is corrected, not undone (R39)."""
    hashes = dossier.documents.filter(source=DocumentSource.RESULT).values("sha256")
    reused = Document.objects.filter(
        source=DocumentSource.REUSED, sha256__in=hashes, dossier__applicant=dossier.applicant_id
    )
    in_force = RegisterEntry.objects.filter(dossier=dossier, voided_at=None)
    is_registered = in_force.exists() and not rules.awaits_signature(dossier)
    if dossier.corrections.exists() or is_registered or reused.exists():
        raise errors.NotPossibleNow(
            _("This result is in use already: registered, reused in another dossier, or being corrected.")
            + " "
            + _instead(dossier, None),
            code="result_in_use",
        )


def _run_before(dossier: Dossier, step: DossierEvent) -> StepRun:
    """The row of the step as it was before; for a taking over the one that runs."""
    runs = dossier.step_runs.select_related("step", "unit", "officer").order_by("-started_at", "-pk")
    running = step.kind == EventKind.STARTED
    return runs.filter(done_at__isnull=running).first()


def _taker(run: StepRun, step: DossierEvent) -> Staff | None:
    """Whoever had that step, if anybody; who takes it back when that person works there no more."""
    had = run.officer
    return had if had is None or rules.has_role_of(had, had.role, run.unit) else step.actor


def _go_on_with(dossier: Dossier, step: DossierEvent, reason: str) -> None:
    """A step that is done stays done: what runs ends, and a new row of the old step begins, due as before."""
    now, run = timezone.now(), _run_before(dossier, step)
    officer = _taker(run, step)
    end_step(dossier, at=now, officer=dossier.holder, note=reason)
    StepRun.objects.create(
        dossier=dossier,
        step=run.step,
        name=run.name,
        unit=run.unit,
        officer=officer,
        started_at=now,
        due_at=run.due_at,
    )
    dossier.holder, dossier.holder_unit = officer, run.unit


# --- The steps back -------------------------------------------------------------------------------
# Each changes the dossier, which is saved afterwards, and returns what was there and is no more.


def _to_the_queue(dossier: Dossier, step: DossierEvent, reason: str) -> dict:
    dossier.to_state_before_step(State.DIGITIZED)
    if not step.data.get("assigned"):
        run = running_step(dossier)
        run.officer = dossier.holder = None
        run.save(update_fields=["officer"])
    return {}


def _to_the_step_before(dossier: Dossier, step: DossierEvent, reason: str) -> dict:
    was = {"holder": str(dossier.holder)}
    dossier.to_state_before_step(State.PROCESSING)
    _go_on_with(dossier, step, reason)
    return was


def _to_the_desk(dossier: Dossier, step: DossierEvent, reason: str) -> dict:
    was = {"transferred_at": local_text(dossier.transferred_at)}
    dossier.to_state_before_step(State.RECEIVED)
    dossier.transferred_at = None
    if "old_start" in step.data:  # the arrival at another agency had started the clock (R15)
        before = promise(dossier, datetime.fromisoformat(step.data["old_start"]))
        if before.due_at == dossier.due_at:
            dossier.clock_started_at = before.counts_as_received_at
        else:
            was["due"] = local_text(dossier.due_at)
            set_promise(dossier, before)
    _go_on_with(dossier, step, reason)
    return was


def _without_result(dossier: Dossier, step: DossierEvent, reason: str) -> dict:
    was = {
        "kind": dossier.result_kind,
        "number": dossier.result_number,
        "signer": dossier.result_signer,
        "reason": dossier.result_reason,
        "finished_at": local_text(dossier.finished_at),
        **_withdraw_papers(dossier),
    }
    if rules.awaits_signature(dossier):  # the number was given out, so its line stays, as void
        RegisterEntry.objects.filter(dossier=dossier).update(voided_at=timezone.now())
    dossier.to_state_before_step(State.PROCESSING)
    take_back_results(dossier)
    dossier.finished_at = None
    dossier.result_kind = dossier.result_number = dossier.result_signer = dossier.result_reason = ""
    _go_on_with(dossier, step, reason)
    return was


def _withdraw_papers(dossier: Dossier) -> dict:
    """Out of the store, so that nobody reuses it; the file stays, and its name says that it is no result."""
    was = {"documents": []}
    longest = Document._meta.get_field("name").max_length
    for document in dossier.documents.filter(source=DocumentSource.RESULT):
        paper = StoredPaper.objects.filter(document=document).first()
        if paper:
            was["code"], was["valid_until"] = paper.result_code, str(paper.valid_until or "")
            paper.delete()
        was["documents"].append(document.name)
        with translation.override(settings.LANGUAGE_CODE):  # the file is the office's, whoever reads it
            name = _("WITHDRAWN, not a result – %(name)s") % {"name": document.name}
        # What only awaited its signature was never the owner's to see: a scan of the office.
        is_hidden = rules.awaits_signature(dossier)
        document.source = DocumentSource.SCAN if is_hidden else DocumentSource.UPLOAD
        document.name = name[:longest]
        document.save(update_fields=["name", "source"])
    return was
