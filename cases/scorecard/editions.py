"""What parameters of a scorecard are made of, and which of them nothing can be counted with (R51); pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cases.limits import CannotCount


class ParameterRefused(CannotCount):
    """A parameter that nothing can be counted with; the sentence names it."""


@dataclass(frozen=True, slots=True)
class Part:
    """One sub-indicator (chỉ số thành phần): numerator ÷ denominator, for up to `maximum` points.

    `target`: from this share on all points, below it in proportion; None: all points at 100 %.
    `empty`: points when the denominator is 0; None: nothing could be measured, which is not 0.
    `last_year`: without a denominator the share of last year stands for it.
    `times`: the share is multiplied by that of this part, as far as it is known.
    `is_assumed`: the form of the formula is not confirmed by published figures.
    """

    code: str
    name: str | Promise
    counted: str | Promise
    of: str | Promise
    maximum: Decimal
    target: Decimal | None = None
    empty: Decimal | None = None
    last_year: bool = False
    times: str = ""
    is_assumed: bool = False

    def __post_init__(self):
        if not 0 <= self.maximum <= 100:
            raise refused(self.code, _("its maximum is a number of points from 0 to 100"))
        if self.target is not None and not 0 < self.target <= 1:
            raise refused(self.code, _("its target is a share above 0 and up to 1; by 0 nothing is divided"))
        if self.empty is not None and not 0 <= self.empty <= self.maximum:
            raise refused(self.code, _("its points without a denominator lie between 0 and its maximum"))


@dataclass(frozen=True, slots=True)
class Group:
    """Sub-indicators that are summed up (nhóm chỉ số)."""

    key: str
    name: str | Promise
    parts: tuple[Part, ...]

    @property
    def maximum(self) -> Decimal:
        return sum((part.maximum for part in self.parts), Decimal(0))


CHOICES = {
    "multiple_requests_overdue": ("always", "only_while_waiting"),
    "appointment": ("first", "current"),
}


@dataclass(frozen=True)
class Edition:
    """All parameters from a day on.

    Two of them are of R52: `multiple_requests_overdue`, whether more than one request for a supplement is
    overdue "always" or "only_while_waiting" (T4), and `appointment`, whether the "first" due date counts or
    the "current" one (T1).
    """

    begins: date
    groups: tuple[Group, ...]
    multiple_requests_overdue: str = "always"
    appointment: str = "first"
    _by_code: Mapping[str, Part] = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        for name, words in CHOICES.items():
            if getattr(self, name) not in words:
                raise ParameterRefused(
                    _("The parameter %(name)s of the scorecard is one of: %(words)s.")
                    % {"name": name, "words": ", ".join(words)}
                )
        parts = [part for group in self.groups for part in group.parts]
        by_code = {part.code: part for part in parts}
        if len(by_code) < len(parts):
            raise ParameterRefused(_("A part stands twice in the parameters."))
        for part in parts:
            if part.times and (part.times not in by_code or by_code[part.times].times):
                raise refused(
                    part.code,
                    _("it can only be multiplied by a part of the scorecard that is multiplied by none"),
                )
        object.__setattr__(self, "_by_code", by_code)

    def part(self, code: str) -> Part:
        """Raises ParameterRefused for a code that there is not."""
        if code not in self._by_code:
            raise ParameterRefused(
                _("There is no part “%(code)s”; there are %(codes)s.")
                % {"code": code, "codes": ", ".join(self._by_code)}
            )
        return self._by_code[code]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(self._by_code)

    @cached_property
    def maximum(self) -> Decimal:
        return sum((group.maximum for group in self.groups), Decimal(0))


def refused(code: str, problem: str) -> ParameterRefused:
    return ParameterRefused(
        _("Part %(code)s of the scorecard cannot be used: %(problem)s.") % {"code": code, "problem": problem}
    )
