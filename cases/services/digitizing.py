"""Digitizing at the desk, and the way to the competent agency (R14, R16)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import deadlines, errors, rules
from cases.enums import FINAL_STATES, DocumentSource, EventKind, Verb
from cases.events import local_text, record
from cases.models import Document, Dossier, DossierComponent
from cases.regime import mechanism_of
from cases.services.apologies import withdraw_untouched_drafts
from cases.services.base import ask, known_choice, locked
from cases.services.checklist import missing_scans
from cases.services.clock import begin_step, end_step, promise, punctuality_in_words, set_promise, step_after
from cases.services.documents import CheckedFile, check_file
from cases.services.notices import notify_applicant
from cases.services.searchable import state_of_new
from cases.services.signatures import expect_check
from cases.services.stored_files import files_or_nothing, store_file
from procedures.enums import Channel


@files_or_nothing()
@transaction.atomic
def add_document(
    dossier: Dossier,
    upload,
    *,
    by,
    component: DossierComponent | None = None,
    source: str = DocumentSource.SCAN,
) -> Document:
    """Store one file of the dossier outside the web root, checked by content (or before); `BadFile` when it is none.

    The same file a second time is refused too: one scan is not two. A scan waits to be made searchable, a
    signed file for a look at its signatures.
    """
    dossier = locked(dossier)
    if dossier.state in FINAL_STATES:
        raise errors.not_possible(dossier, Verb.DIGITIZE)
    if by is not None and not (
        rules.is_clerk_of(by, dossier.receiving_desk) or rules.is_officer_of(by, dossier.competent_agency)
    ):
        raise errors.not_permitted(Verb.DIGITIZE)
    if component is not None and component.dossier_id != dossier.pk:
        raise errors.Invalid(_("This component belongs to another dossier."), field="component")
    known_choice(source, DocumentSource, field="source")
    checked = upload if isinstance(upload, CheckedFile) else check_file(upload)
    # A result that was withdrawn lies here still, and may be right but for its number; or it was attached before.
    if source != DocumentSource.RESULT:
        _refuse_second(dossier, checked)
    document = Document(
        dossier=dossier,
        component=component,
        source=source,
        name=checked.name,
        mime_type=checked.mime_type,
        size=len(checked.content),
        pages=checked.pages,
        sha256=checked.sha256,
        added_at=timezone.now(),
        added_by=by,
        text_state=state_of_new(source),
    )
    store_file(document.file, checked.as_file())
    document.save()
    expect_check(document, checked.content)
    record(dossier, EventKind.DOCUMENT_ADDED, by=by, name=checked.name, sha256=checked.sha256)
    return document


def _refuse_second(dossier: Dossier, checked: CheckedFile) -> None:
    same = dossier.documents.filter(sha256=checked.sha256).select_related("component__component").first()
    if same is None:
        return
    raise errors.BadFile(
        _(
            "“%(name)s” is in this dossier already: “%(there)s” at “%(paper)s”. It was not stored a second "
            "time. Scan each paper into a file of its own."
        )
        % {
            "name": checked.name,
            "there": same.name,
            "paper": same.component.component.name if same.component else _("Other papers and results"),
        },
        code="same_file",
        field="file",
    )


@transaction.atomic
def digitize(dossier: Dossier, *, by) -> Dossier:
    """All mandatory scans are there: hand the dossier to the competent agency (số hóa, chuyển hồ sơ).

    Decree 61/2018 Art 18.2: on the day of reception, or in the first hour of the next working day when
    received after 15:00; a later hand-over is recorded as late. Raises `ScanMissing` naming each paper.
    """
    dossier = locked(dossier)
    check_digitize(dossier, by=by)
    now = timezone.now()
    before = dossier.state
    dossier.to_digitized()
    dossier.transferred_at = now
    dossier.holder = None
    dossier.holder_unit = dossier.competent_agency
    run = end_step(dossier, at=now, officer=by)
    begin_step(dossier, step_after(dossier, run), at=now, unit=dossier.competent_agency)
    arrival = _count_from_arrival(dossier, now)
    dossier.save()
    if "due" in arrival:
        withdraw_untouched_drafts(
            [dossier], reason=_("The dossier arrived later than expected, so the due date moved.")
        )
    event = record(
        dossier,
        EventKind.DIGITIZED,
        by=by,
        from_state=before,
        agency=dossier.competent_agency.name_vi,
        # What was filed online is with the agency at once (Decree 61/2018 Art 18.1): nothing is carried late.
        late_transfer=dossier.channel != Channel.ONLINE
        and deadlines.is_late_transfer(now, dossier.transfer_due_at),
        **arrival,
        **punctuality_in_words(run),
    )
    notify_applicant(dossier, event)
    return dossier


def check_digitize(dossier: Dossier, *, by) -> None:
    """May the dossier leave the desk now? Else the refusal, as the verb would give it."""
    ask(dossier, Verb.DIGITIZE, by)
    missing = missing_scans(dossier)
    if missing:
        raise errors.ScanMissing(
            _("The dossier cannot leave the desk yet: %(missing)s.") % {"missing": "; ".join(missing)},
            field="documents",
        )


def _count_from_arrival(dossier: Dossier, now: datetime) -> dict[str, str]:
    """Boundary-free: the clock starts when the competent agency gets the dossier (118/2025 Art 17.3, R15).

    Stores the real arrival as the start, and moves the promise when it gives another date; the first date
    stays. Returns what the event notes: dates only when they moved. An online dossier is there at
    once, after a supplement the completion has started the clock, and what an apology has promised in the
    meantime stands.
    """
    here = dossier.competent_agency_id == dossier.receiving_desk_id
    if here or dossier.channel == Channel.ONLINE or dossier.cycle > 1:
        return {}
    if dossier.reschedules.filter(cycle=dossier.cycle).exists():
        return {}
    if not mechanism_of(dossier).clock_starts_at_competent_agency:
        return {}
    old_due, deadline = dossier.due_at, promise(dossier, now)
    noted = {"old_start": dossier.clock_started_at.isoformat()}  # for who takes the step back
    if deadline.due_at == old_due:
        dossier.clock_started_at = deadline.counts_as_received_at
        return noted
    set_promise(dossier, deadline)
    return {**noted, "due": local_text(dossier.due_at), "old_due": local_text(old_due)}
