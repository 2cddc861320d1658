"""Figures of the ratings (R49): counts and averages that add up; reads only."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count, QuerySet

from cases import survey
from cases.models import Rating, RatingScore


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one question, or of all together: how often each score from 1 to 5 was given."""

    words: str
    counts: tuple[int, ...]

    @property
    def answers(self) -> int:
        return sum(self.counts)

    @property
    def average(self) -> Decimal | None:
        """Rounded half-up to two decimals; None without answers, which is not 0."""
        if not self.answers:
            return None
        total = sum(score * count for score, count in enumerate(self.counts, survey.LOWEST))
        return (Decimal(total) / self.answers).quantize(Decimal("0.01"), ROUND_HALF_UP)

    @property
    def satisfied(self) -> int:
        """Answers of 4 and 5."""
        return sum(self.counts[3:])


def figures_of(ratings: QuerySet[Rating]) -> tuple[list[Figures], Figures]:
    """Each question that was answered, in the order of the survey, and all of them together."""
    rows = (
        RatingScore.objects.filter(rating__in=ratings.order_by().values("pk"))
        .order_by()
        .values_list("question", "score")
        .annotate(times=Count("pk"))
    )
    counted: dict[str, list[int]] = {}
    for question, score, times in rows:
        counted.setdefault(question, [0] * survey.HIGHEST)[score - 1] += times
    words = survey.all_questions()
    each = [Figures(str(words[key]), tuple(counted[key])) for key in words if key in counted]
    every = tuple(sum(one.counts[place] for one in each) for place in range(survey.HIGHEST))
    return each, Figures("", every)
