"""The nine indicators of an officer and an agency (Circular 01/2018 Arts 13–15, R50); pure.

2, 1 or 0 points for each dossier, or for each unit or procedure; the score of an indicator is their mean,
half-up to one decimal. An indicator without data stays out of the sum, and the bands stay as they are: the
report says how many indicators were counted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.deadlines import Punctuality
from cases.limits import CannotCount
from cases.scorecard.editions import ParameterRefused
from cases.scorecard.scores import half_up, total_of

HIGHEST = 2
NAMES = {
    1: _lazy("Total time against the limit"),
    2: _lazy("Time of each unit or person"),
    3: _lazy("Contacts with the applicant to complete the dossier"),
    4: _lazy("Agencies that the applicant had to contact"),
    5: _lazy("Reception and settlement at the desk"),
    6: _lazy("Publicity of procedures"),
    7: _lazy("Attitude"),
    8: _lazy("Feedback handled"),
    9: _lazy("Online services"),
}


class Contacted(TextChoices):
    """Whom the applicant had to contact (indicator 4)."""

    NONE = "none", _lazy("nobody")
    ONE_STOP_ONLY = "one_stop_only", _lazy("only the reception desk")
    MORE = "more", _lazy("other agencies as well")


class Band(TextChoices):
    """How an agency is classified."""

    EXCELLENT = "excellent", _lazy("Excellent")
    GOOD = "good", _lazy("Good")
    FAIR = "fair", _lazy("Fair")
    AVERAGE = "average", _lazy("Average")
    WEAK = "weak", _lazy("Weak")


class TaskBand(TextChoices):
    """How much of their task an officer has done."""

    ALL = "100", _lazy("the whole task")
    MOST = "70-<100", _lazy("70 to under 100 per cent of the task")
    LESS = "<70", _lazy("under 70 per cent of the task")


@dataclass(frozen=True)
class NineRules:
    """Parameters from a day on; percentages are of 100. `settled`: by level, what is settled at the desk.

    Bands are the least totals, from the best one down; what is below the last is the lowest band.
    """

    begins: date
    settled: Mapping[str, Decimal]
    agency_bands: tuple[Decimal, ...] = (Decimal(15), Decimal(12), Decimal(9), Decimal(6))
    officer_bands: tuple[Decimal, ...] = (Decimal(5), Decimal("3.5"))
    answered: Decimal = Decimal(90)
    online_procedures: Decimal = Decimal(20)
    online_dossiers: Decimal = Decimal(30)
    some_online_dossiers: Decimal = Decimal(15)
    of_officer: tuple[int, ...] = (1, 2, 3, 4, 7)

    def __post_init__(self):
        for bands, wanted in ((self.agency_bands, Band), (self.officer_bands, TaskBand)):
            if len(bands) != len(wanted) - 1 or list(bands) != sorted(set(bands), reverse=True):
                raise ParameterRefused(
                    _("Bands go down from the best, one fewer than there are names: %(bands)s.")
                    % {"bands": ", ".join(map(str, bands))}
                )
        if not set(self.of_officer) <= NAMES.keys() or not self.of_officer:
            raise ParameterRefused(_("An officer is measured by some of the indicators 1 to 9."))
        shares = [
            *self.settled.values(),
            self.answered,
            self.online_procedures,
            self.online_dossiers,
            self.some_online_dossiers,
        ]
        if not all(0 < share <= 100 for share in shares):
            raise ParameterRefused(_("A threshold of the nine indicators is above 0 and up to 100 percent."))
        if self.some_online_dossiers >= self.online_dossiers:
            raise ParameterRefused(_("For one point less is needed than for two."))


# Districts ended on 30/6/2025; their row stays for what was before.
NINE_RULES = (
    NineRules(
        date(2019, 1, 6),
        {"province": Decimal(20), "district": Decimal(50), "commune": Decimal(100)},
    ),
)


class NotMeasured(CannotCount):
    """Facts that no points follow from; the sentence says which."""


def rules_on(day: date, rules: Iterable[NineRules] = NINE_RULES) -> NineRules:
    """The parameters of that day. Raises ParameterRefused before the first."""
    begun = [one for one in rules if one.begins <= day]
    if not begun:
        raise ParameterRefused(
            _("The nine indicators are not measured on %(day)s.") % {"day": f"{day:%d/%m/%Y}"}
        )
    return max(begun, key=lambda one: one.begins)


# Points of one dossier, unit or procedure -------------------------------------------------------------

_BY_TIME = {Punctuality.EARLY: 2, Punctuality.ON_TIME: 1, Punctuality.LATE: 0}
_BY_CONTACT = {Contacted.NONE: 2, Contacted.ONE_STOP_ONLY: 1, Contacted.MORE: 0}


def time_points(result: Punctuality) -> int:
    """Indicators 1 and 2: early, on time, late."""
    return _BY_TIME[Punctuality(result)]


def contact_points(contacts: int, by_the_applicant: int = 0) -> int:
    """Indicator 3: without the contacts that the applicant caused."""
    if not 0 <= by_the_applicant <= contacts:
        raise NotMeasured(_("The applicant cannot have caused more contacts than there were."))
    return max(HIGHEST - (contacts - by_the_applicant), 0)


def agencies_points(contacted: Contacted) -> int:
    """Indicator 4."""
    return _BY_CONTACT[Contacted(contacted)]


def desk_points(level: str, settled: Decimal, received: Decimal, rules: NineRules) -> int:
    """Indicator 5: percent of what is received and settled at the desk, and of what is received there."""
    if level not in rules.settled:
        raise NotMeasured(
            _("“%(level)s” is no level; there are %(levels)s.")
            % {"level": level, "levels": ", ".join(rules.settled)}
        )
    _check_percent(settled, received)
    return 2 if settled >= rules.settled[level] else int(received == 100)


def publicity_points(*, posted: bool, electronic: bool) -> int:
    """Indicator 6, of one procedure in one unit."""
    return posted + electronic


def attitude_points(result: Punctuality, *, upheld_complaint: bool) -> int:
    """Indicator 7: as the time, but nothing after a complaint that was right."""
    return 0 if upheld_complaint else time_points(result)


def feedback_points(received: int, on_time: int, rules: NineRules, *, dragged_on: bool = False) -> int:
    """Indicator 8: none received, or how many were answered on time."""
    if not 0 <= on_time <= received:
        raise NotMeasured(_("No more feedback is answered than was received."))
    if dragged_on:
        return 0
    if on_time == received:
        return 2
    return int(Fraction(100 * on_time, received) >= Fraction(rules.answered))


def online_points(procedures: Decimal, dossiers: Decimal, rules: NineRules, *, any_overdue: bool) -> int:
    """Indicator 9: percent of procedures offered online and of dossiers filed online; none of them overdue."""
    _check_percent(procedures, dossiers)
    if any_overdue or dossiers < rules.some_online_dossiers:
        return 0
    return 2 if procedures >= rules.online_procedures and dossiers >= rules.online_dossiers else 1


def _check_percent(*shares: Decimal) -> None:
    if not all(0 <= share <= 100 for share in shares):
        raise NotMeasured(_("A share is between 0 and 100 percent."))


# Scores and bands -------------------------------------------------------------------------------------


def mean(points: Sequence[int]) -> Decimal | None:
    """The score of an indicator: half-up to one decimal; None without data, which is not 0."""
    if any(point not in range(HIGHEST + 1) for point in points):
        raise NotMeasured(_("Points are 2, 1 or 0."))
    return mean_of(sum(points), len(points))


def mean_of(points: int, count: int) -> Decimal | None:
    """The same, of points that are summed up already."""
    return half_up(Fraction(points, count), places=1) if count else None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The total of the indicators that were counted, and its band; None and none without data."""

    total: Decimal | None
    band: Band | TaskBand | None
    counted: tuple[int, ...]


def officer(scores: Mapping[int, Decimal | None], rules: NineRules) -> Evaluation:
    """Of the indicators that measure a person."""
    return _evaluation(scores, rules.of_officer, rules.officer_bands, tuple(TaskBand))


def agency(scores: Mapping[int, Decimal | None], rules: NineRules) -> Evaluation:
    """Of all nine."""
    return _evaluation(scores, tuple(NAMES), rules.agency_bands, tuple(Band))


def _evaluation(
    scores: Mapping[int, Decimal | None], measured: Sequence[int], least: Sequence[Decimal], names: Sequence
) -> Evaluation:
    if not scores.keys() <= NAMES.keys():
        raise NotMeasured(_("There are the indicators 1 to 9."))
    counted = [number for number in measured if scores.get(number) is not None]
    if not all(0 <= scores[number] <= HIGHEST for number in counted):
        raise NotMeasured(_("The score of an indicator is between 0 and 2."))
    total = total_of(scores[number] for number in counted)
    if total is None:
        return Evaluation(None, None, ())
    reached = (name for name, bound in zip(names, least, strict=False) if total >= bound)
    return Evaluation(total, next(reached, names[-1]), tuple(counted))
