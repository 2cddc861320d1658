"""Who looked whom up in the National Population Database, and why: the record of it, without what was answered."""

import uuid

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.connections.population.facts import FIELDS, Asked, Outcome, Purpose
from cases.models.dossiers import Dossier
from onestop.triggers import not_emptied
from procedures.models import Agency, Procedure

FORGOTTEN_BY_RETENTION = "population_not_deleted"  # the one trigger that `apply_retention` goes round


class PopulationLookup(models.Model):
    """One look-up (tra cứu CSDL quốc gia về dân cư), written before it is asked; of the person only a keyed hash.

    Two things follow later, each once: what came of it, and the dossier in which it was used, with the fields
    that stood there as they were answered.
    """

    request_id = models.UUIDField(_("request"), default=uuid.uuid4, unique=True, editable=False)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("who"),
    )
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("agency")
    )
    procedure = models.ForeignKey(
        Procedure, on_delete=models.PROTECT, related_name="+", verbose_name=_("procedure")
    )
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose.choices)
    asked = models.CharField(_("what was asked"), max_length=10, choices=Asked.choices)
    has_consent = models.BooleanField(_("consent"))
    number_hash = models.CharField(max_length=64, editable=False)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, default=Outcome.ASKED)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    dossier = models.ForeignKey(
        Dossier, on_delete=models.PROTECT, null=True, related_name="lookups", verbose_name=_("dossier")
    )
    fields = ArrayField(
        models.CharField(max_length=20), default=list, verbose_name=_("verified"), editable=False
    )

    class Meta:
        verbose_name = _("look-up in the population database")
        verbose_name_plural = _("look-ups in the population database")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="population_words_known",
                condition=Q(purpose__in=Purpose.values, asked__in=Asked.values, outcome__in=Outcome.values),
            ),
            models.CheckConstraint(name="population_number_hashed", condition=~Q(number_hash="")),
            models.CheckConstraint(
                name="population_data_with_consent",
                condition=Q(has_consent=True) | Q(asked=Asked.CONFIRM),
            ),
            models.CheckConstraint(
                name="population_verified_was_answered",
                condition=Q(fields=[])
                | Q(fields__contained_by=list(FIELDS), dossier__isnull=False, outcome=Outcome.FOUND),
            ),
        ]
        indexes = [
            # The record of look-ups, page by page: all of it, of some agencies, of one person.
            models.Index(fields=["-at", "-id"], name="population_newest"),
            models.Index(fields=["agency", "-at"], name="population_of_agency"),
            models.Index(fields=["by", "-at"], name="population_of_user"),
            # What a person is told of the look-ups that no dossier came of.
            models.Index(fields=["number_hash"], name="population_of_person"),
        ]
        triggers = [
            not_emptied("population_not_emptied"),
            pgtrigger.Protect(name=FORGOTTEN_BY_RETENTION, operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="population_as_asked",
                fields=[
                    "request_id",
                    "at",
                    "by",
                    "agency",
                    "procedure",
                    "purpose",
                    "asked",
                    "has_consent",
                    "number_hash",
                ],
            ),
            pgtrigger.Protect(
                name="population_outcome_once",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__outcome=Outcome.ASKED)
                & (
                    pgtrigger.Q(old__outcome__df=pgtrigger.F("new__outcome"))
                    | pgtrigger.Q(old__reason__df=pgtrigger.F("new__reason"))
                ),
            ),
            pgtrigger.Protect(
                name="population_used_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__dossier__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.request_id}"

    @property
    def fields_in_words(self) -> str:
        return ", ".join(str(FIELDS[name]) for name in FIELDS if name in self.fields)
