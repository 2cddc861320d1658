"""Targets that rates are measured against, by level and date (R54); pure data.

They are what directives and plans of the seeds name; a report uses the one that holds on the last day of
its period. Percent of 100.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.scorecard.editions import ParameterRefused
from cases.scorecard.scores import Fact, half_up


class Rate(TextChoices):
    """What is measured against a target."""

    FULLY_ONLINE_SERVICES = "fully_online_services", _lazy("Fully online services")
    ONLINE_PAYMENT = "online_payment", _lazy("Online payment")
    SATISFACTION = "satisfaction", _lazy("Satisfaction")
    FULLY_ONLINE_DOSSIERS = "fully_online_dossiers", _lazy("Dossiers handled fully online")
    SYNCHRONISATION = "synchronisation", _lazy("Dossiers synchronised to the national portal")
    PROCESSES_CUT = "processes_cut", _lazy("Internal processes cut")
    E_FORMS = "e_forms", _lazy("Procedures with an e-form of their own")
    STEPS = "steps", _lazy("Procedures with internal steps")
    APOLOGIES = "apologies", _lazy("Late dossiers with an apology before the due moment")


@dataclass(frozen=True, slots=True)
class Target:
    """At least so many percent, from a day to a day (None: until further notice), of one level or of all."""

    rate: Rate
    percent: Decimal
    begins: date
    ends: date | None = None
    level: str = ""

    def __post_init__(self):
        if not 0 < self.percent <= 100:
            raise ParameterRefused(_("A target is above 0 and up to 100 percent."))
        if self.ends is not None and self.ends < self.begins:
            raise ParameterRefused(
                _("A target ends after it begins, not %(first)s to %(last)s.")
                % {"first": f"{self.begins:%d/%m/%Y}", "last": f"{self.ends:%d/%m/%Y}"}
            )

    def holds_on(self, day: date, level: str) -> bool:
        return self.begins <= day and (self.ends is None or day <= self.ends) and self.level in ("", level)


# Districts ended with 30/6/2025. The shares of dossiers were set for the end of 2023 and hold on since.
TARGETS = (
    Target(Rate.FULLY_ONLINE_SERVICES, Decimal(80), date(2023, 12, 31)),
    Target(Rate.ONLINE_PAYMENT, Decimal(45), date(2024, 1, 1)),
    Target(Rate.SATISFACTION, Decimal(90), date(2022, 6, 23)),
    Target(Rate.FULLY_ONLINE_DOSSIERS, Decimal(80), date(2023, 12, 31), level="province"),
    Target(Rate.FULLY_ONLINE_DOSSIERS, Decimal(60), date(2023, 12, 31), date(2025, 6, 30), level="district"),
    Target(Rate.FULLY_ONLINE_DOSSIERS, Decimal(60), date(2023, 12, 31), level="commune"),
    Target(Rate.SYNCHRONISATION, Decimal(100), date(2024, 1, 1)),
    Target(Rate.PROCESSES_CUT, Decimal(20), date(2024, 1, 1)),
    Target(Rate.E_FORMS, Decimal(100), date(2023, 10, 16)),
    Target(Rate.STEPS, Decimal(100), date(2023, 10, 16)),
    Target(Rate.APOLOGIES, Decimal(100), date(2018, 6, 21)),
)


def target_on(rate: str, day: date, level: str = "", targets: Iterable[Target] = TARGETS) -> Target | None:
    """The target of that day and level, the latest of several; None when there is none."""
    found = [one for one in targets if one.rate == rate and one.holds_on(day, level)]
    return max(found, key=lambda one: (one.begins, one.level), default=None)


@dataclass(frozen=True, slots=True)
class Measured:
    """A rate beside its target. `percent` has two decimals, half-up; None when nothing was measured."""

    percent: Decimal | None
    target: Target | None

    @property
    def missed_by(self) -> Decimal | None:
        """Percentage points short of the target, 0 when it is reached; None when there is no answer."""
        if self.percent is None or self.target is None:
            return None
        return max(self.target.percent - self.percent, Decimal(0))


def measure(fact: Fact, target: Target | None) -> Measured:
    """The share of a fact beside a target."""
    if not fact.denominator:
        return Measured(None, target)
    return Measured(half_up(Fraction(100 * fact.numerator, fact.denominator)), target)
