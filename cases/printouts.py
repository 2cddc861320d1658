"""What the sheets say that are printed from the facts of today: receipt, control slip, log book.

They are Vietnamese, whoever prints them, and are not kept: printed again, they show what holds then.
"""

from datetime import datetime
from itertools import pairwise

from django.utils import timezone, translation

from cases import deadlines, ledger, lookup
from cases.enums import FINAL_STATES, EventKind, Provision, State
from cases.facts import facts_of
from cases.letters import form_on, head_of, inherited, person_of
from cases.models import Dossier, LogBook, Reschedule, StepRun
from cases.transfers import transfer_of
from notifications.payloads import (
    BookRow,
    ControlSlipPayload,
    LogBookPayload,
    Paper,
    Person,
    ReceiptPayload,
    SlipRow,
    TransferOrder,
)
from notifications.vietnamese import hour_and_date
from procedures.calendars import calendar_for
from procedures.models import Agency

# A register is bound in volumes of this many numbers, which run on from one to the next (R42).
NUMBERS_IN_A_VOLUME = 1000


def volume_of(number: int) -> int:
    """The volume in which a number of the log book stands, from 1."""
    return max(number - 1, 0) // NUMBERS_IN_A_VOLUME + 1


# --- Receipt ----------------------------------------------------------------------------------


def receipt_payload(dossier: Dossier) -> ReceiptPayload:
    """Receipt and appointment; the only sheet that shows the look-up secret."""
    desk = dossier.receiving_desk
    owner = person_of(dossier.applicant)
    submitter = Person(
        name=dossier.submitter_name, id_number=dossier.submitter_id_number, phone=dossier.submitter_phone
    )
    items = dossier.components.exclude(provision=Provision.NOT_NEEDED).select_related("component")
    receiver = dossier.events.filter(kind=EventKind.RECEIVED).select_related("actor").first()
    extension = dossier.extensions.filter(cycle=dossier.cycle).first()
    apology = dossier.reschedules.filter(cycle=dossier.cycle).first()
    with translation.override("vi"):
        return_manner = str(dossier.get_return_channel_display())
    return ReceiptPayload(
        **head_of(desk),
        form=form_on("receipt", timezone.localdate(dossier.received_at)),
        number=f"{dossier.code.rpartition('-')[2]}/TTPVHCC",
        dossier_code=dossier.code,
        # Who stands at the desk; with an authorisation the owner of the dossier is the principal.
        applicant=submitter if dossier.submitter_name else owner,
        principal=owner if dossier.submitter_name else None,
        authorisation=dossier.authorisation,
        submitter_name=dossier.submitter_name or owner.name,
        procedure_code=dossier.version.procedure.code,
        procedure_name=dossier.version.name_vi,
        competent_agency=dossier.competent_agency.name_vi,
        components=tuple(
            Paper(name=item.component.name_vi, originals=item.originals, copies=item.copies) for item in items
        ),
        sets=dossier.version.sets,
        received_at=dossier.received_at,
        due_at=extension.old_due_at if extension else dossier.due_at,
        extended_due_at=_extended_to(dossier) if extension else None,
        extension_reason=extension.reason if extension else "",
        limit=dossier.limit.label,
        return_manner=return_manner,
        receiver_name=receiver.actor_label if receiver else "",
        receiver_title=receiver.actor.title if receiver and receiver.actor else "",
        book_number=f"{volume_of(dossier.book_number):02d}/{dossier.book_year}",
        book_sequence=f"{dossier.book_number:02d}",
        look_up_secret=lookup.secret_of(dossier),
        reception_place=dossier.reception_place,
        note=_rescheduled(apology, dossier) if apology else "",
        transfer=_transfer_order(dossier),
    )


def _transfer_order(dossier: Dossier) -> TransferOrder | None:
    order = transfer_of(dossier)
    return order and TransferOrder(
        code=order.payload,
        bank=order.bank,
        account=order.account,
        account_name=order.account_name,
        amount=order.amount,
        purpose=order.purpose,
    )


def _extended_to(dossier: Dossier) -> datetime:
    """What the extended limit gives; what an apology has promised since is told beside it."""
    return ledger.clock(facts_of(dossier), calendar_for(dossier.competent_agency)).counted_due_at


def _rescheduled(apology: Reschedule, dossier: Dossier) -> str:
    return f"Hẹn lại trả kết quả lúc {hour_and_date(dossier.due_at)} (văn bản xin lỗi số {apology.letter_number})"


# --- Control slip -----------------------------------------------------------------------------


def control_slip_payload(dossier: Dossier) -> ControlSlipPayload:
    """The hand-overs of a received dossier (R17), with those of substitutes (R44)."""
    runs = list(dossier.step_runs.select_related("step", "unit", "officer"))
    running = next((run for run in runs if run.done_at is None), None)
    consulted = dossier.consultations.select_related("agency").order_by("created_at", "pk")
    return ControlSlipPayload(
        **head_of(dossier.receiving_desk),
        form=form_on("control_slip"),
        dossier_code=dossier.code,
        procedure_code=dossier.version.procedure.code,
        procedure_name=dossier.version.name_vi,
        lead_unit=dossier.competent_agency.name_vi,
        cooperating_units=tuple(dict.fromkeys(one.agency.name_vi for one in consulted)),
        received_at=dossier.received_at,
        due_at=dossier.due_at,
        rows=tuple(sorted(_slip_rows(dossier, runs), key=lambda row: row.at)),
        held_by=_who(running) if running else "",
    )


def _slip_rows(dossier: Dossier, runs: list[StepRun]) -> list[SlipRow]:
    applicant = dossier.applicant.full_name
    rows = []
    if runs:
        rows.append(
            SlipRow(
                handed_by=dossier.submitter_name or applicant,
                received_by=_who(runs[0]),
                at=runs[0].started_at,
            )
        )
    for run, following in pairwise([*runs, None]):
        if run.done_at is None:
            continue
        # While nobody's step runs, the dossier is with the applicant: for a supplement, or for good.
        goes_on = following is not None and following.started_at == run.done_at
        receiver = _who(following) if goes_on else dossier.collector_name or applicant
        rows.append(
            SlipRow(
                handed_by=_who(run),
                received_by="" if run.done_at == dossier.ended_at else receiver,  # withdrawn from this step
                at=run.done_at,
                result=_punctuality(run),
                note=": ".join(filter(None, [_step(run), run.note])),
            )
        )
        if following is not None and not goes_on:
            rows.append(SlipRow(handed_by=applicant, received_by=_who(following), at=following.started_at))
    ended_at = {run.done_at for run in runs}
    for row in dossier.handovers.select_related("giver", "receiver"):
        if row.at in ended_at:
            continue  # a step changed hands with it, which is a row already
        rows.append(
            SlipRow(handed_by=str(row.giver), received_by=str(row.receiver), at=row.at, note=row.note)
        )
    return rows


def _who(run: StepRun) -> str:
    return f"{run.officer}, {run.unit.name_vi}" if run.officer else run.unit.name_vi


def _step(run: StepRun) -> str:
    return run.step.name_vi if run.step else run.name


def _punctuality(run: StepRun) -> str:
    return deadlines.punctuality(run.due_at, run.done_at).value if run.due_at else ""


# --- Log book ---------------------------------------------------------------------------------


def log_book_payload(desk: Agency, year: int, volume: int = 1) -> LogBookPayload:
    """One volume of the log book of a desk and year; without rows when nothing was received."""
    book = LogBook.objects.select_related("closed_by").filter(desk=desk, year=year).first()
    first = (volume - 1) * NUMBERS_IN_A_VOLUME + 1
    dossiers = (
        Dossier.objects.filter(receiving_desk=desk, book_year=year)
        .filter(book_number__gte=first, book_number__lt=first + NUMBERS_IN_A_VOLUME)
        .select_related("version", "applicant", "competent_agency")
        .order_by("book_number")
    )
    with translation.override("vi"):
        rows = tuple(_book_row(dossier) for dossier in dossiers)
    return LogBookPayload(
        **head_of(desk),
        form=form_on("log_book"),
        year=year,
        volume=volume,
        last_number=book.last_number if book else 0,
        rows=rows,
        closed_at=book.closed_at if book else None,
        keeper_name=str(book.closed_by) if book and book.closed_by else "",
        signer_title=inherited(desk, "head_title"),
        signer_name=inherited(desk, "head_name"),
    )


def _book_row(dossier: Dossier) -> BookRow:
    ended = dossier.state in FINAL_STATES - {State.RETURNED}
    return BookRow(
        number=dossier.book_number,
        dossier_code=dossier.code,
        procedure=dossier.version.name_vi,
        applicant=dossier.applicant.full_name,
        address=dossier.applicant.address,
        phone=dossier.applicant.phone,
        lead_agency=dossier.competent_agency.name_vi,
        received_at=dossier.received_at,
        due_at=dossier.due_at,
        returned_at=dossier.returned_at,
        manner=str(dossier.get_state_display() if ended else dossier.get_return_channel_display()),
        collector=dossier.collector_name,
    )
