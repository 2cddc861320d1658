"""Who did what, chained so that a change shows, and who read what about whom."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.audit_enums import AuditBasis, ReadKind
from onestop.triggers import not_emptied
from procedures.models import Agency

FORGOTTEN_BY_RETENTION = "read_access_not_deleted"  # the one trigger that `apply_retention` goes round


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


class ReadAccess(models.Model):
    """Somebody looked at personal data (nhật ký truy cập): who, what, when, from where and by which page.

    Only added; what is older than `READ_ACCESS_KEPT_DAYS` is forgotten by `manage.py apply_retention`.
    """

    at = models.DateTimeField(_("at"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("who"),
    )
    agency = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("agency"),
        help_text=_("Of the reader; of the desk, where the owner of a dossier looked it up"),
    )
    kind = models.CharField(_("what"), max_length=10, choices=ReadKind.choices)
    route = models.CharField(_("page"), max_length=80)
    # Without a constraint: who read it is known as long as retention says, also when it is in the archive.
    dossier = models.ForeignKey(
        "Dossier",
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        verbose_name=_("dossier"),
    )
    reference = models.CharField(_("number"), max_length=60, blank=True)
    count = models.PositiveIntegerField(_("rows"), default=1)
    address = models.GenericIPAddressField(_("network address"), null=True)

    class Meta:
        verbose_name = _("access to personal data")
        verbose_name_plural = _("access to personal data")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(name="read_access_kind_known", condition=Q(kind__in=ReadKind.values)),
        ]
        indexes = [
            # The long list, page by page: all of it, of some agencies, of one person.
            models.Index(fields=["-at", "-id"], name="read_access_newest"),
            models.Index(fields=["agency", "-at"], name="read_access_of_agency"),
            models.Index(fields=["user", "-at"], name="read_access_of_user"),
        ]
        triggers = [
            pgtrigger.Protect(name=FORGOTTEN_BY_RETENTION, operation=pgtrigger.Delete),
            pgtrigger.Protect(name="read_access_not_changed", operation=pgtrigger.Update),
            not_emptied("read_access_not_emptied"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reference}".strip()
