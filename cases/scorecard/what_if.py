"""What would be, if: some facts changed and everything counted anew (R51); pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext as _

from cases.scorecard.editions import Edition
from cases.scorecard.scores import Card, Fact, FactRefused, Facts, card


@dataclass(frozen=True, slots=True)
class Change:
    """So many more, or fewer, in the numerator and the denominator of a part."""

    code: str
    numerator: int = 0
    denominator: int = 0


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The card as it is and as it would be."""

    before: Card
    after: Card

    @property
    def gain(self) -> Decimal | None:
        """Points of the total; None when one of the two has none."""
        if self.before.total is None or self.after.total is None:
            return None
        return self.after.total - self.before.total

    @property
    def gains(self) -> dict[str, Decimal]:
        """Points gained or lost by part, of those that change."""
        pairs = zip(self.before.parts, self.after.parts, strict=True)
        return {
            one.part.code: other.points - one.points
            for one, other in pairs
            if one.points is not None and other.points is not None and one.points != other.points
        }


def what_if(facts: Facts, changes: Iterable[Change], edition: Edition, *, in_a_year: int = 12) -> WhatIf:
    """“If these 40 were digitized today: +0.8.” Raises FactRefused for more than there are, with the number."""
    before = card(facts, edition, in_a_year=in_a_year)
    return WhatIf(before, card(changed(facts, changes), edition, in_a_year=in_a_year))


def changed(facts: Facts, changes: Iterable[Change]) -> dict[str, Fact]:
    """The facts with the changes, in any order."""
    found = dict(facts)
    for code, numerator, denominator in _sums(changes):
        fact = found.get(code)
        if fact is None or fact.numerator is None:
            raise FactRefused(
                _("Part %(code)s was not counted, so nothing can be added to it.") % {"code": code}
            )
        wanted = fact.numerator + numerator, fact.denominator + denominator
        if wanted[0] < 0 or wanted[1] < 0 or (numerator > 0 and wanted[0] > wanted[1]):
            raise FactRefused(
                _("Of part %(code)s there are %(have)d of %(of)d; %(wanted)d of %(of_wanted)d cannot be.")
                % {
                    "code": code,
                    "have": fact.numerator,
                    "of": fact.denominator,
                    "wanted": wanted[0],
                    "of_wanted": wanted[1],
                }
            )
        found[code] = replace(fact, numerator=wanted[0], denominator=wanted[1])
    return found


def _sums(changes: Iterable[Change]) -> Iterable[tuple[str, int, int]]:
    sums: dict[str, tuple[int, int]] = {}
    for change in changes:
        numerator, denominator = sums.get(change.code, (0, 0))
        sums[change.code] = numerator + change.numerator, denominator + change.denominator
    return ((code, *both) for code, both in sums.items())
