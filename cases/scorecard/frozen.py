"""A frozen month as it is read again: facts, points and parameters as they were, and what was corrected since."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from cases.models import FrozenMonth
from cases.scorecard.editions import Edition
from cases.scorecard.evaluations import Indicator, Report
from cases.scorecard.nine import Band, Evaluation
from cases.scorecard.periods import Period
from cases.scorecard.scores import Card, Fact, Facts, digest
from procedures.models import Agency


@dataclass(frozen=True, slots=True)
class Frozen:
    """The facts and points of then. `digest` stands in the database beside them."""

    row: FrozenMonth
    facts: Facts
    points: Mapping[str, Decimal | None]

    @property
    def is_unspoilt(self) -> bool:
        """What is stored is what its hash was made of."""
        return digest(self.facts) == self.row.digest

    @property
    def nine(self) -> Report | None:
        """The nine indicators of then; None before they were taken down."""
        if self.row.nine is None:
            return None
        indicators = tuple(
            Indicator(number, _number(score), count, reason)
            for number, score, count, reason in self.row.nine["indicators"]
        )
        total, band = _number(self.row.nine["total"]), self.row.nine["band"]
        counted = tuple(one.number for one in indicators if one.score is not None)
        return Report(indicators, Evaluation(total, Band(band) if band else None, counted))

    def corrected(self, now: Facts) -> dict[str, Fact]:
        """The facts of today that are not those of then, by part."""
        return {code: fact for code, fact in now.items() if fact_row(fact) != fact_row(self.facts.get(code))}


def frozen_month(agency: Agency, period: Period) -> Frozen | None:
    """None for a month that is not frozen, and for what is no month."""
    if period.in_a_year != 12:
        return None
    row = FrozenMonth.objects.filter(agency=agency, month=period.first).first()
    return row and read(row)


def frozen_totals(agencies: Iterable[Agency], period: Period) -> dict[str, Decimal | None]:
    """The totals of those of these agencies whose month is frozen, by identifier."""
    rows = FrozenMonth.objects.filter(agency__in=list(agencies), month=period.first)
    return dict(rows.order_by().values_list("agency__identifier", "total"))


def read(row: FrozenMonth) -> Frozen:
    return Frozen(
        row,
        {code: Fact(*counts) for code, *counts in row.facts},
        {part["code"]: part["points"] and Decimal(part["points"]) for part in row.parameters["parts"]},
    )


def fact_rows(facts: Facts) -> list[list]:
    """As they are stored: part, numerator, denominator, reason, last year."""
    return [[code, *fact_row(fact)] for code, fact in facts.items()]


def fact_row(fact: Fact | None) -> list | None:
    return fact and [fact.numerator, fact.denominator, str(fact.reason), fact.last_year]


def parameters_row(edition: Edition, found: Card) -> dict:
    """The parameters that something was counted with, each part with its points."""
    return {
        "begins": edition.begins.isoformat(),
        "multiple_requests_overdue": edition.multiple_requests_overdue,
        "appointment": edition.appointment,
        "parts": [
            {
                "code": score.part.code,
                "maximum": str(score.part.maximum),
                "target": _text(score.part.target),
                "empty": _text(score.part.empty),
                "times": score.part.times,
                "points": _text(score.points),
            }
            for score in found.parts
        ],
    }


def nine_row(report: Report) -> dict:
    return {
        "total": _text(report.evaluation.total),
        "band": str(report.evaluation.band or ""),
        "indicators": [
            [one.number, _text(one.score), one.count, str(one.reason)] for one in report.indicators
        ],
    }


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
