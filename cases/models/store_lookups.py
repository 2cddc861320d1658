"""Who searched which store of papers for a dossier, and what of it was put to the dossier (R13)."""

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.connections.stores.facts import RecordKind, SearchOutcome
from cases.connections.systems import System
from cases.models.dossiers import Dossier
from onestop.triggers import not_emptied
from procedures.models import Agency, Component


class StoreLookup(models.Model):
    """One search for one paper of one dossier (tra cứu, khai thác dữ liệu), written before it is asked.

    Whom it is about, the dossier says: nobody else can be searched for. Of what was found nothing is kept, until
    one record is reused: then where it is from, and the hash of the file that the dossier has of it.
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
    dossier = models.ForeignKey(
        Dossier, on_delete=models.PROTECT, related_name="store_lookups", verbose_name=_("dossier")
    )
    component = models.ForeignKey(
        Component, on_delete=models.PROTECT, related_name="+", verbose_name=_("component")
    )
    system = models.CharField(_("system"), max_length=20, choices=System.choices)
    kind = models.CharField(_("kind of record"), max_length=12, choices=RecordKind.choices)
    has_consent = models.BooleanField(_("consent"))
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=SearchOutcome.choices, default=SearchOutcome.ASKED
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    found = models.PositiveSmallIntegerField(_("found"), default=0)
    record = models.CharField(_("record"), max_length=80, blank=True)
    result_code = models.CharField(_("result code"), max_length=80, blank=True)
    issuer = models.CharField(_("issued by"), max_length=300, blank=True)
    issued_on = models.DateField(_("issued on"), null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    reused_at = models.DateTimeField(_("reused at"), null=True)

    class Meta:
        verbose_name = _("search in a store of papers")
        verbose_name_plural = _("searches in stores of papers")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="store_lookup_words_known",
                condition=Q(
                    system__in=System.values, kind__in=RecordKind.values, outcome__in=SearchOutcome.values
                ),
            ),
            models.CheckConstraint(name="store_lookup_with_consent", condition=Q(has_consent=True)),
            models.CheckConstraint(
                name="store_lookup_reused_was_found",
                condition=Q(
                    reused_at__isnull=True,
                    record="",
                    result_code="",
                    issuer="",
                    issued_on__isnull=True,
                    sha256="",
                )
                | Q(
                    reused_at__isnull=False,
                    outcome=SearchOutcome.FOUND,
                    sha256__regex="^[0-9a-f]{64}$",
                )
                & ~Q(record=""),
            ),
        ]
        indexes = [
            # The record of searches, page by page: all of it, of some agencies, of one user.
            models.Index(fields=["-at", "-id"], name="store_lookup_newest"),
            models.Index(fields=["agency", "-at"], name="store_lookup_of_agency"),
            models.Index(fields=["by", "-at"], name="store_lookup_of_user"),
        ]
        triggers = [
            not_emptied("store_lookup_not_emptied"),
            pgtrigger.Protect(name="store_lookup_not_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="store_lookup_as_asked",
                fields=[
                    "request_id",
                    "at",
                    "by",
                    "agency",
                    "dossier",
                    "component",
                    "system",
                    "kind",
                    "has_consent",
                ],
            ),
            pgtrigger.Protect(
                name="store_lookup_outcome_once",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__outcome=SearchOutcome.ASKED)
                & (
                    pgtrigger.Q(old__outcome__df=pgtrigger.F("new__outcome"))
                    | pgtrigger.Q(old__reason__df=pgtrigger.F("new__reason"))
                    | pgtrigger.Q(old__found__df=pgtrigger.F("new__found"))
                ),
            ),
            pgtrigger.Protect(
                name="store_lookup_reused_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__reused_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_system_display()} {self.request_id}"

    @property
    def shown_code(self) -> str:
        """How the reused record is called there; of a number of a person only that it is one record."""
        return self.result_code or (f"{self.record[:8]}…" if len(self.record) == 64 else self.record)
