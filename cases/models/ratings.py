"""What applicants say of the service (đánh giá mức độ hài lòng, R49), and their answers sent online (R9)."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models import recounting
from cases.models.dossiers import Dossier
from cases.models.feedback import Feedback
from cases.models.history import Supplement
from cases.models.triggers import only_if
from cases.survey import HIGHEST, LOW, LOWEST
from onestop.triggers import not_emptied


class RatingProof(models.TextChoices):
    """How the applicant proved to be it."""

    LOOKUP = "lookup", _("Look-up of the own dossier")
    ACCOUNT = "account", _("Signed in")


class RatingQuerySet(models.QuerySet):
    def of_agencies(self, agencies):
        """About dossiers that these agencies received or decided."""
        return self.filter(
            Q(dossier__receiving_desk__in=agencies) | Q(dossier__competent_agency__in=agencies)
        )

    def low(self):
        """With an answer that a supervisor should look at."""
        return self.filter(pk__in=RatingScore.objects.filter(score__lte=LOW).values("rating"))


class Rating(models.Model):
    """One survey per dossier that was handed over, by its applicant; never changed, by nobody deleted.

    It names nobody of the staff as its author: the service takes it only with the applicant's proof.
    """

    dossier = models.OneToOneField(
        Dossier, on_delete=models.PROTECT, related_name="rating", verbose_name=_("dossier")
    )
    at = models.DateTimeField(_("at"))
    proof = models.CharField(_("proof"), max_length=10, choices=RatingProof.choices)
    comment = models.TextField(_("comment"), blank=True)

    objects = RatingQuerySet.as_manager()

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(name="rating_proof_known", condition=Q(proof__in=RatingProof.values))
        ]
        # Those of some days, on the page of the supervisors.
        indexes = [models.Index(fields=["at"], name="rating_at")]
        triggers = [
            not_emptied("rating_not_emptied"),
            pgtrigger.Protect(name="rating_only_added", operation=pgtrigger.Update | pgtrigger.Delete),
            only_if(
                "rating_after_the_return",
                """
                EXISTS (SELECT 1 FROM cases_dossier dossier
                         WHERE dossier.id = NEW.dossier_id AND dossier.returned_at <= NEW.at)
                """,
                "a dossier is rated after it was handed over",
            ),
        ]

    def __str__(self) -> str:
        return str(self.dossier)


class RatingScore(models.Model):
    """The answer to one question of the survey, from 1 to 5."""

    rating = models.ForeignKey(Rating, on_delete=models.PROTECT, related_name="scores", db_index=False)
    question = models.CharField(_("question"), max_length=20)
    score = models.PositiveSmallIntegerField(_("score"))

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="rating_score_once", fields=["rating", "question"]),
            models.CheckConstraint(
                name="rating_score_between", condition=Q(score__gte=LOWEST, score__lte=HIGHEST)
            ),
        ]
        triggers = [
            not_emptied("rating_score_not_emptied"),
            *recounting.OF_RATING_SCORES,
            pgtrigger.Protect(name="rating_score_only_added", operation=pgtrigger.Update | pgtrigger.Delete),
        ]


class AnswerRating(models.Model):
    """Whether who sent feedback is satisfied with how it was handled; once, after its end, for good (R48)."""

    feedback = models.OneToOneField(
        Feedback, on_delete=models.PROTECT, related_name="rating", verbose_name=_("feedback")
    )
    at = models.DateTimeField(_("at"))
    satisfied = models.BooleanField(_("satisfied"))

    class Meta:
        verbose_name = _("rating of an answer")
        verbose_name_plural = _("ratings of answers")
        triggers = [
            not_emptied("answer_rating_not_emptied"),
            *recounting.OF_ANSWER_RATINGS,
            pgtrigger.Protect(name="answer_rating_only_added", operation=pgtrigger.Update | pgtrigger.Delete),
            only_if(
                "answer_rating_after_the_end",
                """
                EXISTS (SELECT 1 FROM cases_feedback feedback
                         WHERE feedback.id = NEW.feedback_id AND feedback.ended_at <= NEW.at)
                """,
                "feedback is rated after it was answered or refused",
            ),
        ]

    def __str__(self) -> str:
        return str(self.feedback)


class SupplementAnswer(models.Model):
    """What the applicant sent online for a supplement; once, and the desk looks whether it is complete (R9)."""

    supplement = models.OneToOneField(
        Supplement,
        on_delete=models.PROTECT,
        related_name="online_answer",
        verbose_name=_("supplement request"),
    )
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("answer to a supplement request")
        verbose_name_plural = _("answers to supplement requests")
        triggers = [
            not_emptied("supplement_answer_not_emptied"),
            pgtrigger.Protect(
                name="supplement_answer_only_added", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]
