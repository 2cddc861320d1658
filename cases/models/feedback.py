"""Feedback and recommendations (phản ánh, kiến nghị): its register, its steps, its files (R48)."""

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.deadlines import Punctuality, punctuality_of
from cases.feedback import DONE, OPEN, WITH_ANSWER, FeedbackKind, FeedbackState, FeedbackVerb, Verdict
from cases.models import recounting
from cases.models.applicants import Applicant
from cases.models.dossiers import Dossier
from cases.models.history import DossierEvent
from cases.models.papers import storage_name
from cases.models.triggers import only_if
from onestop.triggers import not_emptied, only_forward
from procedures.models import Agency


class FeedbackBook(models.Model):
    """The register of one agency and year (sổ tiếp nhận phản ánh, kiến nghị): numbers from 1 without a gap."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("agency"))
    year = models.PositiveSmallIntegerField(_("year"))
    last_number = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        constraints = [models.UniqueConstraint(name="feedback_book_once", fields=["agency", "year"])]
        triggers = [
            not_emptied("feedback_book_not_emptied"),
            pgtrigger.Protect(name="feedback_book_not_deleted", operation=pgtrigger.Delete),
            only_forward("feedback_book_only_forward"),
        ]


class FeedbackQuerySet(models.QuerySet):
    def of_agencies(self, agencies):
        """What these agencies handle, and what they registered and passed on."""
        return self.filter(Q(agency__in=agencies) | Q(book__agency__in=agencies))

    def published(self):
        """What everybody reads, the latest first."""
        return self.filter(state=FeedbackState.PUBLISHED).order_by("-published_at", "-pk")


class Feedback(models.Model):
    """One piece of feedback. `agency` handles it now; `book` is where it was registered first.

    What is published is `public_question` and `public_answer`, which are written for everybody; the rest
    names people and is for the agency alone.
    """

    code = models.CharField(_("number"), max_length=60, unique=True)
    book = models.ForeignKey(FeedbackBook, on_delete=models.PROTECT, related_name="entries", db_index=False)
    number = models.PositiveIntegerField()
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    nonce = models.UUIDField(unique=True, editable=False)  # of the page on which it was written
    kind = models.CharField(_("about"), max_length=10, choices=FeedbackKind.choices)
    state = models.CharField(
        _("state"), max_length=12, choices=FeedbackState.choices, default=FeedbackState.RECEIVED
    )
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="feedback", verbose_name=_("agency")
    )
    dossier = models.ForeignKey(
        Dossier,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="feedback",
        verbose_name=_("dossier"),
    )
    applicant = models.ForeignKey(
        Applicant,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="feedback",
        verbose_name=_("applicant"),
    )
    contested = models.OneToOneField(  # once: what was decided of an entry is not asked again
        DossierEvent,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="contest",
        verbose_name=_("contested entry of the clock"),
    )
    text = models.TextField(_("text"))
    sender_name = models.CharField(_("name"), max_length=300, blank=True)
    sender_phone = models.CharField(_("phone"), max_length=20, blank=True)
    sender_email = models.EmailField(_("e-mail"), blank=True)
    sender_address = models.CharField(_("address"), max_length=400, blank=True)
    language = models.CharField(max_length=5, default="vi")
    sent_at = models.DateTimeField(_("sent at"))
    counts_from = models.DateTimeField(_("sent or passed on at"))
    answer_by = models.DateTimeField(_("answer due"))  # stored so that lists are ordered by what is due first
    ended_at = models.DateTimeField(_("answered or refused at"), null=True, blank=True)
    answer = models.TextField(_("answer"), blank=True)
    verdict = models.CharField(_("decision"), max_length=10, choices=Verdict.choices, blank=True)
    public_question = models.TextField(_("question as published"), blank=True)
    public_answer = models.TextField(_("answer as published"), blank=True)
    publish_by = models.DateTimeField(_("to be published by"), null=True, blank=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)

    objects = FeedbackQuerySet.as_manager()

    secret_turn = 0  # as dossiers have it: there is one secret for good

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(name="feedback_number_once", fields=["book", "number"]),
            models.CheckConstraint(
                name="feedback_choices_known",
                condition=Q(kind__in=FeedbackKind.values, state__in=FeedbackState.values),
            ),
            models.CheckConstraint(name="feedback_says_something", condition=~Q(text="")),
            models.CheckConstraint(
                name="feedback_ended_when_closed",
                condition=Q(state__in=sorted(OPEN), ended_at__isnull=True)
                | (~Q(state__in=sorted(OPEN)) & Q(ended_at__gte=F("sent_at"))),
            ),
            models.CheckConstraint(
                name="feedback_answered_with_an_answer",
                condition=Q(state__in=sorted(WITH_ANSWER), publish_by__isnull=False) & ~Q(answer="")
                | ~Q(state__in=sorted(WITH_ANSWER)) & Q(answer="", publish_by__isnull=True),
            ),
            models.CheckConstraint(
                name="feedback_contest_of_a_dossier",
                condition=Q(contested__isnull=True) | Q(dossier__isnull=False, kind=FeedbackKind.HANDLING),
            ),
            models.CheckConstraint(
                name="feedback_verdict_with_the_answer",
                condition=Q(verdict="", contested__isnull=True)
                | Q(verdict="") & ~Q(state__in=sorted(WITH_ANSWER))
                | Q(
                    verdict__in=Verdict.values,
                    state__in=sorted(WITH_ANSWER),
                    kind=FeedbackKind.HANDLING,
                    dossier__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="feedback_published_with_both",
                condition=Q(state=FeedbackState.PUBLISHED, published_at__isnull=False)
                & ~Q(public_question="")
                & ~Q(public_answer="")
                | ~Q(state=FeedbackState.PUBLISHED)
                & Q(published_at__isnull=True, public_question="", public_answer=""),
            ),
        ]
        indexes = [
            # The list of the agency: what is open, by what is due first.
            models.Index(
                fields=["agency", "answer_by"], name="feedback_open", condition=Q(state__in=sorted(OPEN))
            ),
            models.Index(
                fields=["-published_at"],
                name="feedback_published",
                condition=Q(state=FeedbackState.PUBLISHED),
            ),
        ]
        triggers = [
            not_emptied("feedback_not_emptied"),
            *recounting.OF_FEEDBACK,
            pgtrigger.Protect(name="feedback_not_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="feedback_as_it_was_sent",
                fields=[
                    "code",
                    "book",
                    "number",
                    "uuid",
                    "kind",
                    "text",
                    "sent_at",
                    "dossier",
                    "applicant",
                    "contested",
                ],
            ),
            pgtrigger.Protect(
                name="feedback_closed_for_good",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__in=[FeedbackState.REFUSED, FeedbackState.PUBLISHED]),
            ),
            only_if(
                "feedback_contests_the_own_dossier",
                """
                NEW.contested_id IS NULL
                OR EXISTS (SELECT 1 FROM cases_dossierevent event
                            WHERE event.id = NEW.contested_id AND event.dossier_id = NEW.dossier_id)
                """,
                "an entry of another dossier cannot be contested",
            ),
            only_if(
                "feedback_with_a_drawn_number",
                """
                EXISTS (SELECT 1 FROM cases_feedbackbook book
                         WHERE book.id = NEW.book_id AND NEW.number <= book.last_number)
                """,
                "feedback has a number that its register has given out",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class FeedbackStep(models.Model):
    """What was done with it, by whom and when, with what was written; only added. `by` None = the sender."""

    feedback = models.ForeignKey(Feedback, on_delete=models.PROTECT, related_name="steps")
    verb = models.CharField(_("step"), max_length=10, choices=FeedbackVerb.choices)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("agency"))
    to_agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("to")
    )
    text = models.TextField(_("text"), blank=True)
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(name="feedback_step_known", condition=Q(verb__in=FeedbackVerb.values)),
            models.CheckConstraint(
                name="feedback_step_leads_elsewhere",
                condition=Q(verb=FeedbackVerb.TRANSFER, to_agency__isnull=False) & ~Q(to_agency=F("agency"))
                | ~Q(verb=FeedbackVerb.TRANSFER) & Q(to_agency__isnull=True),
            ),
            models.CheckConstraint(
                name="feedback_step_of_somebody",
                condition=Q(verb__in=[FeedbackVerb.SEND, FeedbackVerb.DETAIL], by__isnull=True)
                | ~Q(verb__in=[FeedbackVerb.SEND, FeedbackVerb.DETAIL]) & Q(by__isnull=False),
            ),
        ]
        triggers = [
            not_emptied("feedback_step_not_emptied"),
            *recounting.OF_FEEDBACK_STEPS,
            pgtrigger.Protect(name="feedback_step_only_added", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.get_verb_display()

    @property
    def done(self) -> str:
        """What was done, as a history tells it."""
        return str(DONE[FeedbackVerb(self.verb)])

    @property
    def punctuality(self) -> Punctuality | None:
        """Early, on time or late; None for what has no clock."""
        return punctuality_of(self.due_at, self.at)


class FeedbackFile(models.Model):
    """A file that came with it, stored outside the web root."""

    feedback = models.ForeignKey(Feedback, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(_("file name"), max_length=255)
    file = models.FileField(upload_to=storage_name, max_length=300)
    mime_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveBigIntegerField(_("size (bytes)"))
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(name="feedback_file_not_empty", condition=Q(size__gt=0))]
        triggers = [
            not_emptied("feedback_file_not_emptied"),
            pgtrigger.Protect(name="feedback_file_only_added", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.name
