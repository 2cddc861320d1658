"""Running numbers of the desk: of dossier codes, and of the log book."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from onestop.triggers import not_emptied, only_forward
from procedures.models import Agency


class CodeCounter(models.Model):
    """Last running number of an agency on a day; locked until the reception commits, so no gap (R6)."""

    agency_identifier = models.CharField(max_length=35)
    day = models.DateField()
    last_number = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(name="code_counter_once", fields=["agency_identifier", "day"])]


class LogBook(models.Model):
    """The log book of one desk and year (sổ theo dõi hồ sơ): numbers from 1 without a gap (R42).

    Its row stays locked until the reception commits; after closing nothing is added.
    """

    desk = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="log_books", verbose_name=_("receiving desk")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    last_number = models.PositiveIntegerField(_("last number"), default=0)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("log book")
        verbose_name_plural = _("log books")
        ordering = ["-year", "desk"]
        constraints = [models.UniqueConstraint(name="log_book_once", fields=["desk", "year"])]
        triggers = [
            not_emptied("log_book_not_emptied"),
            pgtrigger.Protect(name="log_book_not_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="log_book_closed_for_good",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__closed_at__isnull=False),
            ),
            only_forward("log_book_only_forward"),
        ]

    def __str__(self) -> str:
        return f"{self.desk} {self.year}"
