"""Letters that the law demands, from the draft of the system to the signed document."""

from dataclasses import replace

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from notifications.enums import (
    APPROVED_LETTER_STATES,
    AT_ONCE_KINDS,
    DRAFTED_KINDS,
    FINAL_KINDS,
    LETTER_MOVES,
    LIVE_LETTER_STATES,
    NUMBERED_LETTER_STATES,
    OPEN_LETTER_STATES,
    LetterKind,
    LetterState,
)
from notifications.payloads import LETTER_PAYLOADS
from notifications.vietnamese import number_text
from onestop.fields import EncryptedJSONField
from onestop.triggers import not_emptied


class LetterQuerySet(models.QuerySet):
    def live(self):
        """All but the cancelled ones; of those that are drafted at most one per kind, dossier and cycle."""
        return self.filter(state__in=LIVE_LETTER_STATES)

    def open(self):
        """Drafted or approved: they wait for the head of the agency."""
        return self.filter(state__in=OPEN_LETTER_STATES)

    def issued(self):
        """With number and PDF, sent or not."""
        return self.filter(state__in=NUMBERED_LETTER_STATES)


def _file_name(letter: "Letter", name: str) -> str:
    return f"letters/{letter.year}/{name}"


class _FixedOnceIssued(pgtrigger.ReadOnly):
    """Refuses a change of an issued or sent letter, but for the fields in `exclude`."""

    def get_condition(self, model):
        issued = pgtrigger.Q(old__state__in=sorted(NUMBERED_LETTER_STATES))
        return issued & super().get_condition(model)


class Letter(models.Model):
    """One official letter about one dossier (`reference`) in one completion cycle of it.

    `reference` is the code of the dossier, or before reception a text of the caller's that stands for it.
    `key` names what a letter was issued for at once, so that it is issued only once.

    The state moves only through `notifications.services.letters`. The database refuses every other
    way, every change of what was issued, and the deletion of anything that is past the draft.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=LetterKind.choices)
    state = models.CharField(
        _("state"), max_length=12, choices=LetterState.choices, default=LetterState.DRAFT, editable=False
    )
    agency_identifier = models.CharField(_("agency"), max_length=35)
    reference = models.CharField(_("dossier"), max_length=60)
    cycle = models.PositiveSmallIntegerField(_("cycle"), default=1)
    key = models.CharField(_("issued for"), max_length=120, blank=True, editable=False)
    payload = EncryptedJSONField(_("content"), editable=False)
    reason = models.TextField(_("reason"), blank=True)
    new_due_at = models.DateTimeField(_("new due date"), null=True, blank=True)

    number = models.PositiveIntegerField(_("number"), null=True, editable=False)
    year = models.PositiveSmallIntegerField(_("year"), null=True, editable=False)
    drafted_at = models.DateTimeField(_("drafted at"), editable=False)
    approved_at = models.DateTimeField(_("approved at"), null=True, editable=False)
    approved_by = models.CharField(_("approved by"), max_length=200, blank=True, editable=False)
    issued_at = models.DateTimeField(_("issued at"), null=True, editable=False)
    issued_by = models.CharField(_("issued by"), max_length=200, blank=True, editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True, editable=False)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, editable=False)
    cancel_reason = models.TextField(_("why cancelled"), blank=True, editable=False)
    pdf = models.FileField(_("PDF"), upload_to=_file_name, max_length=200, blank=True, editable=False)
    pdf_sha256 = models.CharField(_("SHA-256 of the PDF"), max_length=64, blank=True, editable=False)
    certificate = models.CharField(
        _("signed with the certificate of"), max_length=300, blank=True, editable=False
    )  # empty: to be signed by hand

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["-drafted_at", "-pk"]
        constraints = [
            models.CheckConstraint(name="letter_kind_known", condition=Q(kind__in=LetterKind.values)),
            models.CheckConstraint(name="letter_state_known", condition=Q(state__in=LetterState.values)),
            models.UniqueConstraint(
                name="letter_once_per_cycle",
                fields=["kind", "reference", "cycle"],
                condition=Q(kind__in=sorted(DRAFTED_KINDS)) & ~Q(state=LetterState.CANCELLED),
            ),
            models.UniqueConstraint(
                name="letter_final_once",
                fields=["kind", "reference"],
                condition=Q(kind__in=sorted(FINAL_KINDS)),
            ),
            models.UniqueConstraint(
                name="letter_issued_once_for_a_key", fields=["key"], condition=~Q(key="")
            ),
            # What a verb issues at once is never waiting and cannot be taken back.
            models.CheckConstraint(
                name="letter_at_once_is_issued_for_a_key",
                condition=~Q(kind__in=sorted(AT_ONCE_KINDS))
                | (Q(state__in=sorted(NUMBERED_LETTER_STATES)) & ~Q(key="")),
            ),
            models.UniqueConstraint(
                name="letter_number_once", fields=["agency_identifier", "kind", "year", "number"]
            ),
            models.CheckConstraint(
                name="letter_numbered_when_issued",
                condition=Q(
                    state__in=sorted(NUMBERED_LETTER_STATES),
                    number__gte=1,
                    year__isnull=False,
                    issued_at__isnull=False,
                    pdf_sha256__regex="^[0-9a-f]{64}$",
                )
                | (
                    ~Q(state__in=sorted(NUMBERED_LETTER_STATES))
                    & Q(number__isnull=True, year__isnull=True, issued_at__isnull=True, pdf_sha256="")
                ),
            ),
            models.CheckConstraint(
                name="letter_approved_is_complete",
                condition=~Q(state__in=sorted(APPROVED_LETTER_STATES))
                | (Q(approved_at__isnull=False) & ~Q(reason="")),
            ),
            models.CheckConstraint(
                name="letter_apology_promises_a_date",
                condition=~Q(kind=LetterKind.APOLOGY, state__in=sorted(APPROVED_LETTER_STATES))
                | Q(new_due_at__isnull=False),
            ),
            models.CheckConstraint(
                name="letter_signed_when_issued",
                condition=Q(certificate="") | Q(state__in=sorted(NUMBERED_LETTER_STATES)),
            ),
            models.CheckConstraint(
                name="letter_sent_has_time",
                condition=~Q(state=LetterState.SENT) | Q(sent_at__isnull=False),
            ),
        ]
        indexes = [
            # The letters page of one agency, by what waits for the head.
            models.Index(fields=["agency_identifier", "state"], name="letter_of_agency"),
            # The long list goes through these in their order, page by page.
            models.Index(fields=["-drafted_at", "-id"], name="letter_newest"),
            # The letters on a dossier's page.
            models.Index(fields=["reference"], name="letter_of_dossier"),
        ]
        triggers = [
            not_emptied("letter_not_emptied"),
            pgtrigger.FSM(name="letter_moves_forward", field="state", transitions=sorted(LETTER_MOVES)),
            _FixedOnceIssued(name="issued_letter_is_fixed", exclude=["state", "sent_at"]),
            pgtrigger.Protect(
                name="letter_past_draft_is_kept",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__state__in=sorted(set(LetterState) - {LetterState.DRAFT})),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number_text or ''} {self.reference}".replace("  ", " ")

    @property
    def number_text(self) -> str:
        """`12/PXL`, or nothing before the letter is issued."""
        return "" if self.number is None else number_text(self.kind, self.number)

    @property
    def content(self):
        """The payload as its typed dataclass."""
        return LETTER_PAYLOADS[self.kind].from_json(self.payload)

    @property
    def current_content(self):
        """The payload with the letter's own reason and new date, which a draft may not carry yet."""
        content = self.content
        if self.kind in DRAFTED_KINDS:
            return replace(content, reason=self.reason, new_due_at=self.new_due_at)
        return content
