"""The register of the archive: which dossiers of which year are no longer in the live tables, see `cases.archive`.

These rows stay when a year is detached: a code is never given twice, and whoever asks is told where it is.
"""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from onestop.triggers import not_emptied

DETACHED_COMES_BACK = "detached_event_not_deleted"  # the one trigger that bringing a year back goes round


class ArchivedYear(models.Model):
    """One year with a schema of its own, until it is detached; `last_day` (Asia/Ho_Chi_Minh) is the last one
    on which something happened that was moved there: figures of days up to it are never counted again.
    """

    year = models.PositiveSmallIntegerField(primary_key=True)
    begun_at = models.DateTimeField(_("begun at"))
    last_day = models.DateField(_("last day"), null=True)
    detached_at = models.DateTimeField(_("detached at"), null=True)
    seal = models.CharField(max_length=64, blank=True)  # of the events that went with it, under `AUDIT_KEY`

    class Meta:
        ordering = ["year"]
        constraints = [
            models.CheckConstraint(
                name="archived_year_detached_is_sealed",
                condition=Q(detached_at__isnull=True) | ~Q(seal=""),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="archived_year_not_deleted", operation=pgtrigger.Delete),
            not_emptied("archived_year_not_emptied"),
        ]


class ArchivedDossier(models.Model):
    """That a dossier is in the archive of its year, by its number and its code."""

    dossier = models.BigIntegerField(primary_key=True)  # no foreign key: it is not there any more
    code = models.CharField(max_length=60, unique=True, null=True, blank=True)
    year = models.ForeignKey(ArchivedYear, on_delete=models.PROTECT, related_name="+", db_column="year")

    class Meta:
        triggers = [
            pgtrigger.Protect(
                name="archived_dossier_only_added", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            not_emptied("archived_dossier_not_emptied"),
        ]


class DetachedEvent(models.Model):
    """An event that is in the chain of the audit, and not in this database while its year is detached."""

    event = models.BigIntegerField(primary_key=True)
    year = models.ForeignKey(ArchivedYear, on_delete=models.PROTECT, related_name="+", db_column="year")

    class Meta:
        triggers = [
            pgtrigger.Protect(name=DETACHED_COMES_BACK, operation=pgtrigger.Delete),
            pgtrigger.Protect(name="detached_event_not_changed", operation=pgtrigger.Update),
            not_emptied("detached_event_not_emptied"),
        ]
