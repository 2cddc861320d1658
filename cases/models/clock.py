"""Facts that move a due date besides supplement and apology (R23, R24, R26), and what inner deadlines were before
they were moved; rows that are only ever added."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from cases.models.dossiers import Dossier
from onestop.triggers import not_emptied
from procedures.enums import ExtensionMode, LimitUnit


class _DateRange(Func):
    function = "DATERANGE"


class Extension(models.Model):
    """The one extension of a limit that the version defines (gia hạn); it is not a reschedule (R26)."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="extensions")
    cycle = models.PositiveSmallIntegerField()
    mode = models.CharField(_("mode"), max_length=10, choices=ExtensionMode.choices)
    amount = models.DecimalField(_("amount"), max_digits=7, decimal_places=2, null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=15, choices=LimitUnit.choices, blank=True)
    agreed_on = models.DateField(_("agreed date"), null=True, blank=True)
    old_due_at = models.DateTimeField(_("old due date"))
    new_due_at = models.DateTimeField(_("new due date"))
    reason = models.TextField(_("reason"))
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(name="extension_once", fields=["dossier"]),
            models.CheckConstraint(name="extension_to_later", condition=Q(new_due_at__gt=F("old_due_at"))),
            models.CheckConstraint(
                name="extension_before_the_due_moment", condition=Q(at__lte=F("old_due_at"))
            ),
            models.CheckConstraint(name="extension_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="extension_has_its_measure",
                condition=Q(mode=ExtensionMode.AGREED, agreed_on__isnull=False)
                | (
                    Q(
                        mode__in=[ExtensionMode.ADD, ExtensionMode.REPLACE],
                        amount__isnull=False,
                        amount__gt=0,
                    )
                    & ~Q(unit="")
                ),
            ),
        ]
        triggers = [
            not_emptied("extension_not_emptied"),
            pgtrigger.Protect(name="extension_only_added", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="extension_as_the_version_says",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM cases_dossier d
                          JOIN procedures_procedureversion v ON v.id = d.version_id
                         WHERE d.id = NEW.dossier_id AND v.extension_mode = NEW.mode
                    ) THEN
                        RAISE EXCEPTION 'the version of dossier % defines no such extension', NEW.dossier_id
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]


class ExcludedPeriod(models.Model):
    """Days of one dossier that its limit does not count, such as public posting (niêm yết); both ends included."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="excluded_periods")
    name = models.CharField(_("what for"), max_length=300)
    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"))
    reason = models.TextField(_("reason"), blank=True)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("period that does not count")
        verbose_name_plural = _("periods that do not count")
        ordering = ["first"]
        constraints = [
            models.CheckConstraint(name="excluded_ends_after_it_begins", condition=Q(last__gte=F("first"))),
            ExclusionConstraint(
                name="excluded_periods_apart",
                expressions=[
                    ("dossier", RangeOperators.EQUAL),
                    (
                        _DateRange(
                            "first", "last", RangeBoundary(inclusive_lower=True, inclusive_upper=True)
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]
        triggers = [
            not_emptied("excluded_not_emptied"),
            pgtrigger.Protect(name="excluded_only_added", operation=pgtrigger.Update | pgtrigger.Delete),
        ]


class Replaced(models.TextChoices):
    """Moments of a dossier that move without an event that says what they were."""

    FILED = "filed_at", _("filed at")
    ANSWER = "answer_due_at", _("answer due at")
    TRANSFER = "transfer_due_at", _("to be handed over by")


class ReplacedMoment(models.Model):
    """What such a moment was until `at`: a completion or a day off moved it (R10, R16; T2). See `cases.as_of`."""

    dossier = models.ForeignKey(
        Dossier, on_delete=models.PROTECT, related_name="replaced_moments", db_index=False
    )
    name = models.CharField(max_length=20, choices=Replaced.choices)
    was = models.DateTimeField()
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(name="replaced_known", condition=Q(name__in=Replaced.values))]
        # What the first later one replaced.
        indexes = [models.Index(fields=["dossier", "name", "at"], name="replaced_of_dossier")]
        triggers = [
            not_emptied("replaced_not_emptied"),
            pgtrigger.Protect(name="replaced_only_added", operation=pgtrigger.Update | pgtrigger.Delete),
        ]
