"""Read models: what is shown of a dossier, to whom (R40, T22). Nothing here changes anything."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.files import File
from django.db import connections
from django.db.models import Count, Exists, OuterRef, Prefetch, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import deadlines, ledger, lookup, rules
from cases.awaited import Awaited, answered_online_by, awaited
from cases.codes import is_dossier_code
from cases.collecting import Collection, collection_of
from cases.enums import FINAL_STATES, EventKind, State
from cases.errors import FileMissing
from cases.facts import facts_of
from cases.letters import letters_of
from cases.lookup import Proof
from cases.models import Document, Dossier, DossierEvent, Payment, Reschedule, StepRun, Supplement
from cases.proof import ProofDay
from cases.proof_words import in_words
from cases.transfers import Transfer, transfer_of
from notifications.models import Letter
from procedures.calendars import calendar_for, calendars_for
from procedures.enums import Channel, Role
from procedures.models import Agency
from procedures.working_time import WorkCalendar, minute_of

# --- Look-up ----------------------------------------------------------------------------------


def tidy_code(text: str) -> str:
    """A dossier code as it is stored, from what a person typed; empty when it cannot be one."""
    code = text.strip().upper()
    return code if is_dossier_code(code) else ""


_KNOWN = ("id", "uuid", "code", "finished_at", "ended_at", "secret_turn")  # in the order of the model


def _known_by(code: str | None) -> Dossier | None:
    """By hand: a whole town asks this, and to compose the query takes far longer than to answer it."""
    with connections[Dossier.objects.db].cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(_KNOWN)} FROM cases_dossier WHERE code = %s", [code])
        row = cursor.fetchone()
    return row and Dossier.from_db(Dossier.objects.db, _KNOWN, row)


def look_up(code: str, proof: Proof | None = None) -> Dossier | None:
    """The dossier of that code; with a proof only when it is the owner's (R40).

    An unknown code and a wrong proof both give None after the same work: one query for the same columns
    and the same comparisons in constant time. Only the ends of ID number and phone need more than the
    code and the end of the dossier.
    """
    if proof and proof.method == lookup.PERSON:
        dossier = Dossier.objects.filter(code=tidy_code(code)).select_related("applicant").first()
    else:
        dossier = _known_by(tidy_code(code))
    if proof and proof.method and not lookup.is_owner(dossier, proof):
        return None
    return dossier


# --- Filings of a connected system ------------------------------------------------------------


def filings_to_complete(user) -> QuerySet[Dossier]:
    """The only dossiers that a connected system reaches: online filings of its agency, before reception."""
    if not user.is_active or user.role != Role.INTEGRATION:
        return Dossier.objects.none()
    desks = Agency.objects.below(user.workplace).values("pk")
    return Dossier.objects.filter(state=State.SUBMITTED, channel=Channel.ONLINE, receiving_desk__in=desks)


def filings_to_answer(dossiers: QuerySet[Dossier], *, late: bool = False) -> QuerySet[Dossier]:
    """Filings among these that wait for the desk, not for the applicant, by what is due first (R10).

    `late`: only those whose answer is overdue. Times are compared in minutes, as they are shown (T7).
    """
    asked = Supplement.objects.filter(dossier=OuterRef("pk"), answered_at__isnull=True)
    waiting = dossiers.filter(~Exists(asked), state=State.SUBMITTED)
    if late:
        waiting = waiting.filter(answer_due_at__lt=minute_of(timezone.now()))
    # Without a time of answer somebody stands at the desk.
    return waiting.annotate(answer_by=Coalesce("answer_due_at", "filed_at")).order_by("answer_by", "pk")


def clarifications(dossiers: QuerySet[Dossier]) -> QuerySet[Dossier]:
    """Those among these whose applicant was asked to clarify something, while they wait for their result (R9)."""
    asked = DossierEvent.objects.filter(dossier=OuterRef("pk"), kind=EventKind.CLARIFICATION)
    return dossiers.running().filter(Exists(asked))


def second_requests(until: datetime | None = None) -> QuerySet:
    """Dossiers (as `dossier`) with a second request before or after reception, see `Dossier.asked_twice`.

    Made before that moment, when there is one.
    """
    requests = Supplement.objects.filter(asked_at__lt=until) if until else Supplement.objects.all()
    groups = requests.order_by().values("dossier")
    return groups.annotate(times=Count("pk")).filter(times__gt=1)


# --- Files ------------------------------------------------------------------------------------


def open_file(document: Document) -> File:
    """The stored file for reading; `FileMissing` when only the database still knows it."""
    try:
        return document.file.open("rb")
    except FileNotFoundError as error:
        raise FileMissing from error


# --- The promise and its proof ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Promise:
    """Why the result is due when it is (R23).

    `counted_due_at` is what the limit gives from `counts_from` on; an issued apology may have moved
    `due_at` beyond it. `proof_holds` is False when the calendar changed after the promise was given:
    then the days explain today's calendar, not the promise.
    """

    due_at: datetime
    first_due_at: datetime
    provisional: bool
    limit: str
    filed_at: datetime
    counts_from: datetime
    counted_due_at: datetime
    proof_holds: bool
    days: tuple[ProofDay, ...]

    @property
    def in_words(self) -> list[str]:
        return in_words(self.days)


def promise_of(dossier: Dossier, calendar: WorkCalendar | None = None) -> Promise | None:
    """The promise of an accepted dossier with its day-by-day proof; None before reception."""
    if dossier.due_at is None:
        return None
    counted = ledger.clock(facts_of(dossier), calendar or calendar_for(dossier.competent_agency))
    return Promise(
        due_at=dossier.due_at,
        first_due_at=dossier.first_due_at,
        provisional=dossier.due_is_provisional,
        limit=str(dossier.limit),
        filed_at=dossier.filed_at,
        counts_from=dossier.clock_started_at,
        counted_due_at=counted.counted_due_at,
        proof_holds=counted.due_at == dossier.due_at,
        days=counted.proof,
    )


def working_days_left(dossier: Dossier, calendar: WorkCalendar, now: datetime | None = None) -> int | None:
    """Working days until the due date, negative when overdue; None when no clock runs."""
    if not dossier.is_running or dossier.due_at is None:
        return None
    return deadlines.lateness(dossier.due_at, now or timezone.now(), calendar)


def asked_twice(dossiers: Iterable[Dossier]) -> set[int]:
    """Those among these whose applicant was asked a second time, before or after reception (R9)."""
    mine = second_requests().filter(dossier__in=[d.pk for d in dossiers])
    return set(mine.values_list("dossier", flat=True))


def calendars_of(dossiers: Iterable[Dossier]) -> dict[int, WorkCalendar]:
    """The calendar of each competent agency among these, by its id; asked for once each."""
    return calendars_for({dossier.competent_agency for dossier in dossiers})


# --- The owner's view -------------------------------------------------------------------------

PLAIN_WORDS = {
    State.RECEIVED: gettext_lazy("Your dossier is complete and was received. The desk prepares it."),
    State.DIGITIZED: gettext_lazy(
        "Your dossier is with the agency that decides. An officer will take it over."
    ),
    State.PROCESSING: gettext_lazy("Your dossier is being worked on."),
    State.SUPPLEMENT: gettext_lazy("Something is missing. The agency waits for you."),
    State.PAID: gettext_lazy("Your result is ready."),
    State.RETURNED: gettext_lazy("You have received your result."),
    State.STOPPED: gettext_lazy("This dossier was stopped. There will be no result."),
}


@dataclass(frozen=True, slots=True)
class Fees:
    """VND, whole numbers; `owed` is negative when something is to be paid back."""

    lines: list
    waivers: list
    payments: list
    total: int
    waived: int
    paid: int
    owed: int

    @property
    def to_pay_back(self) -> int:
        return max(-self.owed, 0)


@dataclass(frozen=True, slots=True)
class OwnerView:
    """Everything that the holder of the receipt may know about the own dossier."""

    dossier: Dossier
    sentence: str
    unit: Agency | None
    since: datetime
    handled_by: str
    promise: Promise
    days_left: int | None
    awaited: Awaited | None
    steps: list[StepRun]
    supplements: list[Supplement]
    reschedules: list[Reschedule]
    history: list[DossierEvent]
    fees: Fees
    transfer: Transfer | None
    letters: list[Letter]
    collection: Collection | None

    @property
    def pauses(self) -> list[Supplement]:
        """While the agency waited for the applicant the clock stood; the last one may still run (R19)."""
        return [supplement for supplement in self.supplements if not supplement.before_reception]

    @property
    def has_appointment(self) -> bool:
        return self.collection is not None and self.collection.appointment is not None

    @property
    def result(self) -> Dossier | None:
        """The dossier when it has a result; its fields say which."""
        return self.dossier if self.dossier.result_kind and not rules.awaits_signature(self.dossier) else None

    @property
    def is_ready(self) -> bool:
        """The result can be collected."""
        return self.dossier.state == State.PAID

    @property
    def is_owed_an_apology(self) -> bool:
        """Overdue, and no letter of apology of this cycle has been issued (R33)."""
        late = self.dossier.is_overdue()
        return late and all(move.cycle != self.dossier.cycle for move in self.reschedules)

    @property
    def days_overdue(self) -> int:
        """Working days."""
        return max(-(self.days_left or 0), 0)


def owner_view(pk: int) -> OwnerView:
    """The owner's view of a dossier that has a code; a constant number of queries."""
    dossier = (
        Dossier.objects.with_people()
        .select_related("limit")
        .prefetch_related(
            "events",
            "fees",
            "waivers",
            "payments",
            "reschedules",
            Prefetch("supplements", Supplement.objects.select_related("online_answer")),
            "step_runs__unit",
            "step_runs__step",
        )
        .prefetch_related("extensions", "excluded_periods")
        .get(pk=pk)
    )
    calendar = calendar_for(dossier.competent_agency)
    events = list(dossier.events.all())
    steps = list(dossier.step_runs.all())
    return OwnerView(
        dossier=dossier,
        sentence=sentence_of(dossier, answered_online=answered_online_by(dossier)),
        unit=None if dossier.state in FINAL_STATES else dossier.holder_unit,
        since=_since(dossier, events, steps),
        handled_by=str(dossier.holder) if dossier.holder else "",
        promise=promise_of(dossier, calendar),
        days_left=working_days_left(dossier, calendar),
        awaited=awaited(dossier, steps, calendar),
        steps=steps,
        supplements=list(dossier.supplements.all()),
        reschedules=list(dossier.reschedules.all()),
        history=[event for event in events if rules.is_told(event, dossier)],
        fees=fees_of(dossier),
        transfer=transfer_of(dossier),
        letters=issued_letters(dossier),
        collection=collection_of(dossier),
    )


def issued_letters(dossier: Dossier) -> list[Letter]:
    """What was sent to the applicant, apologies first of all; drafts are nobody's business yet."""
    return list(letters_of(dossier).issued().order_by("-issued_at", "-pk"))


def sentence_of(dossier: Dossier, *, answered_online: bool = False) -> str:
    """The state in plain words; `answered_online`: what was asked for has come, and the desk looks at it."""
    if dossier.state == State.SUPPLEMENT and answered_online:
        return _("You have answered online; the desk looks whether everything is there.")
    if dossier.state == State.PROCESSING and dossier.finished_at:
        if rules.awaits_signature(dossier):
            return _("Your certified copy is made; the head of the agency has still to sign it.")
        return _("Your result is there. Fees are still owed before it can be handed over.")
    return str(PLAIN_WORDS[dossier.state])


def fees_of(dossier: Dossier) -> Fees:
    lines, waivers, payments = (
        list(rows.all()) for rows in (dossier.fees, dossier.waivers, dossier.payments)
    )
    total, waived, paid = (sum(row.amount for row in rows) for rows in (lines, waivers, payments))
    return Fees(lines, waivers, payments, total, waived, paid, total - waived - paid)


def unreported_payments(person, desk: Agency | None = None) -> QuerySet[Payment]:
    """What this person took and paid back (at that desk) since the last day-end report."""
    found = Payment.objects.filter(taken_by=person, cash_report=None)
    return found.filter(dossier__receiving_desk=desk) if desk else found


def _since(dossier: Dossier, events: list[DossierEvent], steps: list[StepRun]) -> datetime:
    """Since when the unit has it without a break; while nobody's step runs, the last change of state."""
    if steps and steps[-1].done_at is None:
        since = steps[-1].started_at
        for step in reversed(steps):
            if step.unit_id != dossier.holder_unit_id or step.done_at not in (None, since):
                break
            since = step.started_at
        return since
    moves = [event.at for event in events if event.changes_state]
    return moves[-1] if moves else dossier.filed_at
