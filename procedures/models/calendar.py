"""The official calendar: what differs from Monday-to-Friday, with its legal reference (R24)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from procedures.enums import DayKind
from procedures.models.agencies import Agency
from procedures.models.editions import ANY_CHANGE, new_edition


class CalendarDay(models.Model):
    """One day off or one worked Saturday, for the country or for one agency; can be switched off (T14)."""

    date = models.DateField(_("date"))
    agency = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="calendar_days",
        verbose_name=_("agency"),
        help_text=_("Empty: the whole country"),
    )
    is_worked = models.BooleanField(
        _("worked"), default=False, help_text=_("A Saturday worked instead of a swapped day")
    )
    kind = models.CharField(_("kind"), max_length=30, choices=DayKind.choices)
    name_vi = models.CharField(_("name"), max_length=150)
    name_en = models.CharField(_("name in English"), max_length=150, blank=True)
    legal_reference = models.CharField(_("legal reference"), max_length=400, blank=True)
    key = models.CharField(
        _("key"),
        max_length=60,
        blank=True,
        help_text=_("Names both halves of a swap, such as swap-2026-01-02"),
    )
    enabled = models.BooleanField(_("in force"), default=True)
    provisional = models.BooleanField(
        _("provisional"), default=False, help_text=_("Estimated; no official notice yet")
    )
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = pgettext_lazy("row of the calendar", "calendar day")
        verbose_name_plural = pgettext_lazy("rows of the calendar", "calendar days")
        ordering = ["date"]
        constraints = [
            models.UniqueConstraint(
                name="calendar_day_once_in_force",
                fields=["date", "agency"],
                condition=Q(enabled=True),
                nulls_distinct=False,
            ),
        ]
        indexes = [models.Index(fields=["key"], name="calendar_day_key")]
        triggers = [new_edition(ANY_CHANGE)]

    def __str__(self) -> str:
        return f"{self.date:%d/%m/%Y} {self.name}"

    @property
    def name(self) -> str:
        return (self.name_en or self.name_vi) if (get_language() or "vi").startswith("en") else self.name_vi
