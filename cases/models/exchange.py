"""What is exchanged with other installations: messages to them, packages and requests from them (R20)."""

import uuid
from datetime import datetime

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from cases.connections.exchange.words import SETTLED, STANDING_STILL, Kind, Outcome, Sending
from cases.deadlines import Punctuality, punctuality_of
from cases.enums import ConsultationKind
from cases.models.cooperation import Consultation
from cases.models.dossier_sets import ANSWERING
from cases.models.papers import storage_name
from onestop.fields import EncryptedCharField, EncryptedJSONField, KeyedHashField
from onestop.triggers import not_emptied
from procedures.models import Agency

LONGEST_UNIT = 35  # characters of the identifier of an agency


class IncomingRequestQuerySet(models.QuerySet):
    def waiting(self):
        """Neither answered nor taken back."""
        return self.filter(answered_at__isnull=True, withdrawn_at__isnull=True)

    def of_agencies_of(self, user):
        """What the person's agency and those below it are or were asked, for who answers."""
        if not user.is_active or not user.workplace_id or user.role not in ANSWERING:
            return self.none()
        return self.filter(agency__in=Agency.objects.below(user.workplace))

    def with_id_number(self, number: str):
        return self.filter(applicant_id_number=number)


class IncomingRequest(models.Model):
    """Our part of a dossier that another installation has: what is asked, until when, and our answer (R20).

    `uuid` and `thread` are the other side's numbers of the request and of its dossier. The due moment is the one
    that was promised there, by the calendar of our agency as it is known there.
    """

    partner = models.CharField(_("installation"), max_length=LONGEST_UNIT)
    uuid = models.UUIDField()
    thread = models.UUIDField()
    code = models.CharField(_("dossier"), max_length=300)
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("agency"), db_index=False
    )
    asking_agency = models.CharField(_("asked by"), max_length=300)
    kind = models.CharField(_("kind"), max_length=15, choices=ConsultationKind.choices)
    procedure_code = models.CharField(_("procedure"), max_length=300)
    procedure_name = models.CharField(_("name of the procedure"), max_length=1000)
    applicant_name = models.CharField(_("applicant"), max_length=300)
    applicant_id_number = EncryptedCharField(
        _("ID number"), max_length=20, blank=True, hashed_in="id_hash", may_be_marked=True
    )
    id_hash = KeyedHashField(of="applicant_id_number")
    facts = EncryptedJSONField(help_text=_("The request as it came"))
    question = models.TextField(_("content"))
    working_hours = models.DecimalField(_("deadline in working hours"), max_digits=7, decimal_places=2)
    asked_at = models.DateTimeField(_("asked at"))
    due_at = models.DateTimeField(_("answer due at"))
    arrived_at = models.DateTimeField(_("arrived at"))
    alerted_at = models.DateTimeField(_("alerted at"), null=True)
    withdrawn_at = models.DateTimeField(_("taken back at"), null=True)
    answered_at = models.DateTimeField(_("answered at"), null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    answer = models.TextField(_("answer"), blank=True)

    objects = IncomingRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request of another installation")
        verbose_name_plural = _("requests of other installations")
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(name="incoming_request_once", fields=["partner", "uuid"]),
            models.CheckConstraint(
                name="incoming_request_whole",
                condition=Q(kind__in=ConsultationKind.values, working_hours__gt=0, due_at__gt=F("asked_at"))
                & ~Q(question=""),
            ),
            models.CheckConstraint(
                name="incoming_request_answered_whole",
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer="")
                | Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer=""),
            ),
            models.CheckConstraint(
                name="incoming_request_encrypted",
                condition=Q(facts__encrypted=True)
                & (Q(applicant_id_number="") | Q(applicant_id_number__encrypted=True)),
            ),
        ]
        indexes = [
            # The list of what an agency still has to answer, and the hourly alert.
            models.Index(
                fields=["agency", "due_at"],
                name="incoming_request_open",
                condition=Q(answered_at__isnull=True, withdrawn_at__isnull=True),
            ),
            # All that an agency was asked.
            models.Index(fields=["agency", "-arrived_at"], name="incoming_request_of_agency"),
            # What a person is told of the requests that name them.
            models.Index(fields=["id_hash"], name="incoming_request_person", condition=~Q(id_hash="")),
        ]
        triggers = [
            not_emptied("incoming_request_not_emptied"),
            pgtrigger.Protect(name="incoming_request_not_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def punctuality(self) -> Punctuality | None:
        """How the answer stands to its due moment; without an answer only that it is late by now."""
        return punctuality_of(self.due_at, self.answered_at)


class ExchangedFile(models.Model):
    """A file that came with a request, or that goes back with our answer."""

    request = models.ForeignKey(IncomingRequest, on_delete=models.PROTECT, related_name="files")
    is_answer = models.BooleanField(default=False)
    paper = models.TextField(_("paper"), blank=True)
    name = models.CharField(_("file name"), max_length=255)
    file = models.FileField(upload_to=storage_name, max_length=300)
    mime_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveBigIntegerField(_("size (bytes)"))
    pages = models.PositiveIntegerField(_("pages"), default=1)
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        verbose_name = _("exchanged file")
        verbose_name_plural = _("exchanged files")
        ordering = ["pk"]
        constraints = [models.CheckConstraint(name="exchanged_file_not_empty", condition=Q(size__gt=0))]

    def __str__(self) -> str:
        return self.name


def _older() -> models.QuerySet:
    """Of the same dossier, older than the one that is asked about."""
    return ExchangeMessage.objects.filter(
        partner=OuterRef("partner"), thread=OuterRef("thread"), pk__lt=OuterRef("pk")
    )


class ExchangeMessageQuerySet(models.QuerySet):
    def in_turn(self):
        """Nothing that is older waits or stands still of the same dossier."""
        return self.filter(~Exists(_older().exclude(state__in=SETTLED)))

    def not_behind_one_that_stands_still(self):
        """Nothing that is older waits for a person of the same dossier: what is carried by hand, goes together."""
        return self.filter(~Exists(_older().filter(state__in=STANDING_STILL)))

    def due(self, now: datetime):
        """Waits, its time has come, it is its turn, and no worker holds it."""
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
        return self.in_turn().filter(free, state=Sending.WAITING, next_attempt_at__lte=now)

    def standing_still(self):
        """What a person has to look at."""
        return self.filter(state__in=STANDING_STILL)


class ExchangeMessage(models.Model):
    """One package for another installation, written in the transaction of what it tells.

    Its content is fixed then, so that every attempt sends the same and the other side knows a repeat; with the
    receipt it goes, and its hash stays. About a consultation of ours, or about a request of theirs.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    partner = models.CharField(_("installation"), max_length=LONGEST_UNIT)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    thread = models.UUIDField()
    ask = models.UUIDField()
    code = models.CharField(_("dossier"), max_length=300)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("agency"))
    consultation = models.ForeignKey(
        Consultation, on_delete=models.PROTECT, null=True, related_name="exchange_messages"
    )
    request = models.ForeignKey(
        IncomingRequest, on_delete=models.PROTECT, null=True, related_name="exchange_messages"
    )
    content = EncryptedJSONField(null=True)
    state = models.CharField(_("state"), max_length=10, choices=Sending.choices, default=Sending.WAITING)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt at"))
    claimed_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(_("created at"))
    manifest_hash = models.CharField(max_length=64, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    given_up_at = models.DateTimeField(_("given up at"), null=True)
    given_up_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    delivered_at = models.DateTimeField(_("receipt of"), null=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    receipt = models.BinaryField(null=True, help_text=_("The signed receipt as it came"))

    objects = ExchangeMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message to another installation")
        verbose_name_plural = _("messages to other installations")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="exchange_message_known",
                condition=Q(kind__in=[Kind.REQUEST, Kind.ANSWER, Kind.WITHDRAWAL], state__in=Sending.values),
            ),
            models.CheckConstraint(
                name="exchange_message_about_one",
                condition=Q(kind=Kind.ANSWER, request__isnull=False, consultation__isnull=True)
                | ~Q(kind=Kind.ANSWER) & Q(request__isnull=True, consultation__isnull=False),
            ),
            models.CheckConstraint(
                name="exchange_delivered_by_receipt",
                condition=Q(
                    state=Sending.DELIVERED,
                    receipt__isnull=False,
                    delivered_at__isnull=False,
                    outcome__in=[Outcome.TAKEN, Outcome.TOO_LATE],
                    content__isnull=True,
                )
                & ~Q(manifest_hash="")
                | ~Q(state=Sending.DELIVERED)
                & Q(receipt__isnull=True, delivered_at__isnull=True, outcome="", content__encrypted=True),
            ),
            models.CheckConstraint(
                name="exchange_refused_for_a_reason", condition=~Q(state=Sending.REFUSED) | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="exchange_given_up_by_somebody",
                condition=~Q(state=Sending.GIVEN_UP)
                | Q(given_up_at__isnull=False, given_up_by__isnull=False) & ~Q(reason=""),
            ),
        ]
        indexes = [
            # What is due, each minute: what was delivered stays, what waits is little.
            models.Index(fields=["next_attempt_at"], name="exchange_due", condition=Q(state=Sending.WAITING)),
            # Whether something older of the same dossier is still to be delivered.
            models.Index(
                fields=["partner", "thread", "id"],
                name="exchange_in_turn",
                condition=~Q(state=Sending.DELIVERED),
            ),
            # Which consultation an answer is to.
            models.Index(fields=["partner", "ask"], name="exchange_of_request"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.code}"


class ExchangeArrival(models.Model):
    """A package that came from a known installation, once by its number; of a refused one why."""

    partner = models.CharField(_("installation"), max_length=LONGEST_UNIT)
    uuid = models.UUIDField()
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    code = models.CharField(_("dossier"), max_length=300)
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("agency")
    )
    manifest_hash = models.CharField(max_length=64)
    arrived_at = models.DateTimeField(_("arrived at"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    request = models.ForeignKey(IncomingRequest, on_delete=models.PROTECT, null=True, related_name="arrivals")

    class Meta:
        verbose_name = _("package of another installation")
        verbose_name_plural = _("packages of other installations")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(name="exchange_arrival_once", fields=["partner", "uuid"]),
            models.CheckConstraint(
                name="exchange_arrival_known",
                condition=Q(kind__in=Kind.values, outcome__in=Outcome.values)
                & (~Q(outcome=Outcome.REFUSED) | ~Q(reason="")),
            ),
            models.CheckConstraint(
                name="exchange_arrival_is_a_request",
                condition=~Q(kind=Kind.REQUEST, outcome=Outcome.TAKEN) | Q(request__isnull=False),
            ),
        ]
        triggers = [
            not_emptied("exchange_arrival_not_emptied"),
            pgtrigger.Protect(name="exchange_arrival_not_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.code}"
