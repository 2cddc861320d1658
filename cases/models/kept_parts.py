"""Parts of the report of large agencies, counted by a worker and kept for those who look at them.

Everything here can be counted again from the facts, see `cases.services.kept_reports`.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from procedures.models import Agency


class KeptPart(models.Model):
    """One part of the report of an agency with everything below it, as it was counted in one language.

    `period` is written as `cases.scorecard.periods.read` takes it. `counted_at` is when the worker began and
    `until` the moment up to which facts are seen (moments are UTC); without them it was never counted.
    `asked_at` says that it waits for a worker, `tries` how many began since, `problem` why none could do it.
    `tables` are the headings, `figures` the counts by the list behind them; the rows are `KeptPage`.
    """

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="+")
    period = models.CharField(max_length=7)
    part = models.CharField(max_length=20)
    language = models.CharField(max_length=2)
    tables = models.JSONField(default=list)
    figures = models.JSONField(default=dict)
    counted_at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    problem = models.TextField(default="")
    looked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="kept_part_once", fields=["agency", "period", "part", "language"]),
            models.CheckConstraint(
                name="kept_part_counted_up_to_a_moment",
                condition=Q(counted_at=None, until=None) | Q(counted_at__isnull=False, until__isnull=False),
            ),
        ]
        indexes = [
            # What waits for a worker, each minute.
            models.Index(fields=["asked_at"], name="kept_part_waiting", condition=Q(asked_at__isnull=False)),
        ]


class KeptPage(models.Model):
    """Some rows of one table of a kept part, so that a screen loads no more than it shows; numbers from 1."""

    kept = models.ForeignKey(KeptPart, on_delete=models.CASCADE, related_name="pages")
    table = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    rows = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(name="kept_page_once", fields=["kept", "table", "number"])]


class KeptList(models.Model):
    """Ids of the dossiers that a figure of a kept part counted, by the name of its list."""

    kept = models.ForeignKey(KeptPart, on_delete=models.CASCADE, related_name="lists")
    key = models.CharField(max_length=40)
    dossiers = ArrayField(models.BigIntegerField())

    class Meta:
        constraints = [models.UniqueConstraint(name="kept_list_once", fields=["kept", "key"])]
