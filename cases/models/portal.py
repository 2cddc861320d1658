"""What the national portal is told of a dossier, in order, and what it hands over (R45–R47)."""

from datetime import datetime

from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from cases.models.dossiers import Dossier
from cases.models.papers import Document, DossierComponent
from cases.portal.states import (
    STANDING_STILL,
    DifferenceKind,
    FileState,
    FilingState,
    MessageKind,
    MessageState,
    PortalState,
)
from cases.portal.statuses import PortalStatus
from onestop.fields import EncryptedJSONField

STATUSES = [(status.value, str(status.value)) for status in PortalStatus]


class PortalDossierQuerySet(models.QuerySet):
    def due(self, now: datetime):
        """Something waits to be told, its time has come, and no worker holds it."""
        return self.filter(
            Q(claimed_until__isnull=True) | Q(claimed_until__lte=now),
            state=PortalState.WAITING,
            next_attempt_at__lte=now,
        )

    def standing_still(self):
        """What a person has to look at."""
        return self.filter(state__in=STANDING_STILL)


class PortalDossier(models.Model):
    """How one dossier stands with the portal: what it was told last, what it took last, and what holds it up.

    The queue is of dossiers, not of messages: who has claimed this row sends its messages one after another, so
    that their order needs no other guard, and a refusal stops those of this dossier only.
    """

    dossier = models.OneToOneField(
        Dossier, on_delete=models.PROTECT, primary_key=True, related_name="portal", verbose_name=_("dossier")
    )
    # By this code the portal knows it (MaHoSo): its own for what was filed there, else ours.
    code = models.CharField(_("code at the portal"), max_length=60, unique=True)
    # Only in the variant of MOHA: it has given out the code, its own number of the dossier, and those of files
    # by the keys of our documents, each with its hash there.
    code_is_theirs = models.BooleanField(default=False, db_default=False)
    number_there = models.CharField(max_length=60, blank=True, default="", db_default="")
    files_there = models.JSONField(default=dict, blank=True, db_default=Value({}, models.JSONField()))
    last_number = models.PositiveIntegerField(default=0)
    last_status = models.PositiveSmallIntegerField(choices=STATUSES, null=True)
    last_is_received = models.BooleanField(default=False)
    known_status = models.PositiveSmallIntegerField(_("status at the portal"), choices=STATUSES, null=True)
    known_is_received = models.BooleanField(default=False)
    known_due_at = models.DateTimeField(_("due date at the portal"), null=True)
    # After an unclear answer to the first message: ask whether the portal has it.
    must_ask = models.BooleanField(default=False)
    state = models.CharField(
        _("state"), max_length=10, choices=PortalState.choices, default=PortalState.WAITING
    )
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt at"))
    claimed_until = models.DateTimeField(null=True)
    waiting_since = models.DateTimeField(_("waiting since"))
    answer_code = models.CharField(_("code of the answer"), max_length=20, blank=True)
    answer = models.CharField(_("answer"), max_length=500, blank=True)
    asked_at = models.DateTimeField(_("compared at"), null=True)

    objects = PortalDossierQuerySet.as_manager()

    class Meta:
        verbose_name = _("dossier at the portal")
        verbose_name_plural = _("dossiers at the portal")
        constraints = [
            models.CheckConstraint(name="portal_state_known", condition=Q(state__in=PortalState.values)),
            models.CheckConstraint(
                name="portal_statuses_known",
                condition=(Q(last_status__isnull=True) | Q(last_status__range=(1, 10)))
                & (Q(known_status__isnull=True) | Q(known_status__range=(1, 10))),
            ),
            models.CheckConstraint(
                name="portal_refused_for_a_reason",
                condition=~Q(state=PortalState.REFUSED) | ~Q(answer=""),
            ),
        ]
        indexes = [
            # What is due: everything was told once, what waits is little.
            models.Index(
                fields=["next_attempt_at"], name="portal_due", condition=Q(state=PortalState.WAITING)
            ),
            # The oldest that waits.
            models.Index(
                fields=["waiting_since"], name="portal_waiting", condition=Q(state=PortalState.WAITING)
            ),
            # The list of what waits for a person.
            models.Index(
                fields=["waiting_since"],
                name="portal_standing_still",
                condition=Q(state__in=sorted(STANDING_STILL)),
            ),
            # What is compared next.
            models.Index(fields=["asked_at"], name="portal_compared"),
        ]

    def __str__(self) -> str:
        return self.code


class PortalMessage(models.Model):
    """One message about a dossier: written in the transaction of its event, sent once, in the order of `number`.

    The content is composed when it is sent, of the facts as they were `at` that moment; so no second copy of
    anybody's data lies here. `content_hash` is of what was sent, SHA-256.
    """

    dossier = models.ForeignKey(
        Dossier,
        on_delete=models.PROTECT,
        related_name="portal_messages",
        db_index=False,
        verbose_name=_("dossier"),
    )
    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=10, choices=MessageKind.choices)
    status = models.PositiveSmallIntegerField(_("status"), choices=STATUSES)
    # The event of the history whose person and words the step tells; None when none was the cause.
    event_number = models.BigIntegerField(null=True)
    at = models.DateTimeField(_("at"))
    due_at = models.DateTimeField(_("due date"), null=True)
    state = models.CharField(
        _("state"), max_length=10, choices=MessageState.choices, default=MessageState.WAITING
    )
    sent_at = models.DateTimeField(_("sent at"), null=True)
    content_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("message to the portal")
        verbose_name_plural = _("messages to the portal")
        ordering = ["dossier", "number"]
        constraints = [
            models.UniqueConstraint(name="portal_message_once", fields=["dossier", "number"]),
            models.CheckConstraint(
                name="portal_message_known",
                condition=Q(
                    kind__in=MessageKind.values, state__in=MessageState.values, status__range=(1, 10)
                ),
            ),
            models.CheckConstraint(
                name="portal_message_sent_once_and_whole",
                condition=Q(state=MessageState.SENT, sent_at__isnull=False) & ~Q(content_hash="")
                | ~Q(state=MessageState.SENT) & Q(sent_at__isnull=True, content_hash=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id}/{self.number}"


class PortalFiling(models.Model):
    """A filing that the portal handed over, once by its code; the content only of what could not be taken over."""

    code = models.CharField(_("code at the portal"), max_length=60, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=FilingState.choices)
    first_seen_at = models.DateTimeField(_("first seen at"))
    last_tried_at = models.DateTimeField(_("last tried at"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    agency_code = models.CharField(_("agency"), max_length=60, blank=True)
    content = EncryptedJSONField(null=True)
    dossier = models.OneToOneField(
        Dossier, on_delete=models.PROTECT, null=True, related_name="portal_filing", verbose_name=_("dossier")
    )
    told_at = models.DateTimeField(_("confirmed to the portal at"), null=True)

    class Meta:
        verbose_name = _("filing at the portal")
        verbose_name_plural = _("filings at the portal")
        ordering = ["-first_seen_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="portal_filing_taken_or_bad",
                condition=Q(state=FilingState.TAKEN, dossier__isnull=False, content__isnull=True)
                | Q(state=FilingState.BAD, dossier__isnull=True, content__encrypted=True) & ~Q(reason=""),
            ),
        ]
        indexes = [
            # What waits for a person.
            models.Index(
                fields=["first_seen_at"], name="portal_filing_bad", condition=Q(state=FilingState.BAD)
            )
        ]

    def __str__(self) -> str:
        return self.code


class PortalFile(models.Model):
    """A file of a filing that was made at the portal: where it lies there, and the document that came of it.

    Fetched until it is there, once; what is no file that can be handed in waits for a person.
    """

    dossier = models.ForeignKey(
        Dossier,
        on_delete=models.PROTECT,
        related_name="portal_files",
        db_index=False,
        verbose_name=_("dossier"),
    )
    component = models.ForeignKey(DossierComponent, on_delete=models.PROTECT, null=True, related_name="+")
    number_there = models.CharField(max_length=200)
    name = models.CharField(_("name"), max_length=255)
    address = models.CharField(max_length=1000)
    digest = models.CharField(max_length=64, blank=True)  # SHA-256, where the portal tells it
    state = models.CharField(_("state"), max_length=10, choices=FileState.choices, default=FileState.WAITING)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt at"))
    claimed_until = models.DateTimeField(null=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    document = models.ForeignKey(
        Document, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("document")
    )

    class Meta:
        verbose_name = _("file of a filing at the portal")
        verbose_name_plural = _("files of filings at the portal")
        ordering = ["dossier", "pk"]
        constraints = [
            models.UniqueConstraint(name="portal_file_once", fields=["dossier", "number_there"]),
            models.CheckConstraint(name="portal_file_known", condition=Q(state__in=FileState.values)),
            models.CheckConstraint(
                name="portal_file_refused_for_a_reason",
                condition=~Q(state=FileState.REFUSED) | ~Q(reason=""),
            ),
        ]
        indexes = [
            # What is fetched next, and what waits for a person: both are little.
            models.Index(
                fields=["next_attempt_at"], name="portal_file_due", condition=Q(state=FileState.WAITING)
            ),
            models.Index(fields=["id"], name="portal_file_refused", condition=Q(state=FileState.REFUSED)),
        ]

    def __str__(self) -> str:
        return self.name


class PortalDifference(models.Model):
    """What the portal said of a dossier that was compared, where it was not what we had told it."""

    dossier = models.ForeignKey(
        Dossier, on_delete=models.PROTECT, related_name="portal_differences", verbose_name=_("dossier")
    )
    at = models.DateTimeField(_("at"))
    kind = models.CharField(_("what"), max_length=10, choices=DifferenceKind.choices)
    ours = models.CharField(_("here"), max_length=60, blank=True)
    theirs = models.CharField(_("there"), max_length=60, blank=True)
    is_repaired = models.BooleanField(_("repaired by a new message"), default=False)

    class Meta:
        verbose_name = _("difference at the portal")
        verbose_name_plural = _("differences at the portal")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="portal_difference_known", condition=Q(kind__in=DifferenceKind.values)
            )
        ]
        indexes = [
            # The newest first, and what is forgotten.
            models.Index(fields=["-at", "-id"], name="portal_difference_newest")
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.get_kind_display()}"
