"""Who did what, chained so that a change shows, and who read what about whom."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.enums import AuditBasis
from cases.models.triggers import not_emptied
from procedures.models import Agency


class AuditHead(models.Model):
    """The end of an agency's chain: whoever chains holds this row."""

    agency = models.OneToOneField(Agency, on_delete=models.PROTECT, primary_key=True, related_name="+")
    number = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        triggers = [
            pgtrigger.Protect(name="audit_head_not_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="audit_head_only_forward",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__number__lte=pgtrigger.F("old__number")),
            ),
            not_emptied("audit_head_not_emptied"),
        ]


class AuditEntry(models.Model):
    """One row of the history in the chain of its agency (chuỗi nhật ký): see `cases.services.audit`.

    A trigger writes it with the row of the history, in the same transaction and still without a number;
    a moment later it gets its number, the digest of that row and the hash that follows the one before.
    """

    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("agency"), db_index=False
    )
    number = models.PositiveBigIntegerField(_("number"), null=True)
    event = models.BigIntegerField(_("event"), unique=True)  # no foreign key: it must outlive what it proves
    at = models.DateTimeField(_("at"))
    basis = models.CharField(max_length=10, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    previous = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["agency", "number"]
        constraints = [
            models.UniqueConstraint(name="audit_number_once", fields=["agency", "number"]),
            models.CheckConstraint(name="audit_basis_known", condition=Q(basis__in=["", *AuditBasis.values])),
            models.CheckConstraint(
                name="audit_numbered_is_hashed",
                condition=Q(number__isnull=True, hash="") | (Q(number__gte=1) & ~Q(hash="") & ~Q(basis="")),
            ),
        ]
        indexes = [
            # What waits for its number: the history is long, this is short.
            models.Index(fields=["agency", "id"], name="audit_waiting", condition=Q(number__isnull=True)),
        ]
        triggers = [
            pgtrigger.Protect(name="audit_entry_not_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="audit_entry_chained_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__number__isnull=False),
            ),
            pgtrigger.ReadOnly(name="audit_entry_only_chained", fields=["agency", "event", "at"]),
            not_emptied("audit_entry_not_emptied"),
        ]
