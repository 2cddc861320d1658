"""Procedures (thủ tục hành chính) and their versions with everything a dossier depends on (R1–R3)."""

from datetime import date
from functools import partial

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from procedures import days, eforms
from procedures.codes import PROCEDURE
from procedures.enums import (
    STAFF_ROLE_CHOICES,
    Channel,
    ExtensionMode,
    FeeChannel,
    FeeKind,
    FeeRule,
    Level,
    LimitUnit,
    RegisterKind,
    ServiceLevel,
    Subject,
    VersionStatus,
)
from procedures.models.agencies import Agency
from procedures.text import fold

# Perhaps no day, but none that cannot be right.
_day = partial(models.DateField, null=True, blank=True, validators=[days.possible])


class LocalName(models.Model):
    """Something with a Vietnamese name and an optional English one."""

    name_vi = models.CharField(_("name"), max_length=500)
    name_en = models.CharField(_("name in English"), max_length=500, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return (self.name_en or self.name_vi) if (get_language() or "vi").startswith("en") else self.name_vi


class Procedure(models.Model):
    """An administrative procedure (thủ tục hành chính) under its national code; its content is in versions."""

    code = models.CharField(_("code"), max_length=30, unique=True, validators=[RegexValidator(PROCEDURE)])
    replaced_by = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="replaces",
        verbose_name=_("replaced by"),
    )

    class Meta:
        verbose_name = _("procedure")
        verbose_name_plural = _("procedures")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class ProcedureVersionQuerySet(models.QuerySet):
    def in_force_on(self, day: date):
        """Published versions in force on that day (R3)."""
        return self.filter(
            Q(in_force_to__isnull=True) | Q(in_force_to__gte=day),
            status=VersionStatus.PUBLISHED,
            in_force_from__lte=day,
        )

    def shown_on(self, day: date):
        """One published version of each procedure: that in force on the day, else the coming, else the last."""
        standing = Case(When(in_force_from__gt=day, then=1), When(in_force_to__lt=day, then=2), default=0)
        nearest = Case(When(in_force_from__gt=day, then=F("number")), default=-F("number"))
        ranked = ProcedureVersion.objects.filter(status=VersionStatus.PUBLISHED).order_by(
            "procedure_id", standing, nearest
        )
        return self.filter(pk__in=ranked.distinct("procedure_id").values("pk"))

    def search(self, text: str):
        """By code or words of name and field, without accents and in any case."""
        found = self
        for word in fold(text).split():
            found = found.filter(search_text__contains=word)
        return found


class ProcedureVersion(LocalName):
    """One published content of a procedure; a dossier keeps the one of its reception day (R2).

    Never edited once published: a changed record of the catalogue makes a new version.
    """

    procedure = models.ForeignKey(
        Procedure, on_delete=models.PROTECT, related_name="versions", verbose_name=_("procedure")
    )
    number = models.PositiveIntegerField(_("version"), default=1)
    status = models.CharField(_("status"), max_length=12, choices=VersionStatus, default=VersionStatus.DRAFT)
    in_force_from = models.DateField(_("in force from"))
    in_force_to = models.DateField(_("last day in force"), null=True, blank=True)
    field_vi = models.CharField(_("field"), max_length=120)
    level = models.CharField(_("level"), max_length=12, choices=Level.choices)
    service_level = models.CharField(
        _("online service"), max_length=12, choices=ServiceLevel.choices, blank=True
    )
    partial_reason_vi = models.TextField(_("why not fully online"), blank=True)
    deciding_agency_vi = models.CharField(_("deciding agency"), max_length=255)
    subjects = ArrayField(
        models.CharField(max_length=20, choices=Subject.choices), verbose_name=_("who applies")
    )
    channels = ArrayField(
        models.CharField(max_length=10, choices=Channel.choices), verbose_name=_("channels")
    )
    sets = models.PositiveSmallIntegerField(_("number of sets"), default=1)
    result_name_vi = models.CharField(_("result"), max_length=500, blank=True)
    legal_basis = ArrayField(
        models.CharField(max_length=300), verbose_name=_("legal basis"), default=list, blank=True
    )
    # What the publication says (R1). Whether a part exists is empty where the publication does not tell.
    order_of_steps_vi = models.TextField(_("order of steps, in words"), blank=True)
    has_conditions = models.BooleanField(_("has conditions"), null=True, blank=True)
    conditions_vi = models.TextField(_("conditions"), blank=True)
    has_form = models.BooleanField(_("has a form"), null=True, blank=True)
    has_fee = models.BooleanField(_("has a fee"), null=True, blank=True)
    received_outside_desk = models.BooleanField(_("received outside the desk"), default=False)
    interlinked = models.BooleanField(_("interlinked"), default=False)
    decided_at_once = models.BooleanField(
        _("decided at once"),
        default=False,
        help_text=_("Decided while the applicant waits: a receipt only when asked for"),
    )
    register = models.CharField(
        _("register"),
        max_length=12,
        choices=RegisterKind.choices,
        blank=True,
        help_text=_("Certifications and extracts: in which yearly register each one gets its number"),
    )
    paper_free_from = _day(
        _("no paper from"), help_text=_("From this day on it is filed online only; the desk helps to file")
    )
    excluded_periods = models.JSONField(
        _("periods that do not count"),
        default=list,
        blank=True,
        help_text=_("Names of periods, such as public posting: a list of name_vi and name_en"),
    )
    limit_quantity = models.CharField(
        _("the limit depends on"),
        max_length=30,
        blank=True,
        help_text=_("A number entered at reception, such as documents"),
    )
    answer_limits = models.JSONField(
        _("how soon a filing is answered"),
        default=list,
        blank=True,
        help_text=_("By channel: a list of channel, amount and unit; empty = the general parameter"),
    )
    supplement_limit_days = models.PositiveSmallIntegerField(
        _("working days to ask for a supplement"),
        null=True,
        blank=True,
        help_text=_("Empty: the general parameter"),
    )
    eform_schema = models.JSONField(
        _("e-form"),
        default=dict,
        blank=True,
        validators=[eforms.validate],
        help_text=_("JSON Schema of what is asked for online; empty: the general form"),
    )
    publication_decision = models.CharField(_("publication decision"), max_length=200, blank=True)
    decision_signed_on = _day(_("decision signed on"))
    text_effective_on = _day(_("legal text in force from"))
    loaded_on = _day(_("loaded into the national database on"))
    extension_mode = models.CharField(
        _("extension"), max_length=10, choices=ExtensionMode.choices, blank=True
    )
    extension_amount = models.DecimalField(
        _("extension amount"), max_digits=7, decimal_places=2, null=True, blank=True
    )
    extension_unit = models.CharField(
        _("extension unit"), max_length=15, choices=LimitUnit.choices, blank=True
    )
    extension_when = models.CharField(_("extension possible when"), max_length=300, blank=True)
    confidence = models.CharField(_("how sure the record is"), max_length=60, blank=True)
    note = models.TextField(_("note"), blank=True)
    facts_hash = models.CharField(_("hash of the facts"), max_length=64, blank=True, editable=False)
    search_text = models.TextField(editable=False, default="")

    objects = ProcedureVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("procedure version")
        verbose_name_plural = _("procedure versions")
        ordering = ["procedure__code", "-number"]
        constraints = [
            models.UniqueConstraint(name="version_number_once", fields=["procedure", "number"]),
            models.CheckConstraint(
                name="version_ends_after_it_begins",
                condition=Q(in_force_to__isnull=True) | Q(in_force_to__gte=F("in_force_from")),
            ),
            models.CheckConstraint(name="version_status_known", condition=Q(status__in=VersionStatus.values)),
            models.CheckConstraint(
                name="version_register_known", condition=Q(register__in=["", *RegisterKind.values])
            ),
        ]
        indexes = [
            # Search box of the desk and of the public catalogue.
            GinIndex(fields=["search_text"], name="version_search", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["procedure", "status", "in_force_from"], name="version_in_force"),
        ]

    def __str__(self) -> str:
        return f"{self.procedure.code} {self.name}"

    def save(self, *args, **kwargs):
        self.eform_schema = eforms.validated(self.eform_schema)
        self.search_text = fold(f"{self.procedure.code} {self.name_vi} {self.name_en} {self.field_vi}")
        super().save(*args, **kwargs)

    @property
    def eform(self) -> dict:
        """What is asked for online: the version's own form, or the general one."""
        return self.eform_schema or eforms.DEFAULT

    @property
    def has_excluded_periods(self) -> bool:
        return bool(self.excluded_periods)


class TimeLimit(models.Model):
    """How long the whole procedure may take (thời hạn giải quyết); several when it depends on the case."""

    version = models.ForeignKey(ProcedureVersion, on_delete=models.CASCADE, related_name="limits")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    label = models.CharField(_("label"), max_length=200)
    amount = models.DecimalField(_("amount"), max_digits=7, decimal_places=2)
    unit = models.CharField(_("unit"), max_length=15, choices=LimitUnit.choices)
    cutoff = models.TimeField(_("cut-off"), null=True, blank=True)
    condition = models.CharField(_("applies when"), max_length=300, blank=True)
    quantity_from = models.PositiveIntegerField(_("from quantity"), null=True, blank=True)
    quantity_to = models.PositiveIntegerField(_("to quantity"), null=True, blank=True)

    class Meta:
        verbose_name = _("time limit")
        verbose_name_plural = _("time limits")
        ordering = ["version_id", "position"]
        constraints = [
            models.UniqueConstraint(name="limit_position_once", fields=["version", "position"]),
            models.CheckConstraint(name="limit_not_negative", condition=Q(amount__gte=0)),
            models.CheckConstraint(name="limit_unit_known", condition=Q(unit__in=LimitUnit.values)),
            models.CheckConstraint(
                name="limit_quantities_in_order",
                condition=Q(quantity_to__isnull=True) | Q(quantity_to__gte=F("quantity_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.condition})" if self.condition else self.label


class Component(LocalName):
    """One paper of a dossier (thành phần hồ sơ); with an electronic source it need not be brought (R13)."""

    version = models.ForeignKey(ProcedureVersion, on_delete=models.CASCADE, related_name="components")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    originals = models.PositiveSmallIntegerField(_("originals"), default=1)
    copies = models.PositiveSmallIntegerField(_("copies"), default=0)
    shown_only = models.BooleanField(_("only shown"), default=False)
    electronic_source = models.CharField(_("electronic source"), max_length=300, blank=True)
    result_of = models.ForeignKey(
        Procedure,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("result of the procedure"),
        help_text=_("A result in the applicant's store stands for this paper"),
    )
    required_when = models.CharField(_("required when"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("component")
        verbose_name_plural = _("components")
        ordering = ["version_id", "position"]
        constraints = [
            models.UniqueConstraint(name="component_position_once", fields=["version", "position"])
        ]

    @property
    def is_mandatory(self) -> bool:
        """Needed in every case; the others depend on the case and the clerk ticks them."""
        return not self.required_when


class ElectronicSource(models.Model):
    """A database that may stand for a paper (cơ sở dữ liệu); only a connected one is offered (R13)."""

    name = models.CharField(_("name"), max_length=300, unique=True)
    is_connected = models.BooleanField(
        _("connected"), default=False, help_text=_("Its papers are reused and cannot be demanded")
    )

    class Meta:
        verbose_name = _("electronic source")
        verbose_name_plural = _("electronic sources")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class FeeLine(models.Model):
    """One fee (phí) or charge (lệ phí) of a version; VND, whole numbers (R38)."""

    version = models.ForeignKey(ProcedureVersion, on_delete=models.CASCADE, related_name="fees")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    name = models.CharField(_("name"), max_length=300)
    kind = models.CharField(_("kind"), max_length=10, choices=FeeKind.choices)
    channel = models.CharField(
        _("channel"), max_length=10, choices=FeeChannel.choices, default=FeeChannel.ANY
    )
    rule = models.CharField(_("rule"), max_length=20, choices=FeeRule.choices)
    amount = models.PositiveBigIntegerField(_("amount (VND)"), null=True, blank=True)
    tiers = models.JSONField(_("tiers"), null=True, blank=True)
    cap_amount = models.PositiveBigIntegerField(_("cap (VND)"), null=True, blank=True)
    cap_per = models.CharField(_("cap per"), max_length=20, blank=True)
    condition = models.CharField(_("applies when"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("fee line")
        verbose_name_plural = _("fee lines")
        ordering = ["version_id", "position"]
        constraints = [models.UniqueConstraint(name="fee_position_once", fields=["version", "position"])]

    def __str__(self) -> str:
        return f"{self.name} ({self.condition})" if self.condition else self.name


class FeeTariff(models.Model):
    """The amount that a province set for a fee whose rule is "set by the province"."""

    agency = models.ForeignKey(
        Agency, on_delete=models.CASCADE, related_name="tariffs", verbose_name=_("province")
    )
    procedure = models.ForeignKey(
        Procedure, on_delete=models.CASCADE, related_name="tariffs", verbose_name=_("procedure")
    )
    fee_name = models.CharField(_("fee"), max_length=300)
    amount = models.PositiveBigIntegerField(_("amount (VND)"))
    legal_reference = models.CharField(_("resolution"), max_length=300)
    in_force_from = models.DateField(_("in force from"))

    class Meta:
        verbose_name = _("provincial tariff")
        verbose_name_plural = _("provincial tariffs")
        ordering = ["procedure", "-in_force_from"]
        constraints = [
            models.UniqueConstraint(
                name="tariff_once", fields=["agency", "procedure", "fee_name", "in_force_from"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.fee_name}: {self.amount}"


class ProcedureStep(LocalName):
    """One internal step (bước nội bộ) with its role and allowance; the sum fits the limit (R18)."""

    version = models.ForeignKey(ProcedureVersion, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    role = models.CharField(_("role"), max_length=20, choices=STAFF_ROLE_CHOICES)
    amount = models.DecimalField(_("allowance"), max_digits=7, decimal_places=2)
    unit = models.CharField(_("unit"), max_length=15, choices=LimitUnit.choices)

    class Meta:
        verbose_name = _("internal step")
        verbose_name_plural = _("internal steps")
        ordering = ["version_id", "position"]
        constraints = [
            models.UniqueConstraint(name="step_position_once", fields=["version", "position"]),
            models.CheckConstraint(name="step_not_negative", condition=Q(amount__gte=0)),
        ]
