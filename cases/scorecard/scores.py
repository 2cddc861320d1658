"""From the facts of a period to scores, groups and the total (R51); pure.

Everything is counted exactly and rounded half-up to two decimals, each score for itself; a group is the sum
of its rounded scores, as it is published. What could not be measured is None, stays out of every sum and is
never 0; its maximum still counts in the 100.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.limits import CannotCount
from cases.scorecard.editions import Edition, Group, Part


class FactRefused(CannotCount):
    """Facts that cannot be: negative, half known, or of a part that there is not."""


class NoValue(TextChoices):
    """Why something has no value."""

    NOTHING = "nothing", gettext_lazy("nothing to measure")
    NOT_COUNTED = "not_counted", gettext_lazy("not counted")
    NO_SOURCE = "no_source", gettext_lazy("the system has no source for it yet")
    ARCHIVED = "archived", gettext_lazy("its dossiers are in the archive")
    OTHER_LEVEL = "other_level", gettext_lazy("counted for the whole province only")


@dataclass(frozen=True, slots=True)
class Fact:
    """What was counted for one part; nothing, and then why. `last_year`: the denominator of the year before."""

    numerator: int | None
    denominator: int | None
    reason: str = ""
    last_year: int | None = None

    def __post_init__(self):
        counts = (self.numerator, self.denominator)
        if (None in counts) and counts != (None, None):
            raise FactRefused(_("A numerator comes with its denominator."))
        for count in (*counts, self.last_year):
            if count is not None and (type(count) is not int or count < 0):
                raise FactRefused(
                    _("What is counted is a whole number from 0 on, not “%(n)s”.") % {"n": count}
                )

    @classmethod
    def unknown(cls, reason: str = NoValue.NO_SOURCE) -> "Fact":
        return cls(None, None, reason)


Facts = Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class PartScore:
    """Points of one part, with what they come from; without points the reason stands instead."""

    part: Part
    points: Decimal | None
    numerator: int | None = None
    denominator: int | Fraction | None = None
    factor: Fraction = Fraction(1)
    reason: str = ""

    @property
    def share(self) -> Fraction | None:
        """Numerator ÷ denominator, with the factor of the part that it depends on."""
        if not self.denominator:
            return None
        return Fraction(self.numerator) / self.denominator * self.factor

    @property
    def percent(self) -> Decimal | None:
        return None if self.share is None else half_up(self.share * 100)

    @property
    def lost(self) -> Decimal | None:
        """Points short of the maximum; None when nothing could be measured."""
        return None if self.points is None else self.part.maximum - self.points

    @property
    def missing(self) -> int | None:
        """How many more have to be in the numerator for all points; None when that cannot be reached so."""
        if self.share is None:
            return None
        target = Fraction(self.part.target or 1)
        if not self.factor:
            return None
        needed = ceil(target * self.denominator / self.factor)
        return max(needed - self.numerator, 0) if needed <= self.denominator else None


@dataclass(frozen=True, slots=True)
class GroupScore:
    """The sum of the rounded points of a group; None when none of its parts could be measured."""

    group: Group
    parts: tuple[PartScore, ...]

    @property
    def points(self) -> Decimal | None:
        return total_of(part.points for part in self.parts)


@dataclass(frozen=True, slots=True)
class Card:
    """The scorecard of one agency and period."""

    edition: Edition
    groups: tuple[GroupScore, ...]

    @property
    def total(self) -> Decimal | None:
        return total_of(group.points for group in self.groups)

    @property
    def parts(self) -> tuple[PartScore, ...]:
        return tuple(part for group in self.groups for part in group.parts)

    @property
    def measured(self) -> Decimal:
        """Points that could be had in what was measured; the total is read against this and the 100."""
        return sum((part.part.maximum for part in self.parts if part.points is not None), Decimal(0))

    def part(self, code: str) -> PartScore:
        self.edition.part(code)
        return next(score for score in self.parts if score.part.code == code)


def card(facts: Facts, edition: Edition, *, in_a_year: int = 12) -> Card:
    """The scores of a period of which so many make a year. What has no fact was not counted.

    Raises a CannotCount with a sentence for facts of a part that there is not.
    """
    for code in facts:
        edition.part(code)
    if in_a_year < 1:
        raise FactRefused(_("A year has at least one period of a kind."))
    return Card(
        edition,
        tuple(
            GroupScore(group, tuple(_score(part, facts, edition, in_a_year) for part in group.parts))
            for group in edition.groups
        ),
    )


def _score(part: Part, facts: Facts, edition: Edition, in_a_year: int) -> PartScore:
    fact = facts.get(part.code) or Fact.unknown(NoValue.NOT_COUNTED)
    if fact.numerator is None:
        return PartScore(part, None, reason=fact.reason or NoValue.NOT_COUNTED)
    denominator = _denominator(part, fact, in_a_year)
    if not denominator:
        reason = NoValue.NOTHING if part.empty is None else ""
        points = None if part.empty is None else half_up(part.empty)
        return PartScore(part, points, fact.numerator, 0, reason=reason)
    factor = _factor(part, facts, edition, in_a_year)
    reached = Fraction(fact.numerator) / denominator * factor / Fraction(part.target or 1)
    points = half_up(Fraction(part.maximum) * min(reached, Fraction(1)))
    return PartScore(part, points, fact.numerator, denominator, factor)


def _denominator(part: Part, fact: Fact, in_a_year: int) -> int | Fraction:
    if fact.denominator or not part.last_year or not fact.last_year:
        return fact.denominator
    return Fraction(fact.last_year, in_a_year)


def _factor(part: Part, facts: Facts, edition: Edition, in_a_year: int) -> Fraction:
    """The share of the part that this one is multiplied by, at most 1; 1 when it is not known."""
    if not part.times:
        return Fraction(1)
    share = _score(edition.part(part.times), facts, edition, in_a_year).share
    return Fraction(1) if share is None else min(share, Fraction(1))


def half_up(exact: Fraction | Decimal, places: int = 2) -> Decimal:
    """Rounded half-up to so many decimals, from 0 on: 0.125 → 0.13."""
    return Decimal(int(Fraction(exact) * 10**places + Fraction(1, 2))).scaleb(-places)


def total_of(points: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of what there is; None when there is nothing, which is not 0."""
    measured = [value for value in points if value is not None]
    return sum(measured, Decimal(0)) if measured else None


def digest(facts: Facts) -> str:
    """SHA-256 of what was counted, by which a frozen month is told from a corrected one."""
    rows = [
        [code, fact.numerator, fact.denominator, str(fact.reason), fact.last_year]
        for code, fact in sorted(facts.items())
    ]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()
