"""The dossier (hồ sơ): facts only; whatever can be derived from them is not stored."""

import uuid
from datetime import datetime

from django.conf import settings
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE, FSMField, transition

from cases.codes import DOSSIER_NEW, DOSSIER_OLD
from cases.enums import (
    MOVES,
    OPEN_STATES,
    RUNNING_STATES,
    Acknowledgement,
    CollectionProof,
    Provision,
    ResultKind,
    ReturnChannel,
    State,
    Verb,
)
from cases.models import recounting
from cases.models.applicants import Applicant
from cases.models.dossier_sets import FILED_FIRST, THERE, WAITING, DossierQuerySet
from cases.models.triggers import CODE_IS_NOT_IN_THE_ARCHIVE
from onestop.fields import EncryptedCharField
from onestop.keyset import FAR
from procedures.enums import Channel
from procedures.models import Agency, Component, ProcedureVersion, TimeLimit
from procedures.working_time import minute_of


class Dossier(models.Model):
    """One case of one applicant under one procedure (hồ sơ thủ tục hành chính).

    Changed only by the services; the state is a protected field and moves by the transitions below.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(
        _("dossier code"), max_length=60, unique=True, null=True, blank=True, editable=False
    )
    version = models.ForeignKey(
        ProcedureVersion, on_delete=models.PROTECT, related_name="dossiers", verbose_name=_("procedure")
    )
    limit = models.ForeignKey(
        TimeLimit, on_delete=models.PROTECT, related_name="+", verbose_name=_("time limit")
    )
    applicant = models.ForeignKey(
        Applicant, on_delete=models.PROTECT, related_name="dossiers", verbose_name=_("applicant")
    )
    subject = models.CharField(_("content"), max_length=500, blank=True)
    submitter_name = models.CharField(_("filed by (authorised person)"), max_length=300, blank=True)
    submitter_id_number = EncryptedCharField(
        _("ID number of the authorised person"), max_length=20, blank=True, may_be_marked=True
    )
    submitter_phone = models.CharField(_("phone of the authorised person"), max_length=20, blank=True)
    authorisation = models.CharField(
        _("authorisation"),
        max_length=300,
        blank=True,
        help_text=_("Which paper authorises: kind, number, date"),
    )
    reception_place = models.CharField(
        _("received at the place"),
        max_length=300,
        blank=True,
        help_text=_("Outside the desk: mobile or on-site reception"),
    )
    receiving_desk = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        related_name="received_dossiers",
        verbose_name=_("receiving desk"),
        db_index=False,
    )
    competent_agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="decided_dossiers", verbose_name=_("competent agency")
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    return_channel = models.CharField(
        _("return of the result"), max_length=10, choices=ReturnChannel.choices, default=ReturnChannel.DESK
    )
    state = FSMField(
        _("state"), default=State.SUBMITTED, choices=State.choices, protected=True, max_length=20
    )
    state_before_supplement = models.CharField(max_length=20, blank=True, editable=False)
    quantities = models.JSONField(_("quantities"), default=dict, blank=True, help_text=_("Pages, copies, …"))

    filed_at = models.DateTimeField(
        _("filed at"), help_text=_("The moment that counts as filing: the last completion")
    )
    answer_due_at = models.DateTimeField(
        _("answer due at"),
        null=True,
        blank=True,
        help_text=_("Until when a filing is received, asked for or refused"),
    )
    received_at = models.DateTimeField(_("received at"), null=True, blank=True)
    reception_day = models.DateField(
        _("day of reception"),
        null=True,
        editable=False,
        help_text=_("The day that counts: version, law and forms of scans follow it (R2, R8)"),
    )
    clock_started_at = models.DateTimeField(_("counts as received at"), null=True, blank=True)
    first_due_at = models.DateTimeField(_("first due date"), null=True, blank=True)
    due_at = models.DateTimeField(_("due date"), null=True, blank=True)
    due_is_provisional = models.BooleanField(
        _("due date reaches into a year without an official calendar"), default=False
    )
    transfer_due_at = models.DateTimeField(_("to be handed over by"), null=True, blank=True)
    transferred_at = models.DateTimeField(_("handed over to the competent agency at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    returned_at = models.DateTimeField(_("returned at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True, help_text=_("Refused or stopped"))
    overdue_flagged_at = models.DateTimeField(_("flagged overdue at"), null=True, blank=True)
    cycle = models.PositiveSmallIntegerField(_("completion cycle"), default=1)
    receipt_wanted = models.BooleanField(
        _("receipt wanted"), default=True, help_text=_("Decided at once: a receipt only when asked for")
    )
    book_year = models.PositiveSmallIntegerField(_("year of the log book"), null=True, editable=False)
    book_number = models.PositiveIntegerField(_("number in the log book"), null=True, editable=False)
    corrects = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="corrections",
        verbose_name=_("corrects the result of"),
    )

    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="held_dossiers",
        verbose_name=_("held by"),
    )
    holder_unit = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="held_dossiers", verbose_name=_("held by unit")
    )
    result_kind = models.CharField(_("result"), max_length=10, choices=ResultKind.choices, blank=True)
    result_number = models.CharField(_("number of the result"), max_length=60, blank=True)
    result_signer = models.CharField(_("signer of the result"), max_length=150, blank=True)
    result_reason = models.TextField(_("grounds of the refusal"), blank=True)
    collector_name = models.CharField(_("collected by"), max_length=300, blank=True)
    collection_proof = models.CharField(_("shown at collection"), max_length=20, blank=True)
    collector_id_number = EncryptedCharField(
        _("ID number of the collector"), max_length=20, blank=True, may_be_marked=True
    )
    collector_authorisation = models.CharField(_("authorisation to collect"), max_length=300, blank=True)
    originals_returned = models.CharField(_("originals given back"), max_length=300, blank=True)
    acknowledgement = models.CharField(
        _("confirmed by"), max_length=12, choices=Acknowledgement.choices, blank=True
    )
    tracking_number = models.CharField(_("tracking number of the post"), max_length=40, blank=True)
    helped_to_file = models.BooleanField(
        _("filed online with the help of the desk"), default=False, editable=False
    )
    group = models.ForeignKey(
        "ReceptionGroup",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="dossiers",
        verbose_name=_("received together as"),
    )
    # A new turn makes a new look-up secret.
    secret_turn = models.PositiveSmallIntegerField(default=1, editable=False)

    objects = DossierQuerySet.as_manager()

    class Meta:
        verbose_name = _("dossier")
        verbose_name_plural = _("dossiers")
        ordering = ["-filed_at", "-pk"]
        triggers = [*recounting.OF_DOSSIERS, CODE_IS_NOT_IN_THE_ARCHIVE]
        constraints = [
            models.CheckConstraint(name="dossier_state_known", condition=Q(state__in=State.values)),
            models.CheckConstraint(
                name="dossier_acknowledgement_known",
                condition=Q(acknowledgement__in=["", *Acknowledgement.values]),
            ),
            models.CheckConstraint(
                name="dossier_code_pattern",
                condition=Q(code__isnull=True) | Q(code__regex=f"^({DOSSIER_NEW}|{DOSSIER_OLD})$"),
            ),
            # From reception on there is a code, a clock and a promise; before it there is none.
            models.CheckConstraint(
                name="dossier_accepted_has_code_and_promise",
                condition=Q(state__in=[State.SUBMITTED, State.REFUSED, State.STOPPED])
                | Q(
                    code__isnull=False,
                    received_at__isnull=False,
                    clock_started_at__isnull=False,
                    first_due_at__isnull=False,
                    due_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="dossier_filed_only_has_no_code",
                condition=~Q(state__in=[State.SUBMITTED, State.REFUSED])
                | Q(code__isnull=True, due_at__isnull=True),
            ),
            models.CheckConstraint(
                name="dossier_ready_has_result",
                condition=~Q(state__in=[State.PAID, State.RETURNED])
                | (Q(finished_at__isnull=False) & ~Q(result_kind="")),
            ),
            models.CheckConstraint(
                name="dossier_returned_has_moment",
                condition=Q(state=State.RETURNED, returned_at__isnull=False)
                | (~Q(state=State.RETURNED) & Q(returned_at__isnull=True)),
            ),
            models.UniqueConstraint(
                name="dossier_book_number_once", fields=["receiving_desk", "book_year", "book_number"]
            ),
            models.CheckConstraint(
                name="dossier_received_is_in_the_book",
                condition=Q(code__isnull=True, book_number__isnull=True, book_year__isnull=True)
                | Q(code__isnull=False, book_number__gte=1, book_year__isnull=False),
            ),
            models.CheckConstraint(
                name="dossier_posted_result_is_tracked",
                condition=~Q(collection_proof=CollectionProof.POST) | ~Q(tracking_number=""),
            ),
            models.CheckConstraint(
                name="dossier_id_numbers_encrypted",
                condition=(Q(submitter_id_number="") | Q(submitter_id_number__encrypted=True))
                & (Q(collector_id_number="") | Q(collector_id_number__encrypted=True)),
            ),
            models.CheckConstraint(
                name="dossier_due_after_clock_start",
                condition=Q(due_at__isnull=True) | Q(due_at__gte=F("clock_started_at")),
            ),
        ]
        indexes = [
            # The overdue sweep, the apology drafts and what is due next: only what is running, so the cost follows the open ones.
            models.Index(
                fields=["due_at", "id"],
                name="dossier_running_due_first",
                condition=Q(state__in=sorted(RUNNING_STATES), finished_at__isnull=True),
            ),
            # The dossier lists: by agency and state, newest first.
            models.Index(fields=["competent_agency", "state", "-filed_at"], name="dossier_by_competent"),
            models.Index(fields=["receiving_desk", "state", "-filed_at"], name="dossier_by_desk"),
            # Unanswered filings, by what is due first.
            models.Index(
                fields=["receiving_desk", "answer_due_at"],
                name="dossier_to_answer",
                condition=Q(state=State.SUBMITTED),
            ),
            # A change of the calendar goes through all promises that are still open.
            models.Index(
                fields=["competent_agency", "id"],
                name="dossier_open_by_agency",
                condition=Q(state__in=sorted(RUNNING_STATES), finished_at__isnull=True),
            ),
            # The long lists go through these in their order, page by page, see `cases.lists.SORT_KEYS`.
            models.Index(fields=["-filed_at", "-id"], name="dossier_newest"),
            models.Index(Coalesce("due_at", Value(FAR)), "id", name="dossier_due_first"),
            # The same for what is still open, or the years of what was returned would be gone through first.
            models.Index(
                Coalesce("due_at", Value(FAR)),
                "id",
                name="dossier_open_due",
                condition=Q(state__in=sorted(OPEN_STATES)),
            ),
            # What had not ended before a day: all scorecards and roll-ups (`cases.scorecard.dossiers`).
            models.Index(fields=["returned_at"], name="dossier_by_return"),
            # What was there on some day: what came before its end and had not ended before it began.
            GistIndex(THERE, name="dossier_there"),
            # Which filings waited for the desk on some day.
            GistIndex(WAITING, name="dossier_waiting", condition=FILED_FIRST),
            # What was received today.
            models.Index(fields=["received_at"], name="dossier_received"),
            # What somebody holds and the officer's queue, without the years of what they once held.
            models.Index(
                fields=["holder"], name="dossier_open_by_holder", condition=Q(state__in=sorted(OPEN_STATES))
            ),
        ]

    def __str__(self) -> str:
        return self.code or str(_("Filing %(number)s") % {"number": self.pk})

    # The moves of DESIGN §6. The services call these after asking state and permission.

    @transition(field=state, source=list(MOVES[Verb.RECEIVE].sources), target=State.RECEIVED)
    def to_received(self):
        """Reception makes a filing a dossier with a code and a promise."""

    @transition(field=state, source=list(MOVES[Verb.REFUSE].sources), target=State.REFUSED)
    def to_refused(self):
        """Refused at reception (form 03)."""

    @transition(field=state, source=list(MOVES[Verb.DIGITIZE].sources), target=State.DIGITIZED)
    def to_digitized(self):
        """Scans complete; handed to the competent agency."""

    @transition(field=state, source=list(MOVES[Verb.START].sources), target=State.PROCESSING)
    def to_processing(self):
        """Taken over by an officer."""

    @transition(field=state, source=list(MOVES[Verb.REQUEST_SUPPLEMENT].sources), target=State.SUPPLEMENT)
    def to_supplement(self):
        """Waits for the applicant; remembers where it stood."""
        self.state_before_supplement = self.state

    @transition(
        field=state,
        source=list(MOVES[Verb.RESUME].sources),
        target=RETURN_VALUE(State.RECEIVED, State.DIGITIZED, State.PROCESSING),
    )
    def to_state_before_supplement(self):
        """Back to where it stood."""
        before, self.state_before_supplement = self.state_before_supplement, ""
        return before

    @transition(field=state, source=list(MOVES[Verb.SETTLE].sources), target=State.PAID)
    def to_paid(self):
        """Result there, nothing owed: ready to be collected."""

    @transition(field=state, source=list(MOVES[Verb.RETURN_RESULT].sources), target=State.RETURNED)
    def to_returned(self):
        """Result handed over."""

    @transition(field=state, source=list(MOVES[Verb.WITHDRAW].sources), target=State.STOPPED)
    def to_stopped(self):
        """Withdrawn by the applicant, or stopped for a missing supplement (form 05)."""

    @transition(
        field=state,
        source=list(MOVES[Verb.UNDO].sources),
        target=RETURN_VALUE(State.RECEIVED, State.DIGITIZED, State.PROCESSING),
    )
    def to_state_before_step(self, before: str):
        """Back to where the undone step began."""
        return before

    # Questions to the facts.

    @property
    def is_running(self) -> bool:
        return self.state in RUNNING_STATES and self.finished_at is None

    def is_overdue(self, now: datetime | None = None) -> bool:
        """Past its due moment without a result."""
        return self.is_running and self.due_at is not None and self.due_at < minute_of(now or timezone.now())

    @property
    def is_finished(self) -> bool:
        """What anybody may know about a code (R40)."""
        return self.finished_at is not None or self.ended_at is not None

    @property
    def asked_twice(self) -> bool:
        """A second request, before or after reception: approved by the head, and marked (R9)."""
        return len(self.supplements.all()) > 1

    @property
    def fee_total(self) -> int:
        """VND."""
        return sum(fee.amount for fee in self.fees.all())

    @property
    def balance(self) -> int:
        """What is still owed, VND: fees without what was waived and what was paid and not paid back."""
        waived = sum(waiver.amount for waiver in self.waivers.all())
        return self.fee_total - waived - sum(payment.amount for payment in self.payments.all())


class DossierComponent(models.Model):
    """One component of the checklist as it was handled in this dossier (thành phần hồ sơ)."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="components", db_index=False)
    component = models.ForeignKey(
        Component, on_delete=models.PROTECT, related_name="+", verbose_name=_("component")
    )
    provision = models.CharField(_("how it came"), max_length=20, choices=Provision.choices)
    originals = models.PositiveSmallIntegerField(_("originals"), default=0)
    copies = models.PositiveSmallIntegerField(_("copies"), default=0)

    class Meta:
        verbose_name = _("component of the dossier")
        verbose_name_plural = _("components of the dossier")
        ordering = ["component__position"]
        constraints = [
            models.UniqueConstraint(name="dossier_component_once", fields=["dossier", "component"])
        ]
        triggers = recounting.OF_COMPONENTS
