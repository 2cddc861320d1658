"""The tree of agencies (cơ quan, đơn vị) and their opening hours."""

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Cast, Extract
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from tree_queries.models import TreeNode
from tree_queries.query import TreeQuerySet

from procedures.codes import AGENCY_NEW
from procedures.enums import AgencyKind
from procedures.models.editions import ANY_CHANGE, new_edition


class AgencyQuerySet(TreeQuerySet):
    def reception_desks(self):
        """Units that receive dossiers (Bộ phận Một cửa)."""
        return self.filter(is_reception_desk=True, is_active=True)

    def below(self, agency: "Agency | None"):
        """The agency itself and everything below it; nothing for nobody."""
        return self.descendants(agency, include_self=True) if agency else self.none()


class Agency(TreeNode):
    """One unit of the administration (cơ quan, đơn vị): province, centre, department, ward or commune."""

    identifier = models.CharField(
        _("identifier"),
        max_length=35,
        unique=True,
        validators=[RegexValidator(AGENCY_NEW)],
        help_text=_("National identifier, such as H41.12"),
    )
    name_vi = models.CharField(_("name"), max_length=255)
    name_en = models.CharField(_("name in English"), max_length=255, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=AgencyKind.choices)
    is_reception_desk = models.BooleanField(_("is a reception desk"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    decides_fields = ArrayField(
        models.CharField(max_length=120),
        verbose_name=_("fields it decides"),
        default=list,
        blank=True,
        help_text=_(
            "Fields of procedures that this agency decides; a commune with none decides all commune-level ones"
        ),
    )
    letterhead_upper = models.CharField(_("letterhead, upper line"), max_length=255, blank=True)
    letterhead_name = models.CharField(_("letterhead, own name"), max_length=255, blank=True)
    place = models.CharField(_("place in letters"), max_length=100, blank=True)
    head_title = models.CharField(_("title of the head"), max_length=100, blank=True)
    head_name = models.CharField(_("name of the head"), max_length=150, blank=True)
    address = models.CharField(_("address"), max_length=255, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    bank_bin = models.CharField(
        _("bank code (BIN)"),
        max_length=6,
        blank=True,
        validators=[RegexValidator(r"^[0-9]{6}\Z")],
        help_text=_("Six digits; with the account it makes the transfer code on screen and receipt"),
    )
    bank_account = models.CharField(
        _("account number"), max_length=19, blank=True, validators=[RegexValidator(r"^[0-9A-Za-z]{1,19}\Z")]
    )
    bank_account_name = models.CharField(_("name of the account"), max_length=100, blank=True)
    saturday_counts = models.BooleanField(
        _("Saturday counts in limits"),
        default=False,
        help_text=_(
            "Only for a unit that declared it; otherwise a Saturday session receives without counting (T15)"
        ),
    )

    objects = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        ordering = ["identifier"]
        constraints = [
            models.CheckConstraint(name="agency_is_not_its_own_parent", condition=~Q(parent=F("pk"))),
            models.CheckConstraint(
                name="agency_account_is_whole",
                condition=Q(bank_bin="", bank_account="") | (~Q(bank_bin="") & ~Q(bank_account="")),
                violation_error_message=_("A bank account needs both, the code of the bank and the number."),
            ),
        ]
        triggers = [new_edition(pgtrigger.UpdateOf("parent_id", "saturday_counts"))]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Name in the language of the reader; Vietnamese when there is no English one."""
        return (self.name_en or self.name_vi) if (get_language() or "vi").startswith("en") else self.name_vi


class _Seconds(Func):
    """From one time of the day to another, half-open, as a range; PostgreSQL has none of times."""

    function = "INT4RANGE"

    def __init__(self, *times: str, **kwargs):
        seconds = [
            Cast(Extract(time, "epoch"), models.IntegerField()) if isinstance(time, str) else time
            for time in times
        ]
        super().__init__(*seconds, **kwargs)


class OfficeSession(models.Model):
    """One opening session of a day (buổi làm việc); half-open: at its end the office is closed (T9)."""

    class Days(models.TextChoices):
        WEEKDAY = "weekday", _("Monday to Friday and worked Saturdays")
        SATURDAY = "saturday", _("Saturday reception")

    agency = models.ForeignKey(
        Agency, on_delete=models.CASCADE, related_name="sessions", verbose_name=_("agency")
    )
    days = models.CharField(_("days"), max_length=10, choices=Days.choices, default=Days.WEEKDAY)
    opens_at = models.TimeField(_("opens at"))
    closes_at = models.TimeField(_("closes at"))

    class Meta:
        verbose_name = _("opening session")
        verbose_name_plural = _("opening sessions")
        ordering = ["agency", "-days", "opens_at"]
        constraints = [
            models.CheckConstraint(
                name="session_opens_before_it_closes", condition=Q(opens_at__lt=F("closes_at"))
            ),
            # Deferred, so that the sessions of an office are replaced in any order.
            ExclusionConstraint(
                name="sessions_apart",
                expressions=[
                    ("agency", RangeOperators.EQUAL),
                    ("days", RangeOperators.EQUAL),
                    (_Seconds("opens_at", "closes_at"), RangeOperators.OVERLAPS),
                ],
                deferrable=models.Deferrable.DEFERRED,
                violation_error_message=_("Two sessions of one kind of day overlap."),
            ),
        ]
        triggers = [new_edition(ANY_CHANGE)]

    def __str__(self) -> str:
        return f"{self.opens_at:%H:%M}–{self.closes_at:%H:%M}"
