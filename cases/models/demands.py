"""What is asked for beyond the rule, and what need not be asked for again (R5, R13, R36)."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.enums import DemandKind, ReuseGround
from cases.models.applicants import Applicant
from cases.models.dossiers import Dossier
from cases.models.papers import Document
from onestop.triggers import not_emptied
from procedures.models import Component, Procedure


class Demand(models.Model):
    """A paper demanded with a recorded ground; every one is on the supervisor's list.

    Either a component that a database or the applicant's store could give (R13, one of the three grounds),
    or a paper beyond the published list (R5, text and article).
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="demands")
    kind = models.CharField(_("kind"), max_length=15, choices=DemandKind.choices)
    component = models.ForeignKey(
        Component,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("component"),
    )
    paper = models.CharField(_("paper"), max_length=500)
    ground = models.CharField(_("ground"), max_length=20, choices=ReuseGround.choices, blank=True)
    legal_text = models.CharField(_("text and article"), max_length=300, blank=True)
    note = models.TextField(_("note"), blank=True)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("demand with a ground")
        verbose_name_plural = _("demands with a ground")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="demand_has_its_ground",
                condition=(
                    Q(kind=DemandKind.REUSABLE, component__isnull=False, ground__in=ReuseGround.values)
                )
                | (Q(kind=DemandKind.EXTRA, component__isnull=True, ground="") & ~Q(legal_text="")),
            ),
            models.UniqueConstraint(
                name="demand_once_per_component",
                fields=["dossier", "component"],
                condition=Q(component__isnull=False),
            ),
        ]
        triggers = [
            not_emptied("demand_not_emptied"),
            pgtrigger.Protect(name="demand_only_added", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.paper


class StoredPaper(models.Model):
    """A paper in the applicant's own store (kho dữ liệu), so that nobody asks for it twice (R13, R36).

    A result (`result_of`) or an accepted component; found again by the name of the paper without accents.
    """

    applicant = models.ForeignKey(
        Applicant,
        on_delete=models.PROTECT,
        related_name="papers",
        verbose_name=_("applicant"),
        db_index=False,
    )
    name = models.CharField(_("name"), max_length=500)
    key = models.CharField(max_length=500, editable=False)
    result_of = models.ForeignKey(
        Procedure,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("result of"),
    )
    result_code = models.CharField(_("result code"), max_length=80, blank=True)
    number = models.CharField(_("number"), max_length=60, blank=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    signer = models.CharField(_("signer"), max_length=150, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, related_name="+", verbose_name=_("document")
    )
    stored_at = models.DateTimeField(_("stored at"))

    class Meta:
        verbose_name = _("stored paper")
        verbose_name_plural = _("stored papers")
        ordering = ["-stored_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="stored_result_code_once", fields=["result_code"], condition=~Q(result_code="")
            ),
            models.CheckConstraint(
                name="stored_valid_after_issued",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("issued_on")),
            ),
            models.UniqueConstraint(name="stored_document_once", fields=["document"]),
        ]
        indexes = [models.Index(fields=["applicant", "key"], name="stored_paper_of_applicant")]

    def __str__(self) -> str:
        return self.name
