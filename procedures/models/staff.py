"""People who work in the agencies."""

from datetime import date, timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from procedures.enums import Role
from procedures.models.agencies import Agency


class Staff(AbstractUser):
    """A member of staff (cán bộ, công chức): belongs to one agency and has one role there."""

    agency = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="staff",
        verbose_name=_("agency"),
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, blank=True)
    is_head = models.BooleanField(
        _("head of the agency"),
        default=False,
        help_text=_("Signs apologies and approves a second supplement request"),
    )
    decides_at_counter = models.BooleanField(
        _("decides at the counter"),
        default=False,
        help_text=_("Authorised to decide on the spot what is decided at once"),
    )
    protects_data = models.BooleanField(
        _("data protection officer"),
        default=False,
        help_text=_("Sees who read personal data of the agency and those below it"),
    )
    title = models.CharField(pgettext_lazy("of a person", "position"), max_length=100, blank=True)
    full_name = models.CharField(_("full name"), max_length=150, blank=True)
    # Beside the row of the app, so that no request asks the database whether there is one.
    second_factor_since = models.DateTimeField(_("second factor"), null=True, blank=True, editable=False)

    class Meta(AbstractUser.Meta):
        verbose_name = _("member of staff")
        verbose_name_plural = _("staff")
        constraints = [
            models.CheckConstraint(
                name="citizen_holds_no_office",
                condition=~Q(role=Role.CITIZEN)
                | Q(agency=None, is_staff=False, is_superuser=False, is_head=False, decides_at_counter=False),
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def get_full_name(self) -> str:
        """Vietnamese names are one string in their own order; the two halves of Django do not fit."""
        return self.full_name or super().get_full_name()

    def refresh_from_db(self, *args, **kwargs):
        self.__dict__.pop("_seconded", None)
        self.__dict__.pop("_below", None)
        self.__dict__.pop("_above_all", None)
        super().refresh_from_db(*args, **kwargs)

    @property
    def seconded_to(self) -> Agency | None:
        """Where the person is seconded today (Asia/Ho_Chi_Minh); asked once a day of each instance."""
        today = timezone.localdate()
        if self.__dict__.get("_seconded", (None,))[0] != today:
            row = Secondment.objects.on(today).filter(staff=self.pk).select_related("agency").first()
            self.__dict__["_seconded"] = (today, row and row.agency)
        return self.__dict__["_seconded"][1]

    @property
    def workplace(self) -> Agency | None:
        """The agency that the person works for today: where they are seconded, else their own."""
        return self.seconded_to or self.agency

    @property
    def workplace_id(self) -> int | None:
        seconded_to = self.seconded_to
        return seconded_to.pk if seconded_to else self.agency_id

    @property
    def agencies_below(self) -> frozenset[int]:
        """Ids of the workplace and of everything below it; asked once for each workplace of each instance."""
        place = self.workplace_id
        if self.__dict__.get("_below", (None,))[0] != place:
            ids = Agency.objects.below(self.workplace).values_list("pk", flat=True)
            self.__dict__["_below"] = (place, frozenset(ids))
        return self.__dict__["_below"][1] if place else frozenset()

    @property
    def works_above_all(self) -> bool:
        """No agency lies outside those of this person: a filter by agency would leave nothing out.

        Asked once for each workplace of each instance.
        """
        place = self.workplace
        if place is None or place.parent_id is not None:
            return False
        if self.__dict__.get("_above_all", (None,))[0] != place.pk:
            others = Agency.objects.filter(parent=None).exclude(pk=place.pk).exists()
            self.__dict__["_above_all"] = (place.pk, not others)
        return self.__dict__["_above_all"][1]


def works_in(agencies) -> Q:
    """Staff who work at one of these agencies today: seconded there, or at home and not seconded."""
    running = Secondment.objects.on(timezone.localdate()).filter(staff=OuterRef("pk"))
    return Q(Exists(running.filter(agency__in=agencies))) | Q(~Exists(running), agency__in=agencies)


class Substitute(models.Model):
    """Who stands in for whom (người thay thế): a desk and an officer never stop (R44)."""

    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="substitutes",
        verbose_name=_("member of staff"),
    )
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="stands_in_for",
        verbose_name=_("substitute"),
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("substitute")
        verbose_name_plural = _("substitutes")
        ordering = ["staff", "position"]
        constraints = [
            models.UniqueConstraint(name="substitute_once", fields=["staff", "substitute"]),
            models.CheckConstraint(name="substitute_is_another", condition=~Q(staff=F("substitute"))),
        ]

    def __str__(self) -> str:
        return f"{self.staff} → {self.substitute}"


class Absence(models.Model):
    """Days on which somebody is away, both ends included; the open tasks go to the substitute (R44)."""

    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="absences",
        verbose_name=_("member of staff"),
    )
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("substitute"),
    )
    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ["-first"]
        constraints = [
            models.CheckConstraint(name="absence_ends_after_it_begins", condition=Q(last__gte=F("first"))),
            models.CheckConstraint(name="absence_substitute_is_another", condition=~Q(staff=F("substitute"))),
        ]

    def __str__(self) -> str:
        return f"{self.staff} {self.first:%d/%m/%Y}–{self.last:%d/%m/%Y}"


class SecondmentQuerySet(models.QuerySet):
    def on(self, day: date):
        """Those that last on this day."""
        return self.filter(first__lte=day, last__gte=day)


class Secondment(models.Model):
    """A period in which somebody works at another agency without leaving their own (biệt phái).

    Days with both ends included; while it lasts they work there and not at home.
    """

    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="secondments",
        verbose_name=_("member of staff"),
    )
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="seconded", verbose_name=_("works at")
    )
    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"))
    decision = models.CharField(_("decision"), max_length=200)
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("substitute"),
        help_text=_("Takes the tasks that are open at home"),
    )
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded at"))

    objects = SecondmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("secondment")
        verbose_name_plural = _("secondments")
        ordering = ["-first", "staff"]
        constraints = [
            models.CheckConstraint(name="secondment_ends_after_it_begins", condition=Q(last__gte=F("first"))),
            models.CheckConstraint(name="secondment_has_a_decision", condition=~Q(decision="")),
            models.CheckConstraint(
                name="secondment_substitute_is_another", condition=~Q(staff=F("substitute"))
            ),
            ExclusionConstraint(
                name="secondments_apart",
                expressions=[
                    ("staff", RangeOperators.EQUAL),
                    (Func(F("first"), F("last"), Value("[]"), function="DATERANGE"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Two secondments of one person overlap."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff} → {self.agency} {self.first:%d/%m/%Y}–{self.last:%d/%m/%Y}"

    @property
    def is_of_usual_length(self) -> bool:
        """From 6 to 24 months, as the directives on one-stop desks have it; another length is unusual, not wrong."""
        end = self.last + timedelta(days=1)
        months = (end.year - self.first.year) * 12 + end.month - self.first.month
        # A month that is not over counts for the lower bound as nothing, for the upper one as begun.
        return months - (end.day < self.first.day) >= 6 and months + (end.day > self.first.day) <= 24
