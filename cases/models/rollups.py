"""What was counted of past days and months, kept so that nobody counts a million dossiers for a chart (R51).

Each row is of one agency by itself; what lies below it is added when it is asked for. Everything here can be
counted again from the facts, see `cases.services.rollups`; frozen months alone are kept as they were.
"""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from onestop.triggers import not_emptied
from procedures.models import Agency


class RolledUp(models.Model):
    """Two days: up to which one a change is counted again (what changes later needs no second count), and up
    to which one everything has been counted. They differ only while a worker counts.
    """

    name = models.CharField(max_length=10, primary_key=True)
    last_day = models.DateField()


class Recount(models.Model):
    """That an agency is to be counted again from a day on: a new day, or a fact that changed backwards.

    The triggers of `cases.models.triggers` add these. There may be several for one agency, so that nobody who
    writes waits for somebody else.
    """

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="+")
    first_day = models.DateField()


class AgencyDay(models.Model):
    """Dossiers of one agency on one day, in the sense of R52; `open`, `open_late` and the ages at its end.

    Ages are days since the reception, to and with the number in the name.
    """

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    received = models.PositiveIntegerField(default=0)
    ended = models.PositiveIntegerField(default=0)
    ended_on_time = models.PositiveIntegerField(default=0)
    open = models.PositiveIntegerField(default=0)
    open_late = models.PositiveIntegerField(default=0)
    open_to_5 = models.PositiveIntegerField(default=0)
    open_to_15 = models.PositiveIntegerField(default=0)
    open_to_30 = models.PositiveIntegerField(default=0)
    open_longer = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="agency_day_once", fields=["agency", "day"]),
            models.CheckConstraint(
                name="agency_day_parts_of_the_whole",
                condition=Q(
                    ended_on_time__lte=F("ended"),
                    open_late__lte=F("open"),
                    open=F("open_to_5") + F("open_to_15") + F("open_to_30") + F("open_longer"),
                ),
            ),
        ]


class OfficerDay(models.Model):
    """Steps of one officer in one unit: how many ran at the end of the day, how many of them late, how many got done."""

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="+")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    running = models.PositiveIntegerField(default=0)
    late = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="officer_day_once", fields=["day", "agency", "officer"]),
            models.CheckConstraint(
                name="officer_day_parts_of_the_whole", condition=Q(late__lte=F("running"))
            ),
        ]


class FieldMonth(models.Model):
    """Dossiers of one agency and field in a month, and those of them on time (R52)."""

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="+")
    month = models.DateField()  # its first day
    field_vi = models.CharField(max_length=300)
    handled = models.PositiveIntegerField(default=0)
    on_time = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="field_month_once", fields=["month", "agency", "field_vi"]),
            models.CheckConstraint(
                name="field_month_parts_of_the_whole", condition=Q(on_time__lte=F("handled"))
            ),
        ]


class PartMonth(models.Model):
    """Numerator and denominator of one part of the scorecard, of one agency in a month.

    The nine indicators have theirs under codes of their own: sum of points, and how many were measured.

    `procedures`: ids of those in the numerator. Two agencies may have the same, so they are no number that
    could be added.
    """

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="+")
    month = models.DateField()  # its first day
    code = models.CharField(max_length=10)
    numerator = models.PositiveIntegerField(default=0)
    denominator = models.PositiveIntegerField(default=0)
    procedures = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        constraints = [models.UniqueConstraint(name="part_month_once", fields=["month", "agency", "code"])]


class FrozenMonth(models.Model):
    """The scorecard of an agency with everything below it as it was when its month had ended; never changed.

    `facts` are rows of part, numerator, denominator, reason and last year; `digest` is their hash, by which a
    later correction is seen. `parameters` are those it was counted with, `nine` what the nine indicators were.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("agency"))
    month = models.DateField(_("month"))  # its first day
    facts = models.JSONField()
    digest = models.CharField(max_length=64)
    parameters = models.JSONField()
    nine = models.JSONField(null=True)
    total = models.DecimalField(_("points"), max_digits=6, decimal_places=2, null=True)
    frozen_at = models.DateTimeField(_("frozen at"))

    class Meta:
        verbose_name = _("frozen month")
        verbose_name_plural = _("frozen months")
        ordering = ["-month", "agency"]
        constraints = [models.UniqueConstraint(name="frozen_month_once", fields=["month", "agency"])]
        triggers = [
            not_emptied("frozen_month_not_emptied"),
            pgtrigger.Protect(name="frozen_month_only_added", operation=pgtrigger.Update | pgtrigger.Delete),
        ]


class FrozenDelays(models.Model):
    """The list of what one agency decided late in a month, as it was when the month had ended; never changed (R53).

    `rows` are those of `cases.report.late.Late`, `digest` is their hash. `agencies`: the agency and those above
    it at that time, for whom the list is read too.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("agency"))
    agencies = ArrayField(models.BigIntegerField())
    month = models.DateField(_("month"))  # its first day
    rows = models.JSONField()
    digest = models.CharField(max_length=64)
    frozen_at = models.DateTimeField(_("frozen at"))

    class Meta:
        verbose_name = _("frozen list of delays")
        verbose_name_plural = _("frozen lists of delays")
        ordering = ["-month", "agency"]
        constraints = [models.UniqueConstraint(name="frozen_delays_once", fields=["month", "agency"])]
        triggers = [
            not_emptied("frozen_delays_not_emptied"),
            pgtrigger.Protect(name="frozen_delays_only_added", operation=pgtrigger.Update | pgtrigger.Delete),
        ]
